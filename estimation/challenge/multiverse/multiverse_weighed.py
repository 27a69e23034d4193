"""Specifications with other sources weighed in: one weighing of common draws for each set of sources and each county.

All use the same kept draws (`weighed_draws`).
"""

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from estimation.challenge.multiverse import containment
from estimation.challenge.multiverse.containment import Crowd, Tally
from estimation.challenge.multiverse.specifications import AT, SUMMARY, Codes, Plan, on_base
from estimation.challenge.rerun import areas, replay, weighed_draws, weighed_people
from estimation.challenge.rerun.weighed import Weighed
from estimation.challenge.rerun.weighed_draws import Kept
from estimation.errors import UnreliableError
from estimation.evidence.distributions.distributions import Distribution
from estimation.model.case.case_shipped import population_factors
from estimation.model.region.region import Array
from estimation.model.synthesis.components import Held
from estimation.model.synthesis.weights import Weights, is_reliable


@lru_cache(maxsize=1)
def shared(plan: Plan) -> tuple[Kept, Mapping[str, Crowd]]:
    """The kept draws of a plan, and the people of each scope in them."""
    world = plan.first
    kept = weighed_draws.keep(world, plan.sources, plan.register, plan.rows, plan.base, pool=plan.pool, seed=plan.seed)
    return kept, {scope.name: containment.crowd(world.region, scope, kept.places.people) for scope in world.scopes}


def run(
    rng: np.random.Generator,  # noqa: ARG001 - tasks all take one; all numbers here come from the plan's seed
    *,
    plan: Plan,
    rows: list[int],
    codes: Codes,
) -> tuple[list[int], Array, dict[str, Tally]]:
    """Compute specifications that say the same of places, numerator and bases.

    Parameters
    ----------
    rng : numpy.random.Generator
        Not used.
    plan : Plan
        What all share.
    rows : list of int
        Their numbers.
    codes : ndarray of shape (specifications, choices)
        Their options.

    Returns
    -------
    tuple
        Rows; quantiles in persons, effective draws, and 1 if their weights can be relied on, else 0: shape (rows, 7);
        what was checked, by scope.

    Raises
    ------
    EstimationError
        A combination the model refuses, or a draw outside a bound whose assumption it meets.
    """
    kept, crowds = shared(plan)
    options, first = plan.options, codes[0]
    world = plan.worlds[options.key(first)]
    entries = options.entries(first, area=True) | options.entries(first, area=False)
    inputs = on_base(kept.changed(entries), plan.first, world)
    share = replay.observed_share(world, inputs)
    factors = population_factors(inputs, world.basis, world.minority_adult_share)
    reach = (areas.reach(world.region, share, inputs, kept.places),)
    scopes = [one.name for one in world.scopes]

    # What is left to differ: how camp and prison divide, where prisons come from, whom to count, which sources.
    @cache
    def people(divided: tuple[tuple[str, Distribution], ...]) -> tuple[dict[str, Array], Held]:
        here = kept.changed(dict(divided), inputs)
        return here, kept.people(world, plan.sources, here)

    @cache
    def run_of(divided: tuple[tuple[str, Distribution], ...], prison: str) -> Weighed:
        here, held = people(divided)
        if prison == "statistics":
            held = weighed_people.prison_from_statistics(plan.sources, held, here)
        return kept.weigh(world, plan.sources, held, here)

    @cache
    def weights_of(
        divided: tuple[tuple[str, Distribution], ...], prison: str, kinds: tuple[str, ...]
    ) -> Weights | None:
        try:
            return run_of(divided, prison).weights(kinds)
        except UnreliableError:
            return None

    @cache
    def counted(
        divided: tuple[tuple[str, Distribution], ...], prison: str, scope: str
    ) -> tuple[Array, npt.NDArray[np.intp], Tally]:
        """Totals, their order, and what was checked against bounds."""
        crowd, total = crowds[scope], run_of(divided, prison).totals[:, scopes.index(scope)]
        # Prison from statistics moves rates after the fact: its places have no factor of their own.
        reached = None if prison == "statistics" else containment.extremes(reach, crowd.groups)
        tally = containment.check(total, share, crowd, factors, reached)
        return total, np.argsort(total, kind="stable"), tally

    found = np.empty((len(rows), len(SUMMARY) + 2))
    tallies: dict[str, Tally] = {}
    for place, each in enumerate(codes):
        scope, prison = options.setting(each, "scope"), options.setting(each, "prison")
        divided = tuple(sorted(options.division(each).items()))
        total, order, tally = counted(divided, prison, scope)
        found[place] = _summary(weights_of(divided, prison, options.setting(each, "sources")), total, order)
        tallies.setdefault(scope, Tally.empty()).add(tally)
    return rows, found, tallies


def _summary(weights: Weights | None, total: Array, order: npt.NDArray[np.intp]) -> Array:
    """Weighted quantiles, effective draws and reliability; nothing but zeros where no draw agrees with the sources."""
    if weights is None:
        return np.zeros(len(SUMMARY) + 2)
    return np.array([*weights.quantiles(total, AT, order), weights.effective, is_reliable(weights)])
