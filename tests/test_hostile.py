"""Texts from data files stay texts: no markup, script or formula of theirs reaches anything that is written."""

import ast
import importlib.util
import re
from pathlib import Path

import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters import markdown2html

from estimation.report.documents.readme import END, START, block
from estimation.report.terminal import tables
from estimation.report.wording.headline_facts import HeadlineFacts
from estimation.report.wording.texts import escaped

ROOT = Path(__file__).resolve().parents[1]
QUIET = settings(deadline=None, derandomize=True, max_examples=200)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[x](javascript:alert(1))",
    "{low} {0.__class__}",
    "a | b | c",
    "a\n\n# b\n\n- c",
    "\u202egnp.exe",
    "**b** _i_ `c` ~~s~~ $x$",
    "[bold red]x[/bold red] [link=file:///x]y[/link]",
    f"{END}\n{START}",
]


def build():
    spec = importlib.util.spec_from_file_location("notebooks_build", ROOT / "notebooks" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_of_a_hostile_text_is_text(text):
    soup = BeautifulSoup(markdown2html(f"before {escaped(text)} after"), "html.parser")
    assert {tag.name for tag in soup.find_all(True)} <= {"p"}
    assert soup.get_text().strip().startswith("before ")


@QUIET
@given(st.text())
def test_markdown_of_any_text_is_one_line_without_markup(text):
    said = escaped(text)
    assert not re.search(r"[\n\r\x00\u2028\u2029\u202a-\u202e\u2066-\u2069]", said)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>|`*_\[\]]", said)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_readme_block_keeps_hostile_names_as_text(small_run, text):
    estimates = small_run.table().assign(population=text, territory=text, observed=text, includes=text)
    said = block(estimates, HeadlineFacts(22_762, 0.12, 1_200_000.0))
    assert not re.search(r"(?<!\\)<(?:script|img src=x)", said)
    assert END not in said
    assert "\u202e" not in said
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert not [line for line in said.splitlines() if re.match(r"# |- ", line)]


@pytest.mark.parametrize("text", ["[bold red]x[/bold red]", "[link=file:///x]y[/link]", "[/]"])
def test_a_terminal_prints_a_hostile_text_as_it_is(small_run, capsys, text):
    table = small_run.table(levels=[0.5, 0.8, 0.95]).assign(leaves_out=text)
    tables.show_ladder(table[table["scope"] == "uyghur"], card=text)
    tables.show_published(pd.DataFrame({"label": [text], "verdict": ["agreement"]}))
    out = capsys.readouterr().out
    assert out.count(text) == 3


def test_a_page_of_a_notebook_runs_nothing_that_came_with_a_text():
    hostile = "".join(
        [
            *["<script>alert(1)</script>", '<img src="x" onerror="alert(1)">', '<a href=" JavaScript:alert(1)">x</a>'],
            *['<iframe src="https://x.example"></iframe>', '<b ONCLICK="alert(1)">y</b>'],
        ]
    )
    output = nbformat.v4.new_output("execute_result", data={"text/html": hostile, "text/plain": "x"}, execution_count=1)
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(f"# Title\n\n{hostile}\n\n*Picture: x.*", id="a"),
            nbformat.v4.new_code_cell("x", outputs=[output], execution_count=1, id="b"),
            nbformat.v4.new_markdown_cell("*Picture: nothing.*", id="c"),
        ]
    )
    soup = BeautifulSoup(build().page(nbformat.writes(notebook).encode()), "html.parser")
    assert not soup.find_all(["script", "iframe", "object", "embed"])
    assert not [tag for tag in soup.find_all(True) if any(name.lower().startswith("on") for name in tag.attrs)]
    assert not [tag for tag in soup.find_all(href=True) if "javascript" in tag["href"].lower()]


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("[0-9]*.py")), ids=lambda path: path.stem)
def test_notebooks_display_no_html_of_their_own(notebook):
    text = notebook.read_text(encoding="utf-8")
    assert not re.search(r"\bHTML\(|escape=False|to_html\(", text)


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_a_notebook_shows_a_text_of_the_data_as_text(shipped, text):
    # The cells of notebook 01 that quote the observation and list those beside it.
    source = (ROOT / "notebooks" / "01_what_was_observed.py").read_text(encoding="utf-8")
    cells = re.split(r"^# %%", source.split("# ## Over how many")[0], flags=re.MULTILINE)[1:]
    rows = shipped.table("observations").set_index("observation_id")
    words = dict.fromkeys(rows.select_dtypes(exclude="number").columns.drop("dependence_group"), text)
    scope: dict = {}
    shown = []
    for cell in cells:
        if cell.startswith(" [markdown]"):
            continue
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        with pd.option_context("display.max_colwidth", 50), mpl.rc_context():
            exec(compile(tree, "cell", "exec"), scope)
        if "observations" in scope and not shown:
            scope["observations"] = rows.assign(**words)
            scope["county"] = scope["observations"].loc["kon_bbc"]
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), scope))
    quoted, listed = shown
    for markup in (markdown2html(quoted.data), listed.to_html()):
        soup = BeautifulSoup(markup, "html.parser")
        assert soup.find(["script", "img", "a", "h1", "li"]) is None
        assert text.split()[0] in soup.get_text()
