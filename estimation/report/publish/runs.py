"""The runs behind everything that is published: one a basis, made once and used by tables, claims and page."""

from collections.abc import Callable, Mapping

import pandas as pd

from estimation.challenge.sources import reconcile
from estimation.errors import UnreliableError
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.ladder.ladder import Ladder, climb
from estimation.model.region.estimand import Basis
from estimation.model.synthesis.synthesis import Synthesis, synthesise

BASES: tuple[Basis, ...] = ("registered", "resident")


def runs(
    evidence: Evidence,
    register: Register,
    *,
    draws: int,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> dict[Basis, Synthesis | Ladder]:
    """One run a basis: the synthesis where its weights can be relied on, else the ladder without its last rung.

    Parameters
    ----------
    evidence : Evidence
        The data folder.
    register : Register
        The judgements.
    draws, seed : int
        Size and seed of each run.
    progress : callable, optional
        Called with the number of draws done.

    Returns
    -------
    dict of str to Synthesis or Ladder
    """
    found: dict[Basis, Synthesis | Ladder] = {}
    for basis in BASES:
        first = basis == BASES[0]
        try:
            found[basis] = synthesise(
                evidence,
                register,
                draws=draws,
                seed=seed,
                basis=basis,
                counties=first,
                places=reconcile.places(evidence) if first else (),
                progress=progress,
            )
        except UnreliableError:
            # With few draws; a published rung that is gone stops at the gate.
            found[basis] = climb(evidence, register, draws=draws, seed=seed, basis=basis)
    return found


def ladders(found: Mapping[Basis, Synthesis | Ladder]) -> pd.DataFrame:
    """The ladder of every scope on every basis: one row per scope, basis, rung and level; no blanks."""
    return pd.concat([run.table() for run in found.values()], ignore_index=True)
