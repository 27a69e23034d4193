"""The fact sheet: two pages in print, nothing from data read as markup, the same bytes again."""

import builtins
import json
import re
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from estimation.cli import app
from estimation.errors import EstimationError
from estimation.report.documents import fact_sheet
from estimation.report.documents.fact_sheet_content import Sheet, Table, drawn, sheet
from estimation.report.figures.look import LOOKS
from estimation.report.figures.result_tables import CASE_SCALE, ResultTables
from estimation.report.wording.texts import english_only

typst = pytest.importorskip("typst")
ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results"
HOSTILE = (
    "<script>alert(1)</script>",
    '#import "x"',
    "$ sum $",
    "\\ #panic() \\u{41}",
    "*bold* _it_ `c` <a> @b",
    "{{ 7 * 7 }}",
)


@pytest.fixture(scope="module")
def tables() -> ResultTables:
    return ResultTables.read(RESULTS)


@pytest.fixture(scope="module")
def content(tables) -> Sheet:
    return sheet(tables, data=fact_sheet.data_name(RESULTS))


@pytest.fixture(scope="module")
def pictures(tables) -> list[tuple[bytes, bytes]]:
    return list(zip(drawn(tables, LOOKS["phone"]), drawn(tables, LOOKS["phone-dark"]), strict=True))


@pytest.fixture(scope="module")
def made(content, pictures) -> tuple[bytes, bytes]:
    printed, points = fact_sheet.pdf(content, [light for light, _ in pictures])
    return fact_sheet.html(content, pictures, points=points), printed


