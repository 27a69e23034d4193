"""Camp and prison: splits the draws of people ever held, county by county, and follows them through 2017-18.

The same areas are drawn again from the same streams as in `poststratify.simulate`, block by block, so that the totals
there stay as they are and no array grows with draws times areas.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimandError, EstimationError, require
from estimation.model.region.poststratify import area_draws, block_rows, block_stream, rates
from estimation.model.region.region import Array, Effects, Region

# The window: from the first mass entries in the spring of 2017 to the end of 2018.
START, END = 2017.25, 2019.0
COURSE: Final = ("intake_shape", "stock_to_ever_ratio", "camp_before_prison")
"""Entries of the register behind a course: the sources' own, and shared by all kinds of source."""
_COMPOSITION_STREAM = 0xC0


@dataclass(frozen=True)
class Part:
    """People whom a figure speaks about.

    Attributes
    ----------
    name : str
        For tables and messages.
    areas : ndarray of int
        Positions in the region.
    groups : tuple of str
        Groups of the region.
    """

    name: str
    areas: npt.NDArray[np.intp]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Composition:
    """Draws of how those ever held divide into camp and prison, each of shape (n,).

    Attributes
    ----------
    observed_logit : ndarray
        Log-odds that a person ever held in the observed area was sentenced to prison.
    spread : ndarray
        Standard deviation of these log-odds between areas.
    correlation : ndarray
        With the areas' rates ever held.
    shift : ndarray
        Mean deviation of the observed area, in units of `spread`.
    """

    observed_logit: Array
    spread: Array
    correlation: Array
    shift: Array


def composition_of(drawn: Mapping[str, Array], count: float) -> Composition:
    """How those ever held divide, from draws of the register's entries.

    Parameters
    ----------
    drawn : mapping of str to ndarray of shape (n,)
        The entries, drawn.
    count : float
        People ever held in the observed county.

    Returns
    -------
    Composition

    Raises
    ------
    EstimationError
        As many people sentenced as held in the observed county, or more.
    """
    sent = drawn["county_prison_count"] * drawn["prison_list_inside"] / count
    require(
        float(sent.max()) < 1,
        "people sentenced must be fewer than people ever held in the observed county",
        f"a share of {float(sent.max()):.3g}",
        "lower county_prison_count or prison_list_inside",
    )
    logit = np.log(sent) - np.log1p(-sent)
    return Composition(logit, drawn["composition_sd"], drawn["composition_correlation"], drawn["composition_shift"])


@dataclass(frozen=True)
class Held:
    """Draws of persons for P parts, each of shape (n, P).

    Attributes
    ----------
    either, prison : ndarray
        Ever held in 2017-18; sentenced to prison in 2017-18. In a case of another region `either` is what it counts,
        and `prison` is empty.
    base : ndarray
        Adults.
    county_rate : ndarray of shape (n, K), float32
        Rate ever held of the first group in each area; K = 0 unless asked for.
    """

    either: Array
    prison: Array
    base: Array
    county_rate: npt.NDArray[np.float32]

    @cached_property
    def median_base(self) -> Array:
        """Median number of adults of each part, shape (P,)."""
        return np.median(self.base, axis=0)


