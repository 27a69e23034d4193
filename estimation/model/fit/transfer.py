"""From one to thousands of observed areas to the centre and spread of all areas, and on to unobserved ones.

The model (METHODS eq. 13, one group):

    y_j ~ Binomial(n_j, p_j),    logit p_j ~ Normal(m + x_j b, s),
    s ~ spread_prior,    m ~ centre_prior or flat,    b ~ slope_prior for covariates x, if there are any.

Numerical work is in `quadrature`, `grid` and `slopes`; what the priors must offer in `priors` and `slopes`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from estimation.errors import EstimationError
from estimation.model.fit import posterior_tables
from estimation.model.fit.effects import draw_effects
from estimation.model.fit.grid import Grid, Problem, fit_grid
from estimation.model.fit.priors import Centre, SpreadScale, centre_density, spread_scale
from estimation.model.fit.quadrature import BLOCK, DEFAULT, HIGH, Accuracy
from estimation.model.fit.slopes import SlopeNodes, locate, refined, slope_scale
from estimation.model.proportion import empirical_logit
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

    centre: Array  # mean of the log-odds of areas whose covariates are those of the observed on average, shape (n,)
    spread: Array  # and their standard deviation
    observed_logits: Array  # log-odds of the observed areas, shape (n, J)
    slopes: Array  # log-odds per unit of each covariate, shape (n, C)


@dataclass(frozen=True)
class Batch:
    """Posteriors of B data sets: moments of centre and spread, shape (B,), and quantiles at `LEVELS`, shape (B, 7)."""

    counts: NDArray[np.int64]  # persons, shape (B, J)
    populations: NDArray[np.int64]
    covariates: Array = field(repr=False)  # less their mean over a data set's areas, shape (B, J, C)
    _scale: SpreadScale = field(repr=False)
    _accuracy: Accuracy = field(repr=False)
    _nodes: SlopeNodes = field(repr=False)
    _grids: tuple[Grid, ...] = field(repr=False)  # of P rows for each data set, one for each node of its slopes
    _members: tuple[NDArray[np.int64], ...] = field(repr=False)  # which data sets are in each grid
    centre_mean: Array  # log-odds, as all below
    centre_sd: Array
    centre_quantiles: Array
    spread_mean: Array
    spread_sd: Array
    spread_quantiles: Array
    slope_mean: Array  # per unit of the covariates, shape (B, C)
    slope_sd: Array
    slope_quantiles: Array  # shape (B, C, 7)

    def draw(self, n: int, rng: np.random.Generator, *, logits: bool = True) -> Draws:
        """Draw `n` times from every posterior: arrays of shape (B, n), (B, n), (B, n, J) and (B, n, C), log-odds.

        Slopes are drawn by inverting their distribution functions, interpolated between their nodes; spread and centre
        likewise at each of these nodes, with the same numbers, and then between the nodes; the areas' log-odds by
        exact rejection (see `effects.draw_effects`). Without `logits` these are not drawn, and `observed_logits` has
        no columns.
        """
        B, J = self.counts.shape
        P, C = self._nodes.size, self.covariates.shape[2]
        u, r = rng.random((B, n)), rng.standard_normal((B, n))
        centre, spread, slopes = np.empty((B, n)), np.empty((B, n)), np.empty((B, n, C))
        # A slope that is known takes no random numbers.
        unknown = any(not self._nodes.scale.known(column) for column in range(C))
        u_slopes = rng.random((B, n, C)) if unknown else np.zeros((B, n, C))
        for grid, block in zip(self._grids, self._members, strict=True):
            if P == 1:
                centre[block], spread[block] = self._draw(grid, u[block], r[block])
            for row, b in enumerate(block):
                slopes[b], W = self._nodes.draw(b, self._accuracy.fine_spread, u_slopes[b])
                if P > 1:
                    own = posterior_tables.rows_of(grid, slice(row * P, row * P + P))
                    centres, spreads = self._draw(own, u[b], r[b])
                    centre[b] = np.einsum("np,pn->n", W, centres)
                    known = self._scale.known
                    spread[b] = spreads[0] if known else np.exp(np.einsum("np,pn->n", W, np.log(spreads)))
        theta = np.empty((B, n, J if logits else 0))
        if logits:
            chunk = max(1, 16 * BLOCK // J)
            y, size = self.counts.astype(np.float64), self.populations.astype(np.float64)
            for b in range(B):
                for i in range(0, n, chunk):
                    at = slice(i, i + chunk)
                    own_centre = centre[b, at, None] + slopes[b, at] @ self.covariates[b].T
                    theta[b, at] = draw_effects(y[b], size[b], own_centre, spread[b, at, None], rng)
        return Draws(centre, spread, theta, slopes)

    def _draw(self, grid: Grid, u: Array, r: Array) -> tuple[Array, Array]:
        return posterior_tables.draw(grid, self._scale, self._accuracy, u, r)


@dataclass(frozen=True)
class AreaPosterior:
    """Posterior of centre and spread given J observed areas, and of the slopes on their covariates.

    Attributes
    ----------
    counts, populations : ndarray of shape (J,)
        The data (persons).
    covariates : ndarray of shape (J, C)
        As given.
    batch : Batch
        The same posterior as a batch of one.
    """

    counts: NDArray[np.int64]
    populations: NDArray[np.int64]
    covariates: Array
    batch: Batch = field(repr=False)

    def summary(self) -> pd.DataFrame:
        """Mean, SD and quantiles of centre, spread and slopes, in log-odds.

        Returns
        -------
        DataFrame
            Rows `centre`, `spread` and, with covariates, `slope 1` and so on; columns `mean`, `sd`, `q2.5`, `q10`,
            `q25`, `q50`, `q75`, `q90`, `q97.5`.
        """
        b = self.batch
        rows = {
            "centre": [b.centre_mean[0], b.centre_sd[0], *b.centre_quantiles[0]],
            "spread": [b.spread_mean[0], b.spread_sd[0], *b.spread_quantiles[0]],
        }
        for column in range(b.covariates.shape[2]):
            own = (b.slope_mean[0, column], b.slope_sd[0, column], *b.slope_quantiles[0, column])
            rows[f"slope {column + 1}"] = list(own)
        columns = ["mean", "sd", *(f"q{100 * level:g}" for level in LEVELS)]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def draw(self, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` times from the joint posterior: arrays of shape (n,), (n,), (n, J) and (n, C), log-odds."""
        draws = self.batch.draw(n, rng)
        return Draws(draws.centre[0], draws.spread[0], draws.observed_logits[0], draws.slopes[0])

    def predict_total(
        self,
        unobserved_populations: ArrayLike,
        n: int,
        rng: np.random.Generator,
        *,
        covariates: ArrayLike | None = None,
    ) -> Array:
        """Draw the total count over observed and unobserved areas.

        Parameters
        ----------
        unobserved_populations : array_like of shape (U,)
            Populations of the areas not observed (persons, rounded to whole persons); may be empty.
        n : int
            Number of draws.
        rng : numpy.random.Generator
            Source of randomness.
        covariates : array_like of shape (U,) or (U, C)
            Of the areas not observed, in the units of those of the fit; none if the fit has none.

        Returns
        -------
        ndarray of shape (n,)
            Persons. Observed areas enter by their counts, without error. Each unobserved area has a rate drawn
            from Normal(centre + slopes * covariates, spread) in log-odds, covariates less their mean over the observed
            areas, and a binomial count given that rate.

        Raises
        ------
        EstimationError
            If a population is negative or not finite, or covariates are not those of the fit.

        Notes
        -----
        **Assumes:** unobserved areas differ from observed ones only by chance, given the covariates.

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
        x = _covariates(covariates, people.shape)
        if x.shape[1] != self.covariates.shape[1]:
            raise EstimationError(
                "unobserved areas need the covariates of the fit",
                f"{x.shape[1]}, where the fit has {self.covariates.shape[1]}",
                "pass covariates= to both, or to neither",
            )
        draws = self.batch.draw(n, rng, logits=False)
        total = np.full(n, float(self.counts.sum()))
        if not people.any():
            return total
        every = np.concatenate([self.populations, people])
        region, effects = exchangeable(
            every,
            np.arange(self.counts.size),
            draws.centre[0],
            draws.spread[0],
            covariates=np.concatenate([self.covariates, x]),
            slopes=draws.slopes[0],
        )
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
    covariates: ArrayLike | None = None,
    slope_prior: Any = None,
    accuracy: Accuracy = DEFAULT,
) -> AreaPosterior:
    """Fit centre and spread of areas' log-odds to J observed areas, and the slopes on what is known of the areas.

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
    covariates : array_like of shape (J,) or (J, C), optional
        What is known of each area, such as the logarithm of its population. Their mean over the observed areas is taken
        off: the centre is that of an area like those. They are not scaled, for a slope's prior is per unit.
    slope_prior : distribution, float, or list of these
        Prior of the slopes `b` (log-odds per unit): a continuous distribution with `ppf`, or a number for a known
        slope; a list has one for each covariate. It has no default.
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

        p(m, s, b | y) ~ p(s) p(m) p(b) prod_j integral Binomial(y_j | n_j, expit(m + x_j b + s e)) phi(e) de.

    Each integral over e is by Gauss-Legendre panels either side of the integrand's mode, as wide as the integrand
    is there (adaptive quadrature in the sense of Naylor and Smith 1982 and Pinheiro and Bates 1995, without
    their assumption of a near-normal integrand, which counts of zero break); the centre given the spread
    likewise. The spread is integrated over its prior's normal scores z, s = Q(Phi(z)), and so is each slope, on nodes
    of which there are so many for every further covariate: two take seconds, four too long.

    With one area and a flat centre the posterior of `s` is its prior and m = logit p_1 - s e: the one area
    says where it is, not where the others are (single-study prediction, Roever and Friede 2026). Nor does it speak of
    a slope, which keeps its prior.

    Errors are below 1e-3 posterior SDs with `DEFAULT` and below about 1e-5 with `HIGH` (benchmarks/transfer_speed.py),
    given a centre prior that is flat or has tails like a normal or logistic; with power-law tails (a t distribution)
    and no case in any area they reach 1e-2.

    **Assumes:** areas are exchangeable given centre, spread and covariates.
    **Assumes:** log-odds of areas are normal around the centre, which moves with the covariates in a straight line.
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
    x = _covariates(covariates, y.shape)
    batch = fit_many(
        y[None, :],
        size[None, :],
        spread_prior=spread_prior,
        centre_prior=centre_prior,
        covariates=None if covariates is None else x[None],
        slope_prior=slope_prior,
        accuracy=accuracy,
    )
    return AreaPosterior(batch.counts[0], batch.populations[0], x, batch)


