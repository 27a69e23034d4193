import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from estimation.errors import AssumptionError
from estimation.evidence.distributions import distributions as d

LEVELS = np.array([0.001, 0.025, 0.2, 0.5, 0.7, 0.975, 0.999])

# Expected values: scipy.stats, whose parameters are on the right of each pair.
PAIRS = [
    (d.Uniform(-1, 3), stats.uniform(-1, 4)),
    (d.Normal(0.3, 2), stats.norm(0.3, 2)),
    (d.HalfNormal(1.7), stats.halfnorm(scale=1.7)),
    (d.Lognormal(0.8, 0.76), stats.lognorm(0.76, scale=0.8)),
    (d.Triangular(1, 2, 5), stats.triang(0.25, loc=1, scale=4)),
    (d.Triangular(1, 1, 5), stats.triang(0.0, loc=1, scale=4)),
    (d.Triangular(1, 5, 5), stats.triang(1.0, loc=1, scale=4)),
    (d.Beta(4, 5), stats.beta(4, 5)),
    (d.Beta(0.5, 0.5), stats.beta(0.5, 0.5)),
    # Pert: beta of shapes 1 + 4 (mode - low) / width and 1 + 4 (high - mode) / width, stretched.
    (d.Pert(0, 0.05, 0.15), stats.beta(1 + 4 / 3, 1 + 8 / 3, scale=0.15)),
    (d.Pert(-2, -2, 1), stats.beta(1, 5, loc=-2, scale=3)),
    (d.Quantiles((0, 0.25, 1), (1, 2, 4)), stats.rv_histogram(([0.25, 0.75], [1, 2, 4]), density=False)),
]
NAMES = [ours.describe() for ours, _ in PAIRS]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=NAMES)
def test_same_as_scipy(ours, theirs):
    at = theirs.ppf(LEVELS)
    np.testing.assert_allclose(ours.ppf(LEVELS), at, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.cdf(at), LEVELS, rtol=1e-9)
    np.testing.assert_allclose(ours.pdf(at), theirs.pdf(at), rtol=1e-9)
    np.testing.assert_allclose(ours.logpdf(at), np.log(theirs.pdf(at)), atol=1e-9)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-9)
    assert ours.median() == pytest.approx(theirs.median(), rel=1e-9)
    assert ours.support() == pytest.approx(theirs.support())


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=NAMES)
def test_same_as_scipy_outside_the_support(ours, theirs):
    low, high = theirs.support()
    outside = np.array([v for v in (low - 1, high + 1) if math.isfinite(v)])
    np.testing.assert_array_equal(ours.pdf(outside), 0)
    np.testing.assert_array_equal(ours.logpdf(outside), -np.inf)
    np.testing.assert_allclose(ours.cdf(outside), theirs.cdf(outside))


@pytest.mark.parametrize(("ours", "_"), PAIRS, ids=NAMES)
def test_density_adds_up_to_one(ours, _):
    # Beta(1/2, 1/2) has infinite ends; the share beyond the 0.1 and 99.9 percent points is left out for all.
    low, high = (float(v) for v in ours.ppf([0.001, 0.999]))
    breaks = [v for v in (getattr(ours, "mode", None), *getattr(ours, "values", ())) if v and low < v < high]
    area, _ = integrate.quad(lambda x: float(ours.pdf(x)), low, high, points=breaks or None, limit=200)
    assert area == pytest.approx(0.998, abs=1e-6)


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.3), (0.3, 30.0), (1.2, 4.8), (2.0, 4.0), (500.0, 40.0), (0.1, 2.0)])
def test_many_quantiles_of_a_beta_are_those_asked_for_one_by_one(a, b):
    # SciPy's inverse of the incomplete beta function; 0, 1 and the far tails among them.
    p = np.concatenate([[0.0, 1.0, 1e-12, 1 - 1e-12], np.random.default_rng(1).random(20_000)])
    expected = special.betaincinv(a, b, p)
    np.testing.assert_allclose(d.Beta(a, b).ppf(p), expected, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(1 - d.Beta(a, b).ppf(p), 1 - expected, rtol=1e-8, atol=1e-10)
    assert np.isnan(d.Beta(a, b).ppf(np.full(6_000, np.nan))).all()


@pytest.mark.parametrize("shape", [d.Normal(0.3, 2), d.HalfNormal(1.7)])
def test_log_density_stays_finite_far_out(shape):
    # Derivation: the log density falls as -x^2 / (2 sd^2), where the density itself is below the smallest float.
    scale = 2 if isinstance(shape, d.Normal) else 1.7
    fall = float(shape.logpdf(300.0) - shape.logpdf(200.0))
    shift = 0.3 if isinstance(shape, d.Normal) else 0.0
    assert fall == pytest.approx(-((300 - shift) ** 2 - (200 - shift) ** 2) / (2 * scale**2), rel=1e-9)


def test_point_is_one_value_without_a_density():
    point = d.Point(3)
    np.testing.assert_array_equal(point.ppf([0, 0.5, 1]), 3.0)
    assert point.support() == (3.0, 3.0)
    assert point.mean() == point.median() == 3.0
    np.testing.assert_array_equal(point.cdf([2.9, 3.0, 3.1]), [0, 1, 1])
    with pytest.raises(AssumptionError, match="a fixed value has no density"):
        point.pdf(3.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: d.Uniform(1, 1), "uniform needs low below high"),
        (lambda: d.Normal(0, 0), "normal needs sd above 0"),
        (lambda: d.HalfNormal(-1), "half_normal needs scale above 0"),
        (lambda: d.LogT(1, 1, 0, 9), "log_t needs median, sigma and df above 0"),
        (lambda: d.LogT(1, 1, 1, 0.5), "high above the median"),
        (lambda: d.HalfT(1, 0, 9), "half_t needs scale, df and high above 0"),
        (lambda: d.Lognormal(0, 1), "lognormal needs median and sigma above 0"),
        (lambda: d.Triangular(2, 1, 3), "triangular needs low at most mode at most high"),
        (lambda: d.Triangular(1, 1, 1), "triangular needs low at most mode at most high, low below high"),
        (lambda: d.Pert(0, 4, 3), "pert needs low at most mode at most high"),
        (lambda: d.Beta(0, 1), "beta needs a and b above 0"),
        (lambda: d.Quantiles((0, 1), (1,)), "as many probabilities as values"),
        (lambda: d.Quantiles((0.1, 1), (1, 2)), "start at 0 and end at 1"),
        (lambda: d.Quantiles((0, 0.5, 1), (1, 1, 2)), "probabilities and values that increase"),
    ],
)
def test_parameters_that_make_no_distribution(make, message):
    with pytest.raises(AssumptionError, match=message):
        make()