def split(
    region: Region,
    parts: Sequence[Part],
    effects: Effects,
    composition: Composition | None,
    *,
    seed: int,
    counties: bool = False,
    threads: int | None = None,
) -> Held:
    """People ever held, and sentenced to prison, in each part.

    Parameters
    ----------
    region : Region
        Places and people; with one observed area if there is a composition.
    parts : sequence of Part
        Whom to count, P of them.
    effects : Effects
        n draws.
    composition : Composition or None
        n draws of how those ever held divide; None if nobody asks for it.
    seed : int
        That of `poststratify.simulate`.
    counties : bool
        Whether to keep each area's rate.
    threads : int, optional
        Threads; the result does not depend on it.

    Returns
    -------
    Held
        `either` is that of the rung *differences*; `prison` has no columns without a composition.

    Raises
    ------
    EstimationError
        A composition from more than one observed area, a part without people, or an unknown group.

    Notes
    -----
    **Assumes:** the share sentenced among those ever held in area i has log-odds ``m + s e_i`` with
    ``e_i = r d_i + sqrt(1 - r^2) x_i``, d_i the area's standardised deviation in the rate ever held, and
    ``x_i = sqrt(rho) a_q + sqrt(1 - rho) b_i`` standard normal with the rate's rho; m is such that the observed area
    has its own share. The share is the same for all groups of an area.

    References
    ----------
    METHODS eq. 49.
    """
    if composition is not None and region.observed.size != 1:
        raise EstimationError(
            "camp and prison are split from one observed area", f"{region.observed.size} of them", "mark one"
        )
    masks = _masks(region, parts)
    count = effects.spread.size
    step = block_rows(len(region.areas))
    starts = range(0, count, step)
    counted = np.flatnonzero(masks.any(axis=(1, 2)))
    # Column by column, because each source asks for its own.
    widths = {"either": len(parts), "prison": 0 if composition is None else len(parts), "base": len(parts)}
    kept = {name: np.empty((count, width), order="F") for name, width in widths.items()}
    rate_of = np.empty((count, len(region.areas) if counties else 0), np.float32)

    def work(number: int) -> None:
        rows = slice(starts[number], min(starts[number] + step, count))
        drawn = area_draws(region, effects, rows, block_stream(seed, number))
        sent = None
        if composition is not None:
            sent = _prison_share(region, effects, composition, rows, drawn.deviation, seed, number)
        people, odds_against = drawn.people, drawn.odds_against
        with np.errstate(over="ignore"):
            odds_against *= np.exp(-drawn.place)
            if counties:
                rate_of[rows] = rates(odds_against, 1.0)
            for name in kept:
                kept[name][rows] = 0.0
            for group in counted:
                held = rates(odds_against, np.exp(-effects.group[rows, group])[:, None])
                held *= people
                kept["either"][rows] += held @ masks[group]
                if sent is not None:
                    held *= sent
                    kept["prison"][rows] += held @ masks[group]
                kept["base"][rows] += people @ masks[group]

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for _ in pool.map(work, range(len(starts))):
            pass
    return Held(kept["either"], kept["prison"], kept["base"], rate_of)


def _prison_share(
    region: Region, effects: Effects, composition: Composition, rows: slice, deviation: Array, seed: int, number: int
) -> Array:
    """Share of those ever held who were sentenced to prison, area by area: shape (rows, K)."""
    rng = block_stream(seed, number, _COMPOSITION_STREAM)
    size, areas = deviation.shape
    rho = effects.parent_share[rows, None]
    own = rng.standard_normal((size, int(region.parents.max()) + 1))
    effect = (np.sqrt(rho) * own)[:, region.parents]
    effect += np.sqrt(1 - rho) * rng.standard_normal((size, areas))
    # With a flat centre the observed area's own effect keeps its prior, moved by its selection.
    correlation = composition.correlation[rows, None]
    effect *= np.sqrt(1 - correlation**2)
    effect += correlation * deviation
    here = int(region.observed[0])
    anchor = effect[:, [here]] + composition.shift[rows, None]
    effect -= anchor
    effect[:, here] = 0.0
    effect *= composition.spread[rows, None]
    effect += composition.observed_logit[rows, None]
    with np.errstate(over="ignore"):
        np.exp(np.negative(effect, out=effect), out=effect)
    return rates(effect, 1.0)


def _masks(region: Region, parts: Sequence[Part]) -> Array:
    masks = np.zeros((len(region.groups), len(region.areas), len(parts)))
    for column, part in enumerate(parts):
        for group in part.groups:
            if group not in region.groups:
                raise EstimationError("a part may name only groups of the region", repr(group), f"use {region.groups}")
            row = region.groups.index(group)
            masks[row, part.areas, column] = region.adults[part.areas, row]
        if not masks[:, :, column].sum() > 0:
            raise EstimationError("every part must count somebody", part.name, "check its areas and groups")
    return masks


@dataclass(frozen=True)
class Course:
    """Draws of the course of entries and releases.

    Attributes
    ----------
    intake_shape : ndarray of shape (n,)
        Exponent a of the intake.
    kept : ndarray of shape (n,)
        People in camps at the end of 2018 over people ever in camps, 0-1.
    camp_before_prison : ndarray of shape (n,)
        Share of those sentenced who had been in a camp before, 0-1.
    sentenced_by_2018 : float
        Share of the sentences of 2017-18 passed in 2017.
    """

    intake_shape: Array
    kept: Array
    camp_before_prison: Array
    sentenced_by_2018: float


def persons(either: Array, prison: Array, course: Course, *, custody: str, measure: str, year: float) -> Array:
    """People of one kind of count at one time, from people ever held in 2017-18.

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

    Returns
    -------
    ndarray of shape (n,)
        Persons.

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


def course_of(drawn: Mapping[str, Array], *, sentenced_by_2018: float) -> Course:
    """The course from the register's entries, drawn."""
    shape, ratio, camp_before_prison = (drawn[name] for name in COURSE)
    return Course(shape, ratio, camp_before_prison, sentenced_by_2018)
