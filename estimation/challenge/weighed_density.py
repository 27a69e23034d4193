"""How probable each kind of source's figures are under each draw.

Given a draw of the counties and a course of entries and releases, kinds of source err independently, so that the mean
density over a kind's own entries can be taken kind by kind: a product of means in place of a mean of products.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge import areas, replay
from estimation.challenge.areas import Inputs
from estimation.challenge.replay import World
from estimation.challenge.weighed_people import Sources
from estimation.errors import EstimationError
from estimation.model.components import COURSE, Held, course_of
from estimation.model.likelihood import log_density
from estimation.model.predictions import predictions
from estimation.model.region import Array
from estimation.model.synthesis import own_entries

COURSES: Final = 4
"""Courses of entries and releases that each draw is tried with."""
SETS: Final = 4
"""Sets of a kind's other entries that each course is tried with."""
GRID: Final = np.geomspace(1e2, 1e8, 1024)
"""People sentenced, persons, at which the density of figures on sentences is tabulated."""
TABLED: Final = 4096
"""Sets of entries behind each value of that table."""


def densities(
    world: World,
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
    world, sources : World, Sources
        Places, people, parts and figures.
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
    shares = pd.Series(dict(sources.adult_shares))
    own = [name for name in own_entries(drawn) if name not in COURSE]
    rows = [row for row in sources.rows if row.custody != "prison"]
    kinds = sorted({row.kind for row in rows})
    step = max(1, n // (courses * sets))

    def one(number: int) -> dict[str, Array]:
        apart = number // sets * sets * step
        entries = {
            **drawn,
            **{name: np.roll(drawn[name], -apart) for name in COURSE},
            **{name: np.roll(drawn[name], -number * step) for name in own},
        }
        course = course_of(entries, sentenced_by_2018=sources.first_year)
        total = {kind: np.zeros(n) for kind in kinds}
        for each in predictions(rows, sources.parts, people, course, entries, region=world.region, adult_shares=shares):
            kind = each.source.kind
            total[kind] += log_density(
                each.source,
                each.value,
                bias=entries[f"bias_{kind}"],
                uninformative=entries[f"uninformative_{kind}"],
                place_sd=entries["within_county_sd"],
            )
        return total

    with ThreadPoolExecutor(threads) as pool:
        tried = list(pool.map(one, range(courses * sets)))
    found = {
        kind: np.stack(
            [log_mean(np.stack([tried[course * sets + k][kind] for k in range(sets)])) for course in range(courses)]
        )
        for kind in kinds
    }
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
    shares = pd.Series(dict(sources.adult_shares))
    whole = np.broadcast_to(world.region.adults.sum(), (size, len(sources.parts)))
    table = np.empty((len(rows), GRID.size))
    for column, sentenced in enumerate(GRID):
        at = np.broadcast_to(sentenced, (size, len(sources.parts)))
        people = Held(at, at, whole, np.empty((size, 0), np.float32))
        said = predictions(rows, sources.parts, people, course, drawn, region=world.region, adult_shares=shares)
        for place, each in enumerate(said):
            logs = log_density(
                each.source,
                each.value,
                bias=drawn[f"bias_{each.source.kind}"],
                uninformative=drawn[f"uninformative_{each.source.kind}"],
                place_sd=drawn["within_county_sd"],
            )
            table[place, column] = log_mean(logs)
    return table


def _entries(inputs: Inputs, n: int) -> dict[str, Array]:
    return {
        name: np.broadcast_to(np.asarray(value, float), (n,))
        for name, value in inputs.items()
        if name not in (replay.SAMPLING, areas.STANDING)
    }


def log_mean(logs: Array) -> Array:
    """Log of the mean of exponentials over the first axis."""
    top = logs.max(axis=0)
    finite = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(logs - finite).mean(axis=0)) + finite)
