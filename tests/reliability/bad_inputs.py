"""Bad inputs tried, one a row of tests/reference/bad_inputs.csv: made, handed to the door they belong to, and judged.

Columns: `id`; `door`, the loader or the command line; `file` within a folder; `what` is bad, in words; `old` and `new`,
bytes of a good file and what stands in their place (without `old`, `new` is the whole file, or the words of a command);
`rule`, what the error must say. Bytes are written as in Python's literals, ``<<x*9>>`` is nine times x.
"""

import contextlib
import csv
import functools
import io
import re
import shlex
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from estimation import cli
from estimation.errors import EstimationError
from estimation.evidence.case_folder import case_folder, new_case
from estimation.evidence.register import assumptions, choices
from estimation.evidence.tables import sources
from estimation.evidence.tables.synthesis_sources import citable
from estimation.evidence.tables.system_file import read_system
from estimation.model.case.build import register_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "evidence"))
from small_folder import Case

TABLE = Path(__file__).resolve().parents[1] / "reference" / "bad_inputs.csv"
SYSTEM = b"area,count,population\nnorth,12,400\nsouth,0,500\n"
CHANGES = b"[missing_share]\nrationale = 'r'\ndistribution = { name = 'uniform', low = 0.01, high = 0.1 }\n"
GRID = b"""[[choice]]
name = "a"
asks = "A?"
[[choice.option]]
name = "one"
reason = "r"
[[choice.option]]
name = "two"
reason = "r"
year = 2017
"""


@dataclass(frozen=True)
class BadInput:
    """A row of the table."""

    id: str
    door: str
    file: str
    what: str
    old: bytes
    new: bytes
    rule: str


def rows() -> list[BadInput]:
    """All rows."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            BadInput(**(row | {"old": _bytes(row["old"]), "new": _bytes(row["new"])})) for row in csv.DictReader(file)
        ]


def outcome(bad: BadInput, folder: Path) -> str:
    """``refused`` if it ends in the error expected; else what happened instead."""
    before = _listing(folder)
    try:
        DOORS[bad.door](bad, folder)
    except EstimationError as error:
        said = str(error)
        if not (error.rule and str(error.got) and error.remedy):
            return f"an error without rule, value or remedy: {said}"
        if bad.rule not in said:
            return f"another error: {said}"
        return "refused" if bad.door != "command" or _listing(folder) == before else "something was written"
    except BaseException:
        return f"a traceback: {traceback.format_exc(limit=-3)}"
    return "accepted"


def _bytes(text: str) -> bytes:
    raw = text.encode("ascii").decode("unicode_escape").encode("latin-1")
    return re.sub(rb"<<(.+?)\*([0-9]+)>>", lambda found: found[1] * int(found[2]), raw, flags=re.DOTALL)


def _listing(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _edited(bad: BadInput, good: bytes) -> bytes:
    if not bad.old:
        return bad.new
    if good.count(bad.old) < 1:
        raise LookupError(f"{bad.id}: {bad.old!r} is not in the good file")
    return good.replace(bad.old, bad.new, 1)


def _system(bad: BadInput, folder: Path) -> None:
    path = folder / "system.csv"
    path.write_bytes(_edited(bad, SYSTEM))
    read_system(path)


def _folder(bad: BadInput, folder: Path) -> None:
    case = Case(folder)
    path = folder / bad.file
    changed = _edited(bad, path.read_bytes() if path.exists() else b"")
    if bad.file.endswith(".csv") and "hash" not in bad.id:
        case.write(path.stem, changed)
    else:
        path.write_bytes(changed)
    sources.load(folder)


@functools.cache
def _shipped() -> tuple[assumptions.Register, sources.Evidence]:
    evidence = sources.load()
    return register_of(evidence), evidence


def _changes(bad: BadInput, folder: Path) -> None:
    path = folder / "mine.toml"
    path.write_bytes(_edited(bad, CHANGES))
    register, evidence = _shipped()
    assumptions.amend(register, path, citable=citable(evidence))


def _register(bad: BadInput, folder: Path) -> None:
    path = folder / "assumptions.toml"
    path.write_bytes(_edited(bad, (sources.PUBLIC / "assumptions.toml").read_bytes()))
    evidence = _shipped()[1]
    assumptions.load(path, entries=case_folder.entries_of(evidence), citable=citable(evidence))


def _grid(bad: BadInput, folder: Path) -> None:
    path = folder / "grid.toml"
    path.write_bytes(_edited(bad, GRID))
    choices.load(path)


def _case(bad: BadInput, folder: Path) -> None:
    """The case that `estimation new-case` writes, with one file changed."""
    for name, content in new_case.files().items():
        (folder / name).write_bytes(content)
    (folder / bad.file).write_bytes(_edited(bad, new_case.files().get(bad.file, b"")))
    case_folder.load(folder, families=("camps",))


def _data(bad: BadInput, folder: Path) -> None:
    """A copy of the data that ships, with one byte of a file changed or the file gone."""
    copy = folder / "public"
    shutil.copytree(sources.PUBLIC, copy)
    path = copy / bad.file
    path.write_bytes(_edited(bad, path.read_bytes()))
    sources.load(copy)


def _command(bad: BadInput, folder: Path) -> None:
    """A command: exit code 2 with its error on standard error, nothing on standard output."""
    out, said = io.StringIO(), io.StringIO()
    words = ["estimation", *shlex.split(bad.new.decode())]
    with (
        mock.patch.object(sys, "argv", words),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(said),
    ):
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
    if code == 2 and not out.getvalue() and "Traceback" not in said.getvalue():
        raise EstimationError(said.getvalue(), code, "nothing")


DOORS: dict[str, Callable[[BadInput, Path], None]] = {
    "system file": _system,
    "data folder": _folder,
    "shipped data": _data,
    "changed assumptions": _changes,
    "register": _register,
    "grid": _grid,
    "case": _case,
    "command": _command,
}


def tried() -> Iterator[dict[str, object]]:
    """One row for each bad input: what it was and what happened."""
    for bad in rows():
        with tempfile.TemporaryDirectory() as folder:
            found = outcome(bad, Path(folder))
        yield {"id": bad.id, "door": bad.door, "what": bad.what, "rule": bad.rule, "outcome": found.split("\n")[0]}
