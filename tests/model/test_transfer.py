"""Limits, exact cases, properties and errors of the fit of areas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from estimation.errors import EstimationError, UnreliableError
from estimation.model.fit.transfer import DEFAULT, HIGH, LEVELS, Batch, fit_areas, fit_many

HALF_NORMAL = stats.halfnorm(scale=0.5)
LEVEL_ARRAY = np.array(LEVELS)


class OnlyQuantiles:
    """What the register's entries offer at least: density and quantiles."""

    def __init__(self, distribution):
        self._distribution = distribution

    def pdf(self, x):
        return self._distribution.pdf(x)

    def ppf(self, q):
        return self._distribution.ppf(q)


class SometimesNone:
    """A prior that gives one third to no spread at all."""

    def ppf(self, q):
        return HALF_NORMAL.ppf(np.maximum(1.5 * np.asarray(q) - 0.5, 0.0))


def normal_areas(theta, scale):
    """Posterior of (m, s) when every area's log-odds is known: CDFs by one-dimensional integrals.

    Derivation: theta_j ~ N(m, s), m flat: m | s ~ N(mean, s**2 / J), p(s | theta) ~ p(s) s**(1 - J) exp(-SS / 2 s**2).
    """
    mean, squares, J = theta.mean(), ((theta - theta.mean()) ** 2).sum(), theta.size

    def density(s):
        return stats.halfnorm.pdf(s, scale=scale) * s ** (1 - J) * np.exp(-squares / (2 * s * s))

    def integral(f, high=np.inf):
        return integrate.quad(f, 1e-9, high, epsabs=1e-13, epsrel=1e-11, limit=400, points=None)[0]

    total = integral(density)
    spread_cdf = lambda s: integral(density, s) / total  # noqa: E731
    centre_cdf = lambda c: (  # noqa: E731
        integral(lambda s: density(s) * special.ndtr((c - mean) * np.sqrt(J) / s)) / total
    )
    return spread_cdf, centre_cdf


def brute_force(y, n, prior, centre_log_density):
    """Posterior by plain sums over a grid of theta, m and s: means of centre and spread."""
    theta = np.linspace(-25, 15, 4001)
    likelihood = np.exp(
        [
            b * theta - a * np.logaddexp(0, theta) + special.betaln(b + 1, a - b + 1) * -1
            for b, a in zip(y, n, strict=True)
        ]
    )
    m = np.linspace(-14, 8, 441)
    spreads = (np.arange(160) + 0.5) / 20
    weight, centre = np.zeros(spreads.size), np.zeros(spreads.size)
    for k, s in enumerate(spreads):
        kernel = np.exp(-0.5 * ((theta - m[:, None]) / s) ** 2)
        kernel /= kernel.sum(axis=1, keepdims=True)
        joint = np.prod(kernel @ likelihood.T, axis=1) * np.exp(centre_log_density(m)) * prior.pdf(s)
        weight[k], centre[k] = joint.sum(), (joint * m).sum()
    return centre.sum() / weight.sum(), (weight * spreads).sum() / weight.sum()


# Limits with a known answer.


@pytest.mark.parametrize(
    "prior", [HALF_NORMAL, stats.lognorm(s=0.7, scale=0.5), stats.gamma(2, scale=0.3), stats.uniform(0, 2)]
)
@pytest.mark.parametrize(("y", "n"), [(22_762, 187_000), (1, 500), (9_999_000, 10_000_000)])
def test_one_area_and_a_flat_centre_leave_the_spread_at_its_prior(prior, y, n):
    fit = fit_areas([y], [n], spread_prior=prior)
    # Derivation: with J = 1 the integral of the likelihood over a flat centre does not depend on s.
    np.testing.assert_allclose(fit.batch.spread_quantiles[0], prior.ppf(LEVEL_ARRAY), rtol=2e-4)


@pytest.mark.parametrize(("accuracy", "tolerance"), [(DEFAULT, 2e-4), (HIGH, 3e-6)])
def test_one_area_centre_is_its_log_odds_less_a_deviation(accuracy, tolerance):
    y, n = 3, 50
    fit = fit_areas([y], [n], spread_prior=HALF_NORMAL, accuracy=accuracy)
    # Derivation: with m flat, theta has density ~ exp(y theta) / (1 + exp(theta))**n (the logit of a Beta(y, n - y)),
    # s its prior, and m = theta - s e.
    for q, level in list(zip(fit.batch.centre_quantiles[0], LEVELS, strict=True))[::3]:
        got, _ = integrate.dblquad(
            lambda theta, s, q=q: (
                np.exp(y * theta - n * np.logaddexp(0, theta) - special.betaln(y, n - y))
                * HALF_NORMAL.pdf(s)
                * special.ndtr((q - theta) / s)
            ),
            1e-9,
            4.0,
            -14.0,
            2.0,
            epsabs=1e-7,
        )
        assert abs(got - level) < tolerance


