"""The words around a picture and its axes, laid out by measured lengths so that nothing is cut at any width."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath

from estimation.report.figures.look import POINTS, Look
from estimation.report.wording.numbers import persons

EDGE: Final = 0.14  # inches between text and the edge of the picture
INSET: Final = 0.36  # inches between axes and edge, so that half a tick label fits
_LEADING: Final = 1.42
_KEY: Final = 0.17  # inches of a key's mark, at the least
_BESIDE: Final = 0.07  # inches between a key's mark and its text
_APART: Final = 0.16  # inches between keys
# Matplotlib's patterns repeat after so many widths of the line.
_PATTERN: Final = {"--": 5.3, "-.": 10.6, ":": 2.65}


@dataclass(frozen=True)
class Axis:
    """One axis of a picture: what it measures, its ends, and how values are written along it."""

    label: str
    low: float
    high: float
    unit: Literal["persons", "share", "plain"] = "persons"
    log: bool = True

    def at(self, value: float) -> float:
        """Position of a value, 0 at the low end and 1 at the high end."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def write(self, value: float) -> str:
        """A value as a tick label."""
        if self.unit == "plain":
            return f"{value:g}"
        return persons(value) if self.unit == "persons" else f"{100 * value:g}%"

    def ticks(self, room: float, size: float) -> list[float]:
        """Increasing ticks whose labels (points) do not touch in the room (inches), the roundest placed first."""
        kept: list[float] = []
        for place in self._candidates():
            half = width_of(self.write(place), size) / 2
            if all(
                room * abs(self.at(place) - self.at(other)) > half + width_of(self.write(other), size) / 2 + 0.1
                for other in kept
            ):
                kept.append(place)
        return sorted(kept)

    def _candidates(self) -> list[float]:
        most = min(self.high, 1.0) if self.unit == "share" else self.high
        if not self.log:
            step = next(m * 10.0**e for e in range(-4, 9) for m in (1, 2, 5) if (most - self.low) / (m * 10.0**e) <= 7)
            first, last = math.ceil(self.low / step), math.floor(most / step)
            places = [step * number for number in range(first, last + 1)]
            return sorted(places, key=lambda place: (round(place / step) % 2, place))
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(most)) + 1)
        return [
            place for m in (1, 5, 2) for e in exponents if self.low <= (place := float(f"{m}e{e}")) <= most * (1 + 1e-9)
        ]


def persons_axis(low: float, high: float) -> Axis:
    """A logarithmic axis of persons with some room beyond the values it must hold."""
    return Axis("persons (log scale)", low / 1.15, high * 1.15)


@dataclass(frozen=True)
class LegendKey:
    """One mark and its meaning, for the lines above a picture."""

    text: str
    mark: str = "o"  # Matplotlib's name of the mark; "-" and others for a line
    tone: int | None = 0  # which of the palette's four colours; None for the colour of text
    filled: bool = False  # whether the mark is filled
    width: float = 2.2  # of a line, points

    @property
    def line(self) -> bool:
        """Whether the mark is a line."""
        return self.mark in ("-", "--", "-.", ":")

    @property
    def length(self) -> float:
        """Length of the mark in inches, long enough for its pattern to be seen."""
        return max(_KEY, 1.4 * _PATTERN.get(self.mark, 0.0) * self.width / POINTS)

    def room(self, look: Look) -> float:
        """Length of mark, text and the gap to the next key in inches."""
        return self.length + _BESIDE + width_of(self.text, look.small) + _APART


@lru_cache(maxsize=8192)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in inches, at a size in points."""
    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    # A letter of a dollar's width stands for it, which would begin a formula. The outlines reach furthest at points
    # they are drawn through, so that the curves between need not be followed, which takes most of the time.
    return float(TextPath((0, 0), text.replace("$", "S"), size=size, prop=font).vertices[:, 0].max()) / POINTS


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """A text in lines no wider than the room, inches; a word longer than a line stands by itself."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def line_height(size: float, lines: float = 1) -> float:
    """Height of lines of text of a size in points, inches."""
    return lines * size * _LEADING / POINTS


