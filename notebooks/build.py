"""Execute every notebook from a clean kernel and write it, with its outputs, as .ipynb and as offline HTML.

The .py files beside this one are what people edit and review; the .ipynb are what they open. Same inputs, same bytes.
Usage: python notebooks/build.py [--check] [NAME ...]
"""

import argparse
import os
import pathlib
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed

HERE = pathlib.Path(__file__).resolve().parent
HTML = HERE.parent / "build" / "notebooks"
TIMEOUT = 900
LONG = ("03", "04", "05", "09")
STYLE = """<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 54rem; padding: 0 1rem; overflow-wrap: break-word; }
img { max-width: 100%; height: auto; background: #fff; }
.jp-OutputArea-output, .jp-RenderedHTMLCommon { overflow-x: auto; }
.jp-InputPrompt, .jp-OutputPrompt, .anchor-link { display: none !important; }
details > summary { cursor: pointer; color: #5a5a5a; font-size: .8rem; margin: .3rem 0; }
@media (prefers-color-scheme: dark) {
  body, .jp-Notebook, .jp-Cell, .jp-RenderedHTMLCommon { background: #16181c !important; color: #e8e8e8 !important; }
  .jp-RenderedHTMLCommon h1, .jp-RenderedHTMLCommon h2, .jp-RenderedHTMLCommon h3, .jp-RenderedHTMLCommon th,
  .jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon li, .jp-RenderedHTMLCommon strong { color: #e8e8e8 !important; }
  .jp-RenderedHTMLCommon tbody tr:nth-child(odd), .jp-RenderedHTMLCommon tbody tr:nth-child(even),
  .jp-RenderedHTMLCommon thead { background: #1d2026 !important; }
  .jp-RenderedHTMLCommon code { background: #2a2e36 !important; color: #e8e8e8 !important; }
  details > summary { color: #b5b5b5; }
  .jp-RenderedHTMLCommon a { color: #8cc4ff !important; }
  .highlight, .highlight pre, .jp-InputArea-editor { background: #1d2026 !important; color: #e8e8e8 !important; }
  .highlight span { color: #cfd8e3 !important; }
}
</style>"""


def execute(source: pathlib.Path) -> bytes:
    """Run one notebook and return it as bytes."""
    import jupytext
    import nbformat
    from nbclient import NotebookClient

    notebook = jupytext.read(source)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02d}"
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=TIMEOUT,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(HERE)}},
        )
        client.create_kernel_manager()
        # A socket folder of its own: kernels that start at one moment must not meet.
        client.km.transport = "ipc"
        client.km.ip = os.path.join(folder, "ipc")
        client.execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RuntimeError(f"{source.name}, {cell['id']} warns: {output['text']}")
            shown = output.get("data", {})
            if "<Figure" in shown.get("text/plain", "") and "image/png" not in shown:
                raise RuntimeError(f"{source.name}, {cell['id']} names a picture but does not show it")
            settle(output.get("data", {}), cell["id"])
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "jupytext": {"formats": "ipynb,py:percent"},
    }
    nbformat.validate(notebook)
    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()


def settle(data: dict[str, str], cell: str) -> None:
    """Take out what differs from run to run: addresses of objects, and the random names of styled tables."""
    if "text/plain" in data:
        data["text/plain"] = re.sub(r" at 0x[0-9a-f]+", "", data["text/plain"])
    if "text/html" in data:
        data["text/html"] = re.sub(r"\bT_[0-9a-f]{5}(?![0-9a-f])", f"T_{cell}", data["text/html"])


def page(content: bytes) -> bytes:
    """Render an executed notebook as one HTML file that asks no network for anything."""
    import nbformat
    from bs4 import BeautifulSoup
    from nbconvert import HTMLExporter

    notebook = nbformat.reads(content.decode(), as_version=4)
    html, _ = HTMLExporter(template_name="lab", embed_images=True).from_notebook_node(notebook)
    soup = BeautifulSoup(html, "html.parser")
    # The template loads script libraries for formulas and diagrams; these notebooks hold neither.
    for tag in soup.find_all(["script", "link", "iframe", "object", "embed", "base", "form"]):
        tag.decompose()
    # A table or a sentence may hold a text from a file: nothing in it may run.
    for tag in soup.find_all(True):
        for name in [name for name in tag.attrs if name.lower().startswith("on")]:
            del tag[name]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            if re.match(r"\s*(?:javascript|vbscript|data:text)", str(tag.get(name, "")), re.IGNORECASE):
                del tag[name]
    soup.html["lang"] = "en"
    soup.title.string = soup.h1.get_text().rstrip("¶") if soup.h1 else "Notebook"
    for image in soup.find_all("img"):
        words = image.find_next("em", string=lambda text: bool(text) and text.startswith("Picture:"))
        if words is None:
            raise RuntimeError(f"{soup.title.string}: a picture without a line that begins *Picture:")
        image["alt"] = " ".join(words.get_text().split())
    for code in soup.select(".jp-CodeCell .jp-Cell-inputWrapper"):
        details = soup.new_tag("details")
        summary = soup.new_tag("summary")
        summary.string = "code"
        code.wrap(details)
        details.insert(0, summary)
    soup.head.append(BeautifulSoup(STYLE, "html.parser"))
    return str(soup).encode()


def built(source: pathlib.Path) -> tuple[bytes, bytes]:
    """A notebook executed, and its page; both in the process that ran it."""
    content = execute(source)
    return content, page(content)


def main() -> int:
    """Build all notebooks, or those named; with --check only compare with what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="stems of notebooks; all by default")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if an .ipynb would change")
    options = parser.parse_args()
    sources = sorted(path for path in HERE.glob("[0-9]*.py") if not options.names or path.stem in options.names)
    if not sources:
        sys.stderr.write("no notebook of that name\n")
        return 2
    # Those that compute most first: the last to start should be short.
    running_order = sorted(sources, key=lambda path: (path.stem[:2] not in LONG, path.stem))
    stale = []
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        running = {pool.submit(built, source): source for source in running_order}
        for done, future in enumerate(as_completed(running), start=1):
            source, (content, html) = running[future], future.result()
            target = source.with_suffix(".ipynb")
            sys.stderr.write(f"[{done}/{len(running)}] {source.stem}\n")
            if options.check:
                if not target.exists() or target.read_bytes() != content:
                    stale.append(target.name)
                continue
            HTML.mkdir(parents=True, exist_ok=True)
            made = {target: content, HTML / f"{source.stem}.html": html}
            for path, data in made.items():
                temporary = path.with_name(f".{path.name}.part")
                temporary.write_bytes(data)
                temporary.replace(path)
    if stale:
        sys.stderr.write(f"out of date: {', '.join(sorted(stale))}; run `make reproduce`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
