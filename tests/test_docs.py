"""The methods text and the code name the same equations, files, tests and figures."""

import ast
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

from estimation.report.documents.methods import filled
from estimation.report.record import results_folder

ROOT = Path(__file__).resolve().parents[1]
METHODS = ROOT / "docs" / "METHODS.md"
NAMED = re.compile(r"METHODS eq\. (\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*)")
EQUATION = re.compile(r"\\tag\{(\d+)\}\s*\n\$\$(\n<!-- background -->)?")


def methods() -> str:
    return METHODS.read_text(encoding="utf-8")


def numbers(found: str) -> set[int]:
    ends = [part.split("-") for part in found.split(", ")]
    return {number for end in ends for number in range(int(end[0]), int(end[-1]) + 1)}


def named_in_docstrings() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for path in sorted((ROOT / "estimation").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                for match in NAMED.finditer(ast.get_docstring(node) or ""):
                    for number in numbers(match[1]):
                        found.setdefault(number, []).append(f"{path.name}: {getattr(node, 'name', 'module')}")
    return found


def numbered() -> dict[int, bool]:
    return {int(match[1]): bool(match[2]) for match in EQUATION.finditer(methods())}


def test_the_check_reads_lists_and_ranges():
    match = NAMED.search("See METHODS eq. 8, 37-39, 41.")
    assert match is not None
    assert numbers(match[1]) == {8, 37, 38, 39, 41}


def test_equations_are_numbered_in_order():
    assert [int(number) for number in re.findall(r"\\tag\{(\d+)\}", methods())] == list(range(1, len(numbered()) + 1))


def test_every_equation_is_computed_somewhere_or_background_and_no_docstring_names_another():
    known, named = numbered(), named_in_docstrings()
    assert {number: named[number] for number in named if number not in known} == {}
    assert [number for number, background in known.items() if not background and number not in named] == []
    assert [number for number, background in known.items() if background and number in named] == []


# Equations that share a function with others, and what stands in the line that a search for `(n)` finds in the code.
LINES = {
    8: "area_error_sd",
    21: "Beta(count, people - count)",
    38: "logits += centre",
    42: "held @ heavy[group]",
    55: "np.sum(apart, axis=0)",
    61: "share @ chances",
}


@pytest.mark.parametrize(("number", "computed"), LINES.items())
def test_an_equation_is_found_by_its_number_where_it_is_computed(number, computed):
    files = (path.read_text(encoding="utf-8") for path in (ROOT / "estimation").rglob("*.py"))
    found = [line for text in files for line in text.splitlines() if f"({number})" in line]
    assert any(computed in line for line in found)


def test_equations_named_in_the_text_exist():
    named = {int(number) for number in re.findall(r"(?<![\w$}])\((\d{1,2})\)", methods())}
    assert named <= set(numbered())


def test_every_test_named_in_the_text_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", methods())
    assert len(named) > 10
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"


def test_every_file_and_object_named_in_the_text_exists():
    for name in re.findall(r"`((?:tests|results|data|estimation)/[\w./]*)`", methods()):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"`(estimation(?:\.\w+)+)`", methods()):
        assert import_module(name), name


def test_every_entry_of_the_register_named_in_a_formula_exists():
    entries = set(results_folder.published("assumptions.csv")["id"])
    for name in re.findall(
        r"`([a-z]+(?:_[a-z]+){1,3})`", re.sub(r"<!-- filled.*?/filled -->", "", methods(), flags=re.S)
    ):
        assert name in entries, name


def test_every_symbol_is_defined_once():
    table = methods().split("## Symbols")[1].split("\n## ")[0]
    symbols = [cell for row in re.findall(r"^\| (\$.*?) \|", table, re.M) for cell in row.split(", ")]
    assert len(symbols) == len(set(symbols)) > 20


def test_figures_are_those_of_results():
    assert filled(methods(), results_folder.published).decode() == methods(), "run `estimation methods`"


@pytest.mark.parametrize("word", ["Question and estimand", "Symbols", "Limits", "Constants", "References"])
def test_sections_that_other_files_point_to_are_there(word):
    assert f"\n## {word}\n" in methods()


# --- checklists -------------------------------------------------------------------------------------------------------

STATUS = ("met", "partly", "not met", "not applicable")


def anchor(heading: str) -> str:
    """The address of a heading as forges and MyST make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower().replace("`", "")).replace(" ", "-")


def checklist_rows() -> list[list[str]]:
    text = (ROOT / "docs" / "CHECKLISTS.md").read_text(encoding="utf-8")
    tables = re.findall(r"^\| item \|.*\n\|.*\n((?:\|.*\n?)+)", text, re.M)
    assert len(tables) == 3
    return [[cell.strip() for cell in line.strip("|").split("|")] for table in tables for line in table.splitlines()]


def test_gather_and_aapor_have_every_item_once():
    numbers = [row[0] for row in checklist_rows() if row[0].isdigit()]
    assert numbers == [*map(str, range(1, 19)), *map(str, range(1, 12))]


@pytest.mark.parametrize("row", checklist_rows(), ids=lambda row: f"{row[0]} {row[1][:30]}")
def test_a_checklist_row_has_a_status_and_says_where(row):
    assert len(row) == 4
    status = next(word for word in sorted(STATUS, key=len, reverse=True) if row[3].startswith(word))
    assert row[2] or status in ("not met", "not applicable")
    assert status == "met" or len(row[3]) > len(status) + 20, "what is missing, or why it does not apply"


@pytest.mark.parametrize("name", ["CHECKLISTS.md", "METHODS.md"])
def test_every_link_and_object_resolves(name):
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for label, file, section in re.findall(r"\[([^\]]+)\]\(([^)#]*)#?([^)]*)\)", text):
        target = ROOT / "docs" / (file or name)
        assert target.exists(), f"{label}: {file}"
        if section:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.M)
            assert section in map(anchor, headings), f"{label}: {file}#{section}"


def test_every_object_of_the_checklists_exists():
    for row in checklist_rows():
        for name in re.findall(r"`estimation\.([\w.]+)`", " ".join(row)):
            assert pkgutil.resolve_name(f"estimation.{name}") is not None
