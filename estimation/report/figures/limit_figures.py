"""Pictures over two axes: what follows without a model, and a claim's probability over two entries; no arithmetic."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter

from estimation.report.figures.figure_layout import INSET, Axis, Key, frame, ticks, width_of
from estimation.report.figures.look import SCREEN, Look, drawn_as
from estimation.report.wording.picture_texts import entry, fill, spoken

# Of each rung: line and tone, told apart by the line alone.
_RUNGS: Final = {"factor": ("-", 0), "north and east": ("--", 1), "cities": ("-.", 2), "other groups": (":", 3)}
_LEVELS: Final = {0.2: ":", 0.5: "-", 0.8: "--"}


def contour(table: pd.DataFrame, *, title: str, look: Look = SCREEN) -> Figure:
    """Probability of a claim over two entries.

    Parameters
    ----------
    table : DataFrame
        Of `tipping.contour`.
    title : str
        The claim in words.
    look : Look
        Size and colours.

    Returns
    -------
    Figure
    """
    first, second = (str(name) for name in table.columns[:2])
    named = {"across": first, "up": second}
    grid = table.pivot(index=second, columns=first, values="probability")
    across, up = grid.columns.to_numpy(float), grid.index.to_numpy(float)
    log = across.min() > 0 and across.max() > 20 * across.min()
    with drawn_as(look) as palette:
        figure, axes = frame(
            look,
            title=title,
            subtitle=fill("contour_axes", **{at: f"{entry(of)} ({spoken(of)})" for at, of in named.items()}),
            inside=0.45 * look.width,
            under=0.3,
            keys=[Key(f"{level:.0%}", line, None) for level, line in _LEVELS.items()],
        )
        shades = axes.contourf(across, up, grid, levels=np.linspace(0, 1, 11), cmap="cividis")
        lines = axes.contour(
            across, up, grid, levels=list(_LEVELS), colors="black", linestyles=list(_LEVELS.values()), linewidths=1.8
        )
        # Black with a white edge stands out from every shade.
        lines.set_path_effects([withStroke(linewidth=4.2, foreground="white")])
        axes.set_xscale("log" if log else "linear")
        scale = Axis("", float(across.min()), float(across.max()), "plain", log=bool(log))
        axes.set_xticks(ticks(scale, look.width - 1.2, look.small), minor=False)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.minorticks_off()
        axes.tick_params(left=True, bottom=True, length=3)
        upwards = Axis("", float(up.min()), float(up.max()), "plain", log=False)
        places = ticks(upwards, 0.45 * look.width, look.small)
        axes.set_yticks(places, [upwards.write(place) for place in places])
        _beside(axes, max(width_of(upwards.write(place), look.small) for place in places), look)
        height, foot = figure.get_size_inches()[1], axes.get_position().y0
        bar = figure.colorbar(
            shades,
            cax=figure.add_axes((INSET / look.width, foot - 0.6 / height, 2.6 / look.width, 0.14 / height)),
            orientation="horizontal",
            ticks=[0, 0.5, 1],
            format=FuncFormatter(lambda value, _: f"{value:.0%}"),
        )
        bar.outline.set_edgecolor(palette.quiet)
    return figure


def bounds(table: pd.DataFrame, *, scope: str, look: Look = SCREEN) -> Figure:
    """Bounds that widen with k, a kind of line for each rung.

    Parameters
    ----------
    table : DataFrame
        `scope`, `rung`, `k`, `low`, `high`.
    scope : str
        Which scope.
    look : Look
        Size and colours.

    Returns
    -------
    Figure
    """
    rows = table[table["scope"] == scope]
    none = rows[rows["rung"] == "no model"].iloc[0]
    least, most = float(none["low"]), float(none["high"])
    # Room above and below for the words of the two bounds.
    ends = least / 2.0, most * 2.0
    with drawn_as(look) as palette:
        figure, axes = frame(
            look,
            title=fill("bounds_title"),
            subtitle=fill("bounds_axes"),
            inside=0.5 * look.width,
            keys=[Key(fill(f"bounds_{rung.replace(' ', '_')}"), *mark) for rung, mark in _RUNGS.items()],
        )
        axes.axhspan(least, most, color=palette.band, linewidth=0, zorder=0)
        for limit, side, words in ((least, "top", "bounds_least"), (most, "bottom", "bounds_most")):
            axes.axhline(limit, color=palette.text, linewidth=1.2)
            axes.annotate(
                fill(words, persons=Axis("", 1, 2).write(float(f"{limit:.2g}"))),
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
        axes.set_ylim(ends)
        scale = Axis("", *ends)
        places = ticks(scale, 0.3 * look.width, look.small)
        axes.set_yticks(places, [scale.write(place) for place in places])
        axes.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
        axes.minorticks_off()
        axes.tick_params(left=True, bottom=True, length=3)
        _beside(axes, max(width_of(scale.write(place), look.small) for place in places), look)
    return figure


def _beside(axes: Axes, names: float, look: Look) -> None:
    """Make room at the left for names of ticks, inches wide."""
    place = axes.get_position()
    left = (names + 0.24) / look.width
    axes.set_position((left, place.y0, place.x1 - left, place.height))
