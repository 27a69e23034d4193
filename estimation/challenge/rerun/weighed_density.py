"""How probable each kind of source's figures are under each draw.

Given a draw of the counties and a course of entries and releases, kinds of source err independently, so that the mean
density over a kind's own entries can be taken kind by kind: a product of means in place of a mean of products.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from estimation.challenge.rerun import areas, replay
from estimation.challenge.rerun.areas import Inputs
from estimation.challenge.rerun.replay import World
from estimation.challenge.rerun.weighed_people import Sources
from estimation.errors import EstimationError
from estimation.model.region.region import Array
from estimation.model.synthesis.components import COURSE, Held, course_of
from estimation.model.synthesis.likelihood import density
from estimation.model.synthesis.predictions import Prediction, counted, predictions, reported
from estimation.model.synthesis.synthesis import going_round, own_entries

COURSES: Final = 4
"""Courses of entries and releases that each draw is tried with."""
SETS: Final = 4
"""Sets of a kind's other entries that each course is tried with."""
GRID: Final = np.geomspace(1e2, 1e8, 1024)
"""People sentenced, persons, at which the density of figures on sentences is tabulated."""
TABLED: Final = 4096
"""Sets of entries behind each value of that table."""


def densities(
    sources: Sources,
    people: Held,
    inputs: Inputs,
    sentences: Array,
    *,
    courses: int = COURSES,
    sets: int = SETS,
    threads: int = 1,
) -> dict[str, Array]:
    """Log of the mean density of each kind of source's figures, by kind: shape (courses, n).

    Parameters
    ----------
    sources : Sources
        Parts and figures.
    people : Held
        Draws of the parts.
    inputs : mapping
        Draws of the register's entries.
    sentences : ndarray
        Of `sentences_table`.
    courses, sets : int
        Courses each draw is tried with, and sets of a kind's other entries with each.
    threads : int, optional
        Threads; the result does not depend on it.

    Returns
    -------
    dict of str to ndarray

    Notes
    -----
    **Assumes:** what `synthesis.synthesise` does. Each mean is unbiased and, given draw and course, independent of the
    other kinds', so their product is unbiased too, and so is its mean over courses (Andrieu and Roberts 2009,
    doi:10.1214/07-AOS574).
    """
    n = people.either.shape[0]
    drawn = _entries(inputs, n)
    own = [name for name in own_entries(drawn) if name not in COURSE]
    rows = [row for row in sources.rows if row.custody != "prison"]
    kinds = sorted({row.kind for row in rows})
    step = max(1, n // (courses * sets))
    course_from, own_from = going_round(drawn, COURSE), going_round(drawn, own)

    def one(number: int) -> dict[str, Array]:
        apart = number * sets * step
        course = course_of(course_from(apart), sentenced_by_2018=sources.first_year)
        spoken = counted(rows, sources.parts, people, course, adult_shares=sources.adult_shares)
        total = {kind: np.zeros(n) for kind in kinds}
        for other in range(sets):
            entries = {**drawn, **own_from(apart + other * step)}
            joint = {kind: np.ones(n) for kind in kinds}
            for each in spoken:
                joint[each.source.kind] *= _density(reported(each, entries), entries)
            for kind in kinds:
                total[kind] += joint[kind]
        with np.errstate(divide="ignore"):
            return {kind: np.log(total[kind] / sets) for kind in kinds}

    with ThreadPoolExecutor(threads) as pool:
        tried = list(pool.map(one, range(courses)))
    found = {kind: np.stack([each[kind] for each in tried]) for kind in kinds}
    for place, row in enumerate(each for each in sources.rows if each.custody == "prison"):
        with np.errstate(divide="ignore"):
            at = np.log(people.prison[:, sources.column(row.name)])
        found[row.kind] = np.tile(np.interp(at, np.log(GRID), sentences[place]), (courses, 1))
    return found


def sentences_table(world: World, sources: Sources, inputs: Inputs) -> Array:
    """Log of the mean density of each figure on sentences, over the sources' own entries, at `GRID`.

    Such a figure is precise and depends on the draw by one number, the people sentenced: its mean over thousands of
    sets of entries is tabulated once, where a few sets a draw would leave most of the noise in the weights.

    Parameters
    ----------
    world, sources, inputs
        As in `densities`; only the sources' own entries are used.

    Returns
    -------
    ndarray of shape (figures, 1024)

    Raises
    ------
    EstimationError
        A kind of source has figures on sentences and others, or several: they would share a bias.
    """
    rows = [row for row in sources.rows if row.custody == "prison"]
    for row in rows:
        if sum(each.kind == row.kind for each in sources.rows) > 1:
            raise EstimationError(
                "a figure on sentences must be the only one of its kind here", row.name, "weigh it in `synthesise`"
            )
    drawn = _entries(inputs, len(next(iter(inputs.values()))))
    drawn = {name: values[:TABLED] for name, values in drawn.items()}
    size = next(iter(drawn.values())).size
    course = course_of(drawn, sentenced_by_2018=sources.first_year)
    whole = np.full((1, len(sources.parts)), world.region.adults.sum())
    table = np.empty((len(rows), GRID.size))
    for column, sentenced in enumerate(GRID):
        at = np.broadcast_to(sentenced, (size, len(sources.parts)))
        people = Held(at, at, whole, np.empty((size, 0), np.float32))
        said = predictions(rows, sources.parts, people, course, drawn, adult_shares=sources.adult_shares)
        with np.errstate(divide="ignore"):
            table[:, column] = [np.log(_density(each, drawn).mean()) for each in said]
    return table


def _density(said: Prediction, entries: Mapping[str, Array]) -> Array:
    return density(said.source, said.value, **said.errors(entries))


def _entries(inputs: Inputs, n: int) -> dict[str, Array]:
    return {
        name: np.broadcast_to(np.asarray(value, float), (n,))
        for name, value in inputs.items()
        if name not in (replay.SAMPLING, areas.STANDING)
    }
