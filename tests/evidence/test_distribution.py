"""What every distribution offers, for all shapes alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.evidence.distributions import distributions as d

QUIET = settings(deadline=None, derandomize=True, max_examples=60)


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