@pytest.mark.parametrize(("accuracy", "tolerance"), [(DEFAULT, 4e-4), (HIGH, 5e-6)])
@pytest.mark.parametrize(("y", "n"), [([3, 40], [10, 300]), ([0, 1, 0], [10, 300, 7]), ([2000], [2001])])
def test_no_spread_gives_the_pooled_rate(y, n, accuracy, tolerance):
    fit = fit_areas(y, n, spread_prior=0.0, accuracy=accuracy)
    # Derivation: s = 0 and m flat on log-odds make the share Beta(sum y, sum(n - y)).
    got = stats.beta(sum(y), sum(n) - sum(y)).cdf(special.expit(fit.batch.centre_quantiles[0]))
    np.testing.assert_allclose(got, LEVELS, atol=tolerance)


@pytest.mark.parametrize("spread", [0.3, 2.0])
def test_large_counts_and_a_known_spread_give_a_normal_centre(spread):
    theta = np.array([-3.0, -2.5, -2.2, -2.1, -1.7, -1.5, -1.2, -0.5])
    n = np.full(8, 10_000_000)
    y = np.rint(n * special.expit(theta)).astype(int)
    fit = fit_areas(y, n, spread_prior=spread)
    # Derivation: theta_j known, so m ~ N(mean, s**2 / 8).
    expected = theta.mean() + spread / np.sqrt(8) * special.ndtri(LEVEL_ARRAY)
    np.testing.assert_allclose(fit.batch.centre_quantiles[0], expected, atol=2e-4 * spread)


@pytest.mark.parametrize(("accuracy", "tolerance"), [(DEFAULT, 3e-4), (HIGH, 5e-6)])
def test_large_counts_match_integrals_over_the_spread(accuracy, tolerance):
    theta = np.array([-3.0, -2.5, -2.2, -2.1, -1.7, -1.5, -1.2, -0.5])
    n = np.full(8, 10_000_000)
    y = np.rint(n * special.expit(theta)).astype(int)
    fit = fit_areas(y, n, spread_prior=HALF_NORMAL, accuracy=accuracy)
    spread_cdf, centre_cdf = normal_areas(special.logit(y / n), 0.5)
    np.testing.assert_allclose([spread_cdf(s) for s in fit.batch.spread_quantiles[0]], LEVELS, atol=tolerance)
    np.testing.assert_allclose([centre_cdf(c) for c in fit.batch.centre_quantiles[0]], LEVELS, atol=tolerance)


@pytest.mark.parametrize(("y", "n"), [([0, 3], [20, 30]), ([0, 0, 5], [400, 9, 6]), ([1, 0, 0], [3, 50, 2])])
def test_sparse_counts_match_plain_sums(y, n):
    prior, centre = stats.gamma(3, scale=0.3), stats.norm(-2, 1.5)
    fit = fit_areas(y, n, spread_prior=prior, centre_prior=centre)
    m, s = brute_force(y, n, prior, centre.logpdf)
    # The sums' own error is about 1e-4: halving their step moves them by that.
    assert abs(fit.batch.centre_mean[0] - m) < 1e-3
    assert abs(fit.batch.spread_mean[0] - s) < 1e-3


def test_one_person_per_area_falls_back_on_the_prior():
    fit = fit_areas([0, 1, 1, 0], [1, 1, 1, 1], spread_prior=HALF_NORMAL, centre_prior=stats.norm(0, 1e-4))
    # Derivation: at m = 0 one person is a case with probability 1/2 whatever the spread.
    np.testing.assert_allclose(fit.batch.spread_quantiles[0], HALF_NORMAL.ppf(LEVEL_ARRAY), rtol=1e-3)


def test_all_zero_counts_with_a_centre_prior_lie_below_it():
    prior = stats.norm(-2, 1)
    fit = fit_areas([0, 0, 0], [50, 80, 20], spread_prior=HALF_NORMAL, centre_prior=prior)
    assert np.all(fit.batch.centre_quantiles[0] < prior.ppf(LEVEL_ARRAY))


