import numpy as np
import pytest
from analytic import linear_gaussian_shapley

from estimation.challenge.sensitivity.shapley import given_data
from estimation.errors import EstimationError

BETA = np.array([1.0, 1.0, 2.0])
CORRELATED = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.7], [0.0, 0.7, 1.0]])


def named(x):
    return {str(i): x[:, i] for i in range(x.shape[1])}


def test_formula_of_the_test_itself():
    # By hand, beta = (1, 1), rho = 0.5: by symmetry each has one half.
    found = linear_gaussian_shapley(np.ones(2), np.array([[1, 0.5], [0.5, 1]]))
    assert found == pytest.approx([0.5, 0.5])
    # Unequal: beta = (1, 2), rho = 0.5: variance 7, alone (1 + 1)^2 = 4 and (2 + 0.5)^2 = 6.25;
    # Sh_1 = (4 + 7 - 6.25) / 2 / 7.
    unequal = linear_gaussian_shapley(np.array([1.0, 2.0]), np.array([[1, 0.5], [0.5, 1]]))
    assert unequal[0] == pytest.approx(4.75 / 14)


def test_linear_gaussian_with_correlation():
    # Intervals should hold the analytic effects; over 10 data sets of 3 effects 95% intervals miss about 2 of 30.
    truth = linear_gaussian_shapley(BETA, CORRELATED)
    held = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = rng.multivariate_normal(np.zeros(3), CORRELATED, size=4000)
        found = given_data(named(x), x @ BETA, rng=rng)
        held += int(((found["low"][:3] <= truth) & (truth <= found["high"][:3])).sum())
        np.testing.assert_allclose(found["effect"][:3], truth, atol=0.03)
        assert found["effect"].sum() == pytest.approx(1.0)
    assert held >= 24


def test_weights_turn_independent_draws_into_dependent_ones():
    # Independent normals weighed by the ratio of the correlated density to their own.
    rng = np.random.default_rng(3)
    x = rng.standard_normal((12_000, 3))
    inverse = np.linalg.inv(CORRELATED)
    weights = np.exp(-0.5 * (np.einsum("ni,ij,nj->n", x, inverse, x) - (x**2).sum(axis=1)))
    found = given_data(named(x), x @ BETA, rng=rng, weights=weights)
    np.testing.assert_allclose(found["effect"][:3], linear_gaussian_shapley(BETA, CORRELATED), atol=0.05)


def test_between_first_order_and_total_when_independent():
    # y = prod(1 + c_i z_i) with independent z of variance 1: first = c_i^2 / V, total = c_i^2 prod_{j != i}(1 + c_j^2)
    # / V, V = prod(1 + c_i^2) - 1 (Sobol 1993, derivation as for the g-function).
    c = np.array([1.0, 0.8, 0.5])
    variance = np.prod(1 + c**2) - 1
    first, total = c**2 / variance, c**2 * np.prod(1 + c**2) / (1 + c**2) / variance
    rng = np.random.default_rng(5)
    z = np.sqrt(12) * (rng.random((12_000, 3)) - 0.5)
    found = given_data(named(z), np.prod(1 + c * z, axis=1), rng=rng)[:3]
    assert (found["low"] > first).all()
    assert (found["high"] < total).all()


def test_groups_noise_and_ties():
    rng = np.random.default_rng(6)
    x = rng.standard_normal((3000, 3))
    tied = np.round(x, 0)
    found = given_data({"ab": tied[:, :2], "c": tied[:, 2]}, tied.sum(axis=1) + x[:, 0], rng=rng)
    assert found.loc["ab", "effect"] > found.loc["c", "effect"] > 0.1
    noise = given_data({"x": x[:, 0]}, x[:, 0] + x[:, 1], rng=rng)
    assert noise.loc["not explained", "effect"] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        ({}, {}, "take 1 to 10 groups; got 0"),
        ({"x": np.ones(3)}, {}, r"one row for each output; got x: \(3,\) for \(200,\)"),
        ({"x": np.ones(200)}, {"weights": -np.ones(200)}, "one number from 0 up a draw"),
        ({"x": np.ones(200)}, {}, "the output must vary; got a constant"),
        ({"x": np.arange(200.0)}, {"weights": np.arange(200) < 5}, "a plane needs more draws than neighbours; got 5"),
    ],
)
def test_refusals(inputs, options, message):
    with pytest.raises(EstimationError, match=message):
        given_data(
            inputs,
            np.arange(200.0) if np.ptp(inputs.get("x", 0)) else np.ones(200),
            rng=np.random.default_rng(1),
            **options,
        )
