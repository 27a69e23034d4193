"""Everything one register says, on fixed random numbers: intervals, claims, tipping points, and what matters."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from estimation.challenge.claims import Claim, claims_of
from estimation.challenge.rerun import replay
from estimation.challenge.sensitivity import tipping, tornado
from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.register.assumptions import Register
from estimation.evidence.register.choices import Grid
from estimation.evidence.tables.sources import Evidence
from estimation.model.ladder.summary import chance_error


@dataclass(frozen=True, eq=False)
class Answer:
    """What one register says.

    Attributes
    ----------
    intervals : DataFrame
        Per scope: `count_low` to `count_high`, persons, on the last rung.
    claims : DataFrame
        Per claim: `scope`, `claim`, `sides`, `probability`.
    tips : DataFrame
        Of `tipping.table`.
    moved : DataFrame
        Of `tornado.tornado`.
    """

    intervals: pd.DataFrame
    claims: pd.DataFrame
    tips: pd.DataFrame
    moved: pd.DataFrame


def answer(
    evidence: Evidence,
    register: Register,
    grid: Grid,
    *,
    draws: int,
    seed: int,
    shipped: Register | None = None,
    progress: Callable[[int], object] | None = None,
) -> Answer:
    """Ask a register everything.

    Parameters
    ----------
    evidence, register : Evidence, Register
        What is known and judged.
    grid : Grid
        For named alternatives.
    draws, seed : int
        Size and seed.
    shipped : Register, optional
        Its entries are alternatives where they differ.
    progress : callable, optional
        Called with 1 after each step.

    Returns
    -------
    Answer
    """
    stated = statement_of(evidence.directory)
    standard = claims_of(stated)
    at = tornado.stage(replay.build(evidence, register), register, draws=draws, seed=seed)
    totals = at.totals()
    intervals = [
        {"scope": scope.name, "label": scope.label, "territory": scope.territory, **tornado.summary(totals[:, column])}
        for column, scope in enumerate(at.world.scopes)
    ]
    said = [claim_row(claim, claim.probability(totals[:, at.column(claim.scope)]), at.draws) for claim in standard]
    entries = [key for key in stated.lead.tipped if register[key].varies]
    tips = tipping.tips(at, standard, entries, progress=progress)
    others = tornado.alternatives(evidence.table("reference_sets"), grid, register, shipped=shipped)
    moved = tornado.tornado(at, scope=stated.lead.tested, others=others, progress=progress)
    return Answer(pd.DataFrame(intervals), pd.DataFrame(said), tipping.table(tips, register), moved)


def claim_row(claim: Claim, chance: float, worth: float) -> dict[str, object]:
    """A claim with its chance, 0-1, from draws worth so many independent ones."""
    return {
        "scope": claim.scope,
        "claim": claim.label,
        "sides": claim.sides(),
        "low": claim.low,
        "high": claim.high,
        "probability": chance,
        "probability_error": chance_error(chance, worth),
    }


def changes(before: Register, after: Register) -> pd.DataFrame:
    """Entries whose distribution or reason differ: `entry`, `statement`, `unit`, `before`, `after`, `rationale`.

    Raises
    ------
    EstimationError
        Nothing differs.
    """
    rows = [
        {
            "entry": key,
            "statement": entry.statement,
            "unit": entry.unit,
            "before": before[key].distribution.describe(),
            "after": entry.distribution.describe(),
            "rationale": entry.rationale,
        }
        for key, entry in after.items()
        if entry.distribution != before[key].distribution
    ]
    if not rows:
        raise EstimationError(
            "a review needs an entry that differs from the register", "none", "change a distribution in the file"
        )
    return pd.DataFrame(rows)
