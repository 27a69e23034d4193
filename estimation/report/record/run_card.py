"""The card of a run: the code, data, settings and versions it came from; and the names of answers and data by hash."""

import ast
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from pathlib import Path

import estimation

CARD = "run.json"
_PACKAGES = ("matplotlib", "numpy", "pandas", "scipy", "seaborn", "statsmodels")


def card(settings: Mapping[str, object], hashes: Mapping[str, str], outputs: Mapping[str, bytes]) -> bytes:
    """Card of a run as JSON, with all that is needed to get the same bytes again: code, data, settings, versions.

    It has no time, no path, no name of a machine: the same run gives the same card anywhere.
    """
    return _json_bytes(
        {
            "estimation": estimation.__version__,
            "python": ".".join(platform.python_version_tuple()[:2]),
            "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
            "settings": dict(settings),
            "inputs_sha256": dict(hashes),
            "outputs_sha256": {name: hashlib.sha256(content).hexdigest() for name, content in outputs.items()},
        }
    )


def code_hash(*packages: str) -> str:
    """Hash of the code of some packages below `estimation`, without docstrings, lines of comment and blank lines.

    Results that take too long to be made again with every test bear it, so that a build sees when the code moved on.
    """
    root = Path(str(estimation.__file__)).parent
    files = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    lines = [f"{path.relative_to(root).as_posix()}\n{_code(path.read_text(encoding='utf-8'))}" for path in files]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _code(text: str) -> str:
    told: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            told |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return "\n".join(line for number, line in lines if line and line[0] != "#" and number not in told)


def _json_bytes(content: object) -> bytes:
    """A mapping as JSON with sorted keys and a final line end."""
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def answer_id(estimates: bytes) -> str:
    """Name of an answer: the first twelve digits of the hash of estimates.csv."""
    return hashlib.sha256(estimates).hexdigest()[:12]


def data_id(hashes: Mapping[str, str]) -> str:
    """Name of data: the first twelve digits of the hash of the hashes of its files, as a run's card lists them."""
    return hashlib.sha256(_json_bytes(dict(hashes))).hexdigest()[:12]


def inputs_hash(hashes: Mapping[str, str]) -> str:
    """Hash of data as a page bears it: of one line a file, name and hash, in the order of names."""
    lines = "".join(f"{file} {digest}\n" for file, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
