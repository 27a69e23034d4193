"""One TOML file of a case as checked values: every fault is a Problem with the line it stands in."""

import difflib
import math
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from estimation.errors import Problem
from estimation.evidence.files.csvfile import text_fault
from estimation.evidence.files.files import read_bytes
from estimation.evidence.files.persons import looks_like_identity

LARGEST_TABLE: Final = 20_000_000
LARGEST_TEXT: Final = 1_000_000
"""bytes; the files of a case are far smaller."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST: Final = 1e12


def read_plain(path: Path, *, largest: int = LARGEST_TABLE) -> tuple[bytes | None, list[Problem]]:
    """Content of a file of a case, at most `largest` bytes; None, and why, if it may not be read.

    Links are refused, so that a folder from a stranger can show no file from elsewhere.
    """

    def fault(rule: str, got: str, remedy: str) -> tuple[None, list[Problem]]:
        return None, [Problem(path.name, None, None, rule, got, remedy)]

    if path.is_symlink():
        return fault("a file of a case must be a plain file", "a link", "put the file itself there")
    try:
        return read_bytes(path, largest=largest), []
    except FileNotFoundError:
        return fault("a case must have this file", "no file", "write one with `estimation new-case` and fill it in")
    except OSError as error:
        return fault("a file of a case must be readable", str(error.strerror), "put a plain file there")


def read_toml(path: Path) -> tuple[dict[str, Any] | None, str, list[Problem]]:
    """Tables of a TOML file of a case in UTF-8, its text for the lines of faults, and what is wrong with the file."""
    raw, problems = read_plain(path, largest=LARGEST_TEXT)
    if raw is None:
        return None, "", problems
    if raw.startswith(b"\xef\xbb\xbf"):
        problems = [Problem(path.name, 1, None, "a file must not begin with a byte order mark", "one", "remove it")]
        return None, "", problems
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
        return tomllib.loads(text), text, []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        got = f"byte 0x{raw[error.start]:02x}"
        return None, "", [Problem(path.name, line, None, "text must be UTF-8", got, "save the file as UTF-8")]
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        where = int(found[1]) if found else None
        got = str(error)[:120] or type(error).__name__
        return None, "", [Problem(path.name, where, None, "the file must be TOML", got, "mend the line it names")]


def line_of(text: str, table: str, key: str | None = None, *, number: int = 0) -> int | None:
    r"""Line of a table's heading, or of a key in it; None if it is written in some other form.

    Examples
    --------
    >>> line_of("a = 1\n[b]\nc = 2\n", "b", "c")
    3
    """
    heading = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?\s*(#.*)?") if table else None
    wanted = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*=") if key else None
    inside, seen, start = not table, -1, None
    for line, content in enumerate(text.split("\n"), start=1):
        if content.lstrip().startswith("["):
            if not table and key:
                return None
            found = heading is not None and heading.fullmatch(content) is not None
            seen += found
            inside = found and seen == number
            if inside:
                start = line
        if inside and wanted is not None and wanted.match(content):
            return line
    return start


@dataclass
class Section:
    """One table of a TOML file, read key by key; faults gather in `problems`.

    `table` is "" for the top; `number` says which of several tables of that name it is.
    """

    file: str
    text: str
    table: str
    values: Mapping[str, Any]
    number: int = 0
    problems: list[Problem] = field(default_factory=list)

    def fault(self, key: str | None, rule: str, got: object, remedy: str) -> None:
        """Note a fault of a key, or of the whole table."""
        column = ".".join(part for part in (self.table, key) if part) or None
        line = line_of(self.text, self.table, key, number=self.number)
        self.problems.append(Problem(self.file, line, column, rule, str(got)[:80], remedy))

    def only(self, keys: Collection[str]) -> None:
        """Refuse keys that are not known."""
        for key in self.values:
            if key not in keys:
                close = difflib.get_close_matches(key, keys, n=1)
                remedy = f"did you mean {close[0]!r}" if close else f"use {', '.join(keys)}"
                self.fault(key, "a key must be a known one", repr(key), remedy)

    def words(self, key: str, *, default: str | None = None, allowed: Collection[str] = (), longest: int = 300) -> str:
        """A text on one line."""
        value = self.values.get(key, default)
        if value is None:
            self.fault(key, f"a case must state {key}", "nothing", f'write {key} = "..."')
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault(key, f"{key} must be a text that is not empty", repr(value), "fill it in, in quotes")
            return ""
        if found := text_fault(value, what="text"):
            self.fault(key, *found)
        elif looks_like_identity(value):
            self.fault(
                key, "a text must not hold an identity or telephone number", "a number of that shape", "remove it"
            )
        elif len(value) > longest:
            self.fault(key, f"{key} must have at most {longest} characters", f"{len(value)}", "shorten it")
        elif allowed and value not in allowed:
            self.fault(key, f"{key} must be one of {', '.join(allowed)}", repr(value), "use one of these")
        return value

    def name(self, key: str) -> str:
        """A short name for tables and files."""
        value = self.words(key)
        if value and not _NAME.fullmatch(value):
            rule = f"{key} must be a short name of small letters, digits and underscores, beginning with a letter"
            self.fault(key, rule, repr(value), "write it in that form")
        return value

    def persons(self, key: str) -> float | None:
        """A number of persons, or None if it is not given."""
        value = self.values.get(key)
        if value is None:
            return None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 <= value <= _MOST:
            remedy = "write digits without separators"
            self.fault(key, f"{key} must be a number of persons, from 0 to {_MOST:g}", repr(value), remedy)
            return None
        return float(value)

    def counts(self, key: str) -> tuple[int, ...]:
        """Whole numbers of persons that rise; empty if they are not given."""
        value = self.values.get(key, [])
        whole = isinstance(value, list) and all(type(one) is int and 0 < one <= _MOST for one in value)
        if not whole or sorted(set(value)) != value:
            self.fault(key, f"{key} must be whole numbers of persons that rise", repr(value), "write [1000, 2000]")
            return ()
        return tuple(value)

    def whole(self, key: str) -> int:
        """A whole number from 0 up, such as a year."""
        value = self.values.get(key)
        if type(value) is not int or value < 0:
            self.fault(key, f"{key} must be a whole number", repr(value), f"write {key} = ... without quotes")
            return 0
        return value

    def yes(self, key: str) -> bool:
        """A true or false, false by default."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, f"{key} must be true or false", repr(value), "write true or false, without quotes")
            return False
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if it is not given."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.fault(key, f"{key} must be a list of texts", repr(value), 'write ["...", "..."]')
            return ()
        return tuple(value)


def sections(file: str, text: str, tables: Mapping[str, Any], table: str) -> Iterator[Section]:
    """Each table of a list such as ``[[scope]]``, in order; a Section with a fault if it is no such list."""
    value = tables.get(table, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        wrong = Section(file, text, table, {})
        wrong.fault(None, f"{table} must be written as [[{table}]]", type(value).__name__, "double the brackets")
        yield wrong
        return
    for number, one in enumerate(value):
        yield Section(file, text, table, one, number)


def section(file: str, text: str, tables: Mapping[str, Any], table: str) -> Section:
    """One table such as ``[estimand]``; empty if it is not there."""
    value = tables.get(table, {})
    found = Section(file, text, table, value if isinstance(value, dict) else {})
    if not isinstance(value, dict):
        found.fault(None, f"{table} must be written as [{table}]", type(value).__name__, "use single brackets")
    return found
