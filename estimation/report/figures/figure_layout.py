"""The words around a picture, laid out by measured lengths: nothing is cut and nothing collides at any width."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath

from estimation.report.figures.look import POINTS, Look
from estimation.report.wording.wording import persons

EDGE: Final = 0.14  # inches between text and the edge of the picture
INSET: Final = 0.36  # inches between axes and edge, so that half a tick label fits
LEADING: Final = 1.42
_KEY: Final = 0.17  # inches of a key's mark, at the least
_BESIDE: Final = 0.07  # inches between a key's mark and its text
# Matplotlib's patterns repeat after so many widths of the line.
_PATTERN: Final = {"--": 5.3, "-.": 10.6, ":": 2.65}


@dataclass(frozen=True)
class Axis:
    """A horizontal axis.

    Attributes
    ----------
    label : str
        What it measures.
    low, high : float
        Its ends.
    unit : {"persons", "share", "plain"}
        How ticks read.
    log : bool
        Whether steps are factors.
    """

    label: str
    low: float
    high: float
    unit: Literal["persons", "share", "plain"] = "persons"
    log: bool = True

    def at(self, value: float) -> float:
        """Where a value lies, 0 at the left end and 1 at the right."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def write(self, value: float) -> str:
        """A value as it stands at a tick."""
        if self.unit == "plain":
            return f"{value:g}"
        return persons(value) if self.unit == "persons" else f"{100 * value:g}%"


