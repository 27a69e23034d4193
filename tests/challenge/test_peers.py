import warnings

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

from estimation.challenge.calibration.backtest import undefined
from estimation.challenge.calibration.designs import System
from estimation.challenge.calibration.peers import LEAST_AREAS, binomial, random_effects, ratio

SYSTEM = System("x", "x", "control", np.array([12, 30, 5, 60, 0]), np.array([400, 500, 450, 480, 300]))
LEVELS = (0.8, 0.95)


def test_binomial_agrees_with_statsmodels():
    # statsmodels 0.15.0, proportion_confint(method="beta") is Clopper-Pearson.
    low, high = binomial(SYSTEM, np.array([[0, 1], [2, 4]]), LEVELS)
    for row, (y, n) in enumerate([(42, 900), (5, 750)]):
        for column, level in enumerate(LEVELS):
            expected = np.array(proportion_confint(y, n, alpha=1 - level, method="beta")) * 2130
            np.testing.assert_allclose([low[row, column], high[row, column]], expected, rtol=1e-9)


def test_binomial_with_nobody_and_with_everybody():
    system = System("x", "x", "control", np.array([0, 300]), np.array([300, 300]))
    low, high = binomial(system, np.array([[0], [1]]), (0.95,))
    # Derivation: with y = 0 the upper limit is 1 - 0.025^(1/n).
    edge = 1 - 0.025 ** (1 / 300)
    np.testing.assert_allclose(np.concatenate([low, high]).ravel(), [0, 600 * (1 - edge), 600 * edge, 600], atol=1e-6)


def test_ratio_estimator_by_hand():
    low, high = ratio(SYSTEM, np.array([[0, 1, 3]]), (0.5,))
    y, n = np.array([12, 30, 60]), np.array([400, 500, 480])
    rate = y.sum() / n.sum()
    s2 = ((y - rate * n) ** 2).sum() / 2
    # Cochran 1977, equation (6.9): v(Y_R) = N^2 (1 - f) / n * s2; total = X / mean x per area in place of N.
    error = 2130 / n.mean() * np.sqrt((1 - 3 / 5) / 3 * s2)
    t = stats.t.ppf(0.75, 2)
    np.testing.assert_allclose([low[0, 0], high[0, 0]], [2130 * rate - t * error, 2130 * rate + t * error])


def test_ratio_limits_stay_between_the_counted_and_everybody():
    low, high = ratio(SYSTEM, np.array([[2, 3]]), (0.999,))
    assert (low[0, 0], high[0, 0]) == (65, 2130)


def test_random_effects_by_hand():
    low, high = random_effects(SYSTEM, np.array([[0, 1, 3]]), (0.8,))
    y, n = np.array([12, 30, 60]), np.array([400, 500, 480])
    effect, variance = np.log(y / (n - y)), 1 / y + 1 / (n - y)
    w = 1 / variance
    # DerSimonian and Laird's moment estimate, then Higgins et al. 2009, equation (12).
    q = (w * (effect - (w * effect).sum() / w.sum()) ** 2).sum()
    tau2 = (q - 2) / (w.sum() - (w**2).sum() / w.sum())
    w = 1 / (variance + tau2)
    centre = (w * effect).sum() / w.sum()
    half = stats.t.ppf(0.9, 1) * np.sqrt(tau2 + 1 / w.sum())
    expected = 102 + 750 * stats.logistic.cdf([centre - half, centre + half])
    np.testing.assert_allclose([low[0, 0], high[0, 0]], expected, rtol=1e-9)


def test_random_effects_without_variance_between_areas_and_with_zeros():
    system = System("x", "x", "control", np.array([10, 10, 10, 0]), np.array([100, 100, 100, 90]))
    low, high = random_effects(system, np.array([[0, 1, 2], [0, 1, 3]]), (0.8,))
    # Derivation of the first: like areas leave only the sampling error of the pooled logit, variance 1/30 + 1/270.
    half = stats.t.ppf(0.9, 1) * np.sqrt(1 / 30 + 1 / 270)
    assert low[0, 0] == pytest.approx(30 + 90 * stats.logistic.cdf(np.log(1 / 9) - half))
    assert np.isfinite([low, high]).all()


def test_with_one_area_the_peer_has_no_interval_and_is_reported_so():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # 0 / 0, which is the point
        # statsmodels 0.15.0: not a number, for variance and mean alike.
        assert np.isnan(combine_effects(np.array([-2.0]), np.array([0.01]), method_re="dl").tau2)
    table = undefined([1, 2, 3])
    assert table[["method", "observed"]].to_numpy().tolist() == [
        ["ratio estimator", 1],
        ["random effects", 1],
        ["random effects", 2],
    ]
    assert table["reason"].str.len().min() > 20
    assert dict(LEAST_AREAS) == {"binomial": 1, "ratio estimator": 2, "random effects": 3}
