"""Slopes on the areas' covariates: limits, exact cases, brute force, ranks and errors."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from estimation.errors import EstimationError
from estimation.model.fit.transfer import DEFAULT, HIGH, LEVELS, fit_areas, fit_many

SPREAD = stats.lognorm(s=0.8, scale=0.8)
SLOPE = stats.t(8, scale=0.3)
COUNTS, PEOPLE = np.array([30, 5, 200, 12]), np.array([900, 300, 20_000, 800])
SIZE = np.log(PEOPLE)


def known_areas(theta, x, sd):
    """Posterior when every area's log-odds is known, by one-dimensional integrals over the spread.

    Derivation: theta ~ N(m + x b, s**2) with x of mean 0, m flat and b ~ N(0, sd**2) with C elements. Given s the slope
    is normal with precision A = 1 / sd**2 + x'x / s**2 and mean A^-1 x'theta / s**2, m is N(mean, s**2 / J), and the
    likelihood of s is s**(1 - J) |A|**(-1/2) exp(-theta'theta / 2 s**2 + (x'theta)' A^-1 (x'theta) / 2 s**4), theta
    less its mean.
    """
    J, C = x.shape
    middle, away = theta.mean(), theta - theta.mean()

    def given(s):
        A = np.eye(C) / sd**2 + x.T @ x / s**2
        mean = np.linalg.solve(A, x.T @ away) / s**2
        log_weight = (1 - J) * np.log(s) - 0.5 * np.linalg.slogdet(A)[1]
        log_weight += -away @ away / (2 * s**2) + 0.5 * mean @ A @ mean
        return SPREAD.pdf(s) * np.exp(log_weight), mean, np.sqrt(np.diag(np.linalg.inv(A)))

    def integral(f, high=40.0):
        return integrate.quad(f, 1e-3, high, epsabs=0, epsrel=1e-9, limit=500, points=[0.05, 0.2, 0.8, 3])[0]

    total = integral(lambda s: given(s)[0])

    def centre(c):
        return integral(lambda s: given(s)[0] * special.ndtr((c - middle) * np.sqrt(J) / s)) / total

    def slope(column, b):
        def part(s):
            weight, mean, error = given(s)
            return weight * special.ndtr((b - mean[column]) / error[column])

        return integral(part) / total

    return centre, lambda s: integral(lambda v: given(v)[0] * (v < s)) / total, slope


def test_a_slope_known_to_be_zero_changes_no_digit():
    plain = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD)
    zero = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, covariates=SIZE, slope_prior=0.0)
    assert (plain.summary() == zero.summary().loc[["centre", "spread"]]).all(axis=None)
    one, two = (fit.draw(500, np.random.default_rng(1)) for fit in (plain, zero))
    for name in ("centre", "spread", "observed_logits"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    others = np.array([50, 9000])
    np.testing.assert_array_equal(
        plain.predict_total(others, 500, np.random.default_rng(1)),
        zero.predict_total(others, 500, np.random.default_rng(1), covariates=np.log(others)),
    )


def test_a_prior_that_closes_on_zero_reaches_the_fit_without_covariates():
    plain = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD).summary()
    for sd, tolerance in ((1e-2, 3e-3), (1e-5, 1e-8)):
        near = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, covariates=SIZE, slope_prior=stats.norm(0, sd)).summary()
        np.testing.assert_allclose(near.loc[["centre", "spread"]], plain, atol=tolerance)


@pytest.mark.parametrize(
    ("columns", "accuracy", "tolerance"), [(1, DEFAULT, 1e-3), (1, HIGH, 1e-4), (2, DEFAULT, 1e-3)]
)
def test_areas_of_known_rates_are_a_one_dimensional_integral(columns, accuracy, tolerance):
    theta = np.array([-2.1, -1.2, -2.6, -0.9, -1.9])
    x = np.array([[0.3, 1.0], [1.7, 0.0], [-0.4, 0.0], [1.1, 1.0], [0.2, 1.0]])[:, :columns]
    n = np.full(5, 10**9)
    y = np.rint(n * special.expit(theta)).astype(int)
    fit = fit_areas(y, n, spread_prior=SPREAD, covariates=x, slope_prior=stats.norm(0, 0.4), accuracy=accuracy).batch
    centre, spread, slope = known_areas(theta, x - x.mean(axis=0), 0.4)
    for k in (0, 1, 3, 5, 6):
        assert centre(fit.centre_quantiles[0, k]) == pytest.approx(LEVELS[k], abs=tolerance)
        assert spread(fit.spread_quantiles[0, k]) == pytest.approx(LEVELS[k], abs=tolerance)
        for column in range(columns):
            assert slope(column, fit.slope_quantiles[0, column, k]) == pytest.approx(LEVELS[k], abs=tolerance)


def test_brute_force_with_small_counts():
    """Plain sums over a grid of each area's log-odds, centre, spread and slope; a count of zero among them."""
    prior = stats.halfnorm(scale=0.5)
    y, n, x = np.array([4, 0, 15]), np.array([60, 40, 90]), np.array([-0.7, 0.1, 0.6])
    theta, spreads, slopes = np.linspace(-16, 8, 1601), (np.arange(48) + 0.5) / 20, np.linspace(-2.4, 2.4, 61)
    m = np.linspace(-8, 2, 201)
    likelihood = np.exp(y[:, None] * theta - n[:, None] * np.logaddexp(0, theta))
    likelihood /= likelihood.max(axis=1, keepdims=True)
    at = np.linspace(-11, 5, 801)
    density, first, second = np.zeros((3, spreads.size, slopes.size))
    for i, s in enumerate(spreads):
        kernel = np.exp(-0.5 * ((theta - at[:, None]) / s) ** 2)
        areas = (kernel / kernel.sum(axis=1, keepdims=True)) @ likelihood.T
        for j, b in enumerate(slopes):
            joint = np.prod([np.interp(m + (x[k] - x.mean()) * b, at, areas[:, k]) for k in range(3)], axis=0)
            weight = prior.pdf(s) * SLOPE.pdf(b)
            density[i, j], first[i, j], second[i, j] = weight * np.array([joint.sum(), joint @ m, joint @ m**2])
    total = density.sum()
    centre = first.sum() / total
    by_slope, by_spread = density.sum(axis=0) / total, density.sum(axis=1) / total
    fit = fit_areas(y, n, spread_prior=prior, covariates=x, slope_prior=SLOPE).summary()
    assert fit.loc["centre", "mean"] == pytest.approx(centre, abs=1e-3)
    assert fit.loc["centre", "sd"] == pytest.approx(np.sqrt(second.sum() / total - centre**2), rel=3e-3)
    assert fit.loc["spread", "mean"] == pytest.approx(by_spread @ spreads, rel=3e-3)
    assert fit.loc["slope 1", "mean"] == pytest.approx(by_slope @ slopes, abs=1e-3)
    assert fit.loc["slope 1", "sd"] == pytest.approx(np.sqrt(by_slope @ slopes**2 - (by_slope @ slopes) ** 2), rel=3e-3)


