"""What follows with no model at all, and with weak assumptions added one at a time: bounds, not intervals.

A bound has no probability: it holds if its assumption holds. Logical floors and ceilings are kept apart from capacity.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from estimation.errors import require
from estimation.model.region.region import Region, Scope

Rung: TypeAlias = Literal["no model", "factor", "north and east", "cities", "other groups"]
RUNGS: Final[tuple[Rung, ...]] = get_args(Rung)
"""From the weakest assumption to the strongest; each adds to the ones before."""
ASSUMED: Final[dict[Rung, str]] = {
    "no model": "the observed group of the observed county is as counted; of everybody else, none to all",
    "factor": "and no other place or group differs from it by more than k times in odds",
    "north and east": "and no place outside the observed part of the region is above it",
    "cities": "and no city or district is above it",
    "other groups": "and no other group is above it",
}


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest total (persons) that an assumption allows."""

    rung: Rung
    k: float  # largest factor between odds; infinite without a model
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Known:
    """Persons of a scope, sorted by what a rung says about them."""

    known: float  # held, of the observed group in the observed areas
    fixed: float  # people elsewhere whom the rung holds at or below the observed odds
    free: float  # people elsewhere who may be up to k times the observed odds
    odds: float  # of having been held in the observed areas' group


def known(region: Region, scope: Scope, *, rate: float, rung: Rung, factors: tuple[float, float] = (1.0, 1.0)) -> Known:
    """Sort the people of a scope by what a rung says about them.

    Parameters
    ----------
    region : Region
        Places and people.
    scope : Scope
        Whom to count.
    rate : float
        Share of the first group's adults held in the observed areas, 0-1.
    rung : str
        One of `RUNGS`.
    factors : tuple of float
        True over tabled population, in the core and elsewhere.

    Raises
    ------
    EstimationError
        Unknown rung or group, a rate that is none, a scope without people.
    """
    require(rung in RUNGS, "a bound's rung must be a known one", repr(rung), f"use one of {', '.join(RUNGS)}")
    require(0 < rate < 1, "the observed rate must lie between 0 and 1", rate, "give a share of adults")
    unknown = [group for group in scope.groups if group not in region.groups]
    require(not unknown, "a bound's scope may name only groups of the region", unknown, f"use {region.groups}")
    people = region.adults * np.where(region.core, *factors)[:, None]
    people = people * [group in scope.groups for group in region.groups]
    if scope.core_only:
        people = people * region.core[:, None]
    require(people.sum() > 0, "a bound needs somebody to count", "no people in the scope", "check its groups")
    seen = np.zeros(people.shape, dtype=bool)
    seen[region.observed, 0] = True
    held_down = np.zeros(people.shape, dtype=bool)
    step = RUNGS.index(rung)
    if step >= RUNGS.index("north and east"):
        held_down |= region.distant[:, None]
    if step >= RUNGS.index("cities"):
        held_down |= region.city[:, None]
    if step >= RUNGS.index("other groups"):
        held_down[:, 1:] = True
    held_down &= ~seen
    return Known(
        known=float(people[seen].sum() * rate),
        fixed=float(people[held_down].sum()),
        free=float(people[~seen & ~held_down].sum()),
        odds=rate / (1 - rate),
    )


def bound(start: Known, rung: Rung, k: float) -> Bounds:
    """The lowest and highest total, from people sorted for the same rung, if odds differ by at most `k`.

    The factor is 1 or more, or an `EstimationError` says so; without a model it is ignored.

    Notes
    -----
    **Assumes:** what `ASSUMED` says of the rung, and nothing else. With odds o and known persons C,
    ``low = C + N expit(log o - log k)`` over everybody else N, ``high = C + fixed expit(log o) +
    free expit(log o + log k)``. Manski (2003), Partial Identification of Probability Distributions,
    doi:10.1007/b97478, chapters 1 and 9 (worst case, monotone instruments).

    References
    ----------
    METHODS eq. 44, 45.

    Examples
    --------
    >>> bound(Known(known=10.0, fixed=0.0, free=90.0, odds=0.25), "factor", 1.0)
    Bounds(rung='factor', k=1.0, low=28.0, high=28.0)
    """
    if rung == "no model":
        return Bounds(rung, np.inf, start.known, start.known + start.free + start.fixed)
    require(k >= 1, "k must be 1 or more", k, "k = 1 means that all places are alike")
    least, middle, most = _share(start.odds / k), _share(start.odds), _share(start.odds * k)
    return Bounds(
        rung,
        float(k),
        start.known + (start.free + start.fixed) * least,
        start.known + start.fixed * middle + start.free * most,
    )


def _share(odds: float) -> float:
    """Share at these odds."""
    return 1.0 if np.isinf(odds) else odds / (1 + odds)


def smallest_factor(start: Known, *, low: float = 0.0, high: float = np.inf) -> float:
    """The least k at which a total of `low` to `high` persons is possible; an open side is 0 or infinity.

    It is 1 if places alike already give such a total, and infinite if no k does, as the claim breaks a logical limit or
    a monotone assumption. A claim that runs from high to low is an `EstimationError`.

    References
    ----------
    METHODS eq. 46.

    Examples
    --------
    >>> start = Known(known=10.0, fixed=0.0, free=90.0, odds=0.25)
    >>> smallest_factor(start, low=55.0), smallest_factor(start, high=5.0)
    (4.0, inf)
    """
    require(low <= high, "a claim must run from low to high", f"{low:g} to {high:g}", "swap the ends")
    everyone, middle = start.free + start.fixed, _share(start.odds)
    alike = start.known + everyone * middle
    if high < alike:
        share = (high - start.known) / everyone if everyone > 0 else -1.0
        return np.inf if share <= 0 else float(start.odds * (1 - share) / share)
    if low > alike:
        share = (low - start.known - start.fixed * middle) / start.free if start.free > 0 else 2.0
        return np.inf if share >= 1 else float(share / (1 - share) / start.odds)
    return 1.0
