"""One region with what was observed in it, ready for the ladder.

Nothing here knows where the numbers came from: `build` makes a case of what was read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_register import NO_ERRORS, Errors
from estimation.evidence.case_folder.case_register import PARENT_SHARE as PARENT_SHARE
from estimation.evidence.case_folder.case_register import SELECTION as SELECTION
from estimation.evidence.case_folder.case_register import SPREAD as SPREAD
from estimation.model.region.region import Array, Part, Region, Scope

Values = Mapping[str, npt.ArrayLike]


class Card(Protocol):
    """What a scope counts, in fields and in words."""

    def row(self) -> dict[str, str | int]:
        """The fields as columns of a table."""

    def sentence(self) -> str:
        """The card in words."""


@dataclass(frozen=True)
class Source:
    """A figure of another source, and whom it speaks about.

    Attributes
    ----------
    name, kind : str
        Its key, and the kind of source whose error it shares.
    value : float
        Persons, or a share 0-1, as `unit` says.
    unit : {"persons", "share"}
        Of `value`.
    bound : {"about", "floor", "ceiling"}
        Whether what was counted is about this, at least this or at most this.
    log_sd : float
        Own error, log scale.
    part : Part
        Whom it speaks about.
    custody, measure : str
        What it counts; empty where it counts what the case does.
    year : float
        The moment, or the end of the window: a year with its fraction.
    adult_share : float
        Adults among the people it is a share of, 0-1: 1 for a share of adults.
    over, over_rest : tuple of str
        Entries of the register: the people counted are divided by x for each of the first entries, by 1 - x for each of
        the second, before they are compared with the figure.
    errors : Errors
        How kinds of source err.
    places : int
        Places seen within the area; 0 if it speaks about all of it.
    within_sd : str
        Entry with the standard deviation of places' log-odds within an area; empty without places.
    told : mapping of str to str
        What tables say of it: place, date, raw figure, note.
    """

    name: str
    kind: str
    value: float
    unit: str
    bound: str
    log_sd: float
    part: Part
    custody: str = ""
    measure: str = ""
    year: float = float("nan")
    adult_share: float = 1.0
    over: tuple[str, ...] = ()
    over_rest: tuple[str, ...] = ()
    errors: Errors = NO_ERRORS
    places: int = 0
    within_sd: str = ""
    told: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not self.value > 0:
            raise EstimationError(
                "a figure must lie above 0", f"{self.name}: {self.value:g}", "check its unit, area and groups"
            )
        if self.bound not in ("about", "floor", "ceiling"):
            raise EstimationError("bound must be about, floor or ceiling", repr(self.bound), "use one of these")

    @property
    def own(self) -> tuple[str, ...]:
        """Entries of the register that are the figure's own and not the region's."""
        within = (self.within_sd,) if self.within_sd else ()
        return (*self.errors.entries(self.kind), *self.over, *self.over_rest, *within)


@dataclass(frozen=True)
class Custody:
    """What tells camp from prison, and ever held from held at a moment.

    Attributes
    ----------
    observed_count : float
        persons ever held in the observed area.
    sentenced_first_year : float
        Share of the sentences of the window passed in its first year, 0-1.
    """

    observed_count: float
    sentenced_first_year: float


@dataclass(frozen=True, eq=False)
class Case:
    """A region, what was observed in it, what other sources say, and which judgements enter where.

    Attributes
    ----------
    region : Region
        Places and people.
    scopes : tuple of Scope
        Whom to count; the first is the headline's.
    cards : mapping of str to Card
        What each scope counts, by its name.
    counts, populations : ndarray of int, shape (J,)
        persons counted in each observed area, and the people they are a part of at the centre of the register.
    mend : callable
        From the shares as counted, shape (n, J), and the drawn entries to the shares without the record's flaws.
    factors : callable
        From entries, numbers or draws, to true over tabled population in the core and elsewhere.
    area_error_sd : ndarray of shape (K,)
        Error of each area's people, log scale.
    elsewhere, city : str or None
        Entries with the ratio of rates in distant areas and in cities; None if no area is marked so.
    group_ratios : tuple of str
        Entries with the ratio of rates of each group but the first, whose rate was observed.
    rungs : mapping
        What each rung includes and leaves out.
    thresholds : tuple of int
        persons; the chance of at least as many is reported.
    observed, area_kind : str
        Name of what was observed, and what kind of area that is, such as ``county``.
    sources : tuple of Source
        Figures of other sources.
    custody : Custody or None
        How camp and prison divide; None where the case does not tell them apart.
    """

    region: Region
    scopes: tuple[Scope, ...]
    cards: Mapping[str, Card]
    counts: npt.NDArray[np.int64]
    populations: npt.NDArray[np.int64]
    mend: Callable[[Array, Values], Array]
    factors: Callable[[Values], tuple[Array, Array]]
    area_error_sd: Array
    elsewhere: str | None
    city: str | None
    group_ratios: tuple[str, ...]
    rungs: Mapping[str, tuple[str, str]]
    thresholds: tuple[int, ...]
    observed: str
    area_kind: str
    sources: tuple[Source, ...] = ()
    custody: Custody | None = None

    def column(self, scope: str) -> int:
        """Where a scope stands; raises `EstimationError` for one the case does not have."""
        names = [each.name for each in self.scopes]
        if scope not in names:
            raise EstimationError("the scope must be a known one", repr(scope), f"use one of {', '.join(names)}")
        return names.index(scope)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of its other sources, in the order of the sources."""
        return tuple(dict.fromkeys(source.kind for source in self.sources))

    @property
    def own(self) -> tuple[str, ...]:
        """Entries of the register that are the other sources' own."""
        return tuple(dict.fromkeys(name for source in self.sources for name in source.own))


RUNGS_OF_A_CASE: Final = MappingProxyType(
    {
        "sampling": (
            "everyone at the rate as counted, as if each person were held by independent chance",
            "flaws of the record and everything below",
        ),
        "record": ("people missing or counted twice; the observed population", "the region's population"),
        "population": ("how many people the region has", "that areas differ, and why these were seen"),
        "spread": ("how unlike one another areas are, and selection", "known differences of places and groups"),
        "differences": ("known differences of places and groups", "other sources"),
        "sources": (
            "other sources, each with its bias",
            "biases that all these sources share, and what none of them saw",
        ),
    }
)
"""What each rung adds where a case does not say it in words of its own."""
