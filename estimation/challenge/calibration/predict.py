"""From observed areas of a system to draws of its whole total, many data sets at a time.

The intervals that are tried are taken from these draws.
"""

from typing import Any

import numpy as np
from scipy.special import logit

from estimation.challenge.calibration.designs import Floats, Whole
from estimation.model.fit.transfer import fit_many
from estimation.model.region.exchangeable import exchangeable, unobserved
from estimation.model.region.poststratify import poststratify
from estimation.model.region.random_numbers import Real, Stream, keep
from estimation.model.region.region import Part

_SHARED = 16  # data sets that share the standard normals of their areas


def fitted(
    counts: Whole, populations: Whole, spread_prior: Any, slope_prior: Any, *, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Draw centre and spread of the areas' log-odds, each (B, draws), and slopes (B, draws, C), for B data sets.

    Counts and populations of the observed areas have shape (B, k); priors are of the spread, log-odds, and of the slope
    on log population. Without the latter rates do not run with size, and C is 0.

    **Assumes:** a flat prior for the centre. Where no area has a case, or none has anybody else, that posterior is
    improper; the areas are then taken as one, its share drawn from its Jeffreys posterior, and the spread stays at
    its prior, as does the slope: such data say how low the rate is where one looked, and nothing on how unlike areas
    are.

    References
    ----------
    Brown, Cai and DasGupta (2001), doi:10.1214/ss/1009213286, section 4.1 (Jeffreys).
    """
    B = len(counts)
    centre, spread = np.empty((B, draws)), np.empty((B, draws))
    slopes = np.empty((B, draws, int(slope_prior is not None)))
    telling = (counts > 0).any(axis=1) & (counts < populations).any(axis=1)
    if telling.any():
        batch = fit_many(
            counts[telling],
            populations[telling],
            spread_prior=spread_prior,
            covariates=None if slope_prior is None else np.log(populations[telling]),
            slope_prior=slope_prior,
        )
        found = batch.draw(draws, rng, logits=False)
        centre[telling], spread[telling], slopes[telling] = found.centre, found.spread, found.slopes
    if not telling.all():
        y, n = counts[~telling].sum(axis=1)[:, None], populations[~telling].sum(axis=1)[:, None]
        share = np.clip(rng.beta(y + 0.5, n - y + 0.5, size=(len(y), draws)), 1e-300, 1.0 - 1e-16)
        spread[~telling] = spread_prior.ppf(rng.random((len(y), draws)))
        centre[~telling] = logit(share) - spread[~telling] * rng.standard_normal((len(y), draws))
        if slope_prior is not None:
            slopes[~telling] = slope_prior.ppf(rng.random((len(y), draws, 1)))
    return centre, spread, slopes


def draw_totals(
    counts: Whole,
    populations: Whole,
    observed: Whole,
    centre: Floats,
    spread: Floats,
    slopes: Floats,
    rng: np.random.Generator,
    *,
    selection: Floats | float = 0.0,
) -> Floats:
    """Draw the total over all areas of one system for B data sets: persons, shape (B, draws).

    Of `counts`, shape (K,), only those of the `observed` positions, shape (B, k), are used; `centre`, `spread` and
    `slopes` are of `fitted`; `selection` says how many SDs the observed areas lie above the mean of all.

    **Assumes:** areas not observed have log-odds Normal(centre - selection * spread, spread), plus the slope times log
    population less its mean over the observed areas; observed areas count as they are. With a flat centre the fit of
    areas whose deviations have mean `selection` SDs is the plain fit with its centre moved down by selection * spread,
    so that one fit serves every value of it.

    The binomial noise of the areas not observed is drawn for their sum: a binomial with the sum's mean M and
    variance M (1 - q), where q is the mean rate of the people counted. Exact in these two moments. METHODS eq. 72.
    """
    shift = np.broadcast_to(np.asarray(selection, dtype=np.float64), (centre.shape[1],))
    total = np.empty(centre.shape)
    size = np.log(populations)[:, None] if slopes.shape[2] else np.empty((len(populations), 0))
    first, _ = exchangeable(populations, observed[0], centre[0], spread[0], covariates=size, slopes=slopes[0])
    for b in range(len(total)):
        if b % _SHARED == 0:
            stream = Stream(int(rng.integers(2**63)))
            numbers = keep(stream, first, centre.shape[1], errors=False)
        total[b] = counts[observed[b]].sum()
        region, effects = exchangeable(
            populations, observed[b], centre[b] - shift * spread[b], spread[b], covariates=size, slopes=slopes[b]
        )
        part = unobserved(region)
        if not populations[part.areas].any():
            continue
        squared = np.empty(centre.shape[1])

        def visit(rows: slice, odds_against: Real, squared: Floats = squared, part: Part = part) -> None:
            squared[rows] = (1 / (1 + odds_against[:, part.areas])) ** 2 @ populations[part.areas].astype(np.float32)

        mean = poststratify(region, [part], effects, numbers, visit=visit, threads=1).either[:, 0]
        rate = np.clip(squared / np.maximum(mean, 1e-300), 1e-12, 1.0)
        # Beyond 1e18 people at a rate so small only the mean counts, and it is 0.
        people = np.rint(np.minimum(mean / rate, 1e18)).astype(np.int64)
        total[b] += rng.binomial(people, rate)
    return total


def intervals(draws: Floats, levels: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Central intervals: low and high, each of shape (B, levels), in the unit of `draws` (B, n)."""
    tails = np.array([(1.0 - level) / 2.0 for level in levels])
    edges = np.quantile(draws, np.concatenate([tails, 1.0 - tails]), axis=1)
    return edges[: tails.size].T, edges[tails.size :].T
