"""Everything one register says, on fixed random numbers: intervals, claims, tipping points, and what matters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.rerun.stage import Stage, chance, stage_with_sources
from estimation.challenge.sensitivity import tipping, tornado
from estimation.challenge.sensitivity.tornado import Alternatives
from estimation.errors import UnreliableError, require
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Case
from estimation.model.ladder.summary import Sample
from estimation.model.synthesis.other_sources import powers
from estimation.model.synthesis.weights import MAX_K, MIN_EFFECTIVE, is_reliable


@dataclass(frozen=True, eq=False)
class Answer:
    """What one register says; without weights that can be relied on, the tables are empty."""

    reliable: bool  # whether weights by other sources can be relied on, where there are any
    said: str  # the weights' diagnostics in words; empty without other sources
    intervals: pd.DataFrame  # per scope: `scope`, `label`, `territory`, `count_low` to `count_high`, persons
    claims: pd.DataFrame  # `scope`, `claim`, `sides`, `low`, `high`, `probability`, `probability_error`
    tips: pd.DataFrame  # of `tipping.table`
    moved: pd.DataFrame  # of `tornado.tornado`; empty with other sources


def answer(
    at: Stage,
    *,
    claims: Sequence[Claim],
    tipped: Sequence[str],
    scope: str,
    others: Alternatives | None = None,
    progress: Callable[[int], object] | None = None,
) -> Answer:
    """Ask a register everything.

    Parameters
    ----------
    at : Stage
        The case under the register, with other sources or without.
    claims : sequence of Claim
        What to ask about.
    tipped : sequence of str
        Entries whose tipping points to find; those held fixed have none.
    scope : str
        Whose total the tornado is about.
    others : mapping, optional
        Named alternatives by entry; without other sources a tornado is made of them.
    progress : callable, optional
        Called with 1 after each run.
    """
    scopes = [each.name for each in at.case.scopes]
    drawn = dict(zip(scopes, at.samples(scopes), strict=True))
    samples = {name: sample for name, sample in drawn.items() if sample is not None}
    said = _diagnostics(at) if at.sources else ""
    nothing = pd.DataFrame()
    if not samples:
        return Answer(False, said, nothing, nothing, nothing, nothing)
    intervals = [
        {
            "scope": each.name,
            "label": each.label,
            "territory": each.territory,
            **tornado.summary(samples[each.name]),
        }
        for each in at.case.scopes
    ]
    rows = [_claim_row(claim, samples[claim.scope]) for claim in claims]
    varying = [key for key in tipped if at.register[key].varies]
    tips = tipping.tips(at, claims, varying, progress=progress)
    moved = nothing
    if not at.sources:
        moved, _ = tornado.tornado(at, scope=scope, others=others, progress=progress)
    return Answer(True, said, pd.DataFrame(intervals), pd.DataFrame(rows), tipping.table(tips, at), moved)


def pair(
    build: Callable[[Register], Case],
    shipped: Register,
    mine: Register,
    *,
    claims: Sequence[Claim],
    tipped: Sequence[str],
    scope: str,
    pilot: int,
    kept: int,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> tuple[Answer, Answer]:
    """Ask two registers with other sources, before and after a review, on draws that either gives weight.

    `build` makes the case under a register; `pilot` and `kept` are the draws of the pilot runs and of the
    answer; the rest is as in `answer`.
    """
    moved = {key: entry.distribution for key, entry in mine.items() if entry.distribution != shipped[key].distribution}
    found = []
    for register, looks in ((shipped, ({}, moved)), (mine, ({key: shipped[key].distribution for key in moved}, {}))):
        at = stage_with_sources(build(register), register, draws=kept, pilot=pilot, seed=seed, looks=looks)
        found.append(answer(at, claims=claims, tipped=tipped, scope=scope, progress=progress))
    return found[0], found[1]


def _diagnostics(at: Stage) -> str:
    seen = at.likelihood(at.totals())
    try:
        weights = seen.weigh(powers(seen.kinds), enforce=False)
    except UnreliableError:
        return "no draw agrees with the sources"
    said = f"Pareto k {weights.pareto_k:.2f}, {weights.effective:,.0f} effective draws"
    if is_reliable(weights):
        return said
    return (
        f"Pareto k {weights.pareto_k:.2f} (at most {MAX_K}), {weights.effective:,.0f} effective draws "
        f"(at least {MIN_EFFECTIVE:.0f})"
    )


def _claim_row(claim: Claim, sample: Sample) -> dict[str, object]:
    """A claim with its chance, 0-1; a side without a limit is 0 or infinity."""
    probability, error = chance(sample, claim)
    return {
        "scope": claim.scope,
        "claim": claim.label,
        "sides": claim.sides(),
        "low": claim.low,
        "high": claim.high,
        "probability": probability,
        "probability_error": error,
    }


def changes(before: Register, after: Register) -> pd.DataFrame:
    """Entries whose distribution differs: `entry`, `statement`, `unit`, `before`, `after`, `rationale`.

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
    rule = "a review needs an entry that differs from the register"
    require(bool(rows), rule, "none", "change a distribution in the file")
    return pd.DataFrame(rows)