def fit_many(
    counts: ArrayLike,
    populations: ArrayLike,
    *,
    spread_prior: Any,
    centre_prior: Any = None,
    covariates: ArrayLike | None = None,
    slope_prior: Any = None,
    accuracy: Accuracy = DEFAULT,
) -> Batch:
    """Fit B data sets of J areas each: as `fit_areas`, with arrays of shape (B, J) and the same priors for all.

    Covariates have shape (B, J) or (B, J, C).

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
    x = _covariates(covariates, y.shape)
    x = x - x.mean(axis=1, keepdims=True)
    if (covariates is None) != (slope_prior is None):
        rule = "covariates need slope_prior, which has no default, and slope_prior needs covariates"
        raise EstimationError(rule, f"slope_prior {slope_prior}", "pass both or neither")
    slopes = slope_scale(slope_prior, x.shape[2])
    parts: list[tuple[Grid, NDArray[np.int64]]] = []
    latest = np.zeros(len(y), dtype=np.int64)  # the first of the parts that count for each data set

    def fit(sets: NDArray[np.int64], at: Array) -> Array:
        """Fit data sets with slopes (R, P, C), and the log of the evidence, shape (R * P,)."""
        offset = np.einsum("rpc,rjc->rpj", at, x[sets])
        latest[sets] = len(parts)
        evidence = np.empty(at.shape[:2])
        for grid, rows in _fit(y[sets], size[sets], offset, centre, scale, accuracy):
            if nodes.size > 1:
                evidence[rows] = posterior_tables.log_evidence(grid, scale, accuracy).reshape(len(rows), -1)
            parts.append((grid, sets[rows]))
        return evidence.ravel() if nodes.size > 1 else np.zeros(len(sets))

    log_odds, variance = empirical_logit(y.astype(np.float64), size.astype(np.float64))
    nodes = locate(log_odds, variance, x, slopes, scale, accuracy)
    nodes = refined(nodes, fit, accuracy.log_drop)
    weights, grids, members = nodes.weights, [], []
    for number, (grid, sets) in enumerate(parts):
        kept = np.flatnonzero(latest[sets] <= number)
        if kept.size:
            rows = (kept[:, None] * nodes.size + np.arange(nodes.size)).ravel()
            grids.append(grid if kept.size == sets.size else posterior_tables.rows_of(grid, rows))
            members.append(sets[kept])
    levels = np.asarray(LEVELS)
    found = [
        posterior_tables.summarise(grid, scale, accuracy, levels, weights[sets])
        for grid, sets in zip(grids, members, strict=True)
    ]
    order = np.argsort(np.concatenate(members))
    summary = [np.concatenate(part)[order] for part in zip(*found, strict=True)]
    summary += nodes.summary(accuracy.fine_spread, levels)
    return Batch(y, size, x, scale, accuracy, nodes, tuple(grids), tuple(members), *summary)


def _fit(
    y: NDArray[np.int64], size: NDArray[np.int64], offset: Array, centre: Centre, scale: SpreadScale, accuracy: Accuracy
) -> Iterator[tuple[Grid, NDArray[np.int64]]]:
    """Grids of data sets (B, J) with areas `offset` (B, P, J) above the centre, P rows each, and which are in each."""
    P = offset.shape[1]
    # With many cases the centre given the spread is nearly normal, and fewer nodes do.
    lean = np.minimum(y.sum(axis=1), (size - y).sum(axis=1)) >= _LEAN_CASES
    rows = max(1, _FIT_BLOCK // (max(y.shape[1], 100) * P))
    for chosen in (False, True):
        some, detail = np.flatnonzero(lean == chosen), accuracy.suited(y.shape[1], many_cases=chosen)
        for i in range(0, some.size, rows):
            block = some[i : i + rows]
            cases, people = (np.repeat(each[block].astype(np.float64), P, axis=0) for each in (y, size))
            own = offset[block].reshape(-1, y.shape[1])
            yield fit_grid(Problem(cases, people, centre, detail, own if own.any() else None), scale), block


def _covariates(values: ArrayLike | None, areas: tuple[int, ...]) -> Array:
    """Covariates of areas of shape (..., J) as numbers of shape (..., J, C), C = 0 for None."""
    if values is None:
        return np.empty((*areas, 0))
    x = np.asarray(values, dtype=np.float64)
    x = x[..., None] if x.ndim == len(areas) else x
    if x.shape[:-1] != areas:
        raise EstimationError(
            "covariates need a value for every area", f"shape {x.shape} for {areas}", "give (areas,) or (areas, C)"
        )
    if not np.isfinite(x).all():
        raise EstimationError(
            "covariates must be finite", x[~np.isfinite(x)][0], "drop areas of which they are unknown"
        )
    return x


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
