"""Specifications of the declared grid: what each sets of the case, of the register, of prisons and of sources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.challenge.sensitivity.tornado import entries_of
from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import RUNGS, SOURCES, Register
from estimation.evidence.register.choices import Grid

_DEFAULTS: Final[Mapping[str, Any]] = {"sources": (), "prison": "split"}
"""What holds where no choice of the grid sets it; the options of the case have defaults of their own."""
CASE: Final = ("basis", "year", "adult_age")
"""Settings that build the case."""
Codes: TypeAlias = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Specification:
    """What one combination of options sets."""

    case: tuple[tuple[str, str | int], ...]  # options of the case
    entries: tuple[tuple[str, Distribution], ...]  # of the register, sorted by name
    prison: str  # "split" as judged, or "statistics" of the courts
    sources: tuple[str, ...]  # kinds of other source that weigh the draws
    scope: str | None  # whose total; the headline's if the grid does not say

    @property
    def model(self) -> tuple[object, ...]:
        """What the model must be run for: all but whose total, and which sources weigh it."""
        return self.case, self.entries, self.prison

    @property
    def alone(self) -> bool:
        """Whether it rests on the observed areas alone."""
        return not self.sources and self.prison == "split"


def specifications(grid: Grid, codes: Codes, sets: pd.DataFrame) -> Iterator[Specification]:
    """Every combination of a grid, one row of `codes` each, with named fits of the spread from `sets`."""
    options = [
        [(dict(option.settings), entries_of(option, sets)) for option in choice.options] for choice in grid.choices
    ]
    for row in codes:
        settings: dict[str, Any] = dict(_DEFAULTS)
        entries: dict[str, Distribution] = {}
        for choice, code in zip(options, row, strict=True):
            settings |= choice[code][0]
            entries |= choice[code][1]
        yield Specification(
            case=tuple((name, settings[name]) for name in CASE if name in settings),
            entries=tuple(sorted(entries.items())),
            prison=settings["prison"],
            sources=tuple(settings["sources"]),
            scope=settings.get("scope"),
        )


def looks(grid: Grid, sets: pd.DataFrame, register: Register) -> Iterator[dict[str, Distribution]]:
    """Entries of the published combination, and with each option alone that the draws' weights turn on.

    These are options on entries that enter from the spread on: they say how far areas, and prisons, may lie apart.
    """
    published = {key: shape for choice in grid.choices for key, shape in entries_of(choice.options[0], sets).items()}
    late = {*RUNGS[RUNGS.index("spread") :], SOURCES}
    yield published
    for choice in grid.choices:
        for option in choice.options[1:]:
            entries = entries_of(option, sets)
            if any(register[key].rung in late for key in entries):
                yield {**published, **entries}
