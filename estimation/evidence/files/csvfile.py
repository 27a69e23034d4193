"""One CSV file into a frame of text cells, indexed by line; every way a file can be broken is a Problem."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd

from estimation.errors import Problem
from estimation.evidence.files.files import read_bytes

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# Far above any quotation or address; a longer cell is a sign of a quote left open.
_LONGEST = 5000
# Ten million cells take about a gigabyte as text; no table has a column for each area.
_CELLS, _COLUMNS = 10_000_000, 1000
# A spreadsheet runs cells that begin like this; numbers with a sign are harmless.
_RUNS = ("=", "+", "-", "@")
_SIGNED_NUMBER = re.compile(r"[+\-][0-9.]+([eE][+\-]?[0-9]+)?")


def read_cells(path: Path) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Cells of a CSV file (UTF-8, comma, quotes as in RFC 4180) as text, and what is wrong with the file itself.

    The index is the line of the file (header = 1); None in place of a frame if the file cannot be read. Columns are
    checked by `estimation.evidence.checks.schema`.

    Examples
    --------
    >>> frame, problems = read_cells(Path("nowhere.csv"))
    >>> problems[0].rule
    'a declared file must exist'
    """
    text, problems = _text(path)
    if text is None:
        return None, problems
    rows, faults = _rows(text, path.name)
    if not rows:
        return None, [*problems, *faults]
    header = rows[0][1]
    if faults := list(_header_faults(header, path.name)):
        return None, [*problems, *faults]
    body = [(line, cells) for line, cells in rows[1:] if len(cells) == len(header)]
    rule = "a row must have as many cells as the header"
    remedy = "quote cells that hold commas; write empty cells out"
    problems += [
        Problem(path.name, line, None, rule, f"{len(cells)} instead of {len(header)}", remedy)
        for line, cells in rows[1:]
        if len(cells) != len(header)
    ]
    frame = pd.DataFrame([cells for _, cells in body], columns=header, index=[line for line, _ in body], dtype="str")
    return frame, problems


def _text(path: Path) -> tuple[str | None, list[Problem]]:
    """Text of a file, None if it has none, and what is wrong with its bytes."""
    problem = partial(Problem, path.name)
    try:
        raw = read_bytes(path)
    except FileNotFoundError:
        remedy = "add the file or remove its resource from datapackage.json"
        return None, [problem(None, None, "a declared file must exist", "no file", remedy)]
    except OSError as error:
        remedy = "put a plain file in its place"
        return None, [problem(None, None, "a file must be readable", str(error.strerror), remedy)]
    if not raw.strip():
        return None, [problem(None, None, "a file must have a header", "an empty file", "write the column names")]
    problems = []
    if raw.startswith(codecs.BOM_UTF8):
        rule = "a file must not begin with a byte order mark"
        problems.append(problem(1, None, rule, "one", "save as plain UTF-8"))
        raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line, got = raw[: error.start].count(b"\n") + 1, f"byte 0x{raw[error.start]:02x}"
        return None, [*problems, problem(line, None, "text must be UTF-8", got, "save the file as UTF-8")]
    if (marks := text.count(",") + text.count("\n")) > _CELLS:
        rule, got = f"a file must have at most {_CELLS:,} cells", f"about {marks:,}"
        return None, [*problems, problem(None, None, rule, got, "split the table")]
    return text, problems


def _rows(text: str, name: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Rows with the line each begins on, or what is wrong with the first one that is not CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    start = 1
    try:
        for cells in reader:
            rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        remedy = "close every quote and double the quotes inside quoted cells"
        return [], [Problem(name, start, None, "a row must be CSV", str(error), remedy)]
    return rows, []


def _header_faults(header: list[str], name: str) -> Iterator[Problem]:
    if len(header) > _COLUMNS:
        rule = f"a table must have at most {_COLUMNS} columns"
        yield Problem(name, 1, None, rule, str(len(header)), "give each area a row, not a column")
        return
    for position, column in enumerate(header):
        if not column.strip():
            got = f"an empty name in place {position + 1}"
            yield Problem(name, 1, None, "a column must have a name", got, "name or remove it")
        elif column in header[:position]:
            yield Problem(name, 1, column, "a column name must stand once", "a second one", "rename one of them")


def cell_faults(frame: pd.DataFrame, file: str, numbers: set[str]) -> Iterator[Problem]:
    """Cells that hide something or run something: unseen characters, outer blanks, spreadsheet formulas.

    `file` names them in the Problems; in columns of `numbers` a sign may lead.
    """
    for column in frame.columns:
        cells = frame[column]
        for value in cells.unique():
            fault = text_fault(value, number=column in numbers)
            if fault:
                for line in cells.index[cells == value]:
                    yield Problem(file, int(line), str(column), *fault)


def text_fault(value: str, *, number: bool = False, what: str = "cell") -> tuple[str, str, str] | None:
    """Rule, value got and remedy for a text with unseen characters, outer blanks, a formula, or endless length.

    None if there is no fault. Where a number stands a sign may lead; `what` names the text in the rule.

    Examples
    --------
    >>> text_fault("plain"), text_fault("=1+1")[0]
    (None, 'a text cell must not begin like a spreadsheet formula')
    """
    if value.isascii() and value.isalnum() and len(value) <= _LONGEST:
        return None
    if _UNSEEN.search(value):
        return f"a {what} must not hold line breaks or invisible characters", ascii(value)[:60], "remove them"
    if len(value) > _LONGEST:
        rule = f"a {what} must have at most {_LONGEST} characters"
        return rule, f"{len(value)} characters", "shorten it, or close the quote before it"
    if value != value.strip():
        return f"a {what} must not begin or end with a blank", repr(value)[:60], "remove the blank"
    if not number and value.startswith(_RUNS) and not _SIGNED_NUMBER.fullmatch(value):
        remedy = "begin with another character"
        return f"a text {what} must not begin like a spreadsheet formula", repr(value)[:60], remedy
    return None
