"""What two registers say with other sources weighed in, on the same kept draws: before and after a review."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim, claims_of
from estimation.challenge.multiverse.specifications import AT, SUMMARY
from estimation.challenge.rerun import replay, weighed_draws, weighed_people
from estimation.challenge.rerun.replay import World
from estimation.challenge.rerun.weighed import Weighed
from estimation.challenge.rerun.weighed_draws import Kept
from estimation.challenge.rerun.weighed_people import Sources
from estimation.challenge.review.answer import claim_row
from estimation.challenge.sensitivity import tipping
from estimation.errors import UnreliableError
from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.distributions.distributions import Point
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.region.region import Array
from estimation.model.synthesis.weights import MAX_K, MIN_EFFECTIVE, Weights, is_reliable

TIPPED: Final = ("between_county_sd", "selection_shift")
"""Entries whose tipping points are looked for: each value is a weighing of its own."""
POINTS: Final = 9


@dataclass(frozen=True, eq=False)
class WeighedAnswer:
    """What one register says with other sources.

    Attributes
    ----------
    reliable : bool
        Whether its weights can be relied on; if not, the tables are empty.
    said : str
        The weights' diagnostics in words.
    intervals : DataFrame
        Per scope: `scope`, `label`, `territory`, `count_low` to `count_high`, persons.
    claims : DataFrame
        Per claim: `scope`, `claim`, `sides`, `low`, `high`, `probability`, `probability_error`.
    tips : DataFrame
        Per claim, entry and level: `reached` and `value`, as in `tipping.table`.
    """

    reliable: bool
    said: str
    intervals: pd.DataFrame
    claims: pd.DataFrame
    tips: pd.DataFrame


def pair(
    evidence: Evidence,
    shipped: Register,
    mine: Register,
    *,
    pool: int,
    kept: int,
    seed: int,
    threads: int = 1,
    progress: Callable[[int], object] | None = None,
) -> tuple[WeighedAnswer, WeighedAnswer]:
    """Ask both registers.

    Parameters
    ----------
    evidence : Evidence
        What is known.
    shipped, mine : Register
        Judgements before and after.
    pool, kept : int
        Draws to choose from, and draws chosen: those that either register weighs.
    seed : int
        Seed.
    threads : int
        Threads; the result does not depend on it.
    progress : callable, optional
        Called with 1 after each weighing.

    Returns
    -------
    tuple of WeighedAnswer
        As shipped, and with the changes.
    """
    world = replay.build(evidence, shipped)
    sources = weighed_people.sources_of(evidence, shipped, world)
    moved = {key: entry.distribution for key, entry in mine.items() if entry.distribution != shipped[key].distribution}
    rows, base = weighed_draws.choose(
        world, sources, shipped, [{}, moved], pool=max(pool, kept), size=kept, seed=seed, threads=threads
    )
    found = []
    claims = claims_of(statement_of(evidence.directory))
    for register in (shipped, mine):
        here = replay.build(evidence, register)
        draws = weighed_draws.keep(here, sources, register, rows, base, pool=max(pool, kept), seed=seed)
        found.append(_answer(here, claims, sources, draws, threads, progress))
    return found[0], found[1]


def _answer(
    world: World,
    standard: Sequence[Claim],
    sources: Sources,
    draws: Kept,
    threads: int,
    progress: Callable[[int], object] | None,
) -> WeighedAnswer:
    run = draws.weighed(world, sources, draws.inputs, threads=threads)
    weights = _weights(run)
    if weights is None or not is_reliable(weights):
        said = (
            "no draw agrees with the sources"
            if weights is None
            else f"Pareto k {weights.pareto_k:.2f} (at most {MAX_K}), "
            f"{weights.effective:,.0f} effective draws (at least {MIN_EFFECTIVE:.0f})"
        )
        nothing = pd.DataFrame()
        return WeighedAnswer(False, said, nothing, nothing, nothing)
    intervals = []
    for column, scope in enumerate(world.scopes):
        ends = weights.quantiles(run.totals[:, column], AT)
        known = {"scope": scope.name, "label": scope.label, "territory": scope.territory}
        intervals.append({**known, **dict(zip(SUMMARY, map(float, ends), strict=True))})
    names = [scope.name for scope in world.scopes]
    claims = [claim_row(claim, _chance(claim, run, weights, names), weights.effective) for claim in standard]
    tips = _tips(world, standard, sources, draws, names, threads, progress)
    said = f"Pareto k {weights.pareto_k:.2f}, {weights.effective:,.0f} effective draws"
    return WeighedAnswer(True, said, pd.DataFrame(intervals), pd.DataFrame(claims), pd.DataFrame(tips))


def _weights(run: Weighed) -> Weights | None:
    try:
        return run.weights(tuple(run.kinds))
    except UnreliableError:
        return None


def _chance(claim: Claim, run: Weighed, weights: Weights, names: Sequence[str]) -> float:
    total = run.totals[:, names.index(claim.scope)]
    return float(weights.share @ ((total >= claim.low) & (total <= claim.high)))


def _tips(
    world: World,
    standard: Sequence[Claim],
    sources: Sources,
    draws: Kept,
    names: Sequence[str],
    threads: int,
    progress: Callable[[int], object] | None,
) -> list[dict[str, object]]:
    """Tipping points between the values weighed, by straight lines; values of unreliable weights are left out."""
    rows: list[dict[str, object]] = []
    for entry in TIPPED:
        shape = draws.register[entry].distribution
        if isinstance(shape, Point):
            continue
        values, chances = [], []
        for value in np.unique(shape.ppf(np.linspace(*tipping.PLAUSIBLE, POINTS))):
            run = draws.weighed(world, sources, draws.changed({entry: Point(float(value))}), threads=threads)
            weights = _weights(run)
            if weights is not None and is_reliable(weights):
                values.append(float(value))
                chances.append([_chance(claim, run, weights, names) for claim in standard])
            if progress is not None:
                progress(1)
        for number, claim in enumerate(standard):
            for level in tipping.LEVELS:
                line = np.array([each[number] for each in chances])
                reached, value = crossing(np.array(values), line, level, float(shape.median()))
                known = {"scope": claim.scope, "claim": claim.label, "sides": claim.sides()}
                rows.append({**known, "entry": entry, "level": level, "reached": reached, "value": value})
    return rows


def crossing(values: Array, chances: Array, level: float, middle: float) -> tuple[str, float]:
    """Where a line of chances crosses a level, nearest to a middle value.

    Parameters
    ----------
    values, chances : ndarray of shape (p,)
        Values in rising order, and chances there, 0-1.
    level, middle : float
        Chance to cross, and the value to be near to.

    Returns
    -------
    reached : str
        ``above``, ``below``, ``never``, ``always``, or ``unknown`` with fewer than two values.
    value : float
        Missing unless crossed, as in `tipping.table`.

    Examples
    --------
    >>> crossing(np.array([0.0, 1.0, 2.0]), np.array([0.2, 0.4, 0.8]), 0.5, 1.0)
    ('above', 1.25)
    """
    if values.size < 2:
        return "unknown", np.nan
    above = chances >= level
    crossed = np.flatnonzero(above[1:] != above[:-1])
    if crossed.size == 0:
        return ("always" if above[0] else "never"), np.nan
    found = [
        values[i] + (level - chances[i]) / (chances[i + 1] - chances[i]) * (values[i + 1] - values[i]) for i in crossed
    ]
    nearest = int(np.argmin(np.abs(np.array(found) - middle)))
    return ("above" if above[crossed[nearest] + 1] else "below"), float(found[nearest])
