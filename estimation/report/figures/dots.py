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

from estimation.report.figures.figure_layout import INSET, LEADING, Axis, frame, set_axis, tall, wrapped
from estimation.report.figures.look import POINTS, SCREEN, Look, drawn_as
from estimation.report.wording.picture_texts import counted, fill

# Dots across the picture: few enough to count, many enough to show the shape.
ACROSS: Final = 34


def stacks(values: Sequence[float], width: float) -> list[tuple[float, int]]:
    """Places of dots of one width, in stacks.

    Parameters
    ----------
    values : sequence of float
        In increasing order.
    width : float
        Of a dot, in the unit of the values.

    Returns
    -------
    list of (float, int)
        Middle of its stack and height in it, for each dot.

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
    """Fifty equally likely totals, one panel a rung, on one axis.

    Parameters
    ----------
    table : DataFrame
        Rows of results/quantiles.csv of one scope and basis.
    panels : sequence of (str, str)
        Rung and its words, from top to bottom; the last is filled.
    look : Look
        Size and colours.
    note : str
        Below the picture.

    Returns
    -------
    Figure
    """
    values = {rung: sorted(float(value) for value in table.loc[table["rung"] == rung, "count"]) for rung, _ in panels}
    most = max(max(each) for each in values.values()) * 1.04
    width = most / ACROSS
    dot = (look.width - 2 * INSET) / ACROSS  # inches
    placed = {rung: stacks(each, width) for rung, each in values.items()}
    with drawn_as(look) as palette:
        words = {rung: wrapped(said, look.width - 2 * INSET, look.font, bold=True) for rung, said in panels}
        heights = {
            rung: tall(words[rung], look.font) + dot * (1.4 + max(height for _, height in placed[rung])) + 0.24
            for rung, _ in panels
        }
        inside = sum(heights.values())
        figure, axes = frame(
            look,
            title=fill("dots_title", number=len(values[panels[0][0]])),
            subtitle=counted(table.iloc[0]),
            note=note,
            inside=inside,
        )
        axis = Axis("persons", 0.0, most, log=False)
        axes.set_ylim(inside, 0)
        axes.set_yticks([])
        set_axis(axes, axis, look)
        top = 0.0
        for number, (rung, _) in enumerate(panels):
            line_top = top + 0.1
            for line in words[rung]:
                axes.text(
                    0,
                    line_top,
                    line,
                    weight="bold",
                    va="top",
                    zorder=3,
                    bbox={"facecolor": palette.ground, "edgecolor": "none", "pad": 0.6},
                )
                line_top += look.font * LEADING / POINTS
            top += heights[rung]
            last = number == len(panels) - 1
            axes.add_collection(
                EllipseCollection(
                    np.full(len(placed[rung]), 0.86 * width),
                    np.full(len(placed[rung]), 0.86 * width),
                    np.zeros(len(placed[rung])),
                    units="x",
                    offsets=[(middle, top - dot * (height + 0.5)) for middle, height in placed[rung]],
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
