"""The codebook of results/: what every published table and column holds, declared once in `codebook.toml`.

From it follow the data package and its README, written whenever tables are.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pandas as pd

import estimation
from estimation.errors import EstimationError
from estimation.evidence.checks.package_text import codebook_text, descriptor_text
from estimation.evidence.files.files import read_bytes
from estimation.report.record import csv_table, record

_PACKAGE: Final = "datapackage.json"
_README: Final = "README.md"
_LIMITS: Final[Mapping[str, Mapping[str, float]]] = {
    "persons": {"minimum": 0},
    "share, 0-1": {"minimum": 0, "maximum": 1},
    "probability, 0-1": {"minimum": 0, "maximum": 1},
}
"""What every number of a unit must satisfy."""


def csv_files(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Tables as CSV by file name, with empty cells only where the codebook says why.

    Raises `EstimationError` if a table or column is not declared, or as `csv_table.csv_bytes`.
    """
    found = {}
    for name, table in tables.items():
        columns = {str(column): _column(name, str(column)) for column in table.columns}
        empty = [column for column, told in columns.items() if "empty" in told]
        found[name] = csv_table.csv_bytes(table, empty=empty)
    return found


def write(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files of results with the data package and the codebook of all tables that are then in the folder.

    Raises `EstimationError` if a table or column is not declared, or as `record.write`.
    """
    with record.session(directory):
        record.write(directory, {**package_files(directory, files), **files})


def package_files(directory: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """``datapackage.json`` and ``README.md`` of a folder once files are written to it: content by name.

    Tables go by the name that the codebook has for them; declared tables that are in the folder already are described
    too.
    """
    tables = {name: content for name, content in files.items() if name.endswith(".csv")}
    for name in _declared()["tables"]:
        if name not in tables and (directory / name).is_file():
            tables[name] = read_bytes(directory / name)
    package = {
        "name": "estimation-results",
        "title": "Results of the estimation suite, as tables",
        "description": "Estimates and what they rest on, written by code. Codebook: README.md.",
        "version": estimation.__version__,
        "profile": "tabular-data-package",
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "contributors": [{"title": "The estimation suite authors", "role": "author"}],
        "resources": [_resource(name, tables[name]) for name in sorted(tables)],
    }
    words = f"{_declared()['introduction']}\n{codebook_text(package)}"
    return {_PACKAGE: descriptor_text(package).encode(), _README: words.encode()}


@cache
def _declared() -> dict[str, Any]:
    """Content of `codebook.toml`."""
    folder = resources.files("estimation.report.record")
    return tomllib.loads(folder.joinpath("codebook.toml").read_text(encoding="utf-8"))


def _column(table: str, column: str) -> dict[str, Any]:
    """What is declared of a column: for all tables that have it, and for this table."""
    columns = _declared()["tables"].get(table, {}).get("columns", {})
    for name in (column, *(name for name in columns if fnmatchcase(column, name))):
        if name in columns:
            return {**_declared()["columns"].get(name, {}), **columns[name]}
    raise EstimationError(
        "what is published must be declared", f"column {column} of {table}", "add it to codebook.toml with its meaning"
    )


def _resource(name: str, content: bytes) -> dict[str, Any]:
    """One table of the data package."""
    told = _declared()["tables"].get(name, {})
    columns = list(csv_table.table(content).columns)
    return {
        "name": name.removesuffix(".csv").replace("/", "-"),
        "path": name,
        "title": told.get("title", ""),
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "format": "csv",
        "mediatype": "text/csv",
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "bytes": len(content),
        "schema": {
            "fields": [_field(column, _column(name, column)) for column in map(str, columns)],
            "primaryKey": [key for key in told["key"] if key in columns],
        },
    }


def _field(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """One column of the data package."""
    limits: dict[str, Any] = dict(_LIMITS.get(told.get("unit", ""), {}))
    if "empty" not in told:
        limits["required"] = True
    if "codes" in told:
        limits["enum"] = told["codes"]
    description = told["description"] + (f" Empty {told['empty']}." if "empty" in told else "")
    unit = {"unit": told["unit"]} if "unit" in told else {}
    return {"name": name, "type": told.get("type", "string"), **unit, "description": description, "constraints": limits}
