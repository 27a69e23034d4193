"""How unevenly a count spreads over the areas of one system, after binomial noise is taken out.

One system whose areas are all known gives one spread, tau: the standard deviation of the log-odds of the areas'
shares. `spread_parents` splits it into levels, `spread_prior` fits a prior across systems.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from estimation.model.proportion import empirical_logit
from estimation.model.region.region import Array
from estimation.model.spread.area_checks import check_areas, check_identified, check_level, check_weights
from estimation.model.spread.spread_profile import LARGEST_SPREAD, Profile


@dataclass(frozen=True)
class SpreadFit:
    """Between-area spread of one system.

    Attributes
    ----------
    areas : int
        Number of areas.
    total_count, total_population : float
        persons.
    pooled_share : float
        total_count / total_population, share of population, 0-1.
    centre : float
        Maximum-likelihood mean of the areas' log-odds.
    tau : float
        Maximum-likelihood SD of the areas' log-odds; 0 when binomial noise alone explains the counts.
    tau_low, tau_high : float
        Profile-likelihood interval; tau_high is infinite when the counts set no upper limit below 50.
    tau_moment : float
        Moment estimate from empirical logits, never weighted; useless where most counts are 0.
    sd_log_rate : float
        SD of the log of the share implied by (centre, tau), log units.
    log_likelihood : float
        At the maximum, binomial coefficients included.
    level : float
        Nominal level of the interval, 0-1.
    weighted : bool
        Whether areas were weighted; the interval is then only a pseudo-likelihood interval.
    """

    areas: int
    total_count: float
    total_population: float
    pooled_share: float
    centre: float
    tau: float
    tau_low: float
    tau_high: float
    tau_moment: float
    sd_log_rate: float
    log_likelihood: float
    level: float
    weighted: bool


def fit_spread(
    counts: npt.ArrayLike,
    populations: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> SpreadFit:
    """Fit the between-area SD of log-odds by maximum likelihood.

    Parameters
    ----------
    counts : array_like, shape (K,)
        persons counted in each area, 0 <= count <= population. Fractions are allowed (effective counts).
    populations : array_like, shape (K,)
        persons in each area.
    weights : array_like, shape (K,), optional
        Weight of each area's log-likelihood, scaled here to mean 1. The population-weighted variant passes
        `populations`: it describes the spread met by a person drawn at random, not by an area drawn at random.
    level : float, default 0.95
        Level of the profile interval.

    Returns
    -------
    SpreadFit
        Estimates with their interval.

    Raises
    ------
    EstimationError
        If there are fewer than two areas; lengths differ; a value is missing, negative or not a number; a count
        exceeds its population; or the counts cannot tell the spread (all zero, all full, all or nothing).

    Notes
    -----
    **Assumes:** y_i ~ Binomial(n_i, p_i), logit p_i ~ Normal(mu, tau²), areas exchangeable; every area of the
    system is in the data, so nothing is missing by design.

    ℓ(mu, tau) = Σ w_i log L_i(mu, tau), L_i of METHODS eq. 14. For fixed tau, ℓ is concave in mu, so
    the profile over mu is found by Newton's method; its score in log tau is solved on every bracket of a grid and
    the best maximum kept. The interval holds every tau whose profile lies within χ²₁(level) / 2 of the maximum.
    Moment estimate: tau² = Var(logit) - mean(1/(y+½) + 1/(n-y+½)), logit of (y+½)/(n-y+½), cut off at 0.

    References
    ----------
    METHODS eq. 23, 24.
    Stijnen, Hamza and Ozdemir (2010), Stat. Med. 29, 3046-3067, doi:10.1002/sim.4040, section 2 (the model).
    Hardy and Thompson (1996), Stat. Med. 15, 619-629 (profile likelihood of the between-study variance),
    doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A.

    Examples
    --------
    >>> fit = fit_spread([12, 30, 5, 60, 22], [400, 500, 450, 480, 520])
    >>> print(f"{fit.tau:.2f} ({fit.tau_low:.2f}-{fit.tau_high:.2f})")
    0.78 (0.41-1.81)
    """
    y, n = check_areas(counts, populations)
    w = check_weights(weights, y.size)
    check_level(level)
    keep = w > 0
    check_identified(y[keep], n[keep])
    profile = Profile(y[keep], n[keep], w[keep])
    tau = _maximise(profile)
    top, centre, _ = profile(tau)
    target = top - 0.5 * float(stats.chi2.ppf(level, 1))
    tau_low, tau_high = _interval(profile, tau, target)
    return SpreadFit(
        areas=y.size,
        total_count=float(y.sum()),
        total_population=float(n.sum()),
        pooled_share=float(y.sum() / n.sum()),
        centre=centre,
        tau=tau,
        tau_low=tau_low,
        tau_high=tau_high,
        tau_moment=_moment_spread(y, n),
        sd_log_rate=_sd_log_rate(centre, tau),
        log_likelihood=top,
        level=level,
        weighted=weights is not None,
    )


def _moment_spread(counts: Array, populations: Array) -> float:
    """Moment estimate of tau from empirical logits, log-odds; 0 where noise exceeds the variance seen.

    **Assumes:** counts large enough for a logit with half a person added to be nearly unbiased.

    METHODS eq. 25; idea of DerSimonian and Laird (1986), Control. Clin. Trials 7, doi:10.1016/0197-2456(86)90046-2.
    """
    log_odds, sampling = empirical_logit(counts, populations)
    variance = float(np.var(log_odds, ddof=1)) - float(np.mean(sampling))
    return float(np.sqrt(max(variance, 0.0)))


def _sd_log_rate(centre: float, tau: float) -> float:
    """SD of log p when logit p is Normal(centre, tau); near tau where p is rare, less where p nears 1.

    **Assumes:** normal log-odds.

    METHODS eq. 26. Why the trapezoid rule is enough: Trefethen and Weideman (2014), doi:10.1137/130932132.
    """
    z = np.linspace(-10.0, 10.0, 4001)
    weight = np.exp(-0.5 * z**2)
    weight /= weight.sum()
    log_rate = -np.logaddexp(0.0, -(centre + tau * z))
    mean = float(weight @ log_rate)
    return float(np.sqrt(weight @ (log_rate - mean) ** 2))


def _smallest_spread(profile: Profile) -> float:
    """A spread too small for these counts to tell from 0: a tenth of the best-known area's standard error."""
    _, sampling = empirical_logit(profile.y, profile.n)
    return float(min(0.1 * np.sqrt(sampling.min()), 0.01))


