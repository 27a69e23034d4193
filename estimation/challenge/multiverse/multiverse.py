"""Every combination of the declared choices, run on the same random numbers: no average, no vote."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from estimation.challenge import jobs
from estimation.challenge.jobs import Task
from estimation.challenge.multiverse.prison_statistics import prison_from_statistics
from estimation.challenge.multiverse.specifications import Specification, looks, specifications
from estimation.challenge.rerun.stage import Stage, stage_with_sources
from estimation.challenge.sensitivity.tornado import QUANTILES
from estimation.errors import EstimationError, UnreliableError
from estimation.evidence.register.assumptions import Register
from estimation.evidence.register.choices import Grid, Infeasible, Narrower
from estimation.model.case.case import Case
from estimation.model.case.inputs import draw_inputs
from estimation.model.ladder.kernel import Totals, totals
from estimation.model.ladder.proposal import PILOT
from estimation.model.ladder.thinning import thin
from estimation.model.region.random_numbers import Stream, keep
from estimation.model.region.region import Array
from estimation.model.synthesis.other_sources import Likelihood, powers
from estimation.model.synthesis.weights import Weights, equal, is_reliable

Build: TypeAlias = Callable[..., Case]
"""Makes the case under options of `specifications.CASE`."""
SUMMARY: Final = tuple(QUANTILES)
_AT: Final = np.array(list(QUANTILES.values()))
POOL: Final = 100_000
"""Draws that the few draws of specifications from the observed areas alone are chosen from."""
KEPT: Final = 8_000
"""Draws of specifications with other sources."""
DRAWS: Final = 1_000
"""Draws of specifications from the observed areas alone: evenly spaced in the published total of a pool."""

_GROUPS: Final = 24
"""Runs of the model in one task."""


@dataclass(frozen=True, eq=False)
class Multiverse:
    """Every specification with its result.

    Attributes
    ----------
    specifications : DataFrame
        One column a choice (the option's name), then `count_low` to `count_high`: 2.5, 10, 50, 90 and 97.5 percent
        points in persons; `effective`, effective draws; `reliable`, ``yes`` or ``no`` by the limits of `weights`.
        The first row is the published combination. A specification that no draw agrees with has zeros, and ``no``.
    excluded : DataFrame
        Rules that left combinations out: `rule`, `reason`, `combinations`.
    grid_sha256 : str
        Hash of the declared grid, taken before anything was run.
    """

    specifications: pd.DataFrame
    excluded: pd.DataFrame
    grid_sha256: str

    def relied_on(self) -> pd.DataFrame:
        """The specifications whose weights can be relied on."""
        return self.specifications[self.specifications["reliable"] == "yes"]


def run(
    build: Build,
    register: Register,
    grid: Grid,
    sets: pd.DataFrame,
    *,
    scope: str,
    seed: int,
    draws: int = DRAWS,
    pool: int = POOL,
    pilot: int = PILOT,
    kept: int = KEPT,
    cores: int = -1,
    scheduler: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Multiverse:
    """Run every combination that can be.

    Parameters
    ----------
    build : callable
        Makes the case under the options that the grid sets.
    register : Register
        What is judged where the grid is silent.
    grid : Grid
        The declared choices.
    sets : DataFrame
        Table `reference_sets`, for named fits of the spread.
    scope : str
        Whose total counts where the grid does not say, and decides which few draws stand for many.
    seed : int
        The same random numbers for every combination.
    draws, pool : int
        Draws of specifications from the observed areas alone, at least 1000, and draws these are chosen from.
    pilot, kept : int
        Draws of the pilot runs that say where to draw for specifications with other sources, and draws these use.
    cores : int
        Processes; -1 for all cores. The result does not depend on it.
    scheduler : str, optional
        As in `jobs.run`.
    progress : callable, optional
        Called with the number of specifications done.

    Raises
    ------
    EstimationError
        Too few draws, or a combination the model refuses and the grid does not leave out.

    Notes
    -----
    **Assumes:** every combination of options that no rule leaves out is a defensible analysis; none is counted for
    more than another, and the curve is not a distribution of the truth. Draws are those of the published case, chosen
    so that few stand for many; all combinations share them, so that differences between these are known better than
    their ends.
    """
    if draws < 1000 or kept < 1000:
        raise EstimationError("a multiverse needs at least 1000 draws", min(draws, kept), "raise the number of draws")
    codes = grid.codes()
    asked = list(specifications(grid, codes, sets))
    cases = {key: build(**dict(key)) for key in dict.fromkeys(one.case for one in asked)}
    first = cases[asked[0].case]
    parts: list[Task] = []
    for alone in (True, False):
        groups: dict[object, list[int]] = {}
        for number, one in enumerate(asked):
            if one.alone == alone:
                groups.setdefault(one.model, []).append(number)
        if not groups:
            continue
        if alone:
            at = _thinned_stage(first, register, scope, draws=draws, pool=max(pool, draws), seed=seed)
        else:
            options = looks(grid, sets, register)
            at = stage_with_sources(first, register, draws=kept, pilot=pilot, seed=seed, looks=options)
        stages = {key: at if case is first else at.of_case(case) for key, case in cases.items()}
        every = list(groups.values())
        for start in range(0, len(every), _GROUPS):
            some = every[start : start + _GROUPS]
            numbers = [number for group in some for number in group]
            given = {
                "stages": {one.case: stages[one.case] for one in map(asked.__getitem__, numbers)},
                "asked": [asked[number] for number in numbers],
                "numbers": numbers,
                "scope": scope,
            }
            parts.append(Task(f"{'alone' if alone else 'with sources'} {start}", _run, given, len(numbers)))
    found = np.empty((len(asked), len(SUMMARY) + 2))
    for numbers, values in jobs.run(parts, seed=seed, jobs=cores, scheduler=scheduler, progress=progress):
        found[numbers] = values
    names = {
        choice.name: [choice.options[code].name for code in codes[:, place]]
        for place, choice in enumerate(grid.choices)
    }
    table = pd.DataFrame(names).assign(**{name: found[:, place] for place, name in enumerate(SUMMARY)})
    table["effective"] = found[:, len(SUMMARY)].round().astype(int)
    table["reliable"] = np.where(found[:, len(SUMMARY) + 1] > 0, "yes", "no")
    return Multiverse(table, _excluded(grid), grid.sha256)


def _thinned_stage(case: Case, register: Register, scope: str, *, draws: int, pool: int, seed: int) -> Stage:
    """A few draws that stand for a pool of them: evenly spaced in the headline's total."""
    inputs, stream = draw_inputs(case, register, pool, seed), Stream(seed)
    total = totals(case, register, inputs, stream).count(scope)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x7415]))
    rows = thin(np.ones(pool), total, draws, rng).positions
    numbers = keep(stream, case.region, pool, rows=rows)
    kept = {name: values[rows] for name, values in inputs.items()}
    return Stage(case, register, kept, numbers, pool, seed, rows=rows)


