"""From one to thousands of observed areas to the centre and spread of all areas, and on to unobserved ones.

The model (DESIGN section 3, one group, no covariates):

    y_j ~ Binomial(n_j, p_j),    logit p_j ~ Normal(m, s),    s ~ spread_prior,    m ~ centre_prior or flat.

Numerical work is in `quadrature` and `grid`; what the priors must offer in `priors`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates
from scipy.special import expit, ndtr, ndtri

from estimation.errors import EstimationError
from estimation.model.effects import draw_effects
from estimation.model.grid import FINE, FINE_SPREAD, Grid, fit_grid
from estimation.model.priors import Centre, SpreadScale, centre_density, spread_scale
from estimation.model.quadrature import BLOCK, DEFAULT, HIGH, Accuracy, Array

__all__ = ["DEFAULT", "HIGH", "Accuracy", "AreaPosterior", "Batch", "Draws", "fit_areas", "fit_many"]

LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
SCORES = np.linspace(-6.0, 6.0, 49)  # normal scores at which the centre given the spread is tabulated for draws
FIT_BLOCK = 4_000_000  # elements of the largest array of a block of fits


@dataclass(frozen=True)
class Draws:
    """Draws from the joint posterior.

    Attributes
    ----------
    centre, spread : ndarray of shape (n,)
        Centre and spread of the areas' log-odds.
    observed_logits : ndarray of shape (n, J)
        Log-odds of the observed areas.
    """

    centre: Array
    spread: Array
    observed_logits: Array


@dataclass(frozen=True)
class Batch:
    """Posteriors of B data sets.

    Attributes
    ----------
    counts, populations : ndarray of shape (B, J)
        The data (persons).
    levels : tuple of float
        Levels of the quantiles.
    centre_mean, centre_sd, spread_mean, spread_sd : ndarray of shape (B,)
        Moments of centre and spread (log-odds).
    centre_quantiles, spread_quantiles : ndarray of shape (B, 7)
        Quantiles at `levels` (log-odds).
    """

    counts: NDArray[np.int64]
    populations: NDArray[np.int64]
    levels: tuple[float, ...]
    centre_mean: Array
    centre_sd: Array
    spread_mean: Array
    spread_sd: Array
    centre_quantiles: Array
    spread_quantiles: Array
    _scale: SpreadScale = field(repr=False)
    _centre: Centre = field(repr=False)
    _grids: tuple[Grid, ...] = field(repr=False)

    def draw(self, n: int, rng: np.random.Generator, *, logits: bool = True) -> Draws:
        """Draw from every posterior.

        Parameters
        ----------
        n : int
            Draws per data set.
        rng : numpy.random.Generator
            Source of randomness.
        logits : bool
            Whether to draw the observed areas' log-odds too; without them `observed_logits` has no columns.

        Returns
        -------
        Draws
            Arrays of shape (B, n), (B, n) and (B, n, J).

        Notes
        -----
        Spread and centre are drawn by inverting their distribution functions on the grid, interpolated between
        its nodes; the areas' log-odds by exact rejection (see `effects.draw_effects`).
        """
        B, J = self.counts.shape
        u, r = rng.random((B, n)), rng.standard_normal((B, n))
        parts = [
            _draw_centre_spread(grid, self._scale, u_block, r_block)
            for grid, u_block, r_block in _split(self._grids, u, r)
        ]
        centre = np.concatenate([part[0] for part in parts])
        spread = np.concatenate([part[1] for part in parts])
        theta = np.empty((B, n, J if logits else 0))
        if logits:
            rows = max(1, 16 * BLOCK // J)
            y, size = self.counts.astype(np.float64), self.populations.astype(np.float64)
            for b in range(B):
                for i in range(0, n, rows):
                    at = slice(i, i + rows)
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
        """Mean, SD and quantiles (2.5 to 97.5 %) of centre and spread, in log-odds.

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
        columns = ["mean", "sd", *(f"q{100 * level:g}" for level in b.levels)]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns)

    def draw(self, n: int, rng: np.random.Generator) -> Draws:
        """Draw `n` times from the joint posterior of centre, spread and the observed areas' log-odds.

        Parameters
        ----------
        n : int
            Number of draws.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        Draws
            Arrays of shape (n,), (n,) and (n, J), log-odds.
        """
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
        """
        sizes = np.asarray(unobserved_populations, dtype=np.float64).ravel()
        if not (np.isfinite(sizes) & (sizes >= 0)).all():
            raise EstimationError(
                "unobserved_populations must be finite and >= 0",
                sizes[~(np.isfinite(sizes) & (sizes >= 0))][0],
                "leave out areas without a population",
            )
        people = np.rint(sizes).astype(np.int64)
        draws = self.batch.draw(n, rng, logits=False)
        total = np.full(n, float(self.counts.sum()))
        if people.size:
            rows = max(1, 16 * BLOCK // people.size)
            for i in range(0, n, rows):
                m, s = draws.centre[0, i : i + rows, None], draws.spread[0, i : i + rows, None]
                share = expit(m + s * rng.standard_normal((m.size, people.size)))
                total[i : i + rows] += rng.binomial(people, share).sum(axis=1)
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
        a number for a known spread. It has no default: one area cannot estimate it.
    centre_prior : distribution, optional
        Prior of the centre `m` (log-odds) with `logpdf` or `pdf`, and `ppf`; flat when None.
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

    **Assumes:** areas are exchangeable given centre and spread.
    **Assumes:** log-odds of areas are normal around the centre.
    **Assumes:** counts are binomial given an area's rate: no missed or doubled records.

    References
    ----------
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
    """Fit B data sets of J areas each; as `fit_areas`, for arrays of shape (B, J).

    Parameters
    ----------
    counts, populations : array_like of shape (B, J)
        Cases and people (persons, whole numbers).
    spread_prior, centre_prior, accuracy
        As in `fit_areas`; the same for all data sets.

    Returns
    -------
    Batch

    Raises
    ------
    EstimationError, UnreliableError
        As in `fit_areas`.

    Notes
    -----
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
    B, J = y.shape
    rows = max(1, FIT_BLOCK // (accuracy.spread_nodes * max(2 * FINE + 1, J, 8 * accuracy.centre_nodes)))
    grids = tuple(
        fit_grid(y[i : i + rows].astype(np.float64), size[i : i + rows].astype(np.float64), scale, centre, accuracy)
        for i in range(0, B, rows)
    )
    parts = [_summarise(grid, scale) for grid in grids]
    moments = [np.concatenate([part[k] for part in parts]) for k in range(6)]
    return Batch(y, size, LEVELS, *moments, scale, centre, grids)


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


def _hermite(cdf: Array, pdf: Array, step: Array, i: NDArray[np.int64], t: Array) -> tuple[Array, Array]:
    """Cubic Hermite value and slope (per cell) of tables (..., points) at cell `i`, position `t` in it."""
    f0, f1 = np.take_along_axis(cdf, i, axis=-1), np.take_along_axis(cdf, i + 1, axis=-1)
    g0, g1 = step * np.take_along_axis(pdf, i, axis=-1), step * np.take_along_axis(pdf, i + 1, axis=-1)
    rise = f1 - f0
    c2, c3 = 3 * rise - 2 * g0 - g1, g0 + g1 - 2 * rise
    return f0 + t * (g0 + t * (c2 + t * c3)), g0 + t * (2 * c2 + 3 * t * c3)


def _invert(cdf: Array, pdf: Array, step: Array, q: Array) -> Array:
    """Positions, in cells from the left end, where the tabulated distribution function reaches `q`.

    `cdf` and `pdf` are (R, points), `q` is (R, Q); `step` (R, cells) is the width of each cell in the units of `pdf`.
    """
    i = np.clip((cdf[:, None, :] <= q[:, :, None]).sum(axis=2) - 1, 0, cdf.shape[1] - 2)
    width = np.take_along_axis(step, i, axis=1)
    f0, f1 = np.take_along_axis(cdf, i, axis=1), np.take_along_axis(cdf, i + 1, axis=1)
    t = np.clip((q - f0) / np.maximum(f1 - f0, 1e-300), 0.0, 1.0)
    for _ in range(8):
        value, slope = _hermite(cdf, pdf, width, i, t)
        t = np.clip(t - (value - q) / np.maximum(slope, 1e-300), 0.0, 1.0)
    return i + t


def _summarise(grid: Grid, scale: SpreadScale) -> tuple[Array, ...]:
    """Moments and quantiles of centre and spread."""
    w, levels = grid.weight, np.asarray(LEVELS)
    B = w.shape[0]
    centre_mean = (w * grid.mean).sum(axis=1)
    centre_sd = np.sqrt((w * (grid.variance + (grid.mean - centre_mean[:, None]) ** 2)).sum(axis=1))
    spread_mean = (w * grid.spread).sum(axis=1)
    spread_sd = np.sqrt((w * (grid.spread - spread_mean[:, None]) ** 2).sum(axis=1))
    cells = np.full((B, FINE_SPREAD), 1 / FINE_SPREAD)
    position = _invert(grid.z_cdf, grid.z_pdf, cells, np.broadcast_to(levels, (B, levels.size)))
    z = grid.low[:, None] + (grid.high - grid.low)[:, None] * position / FINE_SPREAD
    return (
        centre_mean,
        centre_sd,
        spread_mean,
        spread_sd,
        _centre_quantiles(grid, centre_mean, centre_sd),
        scale.spread(z),
    )


def _mixture(grid: Grid, c: Array) -> tuple[Array, Array]:
    """Posterior distribution function and density of the centre at `c` (B, Q)."""
    d = c[:, None, :] - grid.mode[:, :, None]
    width = np.where(d < 0, grid.left[:, :, None], grid.right[:, :, None])
    x = np.clip(d / np.maximum(width, 1e-300), -1.0, 1.0) * FINE + FINE
    i = np.minimum(x.astype(np.int64), 2 * FINE - 1)
    step = np.maximum(width, 1e-300) / FINE
    value, slope = _hermite(grid.cdf, grid.pdf, step, i, x - i)
    w = grid.weight[:, :, None]
    inside = np.abs(x - FINE) < FINE
    return (w * value).sum(axis=1), (w * np.where(inside, slope / step, 0.0)).sum(axis=1)


def _centre_quantiles(grid: Grid, mean: Array, sd: Array) -> Array:
    """Quantiles of the centre at `LEVELS`, by Newton's method kept inside a bracket."""
    levels = np.asarray(LEVELS)
    low = (grid.mode - grid.left).min(axis=1)[:, None] + np.zeros(levels.size)
    high = (grid.mode + grid.right).max(axis=1)[:, None] + np.zeros(levels.size)
    c = np.clip(mean[:, None] + sd[:, None] * ndtri(levels), low, high)
    for _ in range(60):
        value, slope = _mixture(grid, c)
        low, high = np.where(value < levels, c, low), np.where(value < levels, high, c)
        step = c - (value - levels) / np.maximum(slope, 1e-300)
        new = np.where((step > low) & (step < high), step, (low + high) / 2)
        moved, c = np.abs(new - c), new
        if np.all(moved < 1e-9 * sd[:, None]):
            break
    return c


def _split(grids: tuple[Grid, ...], u: Array, r: Array) -> list[tuple[Grid, Array, Array]]:
    """Cut the rows of `u` and `r` as the blocks of fits are cut."""
    ends = np.cumsum([0, *(grid.low.size for grid in grids)])
    return [(g, u[a:b], r[a:b]) for g, a, b in zip(grids, ends[:-1], ends[1:], strict=True)]


def _draw_centre_spread(grid: Grid, scale: SpreadScale, u: Array, r: Array) -> tuple[Array, Array]:
    """Centre and spread at uniform `u` (for the spread) and standard normal `r` (for the centre given it)."""
    B, S = grid.z.shape
    centre, spread = np.empty_like(u), np.empty_like(u)
    score_levels = np.broadcast_to(ndtr(SCORES), (S, SCORES.size))
    for b in range(B):
        position = np.interp(u[b], grid.z_cdf[b], np.arange(FINE_SPREAD + 1)) / FINE_SPREAD
        z = grid.low[b] + (grid.high[b] - grid.low[b]) * position
        spread[b] = scale.spread(z)
        steps = np.concatenate(
            [np.repeat(grid.left[b][:, None], FINE, 1), np.repeat(grid.right[b][:, None], FINE, 1)], 1
        )
        x = _invert(grid.cdf[b], grid.pdf[b], steps / FINE, score_levels) - FINE
        table = grid.mode[b][:, None] + np.where(x < 0, grid.left[b][:, None], grid.right[b][:, None]) * x / FINE
        at_score = (np.clip(r[b], SCORES[0], SCORES[-1]) - SCORES[0]) / (SCORES[1] - SCORES[0])
        if S == 1:
            centre[b] = np.interp(at_score, np.arange(SCORES.size), table[0])
        else:
            row = np.interp(z, grid.z[b], np.arange(S))
            centre[b] = map_coordinates(table, [row, at_score], order=1, mode="nearest")
    return centre, spread
