import numpy as np
import pytest
from scipy import stats

from estimation.challenge.calibration.predict import draw_totals, fitted, intervals
from estimation.challenge.calibration.prior_choices import Floored
from estimation.model.fit.transfer import fit_areas

PEOPLE = np.array([4000, 9000, 500, 20_000, 7000, 1000])
COUNTS = np.array([400, 700, 90, 1500, 900, 60])


def no_slopes(centre):
    return np.empty((*centre.shape, 0))


QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95]


@pytest.mark.parametrize("slope", [None, stats.t(8, scale=0.3)])
def test_totals_agree_with_those_of_the_single_fit(slope):
    # Another path: predict_total draws a binomial count in every area. 40,000 draws: quantiles to about 1% of the SD.
    prior = stats.halfnorm(scale=0.7)
    observed = np.array([[0, 3]])
    drawn = fitted(COUNTS[observed], PEOPLE[observed], prior, slope, draws=40_000, rng=np.random.default_rng(1))
    fast = draw_totals(COUNTS, PEOPLE, observed, *drawn, np.random.default_rng(2))[0]
    with_size = {} if slope is None else {"covariates": np.log(PEOPLE[[0, 3]]), "slope_prior": slope}
    fit = fit_areas(COUNTS[[0, 3]], PEOPLE[[0, 3]], spread_prior=prior, **with_size)
    rest = np.array([1, 2, 4, 5])
    sizes = None if slope is None else np.log(PEOPLE[rest])
    slow = fit.predict_total(PEOPLE[rest], 40_000, np.random.default_rng(3), covariates=sizes)
    # Z_BLOCK shares deviates between data sets, not between draws: one data set has draws of its own.
    np.testing.assert_allclose(np.quantile(fast, QUANTILES), np.quantile(slow, QUANTILES), rtol=0.02)


def test_without_spread_the_rest_is_binomial_at_the_observed_rate():
    centre, spread = np.full((1, 50_000), np.log(0.1 / 0.9)), np.zeros((1, 50_000))
    total = draw_totals(COUNTS, PEOPLE, np.array([[0]]), centre, spread, no_slopes(centre), np.random.default_rng(1))[0]
    rest = PEOPLE[1:].sum()
    # Derivation: 400 + Binomial(37,500, 0.1).
    assert total.mean() == pytest.approx(400 + 0.1 * rest, abs=4 * np.sqrt(0.09 * rest / 50_000))
    assert total.var() == pytest.approx(0.09 * rest, rel=0.03)


def test_binomial_noise_of_unlike_areas_has_the_right_variance():
    rng = np.random.default_rng(1)
    centre, spread = np.full((1, 4000), -1.0), np.full((1, 4000), 2.0)
    fast = np.array(
        [
            draw_totals(COUNTS, PEOPLE, np.array([[0]]), centre, spread, no_slopes(centre), rng)[0].std()
            for _ in range(10)
        ]
    )
    share = stats.logistic.cdf(-1 + 2 * rng.standard_normal((40_000, 5)))
    slow = (400 + rng.binomial(PEOPLE[1:], share).sum(axis=1)).std()
    assert fast.mean() == pytest.approx(slow, rel=0.02)


def test_areas_without_cases_are_taken_as_one_with_a_jeffreys_share():
    prior = stats.halfnorm(scale=1e-3)
    y, n = np.array([[0, 0]]), np.array([[300, 700]])
    centre, spread, _ = fitted(y, n, prior, None, draws=40_000, rng=np.random.default_rng(1))
    # Derivation: with next to no spread the centre is the pooled share, Beta(0.5, 1000.5).
    share = stats.logistic.cdf(centre[0])
    np.testing.assert_allclose(
        np.quantile(share, QUANTILES), stats.beta(0.5, 1000.5).ppf(QUANTILES), rtol=0.06, atol=2e-7
    )
    assert np.median(spread) == pytest.approx(prior.median(), rel=0.03)


def test_areas_full_of_cases_mirror_those_without():
    prior = stats.halfnorm(scale=0.5)
    args = {"spread_prior": prior, "draws": 40_000}
    none, *_ = fitted(np.array([[0]]), np.array([[50]]), slope_prior=None, rng=np.random.default_rng(1), **args)
    full, *_ = fitted(np.array([[50]]), np.array([[50]]), slope_prior=None, rng=np.random.default_rng(2), **args)
    assert np.median(full) == pytest.approx(-np.median(none), rel=0.03)


def test_telling_and_silent_data_sets_keep_their_places():
    y, n = np.array([[0], [30], [0]]), np.array([[100], [100], [100]])
    centre, *_ = fitted(y, n, stats.halfnorm(scale=0.01), None, draws=4000, rng=np.random.default_rng(1))
    low = np.median(centre, axis=1)
    assert low[1] == pytest.approx(np.log(0.3 / 0.7), abs=0.02)
    assert max(low[0], low[2]) < -4


def test_selection_moves_the_centre_down_by_so_many_sds():
    centre, spread = np.full((1, 20_000), -1.0), np.full((1, 20_000), 0.5)
    observed = np.array([[0]])
    shifted = draw_totals(
        COUNTS, PEOPLE, observed, centre, spread, no_slopes(centre), np.random.default_rng(1), selection=1.27
    )
    plain = draw_totals(
        COUNTS, PEOPLE, observed, centre - 1.27 * 0.5, spread, no_slopes(centre), np.random.default_rng(1)
    )
    np.testing.assert_array_equal(shifted, plain)


def test_intervals_are_central():
    low, high = intervals(np.arange(1001.0)[None, :], (0.5, 0.9))
    np.testing.assert_allclose([low[0], high[0]], [[250, 50], [750, 950]])


def test_a_tail_that_underflows_ends_at_the_least_spread():
    # A lognormal with log SD 100 puts 1e-9 at exp(-600): a fit would take that for mass at 0.
    prior = Floored(stats.lognorm(s=100.0))
    assert prior.ppf(1e-9) == 1e-4
    assert prior.isf(0.5) == pytest.approx(1.0)
    assert Floored(stats.halfnorm()).mean() == pytest.approx(np.sqrt(2 / np.pi))


def test_areas_without_cases_leave_the_slope_at_its_prior():
    prior = stats.t(8, scale=0.3)
    y, n = np.array([[0, 0]]), np.array([[300, 700]])
    _, _, slopes = fitted(y, n, stats.halfnorm(scale=0.5), prior, draws=40_000, rng=np.random.default_rng(1))
    assert slopes.shape == (1, 40_000, 1)
    np.testing.assert_allclose(np.quantile(slopes, QUANTILES), prior.ppf(QUANTILES), atol=0.01)
