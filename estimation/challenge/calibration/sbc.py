"""Simulation-based calibration: whether the posterior is computed right.

Parameters are drawn from the priors, data from the parameters, and the rank of each parameter among its posterior
draws must be uniform. It checks the arithmetic; whether the model fits the world is for the back-test.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import special, stats

from estimation.challenge.calibration.designs import Floats, Whole
from estimation.challenge.calibration.ecdf_band import ecdf_band
from estimation.challenge.calibration.predict import draw_totals
from estimation.challenge.jobs import Task
from estimation.model.fit.transfer import fit_many

QUANTITIES: Final = ("centre", "spread", "total")
_AREAS: Final = 106
_CENTRE: Final = (-2.0, 1.5)
"""Mean and SD of the centre's prior, log-odds: a flat one cannot be drawn from. 95% of shares lie in 0.7-72%."""
_BINS: Final = 50
_CHUNK: Final = 100


def region() -> Whole:
    """Populations of an invented region: 106 areas around 100,000 adults, log SD 0.8."""
    middle = (np.arange(_AREAS) + 0.5) / _AREAS
    return np.asarray(np.rint(100_000 * np.exp(0.8 * special.ndtri(middle))), dtype=np.int64)


def ranks(rng: np.random.Generator, *, observed: int, spread_prior: Any, replicates: int, draws: int) -> Whole:
    """Ranks of centre, spread and total in their posteriors, for parameters drawn from the priors.

    Number of draws below the truth, 0 to L, shape (replicates, 3), in the order of `QUANTITIES`; ties are broken at
    random. The observed areas are drawn at random from the region; the prior is of the spread, log-odds.

    **Assumes:** the centre's prior is normal (`_CENTRE`); fit and total are those of the back-test.

    METHODS eq. 70.
    Talts et al. (2018), doi:10.48550/arXiv.1804.06788, algorithm 1.
    """
    people = region()
    centre_prior = stats.norm(*_CENTRE)
    centre = centre_prior.ppf(rng.random(replicates))
    spread = np.asarray(spread_prior.ppf(rng.random(replicates)))
    share = special.expit(centre[:, None] + spread[:, None] * rng.standard_normal((replicates, people.size)))
    counts = rng.binomial(people, share)
    which = np.argsort(rng.random(counts.shape), axis=1)[:, :observed]
    seen = np.take_along_axis(counts, which, axis=1)
    batch = fit_many(seen, people[which], spread_prior=spread_prior, centre_prior=centre_prior)
    found = batch.draw(draws, rng, logits=False)
    totals = np.empty((replicates, draws))
    for r in range(replicates):
        one = slice(r, r + 1)
        totals[r] = draw_totals(
            counts[r], people, which[one], found.centre[one], found.spread[one], found.slopes[one], rng
        )
    truths = (centre, spread, counts.sum(axis=1).astype(np.float64))
    return np.stack(
        [_rank(truth, part, rng) for truth, part in zip(truths, (found.centre, found.spread, totals), strict=True)], 1
    )


def _rank(truth: Floats, draws: Floats, rng: np.random.Generator) -> Whole:
    below, tied = (draws < truth[:, None]).sum(axis=1), (draws == truth[:, None]).sum(axis=1)
    return np.asarray(below + rng.integers(0, tied + 1), dtype=np.int64)


def sbc_tasks(*, observed: int, spread_prior: Any, replicates: int, draws: int) -> list[Task]:
    """Cut the replicates into tasks; parameters as in `ranks`."""
    sizes = [min(_CHUNK, replicates - start) for start in range(0, replicates, _CHUNK)]
    return [
        Task(
            f"sbc|{observed}|{number}",
            ranks,
            {"observed": observed, "spread_prior": spread_prior, "replicates": size, "draws": draws},
        )
        for number, size in enumerate(sizes)
    ]


def sbc_table(
    found: Whole, *, observed: int, draws: int, rng: np.random.Generator, quantities: int = len(QUANTITIES)
) -> pd.DataFrame:
    """Histogram and empirical distribution of ranks with their bands.

    `found` is of `ranks`, from `draws` posterior draws; random numbers spread each rank evenly over its (L + 1)th of
    the unit interval. `quantities` are looked at together; the bands hold all of them at once with 95% (Bonferroni).

    A row per quantity and bin: `observed`, `quantity`, `replicates`, `bin_low`, `bin_high` (rank as a share); `count`
    with `count_low`, `count_high`, the 95% binomial interval of that one bin; `ecdf` at `bin_high` with `ecdf_low`,
    `ecdf_high`, its simultaneous band; `inside` (yes or no) at this point, and `verdict` for the quantity: "inside" if
    the whole function lies in the band.
    """
    size = len(found)
    band = ecdf_band(size, _BINS, level=1.0 - 0.05 / quantities)
    tables = []
    for column, quantity in enumerate(QUANTITIES):
        place = (found[:, column] + rng.random(size)) / (draws + 1)
        count = np.histogram(place, bins=_BINS, range=(0.0, 1.0))[0]
        at = np.cumsum(count)
        inside = (at >= band.low) & (at <= band.high)
        tables.append(
            pd.DataFrame(
                {
                    "observed": observed,
                    "quantity": quantity,
                    "replicates": size,
                    "bin_low": band.points - 1.0 / _BINS,
                    "bin_high": band.points,
                    "count": count,
                    "count_low": int(stats.binom.ppf(0.025, size, 1.0 / _BINS)),
                    "count_high": int(stats.binom.ppf(0.975, size, 1.0 / _BINS)),
                    "ecdf": at / size,
                    "ecdf_low": band.low / size,
                    "ecdf_high": band.high / size,
                    "inside": np.where(inside, "yes", "no"),
                    "verdict": "inside" if inside.all() else "outside",
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
