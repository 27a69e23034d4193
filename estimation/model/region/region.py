"""A region and what is drawn for it: its places and people, whom to count, and the draws that go in.

Pure arrays; `poststratify` makes totals of them.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from estimation.errors import require
from estimation.evidence.case_folder.case_file import Scope as Scope
from estimation.evidence.register.assumptions import RUNGS as RUNGS
from estimation.evidence.register.assumptions import SOURCES as SOURCES

Array = npt.NDArray[np.float64]

ALL_RUNGS = (*RUNGS, SOURCES)
"""The rungs from the observed areas alone, and the last one, with other sources."""


@dataclass(frozen=True)
class Region:
    """The places and people of a territory, as arrays.

    Attributes
    ----------
    areas : tuple of str, length K
        Codes of the areas.
    parents : ndarray of int, shape (K,)
        Which parent (prefecture) each area lies in, from 0.
    groups : tuple of str, length G
        Names of the groups; the observed rate is that of the first.
    adults : ndarray of shape (K, G)
        Persons of each group in each area, on one basis and age.
    core : ndarray of bool, shape (K,)
        Areas of the part of the region that the observed area lies in (here the four southern prefectures).
    distant : ndarray of bool, shape (K,)
        Areas to which the difference *elsewhere* applies (here all but the south and its Corps cities).
    city : ndarray of bool, shape (K,)
        Cities and districts.
    observed : ndarray of int, shape (J,)
        Positions of the observed areas.
    covariates : ndarray of shape (K, C)
        What the areas' rates run with, such as the logarithm of their people; none by default.

    Raises
    ------
    EstimationError
        Shapes that do not fit, persons that are negative or not finite, an observed position out of range.
    """

    areas: tuple[str, ...]
    parents: npt.NDArray[np.intp]
    groups: tuple[str, ...]
    adults: Array
    core: npt.NDArray[np.bool_]
    distant: npt.NDArray[np.bool_]
    city: npt.NDArray[np.bool_]
    observed: npt.NDArray[np.intp]
    covariates: Array = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def parent_count(self) -> int:
        """Number of parents."""
        return int(self.parents.max()) + 1

    def __post_init__(self) -> None:
        shape = (len(self.areas), len(self.groups))
        require(shape[0] > 0, "a region needs at least one area", "none", "give the areas")
        require(
            self.adults.shape == shape, "adults must have shape (areas, groups)", self.adults.shape, f"make it {shape}"
        )
        for name in ("parents", "core", "distant", "city"):
            length = len(getattr(self, name))
            require(length == shape[0], f"{name} needs one value an area", length, f"give {shape[0]}")
        require(
            bool(np.all(np.isfinite(self.adults)) and np.all(self.adults >= 0)),
            "adults must be finite and not negative",
            "a value that is not",
            "check the population table",
        )
        require(len(set(self.areas)) == shape[0], "areas must differ", "a repeated code", "join or rename them")
        require(
            self.observed.size > 0 and bool(np.all((self.observed >= 0) & (self.observed < shape[0]))),
            "observed areas must be areas of the region",
            self.observed.tolist(),
            "give positions in areas",
        )


@dataclass(frozen=True, eq=False)
class Part:
    """People who are counted together: a scope's, or those whom a source speaks about."""

    name: str  # for tables and messages
    areas: npt.NDArray[np.intp]  # positions in the region
    groups: tuple[str, ...]


def part_of(scope: Scope, region: Region) -> Part:
    """The people a scope counts."""
    return Part(scope.name, np.flatnonzero(region.core | (not scope.core_only)), scope.groups)


@dataclass(frozen=True)
class Effects:
    """Draws of everything that sets an area's rate and population, each of shape (n,) unless said otherwise."""

    counted: Array  # observed share as counted, 0-1: the first rung's rate
    rate: Array  # the same after the flaws of the record
    logits: Array  # log-odds in the observed areas after the flaws of the record, shape (n, J)
    core_factor: Array  # true over tabled population in the core
    other_factor: Array  # and elsewhere
    area_error_sd: Array  # standard deviation of an area's own population error, log scale, shape (K,)
    centre: Array  # mean log-odds of areas whose covariates are those of the observed on average, selection taken out
    spread: Array  # and their standard deviation
    parent_share: Array  # share of the variance that lies between parents, 0-1
    distant: Array  # log-odds added in distant areas
    city: Array  # and in cities
    group: Array  # log-odds added for each group, shape (n, G); the first is 0
    slopes: Array = field(default_factory=lambda: np.empty((0, 0)))  # log-odds per unit of the covariates, shape (n, C)


@dataclass(frozen=True)
class Division:
    """Draws of how those ever held divide into camp and prison, each of shape (n,)."""

    observed_logit: Array  # log-odds that a person ever held in the observed area was sentenced to prison
    spread: Array  # standard deviation of these log-odds between areas
    correlation: Array  # with the areas' rates ever held
    shift: Array  # mean deviation of the observed area, in units of `spread`
