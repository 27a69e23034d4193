"""One observed share and how sure sampling alone makes it: Wilson, Jeffreys, Clopper-Pearson, finite populations.

What sampling leaves out, a record's flaws and other places, is not here.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.errors import require

_Array = npt.NDArray[np.float64]
Method = Literal["wilson", "jeffreys", "clopper-pearson"]


@dataclass(frozen=True)
class ShareInterval:
    """An observed share with an interval, all shares 0-1."""

    share: float
    low: float
    high: float
    level: float  # coverage the method aims at, 0-1
    method: str


def share_interval(
    count: float,
    total: float,
    *,
    level: float,
    method: Method = "jeffreys",
    population: float | None = None,
) -> ShareInterval:
    """Interval for a share from a count out of a total.

    Parameters
    ----------
    count, total : float
        Persons counted and persons looked at; ``0 <= count <= total``, total above 0.
    level : float
        Coverage aimed at, in (0, 1).
    method : {"jeffreys", "wilson", "clopper-pearson"}
        Jeffreys: quantiles of beta(count + 1/2, total - count + 1/2), with the ends 0 and 1 when the count is at an
        end. Wilson: the score interval. Clopper-Pearson: the exact test inverted, which never covers too little.
    population : float, optional
        Size of a finite population the total was drawn from without replacement. The sample then counts for
        ``total * (population - 1) / (population - total)`` persons, so that its variance shrinks by the usual finite
        population correction; a complete count (population equal to total) has no sampling error left.

    Raises
    ------
    EstimationError
        Impossible count, total, level, population or an unknown method.

    Notes
    -----
    **Assumes:** each person looked at is counted or not independently with one probability.

    References
    ----------
    METHODS eq. 9, 10, 11, 12.
    Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286: equation (4) Wilson, section 4.1.2 Jeffreys, section 4.2.1
    Clopper-Pearson. Cochran 1977, Sampling Techniques, equation (3.8), the finite population correction.

    Examples
    --------
    >>> found = share_interval(22762, 189683, level=0.95)
    >>> round(found.low, 4), round(found.high, 4)
    (0.1185, 0.1215)
    """
    require(0 < total < float("inf"), "total must be above 0 and finite", total, "give the persons looked at")
    require(0 <= count <= total, "count must lie between 0 and total", f"{count} of {total}", "check both numbers")
    require(0 < level < 1, "level must lie in (0, 1)", level, "write 0.95 for 95 percent")
    require(method in get_args(Method), "method must be known", repr(method), f"use {', '.join(get_args(Method))}")
    share = count / total
    if population is not None:
        require(population >= total, "population must be at least the total", population, "give the larger size")
        if population == total:
            return ShareInterval(share, share, share, level, method)
        total = total * (1 - 1 / population) / (1 - total / population)  # right for an infinite population too
        count = share * total
    tail = (1 - level) / 2
    if method == "wilson":
        z2 = float(special.ndtri(1 - tail)) ** 2
        centre = (count + z2 / 2) / (total + z2)
        half = (z2 * (count * (total - count) / total + z2 / 4)) ** 0.5 / (total + z2)
        low, high = centre - half, centre + half
    else:
        up, down = (0.5, 0.5) if method == "jeffreys" else (0.0, 1.0)
        low = float(special.betaincinv(count + up, total - count + down, tail)) if count > 0 else 0.0
        high = float(special.betaincinv(count + down, total - count + up, 1 - tail)) if count < total else 1.0
    return ShareInterval(share, max(low, 0.0), min(high, 1.0), level, method)


def empirical_logit(counts: _Array, totals: _Array) -> tuple[_Array, _Array]:
    """Log-odds with half a person added to either side, and their sampling variance (see METHODS eq. 25)."""
    yes, no = counts + 0.5, totals - counts + 0.5
    return np.log(yes / no), 1 / yes + 1 / no
