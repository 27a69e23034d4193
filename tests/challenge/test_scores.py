import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from estimation.challenge.calibration.scores import interval_score, score
from estimation.errors import EstimationError

ONE = np.array([1.0])


def test_interval_score_is_equation_43():
    # Gneiting and Raftery 2007, equation (43): (u - l) + 2/alpha (l - x) below, + 2/alpha (x - u) above.
    assert interval_score(ONE, ONE * 3, 2.0, 0.9)[0] == pytest.approx(2.0)
    assert interval_score(ONE, ONE * 3, 0.5, 0.9)[0] == pytest.approx(2.0 + 20 * 0.5)
    assert interval_score(ONE, ONE * 3, 4.0, 0.9)[0] == pytest.approx(2.0 + 20 * 1.0)


def test_interval_score_is_best_for_the_true_quantiles():
    truths = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)

    def mean(half: float) -> float:
        return float(np.mean([interval_score(-half * ONE, half * ONE, float(x), 0.8)[0] for x in truths[::20]]))

    best = float(stats.norm.ppf(0.9))
    assert mean(best) < min(mean(0.9 * best), mean(1.1 * best))


@given(st.floats(0.01, 50), st.floats(0, 50), st.floats(0.05, 0.99))
def test_interval_score_is_never_below_the_width(low, width, level):
    assert interval_score(np.array([low]), np.array([low + width]), 7.0, level)[0] >= width - 1e-9


def test_weights_count_in_coverage_misses_and_width():
    low, high = np.array([1.0, 40.0, 2.0]), np.array([4.0, 80.0, 8.0])
    found = score(low, high, 10.0, 0.8, np.array([0.2, 0.3, 0.5]))
    assert (found.coverage, found.truth_below, found.truth_above) == pytest.approx((0.0, 0.3, 0.7))
    # Derivation: 4^0.2 * 2^0.3 * 4^0.5.
    assert found.width_ratio == pytest.approx(4**0.2 * 2**0.3 * 4**0.5)


def test_standard_error_is_that_of_agresti_and_coull_and_never_zero():
    n = 50
    found = score(np.zeros(n), np.ones(n) * 9, 5.0, 0.8, np.full(n, 1 / n))
    # Derivation: p = 52 / 54, sqrt(p (1 - p) / 54).
    assert found.coverage == 1.0
    assert found.coverage_error == pytest.approx(np.sqrt(52 / 54 * 2 / 54 / 54))


def test_limits_below_half_a_person_count_as_half():
    assert score(np.zeros(1), ONE * 8, 0.0, 0.8, ONE).width_ratio == pytest.approx(16.0)


def test_limits_that_are_no_numbers_are_refused():
    with pytest.raises(EstimationError, match="limits must be numbers; got 1 that are not"):
        score(np.array([np.nan, 1.0]), np.array([2.0, 2.0]), 1.0, 0.8, np.array([0.5, 0.5]))
