"""Specifications with other sources weighed in: one weighing of common draws for each set of sources and each county.

All use the same kept draws (`weighed_draws`).
"""

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from estimation.challenge import areas, containment, replay, weighed_density, weighed_draws, weighed_people
from estimation.challenge.containment import Crowd, Tally
from estimation.challenge.specifications import AT, SUMMARY, Codes, Plan, on_base
from estimation.challenge.weighed import Weighed
from estimation.challenge.weighed_draws import Kept
from estimation.errors import UnreliableError
from estimation.evidence.distributions import Distribution
from estimation.model.case_shipped import population_factors
from estimation.model.components import Held
from estimation.model.region import Array
from estimation.model.weights import MAX_K, MIN_EFFECTIVE, Weights


@lru_cache(maxsize=1)
def _shared(plan: Plan) -> tuple[Kept, Mapping[str, Crowd]]:
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
        Rows; quantiles in persons, effective draws and Pareto k: shape (rows, 7); what was checked, by scope.
    """
    kept, crowds = _shared(plan)
    first = codes[0]
    world = plan.worlds[plan.key(first)]
    entries = plan.entries(first, area=True) | plan.entries(first, area=False)
    inputs = on_base(kept.changed(entries), plan.first, world)
    share = replay.observed_share(world, inputs)
    scalars = {key: value for key, value in inputs.items() if not key.startswith("observed")}
    factors = population_factors(scalars, world.basis, world.minority_adult_share)
    reach = (areas.reach(world.region, share, inputs, kept.places),)
    scopes = [one.name for one in world.scopes]

    @cache
    def sums(divided: tuple[tuple[str, Distribution], ...]) -> tuple[dict[str, Array], Held]:
        here = kept.changed(dict(divided), inputs)
        sums = weighed_people.sums(world, plan.sources, here, kept.places, kept.division, kept.adults)
        return here, weighed_people.held(world, sums, here)

    @cache
    def run_of(divided: tuple[tuple[str, Distribution], ...], prison: str) -> Weighed:
        here, people = sums(divided)
        if prison == "statistics":
            people = weighed_people.prison_from_statistics(plan.sources, people, here)
        kinds = weighed_density.densities(plan.sources, people, here, kept.sentences)
        return Weighed(people.either[:, : len(scopes)], kinds, kept.base)

    @cache
    def weights_of(
        divided: tuple[tuple[str, Distribution], ...], prison: str, kinds: tuple[str, ...]
    ) -> Weights | None:
        try:
            return run_of(divided, prison).weights(kinds)
        except UnreliableError:
            return None

    @cache
    def order(divided: tuple[tuple[str, Distribution], ...], prison: str, scope: str) -> npt.NDArray[np.intp]:
        return np.argsort(run_of(divided, prison).totals[:, scopes.index(scope)], kind="stable")

    @cache
    def checked(divided: tuple[tuple[str, Distribution], ...], prison: str, scope: str) -> Tally:
        crowd, total = crowds[scope], run_of(divided, prison).totals[:, scopes.index(scope)]
        # Prison from statistics moves rates after the fact: its places have no factor of their own.
        reached = None if prison == "statistics" else containment.extremes(reach, crowd.groups)
        return containment.check(total, share, crowd, factors, reached)

    found = np.empty((len(rows), len(SUMMARY) + 2))
    tallies: dict[str, Tally] = {}
    for place, each in enumerate(codes):
        prison, scope = plan.setting(each, "prison"), plan.setting(each, "scope")
        divided = tuple(sorted(plan.division(each).items()))
        total = run_of(divided, prison).totals[:, scopes.index(scope)]
        weights = weights_of(divided, prison, plan.setting(each, "sources"))
        found[place] = _summary(weights, total, order(divided, prison, scope))
        tallies.setdefault(scope, Tally.empty()).add(checked(divided, prison, scope))
    return rows, found, tallies


def _summary(weights: Weights | None, total: Array, order: npt.NDArray[np.intp]) -> Array:
    """Weighted quantiles, effective draws and Pareto k; nothing but zeros where no draw agrees with the sources."""
    if weights is None:
        return np.zeros(len(SUMMARY) + 2)
    return np.array([*weights.quantiles(total, AT, order), weights.effective, max(weights.pareto_k, -1.0)])


def reliable(effective: Array, pareto_k: Array) -> npt.NDArray[np.bool_]:
    """Whether weights can be relied on, by the limits of `model.weights`."""
    return np.asarray((effective >= MIN_EFFECTIVE) & (pareto_k <= MAX_K))
