"""The density of one source's figure given a draw of what it speaks about.

    log r ~ log f + bias[kind] + error,    error ~ scale * t(4),

with probability 1 - w; with probability w the figure says nothing: any share of the people from one in a thousand to
all of them, evenly on the log scale. Pure arrays in and out.
"""

from dataclasses import dataclass

import numpy as np

from estimation.errors import EstimationError
from estimation.model.region.region import Array

# Range of a figure that says nothing: from one in a thousand of the people to all of them.
LOWEST_SHARE = 1e-3
_LOG_RANGE = -float(np.log(LOWEST_SHARE))


@dataclass(frozen=True)
class Source:
    """One figure.

    Attributes
    ----------
    name, kind : str
        Its key, and the kind of source whose bias it shares.
    value : float
        Persons or a share, in the unit of what it is compared with.
    whole : float
        The figure if everybody were held: persons, or 1.
    bound : str
        ``about``; ``floor`` (what was counted is at least this) or ``ceiling`` (at most).
    log_sd : float
        Own error, log scale.
    places : int
        Places seen within the area; 0 if it speaks about all of it.
    """

    name: str
    kind: str
    value: float
    whole: float
    bound: str
    log_sd: float
    places: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.value <= self.whole:
            raise EstimationError(
                "a figure must lie above 0 and not exceed everybody",
                f"{self.name}: {self.value:g} of {self.whole:g}",
                "check its unit, area and groups",
            )
        if self.bound not in ("about", "floor", "ceiling"):
            raise EstimationError("bound must be about, floor or ceiling", repr(self.bound), "use one of these")


def log_density(source: Source, predicted: Array, *, bias: Array, uninformative: Array, place_sd: Array) -> Array:
    """Logarithm of `density`; same parameters."""
    with np.errstate(divide="ignore"):
        return np.log(density(source, predicted, bias=bias, uninformative=uninformative, place_sd=place_sd))


def density(source: Source, predicted: Array, *, bias: Array, uninformative: Array, place_sd: Array) -> Array:
    """Density of a source's figure in each draw.

    Parameters
    ----------
    source : Source
        The figure.
    predicted : ndarray of shape (n,)
        What it speaks about, in its unit.
    bias : ndarray of shape (n,)
        Log of reported over true that its kind shares.
    uninformative : ndarray of shape (n,)
        Probability that it says nothing, 0-1.
    place_sd : ndarray of shape (n,)
        Standard deviation of the places' log-odds within an area.

    Returns
    -------
    ndarray of shape (n,)
        Density on the log scale of the figure; for a floor or a ceiling the probability of such a figure.

    Notes
    -----
    **Assumes:** errors have heavier tails than normal ones (t with 4 degrees of freedom), and places of an area are
    like draws from its places: their mean has the variance of one over their number.

    References
    ----------
    METHODS eq. 52-54.
    """
    score, scale = _score(source, predicted, bias, place_sd)
    nothing = _nothing(source)
    if source.bound == "about":
        # t with 4 degrees of freedom, 3/8 (1 + x^2 / 4)^(-5/2), without a power.
        tail = 1 + score**2 / 4
        says = 0.375 / (tail * tail * np.sqrt(tail) * scale)
    else:
        says = _below(-score if source.bound == "floor" else score)
    return np.asarray((1 - uninformative) * says + uninformative * nothing)


def at_most(source: Source, predicted: Array, *, bias: Array, uninformative: Array, place_sd: Array) -> Array:
    """Probability in each draw of a figure no larger than the source's; parameters as in `density`."""
    score, _ = _score(source, predicted, bias, place_sd)
    return np.asarray((1 - uninformative) * _below(score) + uninformative * _nothing_below(source))


def _score(source: Source, predicted: Array, bias: Array, place_sd: Array) -> tuple[Array, Array]:
    scale = np.full(predicted.shape, source.log_sd)
    if source.places:
        # A step in log-odds is a step of (1 - p) in log p.
        slope = 1 - np.clip(predicted / source.whole, 0.0, 1.0)
        scale = np.sqrt(scale**2 + (place_sd * slope) ** 2 / source.places)
    with np.errstate(divide="ignore"):
        return (np.log(source.value) - np.log(predicted) - bias) / scale, scale


def _below(score: Array) -> Array:
    """Distribution function of t with 4 degrees of freedom, in closed form."""
    part = score / np.sqrt(4 + score**2)
    return 0.5 + 0.75 * part - 0.25 * part * part * part  # a power would take ten times as long


def _nothing(source: Source) -> float:
    if source.bound == "about":
        return 1 / _LOG_RANGE
    below = _nothing_below(source)
    return 1 - below if source.bound == "floor" else below


def _nothing_below(source: Source) -> float:
    """Probability of a figure no larger than the source's, if it says nothing."""
    return float(np.clip(1 + np.log(source.value / source.whole) / _LOG_RANGE, 0.0, 1.0))
