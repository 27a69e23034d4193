import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from estimation.errors import AssumptionError
from estimation.evidence.distributions import distributions as d

QUIET = settings(deadline=None, derandomize=True, max_examples=60)
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


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.3), (0.3, 30.0), (1.2, 4.8), (2.0, 4.0), (500.0, 40.0), (0.1, 2.0)])
def test_many_quantiles_of_a_beta_are_those_asked_for_one_by_one(a, b):
    # SciPy's inverse of the incomplete beta function; 0, 1 and the far tails among them.
    p = np.concatenate([[0.0, 1.0, 1e-12, 1 - 1e-12], np.random.default_rng(1).random(20_000)])
    expected = special.betaincinv(a, b, p)
    np.testing.assert_allclose(d.Beta(a, b).ppf(p), expected, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(1 - d.Beta(a, b).ppf(p), 1 - expected, rtol=1e-8, atol=1e-10)
    assert np.isnan(d.Beta(a, b).ppf(np.full(6_000, np.nan))).all()


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


@pytest.mark.parametrize("high", [1.0, 50.0, 1e12])
def test_log_t_is_the_exponential_of_a_t_cut_off(high):
    ours, t = d.LogT(0.8, 0.5, 5, high), stats.t(5)
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
    ours, t = d.HalfT(0.7, 4, high), stats.t(4)
    kept = 2 * t.cdf(high / 0.7) - 1
    at = 0.7 * t.ppf((1 + kept * LEVELS) / 2)
    np.testing.assert_allclose(ours.ppf(LEVELS), at, rtol=1e-9)
    np.testing.assert_allclose(ours.cdf(at), LEVELS, rtol=1e-9)
    np.testing.assert_allclose(ours.isf(1 - LEVELS), at, rtol=1e-9)
    # Derivation: two halves of the density of t, over what the cut keeps.
    np.testing.assert_allclose(ours.pdf(at), 2 * t.pdf(at / 0.7) / (0.7 * kept), rtol=1e-9)
    assert ours.support() == pytest.approx((0.0, high))


@pytest.mark.parametrize("shape", [d.LogT(0.8, 0.5, 5, 50), d.HalfT(0.7, 4, 50), d.LogT(0.795, 0.813, 6, 50)])
def test_mean_of_the_t_shapes_is_the_integral(shape):
    expected = integrate.quad(lambda x: x * float(shape.pdf(x)), 0, 50, points=[0.1, 1, 5], limit=300)[0]
    assert shape.mean() == pytest.approx(expected, rel=1e-5)


def test_log_t_with_many_degrees_of_freedom_is_lognormal():
    np.testing.assert_allclose(d.LogT(0.8, 0.5, 1e9, 1e9).ppf(LEVELS), d.Lognormal(0.8, 0.5).ppf(LEVELS), rtol=1e-6)


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


def test_base_class_leaves_everything_to_shapes():
    base = d.Distribution()
    for method in (base.ppf, base.cdf, base.pdf):
        with pytest.raises(NotImplementedError):
            method(0.5)
    with pytest.raises(NotImplementedError):
        base.mean()


finite = st.floats(-1e4, 1e4)
positive = st.floats(1e-2, 1e2)


@st.composite
def shapes(draw):
    low, width = draw(finite), draw(positive)
    mode = low + width * draw(st.floats(0, 1))
    kind = draw(st.sampled_from(["uniform", "normal", "half", "lognormal", "log_t", "tri", "pert", "beta", "q"]))
    match kind:
        case "uniform":
            return d.Uniform(low, low + width)
        case "normal":
            return d.Normal(low, width)
        case "half":
            return d.HalfNormal(width)
        case "lognormal":
            return d.Lognormal(width, draw(st.floats(0.05, 3)))
        case "log_t":
            return d.LogT(width, draw(st.floats(0.05, 2)), draw(st.floats(1, 50)), 3 * width)
        case "tri":
            return d.Triangular(low, min(mode, low + width), low + width)
        case "pert":
            return d.Pert(low, min(mode, low + width), low + width)
        case "beta":
            return d.Beta(draw(st.floats(0.3, 30)), draw(st.floats(0.3, 30)))
        case _:
            steps = draw(st.lists(st.floats(0.1, 5), min_size=2, max_size=6))
            gaps = draw(st.lists(st.floats(0.1, 5), min_size=len(steps), max_size=len(steps)))
            p = np.concatenate([[0.0], np.cumsum(steps) / sum(steps)])
            p[-1] = 1.0
            return d.Quantiles(tuple(p.tolist()), tuple((low + np.concatenate([[0.0], np.cumsum(gaps)])).tolist()))


@QUIET
@given(shapes(), st.floats(0.001, 0.999))
def test_quantile_function_inverts_the_distribution_function(shape, q):
    assert float(shape.cdf(shape.ppf(q))) == pytest.approx(q, abs=1e-6)


@QUIET
@given(shapes(), st.lists(st.floats(0.001, 0.999), min_size=2, max_size=9))
def test_quantiles_increase_and_lie_in_the_support(shape, levels):
    at = shape.ppf(np.sort(levels))
    low, high = shape.support()
    assert np.all(np.diff(at) >= 0)
    assert np.all((at >= low) & (at <= high))


@QUIET
@given(shapes())
def test_a_table_of_the_parameters_gives_the_shape_again(shape):
    table = {"name": shape.name, **shape.parameters()}
    table = {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
    assert d.parse(table) == shape


@pytest.mark.parametrize(("ours", "_"), PAIRS, ids=NAMES)
def test_density_adds_up_to_one(ours, _):
    # Beta(1/2, 1/2) has infinite ends; the share beyond the 0.1 and 99.9 percent points is left out for all.
    low, high = (float(v) for v in ours.ppf([0.001, 0.999]))
    breaks = [v for v in (getattr(ours, "mode", None), *getattr(ours, "values", ())) if v and low < v < high]
    area, _ = integrate.quad(lambda x: float(ours.pdf(x)), low, high, points=breaks or None, limit=200)
    assert area == pytest.approx(0.998, abs=1e-6)


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


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (3, "a distribution is a table with a name"),
        ({"low": 1}, "a distribution is a table with a name"),
        ({"name": "petr"}, "did you mean 'pert'"),
        ({"name": "zzz"}, "use one of point, uniform"),
        ({"name": ["pert"]}, "the distribution must be a known one"),
        ({"name": {}}, "the distribution must be a known one"),
        ({"name": "pert", "low": 0, "mode": 1}, "pert takes the parameters low, mode, high; got low, mode"),
        ({"name": "point"}, "point takes the parameters value; got none"),
        ({"name": "normal", "mean": 0, "sd": 1, "df": 3}, "normal takes the parameters mean, sd"),
        ({"name": "point", "value": "3"}, "value of point must be a finite number"),
        ({"name": "point", "value": True}, "value of point must be a finite number"),
        ({"name": "point", "value": math.nan}, "value of point must be a finite number"),
        ({"name": "point", "value": math.inf}, "value of point must be a finite number"),
        ({"name": "point", "value": 10**400}, "value of point must be a finite number"),
        ({"name": "point", "value": [1.0]}, "value of point must be a finite number"),
        ({"name": "normal", "mean": [1.0, 2.0], "sd": 1}, "mean of normal must be a finite number"),
        ({"name": "pert", "low": [0], "mode": 1, "high": 2}, "low of pert must be a finite number"),
        ({"name": "quantiles", "probabilities": 0.5, "values": [1, 2]}, "must be a list of finite numbers"),
        ({"name": "quantiles", "probabilities": [0, 1], "values": [[1, 2], [3, 4]]}, "must be a list of finite"),
        ({"name": "quantiles", "probabilities": [0, 1], "values": [1, "2"]}, "must be a list of finite numbers"),
    ],
)
def test_tables_that_are_refused(table, message):
    with pytest.raises(AssumptionError, match=message):
        d.parse(table)


def test_everyday_names_of_parameters():
    assert d.parse({"name": "normal", "mean": 1, "sd": 2}).describe() == "normal(mean=1, sd=2)"
    assert d.parse({"name": "lognormal", "median": 1, "sigma": 2}) == d.Lognormal(1.0, 2.0)
    quantiles = d.parse({"name": "quantiles", "probabilities": [0, 1], "values": [2, 3]})
    assert quantiles.describe() == "quantiles(probabilities=[0, 1], values=[2, 3])"
