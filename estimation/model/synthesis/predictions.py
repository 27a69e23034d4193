"""What each source would have said in each draw, had it made no error: the right people, custody, date and unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.tables.synthesis_sources import SourceRow
from estimation.model.region.region import Array, Region, Scope
from estimation.model.synthesis.components import Course, Held, Part, persons
from estimation.model.synthesis.likelihood import Source

OBSERVED: Final = "observed county"
EVERYONE: Final = "all groups"
"""Names of the two parts that every run counts besides its scopes and sources."""


@dataclass(frozen=True)
class Prediction:
    """A source with what it speaks about.

    Attributes
    ----------
    row : SourceRow
        The figure and its card.
    source : Source
        The figure in the likelihood's terms.
    value : ndarray of shape (n,)
        What it would have said without error, in its unit.
    ever : ndarray of shape (n,)
        Share of the adults it speaks about who were ever held in 2017-18, 0-1.
    """

    row: SourceRow
    source: Source
    value: Array
    ever: Array

    def errors(self, entries: Mapping[str, Array]) -> dict[str, Array]:
        """What its density takes besides: the entries of its kind, and how places differ within a county."""
        kind = self.source.kind
        return {
            "bias": entries[f"bias_{kind}"],
            "uninformative": entries[f"uninformative_{kind}"],
            "place_sd": entries["within_county_sd"],
        }


def part_of(name: str, area: str, groups: Sequence[str], region: Region) -> Part:
    """The part of the region that an area in words or codes means.

    Parameters
    ----------
    name : str
        For messages.
    area : str
        Codes of units or prefectures joined by ``+``; ``region``; ``counties`` or ``south_counties`` for units that
        are not cities.
    groups : sequence of str
        Groups of the region.
    region : Region
        Places and people.

    Returns
    -------
    Part

    Raises
    ------
    EstimationError
        No unit of the region has such a code.
    """
    if area == "region":
        mask = np.ones(len(region.areas), bool)
    elif area in ("counties", "south_counties"):
        mask = ~region.city & (region.core | (area == "counties"))
    else:
        codes = tuple(area.split("+"))
        mask = np.array([unit.startswith(codes) for unit in region.areas])
        for code in codes:
            if not any(unit.startswith(code) for unit in region.areas):
                raise EstimationError(f"the area of {name} must be in the region", code, "check its code")
    return Part(name, np.flatnonzero(mask), tuple(groups))


def parts_of(region: Region, scopes: Sequence[Scope], rows: Sequence[SourceRow]) -> list[Part]:
    """Whom a run counts: each scope, whom each figure speaks about, the observed county's first group, and everyone.

    Raises
    ------
    EstimationError
        As `part_of`.
    """
    whole = np.arange(len(region.areas))
    core = np.flatnonzero(region.core)
    return [
        *(Part(scope.name, core if scope.core_only else whole, scope.groups) for scope in scopes),
        *(part_of(row.name, row.area, row.groups, region) for row in rows),
        Part(OBSERVED, region.observed, region.groups[:1]),
        Part(EVERYONE, whole, region.groups),
    ]


def predictions(
    rows: Sequence[SourceRow],
    parts: Sequence[Part],
    held: Held,
    course: Course,
    drawn: Mapping[str, Array],
    *,
    adult_shares: Mapping[str, float],
) -> tuple[Prediction, ...]:
    """Convert the draws to what each source speaks about.

    Parameters
    ----------
    rows, parts, held, course, adult_shares
        As in `counted`.
    drawn : mapping of str to ndarray of shape (n,)
        The register's entries, drawn.

    Returns
    -------
    tuple of Prediction

    Raises
    ------
    EstimandError, EstimationError
        As `counted`.
    """
    found = counted(rows, parts, held, course, adult_shares=adult_shares)
    return tuple(reported(each, drawn) for each in found)


def counted(
    rows: Sequence[SourceRow],
    parts: Sequence[Part],
    held: Held,
    course: Course,
    *,
    adult_shares: Mapping[str, float],
) -> tuple[Prediction, ...]:
    """The people each source speaks about, by its custody, date and unit, before what its kind reports of them.

    Parameters
    ----------
    rows : sequence of SourceRow
        The sources.
    parts : sequence of Part
        Their people, in the same order as the columns of `held`; one for each source, by name.
    held : Held
        Draws of people ever held.
    course : Course
        Entries and releases.
    adult_shares : mapping of str to float
        Of `adult_shares_of`.

    Returns
    -------
    tuple of Prediction

    Raises
    ------
    EstimandError
        A date outside the window, or a measure that does not fit the custody.
    EstimationError
        A figure above everybody.

    Notes
    -----
    **Assumes:** people held are adults.

    References
    ----------
    METHODS eq. 51.
    """
    column = {part.name: place for place, part in enumerate(parts)}
    found = []
    for row in rows:
        at = column[row.name]
        either, prison, base = held.either[:, at], held.prison[:, at], held.base[:, at]
        value = persons(either, prison, course, custody=row.custody, measure=row.measure, year=row.year)
        whole = float(held.median_base[at])
        if row.scale == "share":
            value = value / base
            whole = 1.0
            if row.all_ages:
                value = value * adult_shares[row.name]
        source = Source(row.name, row.kind, row.value, whole, row.bound, row.log_sd, row.places)
        found.append(Prediction(row, source, np.asarray(value), np.asarray(either / base)))
    return tuple(found)


def reported(prediction: Prediction, drawn: Mapping[str, Array]) -> Prediction:
    """The same with what a source of its kind reports of those people, under the register's entries.

    Parameters
    ----------
    prediction : Prediction
        Of `counted`.
    drawn : mapping of str to ndarray of shape (n,)
        The register's entries, drawn.

    Returns
    -------
    Prediction

    Notes
    -----
    **Assumes:** everyone sentenced is the minorities' prison part over their share of the sentenced, the custodial
    share, and what is not ordinary crime. Places built are people held over occupancy. A reported place has the
    county's rate over `newsworthiness`.

    References
    ----------
    METHODS eq. 51.
    """
    row, value = prediction.row, prediction.value
    if row.kind == "court":
        value = value / (
            drawn["minority_share_of_sentenced"] * drawn["custodial_share"] * (1 - drawn["ordinary_crime_share"])
        )
    elif row.kind == "capacity":
        value = value / drawn["occupancy"]
    if row.places:
        value = value / drawn["newsworthiness"]
    return replace(prediction, value=np.asarray(value))


def adult_shares_of(
    rows: Sequence[SourceRow], parts: Sequence[Part], region: Region, shares: pd.Series
) -> dict[str, float]:
    """Share of adults among people of all ages, 0-1, of whom each source on people of all ages speaks about.

    Parameters
    ----------
    rows, parts
        As in `counted`.
    region : Region
        Places and people.
    shares : Series
        Of the minorities, by code of the unit.

    Returns
    -------
    dict of str to float
        By name of the source.
    """
    named = {part.name: part for part in parts}
    return {
        row.name: _adult_share(named[row.name], region, shares) for row in rows if row.scale == "share" and row.all_ages
    }


def _adult_share(part: Part, region: Region, adult_shares: pd.Series) -> float:
    columns = [region.groups.index(group) for group in part.groups]
    adults = region.adults[np.ix_(part.areas, np.array(columns))].sum(axis=1)
    shares = adult_shares.loc[[region.areas[area] for area in part.areas]].to_numpy(float)
    return float(adults.sum() / (adults / shares).sum())
