import json
import pathlib
import re

import pytest

from estimation.report.documents.readme import END, START

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
# Three digits or more in a row, with or without separators, or a percentage with decimals.
FIGURE = re.compile(r"(?<![\w/.-])\d[\d,]*\d{2,}(?![\w-])|\d+\.\d+ ?(?:%|percent|million)")
YEAR = re.compile(r"^(?:19|20)\d\d$")


def typed(text: str) -> list[str]:
    found = [match.group() for match in FIGURE.finditer(text)]
    return [figure for figure in found if not YEAR.match(figure)]


def prose_of(notebook: pathlib.Path) -> str:
    cells = re.split(r"^# %%", notebook.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return "\n".join(cell for cell in cells if cell.startswith(" [markdown]"))


def test_the_check_sees_a_typed_figure():
    assert typed("about 22,762 people, 12.6 percent, 1.2 million in 2018") == ["22,762", "12.6 percent", "1.2 million"]


def test_readme_holds_no_typed_figure():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text = re.sub(re.escape(START) + ".*?" + re.escape(END), "", text, flags=re.DOTALL)
    text = re.sub(r"^    .*$", "", text, flags=re.MULTILINE)  # commands and code
    assert typed(text) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_documents_hold_no_typed_figure(document):
    text = document.read_text(encoding="utf-8")
    text = re.sub(r"<!-- filled: .*?<!-- /filled -->", "", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$|```.*?```", "", text, flags=re.DOTALL)  # formulas and code
    text = re.sub(r"\$[^$\n]*\$|`[^`\n]*`|doi:\S+", "", text)
    assert typed(text) == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_prose_holds_no_typed_figure(notebook):
    assert typed(prose_of(notebook)) == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_define_nothing_and_silence_nothing(notebook):
    text = notebook.read_text(encoding="utf-8")
    assert not re.search(r"^(def|class) |filterwarnings|simplefilter", text, re.MULTILINE)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_committed_executed_in_order(notebook):
    content = json.loads(notebook.with_suffix(".ipynb").read_text(encoding="utf-8"))
    counts = [cell["execution_count"] for cell in content["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert "".join(content["cells"][0]["source"]).startswith("# ")
