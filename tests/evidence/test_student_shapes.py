import numpy as np
import pytest
from scipy import integrate, stats

from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import HalfT, Lognormal, LogT, StudentT

LEVELS = np.array([0.001, 0.025, 0.2, 0.5, 0.7, 0.975, 0.999])

LOG_T = LogT(0.8, 0.81, 6.0, 50.0)
HALF_T = HalfT(1.07, 7.0, 50.0)
CAUCHY = LogT(0.3, 1.3, 1.0, 50.0)


@pytest.mark.parametrize("spread", [LOG_T, HALF_T, CAUCHY], ids=["log-t", "half-t", "log-Cauchy"])
class TestEveryForm:
    def test_density_integrates_to_the_distribution_function(self, spread):
        for x in (0.1, 0.8, 3.0, 20.0):
            area = integrate.quad(
                lambda log_tau: float(spread.pdf(np.exp(log_tau)) * np.exp(log_tau)), -60, np.log(x), limit=500
            )[0]
            # A log-Cauchy keeps 1% of its mass below exp(-40): what the integral misses at its lower end.
            assert area == pytest.approx(float(spread.cdf(x) - spread.cdf(np.exp(-60.0))), abs=1e-6)

    def test_quantiles_invert_probabilities(self, spread):
        q = np.array([0.01, 0.25, 0.5, 0.9, 0.999])
        np.testing.assert_allclose(spread.cdf(spread.ppf(q)), q, rtol=1e-9)
        np.testing.assert_allclose(spread.isf(1 - q), spread.ppf(q), rtol=1e-6)
        assert spread.median() == pytest.approx(float(spread.ppf(0.5)))

    def test_it_ends_at_the_largest_spread(self, spread):
        assert spread.ppf(1.0) == pytest.approx(50.0)
        assert spread.cdf(50.0) == pytest.approx(1.0)
        assert spread.pdf(50.1) == 0.0
        assert spread.logpdf(-1.0) == -np.inf
        assert spread.cdf(-1.0) == 0.0


def test_quantiles_are_those_of_students_t():
    # Expected values: scipy.stats.t; the cut at 50 moves them by less than one in a thousand here.
    np.testing.assert_allclose(LOG_T.ppf([0.025, 0.5]), 0.8 * np.exp(0.81 * stats.t.ppf([0.025, 0.5], 6)), rtol=2e-3)
    np.testing.assert_allclose(HALF_T.ppf([0.5, 0.95]), 1.07 * stats.t.ppf([0.75, 0.975], 7), rtol=1e-6)


def test_mean_is_finite_and_right():
    # Derivation: E|t_7| = 2 √7 Γ(4) / (√π Γ(3.5) 6), here 0.8875 times the scale.
    from scipy.special import gamma

    expected = 1.07 * 2 * np.sqrt(7) * gamma(4) / (np.sqrt(np.pi) * gamma(3.5) * 6)
    assert HALF_T.mean() == pytest.approx(expected, rel=1e-4)
    # A log-t without an upper limit has no mean; simulation of 10^6 draws with one.
    draws = LOG_T.ppf(np.random.default_rng(2).random(1_000_000))
    assert LOG_T.mean() == pytest.approx(draws.mean(), abs=4 * draws.std() / 1000)


def test_mean_of_a_tight_one_is_its_location():
    tight = LogT(0.5, 1e-3, 30.0, 50.0)
    assert tight.mean() == pytest.approx(0.5, rel=1e-4)


@pytest.mark.parametrize("high", [1.0, 50.0, 1e12])
def test_log_t_is_the_exponential_of_a_t_cut_off(high):
    ours, t = LogT(0.8, 0.5, 5, high), stats.t(5)
    kept = t.cdf(np.log(high / 0.8) / 0.5)
    at = 0.8 * np.exp(0.5 * t.ppf(kept * LEVELS))
    np.testing.assert_allclose(ours.ppf(LEVELS), at, rtol=1e-9)
    np.testing.assert_allclose(ours.cdf(at), LEVELS, rtol=1e-9)
    np.testing.assert_allclose(ours.isf(1 - LEVELS), at, rtol=1e-9)
    # Derivation: change of variable, density of z over sigma x, over what the cut keeps.
    density = t.pdf(t.ppf(kept * LEVELS)) / (0.5 * at * kept)
    np.testing.assert_allclose(ours.pdf(at), density, rtol=1e-9)
    np.testing.assert_allclose(ours.logpdf(at), np.log(density), rtol=1e-9)
    assert ours.support() == pytest.approx((0.0, high), rel=1e-3)
    np.testing.assert_array_equal(ours.pdf([-1.0, 0.0, high * 1.01]), 0.0)
    np.testing.assert_array_equal(ours.cdf([-1.0, 0.0, high * 1.01]), [0.0, 0.0, 1.0])


@pytest.mark.parametrize("high", [1.5, 50.0])
def test_half_t_is_the_absolute_value_of_a_t_cut_off(high):
    ours, t = HalfT(0.7, 4, high), stats.t(4)
    kept = 2 * t.cdf(high / 0.7) - 1
    at = 0.7 * t.ppf((1 + kept * LEVELS) / 2)
    np.testing.assert_allclose(ours.ppf(LEVELS), at, rtol=1e-9)
    np.testing.assert_allclose(ours.cdf(at), LEVELS, rtol=1e-9)
    np.testing.assert_allclose(ours.isf(1 - LEVELS), at, rtol=1e-9)
    # Derivation: two halves of the density of t, over what the cut keeps.
    np.testing.assert_allclose(ours.pdf(at), 2 * t.pdf(at / 0.7) / (0.7 * kept), rtol=1e-9)
    assert ours.support() == pytest.approx((0.0, high))


@pytest.mark.parametrize("shape", [LogT(0.8, 0.5, 5, 50), HalfT(0.7, 4, 50), LogT(0.795, 0.813, 6, 50)])
def test_mean_of_the_t_shapes_is_the_integral(shape):
    expected = integrate.quad(lambda x: x * float(shape.pdf(x)), 0, 50, points=[0.1, 1, 5], limit=300)[0]
    assert shape.mean() == pytest.approx(expected, rel=1e-5)


def test_log_t_with_many_degrees_of_freedom_is_lognormal():
    np.testing.assert_allclose(LogT(0.8, 0.5, 1e9, 1e9).ppf(LEVELS), Lognormal(0.8, 0.5).ppf(LEVELS), rtol=1e-6)


def test_t_is_students_t():
    ours, t = StudentT(0.3, 17.0), stats.t(17, scale=0.3)
    at = t.ppf(LEVELS)
    np.testing.assert_allclose(ours.ppf(LEVELS), at, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.isf(LEVELS), -at, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.cdf(at), LEVELS, rtol=1e-9)
    np.testing.assert_allclose(ours.pdf(at), t.pdf(at), rtol=1e-9)
    np.testing.assert_allclose(ours.logpdf(at), t.logpdf(at), rtol=1e-9)
    assert (ours.mean(), ours.support()) == (0.0, (-np.inf, np.inf))
    assert np.isnan(ours.ppf(1.5))
    with pytest.raises(EstimationError, match="t needs scale above 0 and df above 1"):
        StudentT(0.3, 1.0)
