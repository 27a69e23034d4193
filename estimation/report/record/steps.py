"""What need not be computed again: a step whose inputs, and the files it wrote, are all as its stamp says is kept.

A stamp is a file of hashes in build/, which is not committed: a fresh clone computes everything.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import estimation
from estimation.report.record import record

PACKAGE = Path(estimation.__file__).resolve().parent
STAMPS = PACKAGE.parent / "build" / "steps"
# What the targets of the Makefile fix so that bytes come out the same.
ENVIRONMENT = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH")


MADE_OF_TABLES = ("figures", "fact_sheet", "page")
"""Folders in results/ whose files show what its tables say."""


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Hash of every file, and of every file below a folder.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders; one that is not there counts as such.

    Returns
    -------
    dict of str to str
        By number and name of the file or folder, and the place below it. Compiled code and hidden files are left out.
    """
    found = {}
    for number, path in enumerate(paths):
        named = Path(f"{number} {path.name}")
        if not os.path.isdir(path):
            found[str(named)] = _hash(path) if os.path.isfile(path) else "absent"
            continue
        for file in sorted(path.rglob("*")):
            place = file.relative_to(path)
            if file.is_file() and "__pycache__" not in place.parts and not file.name.startswith("."):
                found[(named / place).as_posix()] = _hash(file)
    return found


def tables(folder: Path) -> list[Path]:
    """Tables and cards of a results folder: what is drawn and written up from them is left out."""
    every = (path for path in folder.rglob("*") if path.suffix in (".csv", ".json"))
    return sorted(path for path in every if path.relative_to(folder).parts[0] not in MADE_OF_TABLES)


def installed() -> dict[str, str]:
    """Version of Python, kind of machine, and version of every package that can be imported."""
    packages = {each.name: each.version for each in importlib.metadata.distributions()}
    return {**packages, "python": platform.python_version(), "machine": platform.machine()}


@dataclass(frozen=True)
class Step:
    """A computation with the hash of everything that goes into it, and the files that come out.

    Attributes
    ----------
    name : str
        Name of its stamp.
    made_from : mapping
        Hashes of code and inputs, settings, environment, versions: as they were before it ran.
    stamps : Path
        Folder of the stamps.
    """

    name: str
    made_from: Mapping[str, Any]
    stamps: Path

    def kept(self) -> bool:
        """Whether computing the step again would change nothing: its stamp is there and still true."""
        path = self.stamps / f"{self.name}.json"
        try:
            stamp = json.loads(path.read_bytes())
            outputs = stamp["outputs"]
            return bool(
                stamp["made_from"] == self.made_from
                and outputs
                and all(_hash(self.stamps / file) == digest for file, digest in outputs.items())
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # no stamp, or one that is damaged
            return False

    def seal(self, outputs: Iterable[Path]) -> None:
        """Write the stamp, after the step has run and written the files `outputs`."""
        written = {os.path.relpath(file, self.stamps): _hash(file) for file in outputs}
        record.write(
            self.stamps, {f"{self.name}.json": record.json_bytes({"made_from": self.made_from, "outputs": written})}
        )


def step(
    name: str,
    *,
    inputs: Iterable[Path],
    settings: Mapping[str, Any],
    stamps: Path = STAMPS,
) -> Step:
    """A step about to run, with its inputs as they are now.

    Parameters
    ----------
    name : str
        Name of its stamp.
    inputs : iterable of Path
        Files and folders it reads, beside the library's own code.
    settings : mapping
        Options of the run, as JSON can hold them.
    stamps : Path
        Folder of the stamps.

    Returns
    -------
    Step
    """
    made_from = {
        "files": hashes((PACKAGE, *inputs)),
        "settings": dict(settings),
        "environment": {name: os.environ.get(name, "") for name in ENVIRONMENT},
        "installed": installed(),
    }
    return Step(name, made_from, stamps)
