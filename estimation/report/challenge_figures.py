"""Pictures of what moves the answer: tornado, indices, tipping points, bounds, specification curve; no arithmetic."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from estimation.report.figures import BLUE, GREEN, GREY, ORANGE, RED
from estimation.report.wording import persons

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


def _done(figure: Figure) -> Figure:
    plt.close(figure)
    return figure


def tornado(moved: pd.DataFrame, *, entries: int = 9) -> Figure:
    """Median and 95% interval with each entry at its ends and at named alternatives, largest move first.

    Parameters
    ----------
    moved : DataFrame
        Of `tornado.tornado`.
    entries : int
        Number of entries shown.

    Returns
    -------
    Figure
    """
    base = moved[moved["entry"] == "as judged"].iloc[0]
    order = moved[moved["entry"] != "as judged"].groupby("entry")["move"].max().sort_values(ascending=False)
    rows = [moved[moved["entry"] == name] for name in order.index[:entries]]
    figure, axes = plt.subplots(figsize=(8.6, 0.62 * len(rows) + 1.8))
    for height, each in enumerate(rows):
        for row in each.to_dict(orient="records"):
            end = row["at"] in ("5%", "95%")
            shift = {"5%": -0.22, "95%": 0.22}.get(row["at"], 0.0)
            colour = {"5%": BLUE, "95%": RED}.get(row["at"], GREY)
            axes.plot(
                [row["count_low"], row["count_high"]],
                [height + shift] * 2,
                color=colour,
                linewidth=3.5 if end else 1.2,
                alpha=1.0 if end else 0.5,
                solid_capstyle="butt",
            )
            mark = {"5%": "<", "95%": ">"}.get(row["at"], "|")
            axes.plot(row["count_median"], height + shift, mark, color=colour, markeredgecolor="black", markersize=7)
    for mark, style in (("count_low", ":"), ("count_median", "-"), ("count_high", ":")):
        axes.axvline(base[mark], color="black", linestyle=style, linewidth=1)
    axes.set_yticks(range(len(rows)), [spoken(str(name)) for name in order.index[:entries]])
    axes.set_ylim(len(rows) - 0.5, -0.6)
    _log_persons(axes, moved["count_low"].min() / 1.2, moved["count_high"].max() * 1.2)
    axes.set_xlabel("persons ever held, 2017-2018 (log scale)")
    axes.set_title("Each judgement alone: blue at its 5%, red at its 95%, grey named alternatives", fontsize=11)
    sns.despine(figure, left=True)
    return _done(figure)


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


def curve(table: pd.DataFrame, *, choices: list[str], stated: float) -> Figure:
    """The specification curve, with the options of each specification below it.

    Parameters
    ----------
    table : DataFrame
        Of `multiverse.thinned`.
    choices : list of str
        Choices to show below, in order.
    stated : float
        A published figure to mark, persons.

    Returns
    -------
    Figure
    """
    options = [(choice, option) for choice in choices for option in dict.fromkeys(sorted(table[choice].astype(str)))]
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(9, 4 + 0.2 * len(options)), sharex=True, height_ratios=[4, 0.22 * len(options) + 0.5]
    )
    above.fill_between(table["rank"], table["count_low"], table["count_high"], color=BLUE, alpha=0.2, linewidth=0)
    above.fill_between(table["rank"], table["count_q10"], table["count_q90"], color=BLUE, alpha=0.35, linewidth=0)
    above.plot(table["rank"], table["count_median"], color="black", linewidth=2)
    above.axhline(stated, color=RED, linestyle="--")
    above.annotate(f"press: {persons(stated)}", (1, stated), color=RED, va="bottom", fontsize=9)
    above.set_yscale("log")
    ticks = [t for t in _TICKS if table["count_low"].min() <= t <= table["count_high"].max()]
    above.set_yticks(ticks, [persons(tick) for tick in ticks])
    above.minorticks_off()
    above.set_ylabel("persons ever held")
    above.set_title("Every defensible combination: median, 80 and 95% intervals", fontsize=11)
    for height, (choice, option) in enumerate(options):
        here = table[table[choice].astype(str) == option]
        below.plot(
            here["rank"], [height] * len(here), "|", color=BLUE if choices.index(choice) % 2 else RED, markersize=5
        )
    below.set_yticks(range(len(options)), [f"{choice}: {option}" for choice, option in options], fontsize=7)
    below.set_ylim(len(options) - 0.5, -0.5)
    below.set_xlabel("specifications in order of their median")
    sns.despine(figure)
    return _done(figure)


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
