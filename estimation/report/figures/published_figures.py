"""Pictures of published figures and of the bases behind them; no arithmetic.

Every mark is told apart by its shape as well as its colour.
"""

from typing import Final

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from estimation.report.figures.look import LIGHT

BLUE, RED, GREEN, PURPLE = LIGHT.marks
CUSTODY_MARKS: Final = {
    "camps only": (BLUE, "o"),
    "camps yes, prisons unclear": (PURPLE, "s"),
    "camps and prisons": (RED, "D"),
    "prisons only": (GREEN, "^"),
}
BASE_MARKS: Final = {
    "implied by the figure": (RED, "D"),
    "census model": (BLUE, "o"),
    "census model, from age 15": (GREEN, "^"),
}
# An arrow shows the end a one-sided figure leaves open.
OPEN_ENDS: Final = {"floor": ("right", 1), "ceiling": ("left", -1)}


def published_ranges(shown: pd.DataFrame) -> Figure:
    """Published ranges on one axis, one panel per thing counted.

    Parameters
    ----------
    shown : DataFrame
        What `published.intervals` gives.

    Returns
    -------
    Figure
        Bars are ranges, single marks are single figures, arrows are open ends.

    Raises
    ------
    KeyError
        If a kind of custody has no mark.
    """
    panels = list(dict.fromkeys(shown["counts"]))
    heights = [int((shown["counts"] == panel).sum()) + 1 for panel in panels]
    figure, grid = plt.subplots(
        len(panels), 1, figsize=(9, 0.36 * sum(heights) + 1.2), height_ratios=heights, sharex=True, squeeze=False
    )
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        rows = shown[shown["counts"] == panel].reset_index(drop=True)
        for height, row in rows.iterrows():
            colour, marker = CUSTODY_MARKS[row["custody"]]
            axes.plot([row["low"], row["high"]], [height, height], color=colour, linewidth=3, zorder=2)
            if row["bound"] in OPEN_ENDS:
                _, side = OPEN_ENDS[row["bound"]]
                axes.annotate(
                    "",
                    xy=(row["low"], height),
                    xytext=(34 * side, 0),
                    textcoords="offset points",
                    arrowprops={"arrowstyle": "<|-", "color": colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 4},
                )
        for custody, (colour, marker) in CUSTODY_MARKS.items():
            kind = rows[rows["custody"] == custody]
            for end in ("low", "high"):
                sns.scatterplot(
                    x=kind[end], y=kind.index, color=colour, marker=marker, s=48, ax=axes, zorder=3, legend=False
                )
        _label_rows(axes, rows["label"].tolist())
        axes.set_title(panel[0].upper() + panel[1:])
    grid[-1, 0].set_xlim(0, 1.06 * shown["high"].max())
    grid[-1, 0].set_xlabel("million persons, as stated (arrow: open end)")
    figure.legend(handles=_keys(CUSTODY_MARKS), loc="upper center", bbox_to_anchor=(0.5, 0.0), ncol=4, frameon=False)
    figure.tight_layout()
    return figure


def bases(drawn: pd.DataFrame) -> Figure:
    """The base a published figure implies beside the base of the census model.

    Parameters
    ----------
    drawn : DataFrame
        What `published.bases_side_by_side` gives.

    Returns
    -------
    Figure
        One panel for adults, one for all ages.
    """
    panels = list(dict.fromkeys(drawn["ages"]))
    labels = {panel: list(dict.fromkeys(drawn.loc[drawn["ages"] == panel, "label"])) for panel in panels}
    heights = [len(labels[panel]) + 1 for panel in panels]
    figure, grid = plt.subplots(
        len(panels), 1, figsize=(9, 0.42 * sum(heights) + 1.2), height_ratios=heights, sharex=True, squeeze=False
    )
    for axes, panel in zip(grid[:, 0], panels, strict=True):
        rows = drawn[drawn["ages"] == panel]
        height = rows["label"].map({label: at for at, label in enumerate(labels[panel])})
        for name, (colour, marker) in BASE_MARKS.items():
            kind = rows["base"] == name
            sns.scatterplot(
                x=rows.loc[kind, "persons"], y=height[kind], color=colour, marker=marker, s=70, ax=axes, legend=False
            )
        _label_rows(axes, labels[panel])
        axes.set_title(panel[0].upper() + panel[1:])
    grid[-1, 0].set_xlim(0, 1.06 * drawn["persons"].max())
    grid[-1, 0].set_xlabel("million persons the share is a share of")
    figure.legend(handles=_keys(BASE_MARKS), loc="upper center", bbox_to_anchor=(0.5, 0.0), ncol=3, frameon=False)
    figure.tight_layout()
    return figure


def ranges_in_words(shown: pd.DataFrame) -> str:
    """Say what the picture of ranges shows, for readers who cannot see it.

    Parameters
    ----------
    shown : DataFrame
        What `published.intervals` gives.

    Returns
    -------
    str
        One sentence per panel.
    """
    parts = ["stated ranges as bars and single figures as marks, in panels by what is counted."]
    for panel, rows in shown.groupby("counts", sort=False):
        low, high = rows["low"].min(), rows["high"].max()
        ends = f"from {low:,.0f} to {high:,.0f}" if low < high else f"{low:,.0f}"
        many = f"{len(rows)} figures" if len(rows) > 1 else "one figure"
        parts.append(
            f"{str(panel).capitalize()}: {many}, {ends}"
            + "".join(
                f"; {count} {words}"
                for bound, words in (("floor", "without an upper end"), ("ceiling", "without a lower end"))
                if (count := int((rows["bound"] == bound).sum()))
            )
            + "."
        )
    return " ".join(parts)


def bases_in_words(drawn: pd.DataFrame) -> str:
    """Say what the picture of bases shows, for readers who cannot see it.

    Parameters
    ----------
    drawn : DataFrame
        What `published.bases_side_by_side` gives.

    Returns
    -------
    str
        One sentence per published figure.
    """
    parts = ["the implied base of each figure beside census bases, in million persons."]
    for label, rows in drawn.groupby("label", sort=False):
        named = ", ".join(
            f"{base}: {count / 1e6:.1f}" for base, count in zip(rows["base"], rows["persons"], strict=True)
        )
        parts.append(f"{label} ({named}).")
    return " ".join(parts)


def _label_rows(axes: Axes, labels: list[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_ylabel("")
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1e6:g}"))


def _keys(marks: dict[str, tuple[str, str]]) -> list[Line2D]:
    return [
        Line2D([], [], color=colour, marker=marker, linestyle="", markersize=8, label=name)
        for name, (colour, marker) in marks.items()
    ]
