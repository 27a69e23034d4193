"""What each source would have said in each draw, had it made no error: the right people, custody, date and unit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimation.errors import EstimationError
from estimation.model.case.case import Case, Source
from estimation.model.region.poststratify import Held
from estimation.model.region.region import Array
from estimation.model.synthesis.custody import course_of, persons


@dataclass(frozen=True, eq=False)
class Prediction:
    """A source with the people it speaks about."""

    source: Source
    whole: float  # the figure if everybody were held: persons, or 1
    counted: Array  # people of the source's custody, date and unit, before what its kind reports of them, shape (n,)
    ever: Array  # share of the adults it speaks about who were ever held, 0-1, shape (n,)

    def reported(self, entries: Mapping[str, Array]) -> Array:
        """What the source would say without error, under its own entries: in its unit, of the shape of both.

        **Assumes:** everyone sentenced is the prison part over the groups' share of the sentenced, the custodial share
        and what is not ordinary crime; places built are people held over occupancy; a place that was reported has the
        area's rate over `newsworthiness`. METHODS eq. 51.
        """
        return np.asarray(self.counted / conversion(self.source, entries))


def conversion(source: Source, entries: Mapping[str, Array]) -> Array | float:
    """People counted over what the source would report of them, under its own entries."""
    factor: Array | float = 1.0
    for name in source.over:
        factor = factor * entries[name]
    for name in source.over_rest:
        factor = factor * (1 - entries[name])
    return factor


def predict(case: Case, held: Held, inputs: Mapping[str, Array]) -> tuple[Prediction, ...]:
    """Convert the draws to what each source of a case speaks about.

    In `held` the sources' parts are the columns after the scopes; `inputs`, each of shape (n,), give the course of
    entries and releases.

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
    course = None
    if case.custody is not None:
        course = course_of(inputs, sentenced_by_2018=case.custody.sentenced_first_year)
    found = []
    for column, source in enumerate(case.sources, start=len(case.scopes)):
        either, people = held.either[:, column], held.people[:, column]
        value = either
        if course is not None and source.custody:
            prison = held.prison[:, column]
            value = persons(either, prison, course, custody=source.custody, measure=source.measure, year=source.year)
        whole = float(held.median_people[column])
        if source.unit == "share":
            value, whole = value / people * source.adult_share, 1.0
        if source.value > whole:
            raise EstimationError(
                "a figure must not exceed everybody",
                f"{source.name}: {source.value:g} of {whole:g}",
                "check its unit, area and groups",
            )
        found.append(Prediction(source, whole, np.asarray(value), np.asarray(either / people)))
    return tuple(found)
