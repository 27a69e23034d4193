"""Pictures made of rows: words above, intervals below; the same layout at any width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from estimation.report.figures.figure_layout import (
    EDGE,
    INSET,
    LEADING,
    Axis,
    Key,
    frame,
    set_axis,
    tall,
    width_of,
    wrapped,
)
from estimation.report.figures.look import POINTS, Look, drawn_as

# Line widths of intervals, points: the widest interval is the thinnest line.
WIDTHS: Final = (2.2, 5.5, 9.5)
_PITCH: Final = 0.17  # inches from bar to bar
_GAP: Final = 0.17  # inches between rows


@dataclass(frozen=True)
class Bar:
    """Intervals and marks on one line.

    Attributes
    ----------
    spans : tuple of (float, float)
        From the widest, drawn thinnest, to the narrowest.
    at : tuple of float
        Where marks stand.
    mark : str
        Matplotlib's name of the mark.
    tone : int
        Which of the palette's four colours.
    filled : bool
        Whether the mark is filled.
    """

    spans: tuple[tuple[float, float], ...] = ()
    at: tuple[float, ...] = ()
    mark: str = "o"
    tone: int = 0
    filled: bool = False


@dataclass(frozen=True)
class Row:
    """Words and the marks below them.

    Attributes
    ----------
    label, value : str
        At the left and at the right.
    bars : tuple of Bar
        None for a heading.
    quiet : str
        Lesser words below the label.
    strong : bool
        Bold.
    band : tuple of (float, float)
        An interval shaded behind the row.
    """

    label: str
    value: str = ""
    bars: tuple[Bar, ...] = ()
    quiet: str = ""
    strong: bool = False
    band: tuple[float, float] | None = None


@dataclass(frozen=True)
class _Words:
    """Lines of a row, each with its text at the right."""

    label: tuple[str, ...]
    value: tuple[str, ...]
    quiet: tuple[str, ...]

    def height(self, look: Look) -> float:
        return tall([*self.label, *self.value], look.font) + tall(self.quiet, look.small)


def chart(
    rows: Sequence[Row],
    look: Look,
    axis: Axis,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    keys: Sequence[Key] = (),
    lines: Sequence[tuple[float, str, int | None]] = (),
) -> Figure:
    """Rows of intervals on one axis.

    Parameters
    ----------
    rows : sequence of Row
        From top to bottom.
    look : Look
        Size and colours.
    axis : Axis
        What all rows share.
    title, subtitle, note : str
        Words around the picture.
    keys : sequence of Key
        What marks mean.
    lines : sequence of (float, str, int or None)
        Values marked across all rows, with Matplotlib's line style and the tone; text colour without one.

    Returns
    -------
    Figure
    """
    with drawn_as(look) as palette:
        words = [_words(row, look) for row in rows]
        heights = [each.height(look) + _PITCH * len(row.bars) + _GAP for row, each in zip(rows, words, strict=True)]
        inside = sum(heights) + 0.04
        figure, axes = frame(look, title=title, subtitle=subtitle, note=note, inside=inside, keys=keys)
        axes.set_ylim(inside, 0)
        axes.set_yticks([])
        set_axis(axes, axis, look)
        for value, line, tone in lines:
            colour = palette.text if tone is None else palette.marks[tone]
            axes.axvline(value, color=colour, linestyle=line, linewidth=1.6, zorder=1.5)
        top = 0.04
        for row, each, height in zip(rows, words, heights, strict=True):
            if row.band is not None:
                axes.fill_between(
                    row.band, top - 0.02, top + height - 0.02, color=palette.band, linewidth=0, zorder=0.5
                )
            _draw_words(axes, row, each, top, look)
            below = top + each.height(look)
            for number, bar in enumerate(row.bars):
                _draw_bar(axes, bar, below + _PITCH * (number + 0.4), look, axis)
            top += height
    return figure


def _words(row: Row, look: Look) -> _Words:
    room = look.width - 2 * EDGE
    label = wrapped(row.label, room, look.font, bold=row.strong)
    value: list[str] = []
    # The value stands beside the label where there is room, else below.
    used = width_of(label[-1], look.font, bold=row.strong) + width_of(row.value, look.font, bold=row.strong)
    if row.value and used + 0.2 > room:
        value = [row.value]
    return _Words(tuple(label), tuple(value), tuple(wrapped(row.quiet, room, look.small)))


def _draw_words(axes: Axes, row: Row, words: _Words, top: float, look: Look) -> None:
    palette = look.palette
    inner = look.width - 2 * INSET
    left, right = (EDGE - INSET) / inner, 1 - (EDGE - INSET) / inner
    place = blended_transform_factory(axes.transAxes, axes.transData)
    # The grid must not run through words.
    box = {"facecolor": palette.ground, "edgecolor": "none", "pad": 0.6}
    weight = "bold" if row.strong else "normal"

    def put(text: str, x: float, y: float, size: float, colour: str, weight: str = "normal") -> None:
        axes.text(
            x,
            y,
            text,
            transform=place,
            size=size,
            color=colour,
            weight=weight,
            va="top",
            ha="left" if x == left else "right",
            bbox=box if row.band is None else None,
            zorder=3,
        )

    step = look.font * LEADING / POINTS
    for line in words.label:
        put(line, left, top, look.font, palette.text, weight)
        top += step
    if row.value and not words.value:
        put(row.value, right, top - step, look.font, palette.text, weight)
    for line in words.value:
        put(line, left, top, look.font, palette.text, weight)
        top += step
    for line in words.quiet:
        put(line, left, top, look.small, palette.quiet)
        top += look.small * LEADING / POINTS


def _draw_bar(axes: Axes, bar: Bar, height: float, look: Look, axis: Axis) -> None:
    palette = look.palette
    colour = palette.marks[bar.tone]
    for number, ends in enumerate(bar.spans):
        axes.plot(
            [max(ends[0], axis.low), min(ends[1], axis.high)],
            [height, height],
            color=colour,
            linewidth=WIDTHS[number],
            solid_capstyle="butt",
            zorder=2,
        )
    if bar.at:
        axes.plot(
            bar.at,
            [height] * len(bar.at),
            bar.mark,
            color=colour if bar.filled else palette.ground,
            markeredgecolor=palette.text if bar.spans and len(bar.at) == 1 else colour,
            markeredgewidth=1.2,
            markersize=0.6 * look.font,
            zorder=4,
            clip_on=False,
        )
