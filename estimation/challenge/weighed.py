"""The model with other sources weighed in, on fixed random numbers: one run gives the weights for any kinds of source.

Given a draw of the counties and a course of entries and releases, kinds of source err independently, so that the mean
density over a kind's own entries can be taken kind by kind: a product of means in place of a mean of products.
"""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from estimation.challenge import areas, replay
from estimation.challenge.areas import Division, Inputs, Places
from estimation.challenge.replay import World
from estimation.errors import EstimationError
from estimation.evidence.assumptions import SOURCE_TYPES, Register
from estimation.evidence.composition import adult_shares
from estimation.evidence.sources import Evidence
from estimation.evidence.synthesis_sources import SourceRow, sentenced_in_first_year, usable_rows
from estimation.model.case_shipped import population_factors, survival_of
from estimation.model.components import Held, Part, composition_of, course_of
from estimation.model.likelihood import log_density
from estimation.model.predictions import EVERYONE, OBSERVED, parts_of, predictions
from estimation.model.region import Array
from estimation.model.synthesis import own_entries
from estimation.model.weights import Weights, weigh

Prison: TypeAlias = Literal["split", "statistics"]
COURSE: Final = ("intake_shape", "stock_to_ever_ratio", "camp_before_prison")
"""The sources' own entries that all kinds share."""
COURSES: Final = 4
"""Courses of entries and releases that each draw is tried with."""
SETS: Final = 4
"""Sets of a kind's other entries that each course is tried with."""
GRID: Final = np.geomspace(1e2, 1e8, 1024)
"""People sentenced, persons, at which the density of figures on sentences is tabulated."""
TABLED: Final = 4096
"""Sets of entries behind each value of that table."""


@dataclass(frozen=True, eq=False)
class Sources:
    """What other sources say about a world, and about which of its people.

    Attributes
    ----------
    rows : tuple of SourceRow
        The figures.
    parts : tuple of Part
        People: the scopes, each figure's, the observed county's, and everyone.
    weights : ndarray of shape (G, K, 2 P)
        Persons of the parts, in the core and then elsewhere.
    observed : ndarray of shape (P,)
        1 for parts that hold the observed group of the observed county, else 0.
    adult_shares : mapping of str to float
        Adults among people of all ages, by unit.
    first_year : float
        Share of the sentences of 2017-18 passed in 2017.
    """

    rows: tuple[SourceRow, ...]
    parts: tuple[Part, ...]
    weights: Array
    observed: Array
    adult_shares: Mapping[str, float]
    first_year: float

    def column(self, name: str) -> int:
        """Where a part stands, by name."""
        return [part.name for part in self.parts].index(name)


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over places before the region's population factors, each of shape (n, 2 P), persons."""

    either: Array
    prison: Array
    base: Array


@dataclass(frozen=True, eq=False)
class Weighed:
    """Draws with the log-density of each kind of source.

    Attributes
    ----------
    totals : ndarray of shape (n, S)
        Persons ever held, by scope.
    kinds : dict of str to ndarray of shape (courses, n)
        Log of the mean density of a kind's figures under each course.
    base : ndarray of shape (n,), optional
        Log-weights of the draws before any source is weighed in; equal by default.
    """

    totals: Array
    kinds: Mapping[str, Array]
    base: Array | None = None

    def log_weights(self, kinds: Collection[str]) -> Array:
        """Log-weights of the draws by some kinds of source: shape (n,)."""
        total = np.zeros((1, self.totals.shape[0]))
        for name in sorted(kinds):
            if name not in self.kinds:
                raise EstimationError("the kind of source must be a known one", repr(name), f"use {SOURCE_TYPES}")
            total = total + self.kinds[name]
        return _log_mean(total) + (0.0 if self.base is None else self.base)

    def weights(self, kinds: Collection[str]) -> Weights:
        """Weights by some kinds of source, with their reliability measured and not enforced."""
        return weigh(self.log_weights(kinds), enforce=False)


def sources_of(evidence: Evidence, register: Register, world: World) -> Sources:
    """Read what other sources say.

    Parameters
    ----------
    evidence, register, world : Evidence, Register, World
        What is known, judged and arranged.

    Returns
    -------
    Sources

    Raises
    ------
    EstimationError
        As `usable_rows` and `part_of`.
    """
    region, rows = world.region, usable_rows(evidence)
    parts = parts_of(region, world.scopes, rows)
    weights = np.zeros((len(region.groups), len(region.areas), 2, len(parts)))
    observed = np.zeros(len(parts))
    for column, part in enumerate(parts):
        observed[column] = float(region.observed[0] in part.areas and region.groups[0] in part.groups)
        for group in part.groups:
            row = region.groups.index(group)
            for side, inside in enumerate((region.core, ~region.core)):
                where = part.areas[inside[part.areas]]
                weights[row, where, side, column] = region.adults[where, row]
    shares = adult_shares(evidence, year=2018, adult_age=18, survival=survival_of(register))
    return Sources(
        rows,
        tuple(parts),
        weights.reshape(*weights.shape[:2], -1),
        observed,
        {str(code): float(value) for code, value in shares.items()},
        sentenced_in_first_year(evidence),
    )


