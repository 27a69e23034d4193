"""Posterior of the spread of one system whose areas are all known, under a prior the caller names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import interpolate

from estimation.model.region.region import Array
from estimation.model.spread.area_checks import check_areas, check_identified, check_level
from estimation.model.spread.spread_profile import LARGEST_SPREAD, Profile

_POINTS = 61
_DROP = 12.0


class SpreadDistribution(Protocol):
    """What a prior on the spread has to offer; frozen scipy.stats distributions do."""

    def logpdf(self, x: Array, /) -> Array:
        """Log density of spreads x, log-odds."""


@dataclass(frozen=True)
class SpreadPosterior:
    """Posterior of the between-area spread tau (log-odds): mean, median, and the ends of an equal-tailed interval."""

    low: float
    median: float
    high: float
    mean: float


def spread_posterior(
    counts: npt.ArrayLike,
    populations: npt.ArrayLike,
    *,
    prior: SpreadDistribution,
    level: float = 0.95,
) -> SpreadPosterior:
    """Posterior of the between-area spread; the prior is always named by the caller.

    Parameters
    ----------
    counts, populations : array_like, shape (K,)
        persons, as in `fit_spread`.
    prior : distribution
        Prior of tau on (0, ∞), for example `scipy.stats.halfnorm(scale=2)` as a weak one.
    level : float, default 0.95
        Level of the equal-tailed interval.

    Raises
    ------
    EstimationError
        As `fit_spread`.

    Notes
    -----
    **Assumes:** as `fit_spread`, with a flat prior on the centre.

    For each tau the centre is integrated out by Gauss-Hermite about its profile maximum; log density over log tau
    is splined over the range within exp(-12) of its mode.

    References
    ----------
    METHODS eq. 27.
    Gelman (2006), Bayesian Anal. 1, 515-534, doi:10.1214/06-BA117A (why half-normal rather than inverse gamma).

    Examples
    --------
    >>> from scipy import stats
    >>> post = spread_posterior([12, 30, 5, 60, 22], [400, 500, 450, 480, 520], prior=stats.halfnorm(scale=2))
    >>> print(f"{post.median:.2f} ({post.low:.2f}-{post.high:.2f})")
    1.07 (0.52-2.59)
    """
    y, n = check_areas(counts, populations)
    check_level(level)
    check_identified(y, n)
    profile = Profile(y, n, np.ones(y.size))

    def log_density(log_tau: float, likelihood: Callable[[float], float]) -> float:
        tau = float(np.exp(log_tau))
        return likelihood(tau) + float(prior.logpdf(np.asarray(tau))) + log_tau

    log_tau = np.linspace(np.log(1e-6), np.log(LARGEST_SPREAD), 81)
    rough = np.array([log_density(value, lambda tau: profile(tau)[0]) for value in log_tau])
    inside = np.flatnonzero(rough > rough.max() - _DROP)
    low, high = max(inside[0] - 1, 0), min(inside[-1] + 1, log_tau.size - 1)
    fine = np.linspace(log_tau[low], log_tau[high], _POINTS)
    spline = interpolate.CubicSpline(fine, [log_density(value, profile.integrated) for value in fine])
    dense = np.linspace(fine[0], fine[-1], 4001)
    density = np.exp(spline(dense) - spline(dense).max())
    cumulative = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    cumulative /= cumulative[-1]
    tail = 0.5 * (1.0 - level)
    quantiles = np.exp(np.interp([tail, 0.5, 1.0 - tail], cumulative, dense))
    mean = float((np.exp(dense) * density).sum() / density.sum())
    return SpreadPosterior(float(quantiles[0]), float(quantiles[1]), float(quantiles[2]), mean)
