"""What a run of the multiverse hands to whoever computes it: specifications by number, and what they share.

Nothing is computed here; a plan is small, can be sent to another process, and equals another of the same inputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from estimation.challenge import replay
from estimation.challenge.areas import Inputs
from estimation.challenge.replay import World
from estimation.challenge.weighed_people import Sources
from estimation.evidence.assumptions import Register
from estimation.evidence.distributions import Distribution
from estimation.model.region import Array

SUMMARY: Final = ("count_low", "count_q10", "count_median", "count_q90", "count_high")
AT: Final = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
DEFAULTS: Final[Mapping[str, Any]] = {
    "basis": "registered",
    "year": 2018,
    "adult_age": 18,
    "scope": "turkic",
    "sources": (),
    "prison": "split",
}
_AREA: Final = ("between_county_sd", "between_prefecture_share", "selection_shift", "_rate_ratio")
_DIVISION: Final = "composition_"
_WORLD: Final = ("basis", "year", "adult_age")
Key: TypeAlias = tuple[str, int, int]
Codes: TypeAlias = npt.NDArray[np.int8]
Setting: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Distribution]]


@dataclass(frozen=True)
class Plan:
    """All that the specifications share.

    Attributes
    ----------
    token : str
        Hash of everything that the results depend on; two plans with one token are equal.
    register : Register
        What the grid is silent on.
    options : tuple of tuple
        Per choice and option, what it sets: settings and entries of the register.
    worlds : dict
        By basis, year and age.
    sources : Sources
        Of the first world's region, for specifications with other sources.
    plain : ndarray of shape (specifications, choices)
        Options, by number, of the specifications from the county alone.
    rows : ndarray of int
        Draws of the pool that specifications with other sources use.
    base : ndarray
        Their log-weights.
    draws, pool, seed : int
        Draws from the county alone, draws that `rows` were chosen from, and seed.
    """

    token: str
    register: Register = field(compare=False)
    options: tuple[tuple[Setting, ...], ...] = field(compare=False)
    worlds: Mapping[Key, World] = field(compare=False)
    sources: Sources = field(compare=False)
    plain: Codes = field(compare=False)
    rows: npt.NDArray[np.intp] = field(compare=False)
    base: Array = field(compare=False)
    draws: int = field(compare=False)
    pool: int = field(compare=False)
    seed: int = field(compare=False)

    @property
    def first(self) -> World:
        """The published world."""
        return next(iter(self.worlds.values()))

    def setting(self, codes: Codes, name: str) -> Any:
        """What a specification sets, or the default."""
        for choice, code in enumerate(codes):
            if name in self.options[choice][code][0]:
                return self.options[choice][code][0][name]
        return DEFAULTS[name]

    def key(self, codes: Codes) -> Key:
        """Basis, year and age of a specification."""
        basis, year, adult_age = (self.setting(codes, name) for name in _WORLD)
        return (basis, year, adult_age)

    def entries(self, codes: Codes, *, area: bool) -> dict[str, Distribution]:
        """Entries that a specification sets: those about places, or the others; the division into prisons left out."""
        return {
            key: shape
            for choice, code in enumerate(codes)
            for key, shape in self.options[choice][code][1].items()
            if is_area(key) == area and not key.startswith(_DIVISION)
        }

    def division(self, codes: Codes) -> dict[str, Distribution]:
        """Entries that a specification sets about how camp and prison divide."""
        return {
            key: shape
            for choice, code in enumerate(codes)
            for key, shape in self.options[choice][code][1].items()
            if key.startswith(_DIVISION)
        }

    def name(self, codes: Codes) -> tuple[Any, ...]:
        """What a specification says of anything but places, scope and sources; hashable."""
        told = tuple(codes[self._telling])
        if told not in self._names:
            set_here = self.entries(codes, area=False)
            entries = tuple(sorted((key, shape.describe()) for key, shape in set_here.items()))
            self._names[told] = (self.key(codes), entries)
        return self._names[told]

    @cached_property
    def _telling(self) -> list[int]:
        """Choices with options that a name tells."""
        return [
            choice
            for choice, options in enumerate(self.options)
            if any(
                any(name in settings for name in _WORLD) or not all(map(is_area, entries))
                for settings, entries in options
            )
        ]

    @cached_property
    def _names(self) -> dict[tuple[int, ...], tuple[Any, ...]]:
        return {}


def is_area(entry: str) -> bool:
    """Whether an entry acts through the deviations of places."""
    return entry.endswith(_AREA)


def places_group(plan: Plan, codes: Codes) -> tuple[int, ...]:
    """The options of a specification that act through the deviations of places."""
    return tuple(
        int(code) if any(map(is_area, plan.options[choice][code][1])) else -1
        for choice, code in enumerate(codes)
        if any(is_area(key) for option in plan.options[choice] for key in option[1])
    )


def changed(
    inputs: Inputs,
    register: Register,
    entries: Mapping[str, Distribution],
    *,
    count: int,
    seed: int,
    rows: npt.NDArray[np.intp] | None = None,
) -> dict[str, Array]:
    """Inputs with some entries as given, on the entries' own random numbers.

    Parameters
    ----------
    inputs : mapping
        As judged.
    register : Register
        Checks the entries.
    entries : mapping
        Distributions by entry.
    count, seed : int
        Size and seed of the streams.
    rows : ndarray of int, optional
        Which of the stream's draws; all by default.

    Returns
    -------
    dict
    """
    checked = register.override(**entries)
    which = slice(None) if rows is None else rows
    return {
        **inputs,
        **{
            key: np.asarray(checked[key].distribution.ppf(replay.stream(key, count, seed)[which]), float)
            for key in entries
        },
    }


def on_base(inputs: dict[str, Array], first: World, world: World) -> dict[str, Array]:
    """The same inputs for another world: the share as counted was drawn on the first's base, a proportion moves it."""
    return {**inputs, replay.SAMPLING: inputs[replay.SAMPLING] * (first.central_base / world.central_base)}
