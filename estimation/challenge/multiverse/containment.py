"""Whether bounds hold what they should: every draw of every specification against the bound whose assumption it meets.

A draw of a specification is one state of the world, with its own largest factor k between odds; so it must lie within
the bounds at that k, and within those of each monotone assumption that it happens to meet.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.challenge.rerun.areas import FAR, Reach, Single
from estimation.errors import EstimationError
from estimation.model.bounds import RUNGS
from estimation.model.region.region import Array, Region, Scope

SLACK: Final = 2e-3
"""Share of a total that rounding to single precision and interpolation may move it."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """Draws of the people of one scope by what the rungs say of them, without the region's population factors.

    Attributes
    ----------
    seen : ndarray of shape (n,)
        The observed group in the observed area, which lies in the core; 0 if the scope does not count it.
    everyone : ndarray of shape (2, n)
        All, in the core and elsewhere.
    fixed : dict of str to ndarray of shape (2, n)
        By rung, those held at or below the observed odds.
    groups : tuple of int
        Positions of the scope's groups.
    """

    seen: Single
    everyone: Single
    fixed: dict[str, Single]
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Extremes:
    """How far the places of a specification reach, at both ends of the observed shares it covers.

    Attributes
    ----------
    factor : ndarray of shape (n,)
        Largest factor between odds.
    meets : dict of str to ndarray of int
        By rung, the draws that meet its monotone assumptions.
    """

    factor: Single
    meets: dict[str, npt.NDArray[np.intp]]


def crowd(region: Region, scope: Scope, people: Array | Single) -> Crowd:
    """Sort the people of a scope; `people` are true over tabled people, shape (n, K)."""
    columns = tuple(region.groups.index(group) for group in scope.groups)
    adults = np.zeros(region.adults.shape)
    adults[:, columns] = region.adults[:, columns]
    if scope.core_only:
        adults[~region.core] = 0
    seen = np.zeros(adults.shape, bool)
    seen[region.observed, 0] = True
    down = np.zeros(adults.shape, bool)
    fixed = {}
    for rung, where in (
        ("north and east", np.s_[region.distant, :]),
        ("cities", np.s_[region.city, :]),
        ("other groups", np.s_[:, 1:]),
    ):
        down[where] = True
        fixed[rung] = _sides(region, adults * (down & ~seen), people)
    here = (people @ (adults * seen).sum(axis=1)).astype(np.float32)
    return Crowd(here, _sides(region, adults, people), fixed, columns)


def _sides(region: Region, adults: Array, people: Array | Single) -> Single:
    total = adults.sum(axis=1)
    return np.stack([people @ (total * side) for side in (region.core, ~region.core)]).astype(np.float32)


def extremes(found: tuple[Reach, ...], groups: tuple[int, ...]) -> Extremes:
    """Largest factor and assumptions met, for some groups, over the reaches found (METHODS eq. 47)."""
    factor = np.zeros(found[0].up.shape)
    above = {name: np.full(factor.shape, -np.inf) for name in ("distant", "city", "up")}
    for each in found:
        for group in groups:
            offset = each.groups[:, group]
            factor = np.maximum(factor, np.maximum(np.abs(each.up + offset), np.abs(each.down + offset)))
            for name, highest in above.items():
                if name != "up" or group:
                    above[name] = np.maximum(highest, getattr(each, name) + offset)
    north = above["distant"] <= 0
    cities = north & (above["city"] <= 0)
    met = {"north and east": north, "cities": cities, "other groups": cities & (above["up"] <= 0)}
    return Extremes(
        np.exp(np.minimum(factor, FAR)).astype(np.float32), {rung: np.flatnonzero(draws) for rung, draws in met.items()}
    )


@dataclass
class Tally:
    """What was checked, by rung: specifications, draws, and the least room left (log of total over bound)."""

    specifications: int
    draws: dict[str, int]
    room: dict[str, float]

    @classmethod
    def empty(cls) -> "Tally":
        """Nothing checked yet."""
        return cls(0, dict.fromkeys(RUNGS, 0), dict.fromkeys(RUNGS, float("inf")))

    def add(self, other: "Tally") -> None:
        """Join two tallies."""
        self.specifications += other.specifications
        for rung in RUNGS:
            self.draws[rung] += other.draws[rung]
            self.room[rung] = min(self.room[rung], other.room[rung])


def check(totals: Array, share: Array, people: Crowd, factors: tuple[Array, Array], reached: Extremes | None) -> Tally:
    """Check the draws of one specification.

    Parameters
    ----------
    totals : ndarray of shape (n,)
        Persons ever held.
    share : ndarray of shape (n,)
        Share held of the observed group in the observed area, 0-1.
    people : Crowd
        The scope's people.
    factors : tuple of ndarray of shape (n,)
        True over tabled population, in the core and elsewhere.
    reached : Extremes, optional
        Of the specification's places; without it only the bounds without a model are checked.

    Returns
    -------
    Tally

    Raises
    ------
    EstimationError
        A draw lies outside a bound whose assumption it meets.

    Notes
    -----
    **Assumes:** bounds as in `bounds.bound`, with each draw's own people and observed share.
    """
    core, other, rate, total = (each.astype(np.float32) for each in (*factors, share, totals))
    everyone = core * people.everyone[0] + other * people.everyone[1]
    seen = core * people.seen
    known = seen * rate
    tally = Tally.empty()
    tally.specifications = 1

    def hold(rung: str, low: Single, high: Single, total: Single) -> None:
        if not total.size:
            return
        with np.errstate(divide="ignore", invalid="ignore"):
            room = float(np.log(min((total / low).min(), (high / total).min())))
        if not room >= -SLACK:
            raise EstimationError(
                f"a result must lie within the bound whose assumption it meets ({rung})",
                f"a total {np.expm1(-room):.2%} outside",
                "report this: bounds and model disagree",
            )
        tally.draws[rung], tally.room[rung] = total.size, room

    rest = everyone - seen
    hold("no model", known, known + rest, total)
    if reached is None:
        return tally
    # Shares whose odds are those of the observed one over the factor, and times it.
    more = rate * reached.factor
    least, most = rate / (rate + (1 - rate) * reached.factor), more / (more + (1 - rate))
    low = known + rest * least
    hold("factor", low, known + rest * most, total)
    for rung, met in reached.meets.items():
        fixed = core[met] * people.fixed[rung][0, met] + other[met] * people.fixed[rung][1, met]
        high = known[met] + fixed * rate[met] + (rest[met] - fixed) * most[met]
        hold(rung, low[met], high, total[met])
    return tally


def table(tallies: dict[str, Tally]) -> pd.DataFrame:
    """One row per scope and rung: specifications and draws checked, and the least room, as a share of the total.

    A room of 0 is one within rounding; it is missing where `draws_that_meet_it` is 0.
    """
    return pd.DataFrame(
        [
            {
                "scope": scope,
                "rung": rung,
                "specifications": each.specifications,
                "draws_that_meet_it": each.draws[rung],
                "outside": 0,
                "least_room": max(0.0, np.expm1(each.room[rung])) if each.draws[rung] else np.nan,
            }
            for scope, each in tallies.items()
            for rung in RUNGS
        ]
    )
