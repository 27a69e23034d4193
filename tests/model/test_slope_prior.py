"""The prior of the slope on size: what it is fitted to, the fit, and the spread that is left."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import StudentT
from estimation.evidence.tables import sources
from estimation.model.spread.family_votes import fit_normal, votes
from estimation.model.spread.marginal import log_marginal
from estimation.model.spread.register_priors import slope_entry
from estimation.model.spread.slope_prior import RESIDUAL, fit_slope_prior, with_residual_spread

EVIDENCE = sources.load()
SLOPES, SETS, AREAS = (EVIDENCE.table(f"reference_{name}") for name in ("slopes", "sets", "areas"))
HELD = [name for name in SLOPES.loc[SLOPES["note"] == "", "dataset"] if name in set(AREAS["dataset"])]


@pytest.mark.parametrize("dataset", HELD)
def test_published_slopes_and_residual_spreads_are_those_of_the_rows_held(dataset):
    """Maximum likelihood of y_i ~ Binomial(n_i, expit(m + b x_i + tau z_i)) by a general optimiser.

    Only the likelihood of one area is the library's; x is log population less its mean, and the standard error of the
    slope is that of the curvature at the maximum.
    """
    rows = AREAS[AREAS["dataset"] == dataset]
    y, n = rows["count"].to_numpy(float), rows["population"].to_numpy(float)
    x = np.log(n) - np.log(n).mean()
    stated = SLOPES.set_index("dataset").loc[dataset]

    def lack_of_fit(at):
        return -log_marginal(y, n, at[0] + at[1] * x, np.exp(at[2])).log_likelihood.sum()

    start = [np.log(y.sum() / (n - y).sum()), 0.0, np.log(stated[RESIDUAL])]
    found = optimize.minimize(lack_of_fit, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    assert found.x[1] == pytest.approx(stated["slope"], abs=0.0015)
    assert np.exp(found.x[2]) == pytest.approx(stated[RESIDUAL], rel=2e-3, abs=6e-4)
    step = np.array([1e-3, 1e-3, 1e-3])
    hessian = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            a, b = np.eye(3)[i] * step[i], np.eye(3)[j] * step[j]
            corners = [lack_of_fit(found.x + p * a + q * b) * p * q for p in (1, -1) for q in (1, -1)]
            hessian[i, j] = sum(corners) / (4 * step[i] * step[j])
    assert np.sqrt(np.linalg.inv(hessian)[1, 1]) == pytest.approx(stated["slope_se"], abs=0.0015, rel=0.03)


def test_the_rows_held_are_of_a_dozen_systems():
    assert len(HELD) == 12
    assert SLOPES["sd_log_population"].between(0.5, 3).all()


def test_the_prior_is_that_of_the_evidence():
    # Stated with the second round of evidence: 18 families, one vote each, SD about zero 0.29 with errors taken out.
    every = fit_slope_prior(SLOPES)
    assert (round(every.scale, 2), every.df) == (0.30, 18.0)
    assert slope_entry(SLOPES) == StudentT(0.295, 17.0)
    # The family whose rates run most with size weighs most.
    assert slope_entry(SLOPES, without=["philippines"]) == StudentT(0.214, 16.0)


def test_scale_is_where_the_likelihood_is_highest():
    w, error = votes(SLOPES["family"]).tolist(), SLOPES["slope_se"]

    def value(scale):
        return np.dot(w, stats.norm.logpdf(SLOPES["slope"], 0.0, np.hypot(scale, error)))

    grid = np.linspace(0.05, 1.0, 9501)
    best = grid[np.argmax([value(scale) for scale in grid])]
    assert fit_slope_prior(SLOPES).scale == pytest.approx(best, abs=2e-4)


def test_without_errors_the_scale_is_the_root_mean_square_of_the_votes():
    # Derivation: families a, b (two sets): (0.4^2 + (0.1^2 + 0.3^2) / 2) / 2 = 0.105.
    slopes = pd.DataFrame({"family": ["a", "b", "b"], "slope": [0.4, 0.1, -0.3], "slope_se": 0.0})
    fitted = fit_slope_prior(slopes)
    assert (fitted.scale, fitted.df) == (pytest.approx(np.sqrt(0.105)), 2.0)
    # Its predictive is that of normals about zero of which the scale has density 1 / scale: t with as many degrees.
    rng = np.random.default_rng(1)
    scale = np.sqrt(2 * 0.105 / rng.chisquare(2, 200_000))
    drawn = scale * rng.standard_normal(200_000)
    assert (drawn < fitted.ppf(0.9)).mean() == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 200_000))


def test_a_mean_that_is_given_costs_no_degree_of_freedom():
    values, w, none = np.array([1.0, 2.0, 4.0]), np.ones(3), np.zeros(3)
    mean, sigma, error = fit_normal(values, w, none)
    assert (mean, sigma, error) == pytest.approx((7 / 3, values.std(ddof=1), values.std(ddof=1) / np.sqrt(3)))
    assert fit_normal(values, w, none, mean=2.0) == pytest.approx((2.0, np.sqrt(5 / 3), 0.0))


def test_one_family_is_too_few():
    slopes = pd.DataFrame({"family": ["a", "a"], "slope": [0.4, 0.1], "slope_se": 0.1})
    with pytest.raises(EstimationError, match="at least two families"):
        fit_slope_prior(slopes)


def test_residual_spread_is_that_of_the_slope_or_else_the_whole():
    table = with_residual_spread(SETS, SLOPES).set_index("dataset")
    known = table.index.isin(SLOPES["dataset"])
    assert (table.loc[~known, RESIDUAL] == table.loc[~known, "tau"]).all()
    # Derivation: a slope takes up variance; 0.088 is printed to three places and its tau to five.
    assert (table.loc[known, RESIDUAL] <= table.loc[known, "tau"] + 5e-4).all()
    assert table.loc["philippines_drugwar_killed_2016_20", RESIDUAL] == 0.820
