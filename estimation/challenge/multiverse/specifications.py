"""What a run of the multiverse hands to whoever computes it: specifications by number, and what they share.

Nothing is computed here; a plan is small, can be sent to another process, and equals another of the same inputs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from estimation.challenge.rerun import replay
from estimation.challenge.rerun.replay import World
from estimation.challenge.rerun.weighed_people import Sources
from estimation.challenge.sensitivity.tornado import QUANTILES
from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register
from estimation.model.region.estimand import Basis
from estimation.model.region.region import Array

SUMMARY: Final = tuple(QUANTILES)
AT: Final = np.array(list(QUANTILES.values()))
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
Key: TypeAlias = tuple[Basis, int, int]
Codes: TypeAlias = npt.NDArray[np.int8]
Setting: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Distribution]]


@dataclass(frozen=True, eq=False)
class Options:
    """What every option of every choice sets; a specification is one option a choice, by number.

    Attributes
    ----------
    sets : tuple of tuple
        Per choice and option: settings, and entries of the register.
    """

    sets: tuple[tuple[Setting, ...], ...]

    def chosen(self, codes: Codes) -> Iterator[Setting]:
        """What each option of a specification sets."""
        return (options[code] for options, code in zip(self.sets, codes, strict=True))

    def setting(self, codes: Codes, name: str) -> Any:
        """What a specification sets, or the default."""
        return next((settings[name] for settings, _ in self.chosen(codes) if name in settings), DEFAULTS[name])

    def key(self, codes: Codes) -> Key:
        """Basis, year and age of a specification."""
        basis, year, adult_age = (self.setting(codes, name) for name in _WORLD)
        return (basis, year, adult_age)

    def entries(self, codes: Codes, *, area: bool) -> dict[str, Distribution]:
        """Entries that a specification sets: those about places, or the others; the division into prisons left out."""
        return {
            key: shape
            for _, entries in self.chosen(codes)
            for key, shape in entries.items()
            if is_area(key) == area and not key.startswith(_DIVISION)
        }

    def division(self, codes: Codes) -> dict[str, Distribution]:
        """Entries that a specification sets about how camp and prison divide."""
        return {
            key: shape
            for _, entries in self.chosen(codes)
            for key, shape in entries.items()
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

    def places(self, codes: Codes) -> tuple[int, ...]:
        """The options of a specification that act through the deviations of places; hashable."""
        return tuple(
            int(code) if any(map(is_area, options[code][1])) else -1
            for options, code in zip(self.sets, codes, strict=True)
            if any(is_area(key) for _, entries in options for key in entries)
        )

    @cached_property
    def _telling(self) -> list[int]:
        """Choices with options that a name tells."""
        return [
            choice
            for choice, options in enumerate(self.sets)
            if any(
                any(name in settings for name in _WORLD) or not all(map(is_area, entries))
                for settings, entries in options
            )
        ]

    @cached_property
    def _names(self) -> dict[tuple[int, ...], tuple[Any, ...]]:
        return {}


@dataclass(frozen=True)
class Plan:
    """All that the specifications share.

    Attributes
    ----------
    token : str
        Hash of everything that the results depend on; two plans with one token are equal.
    register : Register
        What the grid is silent on.
    options : Options
        What every option sets.
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
    options: Options = field(compare=False)
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


def is_area(entry: str) -> bool:
    """Whether an entry acts through the deviations of places."""
    return entry.endswith(_AREA)


def on_base(inputs: dict[str, Array], first: World, world: World) -> dict[str, Array]:
    """The same inputs for another world: the share as counted was drawn on the first's base, a proportion moves it."""
    return {**inputs, replay.SAMPLING: inputs[replay.SAMPLING] * (first.central_base / world.central_base)}
