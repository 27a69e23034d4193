"""Pictures over two axes: the specification curve, bounds without a model, and a claim's probability as contours."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from estimation.report.figures.figure_layout import (
    INSET,
    Axis,
    LegendKey,
    colour_bar,
    line_height,
    set_upwards,
    titled_axes,
    width_of,
)
from estimation.report.figures.interval_rows import KEY_80
from estimation.report.figures.look import SCREEN, Look, Palette, drawn_as
from estimation.report.wording.estimate_words import capitalised
from estimation.report.wording.numbers import persons
from estimation.report.wording.picture_texts import entry_words, picture_text, spoken, who_is_counted

# Rungs of the bounds with line and tone, told apart by the line alone.
_RUNGS: Final = {"factor": ("-", 0), "north and east": ("--", 1), "cities": ("-.", 2), "other groups": (":", 3)}
_LEVELS: Final = {0.2: ":", 0.5: "-", 0.8: "--"}
_TICKS: Final = (3e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7)


def specification_curve(
    table: pd.DataFrame,
    *,
    choices: Sequence[str],
    stated: float | None = None,
    look: Look = SCREEN,
    about: pd.Series | None = None,
    note: str = "",
) -> Figure:
    """The specification curve of `multiverse_tables.thinned`, with the options of some choices below it.

    `stated` is a published figure to mark, persons; `about` is a row that says where, when and which custody, since
    whom differs from one specification to the next.
    """
    subtitle = ""
    if about is not None:
        everyone = capitalised(who_is_counted(about, everyone=True))
        subtitle = picture_text("alone", counted=everyone, observed=about["observed"])
    options = [(choice, option) for choice in choices for option in sorted(set(table[choice].astype(str)))]
    step = line_height(look.small) + 0.17
    above = 0.42 * look.width + 0.6  # inches of the curve; the options stand below it
    inside = above + step * len(options) + 0.1
    with drawn_as(look) as palette:
        figure, axes = titled_axes(
            look,
            title=picture_text("curve_title"),
            subtitle=subtitle,
            note=note,
            inside=inside,
            keys=(
                LegendKey("median", "-"),
                KEY_80,
                LegendKey("95% interval, paler", "-"),
                *([LegendKey(f"press: {persons(stated)}", "--", 1, width=1.6)] if stated else []),
            ),
        )
        axes.set_ylim(inside, 0)
        _draw_curve(axes, table, above, stated, look, palette)
        for number, (choice, option) in enumerate(options):
            top = above + 0.1 + step * number
            here = table.loc[table[choice].astype(str) == option, "rank"]
            axes.annotate(
                f"{choice}: {option}", (0, top), xycoords=("axes fraction", "data"), va="top", fontsize=look.small
            )
            middle = top + line_height(look.small) + 0.06
            tone = palette.marks[list(choices).index(choice) % 2]
            axes.plot(here, [middle] * len(here), "|", color=tone, markersize=7, markeredgewidth=0.9)
        axes.set_yticks([])
        axes.set_xticks([])
        axes.set_xlabel("specifications, the lowest median at the left", loc="left")
    return figure


def _draw_curve(
    axes: Axes, table: pd.DataFrame, tall: float, stated: float | None, look: Look, palette: Palette
) -> None:
    """Draw medians and intervals by rank, on a log axis that runs so many inches down from the top."""
    rank = table["rank"]
    scale = Axis("", table["count_low"].min() / 1.1, table["count_high"].max() * 1.1)
    ticks = [tick for tick in _TICKS if scale.low <= tick <= scale.high]

    def down(count: pd.Series | float) -> NDArray[np.float64]:
        return np.asarray(tall * (1 - np.log(np.asarray(count) / scale.low) / np.log(scale.high / scale.low)))

    # Names of ticks stand left of the curve.
    names = max(width_of(scale.write(tick), look.small) for tick in ticks) + 0.08
    room = look.width - 2 * INSET
    axes.set_xlim(rank.max() - (rank.max() - rank.min()) * room / (room - names), rank.max())
    for tick in ticks:
        height = float(down(tick))
        axes.axhline(height, color=palette.grid, linewidth=0.8, zorder=0)
        axes.annotate(
            scale.write(tick),
            (0, height),
            xycoords=("axes fraction", "data"),
            va="bottom",
            fontsize=look.small,
            zorder=4,
        )
    for low, high, alpha in (("count_low", "count_high", 0.22), ("count_q10", "count_q90", 0.4)):
        axes.fill_between(rank, down(table[low]), down(table[high]), color=palette.first, alpha=alpha, linewidth=0)
    axes.plot(rank, down(table["count_median"]), color=palette.first, linewidth=2.2)
    if stated:
        axes.plot([rank.min(), rank.max()], [float(down(stated))] * 2, "--", color=palette.second, linewidth=1.6)


def contour_plot(table: pd.DataFrame, *, title: str, look: Look = SCREEN) -> Figure:
    """Probability of a claim over two entries, from `tipping.contour`; the title is the claim in words."""
    first, second = (str(name) for name in table.columns[:2])
    grid = table.pivot(index=second, columns=first, values="probability")
    across, up = grid.columns.to_numpy(float), grid.index.to_numpy(float)
    log = bool(across.min() > 0 and across.max() > 20 * across.min())
    named = {at: f"{entry_words(name)} ({spoken(name)})" for at, name in (("across", first), ("up", second))}
    with drawn_as(look) as palette:
        figure, axes = titled_axes(
            look,
            title=title,
            subtitle=picture_text("contour_axes", **named),
            inside=0.45 * look.width,
            under=0.3,
            keys=[LegendKey(f"{level:.0%}", line, None) for level, line in _LEVELS.items()],
        )
        shades = axes.contourf(across, up, grid, levels=np.linspace(0, 1, 11), cmap="cividis")
        lines = axes.contour(
            across, up, grid, levels=list(_LEVELS), colors="black", linestyles=list(_LEVELS.values()), linewidths=1.8
        )
        # Black with a white edge stands out from every shade.
        lines.set_path_effects([withStroke(linewidth=4.2, foreground="white")])
        axes.set_xscale("log" if log else "linear")
        scale = Axis("", float(across.min()), float(across.max()), "plain", log=log)
        axes.set_xticks(scale.ticks(look.width - 1.2, look.small), minor=False)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: scale.write(value)))
        upwards = Axis("", float(up.min()), float(up.max()), "plain", log=False)
        set_upwards(axes, upwards, 0.45 * look.width, look)
        percent = FuncFormatter(lambda value, _: f"{value:.0%}")
        bar = colour_bar(figure, axes, shades, look, length=2.6, below=0.6, ticks=[0, 0.5, 1], format=percent)
        bar.outline.set_edgecolor(palette.quiet)
    return figure


def bounds_plot(table: pd.DataFrame, *, scope: str, look: Look = SCREEN) -> Figure:
    """Bounds of one scope that widen with k, a kind of line for each rung: `rung`, `k`, `low`, `high` of the table."""
    rows = table[table["scope"] == scope]
    none = rows[rows["rung"] == "no model"].iloc[0]
    least, most = float(none["low"]), float(none["high"])
    # Room above and below for the words of the two bounds.
    scale = Axis("", least / 2.0, most * 2.0)
    with drawn_as(look) as palette:
        figure, axes = titled_axes(
            look,
            title=picture_text("bounds_title"),
            subtitle=picture_text("bounds_axes"),
            inside=0.5 * look.width,
            keys=[LegendKey(picture_text(f"bounds_{rung.replace(' ', '_')}"), *mark) for rung, mark in _RUNGS.items()],
        )
        axes.axhspan(least, most, color=palette.band, linewidth=0, zorder=0)
        for limit, side, words in ((least, "top", "bounds_least"), (most, "bottom", "bounds_most")):
            axes.axhline(limit, color=palette.text, linewidth=1.2)
            axes.annotate(
                picture_text(words, persons=scale.write(float(f"{limit:.2g}"))),
                (0.02, limit),
                xytext=(0, 3 if side == "bottom" else -3),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va=side,
                fontsize=look.small,
            )
        for rung, (line, tone) in _RUNGS.items():
            each = rows[rows["rung"] == rung].sort_values("k")
            # All rungs share one lower bound.
            for end in ("high", "low") if rung == "factor" else ("high",):
                axes.plot(each["k"], each[end], line, color=palette.marks[tone], linewidth=2.2)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(scale.low, scale.high)
        axes.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
        set_upwards(axes, scale, 0.3 * look.width, look)
    return figure
