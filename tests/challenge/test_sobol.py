import re

import numpy as np
import pytest
from analytic import G_FIRST, G_TOTAL, ISHIGAMI_FIRST, ISHIGAMI_TOTAL, g_function, ishigami
from SALib.analyze import sobol as salib_sobol
from scipy import stats

from estimation.challenge.sensitivity import sobol
from estimation.errors import EstimationError, UnreliableError


def take(a, b, name):
    mixed = a.copy()
    mixed[:, int(name)] = b[:, int(name)]
    return mixed


def indices(function, size, base, seed, progress=None):
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, base, size))
    return sobol.run(function, a, b, take, names=[str(i) for i in range(size)], rng=rng, progress=progress)


@pytest.mark.parametrize(
    ("function", "first", "total"), [(ishigami, ISHIGAMI_FIRST, ISHIGAMI_TOTAL), (g_function, G_FIRST, G_TOTAL)]
)
def test_analytic_indices_lie_within_the_intervals(function, first, total):
    # Of 40 runs, 95% intervals should hold the truth in 38 on average; below 32 has a chance under 0.1%. An index of
    # next to nothing is left out: its estimate is skewed.
    held = np.zeros((2, first.size))
    for seed in range(40):
        table = indices(function, first.size, 4096, seed).table
        held[0] += (table["first_low"] <= first) & (first <= table["first_high"])
        held[1] += (table["total_low"] <= total) & (total <= table["total_high"])
    assert (held[:, total > 0.01] >= 32).all()
    assert (held[:, total > 0.01].mean() / 40) > 0.9
    large = indices(function, first.size, 2**16, 7).table
    np.testing.assert_allclose(large["first"], first, atol=0.02)
    np.testing.assert_allclose(large["total"], total, atol=0.02)


def test_the_estimates_are_those_of_scipy():
    # scipy.stats.sobol_indices (1.17), which uses the same estimators; outputs passed to it, so that samples agree.
    rng = np.random.default_rng(5)
    a, b = rng.random((2, 2048, 3))
    outputs = [ishigami(sample) for sample in (a, b, *(take(a, b, str(i)) for i in range(3)))]
    theirs = stats.sobol_indices(
        func={"f_A": outputs[0][None], "f_B": outputs[1][None], "f_AB": np.stack(outputs[2:])[:, None]}, n=2048
    )
    ours = sobol.estimate(*outputs[:2], np.stack(outputs[2:]), names=["0", "1", "2"], rng=rng).table
    np.testing.assert_allclose(ours["first"], np.ravel(theirs.first_order), atol=2e-3)
    np.testing.assert_allclose(ours["total"], np.ravel(theirs.total_order), atol=2e-3)


@pytest.mark.parametrize("function", [ishigami, g_function])
def test_estimates_and_intervals_are_those_of_salib(function):
    # SALib 1.5, `analyze.sobol` with its own order of outputs: A, A with each input from B, B, row by row. It uses the
    # same estimators on standardised outputs; its intervals are normal ones of a bootstrap over rows.
    size = 3 if function is ishigami else G_TOTAL.size
    rng = np.random.default_rng(6)
    a, b = rng.random((2, 2**12, size))
    mixed = [function(take(a, b, str(i))) for i in range(size)]
    f_a, f_b = function(a), function(b)
    problem = {"num_vars": size, "names": [f"x{i}" for i in range(size)], "bounds": [[0, 1]] * size}
    theirs = salib_sobol.analyze(
        problem, np.column_stack([f_a, *mixed, f_b]).ravel(), calc_second_order=False, num_resamples=200, seed=1
    )
    ours = sobol.estimate(f_a, f_b, np.stack(mixed), names=problem["names"], rng=rng).table
    for kind, key in (("first", "S1"), ("total", "ST")):
        np.testing.assert_allclose(ours[kind], theirs[key], atol=2e-3)
        half = (ours[f"{kind}_high"] - ours[f"{kind}_low"]) / 2
        # Two bootstraps of a half-width: SALib's error is 1 / sqrt(2 * 200) = 5%, ours from 128 blocks 6%.
        np.testing.assert_allclose(half, theirs[f"{key}_conf"], rtol=0.3, atol=2e-3)


def test_says_whether_the_sample_is_enough():
    small, large = (indices(ishigami, 3, base, 1) for base in (512, 2**15))
    assert small.needed > 512
    with pytest.raises(UnreliableError, match=r"known to within 0.05; got .* at a base sample of 512. Do this: raise"):
        small.require_enough()
    large.require_enough()
    # The sample it asked for is enough, give or take the error of a width.
    indices(ishigami, 3, 2 * small.needed, 2).require_enough()


def test_progress_counts_every_evaluation():
    seen = []
    indices(ishigami, 3, 512, 1, progress=seen.append)
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("f_a", "f_ab", "message"),
    [
        (np.ones(300), np.ones((2, 300)), "shapes (N,), (N,) and (inputs, N)"),
        (np.ones(100), np.ones((1, 100)), "at least two rows a block; got 100"),
        (np.full(300, np.nan), np.ones((1, 300)), "output must be finite everywhere"),
        (np.ones(300), np.ones((1, 300)), "the output must vary; got a constant"),
    ],
)
def test_refusals(f_a, f_ab, message):
    with pytest.raises(EstimationError, match=re.escape(message)):
        sobol.estimate(f_a, f_a, f_ab, names=["x"], rng=np.random.default_rng(1))
