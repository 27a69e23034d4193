import numpy as np
import pytest
from scipy import stats

from estimation.model.fit import quadrature
from estimation.model.spread.marginal import _log_binomial_coefficient, gauss_hermite, log_marginal


def brute_force(count: float, population: float, centre: float, spread: float) -> float:
    """log ∫ Binomial(y | n, expit(m + s z)) φ(z) dz by the trapezoid rule on 400,001 points: no quadrature tricks."""
    z = np.linspace(-10.0, 10.0, 400_001)
    share = 1.0 / (1.0 + np.exp(-(centre + spread * z)))
    log_terms = stats.binom.logpmf(count, population, share) + stats.norm.logpdf(z)
    top = log_terms.max()
    return float(top + np.log(np.trapezoid(np.exp(log_terms - top), z)))


@pytest.mark.parametrize(
    ("count", "population", "centre", "spread", "tolerance"),
    [
        (0, 300, -7.0, 1.0, 1e-6),
        (3, 100, -3.0, 0.5, 1e-8),
        (22, 190, -2.0, 2.0, 1e-8),
        (100, 100, 2.0, 1.5, 2e-6),
        (12_000, 100_000, -1.0, 0.8, 1e-8),
        # An area with no case under a very wide spread is the hardest integrand: half a bell with a sharp edge.
        (0, 100_000, -7.0, 5.0, 5e-3),
    ],
)
def test_agrees_with_brute_force(count, population, centre, spread, tolerance):
    got = log_marginal([count], [population], centre, spread).log_likelihood[0]
    assert got == pytest.approx(brute_force(count, population, centre, spread), abs=tolerance)


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0, 2.0])
def test_probabilities_of_all_counts_add_to_one(spread):
    # Derivation: L is a probability function of the count, so over y = 0..n it sums to 1.
    counts = np.arange(31)
    total = np.exp(log_marginal(counts, np.full(31, 30), -1.5, spread).log_likelihood).sum()
    assert total == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("centre", "spread"), [(-2.0, 0.1), (-3.0, 0.7), (0.5, 2.0)])
def test_derivatives_are_those_of_the_value(centre, spread):
    counts, populations = np.array([0.0, 5.0, 40.0, 300.0]), np.array([20.0, 90.0, 100.0, 3000.0])

    def value(m, s):
        return log_marginal(counts, populations, m, s, nodes=41)

    step = 1e-4
    got = value(centre, spread)
    up, down = value(centre + step, spread), value(centre - step, spread)
    wide, narrow = value(centre, spread + step), value(centre, spread - step)
    # Derivation: central differences of the value itself; error of order step².
    np.testing.assert_allclose(got.d_centre, (up.log_likelihood - down.log_likelihood) / (2 * step), atol=2e-5)
    np.testing.assert_allclose(got.d_spread, (wide.log_likelihood - narrow.log_likelihood) / (2 * step), atol=2e-5)
    np.testing.assert_allclose(got.dd_centre, (up.d_centre - down.d_centre) / (2 * step), rtol=1e-3, atol=1e-4)


def test_leading_axes_evaluate_many_centres_at_once():
    counts, populations = np.array([3.0, 0.0, 50.0]), np.array([40.0, 10.0, 60.0])
    centres = np.array([[-3.0], [-1.0], [0.5]])
    together = log_marginal(counts, populations, centres, 0.8).log_likelihood
    one_by_one = [log_marginal(counts, populations, m, 0.8).log_likelihood for m in centres.ravel()]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12)


def test_each_area_may_have_its_own_spread():
    got = log_marginal([3, 3], [40, 40], -1.0, [0.2, 2.0]).log_likelihood
    assert got[0] == pytest.approx(log_marginal([3], [40], -1.0, 0.2).log_likelihood[0])
    assert got[1] == pytest.approx(log_marginal([3], [40], -1.0, 2.0).log_likelihood[0])


def test_binomial_coefficient_survives_large_populations():
    # Derivation: C(10^8, 1) = 10^8 and C(10^8, 2) = 10^8 (10^8 - 1) / 2.
    got = _log_binomial_coefficient(np.array([1.0, 2.0]), np.array([1e8, 1e8]))
    np.testing.assert_allclose(got, [np.log(1e8), np.log(1e8 * (1e8 - 1) / 2)], rtol=1e-9)


def test_gauss_hermite_integrates_polynomials_exactly():
    # Derivation: ∫ x⁴ exp(-x²) dx = 3 √π / 4.
    x, log_weight = gauss_hermite(7)
    assert np.sum(np.exp(log_weight - x**2) * x**4) == pytest.approx(0.75 * np.sqrt(np.pi), rel=1e-12)


def test_the_two_integrators_agree():
    # Two programs of eq. 14: values and both derivatives in the centre, summed over areas, without the coefficient.
    counts, populations = np.array([0.0, 3, 22, 100, 380]), np.array([300.0, 100, 190, 2000, 500])
    centres, spread = np.array([-3.0, -2.0, -1.0, 0.5]), 0.9
    first = log_marginal(counts, populations, centres[:, None], spread, nodes=61)
    value, slope, curve = quadrature.log_marginal(
        counts[None],
        populations[None],
        np.zeros(1, int),
        centres[None],
        np.full(1, spread),
        quadrature.HIGH,
        derivatives=True,
    )
    plain = first.log_likelihood - _log_binomial_coefficient(counts, populations)
    np.testing.assert_allclose(value[0], plain.sum(axis=1), rtol=1e-8)
    np.testing.assert_allclose(slope[0], first.d_centre.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(curve[0], first.dd_centre.sum(axis=1), rtol=1e-5)
