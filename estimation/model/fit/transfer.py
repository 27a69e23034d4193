"""From one to thousands of observed areas to the centre and spread of all areas, and on to unobserved ones.

The model (METHODS eq. 13, one group, no covariates):

    y_j ~ Binomial(n_j, p_j),    logit p_j ~ Normal(m, s),    s ~ spread_prior,    m ~ centre_prior or flat.

Numerical work is in `quadrature` and `grid`; what the priors must offer in `priors`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from estimation.errors import EstimationError
from estimation.model.fit import posterior_tables
from estimation.model.fit.effects import draw_effects
from estimation.model.fit.grid import Grid, Problem, fit_grid
from estimation.model.fit.priors import SpreadScale, centre_density, spread_scale
from estimation.model.fit.quadrature import BLOCK, DEFAULT, HIGH, Accuracy
from estimation.model.region.exchangeable import exchangeable, unobserved
from estimation.model.region.poststratify import poststratify
from estimation.model.region.random_numbers import Real, Stream
from estimation.model.region.region import Array

__all__ = ["DEFAULT", "HIGH", "Accuracy", "AreaPosterior", "Batch", "Draws", "fit_areas", "fit_many"]

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
_LEAN_CASES = 50  # cases, and people who are none, from which a data set needs fewer nodes
_FIT_BLOCK = 40_000  # areas, or data sets times 100, fitted together: bounds the memory of a batch


@dataclass(frozen=True)
class Draws:
    """Draws from the joint posterior, with a leading axis of B data sets if there are several."""

    centre: Array  # mean of the areas' log-odds, shape (n,)
    spread: Array  # and their standard deviation
    observed_logits: Array  # log-odds of the observed areas, shape (n, J)


@dataclass(frozen=True)
class Batch:
    """Posteriors of B data sets: moments of centre and spread, shape (B,), and quantiles at `LEVELS`, shape (B, 7)."""

    counts: NDArray[np.int64]  # persons, shape (B, J)
    populations: NDArray[np.int64]
    _scale: SpreadScale = field(repr=False)
    _accuracy: Accuracy = field(repr=False)
    _grids: tuple[Grid, ...] = field(repr=False)
    _members: tuple[NDArray[np.int64], ...] = field(repr=False)  # which data sets are in each grid
    centre_mean: Array  # log-odds, as all below
    centre_sd: Array
    centre_quantiles: Array
    spread_mean: Array
    spread_sd: Array
    spread_quantiles: Array

    def draw(self, n: int, rng: np.random.Generator, *, logits: bool = True) -> Draws:
        """Draw `n` times from every posterior: arrays of shape (B, n), (B, n) and (B, n, J), log-odds.

        Spread and centre are drawn by inverting their distribution functions on the grid, interpolated between
        its nodes; the areas' log-odds by exact rejection (see `effects.draw_effects`). Without `logits` these are not
        drawn, and `observed_logits` has no columns.
        """
        B, J = self.counts.shape
        u, r = rng.random((B, n)), rng.standard_normal((B, n))
        centre, spread = np.empty((B, n)), np.empty((B, n))
        for grid, block in zip(self._grids, self._members, strict=True):
            centre[block], spread[block] = posterior_tables.draw(grid, self._scale, self._accuracy, u[block], r[block])
        theta = np.empty((B, n, J if logits else 0))
        if logits:
            chunk = max(1, 16 * BLOCK // J)
            y, size = self.counts.astype(np.float64), self.populations.astype(np.float64)
            for b in range(B):
                for i in range(0, n, chunk):
                    at = slice(i, i + chunk)
                    theta[b, at] = draw_effects(y[b], size[b], centre[b, at, None], spread[b, at, None], rng)
        return Draws(centre, spread, theta)


@dataclass(frozen=True)
class AreaPosterior:
    """Posterior of centre and spread given J observed areas.

    Attributes
    ----------
    counts, populations : ndarray of shape (J,)
        The data (persons).
    batch : Batch
        The same posterior as a batch of one.
    """

    counts: NDArray[np.int64]
    populations: NDArray[np.int64]
    batch: Batch = field(repr=False)

    def summary(self) -> pd.DataFrame:
        """Mean, SD and quantiles of centre and spread, in log-odds.

        Returns
        -------
        DataFrame
            Rows `centre` and `spread`; columns `mean`, `sd`, `q2.5`, `q10`, `q25`, `q50`, `q75`, `q90`, `q97.5`.
        """
        b = self.batch
        rows = {
            "centre": [b.centre_mean[0], b.centre_sd[0], *b.centre_quantiles[0]],
            "spread": [b.spread_mean[0], b.spread_sd[0], *b.spread_quantiles[0]],
        }
        columns = ["mean", "sd", *(f"q{100 * level:g}" for level in LEVELS)]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def draw(self, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` times from the joint posterior: arrays of shape (n,), (n,) and (n, J), log-odds."""
        draws = self.batch.draw(n, rng)
        return Draws(draws.centre[0], draws.spread[0], draws.observed_logits[0])

    def predict_total(self, unobserved_populations: ArrayLike, n: int, rng: np.random.Generator) -> Array:
        """Draw the total count over observed and unobserved areas.

        Parameters
        ----------
        unobserved_populations : array_like of shape (U,)
            Populations of the areas not observed (persons, rounded to whole persons); may be empty.
        n : int
            Number of draws.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        ndarray of shape (n,)
            Persons. Observed areas enter by their counts, without error. Each unobserved area has a rate drawn
            from Normal(centre, spread) in log-odds and a binomial count given that rate.

        Raises
        ------
        EstimationError
            If a population is negative or not finite.

        Notes
        -----
        **Assumes:** unobserved areas differ from observed ones only by chance (exchangeable areas).

        References
        ----------
        METHODS eq. 22.
        """
        sizes = np.asarray(unobserved_populations, dtype=np.float64).ravel()
        bad = sizes[~(np.isfinite(sizes) & (sizes >= 0))]
        if bad.size:
            rule, remedy = "unobserved_populations must be finite and >= 0", "leave out areas without a population"
            raise EstimationError(rule, bad[0], remedy)
        people = np.rint(sizes).astype(np.int64)
        draws = self.batch.draw(n, rng, logits=False)
        total = np.full(n, float(self.counts.sum()))
        if not people.any():
            return total
        every = np.concatenate([self.populations, people])
        region, effects = exchangeable(every, np.arange(self.counts.size), draws.centre[0], draws.spread[0])
        part = unobserved(region)

        def visit(rows: slice, odds_against: Real) -> None:
            share = 1 / (1 + odds_against[:, part.areas].astype(float))
            total[rows] += rng.binomial(people, share).sum(axis=1)

        poststratify(region, [part], effects, Stream(int(rng.integers(2**63))), visit=visit, threads=1)
        return total


