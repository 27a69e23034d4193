"""Pictures of what moves the answer: tornado, indices, specification curve, two registers; no arithmetic."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from estimation.report.figures.figure_layout import INSET, LEADING, Axis, Key, frame, width_of
from estimation.report.figures.interval_rows import WIDTHS, Bar, Row, chart
from estimation.report.figures.look import POINTS, SCREEN, Look, drawn_as
from estimation.report.wording.picture_texts import counted, entry, fill
from estimation.report.wording.wording import persons, raised

_ENDS: Final = {"5%": ("<", 0), "95%": (">", 1)}
_BASE: Final = {"count_low": ":", "count_median": "-", "count_high": ":"}
_TICKS = (3e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7)


def _round(ends: tuple[float, float]) -> list[float]:
    return [tick for tick in _TICKS if ends[0] <= tick <= ends[1]]


def _alone(said: str, about: pd.Series) -> str:
    return fill("alone", counted=said, observed=about["observed"])


def tornado(
    moved: pd.DataFrame,
    *,
    entries: int = 9,
    look: Look = SCREEN,
    about: "pd.Series | None" = None,
    note: str = "",
    weighed: bool = False,
) -> Figure:
    """Median and 95% interval with each entry at its ends and at named alternatives, largest move first.

    Parameters
    ----------
    moved : DataFrame
        Of `tornado.tornado`, or the numbers of `case_weighed.moved`.
    entries : int
        Number of entries shown.
    look : Look
        Size and colours.
    about : Series, optional
        A row that says who, where, when and which custody.
    note : str
        Below the picture.
    weighed : bool
        Whether other sources are weighed in.

    Returns
    -------
    Figure
    """
    base = moved[moved["entry"] == "as judged"].iloc[0]
    order = moved[moved["entry"] != "as judged"].groupby("entry")["move"].max().sort_values(ascending=False)
    rows = []
    for name in order.index[:entries]:
        bars, others = [], []
        for row in moved[moved["entry"] == name].to_dict(orient="records"):
            ends, middle = (row["count_low"], row["count_high"]), row["count_median"]
            if row["at"] in _ENDS:
                mark, tone = _ENDS[row["at"]]
                bars.append(Bar((ends,), (middle,), mark, tone))
            else:
                others.append(Bar((ends,), (middle,), "|", 3))
        rows.append(Row(raised(entry(str(name))), bars=(*bars, *others)))
    shown = moved[moved["entry"].isin(["as judged", *order.index[:entries]])]
    return chart(
        rows,
        look,
        Axis("persons (log scale)", shown["count_low"].min() / 1.15, shown["count_high"].max() * 1.15),
        title=fill("tornado_title"),
        subtitle="" if about is None else _told(about, weighed=weighed),
        note=note,
        keys=(
            Key("at its 5%", *_ENDS["5%"]),
            Key("at its 95%", *_ENDS["95%"]),
            Key("named alternatives", "|", 3),
            Key("as judged: median, 95% interval dotted", "-", 0, width=1.6),
        ),
        lines=[(float(base[mark]), line, 0) for mark, line in _BASE.items()],
    )


def _told(about: pd.Series, *, weighed: bool) -> str:
    """Whom a tornado counts, and whether other sources have a part in it."""
    return raised(fill("weighed", counted=counted(about))) if weighed else _alone(counted(about), about)


def indices(summary: pd.DataFrame, *, inputs: int = 9, look: Look = SCREEN) -> Figure:
    """First-order and total indices with intervals.

    Parameters
    ----------
    summary : DataFrame
        Of `sensitivity.summary`.
    inputs : int
        Number of inputs shown.
    look : Look
        Size and colours.

    Returns
    -------
    Figure
    """
    shown = summary.sort_values("total", ascending=False).head(inputs)
    rows = []
    for row in shown.to_dict(orient="records"):
        alone, whole = (((row[f"{kind}_low"], row[f"{kind}_high"]),) for kind in ("first", "total"))
        bars = (Bar(alone, (row["first"],)), Bar(whole, (row["total"],), "D", 1, filled=True))
        rows.append(Row(raised(entry(str(row["input"]))), bars=bars))
    ends = [f"{kind}_{end}" for kind in ("first", "total") for end in ("low", "high")]
    low, high = shown[ends].min().min(), shown[ends].max().max()
    return chart(
        rows,
        look,
        Axis(fill("indices_across"), min(0.0, low), 1.05 * high, "share", log=False),
        title=fill("indices_title"),
        keys=(
            Key(fill("indices_alone")),
            Key(fill("indices_whole"), "D", 1, filled=True),
            Key(fill("interval"), "-"),
        ),
    )


def curve(
    table: pd.DataFrame,
    *,
    choices: list[str],
    stated: float | None = None,
    look: Look = SCREEN,
    about: "pd.Series | None" = None,
    note: str = "",
) -> Figure:
    """The specification curve, with the options of each specification below it.

    Parameters
    ----------
    table : DataFrame
        Of `multiverse.thinned`.
    choices : list of str
        Choices to show below, in order.
    stated : float, optional
        A published figure to mark, persons.
    look : Look
        Size and colours.
    about : Series, optional
        A row that says where, when and which custody; whom differs from one specification to the next.
    note : str
        Below the picture.

    Returns
    -------
    Figure
    """
    options = [(choice, option) for choice in choices for option in dict.fromkeys(sorted(table[choice].astype(str)))]
    step = look.small * LEADING / POINTS + 0.17
    above = 0.42 * look.width + 0.6
    with drawn_as(look) as palette:
        figure, axes = frame(
            look,
            title=fill("curve_title"),
            subtitle="" if about is None else _alone(raised(counted(about, everyone=True)), about),
            note=note,
            inside=above + step * len(options) + 0.1,
            keys=(
                Key("median", "-", 0),
                Key("80%", "-", 0, width=WIDTHS[1]),
                Key("95% interval, paler", "-", 0),
                *([Key(f"press: {persons(stated)}", "--", 1, width=1.6)] if stated else []),
            ),
        )
        ends = table["count_low"].min() / 1.1, table["count_high"].max() * 1.1
        scale = Axis("", *ends)
        total = above + step * len(options) + 0.1

        def height(count: "pd.Series | float") -> "NDArray[np.float64]":
            return np.asarray(above * (1 - np.log(np.asarray(count) / ends[0]) / np.log(ends[1] / ends[0])))

        rank = table["rank"]
        axes.set_ylim(total, 0)
        # Names of ticks stand left of the curve.
        names = max(width_of(scale.write(tick), look.small) for tick in _round(ends)) + 0.08
        room = look.width - 2 * INSET
        axes.set_xlim(rank.max() - (rank.max() - rank.min()) * room / (room - names), rank.max())
        for tick in _round(ends):
            axes.axhline(float(height(tick)), color=palette.grid, linewidth=0.8, zorder=0)
            axes.annotate(
                scale.write(tick),
                (0, float(height(tick))),
                xycoords=("axes fraction", "data"),
                va="bottom",
                fontsize=look.small,
                zorder=4,
            )
        for low, high, alpha in (("count_low", "count_high", 0.22), ("count_q10", "count_q90", 0.4)):
            axes.fill_between(
                rank, height(table[low]), height(table[high]), color=palette.first, alpha=alpha, linewidth=0
            )
        axes.plot(rank, height(table["count_median"]), color=palette.first, linewidth=2.2)
        if stated:
            axes.plot([rank.min(), rank.max()], [float(height(stated))] * 2, "--", color=palette.second, linewidth=1.6)
        for number, (choice, option) in enumerate(options):
            top = above + 0.1 + step * number
            here = rank[table[choice].astype(str) == option]
            axes.annotate(
                f"{choice}: {option}", (0, top), xycoords=("axes fraction", "data"), va="top", fontsize=look.small
            )
            middle = top + look.small * LEADING / POINTS + 0.06
            tone = palette.marks[choices.index(choice) % 2]
            axes.plot(here, [middle] * len(here), "|", color=tone, markersize=7, markeredgewidth=0.9)
        axes.set_yticks([])
        axes.set_xticks([])
        axes.set_xlabel("specifications, the lowest median at the left", loc="left")
    return figure


def before_after(before: pd.DataFrame, after: pd.DataFrame, *, look: Look = SCREEN) -> Figure:
    """Intervals of every scope under two registers.

    Parameters
    ----------
    before, after : DataFrame
        `intervals` of two answers.
    look : Look
        Size and colours.

    Returns
    -------
    Figure
    """
    both = pd.concat([before, after])
    rows = []
    for pair in zip(before.to_dict(orient="records"), after.to_dict(orient="records"), strict=True):
        bars = tuple(
            Bar(
                ((row["count_low"], row["count_high"]), (row["count_q10"], row["count_q90"])),
                (row["count_median"],),
                mark,
                tone,
                filled=mark == "D",
            )
            for row, mark, tone in zip(pair, "oD", (0, 1), strict=True)
        )
        rows.append(Row(raised(str(pair[0]["label"])), bars=bars, quiet=str(pair[0]["territory"])))
    return chart(
        rows,
        look,
        Axis("persons (log scale)", both["count_low"].min() / 1.15, both["count_high"].max() * 1.15),
        title=fill("before_after_title"),
        keys=(
            Key(fill("before")),
            Key(fill("after"), "D", 1, filled=True),
            Key("80%", "-", width=WIDTHS[1]),
            Key("95% interval", "-", width=WIDTHS[0]),
        ),
    )