@pytest.mark.parametrize("centre", [stats.norm(-2, 1), stats.t(4, loc=-2, scale=0.7), stats.logistic(-2, 0.5)])
def test_all_zero_counts_with_a_centre_prior_match_plain_sums(centre):
    prior = stats.gamma(3, scale=0.3)
    fit = fit_areas([0, 0], [40, 90], spread_prior=prior, centre_prior=centre)
    m, s = brute_force([0, 0], [40, 90], prior, centre.logpdf)
    # Power-law tails are the known weak spot of the fit, and the sums stop at m = -14.
    tolerance = 0.03 if centre.dist.name == "t" else 2e-3
    assert abs(fit.batch.centre_mean[0] - m) < tolerance
    assert abs(fit.batch.spread_mean[0] - s) < tolerance


def test_a_bounded_centre_prior_is_refused():
    with pytest.raises(EstimationError, match="centre_prior must reach over all log-odds"):
        fit_areas([30], [100], spread_prior=HALF_NORMAL, centre_prior=stats.uniform(-3, 2))


# Draws and totals.


def test_draws_follow_the_posterior():
    fit = fit_areas([0, 30, 5], [60, 200, 90], spread_prior=HALF_NORMAL)
    draws = fit.draw(40_000, np.random.default_rng(7))
    for values, quantiles in (
        (draws.centre, fit.batch.centre_quantiles[0]),
        (draws.spread, fit.batch.spread_quantiles[0]),
    ):
        below = (values[:, None] < quantiles).mean(axis=0)
        # Four binomial standard errors of 40,000 draws.
        assert np.all(np.abs(below - LEVELS) < 4 * np.sqrt(LEVEL_ARRAY * (1 - LEVEL_ARRAY) / 40_000))
    moments = fit.summary()
    assert abs(np.corrcoef(draws.centre, draws.observed_logits[:, 1])[0, 1]) > 0.05
    assert abs(draws.centre.std() / moments.loc["centre", "sd"] - 1) < 0.03


@pytest.mark.parametrize(("y", "n"), [(4, 900), (899, 900), (22_762, 187_000)])
def test_one_area_log_odds_are_drawn_exactly(y, n):
    fit = fit_areas([y], [n], spread_prior=stats.lognorm(s=1, scale=0.5))
    draws = fit.draw(20_000, np.random.default_rng(11))
    # Derivation: with m flat the area's own share is Beta(y, n - y).
    assert stats.kstest(special.expit(draws.observed_logits[:, 0]), stats.beta(y, n - y).cdf).pvalue > 1e-3
    deviation = (draws.observed_logits[:, 0] - draws.centre) / draws.spread
    assert stats.kstest(deviation, "norm").pvalue > 1e-3


def test_no_spread_draws_put_every_area_at_the_centre():
    draws = fit_areas([3, 40], [10, 300], spread_prior=0.0).draw(50, np.random.default_rng(1))
    np.testing.assert_array_equal(draws.observed_logits, np.repeat(draws.centre[:, None], 2, axis=1))