def test_draws_follow_the_summary():
    x = np.column_stack([SIZE, [0.0, 1.0, 1.0, 0.0]])
    fit = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, covariates=x, slope_prior=[SLOPE, stats.norm(0, 0.5)])
    draws = fit.draw(10_000, np.random.default_rng(1))
    table = fit.summary()
    for name, values in (
        ("centre", draws.centre),
        ("spread", draws.spread),
        ("slope 1", draws.slopes[:, 0]),
        ("slope 2", draws.slopes[:, 1]),
    ):
        below = (values[:, None] < table.loc[name].to_numpy()[2:]).mean(axis=0)
        # Four binomial standard errors.
        np.testing.assert_array_less(
            np.abs(below - LEVELS), 4 * np.sqrt(np.multiply(LEVELS, 1 - np.array(LEVELS)) / 1e4)
        )


def test_observed_log_odds_are_drawn_given_the_slope():
    # Derivation: with no spread and a known slope theta_j = m + b (x_j - mean x) exactly.
    draws = fit_areas([3, 40], [10, 300], spread_prior=0.0, covariates=[1.0, 4.0], slope_prior=0.2).draw(
        50, np.random.default_rng(1)
    )
    np.testing.assert_allclose(draws.observed_logits, draws.centre[:, None] + 0.2 * np.array([-1.5, 1.5]), rtol=1e-12)


def test_one_area_leaves_the_slope_at_its_prior():
    # Derivation: with one area x - mean x is 0, so that the data say nothing of the slope, and all else is as without.
    fit = fit_areas([120], [1000], spread_prior=SPREAD, covariates=[7.0], slope_prior=SLOPE)
    np.testing.assert_allclose(fit.batch.slope_quantiles[0, 0], SLOPE.ppf(LEVELS), atol=2e-4)
    assert fit.batch.slope_sd[0, 0] == pytest.approx(SLOPE.std(), rel=1e-3)
    plain = fit_areas([120], [1000], spread_prior=SPREAD)
    assert (fit.summary().loc[["centre", "spread"]] == plain.summary()).all(axis=None)


@pytest.mark.parametrize("change", [lambda x: x + 100.0, lambda x: -x])
def test_where_a_covariate_begins_and_its_sign_do_not_matter(change):
    one, two = (
        fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, covariates=x, slope_prior=SLOPE).batch
        for x in (SIZE, change(SIZE))
    )
    np.testing.assert_allclose(one.centre_quantiles, two.centre_quantiles, atol=1e-4)
    np.testing.assert_allclose(one.spread_quantiles, two.spread_quantiles, atol=1e-4)
    np.testing.assert_allclose(np.abs(one.slope_mean), np.abs(two.slope_mean), atol=1e-4)


