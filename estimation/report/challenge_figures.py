"""Pictures of what moves the answer: tornado, indices, tipping points, bounds, specification curve; no arithmetic."""

from typing import Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from estimation.report.figures import BLUE, GREEN, GREY, ORANGE, RED
from estimation.report.frame import INSET, LEADING, Axis, Key, frame, width_of
from estimation.report.look import POINTS, SCREEN, Look, drawn_as
from estimation.report.picture_texts import counted, entry, fill
from estimation.report.rows import WIDTHS, Bar, Row, chart
from estimation.report.wording import persons, raised

_ENDS: Final = {"5%": ("<", 0), "95%": (">", 1)}
_BASE: Final = {"count_low": ":", "count_median": "-", "count_high": ":"}
_TICKS = (3e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7)


def spoken(name: str) -> str:
    """The name of an entry or input as words."""
    return name.replace("_", " ")


def _log_persons(axes: Axes, low: float, high: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [persons(tick) for tick in ticks])
    axes.minorticks_off()


def _round(ends: tuple[float, float]) -> list[float]:
    return [tick for tick in _TICKS if ends[0] <= tick <= ends[1]]


def _done(figure: Figure) -> Figure:
    plt.close(figure)
    return figure


def tornado(
    moved: pd.DataFrame,
    *,
    entries: int = 9,
    look: Look = SCREEN,
    about: "pd.Series | None" = None,
    note: str = "",
) -> Figure:
    """Median and 95% interval with each entry at its ends and at named alternatives, largest move first.

    Parameters
    ----------
    moved : DataFrame
        Of `tornado.tornado`.
    entries : int
        Number of entries shown.
    look : Look
        Size and colours.
    about : Series, optional
        A row that says who, where, when and which custody.
    note : str
        Below the picture.

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
        subtitle="" if about is None else counted(about),
        note=note,
        keys=(
            Key("at its 5%", *_ENDS["5%"]),
            Key("at its 95%", *_ENDS["95%"]),
            Key("named alternatives", "|", 3),
            Key("as judged: median, 95% interval dotted", "-", 0, width=1.6),
        ),
        lines=[(float(base[mark]), line, 0) for mark, line in _BASE.items()],
    )


def indices(summary: pd.DataFrame, *, inputs: int = 9) -> Figure:
    """First-order and total indices with intervals.

    Parameters
    ----------
    summary : DataFrame
        Of `sensitivity.summary`.
    inputs : int
        Number of inputs shown.

    Returns
    -------
    Figure
    """
    shown = summary.sort_values("total", ascending=False).head(inputs)
    figure, axes = plt.subplots(figsize=(8.6, 0.5 * len(shown) + 1.6))
    for kind, colour, mark, shift in (("first", BLUE, "o", -0.15), ("total", ORANGE, "D", 0.15)):
        heights = np.arange(len(shown)) + shift
        axes.hlines(heights, shown[f"{kind}_low"], shown[f"{kind}_high"], color=colour, linewidth=2)
        name = {"first": "alone (first-order)", "total": "with others (total)"}[kind]
        axes.plot(shown[kind], heights, mark, color=colour, markeredgecolor="black", label=name)
    axes.set_yticks(range(len(shown)), [spoken(name) for name in shown["input"]])
    axes.set_ylim(len(shown) - 0.5, -0.6)
    axes.set_xlabel("share of the variance of the log total")
    axes.set_title("What the spread of the answer is made of", fontsize=11)
    axes.legend(loc="lower right")
    sns.despine(figure, left=True)
    return _done(figure)


def contour(table: pd.DataFrame, *, title: str) -> Figure:
    """Probability of a claim over two entries.

    Parameters
    ----------
    table : DataFrame
        Of `tipping.contour`.
    title : str
        The claim in words.

    Returns
    -------
    Figure
    """
    first, second = table.columns[:2]
    grid = table.pivot(index=second, columns=first, values="probability")
    figure, axes = plt.subplots(figsize=(7.6, 4.6))
    shades = axes.contourf(grid.columns, grid.index, grid, levels=np.linspace(0, 1, 11), cmap="cividis")
    lines = axes.contour(grid.columns, grid.index, grid, levels=[0.2, 0.5, 0.8], colors="white", linewidths=1.5)
    axes.clabel(lines, fmt=lambda value: f"{100 * value:.0f}%")
    figure.colorbar(shades, ax=axes, label="probability of the claim")
    if table[first].min() > 0 and table[first].max() > 20 * table[first].min():
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.minorticks_off()
    axes.set_xlabel(spoken(str(first)))
    axes.set_ylabel(spoken(str(second)))
    axes.set_title(title, fontsize=11)
    return _done(figure)


def bounds(table: pd.DataFrame, *, scope: str) -> Figure:
    """Bounds that widen with k, one band a rung.

    Parameters
    ----------
    table : DataFrame
        `scope`, `rung`, `k`, `low`, `high`.
    scope : str
        Which scope.

    Returns
    -------
    Figure
    """
    rows = table[table["scope"] == scope]
    none = rows[rows["rung"] == "no model"].iloc[0]
    figure, axes = plt.subplots(figsize=(8.4, 4.4))
    axes.axhspan(float(none["low"]), float(none["high"]), color=GREY, alpha=0.15, label="no model")
    colours = {"factor": BLUE, "north and east": GREEN, "cities": ORANGE, "other groups": RED}
    for rung, colour in colours.items():
        each = rows[rows["rung"] == rung].assign(k=lambda frame: frame["k"].astype(float)).sort_values("k")
        axes.plot(each["k"], each["high"], color=colour, linewidth=2, label=f"at most k times, {rung}")
        axes.plot(each["k"], each["low"], color=colour, linewidth=2, linestyle="--" if rung == "factor" else "none")
    axes.set_xscale("log")
    axes.set_yscale("log")
    ticks = [tick for tick in _TICKS if float(none["low"]) <= tick <= 2 * float(none["high"])]
    axes.set_yticks(ticks, [persons(tick) for tick in ticks])
    axes.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    axes.minorticks_off()
    axes.set_xlabel("k: no other place differs from the observed county by more than k times in odds")
    axes.set_ylabel("persons ever held")
    axes.legend(fontsize=8, loc="lower left")
    axes.set_title("What follows without a model", fontsize=11)
    sns.despine(figure)
    return _done(figure)


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
            subtitle="" if about is None else raised(counted(about, everyone=True)),
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


def before_after(before: pd.DataFrame, after: pd.DataFrame) -> Figure:
    """Intervals of every scope under two registers.

    Parameters
    ----------
    before, after : DataFrame
        `intervals` of two answers.

    Returns
    -------
    Figure
    """
    figure, axes = plt.subplots(figsize=(8.6, 0.7 * len(before) + 1.6))
    for table, shift, colour, mark, name in (
        (before, -0.17, GREY, "o", "as shipped"),
        (after, 0.17, BLUE, "D", "with your assumptions"),
    ):
        heights = np.arange(len(table)) + shift
        axes.hlines(heights, table["count_low"], table["count_high"], color=colour, linewidth=3)
        axes.hlines(heights, table["count_q10"], table["count_q90"], color=colour, linewidth=7, alpha=0.5)
        axes.plot(table["count_median"], heights, mark, color=colour, markeredgecolor="black", label=name)
    both = pd.concat([before, after])
    labels = [f"{row.label},\n{row.territory}" for row in before.itertuples()]
    axes.set_yticks(range(len(before)), labels, fontsize=8)
    axes.set_ylim(len(before) - 0.5, -0.6)
    _log_persons(axes, both["count_low"].min() / 1.2, both["count_high"].max() * 1.2)
    axes.set_xlabel("persons ever held, 2017-2018 (log scale): median, 80 and 95% intervals")
    axes.legend(fontsize=8)
    sns.despine(figure, left=True)
    return _done(figure)
