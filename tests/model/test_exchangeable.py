"""Areas that differ by chance alone: people held and predicted totals against plain expressions and derivations."""

import numpy as np
import pytest
from scipy import stats

from estimation.model.fit.transfer import fit_areas
from estimation.model.region.exchangeable import exchangeable, unobserved
from estimation.model.region.poststratify import poststratify
from estimation.model.region.random_numbers import BLOCK, Stream, keep

PEOPLE = np.array([900, 40_000, 2_500, 70, 12_000])
DRAWS = BLOCK + 44  # more than a block
ALIKE = {"covariates": np.empty((5, 0)), "slopes": np.empty((DRAWS, 0))}


def test_people_held_are_a_plain_expression():
    # METHODS eq. 22 without binomial noise: sum over i of N_i expit(m + s v_i), v the areas' own standard normals.
    rng = np.random.default_rng(1)
    centre, spread = rng.normal(-2, 0.5, DRAWS), rng.gamma(3, 0.2, DRAWS)
    region, effects = exchangeable(PEOPLE, np.array([1, 3]), centre, spread, **ALIKE)
    stream = Stream(4, np.float64)
    part = unobserved(region)
    assert part.areas.tolist() == [0, 2, 4]
    held = poststratify(region, [part], effects, stream, threads=1)
    v = keep(stream, region, DRAWS, errors=False).normals.areas[:, part.areas]
    share = 1 / (1 + np.exp(-(centre[:, None] + spread[:, None] * v)))
    np.testing.assert_allclose(held.either[:, 0], share @ PEOPLE[part.areas], rtol=1e-12)
    # Tabled people are without error.
    np.testing.assert_allclose(held.people[:, 0], 900 + 2_500 + 12_000, rtol=1e-12)


def test_observed_areas_stand_at_the_centre():
    # Nobody is counted in them; their log-odds are m, whatever the spread.
    centre, spread = np.linspace(-3, 0, DRAWS), np.full(DRAWS, 0.8)
    region, effects = exchangeable(PEOPLE, np.array([2]), centre, spread, **ALIKE)
    shown = np.empty(DRAWS)

    def visit(rows, odds_against):
        shown[rows] = odds_against[:, 2]

    poststratify(region, [unobserved(region)], effects, Stream(4, np.float64), visit=visit, threads=1)
    np.testing.assert_allclose(shown, np.exp(-centre), rtol=1e-12)


def test_mean_and_variance_of_a_predicted_total_by_derivation():
    """Two observed areas and three others, of a known centre and spread.

    With m = -1 (to 1e-4) and s = 0.7 rates p_i = expit(m + s z) are independent, with mean q and mean square r by
    quadrature. A count given its rate is binomial, so that the total of the others has mean sum N_i q and variance
    sum N_i (q - r) + N_i^2 (r - q^2); the observed ones add 43, and nothing to the variance.
    """
    fit = fit_areas([13, 30], [100, 120], spread_prior=0.7, centre_prior=stats.norm(-1, 1e-4))
    others, draws = np.array([5, 40, 300]), 40_000
    total = fit.predict_total(others, draws, np.random.default_rng(3))
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    rate = 1 / (1 + np.exp(1 - 0.7 * z))
    q, r = (rate @ weight / weight.sum(), rate**2 @ weight / weight.sum())
    mean = 43 + others.sum() * q
    variance = (others * (q - r) + others**2 * (r - q**2)).sum()
    assert total.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / draws))  # four standard errors
    # A variance of n draws has relative standard error sqrt((k - 1) / n), with k the total's kurtosis as drawn.
    error = np.sqrt((stats.kurtosis(total, fisher=False) - 1) / draws)
    assert total.var() == pytest.approx(variance, rel=4 * error)
    np.testing.assert_array_equal(total, np.rint(total))