def test_the_unit_of_a_covariate_is_that_of_its_prior():
    one = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, covariates=SIZE, slope_prior=stats.norm(0, 0.3)).batch
    two = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, covariates=SIZE / 10, slope_prior=stats.norm(0, 3.0)).batch
    np.testing.assert_allclose(one.centre_quantiles, two.centre_quantiles, atol=1e-8)
    np.testing.assert_allclose(one.slope_quantiles, two.slope_quantiles / 10, atol=1e-8)


def test_a_batch_is_its_fits():
    y = np.array([COUNTS, [3, 0, 900, 40]])
    n = np.array([PEOPLE, [80, 60, 9000, 2000]])
    batch = fit_many(y, n, spread_prior=SPREAD, covariates=np.log(n), slope_prior=SLOPE)
    for b in range(2):
        one = fit_areas(y[b], n[b], spread_prior=SPREAD, covariates=np.log(n[b]), slope_prior=SLOPE).batch
        np.testing.assert_allclose(batch.centre_quantiles[b], one.centre_quantiles[0], rtol=1e-9)
        np.testing.assert_allclose(batch.slope_quantiles[b], one.slope_quantiles[0], rtol=1e-9)


def test_ranks_of_simulated_truths_are_uniform():
    """Parameters from the priors, data from the parameters (Talts et al. 2018): ranks must be uniform.

    200 worlds of four areas; the chi-square over 10 bins has a chance of 0.0005 to pass its limit for each of three.
    """
    rng = np.random.default_rng(5)
    worlds, centre_prior = 200, stats.norm(-2, 1)
    n = rng.integers(200, 50_000, size=(worlds, 4))
    x = np.log(n)
    truth = np.column_stack(
        [centre_prior.ppf(rng.random(worlds)), SPREAD.ppf(rng.random(worlds)), SLOPE.ppf(rng.random(worlds))]
    )
    theta = truth[:, :1] + truth[:, 2:] * (x - x.mean(axis=1, keepdims=True))
    y = rng.binomial(n, special.expit(theta + truth[:, 1:2] * rng.standard_normal(n.shape)))
    batch = fit_many(y, n, spread_prior=SPREAD, centre_prior=centre_prior, covariates=x, slope_prior=SLOPE)
    found = batch.draw(99, rng, logits=False)
    drawn = (found.centre, found.spread, found.slopes[..., 0])
    for k in range(3):
        ranks = (drawn[k] < truth[:, k, None]).sum(axis=1)
        counts = np.histogram(ranks, bins=10, range=(0, 100))[0]
        assert ((counts - worlds / 10) ** 2).sum() / (worlds / 10) < stats.chi2.isf(5e-4, 9)


def test_totals_of_unobserved_areas_follow_their_covariates():
    # Derivation: with no spread, a known slope and next to exact counts the rate is that of the line.
    n = np.array([10**8, 10**8])
    y = np.rint(n * special.expit([-2.0, -1.0])).astype(int)
    fit = fit_areas(y, n, spread_prior=0.0, covariates=[1.0, 3.0], slope_prior=0.5)
    others = np.array([10**7, 2 * 10**7])
    total = fit.predict_total(others, 200, np.random.default_rng(1), covariates=[5.0, 0.0])
    expected = y.sum() + (others * special.expit(-1.5 + 0.5 * (np.array([5.0, 0.0]) - 2.0))).sum()
    assert total.mean() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slope_prior": None}, "covariates need slope_prior, which has no default"),
        ({"covariates": None}, "slope_prior needs covariates"),
        ({"covariates": [1.0, 2.0]}, "covariates need a value for every area"),
        ({"covariates": [1.0, np.nan, 2.0, 3.0]}, "covariates must be finite"),
        ({"slope_prior": [SLOPE, SLOPE]}, "slope_prior needs one prior for each covariate"),
        ({"slope_prior": "flat"}, "slope_prior has no default and must be"),
        ({"slope_prior": np.inf}, "a known slope must be finite"),
        ({"slope_prior": stats.cauchy(scale=np.inf)}, "slope_prior must have finite quantiles"),
    ],
)
def test_what_cannot_be_used_is_refused(changes, message):
    given = {"covariates": SIZE, "slope_prior": SLOPE} | changes
    with pytest.raises(EstimationError, match=message):
        fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, **given)


def test_covariates_of_unobserved_areas_must_be_those_of_the_fit():
    fit = fit_areas(COUNTS, PEOPLE, spread_prior=SPREAD, covariates=SIZE, slope_prior=SLOPE)
    with pytest.raises(EstimationError, match="unobserved areas need the covariates of the fit"):
        fit.predict_total([10], 5, np.random.default_rng(1))
