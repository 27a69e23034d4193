"""Specifications from the county alone: deviations of places are summed over once for all that say the same of them.

Deviations of places enter through few choices; they are summed over once for each of those, at three values of the
observed rate, and every other choice is arithmetic on the sums.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from scipy import special

from estimation.challenge.multiverse import containment
from estimation.challenge.multiverse.containment import Crowd, Tally
from estimation.challenge.multiverse.specifications import AT, SUMMARY, Codes, Plan, on_base
from estimation.challenge.rerun import areas, replay
from estimation.challenge.rerun.areas import Inputs, Places
from estimation.model.case.case_shipped import population_factors
from estimation.model.region.region import Array

# Chebyshev points of three: the log of a sum is close to a parabola over the few tenths the observed log-odds move.
NODES: Final = np.cos(np.pi * np.array([5, 3, 1]) / 6)


@dataclass(frozen=True, eq=False)
class _Shared:
    """Random numbers and arrays that all specifications share."""

    inputs: Inputs
    places: Places
    shares: dict[Any, Array]
    factors: dict[Any, tuple[Array, Array]]
    weights: dict[Any, Array]
    nodes: Array
    ends: tuple[Array, Array]
    crowds: dict[tuple[Any, str], Crowd]


def lagrange(x: Array) -> Array:
    """Weights of the three nodes at positions x in [-1, 1]: shape (3, n)."""
    parts = []
    for here in range(3):
        a, b = (NODES[other] for other in range(3) if other != here)
        parts.append((x - a) * (x - b) / ((NODES[here] - a) * (NODES[here] - b)))
    return np.stack(parts)


@lru_cache(maxsize=1)
def _shared(plan: Plan) -> _Shared:
    first, options = plan.first, plan.options
    inputs = replay.draw_inputs(first, plan.register, plan.draws, plan.seed)
    places = replay.draw_places(first, plan.draws, plan.seed)
    shares: dict[Any, Array] = {}
    factors: dict[Any, tuple[Array, Array]] = {}
    for codes in plan.plain:
        name = options.name(codes)
        if name in shares:
            continue
        world, entries = plan.worlds[name[0]], options.entries(codes, area=False)
        here = on_base(replay.changed(inputs, plan.register, entries, count=plan.draws, seed=plan.seed), first, world)
        shares[name] = replay.observed_share(world, here)
        factors[name] = population_factors(here, world.basis, world.minority_adult_share)
    logits = np.stack([special.logit(share) for share in shares.values()])
    middle, half = (logits.max(axis=0) + logits.min(axis=0)) / 2, (logits.max(axis=0) - logits.min(axis=0)) / 2 + 1e-6
    crowds = {
        (key[1:], scope.name): containment.crowd(world.region, scope, places.people)
        for key, world in plan.worlds.items()
        for scope in world.scopes
    }
    return _Shared(
        inputs,
        places,
        shares,
        factors,
        {name: lagrange((special.logit(share) - middle) / half).astype(np.float32) for name, share in shares.items()},
        special.expit(middle + half * NODES[:, None]),
        (special.expit(middle - half), special.expit(middle + half)),
        crowds,
    )


def run(
    rng: np.random.Generator,  # noqa: ARG001 - tasks all take one; all numbers here come from the plan's seed
    *,
    plan: Plan,
    which: list[list[int]],
) -> tuple[list[int], Array, dict[str, Tally]]:
    """Compute some specifications.

    Parameters
    ----------
    rng : numpy.random.Generator
        Not used.
    plan : Plan
        What all share.
    which : list of list of int
        Rows of `plan.plain`, in groups that say the same of places.

    Returns
    -------
    tuple
        Rows, quantiles of shape (rows, 5) in persons, and what was checked against bounds, by scope.

    Raises
    ------
    EstimationError
        A combination the model refuses, or a draw outside a bound whose assumption it meets.
    """
    shared = _shared(plan)
    found = np.empty((sum(map(len, which)), len(SUMMARY)))
    tallies: dict[str, Tally] = {}
    done = 0
    for rows in which:
        done = _group(plan, shared, plan.plain[rows], found, done, tallies)
    return [row for rows in which for row in rows], found, tallies


def _group(plan: Plan, shared: _Shared, group: Codes, found: Array, done: int, tallies: dict[str, Tally]) -> int:
    """Quantiles of the specifications that say the same of places, from row `done` on; the row after them."""
    entries = plan.options.entries(group[0], area=True)
    inputs = replay.changed(shared.inputs, plan.register, entries, count=plan.draws, seed=plan.seed)
    scopes = [scope.name for scope in plan.first.scopes]
    wanted = sorted({plan.options.setting(codes, "scope") for codes in group}, key=scopes.index)
    by_table = {key[1:]: world for key, world in plan.worlds.items()}
    tables = sorted(by_table)
    columns = [scopes.index(name) + part * len(scopes) for part in (0, 1) for name in wanted]
    every = np.concatenate([replay.part_weights(by_table[each])[:, :, columns] for each in tables], axis=2)
    region = plan.first.region
    sums = np.stack([areas.area_sums(region, every, share, inputs, shared.places) for share in shared.nodes])
    single = np.moveaxis(sums, 2, 0).astype(np.float32).copy()  # (columns, nodes, draws)
    reaches = tuple(areas.reach(region, share, inputs, shared.places) for share in shared.ends)
    reached = {name: containment.extremes(reaches, shared.crowds[(tables[0], name)].groups) for name in wanted}
    logs: dict[Any, Array] = {}
    for codes in group:
        name, scope = plan.options.name(codes), plan.options.setting(codes, "scope")
        core, other = shared.factors[name]
        at = tables.index(name[0][1:]) * 2 * len(wanted) + wanted.index(scope)
        # Combinations that differ in the numerator alone share these sums.
        same = (name[0], scope, float(core[0]), float(other[0]))
        if same not in logs:
            people = core.astype(np.float32) * single[at] + other.astype(np.float32) * single[at + len(wanted)]
            logs[same] = np.log(people)
        total = np.exp(np.einsum("kn,kn->n", shared.weights[name], logs[same], dtype=float))
        tallies.setdefault(scope, Tally.empty()).add(
            containment.check(
                total, shared.shares[name], shared.crowds[(name[0][1:], scope)], (core, other), reached[scope]
            )
        )
        total.sort()
        position = AT * (total.size - 1)
        below = position.astype(int)
        above = np.minimum(below + 1, total.size - 1)
        found[done] = total[below] * (total[above] / total[below]) ** (position - below)
        done += 1
    return done
