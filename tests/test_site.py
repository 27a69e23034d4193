"""The documentation site: its pages, and that it asks nothing of the network."""

import importlib.util
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]


def builder():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- settings and pages -----------------------------------------------------------------------------------------------


def test_settings_execute_nothing_and_name_no_address():
    settings = runpy.run_path(str(ROOT / "docs" / "conf.py"))
    assert settings["nb_execution_mode"] == "off"
    assert settings["html_show_search_summary"] is False
    values = [value for key, value in settings.items() if key.startswith(("html", "mathjax", "nb_", "myst"))]
    assert not re.search(r"https?:|//", repr(values))
    assert settings["version"]


def test_every_page_has_a_source_and_stands_in_a_list_of_pages():
    build = builder()
    listed = set()
    for path in (ROOT / "docs").glob("*.md"):
        for block in re.findall(r"```\{toctree\}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            listed |= {re.sub(r".*<(.*)>", r"\1", line) for line in block.splitlines() if line and line[0] != ":"}
    for source, target in build.PAGES.items():
        assert (ROOT / source).is_file()
        assert target == "index.md" or target.removesuffix(".md") in listed
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} <= set(build.PAGES)


def test_every_module_has_a_page(tmp_path):
    build = builder()
    build.write_reference(tmp_path / "api")
    floors = [path for path in (ROOT / "estimation").iterdir() if path.is_dir() and path.name in build.FLOORS]
    paths = [path.relative_to(ROOT).with_suffix("") for floor in floors for path in floor.rglob("[a-z]*.py")]
    modules = {".".join(path.parts) for path in paths}
    assert {path.stem for path in (tmp_path / "api").glob("*.rst")} == modules | {"index"}


def test_links_are_turned_to_where_the_files_are(tmp_path):
    place = builder().place
    cases = {
        "[m](../data/public/README.md#usable)": "[m](codebook.md#usable)",
        "[n](../notebooks/01_what_was_observed.ipynb)": "[n](notebooks/01_what_was_observed.ipynb)",
        "[f](../results/estimates.csv)": "[f](files/results/estimates.csv)",
        "[w](https://example.org/a)": "[w](https://example.org/a)",
        "[s](#limits)": "[s](#limits)",
        "[p](start.md)": "[p](start.md)",
    }
    assert {text: place(text, "docs/METHODS.md", tmp_path) for text in cases} == cases
    copied = (tmp_path / "files" / "results" / "estimates.csv").read_bytes()
    assert copied == (ROOT / "results" / "estimates.csv").read_bytes()
    assert place("![x](LICENSE)", "README.md", tmp_path) == "![x](files/LICENSE)"


def test_formulas_keep_their_number_where_they_have_rows():
    text = builder().displayed("a\n\n$$\nx \\tag{1}\n$$\n\nb $y$")
    assert text == "a\n\n```{math}\n:nowrap:\n\n\\begin{equation}\nx \\tag{1}\n\\end{equation}\n```\n\nb $y$"


def test_pages_made_elsewhere_are_passed_on_with_a_link(tmp_path, monkeypatch):
    build = builder()
    monkeypatch.setattr(build, "ROOT", tmp_path)
    assert build.passed_on(tmp_path / "staged") == ""
    for name in ("page/index.html", "fact_sheet/en.pdf", "fact_sheet/note.txt"):
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    said = build.passed_on(tmp_path / "staged")
    assert 'href="page/index.html">Page for reporters<' in said
    assert 'href="fact_sheet/en.pdf">Fact sheet (en.pdf)<' in said
    assert "note.txt" not in said
    assert (tmp_path / "staged" / "whole" / "page" / "index.html").read_text(encoding="utf-8") == "page/index.html"


# --- the site as built ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Two sites, built side by side in folders of other names and with other hash seeds."""
    folders = [tmp_path_factory.mktemp(name) / "site" for name in ("one", "other")]
    runs = [
        subprocess.Popen(
            [sys.executable, str(ROOT / "docs" / "build.py"), "--to", str(folder)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed), "SOURCE_DATE_EPOCH": "1767225600"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for seed, folder in enumerate(folders, 1)
    ]
    for run in runs:
        said = run.communicate(timeout=600)[0]
        assert run.returncode == 0, said
    return folders


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_site_is_the_same_bytes_each_time(sites):
    first, second = map(files_of, sites)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.slow
def test_no_script_style_font_or_picture_comes_from_outside(sites):
    pages = [path for path in sites[0].rglob("*.html") if "_static" not in path.parts]
    assert len(pages) > 50
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc=\"([^\"]*)\"", text)
        loaded += re.findall(
            r"<link\b(?![^>]*rel=\"(?:next|prev|index|search|canonical)\")[^>]*?\bhref=\"([^\"]*)\"", text
        )
        outside = [each for each in loaded if re.match(r"(?:https?:)?//", each)]
        assert outside == [], page.name
        assert str(ROOT) not in text, page.name


@pytest.mark.slow
def test_every_link_within_the_site_leads_somewhere(sites):
    for page in [*sites[0].glob("*.html"), *sites[0].glob("notebooks/*.html")]:
        for target in re.findall(r"<a\b[^>]*?\bhref=\"([^\"#]+)", page.read_text(encoding="utf-8")):
            parts = urlsplit(target)
            if not parts.scheme and not parts.netloc:
                assert (page.parent / unquote(parts.path)).exists(), f"{page.name}: {target}"


@pytest.mark.slow
def test_a_browser_asks_the_network_for_nothing_sets_every_formula_and_finds_words(browser, sites):
    numbered = len(re.findall(r"\\tag\{", (ROOT / "docs" / "METHODS.md").read_text(encoding="utf-8")))
    asked: list[str] = []
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.on("request", lambda request: asked.append(request.url))
    for name in ("index", "start", "METHODS", "CHECKLISTS", "notebooks/03_from_county_to_region", "api/index"):
        page.goto((sites[0] / f"{name}.html").as_uri())
        page.wait_for_load_state("load")
        if name == "METHODS":
            page.wait_for_function(f"document.querySelectorAll('mjx-labels').length == {numbered}", timeout=60_000)
            assert page.evaluate("document.querySelectorAll('mjx-merror').length") == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than a phone"
    page.goto((sites[0] / "search.html").as_uri() + "?q=selection")
    page.wait_for_function("document.querySelectorAll('ul.search li').length > 3", timeout=60_000)
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