def fit_areas(
    counts: ArrayLike,
    populations: ArrayLike,
    *,
    spread_prior: Any,
    centre_prior: Any = None,
    accuracy: Accuracy = DEFAULT,
) -> AreaPosterior:
    """Fit centre and spread of areas' log-odds to J observed areas.

    Parameters
    ----------
    counts, populations : array_like of shape (J,)
        Cases and people of each observed area (persons, whole numbers).
    spread_prior : distribution or float
        Prior of the spread `s` (SD between areas, log-odds): a continuous distribution on (0, inf) with `ppf`, or
        a number for a known spread. It has no default: one area cannot estimate it. It must have a finite mean, as
        a half-Cauchy has not: with it the centre would have none either.
    centre_prior : distribution, optional
        Prior of the centre `m` (log-odds) over the whole line, with `logpdf` or `pdf`, and `ppf`; flat when None.
    accuracy : Accuracy
        Numbers of quadrature nodes.

    Returns
    -------
    AreaPosterior

    Raises
    ------
    EstimationError
        If the data are not counts of people in areas, a prior cannot be used, or the posterior is improper.
    UnreliableError
        If data and spread prior contradict each other so much that the grid cannot hold the posterior.

    Notes
    -----
    The posterior is

        p(m, s | y) ~ p(s) p(m) prod_j integral Binomial(y_j | n_j, expit(m + s e)) phi(e) de.

    Each integral over e is by Gauss-Legendre panels either side of the integrand's mode, as wide as the integrand
    is there (adaptive quadrature in the sense of Naylor and Smith 1982 and Pinheiro and Bates 1995, without
    their assumption of a near-normal integrand, which counts of zero break); the centre given the spread
    likewise. The spread is integrated over its prior's normal scores z, s = Q(Phi(z)).

    With one area and a flat centre the posterior of `s` is its prior and m = logit p_1 - s e: the one area
    says where it is, not where the others are (single-study prediction, Roever and Friede 2026).

    Errors are below 1e-3 posterior SDs with `DEFAULT` and below about 1e-5 with `HIGH` (benchmarks/transfer_speed.py),
    given a centre prior that is flat or has tails like a normal or logistic; with power-law tails (a t distribution)
    and no case in any area they reach 1e-2.

    **Assumes:** areas are exchangeable given centre and spread.
    **Assumes:** log-odds of areas are normal around the centre.
    **Assumes:** counts are binomial given an area's rate: no missed or doubled records.

    References
    ----------
    METHODS eq. 13, 14, 15, 16, 21.
    Roever and Friede 2026, doi:10.1017/rsm.2026.10081.
    Pinheiro and Bates 1995, doi:10.1080/10618600.1995.10474663, section 2.4.
    Naylor and Smith 1982, doi:10.2307/2347995, section 3.

    Examples
    --------
    >>> from scipy import stats
    >>> fit = fit_areas([120], [1000], spread_prior=stats.halfnorm(scale=0.5))
    >>> round(float(fit.summary().loc["centre", "q50"]), 2)
    -2.0
    """
    y, size = np.asarray(counts), np.asarray(populations)
    if y.ndim != 1 or y.shape != size.shape:
        raise EstimationError(
            "counts and populations must be one-dimensional and of the same length",
            f"shapes {y.shape} and {size.shape}",
            "pass one count and one population per area; fit_many takes several data sets",
        )
    batch = fit_many(y[None, :], size[None, :], spread_prior=spread_prior, centre_prior=centre_prior, accuracy=accuracy)
    return AreaPosterior(batch.counts[0], batch.populations[0], batch)


