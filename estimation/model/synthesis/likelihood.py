"""The density of one source's figure given a draw of what it speaks about.

    log r ~ log f + bias[kind] + error,    error ~ scale * t(4),

with probability 1 - w; with probability w the figure says nothing: any share of the people from one in a thousand to
all of them, evenly on the log scale. Pure arrays in and out, which broadcast.
"""

from typing import Final

import numpy as np

from estimation.model.case.case import Source
from estimation.model.region.random_numbers import Real

LOWEST_SHARE: Final = 1e-3
"""Range of a figure that says nothing: from one in a thousand of the people to all of them."""
_LOG_RANGE: Final = -float(np.log(LOWEST_SHARE))


def density(
    source: Source, whole: float, reported: Real, *, bias: Real, uninformative: Real, place_sd: Real | float = 0.0
) -> Real:
    """Density of a source's figure on the log scale; for a floor or a ceiling the probability of such a figure.

    Parameters
    ----------
    source : Source
        The figure.
    whole : float
        The figure if everybody were held: persons, or 1.
    reported : ndarray
        What it would say without error, in its unit.
    bias : ndarray
        Log of reported over true that its kind shares.
    uninformative : ndarray
        Probability that it says nothing, 0-1.
    place_sd : ndarray, optional
        Standard deviation of the places' log-odds within an area; counts only for a figure of some places.

    Notes
    -----
    **Assumes:** errors have heavier tails than normal ones (t with 4 degrees of freedom), and places of an area are
    like draws from its places: their mean has the variance of one over their number.

    References
    ----------
    METHODS eq. 52, 53, 54.
    """
    score, scale = _score(source, whole, reported, bias, place_sd)
    says: Real
    if source.bound == "about":
        # t with 4 degrees of freedom, 3/8 (1 + x^2 / 4)^(-5/2), without a power.
        tail = 1 + score * score / 4
        says = 0.375 / (tail * tail * np.sqrt(tail) * scale)
    else:
        says = _below(-score if source.bound == "floor" else score)
    return np.asarray((1 - uninformative) * says + uninformative * saying_nothing(source, whole))


def saying_nothing(source: Source, whole: float) -> float:
    """Density of a source's figure if it says nothing, METHODS eq. 53; parameters as in `density`."""
    if source.bound == "about":
        return 1 / _LOG_RANGE
    below = _nothing_below(source, whole)
    return 1 - below if source.bound == "floor" else below


def at_most(
    source: Source, whole: float, reported: Real, *, bias: Real, uninformative: Real, place_sd: Real | float = 0.0
) -> Real:
    """Probability of a figure no larger than the source's, as `surprise` averages it; parameters as in `density`."""
    score, _ = _score(source, whole, reported, bias, place_sd)
    found = (1 - uninformative) * _below(score) + uninformative * _nothing_below(source, whole)  # (61), bracket
    return np.asarray(found)


def error_sd(source: Source, whole: float, reported: Real | float, place_sd: Real | float) -> Real | float:
    """Scale of a figure's error, log scale: its own, and that of seeing some places of an area (METHODS eq. 52)."""
    if not source.places:
        return source.log_sd
    # A step in log-odds is a step of (1 - p) in log p.
    slope = 1 - np.clip(reported / whole, 0.0, 1.0)
    return np.sqrt(source.log_sd**2 + (place_sd * slope) ** 2 / source.places)


def _score(
    source: Source, whole: float, reported: Real, bias: Real, place_sd: Real | float
) -> tuple[Real, Real | float]:
    scale = error_sd(source, whole, reported, place_sd)
    with np.errstate(divide="ignore"):
        return (np.log(source.value / reported) - bias) / scale, scale


def _below(score: Real) -> Real:
    """Distribution function of t with 4 degrees of freedom, in closed form."""
    part = score / np.sqrt(4 + score * score)
    return 0.5 + 0.75 * part - 0.25 * part * part * part  # a power would take ten times as long


def _nothing_below(source: Source, whole: float) -> float:
    """Probability of a figure no larger than the source's, if it says nothing."""
    return float(np.clip(1 + np.log(source.value / whole) / _LOG_RANGE, 0.0, 1.0))