def test_same_seed_same_draws():
    fit = fit_areas([3, 40], [10, 300], spread_prior=HALF_NORMAL)
    one, two = (fit.draw(100, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one.centre, two.centre)
    np.testing.assert_array_equal(one.observed_logits, two.observed_logits)


def test_whole_region_observed_gives_its_count():
    fit = fit_areas([3, 40], [10, 300], spread_prior=HALF_NORMAL)
    assert (fit.predict_total([], 50, np.random.default_rng(1)) == 43).all()
    assert (fit.predict_total([0.0, 0.2], 50, np.random.default_rng(1)) == 43).all()


def test_total_without_spread_is_beta_binomial():
    fit = fit_areas([30], [100], spread_prior=0.0)
    total = fit.predict_total([40, 60], 20_000, np.random.default_rng(2)) - 30
    # Derivation: Binomial(100, p) with p ~ Beta(30, 70).
    expected = stats.betabinom(100, 30, 70)
    assert abs(total.mean() - expected.mean()) < 4 * expected.std() / np.sqrt(20_000)
    assert abs(total.std() / expected.std() - 1) < 0.03


def test_endless_spread_makes_the_regional_share_uniform():
    fit = fit_areas([120], [1000], spread_prior=1e3)
    total = fit.predict_total(np.full(400, 1000), 4000, np.random.default_rng(1))
    # Derivation: areas are all or nothing, the share of areas with p near 1 is Phi(m / s) = Phi(-e), e ~ N(0, 1).
    assert stats.kstest((total - 120) / 400_000, "uniform").statistic < 1.63 / np.sqrt(4000) + 1 / 400


def test_bad_unobserved_population_is_refused():
    fit = fit_areas([3], [10], spread_prior=HALF_NORMAL)
    with pytest.raises(EstimationError, match="unobserved_populations must be finite"):
        fit.predict_total([5, -1], 3, np.random.default_rng(1))


# Properties.

areas = st.lists(st.tuples(st.integers(1, 10**6), st.floats(0, 1)), min_size=2, max_size=6).map(
    lambda pairs: (np.array([max(2, n) for n, _ in pairs]), np.array([p for _, p in pairs]))
)


def counts_of(n, p):
    y = np.rint(n * p).astype(int)
    y[0] = np.clip(y[0], 1, n[0] - 1)  # proper with a flat centre
    return y


def everything(batch: Batch):
    return np.concatenate([batch.centre_quantiles[0], np.log(batch.spread_quantiles[0])])


@settings(max_examples=25, deadline=None)
@given(areas, st.randoms(use_true_random=False))
def test_order_of_areas_does_not_matter(data, random):
    n, p = data
    y = counts_of(n, p)
    order = list(range(n.size))
    random.shuffle(order)
    one, two = (fit_areas(y[k], n[k], spread_prior=HALF_NORMAL).batch for k in (np.arange(n.size), np.array(order)))
    np.testing.assert_allclose(everything(one), everything(two), atol=2e-3 * one.centre_sd[0])


@settings(max_examples=25, deadline=None)
@given(areas)
def test_counting_the_others_mirrors_the_centre(data):
    n, p = data
    y = counts_of(n, p)
    one, two = (fit_areas(k, n, spread_prior=HALF_NORMAL).batch for k in (y, n - y))
    np.testing.assert_allclose(one.centre_quantiles[0], -two.centre_quantiles[0][::-1], atol=3e-3 * one.centre_sd[0])
    np.testing.assert_allclose(one.spread_quantiles[0], two.spread_quantiles[0], rtol=3e-3)


@settings(max_examples=15, deadline=None)
@given(areas, st.sampled_from([HALF_NORMAL, stats.lognorm(s=0.7, scale=0.5), stats.gamma(2, scale=0.3)]))
def test_doubling_every_node_changes_little(data, prior):
    n, p = data
    y = counts_of(n, p)
    one, two = (fit_areas(y, n, spread_prior=prior, accuracy=a).batch for a in (DEFAULT, HIGH))
    np.testing.assert_allclose(one.centre_quantiles[0], two.centre_quantiles[0], atol=2e-3 * two.centre_sd[0])
    width = np.log(two.spread_quantiles[0, 5] / two.spread_quantiles[0, 1]) / 2.563
    np.testing.assert_allclose(np.log(one.spread_quantiles[0]), np.log(two.spread_quantiles[0]), atol=3e-3 * width)


def test_a_batch_is_its_fits():
    rng = np.random.default_rng(4)
    n = rng.integers(5, 5000, (7, 3))
    y = rng.binomial(n, 0.1)
    y[:, 0] = np.maximum(y[:, 0], 1)
    batch = fit_many(y, n, spread_prior=HALF_NORMAL)
    for b in range(7):
        one = fit_areas(y[b], n[b], spread_prior=HALF_NORMAL).batch
        np.testing.assert_allclose(batch.centre_quantiles[b], one.centre_quantiles[0], atol=1e-3 * one.centre_sd[0])
        np.testing.assert_allclose(batch.spread_quantiles[b], one.spread_quantiles[0], rtol=2e-3)
    draws = batch.draw(500, rng)
    assert draws.centre.shape == draws.spread.shape == (7, 500)
    assert draws.observed_logits.shape == (7, 500, 3)
    z = (draws.centre.mean(axis=1) - batch.centre_mean) / batch.centre_sd * np.sqrt(500)
    assert np.abs(z).max() < 4.5


def test_a_register_entry_gives_what_its_distribution_gives():
    one = fit_areas([3, 9], [40, 50], spread_prior=HALF_NORMAL, centre_prior=stats.norm(-1, 2)).batch
    two = fit_areas(
        [3, 9], [40, 50], spread_prior=OnlyQuantiles(HALF_NORMAL), centre_prior=OnlyQuantiles(stats.norm(-1, 2))
    ).batch
    np.testing.assert_allclose(everything(one), everything(two), atol=1e-4)


def test_intervals_cover_what_was_simulated():
    rng = np.random.default_rng(2024)
    B, J = 600, 5
    spread = HALF_NORMAL.rvs(B, random_state=rng)
    centre = rng.normal(-2, 1, B)
    n = rng.integers(20, 3000, (B, J))
    y = rng.binomial(n, special.expit(centre[:, None] + spread[:, None] * rng.standard_normal((B, J))))
    fit = fit_many(y, n, spread_prior=HALF_NORMAL, centre_prior=stats.norm(-2, 1))
    # Derivation: data drawn from prior and model, so a level-q quantile is exceeded with probability 1 - q.
    for truth, quantiles in ((centre, fit.centre_quantiles), (spread, fit.spread_quantiles)):
        below = (truth[:, None] < quantiles).mean(axis=0)
        assert np.all(np.abs(below - LEVELS) < 4 * np.sqrt(LEVEL_ARRAY * (1 - LEVEL_ARRAY) / B))


def test_thousands_of_areas_with_every_size():
    rng = np.random.default_rng(9)
    n = np.rint(10 ** rng.uniform(0, 7, 3000)).astype(int) + 1
    y = rng.binomial(n, special.expit(-3 + 0.7 * rng.standard_normal(3000)))
    fit = fit_areas(y, n, spread_prior=HALF_NORMAL)
    # About 1 / sqrt(2 * 3000) of 0.7 is 0.009; five of them.
    assert abs(fit.batch.spread_mean[0] - 0.7) < 0.05
    assert abs(fit.batch.centre_mean[0] + 3) < 0.07
    assert fit.draw(20, rng).observed_logits.shape == (20, 3000)


# Errors.


@pytest.mark.parametrize(
    ("counts", "populations", "message"),
    [
        ([], [], "at least one area"),
        ([1, 2], [10], "one-dimensional and of the same length"),
        ([-1], [10], "counts must be 0 or more"),
        ([1.5], [10], "counts must be whole numbers"),
        ([float("nan")], [10], "counts must be whole numbers"),
        ([1], [10.5], "populations must be whole numbers"),
        ([11], [10], "a count must not exceed its population"),
        ([0], [0], "populations must be above 0"),
        (["a"], ["b"], "counts must be numbers"),
        ([0, 0], [5, 9], "with a flat centre"),
        ([5, 9], [5, 9], "with a flat centre"),
    ],
)
def test_bad_data_are_refused(counts, populations, message):
    with pytest.raises(EstimationError, match=message):
        fit_areas(counts, populations, spread_prior=HALF_NORMAL)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (None, "spread_prior has no default"),
        (-1.0, "a known spread must be"),
        (float("inf"), "a known spread must be"),
        ("wide", "spread_prior must be a number or have"),
        (stats.norm(0, 1), "spread_prior must not reach below 0"),
        (stats.halfcauchy(scale=0.5), "spread_prior must have a finite mean"),
        (OnlyQuantiles(stats.halfcauchy(scale=0.5)), "spread_prior must have a finite mean"),
        (SometimesNone(), "spread_prior must have no mass at 0"),
    ],
)
def test_unusable_spread_priors_are_refused(prior, message):
    with pytest.raises(EstimationError, match=message):
        fit_areas([3], [10], spread_prior=prior)


def test_unusable_centre_prior_is_refused():
    with pytest.raises(EstimationError, match="centre_prior must be None"):
        fit_areas([3], [10], spread_prior=HALF_NORMAL, centre_prior=-2.0)


def test_batches_need_two_dimensions():
    with pytest.raises(EstimationError, match="must have the same shape"):
        fit_many([3], [10], spread_prior=HALF_NORMAL)


def test_data_far_beyond_the_prior_are_not_fitted_silently():
    n = np.full(60, 100_000)
    y = np.rint(n * special.expit(np.linspace(-6, 6, 60))).astype(int)
    with pytest.raises(UnreliableError, match="within reach of its prior"):
        fit_areas(y, n, spread_prior=OnlyQuantiles(stats.halfnorm(scale=0.01)))
