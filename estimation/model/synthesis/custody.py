"""From people ever held in 2017-18 to people held at a moment, in camps, or sentenced by a date."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from estimation.errors import EstimandError
from estimation.model.region.region import Array

# The window: from the first mass entries in the spring of 2017 to the end of 2018.
START, END = 2017.25, 2019.0
COURSE: Final = ("intake_shape", "stock_to_ever_ratio", "camp_before_prison")
"""Entries of the register behind the course of entries and releases."""


@dataclass(frozen=True)
class Course:
    """Draws of the course of entries and releases, each of shape (n,)."""

    intake_shape: Array  # exponent a of the intake
    kept: Array  # people in camps at the end of 2018 over people ever in camps, 0-1
    camp_before_prison: Array  # share of those sentenced who had been in a camp before, 0-1
    sentenced_by_2018: float  # share of the sentences of 2017-18 passed in 2017, 0-1


def course_of(drawn: Mapping[str, Array], *, sentenced_by_2018: float) -> Course:
    """The course from the register's entries, drawn."""
    shape, ratio, camp_before_prison = (drawn[name] for name in COURSE)
    return Course(shape, ratio, camp_before_prison, sentenced_by_2018)


def persons(either: Array, prison: Array, course: Course, *, custody: str, measure: str, year: float) -> Array:
    """Persons of one kind of count at one time, shape (n,), from people ever held in 2017-18.

    Parameters
    ----------
    either, prison : ndarray of shape (n,)
        Persons ever held, and sentenced to prison, in 2017-18.
    course : Course
        Entries and releases.
    custody, measure : str
        As in `Estimand`.
    year : float
        Moment, or end of the window: a year with its fraction.

    Raises
    ------
    EstimandError
        A time outside the window, or a custody and measure that do not go together.

    Notes
    -----
    **Assumes:** by the time a share x of the window has passed, ``x ** a`` of those ever held had been taken in, in
    every place alike; the share still in camps among those who had entered falls in a straight line from 1 to `kept`;
    nobody sentenced was released before 2019; sentences run evenly within each year.

    References
    ----------
    METHODS eq. 50.

    Examples
    --------
    >>> one = np.ones(1)
    >>> course = Course(one, 0.8 * one, 0.5 * one, 0.4)
    >>> [float(persons(100 * one, 40 * one, course, custody="camp", measure=m, year=2019.0)[0])
    ...  for m in ("ever held", "held at a moment")]
    [80.0, 64.0]
    """
    if not START < year <= END:
        raise EstimandError(
            "a count can be converted only within spring 2017 to the end of 2018", f"{year:g}", "leave it out"
        )
    if (measure == "sentenced") != (custody == "prison"):
        raise EstimandError(
            "prison is counted by sentences, camps by people held", f"{measure} in {custody}", "correct one of them"
        )
    passed = (year - START) / (END - START)
    entered = passed**course.intake_shape
    sentenced = np.interp(year, [START, 2018.0, END], [0.0, course.sentenced_by_2018, 1.0]) * prison
    if custody == "prison":
        return np.asarray(sentenced)
    if custody == "camp or prison" and measure == "ever held":
        return np.asarray(either * entered)
    camp = (either - (1 - course.camp_before_prison) * prison) * entered
    if measure == "ever held":
        return np.asarray(camp)
    still = camp * (1 - (1 - course.kept) * passed)
    return np.asarray(still if custody == "camp" else still + sentenced)
