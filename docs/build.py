"""Build the documentation site in build/site: opened by double click, read and searched without a network.

Pages are put together in build/docs (texts of the project, notebooks as executed, one page for each module) with their
links turned to where the pages then are; Sphinx does the rest, and a warning is an error. Same inputs, same bytes.
Usage: python docs/build.py [--to FOLDER]
"""

import argparse
import importlib
import os
import pkgutil
import re
import shutil
import sys
from pathlib import Path

import estimation

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
# Where a text of the project stands on the site.
PAGES = {
    "README.md": "start.md",
    "docs/index.md": "index.md",
    "docs/argument.md": "argument.md",
    "docs/review.md": "review.md",
    "docs/library.md": "library.md",
    "docs/METHODS.md": "METHODS.md",
    "docs/CHECKLISTS.md": "CHECKLISTS.md",
    "data/public/README.md": "codebook.md",
    "docs/CASES.md": "CASES.md",
    "tests/reference/README.md": "reference_values.md",
    "benchmarks/README.md": "benchmarks.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
# Pages made elsewhere that are passed on as they are.
WHOLE = {"results/page": ("page", "Page for reporters"), "results/fact_sheet": ("fact_sheet", "Fact sheet")}
ELSEWHERE = "<!-- pages made elsewhere -->"
FLOORS = {
    "evidence": "What is known: tables, register of judgements, populations, published figures.",
    "model": "From a rate to a region.",
    "challenge": "Attacks on the model: sensitivity, tipping points, calibration.",
    "report": "What may be said: words, pictures, files written.",
}
_DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s#]*)(#[^)\s]*)?(\))")


def place(text: str, source: str, staged: Path) -> str:
    """A text with its links to files of the project turned to where these are on the site."""

    def turned(match: re.Match[str]) -> str:
        target, section = match[2], match[3] or ""
        if not target or ":" in target:
            return match[0]
        path = (ROOT / source).parent / target
        if not path.exists():
            return match[0]  # a page of the site, or a fault that Sphinx will name
        name = path.resolve().relative_to(ROOT).as_posix()
        if path.is_dir():
            return match[1].strip("![](")
        if name in PAGES or (name.startswith("notebooks/") and name.endswith(".ipynb")):
            new = PAGES.get(name, name)
        else:
            new = f"files/{name}"
            (staged / new).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, staged / new)
        above = "../" * (len(Path(PAGES.get(source, source)).parts) - 1)
        return f"{match[1]}{above}{new}{section}{match[4]}"

    return _LINK.sub(turned, text)


def displayed(text: str) -> str:
    """Display formulas as an environment of their own: Sphinx puts those with rows into one that takes no number."""
    return _DISPLAY.sub(
        lambda match: f"```{{math}}\n:nowrap:\n\n\\begin{{equation}}\n{match[1]}\n\\end{{equation}}\n```", text
    )


def passed_on(staged: Path) -> str:
    """Copy the pages made elsewhere, as far as there are any; links to them."""
    links = []
    for source, (target, title) in WHOLE.items():
        for path in sorted((ROOT / source).glob("*")) if (ROOT / source).is_dir() else ():
            goal = staged / "whole" / target / path.name
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, goal)
            if path.suffix in (".html", ".pdf"):
                kind = f" ({path.name})" if path.stem != "index" else ""
                links.append(f'<p><a href="{target}/{path.name}">{title}{kind}</a></p>')
    return "\n".join(links)


def modules() -> dict[str, list[str]]:
    """Modules by floor, with their rooms; packages of texts and templates left out."""
    found: dict[str, list[str]] = {}
    for floor in FLOORS:
        package = importlib.import_module(f"estimation.{floor}")
        every = pkgutil.walk_packages(package.__path__, f"estimation.{floor}.")
        found[floor] = sorted(each.name for each in every if not each.ispkg)
    return found


def write_reference(folder: Path) -> None:
    """One page for each module and one that lists them."""
    folder.mkdir(parents=True)
    lines = ["Functions", "=========", "", f"Version {estimation.__version__}. Imports run down the floors only.", ""]
    for floor, names in modules().items():
        lines += [floor.capitalize(), "-" * len(floor), "", FLOORS[floor], "", ".. toctree::", "   :maxdepth: 1", ""]
        for name in names:
            lines.append(f"   {name.split('.')[-1]} <{name}>")
            title = name.removeprefix("estimation.")
            page = [title, "=" * len(title), "", f".. automodule:: {name}", "   :members:", ""]
            (folder / f"{name}.rst").write_text("\n".join(page), encoding="utf-8")
        lines.append("")
    (folder / "index.rst").write_text("\n".join(lines), encoding="utf-8")


def stage(staged: Path) -> None:
    """Put all pages into place."""
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    links = passed_on(staged)
    for source, target in PAGES.items():
        text = displayed(place((ROOT / source).read_text(encoding="utf-8"), source, staged))
        (staged / target).write_text(text.replace(ELSEWHERE, links), encoding="utf-8")
    (staged / "notebooks").mkdir()
    for notebook in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        shutil.copyfile(notebook, staged / "notebooks" / notebook.name)
    write_reference(staged / "api")


def build(site: Path, work: Path) -> int:
    """Stage and build; the exit code of Sphinx."""
    from sphinx.cmd.build import main

    staged = work / "docs"
    stage(staged)
    shutil.rmtree(site, ignore_errors=True)
    code = main(["-b", "html", "-W", "--keep-going", "-q", "-c", str(DOCS), "-d", str(work / "doctrees"), "-E",
                 str(staged), str(site)])  # fmt: skip
    if code == 0 and (staged / "whole").is_dir():
        shutil.copytree(staged / "whole", site, dirs_exist_ok=True)
    return code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "site", help="folder of the site")
    site = parser.parse_args().to.resolve()
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1767225600")
    code = build(site, site.parent / "site-work")
    if code == 0:
        print(f"open {site / 'index.html'}")
    sys.exit(code)
