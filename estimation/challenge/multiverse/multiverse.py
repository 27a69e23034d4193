"""Every combination of the declared choices, run on the same random numbers: no average, no vote.

It numbers the specifications, cuts them into tasks and puts the results together; what a task does is in
`multiverse_plain` (the county alone) and `multiverse_weighed` (with other sources).
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge import jobs
from estimation.challenge.jobs import Task
from estimation.challenge.multiverse import containment, multiverse_plain, multiverse_weighed
from estimation.challenge.multiverse.containment import Tally
from estimation.challenge.multiverse.specifications import SUMMARY, Codes, Options, Plan
from estimation.challenge.rerun import replay, weighed_draws, weighed_people
from estimation.challenge.rerun.weighed_draws import WeighedRun
from estimation.challenge.sensitivity.tornado import entries_of
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register
from estimation.evidence.register.choices import Grid, Infeasible, Narrower
from estimation.evidence.tables.sources import Evidence

POOL: Final = 100_000
KEPT: Final = 12_000
"""Draws that specifications with other sources choose from, and draws they use."""
GROUPS: Final = 4
"""Groups of places in a task of specifications from the county alone: a few seconds."""


@dataclass(frozen=True, eq=False)
class Multiverse:
    """Every specification with its result.

    Attributes
    ----------
    specifications : DataFrame
        One column a choice (the option's name), then `count_low` to `count_high`: 2.5, 10, 50, 90 and 97.5 percent
        points in persons; `effective`, effective draws; `reliable`, ``yes`` or ``no`` by the limits of `model.weights`.
        The first row is the published combination. A specification that no draw agrees with has zeros, and ``no``.
    excluded : DataFrame
        Rules that left combinations out: `rule`, `reason`, `combinations`.
    contained : DataFrame
        Of `containment.table`.
    grid_sha256 : str
        Hash of the declared grid, taken before anything was run.
    kept : WeighedRun or None
        Draws of the published register with other sources; None if the grid has none.
    """

    specifications: pd.DataFrame
    excluded: pd.DataFrame
    contained: pd.DataFrame
    grid_sha256: str
    kept: WeighedRun | None

    def relied_on(self) -> pd.DataFrame:
        """The specifications whose weights can be relied on."""
        return self.specifications[self.specifications["reliable"] == "yes"]


def run(
    evidence: Evidence,
    register: Register,
    grid: Grid,
    *,
    draws: int,
    seed: int,
    pool: int = POOL,
    kept: int = KEPT,
    cores: int = -1,
    scheduler: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> Multiverse:
    """Run every combination that can be.

    Parameters
    ----------
    evidence, register : Evidence, Register
        What is known, and what is judged where the grid is silent.
    grid : Grid
        The declared choices.
    draws, seed : int
        Size, at least 1000, and seed; the same random numbers for every combination.
    pool, kept : int
        Draws that specifications with other sources choose from, and draws they use.
    cores : int
        Processes; -1 for all cores. The result does not depend on it.
    scheduler : str, optional
        As in `jobs.run`.
    progress : callable, optional
        Called with the number of specifications done.

    Returns
    -------
    Multiverse

    Raises
    ------
    EstimationError
        Too few draws, a combination the model refuses and the grid does not leave out, or a draw outside a bound whose
        assumption it meets.

    Notes
    -----
    **Assumes:** the log of a sum over places is a parabola in the observed log-odds over the range the grid moves them;
    a test compares with running the model for each.

    References
    ----------
    METHODS eq. 68.
    Steegen, Tuerlinckx, Gelman and Vanpaemel 2016, doi:10.1177/1745691616658637; Simonsohn, Simmons and Nelson 2020,
    doi:10.1038/s41562-020-0912-z.
    """
    if draws < 1000 or kept < 1000:
        raise EstimationError("a multiverse needs at least 1000 draws", min(draws, kept), "raise the number of draws")
    codes = grid.codes()
    plan, alone = _plan(evidence, register, grid, codes, draws=draws, seed=seed, pool=pool, kept=kept)
    tasks = [*_plain_tasks(plan), *_weighed_tasks(plan, codes, np.flatnonzero(~alone))]
    # Quantiles, effective draws, and whether they can be relied on: those from the county alone are plain draws.
    found = np.full((len(codes), len(SUMMARY) + 2), [0.0] * len(SUMMARY) + [draws, True])
    tallies: dict[str, Tally] = {}
    plain = np.flatnonzero(alone)
    done = jobs.run(tasks, seed=seed, jobs=cores, scheduler=scheduler, progress=progress)
    for task, (rows, values, checked) in zip(tasks, done, strict=True):
        at = plain[rows] if task.function is multiverse_plain.run else rows
        found[at, : values.shape[1]] = values
        for scope, tally in checked.items():
            tallies.setdefault(scope, Tally.empty()).add(tally)
    names = {
        choice.name: [choice.options[code].name for code in codes[:, place]]
        for place, choice in enumerate(grid.choices)
    }
    table = pd.DataFrame(names).assign(**{name: found[:, place] for place, name in enumerate(SUMMARY)})
    table["effective"] = found[:, len(SUMMARY)].round().astype(int)
    table["reliable"] = np.where(found[:, len(SUMMARY) + 1] > 0, "yes", "no")
    order = [scope.name for scope in plan.first.scopes if scope.name in tallies]
    contained = containment.table({scope: tallies[scope] for scope in order})
    return Multiverse(table, _excluded(grid), contained, grid.sha256, _published(plan))


def _published(plan: Plan) -> WeighedRun | None:
    """The register as it is with all other sources, on the kept draws."""
    if not plan.rows.size:
        return None
    kept, _ = multiverse_weighed.shared(plan)
    return WeighedRun(kept.inputs, kept.weighed(plan.first, plan.sources, kept.inputs))


def _plan(
    evidence: Evidence,
    register: Register,
    grid: Grid,
    codes: Codes,
    *,
    draws: int,
    seed: int,
    pool: int,
    kept: int,
) -> tuple[Plan, np.ndarray]:
    """What all specifications share, and which are from the county alone."""
    sets = evidence.table("reference_sets")
    options = Options(
        tuple(
            tuple((dict(option.settings), entries_of(option, sets)) for option in choice.options)
            for choice in grid.choices
        )
    )
    hashes = {**evidence.hashes, **register.hashes, "register": repr(register.entries), "grid": grid.sha256}
    said = repr((sorted(hashes.items()), options.sets, codes.tobytes(), draws, seed, pool, kept))
    token = hashlib.sha256(said.encode()).hexdigest()
    first = options.key(codes[0])
    worlds = {
        (basis, year, age): replay.build(evidence, register, basis=basis, year=year, adult_age=age)
        for basis, year, age in [first, *sorted({options.name(each)[0] for each in codes} - {first})]
    }
    sources = weighed_people.sources_of(evidence, register, worlds[first])
    alone = np.array([
        not options.setting(each, "sources") and options.setting(each, "prison") == "split" for each in codes
    ])  # fmt: skip
    rows, base = np.zeros(0, np.intp), np.zeros(0)
    if not alone.all():
        rows, base = weighed_draws.choose(
            worlds[first],
            sources,
            register,
            _looks(options, codes[0]),
            pool=max(pool, kept),
            size=kept,
            seed=seed,
            threads=os.cpu_count() or 1,
        )
    plan = Plan(token, register, options, worlds, sources, codes[alone], rows, base, draws, max(pool, kept), seed)
    return plan, alone


def _looks(options: Options, first: Codes) -> Iterator[Mapping[str, Distribution]]:
    """Entries of the published combination, and with every option on spread, selection or known differences alone."""
    published = {key: shape for _, entries in options.chosen(first) for key, shape in entries.items()}
    yield published
    for choice, code in zip(options.sets, first, strict=True):
        for number, (_, entries) in enumerate(choice):
            if number != code and any(key in _LOOKED or key.endswith("_rate_ratio") for key in entries):
                yield {**published, **entries}


_LOOKED: Final = ("between_county_sd", "selection_shift")


def _plain_tasks(plan: Plan) -> list[Task]:
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, codes in enumerate(plan.plain):
        groups.setdefault(plan.options.places(codes), []).append(row)
    every = list(groups.values())
    parts = [every[start : start + GROUPS] for start in range(0, len(every), GROUPS)]
    return [
        Task(f"county alone {number}", multiverse_plain.run, {"plan": plan, "which": part}, sum(map(len, part)))
        for number, part in enumerate(parts)
    ]


def _weighed_tasks(plan: Plan, codes: Codes, numbers: np.ndarray) -> list[Task]:
    groups: dict[object, list[int]] = {}
    for row in numbers:
        groups.setdefault((plan.options.places(codes[row]), plan.options.name(codes[row])), []).append(int(row))
    return [
        Task(
            f"with sources {number}",
            multiverse_weighed.run,
            {"plan": plan, "rows": rows, "codes": codes[rows]},
            len(rows),
        )
        for number, rows in enumerate(groups.values())
    ]


def _excluded(grid: Grid) -> pd.DataFrame:
    """Rules that left combinations out, in words, with their reasons and how many each left out."""

    def words(rule: Infeasible | Narrower) -> str:
        if isinstance(rule, Infeasible):
            return "; ".join(f"{key}: {' or '.join(values)}" for key, values in rule.when.items())
        unless = ", ".join(f"{key}: {' or '.join(values)}" for key, values in rule.unless.items())
        keep = "; ".join(f"{key}: {' or '.join(values)}" for key, values in rule.keep.items())
        return f"unless {unless}, only {keep}"

    rows = [{"rule": words(rule), "reason": rule.reason, "combinations": count} for rule, count in grid.left_out()]
    return pd.DataFrame(rows, columns=["rule", "reason", "combinations"])
