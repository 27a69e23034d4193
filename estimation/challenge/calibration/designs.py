"""Which areas of a fully known system are taken as the only observed ones.

Only the choice of areas; what is predicted from them is in `backtest`.
"""

from dataclasses import dataclass
from itertools import combinations
from math import ceil, comb
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import require
from estimation.model.spread.spread_prior import kinds_of

Floats: TypeAlias = npt.NDArray[np.float64]
Whole: TypeAlias = npt.NDArray[np.int64]
Scheme: TypeAlias = Literal["equal chances", "by population", "top quarter"]
"""How the observed areas are drawn: each alike, with chances in proportion to population, or from the areas with the
highest quarter of rates."""


@dataclass(frozen=True, eq=False)
class System:
    """A whole of which every area is known.

    Attributes
    ----------
    name, family, kind : str
        Name of the set, family it votes with, kind as in `spread_prior.KINDS`.
    counts, populations : ndarray of shape (K,)
        persons.
    votes : bool
        Whether it speaks for its family in averages over families.
    """

    name: str
    family: str
    kind: str
    counts: Whole
    populations: Whole
    votes: bool = True

    @property
    def total(self) -> int:
        """The known total, persons."""
        return int(self.counts.sum())


@dataclass(frozen=True, eq=False)
class Design:
    """Data sets: areas observed, and what each data set weighs."""

    observed: Whole  # positions of the observed areas, shape (B, k)
    weights: Floats  # of the data sets, adding to 1


def reference_systems(areas: pd.DataFrame, sets: pd.DataFrame) -> tuple[System, ...]:
    """Systems whose areas are held in `reference_areas`, in the order of `reference_sets`.

    **Assumes:** a set votes for its family if it enters the prior; other cuts of the same counts do not.
    """
    held = {str(name): group for name, group in areas.groupby("dataset", sort=False)}
    found = []
    for row, kind in zip(sets.to_dict("records"), kinds_of(sets), strict=True):
        name = str(row["dataset"])
        if name in held:
            counts, populations = (held[name][column].to_numpy(np.int64) for column in ("count", "population"))
            votes = row["in_prior"] == "yes"
            found.append(System(name, str(row["family"]), str(kind), counts, populations, votes))
    return tuple(found)


def draw_design(system: System, k: int, scheme: Scheme, *, sets: int, rng: np.random.Generator) -> Design:
    """Choose the data sets of one scheme, each of `k` observed areas, fewer than there are.

    With `k` = 1 every area is used once and weighed by its chance: nothing is left to luck. With more, every choice of
    areas if there are at most `sets` of them and all are alike, else `sets` draws without replacement; "by population"
    draws one after the other from those left, in proportion to population.

    Raises
    ------
    EstimationError
        If the scheme is unknown, or there are not more areas than are to be observed.

    Examples
    --------
    >>> system = System("x", "x", "control", np.array([1, 2, 3]), np.array([10, 10, 20]))
    >>> draw_design(system, 1, "by population", sets=10, rng=np.random.default_rng(1)).weights
    array([0.25, 0.25, 0.5 ])
    """
    schemes, size = get_args(Scheme), system.counts.size
    require(scheme in schemes, "the scheme must be a known one", repr(scheme), f"use one of {schemes}")
    rule = "the areas observed must be at least one and fewer than all"
    require(1 <= k < size, rule, f"{k} of {size} in {system.name}", "ask for fewer areas")
    pool = np.arange(size)
    if scheme == "top quarter":
        pool = np.sort(top_quarter(system))
        rule = "the top quarter must hold the areas to be observed"
        got = f"{k} areas, {pool.size} in the top quarter of {system.name}"
        require(k <= pool.size, rule, got, "ask for fewer areas")
    chances = system.populations / system.populations.sum() if scheme == "by population" else None
    if k == 1:
        weights = np.full(pool.size, 1.0 / pool.size) if chances is None else chances
        return Design(pool[:, None], weights)
    if chances is None and comb(pool.size, k) <= sets:
        observed = np.array(list(combinations(pool.tolist(), k)), dtype=np.int64)
    else:
        # Sequential draws in proportion to population: the k smallest exponential waiting times.
        wait = rng.exponential(size=(sets, pool.size))
        observed = pool[np.argsort(wait if chances is None else wait / chances, axis=1)[:, :k]]
    return Design(observed, np.full(len(observed), 1.0 / len(observed)))


def top_quarter(system: System) -> Whole:
    """Positions of the areas with the highest quarter of rates, rounded up in number, the highest first."""
    rates = system.counts / system.populations
    return np.argsort(-rates, kind="stable")[: ceil(system.counts.size / 4)]
