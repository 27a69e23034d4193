"""Fifty possible totals as dots: readers count dots better than they judge areas.

References
----------
Kay, Kola, Hullman and Munson 2016, "When (ish) is my bus?", doi:10.1145/2858036.2858558: quantile dot plots.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure

from estimation.report.figures.figure_layout import INSET, Axis, line_height, set_across, titled_axes, wrapped
from estimation.report.figures.look import SCREEN, Look, drawn_as
from estimation.report.wording.picture_texts import picture_text, who_is_counted

# Dots across the picture: few enough to count, many enough to show the shape.
_ACROSS: Final = 34


def stacks(values: Sequence[float], width: float) -> list[tuple[float, int]]:
    """Places of dots of one width, in stacks: middle of the stack and height in it, for each of the increasing values.

    References
    ----------
    Wilkinson 1999, "Dot plots", doi:10.1080/00031305.1999.10474474: a stack holds all values within a dot's width of
    its first and stands at the middle of its range.

    Examples
    --------
    >>> stacks([1.0, 1.2, 1.4, 3.0], 0.5)
    [(1.2, 0), (1.2, 1), (1.2, 2), (3.0, 0)]
    """
    found: list[tuple[float, int]] = []
    start = 0
    while start < len(values):
        end = start
        while end < len(values) and values[end] < values[start] + width:
            end += 1
        middle = round((values[start] + values[end - 1]) / 2, 9)
        found += [(middle, height) for height in range(end - start)]
        start = end
    return found


def dot_plot(table: pd.DataFrame, panels: Sequence[tuple[str, str]], *, look: Look = SCREEN, note: str = "") -> Figure:
    """Fifty equally likely totals, one panel a rung, from rows of results/quantiles.csv of one scope and basis.

    `panels` are rungs with their words, from top to bottom; the last is filled.
    """
    values = {rung: sorted(float(value) for value in table.loc[table["rung"] == rung, "count"]) for rung, _ in panels}
    most = max(max(each) for each in values.values()) * 1.04
    room = look.width - 2 * INSET
    width, dot = most / _ACROSS, room / _ACROSS  # of a dot, in persons and in inches
    with drawn_as(look) as palette:
        placed = [stacks(values[rung], width) for rung, _ in panels]
        words = [wrapped(said, room, look.font, bold=True) for _, said in panels]
        heights = [
            line_height(look.font, len(lines)) + dot * (1.4 + max(height for _, height in dots)) + 0.24
            for lines, dots in zip(words, placed, strict=True)
        ]
        figure, axes = titled_axes(
            look,
            title=picture_text("dots_title", number=len(placed[0])),
            subtitle=who_is_counted(table.iloc[0]),
            note=note,
            inside=sum(heights),
        )
        axes.set_ylim(sum(heights), 0)
        axes.set_yticks([])
        set_across(axes, Axis("persons", 0.0, most, log=False), look)
        box = {"facecolor": palette.ground, "edgecolor": "none", "pad": 0.6}
        top = 0.0
        for number, (lines, dots, height) in enumerate(zip(words, placed, heights, strict=True), start=1):
            for down, line in enumerate(lines):
                axes.text(
                    0, top + 0.1 + down * line_height(look.font), line, weight="bold", va="top", zorder=3, bbox=box
                )
            top += height
            last = number == len(panels)
            size = np.full(len(dots), 0.86 * width)
            axes.add_collection(
                EllipseCollection(
                    size,
                    size,
                    np.zeros(len(dots)),
                    units="x",
                    offsets=[(middle, top - dot * (place + 0.5)) for middle, place in dots],
                    offset_transform=axes.transData,
                    facecolors=palette.first if last else palette.ground,
                    edgecolors=palette.first,
                    linewidths=1.4,
                    zorder=2,
                    clip_on=False,
                )
            )
            if not last:
                axes.axhline(top, color=palette.quiet, linewidth=0.8)
    return figure
