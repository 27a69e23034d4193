"""Charts made of rows, with words above and intervals below: the same layout at any width."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from estimation.report.figures.figure_layout import (
    EDGE,
    INSET,
    Axis,
    LegendKey,
    line_height,
    set_across,
    titled_axes,
    width_of,
    wrapped,
)
from estimation.report.figures.look import Look, drawn_as
from estimation.report.wording.rounding import TableRow

# Line widths of intervals, points: the widest interval is the thinnest line.
WIDTHS: Final = (2.2, 5.5, 9.5)
MEDIAN_KEY, KEY_50, KEY_80, KEY_95 = (
    LegendKey("median"),
    LegendKey("50%", "-", width=WIDTHS[2]),
    LegendKey("80%", "-", width=WIDTHS[1]),
    LegendKey("95% interval", "-", width=WIDTHS[0]),
)
_PITCH: Final = 0.17  # inches from bar to bar
_GAP: Final = 0.17  # inches between rows


@dataclass(frozen=True)
class Bar:
    """Intervals and marks on one line."""

    spans: tuple[tuple[float, float], ...] = ()  # from the widest, drawn thinnest, to the narrowest
    at: tuple[float, ...] = ()  # where marks stand
    mark: str = "o"  # Matplotlib's name
    tone: int = 0  # which of the palette's four colours
    filled: bool = False

    @classmethod
    def of(
        cls,
        row: TableRow,
        middle: str,
        *ends: tuple[str, str],
        mark: str = "o",
        tone: int = 0,
        filled: bool = False,
    ) -> "Bar":
        """The bar of a table's row, from the names of the columns of its middle and of the ends of its intervals."""
        spans = tuple((float(row[low]), float(row[high])) for low, high in ends)
        return cls(spans, (float(row[middle]),), mark, tone, filled)


@dataclass(frozen=True)
class IntervalRow:
    """Words and the marks below them."""

    label: str
    value: str = ""  # words at the right
    bars: tuple[Bar, ...] = ()  # none for a heading
    quiet: str = ""  # lesser words below the label
    strong: bool = False  # whether the words are bold
    band: tuple[float, float] | None = None  # an interval shaded behind the row


def interval_chart(
    rows: Sequence[IntervalRow],
    look: Look,
    axis: Axis,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    keys: Sequence[LegendKey] = (),
    lines: Sequence[tuple[float, str, int | None]] = (),
) -> Figure:
    """Rows of intervals on one axis, from top to bottom.

    Lines mark values across all rows, with Matplotlib's line style and a tone, or the colour of text without one.
    """
    with drawn_as(look) as palette:
        words = [_Words.of(row, look) for row in rows]
        heights = [each.height(look) + _PITCH * len(row.bars) + _GAP for row, each in zip(rows, words, strict=True)]
        inside = sum(heights) + 0.04
        figure, axes = titled_axes(look, title=title, subtitle=subtitle, note=note, inside=inside, keys=keys)
        axes.set_ylim(inside, 0)
        axes.set_yticks([])
        set_across(axes, axis, look)
        for value, line, tone in lines:
            colour = palette.text if tone is None else palette.marks[tone]
            axes.axvline(value, color=colour, linestyle=line, linewidth=1.6, zorder=1.5)
        top = 0.04
        for row, each, height in zip(rows, words, heights, strict=True):
            if row.band is not None:
                ends = top - 0.02, top + height - 0.02
                axes.fill_between(row.band, *ends, color=palette.band, linewidth=0, zorder=0.5)
            _draw_words(axes, row, each, top, look)
            below = top + each.height(look)
            for number, bar in enumerate(row.bars):
                _draw_bar(axes, bar, below + _PITCH * (number + 0.4), look, axis)
            top += height
    return figure


@dataclass(frozen=True)
class _Words:
    """A row's words in lines; the value has its own line only where there is no room beside the label."""

    label: list[str]
    value: list[str]
    quiet: list[str]

    @classmethod
    def of(cls, row: IntervalRow, look: Look) -> "_Words":
        room = look.width - 2 * EDGE
        label = wrapped(row.label, room, look.font, bold=row.strong)
        used = width_of(label[-1], look.font, bold=row.strong) + width_of(row.value, look.font, bold=row.strong)
        value = [row.value] if row.value and used + 0.2 > room else []
        return cls(label, value, wrapped(row.quiet, room, look.small))

    def height(self, look: Look) -> float:
        lines = len(self.label) + len(self.value)
        return line_height(look.font, lines) + line_height(look.small, len(self.quiet))


def _draw_words(axes: Axes, row: IntervalRow, words: _Words, top: float, look: Look) -> None:
    palette = look.palette
    inner = look.width - 2 * INSET
    place = blended_transform_factory(axes.transAxes, axes.transData)
    # The grid must not run through words.
    box = {"facecolor": palette.ground, "edgecolor": "none", "pad": 0.6} if row.band is None else None

    def put(text: str, y: float, *, side: str = "left", **extra: Any) -> None:
        x = (EDGE - INSET) / inner if side == "left" else 1 - (EDGE - INSET) / inner
        axes.text(x, y, text, transform=place, va="top", ha=side, bbox=box, zorder=3, **extra)

    main: dict[str, Any] = {"size": look.font, "color": palette.text, "weight": "bold" if row.strong else "normal"}
    step = line_height(look.font)
    for line in words.label:
        put(line, top, **main)
        top += step
    if row.value and not words.value:
        put(row.value, top - step, side="right", **main)
    for line in words.value:
        put(line, top, **main)
        top += step
    for line in words.quiet:
        put(line, top, size=look.small, color=palette.quiet)
        top += line_height(look.small)


def _draw_bar(axes: Axes, bar: Bar, height: float, look: Look, axis: Axis) -> None:
    palette = look.palette
    colour = palette.marks[bar.tone]
    for (low, high), width in zip(bar.spans, WIDTHS, strict=False):
        ends = max(low, axis.low), min(high, axis.high)
        axes.plot(ends, [height] * 2, color=colour, linewidth=width, solid_capstyle="butt", zorder=2)
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