@dataclass(frozen=True)
class Key:
    """What a mark means, for the lines above a picture.

    Attributes
    ----------
    text : str
        The meaning.
    mark : str
        Matplotlib's name of the mark; ``-`` and others for a line.
    tone : int or None
        Which of the palette's four colours; that of text for none.
    filled : bool
        Whether the mark is filled.
    width : float
        Of a line, points.
    """

    text: str
    mark: str = "o"
    tone: int | None = 0
    filled: bool = False
    width: float = 2.2


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
    """A text in lines no wider than the room, inches; a word longer than a line stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def tall(lines: Sequence[object], size: float) -> float:
    """Height of lines of text, inches."""
    return len(lines) * size * LEADING / POINTS


def ticks(axis: Axis, room: float, size: float) -> list[float]:
    """Ticks whose labels do not touch, rounder ones first.

    Parameters
    ----------
    axis : Axis
        The axis.
    room : float
        Its length, inches.
    size : float
        Of the labels, points.

    Returns
    -------
    list of float
    """
    kept: list[float] = []
    for place in _candidates(axis):
        half = width_of(axis.write(place), size) / 2
        if all(
            room * abs(axis.at(place) - axis.at(other)) > half + width_of(axis.write(other), size) / 2 + 0.1
            for other in kept
        ):
            kept.append(place)
    return sorted(kept)


def _candidates(axis: Axis) -> list[float]:
    most = min(axis.high, 1.0) if axis.unit == "share" else axis.high
    if not axis.log:
        step = next(m * 10.0**e for e in range(-4, 9) for m in (1, 2, 5) if (most - axis.low) / (m * 10.0**e) <= 7)
        first, last = math.ceil(axis.low / step), math.floor(most / step)
        places = [step * number for number in range(first, last + 1)]
        return sorted(places, key=lambda place: (round(place / step) % 2, place))
    exponents = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(most)) + 1)
    return [
        place for m in (1, 5, 2) for e in exponents if axis.low <= (place := float(f"{m}e{e}")) <= most * (1 + 1e-9)
    ]


def frame(
    look: Look,
    *,
    title: str,
    subtitle: str = "",
    note: str = "",
    inside: float,
    under: float = 0.0,
    keys: Sequence[Key] = (),
) -> tuple[Figure, Axes]:
    """A picture with its words around one axes.

    Parameters
    ----------
    look : Look
        Size and colours.
    title, subtitle, note : str
        Above, and below the axes.
    inside : float
        Height of the axes, inches.
    under : float
        More room between axes and note, inches.
    keys : sequence of Key
        What marks mean.

    Returns
    -------
    Figure, Axes
        The axes stand `INSET` from both sides, with room for ticks and a name below.
    """
    palette, room = look.palette, look.width - 2 * EDGE
    above = [
        *((line, look.font, "bold") for line in wrapped(title, room, look.font, bold=True)),
        *((line, look.small, "normal") for line in wrapped(subtitle, room, look.small)),
    ]
    below, placed = wrapped(note, room, look.small), _in_lines(keys, room, look)
    head = sum(size for _, size, _ in above) * LEADING / POINTS + tall(placed, look.small) + 0.2
    foot = 3.0 * look.small * LEADING / POINTS + tall(below, look.small) + 0.12 + under
    height = head + inside + foot
    figure = Figure(figsize=(look.width, height))

    def put(text: str, top: float, size: float, **extra: Any) -> None:
        figure.text(EDGE / look.width, top / height, text, size=size, va="top", ha="left", **extra)

    top = height - 0.1
    for line, size, weight in above:
        put(line, top, size, weight=weight, color=palette.text)
        top -= size * LEADING / POINTS
    for one in placed:
        _draw_keys(figure, one, top, look)
        top -= look.small * LEADING / POINTS
    top = tall(below, look.small) + 0.06
    for line in below:
        put(line, top, look.small, color=palette.quiet)
        top -= look.small * LEADING / POINTS
    axes = figure.add_axes((INSET / look.width, foot / height, 1 - 2 * INSET / look.width, inside / height))
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    return figure, axes


def set_axis(axes: Axes, axis: Axis, look: Look) -> None:
    """Give axes their scale, ticks, light grid and name below."""
    axes.set_xscale("log" if axis.log else "linear")
    axes.set_xlim(axis.low, axis.high)
    write: Callable[[float], str] = axis.write
    places = ticks(axis, look.width - 2 * INSET, look.small)
    axes.set_xticks(places, [write(place) for place in places])
    axes.minorticks_off()
    axes.tick_params(axis="x", length=3, bottom=True)
    axes.grid(visible=True, axis="x", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel(axis.label, loc="left")


def _in_lines(keys: Sequence[Key], room: float, look: Look) -> list[list[Key]]:
    lines: list[list[Key]] = []
    used = math.inf
    for key in keys:
        needs = _length(key) + _BESIDE + width_of(key.text, look.small) + 0.16
        if used + needs > room + 0.16:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += needs
    return lines


def _length(key: Key) -> float:
    """Inches of a key's mark: long enough for its pattern to be seen."""
    return max(_KEY, 1.4 * _PATTERN.get(key.mark, 0.0) * key.width / POINTS)


def _draw_keys(figure: Figure, keys: Sequence[Key], top: float, look: Look) -> None:
    palette = look.palette
    width, height = figure.get_size_inches()
    left, middle = EDGE, top - 0.62 * look.small / POINTS
    for key in keys:
        length = _length(key)
        colour = palette.text if key.tone is None else palette.marks[key.tone]
        line = key.mark in ("-", "--", "-.", ":")
        figure.add_artist(
            Line2D(
                [(left + (0.0 if line else 0.08)) / width, (left + (length if line else 0.08)) / width],
                [middle / height] * 2,
                linestyle=key.mark if line else "none",  # type: ignore[arg-type]
                linewidth=key.width,
                color=colour,
                marker="none" if line else key.mark,
                markersize=0.62 * look.font,
                markerfacecolor=colour if key.filled else palette.ground,
                markeredgecolor=colour,
                markeredgewidth=1.4,
                solid_capstyle="butt",
            )
        )
        figure.text((left + length + _BESIDE) / width, top / height, key.text, size=look.small, va="top", ha="left")
        left += length + _BESIDE + width_of(key.text, look.small) + 0.16
