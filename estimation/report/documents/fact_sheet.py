"""The fact sheet as one HTML file and as a tagged PDF, each of two pages.

Jinja escapes every text on its way into HTML; Typst gets all texts as data, never as markup.
"""

import base64
import json
from dataclasses import asdict
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import jinja2
import matplotlib as mpl

from estimation.errors import EstimationError
from estimation.report.documents.fact_sheet_content import Sheet, drawn, sheet
from estimation.report.figures.look import LOOKS
from estimation.report.figures.result_tables import ResultTables
from estimation.report.record import results_folder, run_card

FOLDER: Final = "fact_sheet"
TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("estimation.report.documents"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)
# Sizes of type tried until everything stands on two pages, points.
_SIZES: Final = (8.4, 8.0, 7.6, 7.2)
_PAGES: Final = 2


def html(content: Sheet, pictures: list[tuple[bytes, bytes]], *, points: float = _SIZES[0]) -> bytes:
    """The fact sheet as one HTML file that needs nothing else, with each picture as SVG, light and dark.

    `points` is the size of type in print.
    """
    coded = [tuple(base64.b64encode(one).decode() for one in pair) for pair in pictures]
    return TEMPLATES.get_template("fact_sheet.html").render(sheet=content, pictures=coded, points=points).encode()


def pdf(content: Sheet, pictures: list[bytes]) -> tuple[bytes, float]:
    """The fact sheet with its SVG pictures as a tagged PDF (PDF/UA-1) of two pages, and the size of its type in points.

    The same content gives the same bytes. Raises `EstimationError` if Typst is not installed, or if the content does
    not fit on two pages.
    """
    typst = _typst()
    pages = 0
    for points in _SIZES:
        # Fonts of the machine would make other bytes elsewhere.
        compiler = typst.Compiler(
            _template("typ").encode(),
            font_paths=[fonts()],
            ignore_system_fonts=True,
            sys_inputs={**inputs(content, pictures), "points": str(points)},
        )
        pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
        if pages == _PAGES:
            return bytes(compiler.compile(format="pdf", pdf_standards=["ua-1"])), points
    raise EstimationError("the fact sheet must fit on two pages", f"{pages} pages", "shorten its tables")


def inputs(content: Sheet, pictures: list[bytes]) -> dict[str, str]:
    """What the Typst template is given: texts and pictures as JSON."""
    return {"sheet": json.dumps(asdict(content)), "pictures": json.dumps([svg.decode() for svg in pictures])}


def fonts() -> str:
    """Folder of the fonts that Matplotlib brings, which the pictures are drawn with too."""
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf")


def files(tables: ResultTables, *, data: str, printed: bool = True) -> dict[str, bytes]:
    """``fact_sheet.html`` and, if `printed`, ``fact_sheet.pdf`` of a results folder; raises what `pdf` raises.

    `data` is the name of the data, as `data_name` gives it.
    """
    content = sheet(tables, data=data)
    light, dark = (drawn(tables, LOOKS[name]) for name in ("phone", "phone-dark"))
    pairs = list(zip(light, dark, strict=True))
    if not printed:
        return {"fact_sheet.html": html(content, pairs)}
    paper, points = pdf(content, light)
    return {"fact_sheet.html": html(content, pairs, points=points), "fact_sheet.pdf": paper}


def can_print() -> bool:
    """Whether Typst is installed, which makes the PDF."""
    return find_spec("typst") is not None


def data_name(directory: Path) -> str:
    """Name of the data behind a results folder, by its card."""
    return run_card.data_id(json.loads(results_folder.content(run_card.CARD, directory))["inputs_sha256"])


def _template(kind: str) -> str:
    return (
        resources.files("estimation.report.documents")
        .joinpath("templates", f"fact_sheet.{kind}")
        .read_text(encoding="utf-8")
    )


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise EstimationError(
            "the fact sheet's PDF needs Typst", str(error), "install the extra: pip install 'estimation[page]'"
        ) from error
    return typst
