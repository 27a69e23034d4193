"""How every picture looks: sizes, light and dark, colours with enough contrast, and the same bytes every time.

Colours come from the set of Okabe and Ito. On white its orange has a contrast of 2.25 to 1 and its sky blue of 2.3, so
that they are used on the dark ground only; no picture needs colour to be read.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

POINTS: Final = 72.0


@dataclass(frozen=True)
class Palette:
    """Colours of one ground."""

    ground: str
    band: str  # a shaded part of the ground
    text: str
    quiet: str  # lesser text
    grid: str
    first: str  # this and the next are for marks and lines, never for text
    second: str
    third: str
    fourth: str

    @property
    def marks(self) -> tuple[str, str, str, str]:
        """The colours of marks."""
        return self.first, self.second, self.third, self.fourth


LIGHT: Final = Palette(
    "#FFFFFF", "#EEEEEE", "#1A1A1A", "#595959", "#DDDDDD", "#0072B2", "#D55E00", "#008560", "#A8518A"
)
DARK: Final = Palette("#14181D", "#262D35", "#F2F2F2", "#B8BEC6", "#3A414A", "#56B4E9", "#E69F00", "#2FC79B", "#E09BC4")
# For pictures that are drawn on white only.
BLUE, RED, GREEN, PURPLE = LIGHT.marks
ORANGE, GREY = DARK.second, "#6E6E6E"


@dataclass(frozen=True)
class Look:
    """Sizes and colours in which every picture can be drawn."""

    name: str  # in file names
    width: float  # inches; 3.75 are a phone's 360 pixels
    font: float  # points
    dpi: int  # of the PNG
    dark: bool = False

    @property
    def suffix(self) -> str:
        """Ending that it gives a picture's file name."""
        return "" if self.name == "screen" else f"-{self.name}"

    @property
    def palette(self) -> Palette:
        """Its colours."""
        return DARK if self.dark else LIGHT

    @property
    def small(self) -> float:
        """Size of lesser text, points."""
        return 0.9 * self.font


SCREEN: Final = Look("screen", 8.0, 11, 120)
_ALL: Final = (
    SCREEN,
    Look("dark", 8.0, 11, 120, dark=True),
    Look("print", 6.7, 9, 300),
    Look("print-dark", 6.7, 9, 300, dark=True),
    Look("phone", 3.75, 9.5, 192),
    Look("phone-dark", 3.75, 9.5, 192, dark=True),
)
LOOKS: Final = {look.name: look for look in _ALL}


def _settings(look: Look = SCREEN) -> dict[Any, Any]:
    """Matplotlib's settings for a look."""
    palette = look.palette
    return {
        "svg.hashsalt": "estimation",
        "svg.fonttype": "path",
        "figure.dpi": 110,
        "font.family": "DejaVu Sans",
        "font.size": look.font,
        "figure.facecolor": palette.ground,
        "savefig.facecolor": palette.ground,
        "axes.facecolor": palette.ground,
        "axes.edgecolor": palette.quiet,
        "axes.labelcolor": palette.text,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.labelsize": look.small,
        "axes.titlesize": look.font,
        "axes.grid": False,
        "grid.color": palette.grid,
        "text.color": palette.text,
        "xtick.color": palette.quiet,
        "ytick.color": palette.quiet,
        "xtick.labelcolor": palette.text,
        "ytick.labelcolor": palette.text,
        "xtick.labelsize": look.small,
        "ytick.labelsize": look.small,
        "text.parse_math": False,
    }


@contextmanager
def drawn_as(look: Look) -> Iterator[Palette]:
    """Draw everything within the block in a look, and give its colours."""
    with sns.axes_style("white"), mpl.rc_context(_settings(look)):
        yield look.palette


def style() -> None:
    """Set fonts, sizes and reproducible SVG for pictures that a notebook draws itself."""
    sns.set_theme(context="notebook", style="whitegrid", font="DejaVu Sans")
    mpl.rcParams.update(_settings() | {"axes.grid": True, "savefig.bbox": "tight"})
    # Loads the backend now: a notebook shows a figure as a picture only once its own backend is there.
    plt.switch_backend(mpl.get_backend())


def share_axis(axes: Axes) -> None:
    """Write the ticks of an axis of shares in percent."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))


def svg_bytes(figure: Figure, *, title: str = "", alt: str = "") -> bytes:
    """A picture as SVG, with its title and description for screen readers; the same picture gives the same bytes."""
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "estimation"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    if not title:
        return buffer.getvalue()
    head, tag, rest = buffer.getvalue().decode().partition("<svg ")
    opening, close, body = rest.partition(">")
    said = f"\n <title>{escape(title)}</title>\n <desc>{escape(alt)}</desc>"
    return f'{head}{tag}role="img" {opening}{close}{said}{body}'.encode()


def png_bytes(figure: Figure, *, dpi: int, title: str = "", alt: str = "") -> bytes:
    """A picture as PNG with title and description, and nothing about program or time."""
    buffer = io.BytesIO()
    said = {key: text for key, text in (("Title", title), ("Description", alt)) if text}
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None, **said})
    return buffer.getvalue()