class Reader(HTMLParser):
    """What a browser would see: tags, attributes that run code or fetch, and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.alts: list[str] = []
        self.said = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.fetched += [value for name, value in attrs if name in ("src", "srcset", "href")]
        self.alts += [value for name, value in attrs if name == "alt"]

    def handle_data(self, data):
        self.said += data


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    return reader


def words_of(content: Sheet, pictures: list[bytes]) -> str:
    """All text of the PDF, as its layout program gives it for a page of HTML-free text."""
    compiler = typst.Compiler(
        fact_sheet._template("typ").encode(),
        ignore_system_fonts=True,
        font_paths=[fact_sheet.fonts()],
        sys_inputs=fact_sheet.inputs(content, pictures) | {"points": "8"},
    )
    return json.dumps(json.loads(compiler.query("heading", field="body")), ensure_ascii=False)


def test_range_and_condition_come_first(content, made, tables):
    said = read(made[0]).said
    assert said.index(content.headline) < said.index(content.strength) < said.index(content.tables[0].title)
    assert content.headline.startswith("If other counties")
    for part in (tables.answer, fact_sheet.data_name(RESULTS), "CC BY 4.0"):
        assert part in said


def test_the_page_needs_nothing_and_runs_nothing(made):
    reader = read(made[0])
    assert all(each.startswith("data:image/svg+xml;base64,") for each in reader.fetched)
    assert "script" not in reader.tags
    assert b"default-src 'none'" in made[0]
    assert len(made[0]) < 2_000_000
    assert [alt for alt in reader.alts if "Xinjiang" in alt and "2017-2018" in alt] == reader.alts


def test_the_pdf_has_two_pages_is_tagged_and_titled(made, content):
    printed = made[1]
    # Typst keeps the page tree in a plain object: its count is that of all pages.
    assert re.findall(rb"/Type\s*/Pages.{0,40}?/Count\s+(\d+)|/Count\s+(\d+).{0,80}?/Type\s*/Pages", printed, re.DOTALL)
    assert pages(printed) == 2
    for part in (b"/StructTreeRoot", b"/MarkInfo", b"pdfuaid", b"/Lang"):
        assert part in printed
    assert b"CreationDate" not in printed


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_the_same_again_gives_the_same_bytes(content, pictures, made):
    light = [one for one, _ in pictures]
    printed, points = fact_sheet.pdf(content, light)
    assert (fact_sheet.html(content, pictures, points=points), printed) == made


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_stay_text(content, pictures, hostile):
    table = Table(hostile, (hostile,), ((hostile,),), hostile)
    bad = replace(
        content,
        title=hostile,
        headline=hostile,
        strength=hostile,
        lists=((hostile, (hostile,)),) * 3,
        tables=(table,),
        closing=((hostile, hostile),),
        alts=(hostile, hostile),
    )
    reader = read(fact_sheet.html(bad, pictures))
    assert reader.said.count(hostile) >= 10
    assert not reader.tags & {"script", "a"}
    assert set(reader.alts) == {hostile}
    light = [one for one, _ in pictures]
    printed, _ = fact_sheet.pdf(bad, light)
    assert pages(printed) == 2
    assert json.dumps(hostile, ensure_ascii=False)[1:-1] in words_of(bad, light)


def test_more_than_two_pages_is_an_error(content, pictures):
    long = replace(content, strength=content.strength * 80)
    with pytest.raises(EstimationError, match="the fact sheet must fit on two pages"):
        fact_sheet.pdf(long, [one for one, _ in pictures])


def test_without_typst_one_clear_error(content, monkeypatch):
    imported = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "typst":
            raise ImportError("No module named 'typst'")
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(EstimationError, match="the fact sheet's PDF needs Typst"):
        fact_sheet.pdf(content, [])


def test_a_case_without_other_tables(tables):
    case = ResultTables({"estimates.csv": tables.estimates.assign(population="Elbonian", territory="Mudland")}, "x")
    bare = sheet(case, data="y")
    assert "Elbonian adults of Mudland" in bare.title
    assert "Xinjiang" not in json.dumps(asdict(bare))
    printed, _ = fact_sheet.pdf(bare, drawn(case, LOOKS["phone"]))
    assert pages(printed) == 2


def test_the_ledger_gives_every_chance_as_the_claims_themselves_do(content, tables):
    rows = tables["claims.csv"].query("claim_id.str.startswith('round_')")
    shown = content.tables[0].rows
    assert len(shown) == len(rows) > 3
    for cells, row in zip(shown, rows.to_dict(orient="records"), strict=True):
        # The sentence is written by `claim_ledger`, with the simulation error that sets the step.
        assert f" it is {cells[2]} that " in row["sentence"]


def test_chances_without_a_ledger_are_stepped_by_their_error(tables):
    rows = tables.estimates.assign(p_at_least_1000000=0.571, p_at_least_1000000_error=0.015)
    bare = sheet(ResultTables({"estimates.csv": rows}, "x"), data="y")
    # Derivation: the step that reaches 1.5 points is 2 points, and 57.1 lies nearest to 58.
    assert any("(58%)" in cells[1] for cells in bare.tables[0].rows)


def test_the_sheet_says_that_no_number_was_typed_and_none_is():
    own = {key: text for key, text in english_only("pictures").templates.items() if key.startswith("sheet_")}
    typed = re.compile(r"\d|\b(?:two|ten|hundred|thousand|million)\b")
    # The level is the tables' own, the licence's version its name.
    fixed = re.compile(r"95%|CC BY 4\.0")
    assert not {key: text for key, text in own.items() if typed.search(fixed.sub("", text))}


def test_what_is_committed_fits_the_tables(content):
    said = read((RESULTS / "fact_sheet" / "fact_sheet.html").read_bytes()).said
    assert content.headline in said, "run estimation fact-sheet"
    assert pages((RESULTS / "fact_sheet" / "fact_sheet.pdf").read_bytes()) == 2


def test_the_command(tmp_path):
    done = CliRunner().invoke(app, ["fact-sheet", "--output", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir() if path.suffix} == {"fact_sheet.html", "fact_sheet.pdf"}


def test_in_a_browser(browser, made, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    (tmp_path / "sheet.html").write_bytes(made[0])
    page = browser.new_page(viewport={"width": 360, "height": 800})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"file://{tmp_path}/sheet.html")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert pages(page.pdf(prefer_css_page_size=True)) == 2
    page.close()
    # Dark, too: contrast is what the audit is for. Its script runs outside the page's policy.
    for scheme in ("light", "dark"):
        room = browser.new_page(color_scheme=scheme, bypass_csp=True)
        room.goto(f"file://{tmp_path}/sheet.html")
        found = Axe().run(room).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        room.close()
    assert said == []


def test_sources_of_a_case_bear_its_own_names_and_those_left_out_are_counted(tables):
    row = tables["synthesis/sources.csv"].iloc[[0]].assign(kind="court")
    several = {**tables.found, CASE_SCALE: row.loc[row.index.repeat(15)]}
    del several["synthesis/sources.csv"]
    found = next(
        each for each in sheet(ResultTables(several, "0"), data="0").tables if each.title.startswith("Sources")
    )
    assert found.rows[0][0].endswith(": court")
    # Origin: 15 less the 12 that fit on the sheet.
    assert (len(found.rows), found.note) == (12, "3 more are in the tables.")
