"""The runs behind everything that is published: one a basis, made once and used by tables, claims and page."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from estimation.challenge.sources import reconcile
from estimation.errors import UnreliableError
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.case.build import case_of
from estimation.model.case.case import Case
from estimation.model.ladder.ladder import Run, run
from estimation.model.ladder.proposal import PILOT
from estimation.model.region.estimand import Basis

BASES: tuple[Basis, ...] = ("registered", "resident")


def runs(
    evidence: Evidence,
    register: Register,
    *,
    draws: int,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> dict[Basis, Run]:
    """One run a basis: the synthesis where its weights can be relied on, else the ladder without its last rung."""
    found: dict[Basis, Run] = {}
    for basis in BASES:
        first = basis == BASES[0]
        case = case_of(evidence, register, basis=basis)
        places = reconcile.places(evidence, case) if first else ()
        found[basis], _ = run_or_alone(
            case, register, draws=draws, seed=seed, places=places, county_rates=first, progress=progress
        )
    return found


def run_or_alone(
    case: Case, register: Register, *, draws: int, seed: int, **options: Any
) -> tuple[Run, UnreliableError | None]:
    """The run with other sources, or without them and why their weights cannot be relied on; options of `run`."""
    try:
        return run(case, register, draws=draws, seed=seed, pilot=PILOT, **options), None
    except UnreliableError as error:
        return run(case, register, draws=draws, seed=seed, sources=False), error


def ladders(found: Mapping[Basis, Run]) -> pd.DataFrame:
    """The ladder of every scope on every basis: one row per scope, basis, rung and level; no blanks."""
    return pd.concat([each.table() for each in found.values()], ignore_index=True)
