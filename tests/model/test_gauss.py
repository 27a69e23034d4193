import numpy as np
import pytest

from estimation.model.fit.gauss import barycentric, hermite, integration, interpolation, legendre, smoother


def test_hermite_integrates_polynomials_exactly():
    # Derivation: ∫ x⁴ exp(-x²/2) dx = 3 √(2π), the fourth moment of the standard normal.
    x, log_weight = hermite(7)
    assert np.sum(np.exp(log_weight - x**2 / 2) * x**4) == pytest.approx(3 * np.sqrt(2 * np.pi), rel=1e-12)


def test_legendre_integrates_polynomials_exactly():
    # Derivation: ∫ t⁹ dt from 0 to 1 = 1 / 10, and five nodes are exact up to degree nine.
    t, w = legendre(5)
    assert w @ t**9 == pytest.approx(0.1, rel=1e-12)


def test_values_at_nodes_give_the_polynomial_and_its_integral():
    t, _ = legendre(6)
    values = 3 * t**5 - 2 * t + 1
    points = np.linspace(0, 1, 11)
    # Derivation: six values fix a polynomial of degree five; its integral from 0 is t⁶ / 2 - t² + t.
    expected = 3 * points**5 - 2 * points + 1
    np.testing.assert_allclose(interpolation(6, tuple(points)) @ values, expected, atol=1e-12)
    np.testing.assert_allclose(barycentric(6, points) @ values, expected, atol=1e-12)
    np.testing.assert_allclose(integration(6, tuple(points)) @ values, points**6 / 2 - points**2 + points, atol=1e-12)


def test_smoothing_keeps_low_degrees_and_drops_the_next_legendre_polynomial():
    t, _ = legendre(8)
    # Derivation: projection on degree two keeps t²; P₃ is orthogonal to it.
    np.testing.assert_allclose(smoother(8, 2) @ t**2, t**2, atol=1e-12)
    np.testing.assert_allclose(smoother(8, 2) @ np.polynomial.legendre.Legendre.basis(3)(2 * t - 1), 0, atol=1e-12)
    np.testing.assert_allclose(smoother(3, 7), np.eye(3), atol=1e-12)
