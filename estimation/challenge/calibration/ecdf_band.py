"""Simultaneous bands for the empirical distribution of a uniform sample.

Used by `sbc`; nothing here knows of ranks or models.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special, stats

from estimation.challenge.calibration.designs import Floats, Whole
from estimation.errors import require


@dataclass(frozen=True, eq=False)
class EcdfBand:
    """Band that holds the whole empirical distribution function of a uniform sample with a given probability."""

    points: Floats  # 1/K, 2/K, ..., 1
    low: Whole  # counts at or below each point, inclusive, shape (K,)
    high: Whole
    gamma: float  # each point's own interval leaves out gamma / 2 on either side
    coverage: float  # probability that all counts lie inside; at least what was asked for


@lru_cache(maxsize=16)
def ecdf_band(sample: int, points: int, *, level: float = 0.95) -> EcdfBand:
    """Band that holds all counts of a sample of size N at K evenly spaced points with the level's probability.

    Raises
    ------
    EstimationError
        If sample or points are below 1 or 2, or the level lies outside (0, 1).

    Notes
    -----
    **Assumes:** a sample of independent uniforms.

    The counts at the points are a Markov chain: given x at or below z_i, the next adds
    Binomial(N - x, (z_{i+1} - z_i) / (1 - z_i)). Chains that stay within the pointwise binomial intervals of level
    1 - gamma are followed exactly, and gamma is the largest for which enough do (bisection: the probability falls
    as gamma grows).

    References
    ----------
    METHODS eq. 71.
    Säilynoja, Bürkner and Vehtari (2022), doi:10.1007/s11222-022-10090-6, section 2.2.2.

    Examples
    --------
    >>> band = ecdf_band(100, 20)
    >>> print(f"{band.gamma:.4f} {band.coverage:.3f} {band.low[9]}-{band.high[9]}")
    0.0085 0.952 37-63
    """
    rule = "a band needs a sample of at least 1 and at least 2 points"
    require(sample >= 1 and points >= 2, rule, f"{sample} and {points}", "ask for more")
    require(0.0 < level < 1.0, "level must lie in (0, 1)", level, "write 0.95 for 95 percent")
    small, large = np.log((1.0 - level) / (4.0 * points)), np.log(1.0 - level) + 1e-9
    for _ in range(40):
        middle = (small + large) / 2.0
        small, large = (middle, large) if _inside(sample, points, np.exp(middle)) >= level else (small, middle)
        if large - small < 1e-6:
            break
    gamma = float(np.exp(small))
    low, high = _limits(sample, points, gamma)
    return EcdfBand(np.arange(1, points + 1) / points, low, high, gamma, _inside(sample, points, gamma))


def _limits(sample: int, points: int, gamma: float) -> tuple[Whole, Whole]:
    z = np.arange(1, points + 1) / points
    low = np.asarray(stats.binom.ppf(gamma / 2.0, sample, z), dtype=np.int64)
    high = np.asarray(stats.binom.isf(gamma / 2.0, sample, z), dtype=np.int64)
    return low, high


def _inside(sample: int, points: int, gamma: float) -> float:
    """Probability that the counts lie within their limits at all points."""
    low, high = _limits(sample, points, gamma)
    log_factorial = special.gammaln(np.arange(sample + 1) + 1.0)
    at, mass = np.zeros(1, dtype=np.int64), np.ones(1)
    for i in range(points - 1):
        chance = 1.0 / (points - i)
        to = np.arange(low[i], high[i] + 1)
        step, left = to[:, None] - at, sample - at
        fits = (step >= 0) & (step <= left)
        step = np.where(fits, step, 0)
        log_pmf = log_factorial[left] - log_factorial[step] - log_factorial[left - step]
        log_pmf = log_pmf + step * np.log(chance) + (left - step) * np.log1p(-chance)
        mass = np.where(fits, np.exp(log_pmf), 0.0) @ mass
        at = to
    return float(mass.sum())
