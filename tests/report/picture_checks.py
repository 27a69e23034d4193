"""Checks of pictures for tests: contrast of colours, and that a picture is drawn again as the same bytes."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from estimation.report.figures.look import svg_bytes


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21.

    References
    ----------
    Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".

    Examples
    --------
    >>> round(contrast("#000000", "#FFFFFF")), round(contrast("#E69F00", "#FFFFFF"), 2)
    (21, 2.25)
    """
    dim, bright = sorted(_luminance(colour) for colour in (one, other))
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def svg_drawn_twice(draw: Callable[[], Figure]) -> bytes:
    """A picture as SVG, after checks that it is small, well formed, without a date, and the same when drawn again."""
    first = svg_bytes(draw())
    assert first == svg_bytes(draw())
    assert ET.fromstring(first).tag.endswith("svg")
    assert b"<dc:date>" not in first
    assert len(first) < 1_000_000
    return first
