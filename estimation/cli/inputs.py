"""What commands read: evidence, the register of judgements, the declared choices, and cases.

The loaders check what they read. Heavy imports wait inside the functions, so that help is instant.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from estimation.cli.options import LEVELS
from estimation.errors import EstimationError

if TYPE_CHECKING:
    import pandas as pd

    from estimation.evidence.case_folder.case_folder import CaseFolder
    from estimation.evidence.register.assumptions import Register
    from estimation.evidence.register.choices import Grid
    from estimation.evidence.tables.sources import Evidence
    from estimation.model.region.region import Scope

# The checkout: beside the package lie the changelog, the README and docs/.
ROOT = Path(__file__).resolve().parents[2]


def folder_of(data: Path | None) -> Path:
    """The data folder named, or the one that ships."""
    from estimation.evidence.tables import sources

    return data or sources.PUBLIC


def tables(data: Path | None) -> "Evidence":
    """The tables of a data folder, checked."""
    from estimation.evidence.tables import sources

    return sources.load(folder_of(data))


def tables_and_register(data: Path | None, assumptions: Path | None = None) -> "tuple[Evidence, Register]":
    """The tables of a data folder and its register, with the entries of a reader's file in place of its own."""
    from estimation.evidence.case_folder.case_folder import register_of

    evidence = tables(data)
    register = register_of(evidence)
    return evidence, amended(evidence, register, assumptions) if assumptions else register


def amended(evidence: "Evidence", register: "Register", assumptions: Path) -> "Register":
    """A register with the entries of a reader's file in place of its own."""
    from estimation.evidence.register.assumptions import amend

    return amend(register, assumptions, sources=evidence.source_ids)


def declared_choices(data: Path | None, register: "Register") -> "Grid":
    """The grid of other defensible choices that a data folder declares, with its register's kinds of source."""
    from estimation.evidence.register import choices

    return choices.load(folder_of(data) / choices.FILE, kinds=register.kinds)


def case(folder: Path) -> "tuple[CaseFolder, pd.DataFrame]":
    """A case folder, checked, and the reference sets whose families it may leave out."""
    from estimation.evidence.case_folder import case_folder

    sets = tables(None).table("reference_sets")
    return case_folder.load(folder, families=set(sets["family"])), sets


def scopes_and_levels(
    evidence: "Evidence", scope: list[str] | None, level: list[float] | None
) -> "tuple[tuple[Scope, ...], tuple[float, ...]]":
    """The scopes and levels asked for; all scopes of the case, and the usual levels, if none is."""
    from estimation.evidence.case_folder.case_file import statement_of
    from estimation.model.case.case_from_folder import scopes_of

    for each in level or ():
        if not 0 < each < 1:
            raise EstimationError("level must lie in (0, 1)", each, "write 0.95 for 95 percent")
    known = {each.name: each for each in scopes_of(statement_of(evidence.directory))}
    for name in scope or ():
        if name not in known:
            raise EstimationError("the scope must be a known one", repr(name), f"use one of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(scope or known)), tuple(level or LEVELS)