def _maximise(profile: Profile) -> float:
    """The spread of highest profile likelihood; 0 if no interior maximum beats it."""

    @cache  # a warm start moves the last digits; a root search must see one value per point
    def slope(log_tau: float) -> float:
        return profile(float(np.exp(log_tau)))[2]

    low, high = np.log(_smallest_spread(profile)), np.log(LARGEST_SPREAD)
    grid = np.linspace(low, high, int(np.ceil((high - low) / np.log(2.0))) + 1)
    slopes = [slope(value) for value in grid]
    candidates = [0.0]
    for left, right, rise, fall in zip(grid[:-1], grid[1:], slopes[:-1], slopes[1:], strict=True):
        if rise > 0 >= fall:
            candidates.append(float(np.exp(optimize.brentq(slope, left, right, xtol=1e-8))))
    return max(candidates, key=lambda tau: profile(tau)[0])


def _interval(profile: Profile, tau: float, target: float) -> tuple[float, float]:
    """Where the profile crosses the target below and above the maximum."""

    @cache
    def excess(log_tau: float) -> float:
        return profile(float(np.exp(log_tau)))[0] - target

    smallest = _smallest_spread(profile)
    start = np.log(max(tau, smallest))
    low = 0.0
    if tau > smallest and profile(0.0)[0] < target:
        low = _cross(excess, start, -0.25, np.log(smallest))
    return low, _cross(excess, start, 0.25, np.log(LARGEST_SPREAD))


def _cross(excess: Callable[[float], float], start: float, step: float, limit: float) -> float:
    """First crossing of zero walking from `start`, in growing steps, to `limit`; 0 or infinity if none."""
    inner = start
    while (limit - inner) * step > 0:
        outer = inner + step if abs(limit - inner) > abs(step) else limit
        if excess(outer) < 0:
            low, high = sorted((inner, outer))
            return float(np.exp(optimize.brentq(excess, low, high, xtol=1e-7)))
        inner, step = outer, 1.6 * step
    return 0.0 if step < 0 else float("inf")
