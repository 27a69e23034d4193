"""Published figures and the bases behind them, in panels, and what the two pictures show in words.

Every mark is told apart by its shape as well as its colour.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from estimation.report.figures.look import BLUE, GREEN, PURPLE, RED
from estimation.report.wording.estimate_words import capitalised

_Marks: TypeAlias = Mapping[str, tuple[str, str]]
_CUSTODY_MARKS: Final[_Marks] = {
    "camps only": (BLUE, "o"),
    "camps yes, prisons unclear": (PURPLE, "s"),
    "camps and prisons": (RED, "D"),
    "prisons only": (GREEN, "^"),
}
_BASE_MARKS: Final[_Marks] = {
    "implied by the figure": (RED, "D"),
    "census model": (BLUE, "o"),
    "census model, from age 15": (GREEN, "^"),
}
# An arrow shows the end that a one-sided figure leaves open.
_OPEN_ENDS: Final = {"floor": 1, "ceiling": -1}


def published_ranges(shown: pd.DataFrame) -> Figure:
    """Published ranges of `published.intervals` on one axis, one panel per thing counted.

    Bars are ranges, single marks are single figures, arrows are open ends. Raises `KeyError` for a kind of custody that
    has no mark.
    """

    def draw(axes: Axes, rows: pd.DataFrame) -> list[str]:
        rows = rows.reset_index(drop=True)
        for height, (_, row) in enumerate(rows.iterrows()):
            colour, _ = _CUSTODY_MARKS[row["custody"]]
            axes.plot([row["low"], row["high"]], [height, height], color=colour, linewidth=3, zorder=2)
            if row["bound"] in _OPEN_ENDS:
                axes.annotate(
                    "",
                    xy=(row["low"], height),
                    xytext=(34 * _OPEN_ENDS[row["bound"]], 0),
                    textcoords="offset points",
                    arrowprops={"arrowstyle": "<|-", "color": colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 4},
                )
        for custody, (colour, marker) in _CUSTODY_MARKS.items():
            kind = rows[rows["custody"] == custody]
            for end in ("low", "high"):
                sns.scatterplot(
                    x=kind[end], y=kind.index, color=colour, marker=marker, s=48, ax=axes, zorder=3, legend=False
                )
        return list(rows["label"])

    return _in_panels(
        shown,
        "counts",
        draw,
        _CUSTODY_MARKS,
        pitch=0.36,
        largest=shown["high"].max(),
        across="million persons, as stated (arrow: open end)",
    )


def published_bases(drawn: pd.DataFrame) -> Figure:
    """The base a published figure implies beside that of the census model, from `published.bases_side_by_side`.

    One panel is for adults, one for all ages.
    """

    def draw(axes: Axes, rows: pd.DataFrame) -> list[str]:
        labels = list(dict.fromkeys(rows["label"]))
        height = rows["label"].map({label: at for at, label in enumerate(labels)})
        for name, (colour, marker) in _BASE_MARKS.items():
            kind = rows["base"] == name
            sns.scatterplot(
                x=rows.loc[kind, "persons"], y=height[kind], color=colour, marker=marker, s=70, ax=axes, legend=False
            )
        return labels

    return _in_panels(
        drawn,
        "ages",
        draw,
        _BASE_MARKS,
        pitch=0.42,
        largest=drawn["persons"].max(),
        across="million persons the share is a share of",
    )


def _in_panels(
    table: pd.DataFrame,
    by: str,
    draw: Callable[[Axes, pd.DataFrame], list[str]],
    marks: _Marks,
    *,
    pitch: float,
    largest: float,
    across: str,
) -> Figure:
    """Panels on one axis of persons; `draw` draws a panel's rows and gives their labels, `pitch` is inches a row."""
    panels = list(table.groupby(by, sort=False))
    heights = [rows["label"].nunique() + 1 for _, rows in panels]
    figure, grid = plt.subplots(
        len(panels), 1, figsize=(9, pitch * sum(heights) + 1.2), height_ratios=heights, sharex=True, squeeze=False
    )
    for axes, (panel, rows) in zip(grid[:, 0], panels, strict=True):
        labels = draw(axes, rows)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_ylabel("")
        axes.grid(visible=False, axis="y")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1e6:g}"))
        axes.set_title(capitalised(str(panel)))
    grid[-1, 0].set_xlim(0, 1.06 * largest)
    grid[-1, 0].set_xlabel(across)
    keys = [
        Line2D([], [], color=colour, marker=marker, linestyle="", markersize=8, label=name)
        for name, (colour, marker) in marks.items()
    ]
    figure.legend(handles=keys, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncol=len(keys), frameon=False)
    figure.tight_layout()
    return figure


def ranges_in_words(shown: pd.DataFrame) -> str:
    """What the picture of ranges shows, a sentence per panel, for readers who cannot see it."""
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
    """What the picture of bases shows, a sentence per published figure, for readers who cannot see it."""
    parts = ["the implied base of each figure beside census bases, in million persons."]
    for label, rows in drawn.groupby("label", sort=False):
        named = ", ".join(
            f"{base}: {count / 1e6:.1f}" for base, count in zip(rows["base"], rows["persons"], strict=True)
        )
        parts.append(f"{label} ({named}).")
    return " ".join(parts)