def titled_axes(
    look: Look,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    inside: float,
    under: float = 0.0,
    keys: Sequence[LegendKey] = (),
) -> tuple[Figure, Axes]:
    """An empty picture: axes so many inches high, a title and a legend above, a note below.

    The axes stand `INSET` from both sides, with room for ticks and a name below; `under` adds inches above the note.
    """
    palette, room, line = look.palette, look.width - 2 * EDGE, line_height(look.small)
    heading, said = wrapped(title, room, look.font, bold=True), wrapped(subtitle, room, look.small)
    below, legend = wrapped(note, room, look.small), _legend_lines(keys, room, look)
    above = line_height(1.0, len(heading) * look.font + len(said) * look.small)
    head = above + line_height(look.small, len(legend)) + 0.2
    foot = line_height(look.small, 3.0) + line_height(look.small, len(below)) + 0.12 + under
    height = head + inside + foot
    figure = Figure(figsize=(look.width, height))

    def put(lines: Sequence[str], top: float, size: float, **extra: Any) -> float:
        for text in lines:
            figure.text(EDGE / look.width, top / height, text, size=size, va="top", ha="left", **extra)
            top -= line_height(size)
        return top

    top = put(heading, height - 0.1, look.font, weight="bold", color=palette.text)
    top = put(said, top, look.small, weight="normal", color=palette.text)
    for one in legend:
        _draw_keys(figure, one, top, look)
        top -= line
    put(below, line_height(look.small, len(below)) + 0.06, look.small, color=palette.quiet)
    axes = figure.add_axes((INSET / look.width, foot / height, 1 - 2 * INSET / look.width, inside / height))
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    return figure, axes


def set_across(axes: Axes, axis: Axis, look: Look) -> None:
    """Give axes their horizontal scale, ticks, light grid and name below."""
    axes.set_xscale("log" if axis.log else "linear")
    axes.set_xlim(axis.low, axis.high)
    places = axis.ticks(look.width - 2 * INSET, look.small)
    axes.set_xticks(places, [axis.write(place) for place in places])
    axes.minorticks_off()
    axes.tick_params(axis="x", length=3, bottom=True)
    axes.grid(visible=True, axis="x", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel(axis.label, loc="left")


def set_upwards(axes: Axes, axis: Axis, room: float, look: Look) -> None:
    """Give axes their vertical ticks, with labels that do not touch in so many inches and room for them at the left."""
    places = axis.ticks(room, look.small)
    labels = [axis.write(place) for place in places]
    axes.set_yticks(places, labels)
    axes.minorticks_off()
    axes.tick_params(left=True, bottom=True, length=3)
    place = axes.get_position()
    left = (max(width_of(label, look.small) for label in labels) + 0.24) / look.width
    axes.set_position((left, place.y0, place.x1 - left, place.height))


def colour_bar(
    figure: Figure, axes: Axes, drawn: Any, look: Look, *, length: float, below: float, **extra: Any
) -> Colorbar:
    """A horizontal scale of colours below axes, with its length and its distance from them in inches."""
    height, foot = figure.get_size_inches()[1], axes.get_position().y0
    place = (INSET / look.width, foot - below / height, length / look.width, 0.14 / height)
    return figure.colorbar(drawn, cax=figure.add_axes(place), orientation="horizontal", **extra)


def _legend_lines(keys: Sequence[LegendKey], room: float, look: Look) -> list[list[LegendKey]]:
    lines: list[list[LegendKey]] = []
    used = math.inf
    for key in keys:
        needs = key.room(look)
        if used + needs > room + _APART:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += needs
    return lines


def _draw_keys(figure: Figure, keys: Sequence[LegendKey], top: float, look: Look) -> None:
    palette = look.palette
    width, height = figure.get_size_inches()
    left, middle = EDGE, top - 0.62 * look.small / POINTS
    for key in keys:
        colour = palette.text if key.tone is None else palette.marks[key.tone]
        ends = (left, left + key.length) if key.line else (left + 0.08, left + 0.08)
        figure.add_artist(
            Line2D(
                [end / width for end in ends],
                [middle / height] * 2,
                linestyle=key.mark if key.line else "none",  # type: ignore[arg-type]
                linewidth=key.width,
                color=colour,
                marker="none" if key.line else key.mark,
                markersize=0.62 * look.font,
                markerfacecolor=colour if key.filled else palette.ground,
                markeredgecolor=colour,
                markeredgewidth=1.4,
                solid_capstyle="butt",
            )
        )
        beside = left + key.length + _BESIDE
        figure.text(beside / width, top / height, key.text, size=look.small, va="top", ha="left")
        left += key.room(look)