def fit_many(
    counts: ArrayLike,
    populations: ArrayLike,
    *,
    spread_prior: Any,
    centre_prior: Any = None,
    accuracy: Accuracy = DEFAULT,
) -> Batch:
    """Fit B data sets of J areas each: as `fit_areas`, with arrays of shape (B, J) and the same priors for all.

    **Assumes:** as in `fit_areas`, in every data set.
    """
    y, size = _check(np.asarray(counts), np.asarray(populations))
    scale, centre = spread_scale(spread_prior), centre_density(centre_prior)
    if centre.log_density is None:
        empty = (y == 0).all(axis=1) | (y == size).all(axis=1)
        if empty.any():
            raise EstimationError(
                "with a flat centre some area must have a case and some area a person who is none",
                f"counts {y[empty][0].tolist()[:5]} of {size[empty][0].tolist()[:5]}",
                "pass centre_prior: the posterior is improper without it",
            )
    # With many cases the centre given the spread is nearly normal, and fewer nodes do.
    cases, others = y.sum(axis=1), (size - y).sum(axis=1)
    lean = np.minimum(cases, others) >= _LEAN_CASES
    rows = max(1, _FIT_BLOCK // max(y.shape[1], 100))
    grids, members = [], []
    for chosen in (False, True):
        some, detail = np.flatnonzero(lean == chosen), accuracy.suited(y.shape[1], many_cases=chosen)
        for i in range(0, some.size, rows):
            block = some[i : i + rows]
            problem = Problem(y[block].astype(np.float64), size[block].astype(np.float64), centre, detail)
            grids.append(fit_grid(problem, scale))
            members.append(block)
    parts = [posterior_tables.summarise(grid, scale, accuracy, np.asarray(LEVELS)) for grid in grids]
    order = np.argsort(np.concatenate(members))
    found = (np.concatenate(part)[order] for part in zip(*parts, strict=True))
    return Batch(y, size, scale, accuracy, tuple(grids), tuple(members), *found)


def _check(y: NDArray[Any], size: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Counts and populations as whole numbers of shape (B, J), or the rule they break."""
    if y.ndim != 2 or y.shape != size.shape:
        raise EstimationError(
            "counts and populations must have the same shape (data sets, areas)",
            f"shapes {y.shape} and {size.shape}",
            "pass two arrays of shape (B, J)",
        )
    if y.size == 0:
        raise EstimationError("at least one area must be observed", f"shape {y.shape}", "pass one count or more")
    for name, values in (("counts", y), ("populations", size)):
        if not (np.issubdtype(values.dtype, np.number) and np.isrealobj(values)):
            raise EstimationError(f"{name} must be numbers", values.dtype, "pass whole numbers of persons")
        whole = np.isfinite(values) & (values == np.floor(values))
        if not whole.all():
            raise EstimationError(
                f"{name} must be whole numbers of persons", values[~whole][0], "round them, or drop areas without data"
            )
    y, size = y.astype(np.int64), size.astype(np.int64)
    if (size <= 0).any():
        raise EstimationError("populations must be above 0", size[size <= 0][0], "drop areas without people")
    if (y < 0).any():
        raise EstimationError("counts must be 0 or more", y[y < 0][0], "check the sign")
    if (y > size).any():
        at = y > size
        raise EstimationError(
            "a count must not exceed its population",
            f"{y[at][0]} of {size[at][0]}",
            "count and population must be on the same basis",
        )
    return y, size
