"""A region and what is drawn for it: its places and people, whom to count, and the draws that go in and come out.

Pure arrays. `poststratify` carries one to the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimation.errors import require
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


@dataclass(frozen=True)
class Scope:
    """Whom a total is about: some groups, everywhere or only in the core of the region.

    Attributes
    ----------
    name : str
        Short name for tables.
    label : str
        Whom it counts, in words.
    territory : str
        Where, in words.
    groups : tuple of str
        Groups of the region.
    core_only : bool
        Whether only core areas are counted.
    """

    name: str
    label: str
    territory: str
    groups: tuple[str, ...]
    core_only: bool = False


@dataclass(frozen=True)
class Effects:
    """Draws of everything that sets an area's rate and population, each of shape (n,) unless said otherwise.

    Attributes
    ----------
    share : ndarray
        Observed share as counted, 0-1: the first rung's rate.
    adjusted_logits : ndarray of shape (n, J)
        Log-odds in the observed areas after the flaws of the record.
    core_factor, other_factor : ndarray
        True over tabled population, in the core and elsewhere.
    central_factors : tuple of float
        The same two before their uncertainty enters.
    area_error_sd : ndarray of shape (K,)
        Standard deviation of an area's own population error, log scale.
    centre, spread : ndarray
        Mean and standard deviation of the areas' log-odds, the centre without selection.
    parent_share : ndarray
        Share of the variance that lies between parents, 0-1.
    selection : ndarray
        Mean deviation of the observed areas, in units of `spread`.
    elsewhere, city : ndarray
        Log-odds added in distant areas, and in cities.
    group : ndarray of shape (n, G)
        Log-odds added for each group; the first is 0.
    """

    share: Array
    adjusted_logits: Array
    core_factor: Array
    other_factor: Array
    central_factors: tuple[float, float]
    area_error_sd: Array
    centre: Array
    spread: Array
    parent_share: Array
    selection: Array
    elsewhere: Array
    city: Array
    group: Array


@dataclass(frozen=True)
class Totals:
    """Draws of totals.

    Attributes
    ----------
    count : dict of str to ndarray of shape (n, S)
        Persons, for each rung, in the order of the scopes.
    base : dict of str to ndarray of shape (n, S)
        Adults the count is a share of.
    """

    count: Mapping[str, Array]
    base: Mapping[str, Array]