def _run(
    _: np.random.Generator,
    *,
    stages: Mapping[object, Stage],
    asked: Sequence[Specification],
    numbers: list[int],
    scope: str,
) -> tuple[list[int], Array]:
    """Summaries of some specifications: the model is run once for those that differ in scope and sources alone."""
    found = np.empty((len(asked), len(SUMMARY) + 2))
    last: dict[str, Any] = {}
    for place, one in enumerate(asked):
        at = stages[one.case]
        if last.get("model") != one.model:
            last = {"model": one.model, "totals": _totals(at, one), "weights": {}, "orders": {}}
            last["likelihood"] = at.likelihood(last["totals"]) if at.sources else None
        whose = one.scope or scope
        if whose not in last["orders"]:
            total = last["totals"].count(whose)
            last["orders"][whose] = total, np.argsort(total, kind="stable")
        if one.sources not in last["weights"]:
            last["weights"][one.sources] = _weights(at, last["likelihood"], one.sources)
        found[place] = _summary(last["weights"][one.sources], *last["orders"][whose])
    return numbers, found


def _totals(at: Stage, one: Specification) -> Totals:
    """Totals under one specification, on the draws of the stage of its case."""
    entries = dict(one.entries)
    inputs = at.changed(entries)
    found = at.totals(entries, inputs=inputs)
    return prison_from_statistics(found, inputs) if one.prison == "statistics" else found


def _weights(at: Stage, seen: Likelihood | None, kinds: tuple[str, ...]) -> Weights | None:
    if seen is None:
        return equal(at.draws)
    try:
        return seen.weigh(powers(seen.kinds, kinds=kinds), enforce=False)
    except UnreliableError:
        return None


def _summary(weights: Weights | None, total: Array, order: Any) -> Array:
    """Weighted quantiles, effective draws and reliability; nothing but zeros where no draw agrees with the sources."""
    if weights is None:
        return np.zeros(len(SUMMARY) + 2)
    reliable = bool(np.isneginf(weights.pareto_k)) or is_reliable(weights)
    return np.array([*weights.quantiles(total, _AT, order), weights.effective, reliable])


def _excluded(grid: Grid) -> pd.DataFrame:
    """Rules that left combinations out, in words, with their reasons and how many each left out."""

    def words(rule: Infeasible | Narrower) -> str:
        if isinstance(rule, Infeasible):
            return "; ".join(f"{key}: {' or '.join(values)}" for key, values in rule.when.items())
        unless = ", ".join(f"{key}: {' or '.join(values)}" for key, values in rule.unless.items())
        keep_only = "; ".join(f"{key}: {' or '.join(values)}" for key, values in rule.keep.items())
        return f"unless {unless}, only {keep_only}"

    rows = [{"rule": words(rule), "reason": rule.reason, "combinations": count} for rule, count in grid.left_out()]
    return pd.DataFrame(rows, columns=["rule", "reason", "combinations"])