def sums(
    world: World, sources: Sources, inputs: Inputs, places: Places, division: Division, *, threads: int = 1
) -> Sums:
    """Add up people held, sentenced and living in every part.

    Parameters
    ----------
    world, sources : World, Sources
        Places, people and parts.
    inputs : mapping
        As `replay.draw_inputs` gives them.
    places, division : Places, Division
        n rows.
    threads : int, optional
        Threads.

    Returns
    -------
    Sums

    Raises
    ------
    EstimationError
        More people sentenced than held in the observed county.
    """
    n = places.within.shape[0]
    entry = {name: np.broadcast_to(np.asarray(value, float), (n,)) for name, value in inputs.items()}
    either, prison = areas.split_sums(
        world.region,
        sources.weights,
        np.broadcast_to(replay.observed_share(world, inputs), (n,)),
        inputs,
        places,
        composition_of(entry, world.count),
        division,
        threads=threads,
    )
    return Sums(either, prison, places.people @ sources.weights.sum(axis=0))


def held(world: World, found: Sums, inputs: Inputs) -> Held:
    """People of every part with the region's population factors, as `components.split` gives them."""
    core, other = population_factors(
        {key: value for key, value in inputs.items() if not key.startswith("observed")},
        world.basis,
        world.minority_adult_share,
    )

    def joined(values: Array) -> Array:
        half = values.shape[1] // 2
        return np.reshape(core, (-1, 1)) * values[:, :half] + np.reshape(other, (-1, 1)) * values[:, half:]

    rates = np.empty((found.base.shape[0], 0), np.float32)
    return Held(joined(found.either), joined(found.prison), joined(found.base), rates)


def prison_from_statistics(sources: Sources, people: Held, inputs: Inputs) -> Held:
    """The same with everyone sentenced outside the observed county as the courts count them.

    Parameters
    ----------
    sources : Sources
        With one figure of the courts.
    people : Held
        Of `held`.
    inputs : mapping
        Draws of the register's entries.

    Returns
    -------
    Held
        Prison parts elsewhere are scaled to the courts' total; camps stay as the county's rate gives them.

    Notes
    -----
    **Assumes:** the courts' figure is about all of the region and the whole window; places share it as their prison
    parts do. People sentenced after a camp are in both and count once.
    """
    (row,) = (each for each in sources.rows if each.kind == "court")
    share = inputs["minority_share_of_sentenced"] * inputs["custodial_share"] * (1 - inputs["ordinary_crime_share"])
    everyone = row.value * np.exp(-inputs["bias_court"]) * share
    here, whole = (people.prison[:, sources.column(name)] for name in (OBSERVED, EVERYONE))
    ratio = np.maximum((everyone - here) / (whole - here), 0.0)[:, None]
    kept = sources.observed * here[:, None]
    after = inputs["camp_before_prison"][:, None]
    camp = people.either - (1 - after) * people.prison
    # No more are sentenced after a camp than were in camps, and no more without one than are left.
    with np.errstate(divide="ignore"):
        most = np.minimum(camp / after, np.maximum(people.base - camp, 0.0) / (1 - after))
    prison = np.clip(kept + ratio * (people.prison - kept), 0.0, most)
    either = np.maximum(camp + (1 - after) * prison, prison * (1 + 1e-9))
    return Held(either, prison, people.base, people.county_rate)


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
            [_log_mean(np.stack([tried[course * sets + k][kind] for k in range(sets)])) for course in range(courses)]
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
            table[place, column] = _log_mean(logs)
    return table


def _entries(inputs: Inputs, n: int) -> dict[str, Array]:
    return {
        name: np.broadcast_to(np.asarray(value, float), (n,))
        for name, value in inputs.items()
        if name not in (replay.SAMPLING, areas.STANDING)
    }


def _log_mean(logs: Array) -> Array:
    """Log of the mean of exponentials over the first axis."""
    top = logs.max(axis=0)
    finite = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(logs - finite).mean(axis=0)) + finite)


def weighed(
    world: World,
    sources: Sources,
    inputs: Inputs,
    places: Places,
    division: Division,
    sentences: Array,
    *,
    prison: Prison = "split",
    base: Array | None = None,
    threads: int = 1,
) -> Weighed:
    """Totals of each scope with the log-densities of each kind of source; parameters as in `densities` and `sums`.

    `prison` says whether prisons are split off each county's people or come from the courts' statistics; `base` are
    log-weights of the draws themselves.
    """
    people = held(world, sums(world, sources, inputs, places, division, threads=threads), inputs)
    if prison == "statistics":
        people = prison_from_statistics(sources, people, inputs)
    kinds = densities(world, sources, people, inputs, sentences, threads=threads)
    return Weighed(people.either[:, : len(world.scopes)], kinds, base)
