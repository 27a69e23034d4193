"""A small data folder that passes every check, for tests that break it in one place."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from estimation.errors import DataError
from estimation.evidence.files.persons import looks_like_identity
from estimation.evidence.tables.sources import check, load

SOURCES = """\
source_id,title
paper,A paper
census,A census
"""
AREAS = """\
area,source_id,read_in,numerator,denominator,low,rate,high,share,verification,usable,bound,formula,value,inputs,quote
north,paper,paper,10,100,0.05,0.1,0.2,0.1,read,context,range,2 * 3.5,7,south,four words of it
south,census,,3,40,,,,0.075,unverified,no,exact,,,,
west,census,census,0,7,,0,,0.0,derived,context,floor,1 / 3,0.33,north;south,
"""
PARTS = """\
gb_code,total,men,women,note
0101,30,10,20,
0102,5,0,5,"a note, with a comma"
"""

# Cells that no check refuses.
PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12).filter(
    lambda cell: not cell.startswith(("=", "+", "-", "@")) and not looks_like_identity(cell)
)


def number(name: str, kind: str = "number", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "constraints": limits}


def text(name: str, **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", "constraints": limits}


def descriptor() -> dict[str, Any]:
    link = [
        {"fields": name, "reference": {"resource": "sources", "fields": "source_id"}}
        for name in ("source_id", "read_in")
    ]
    when = {"rule": "when", "column": "verification", "values": ["unverified"], "then": "usable", "allowed": ["no"]}
    areas = [
        text("area", required=True, pattern="[a-z]+"),
        text("source_id", required=True),
        text("read_in"),
        number("numerator", "integer", required=True, minimum=0),
        number("denominator", "integer", minimum=1),
        number("low", minimum=0, maximum=1),
        number("rate", minimum=0, maximum=1),
        number("high", minimum=0, maximum=1),
        number("share", minimum=0, maximum=1),
        text("verification", required=True, enum=["read", "quoted", "derived", "modelled", "unverified"]),
        text("usable", required=True, enum=["context", "no"]),
        text("bound", required=True, enum=["exact", "floor", "range", "none"]),
        text("formula"),
        number("value"),
        text("inputs"),
        text("quote"),
    ]
    rules = [
        {"rule": "ordered", "columns": ["numerator", "denominator"]},
        {"rule": "ordered", "columns": ["low", "rate", "high"]},
        {"rule": "quotient", "numerator": "numerator", "denominator": "denominator", "value": "share"},
        {"rule": "formula", "formula": "formula", "value": "value"},
        {"rule": "keys", "column": "inputs", "in": ["areas.area"]},
        {"rule": "words", "column": "quote", "limit": 4},
        {"rule": "when", "column": "bound", "values": ["range"], "all_of": ["low", "high"]},
        {"rule": "when", "column": "bound", "values": ["floor"], "any_of": ["low", "rate"]},
        {"rule": "when", "column": "bound", "values": ["none"], "empty": ["rate"]},
        when,
    ]
    tables = {
        "sources": ([text("source_id", required=True), text("title")], ["source_id"], [], []),
        "areas": (areas, ["area"], link, rules),
        "parts": (
            [
                text("gb_code", required=True),
                *[number(name, "integer", required=True, minimum=0) for name in ("total", "men", "women")],
                text("note"),
            ],
            ["gb_code"],
            [],
            [{"rule": "sum", "total": "total", "parts": ["men", "women"]}],
        ),
    }
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "hash": "",
            "schema": {"fields": fields, "primaryKey": key, "foreignKeys": links},
            "x-rules": extra,
        }
        for name, (fields, key, links, extra) in tables.items()
    ]
    return {"name": "case", "resources": resources}


class Case:
    """A folder with three tables; `edit` breaks a file and refreshes the hashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = descriptor()
        for name, content in (("sources", SOURCES), ("areas", AREAS), ("parts", PARTS)):
            self.path(name).write_text(content, encoding="utf-8")
        self.rehash()

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.csv"

    def rehash(self) -> None:
        for resource in self.package["resources"]:
            path = self.folder / resource["path"]
            if path.is_file():
                resource["hash"] = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        (self.folder / "datapackage.json").write_text(json.dumps(self.package), encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        content = self.path(name).read_text(encoding="utf-8")
        assert content.count(old) == 1, f"{old!r} must stand once in {name}.csv"
        self.path(name).write_text(content.replace(old, new), encoding="utf-8")
        self.rehash()

    def write(self, name: str, raw: bytes) -> None:
        self.path(name).write_bytes(raw)
        self.rehash()


def said(case: Case) -> list[str]:
    """What is wrong with a folder, in words."""
    return [str(problem) for problem in check(case.folder)]


def where(case: Case) -> list[tuple[str, int | None, str | None]]:
    """File, row and column of everything that is wrong with a folder."""
    return [(problem.file, problem.row, problem.column) for problem in check(case.folder)]


def assert_fault(case: Case, file: str, row: int | None, column: str | None, message: str) -> None:
    """The folder is refused with a message, and for a fault in this place among others."""
    with pytest.raises(DataError, match=message):
        load(case.folder)
    assert (file, row, column) in where(case)
