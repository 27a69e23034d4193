"""What commands read: evidence, the register of judgements, the declared choices, and cases.

The loaders check what they read. Heavy imports wait inside the functions, so that help is instant.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from estimation.cli.options import LEVELS
from estimation.errors import EstimationError

if TYPE_CHECKING:
    from estimation.evidence.case_folder.contents import Read
    from estimation.evidence.register.assumptions import Register
    from estimation.evidence.register.choices import Grid
    from estimation.evidence.tables.sources import Evidence
    from estimation.model.case.case import Case
    from estimation.model.region.region import Scope

# The checkout: beside the package lie the changelog, the README and docs/.
ROOT = Path(__file__).resolve().parents[2]


def folder_of(data: Path | None) -> Path:
    """The data folder named, or the one that ships."""
    from estimation.evidence.tables import sources

    return data or sources.PUBLIC


def tables(data: Path | None) -> "Evidence":
    """The tables of a data folder, checked."""
    from estimation.evidence.case_folder import case_folder
    from estimation.evidence.tables import sources

    folder = folder_of(data)
    if case_folder.is_case(folder) and os.path.exists(folder / "case.toml"):
        raise EstimationError(
            "this command reads a data folder",
            f"{folder}, a case",
            "give a case to assumptions, estimate, synthesise, reproduce or check",
        )
    return sources.load(folder)


def tables_and_register(data: Path | None, assumptions: Path | None = None) -> "tuple[Evidence, Register]":
    """The tables of a data folder and its register, with the entries of a reader's file in place of its own."""
    from estimation.model.case.build import register_of

    evidence = tables(data)
    register = register_of(evidence)
    return evidence, amended(evidence, register, assumptions) if assumptions else register


def case_and_register(data: Path | None, assumptions: Path | None = None) -> "tuple[Read, Register]":
    """The case of any folder and its register, with the entries of a reader's file in place of its own."""
    from estimation.evidence.case_folder.contents import read_case
    from estimation.model.case.build import register_of

    folder = folder_of(data)
    # What is no case at all is spoken of as the data folder that was asked for.
    read = read_case(folder) if os.path.exists(folder / "case.toml") else tables(data)
    register = register_of(read)
    return read, amended(read, register, assumptions) if assumptions else register


def amended(read: "Read", register: "Register", assumptions: Path) -> "Register":
    """A register with the entries of a reader's file in place of its own."""
    from estimation.evidence.case_folder.contents import citable_of
    from estimation.evidence.register.assumptions import amend

    return amend(register, assumptions, citable=citable_of(read))


def declared_choices(data: Path | None, register: "Register") -> "Grid":
    """The grid of other defensible choices that a data folder declares, with its register's kinds of source."""
    from estimation.evidence.register import choices

    return choices.load(folder_of(data) / choices.FILE, kinds=register.kinds)


def scopes_and_levels(
    case: "Case", scope: list[str] | None, level: list[float] | None
) -> "tuple[tuple[Scope, ...], tuple[float, ...]]":
    """The scopes and levels asked for; all scopes of the case, and the usual levels, if none is."""
    for each in level or ():
        if not 0 < each < 1:
            raise EstimationError("level must lie in (0, 1)", each, "write 0.95 for 95 percent")
    known = {each.name: each for each in case.scopes}
    for name in scope or ():
        if name not in known:
            raise EstimationError("the scope must be a known one", repr(name), f"use one of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(scope or known)), tuple(level or LEVELS)
