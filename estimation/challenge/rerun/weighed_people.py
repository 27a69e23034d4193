"""Whom other sources speak about, and how many of them were held, sentenced and living, on fixed random numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estimation.challenge.rerun import areas, replay
from estimation.challenge.rerun.areas import Division, Inputs, Places
from estimation.challenge.rerun.replay import World
from estimation.evidence.population.composition import adult_shares
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.synthesis_sources import SourceRow, sentenced_in_first_year, usable_rows
from estimation.model.case.case_shipped import population_factors, survival_of
from estimation.model.region.region import Array
from estimation.model.synthesis.components import Held, Part, composition_of
from estimation.model.synthesis.predictions import EVERYONE, OBSERVED, adult_shares_of, parts_of


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
        Adults among people of all ages, for each figure that speaks of all ages.
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
        As `usable_rows` and `parts_of`.
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
        adult_shares_of(rows, parts, region, shares),
        sentenced_in_first_year(evidence),
    )


def living(sources: Sources, places: Places) -> Array:
    """Adults living in every part before the region's population factors: shape (n, 2 P), persons."""
    return np.asarray(places.people @ sources.weights.sum(axis=0))


def held(
    world: World,
    sources: Sources,
    inputs: Inputs,
    places: Places,
    division: Division,
    adults: Array,
    *,
    threads: int = 1,
) -> Held:
    """People held, sentenced and living in every part, as `components.split` gives them.

    Parameters
    ----------
    world, sources : World, Sources
        Places, people and parts.
    inputs : mapping
        As `replay.draw_inputs` gives them.
    places, division : Places, Division
        n rows.
    adults : ndarray
        Of `living`.
    threads : int, optional
        Threads; the result does not depend on it.

    Returns
    -------
    Held

    Raises
    ------
    EstimationError
        More people sentenced than held in the observed county.
    """
    n = places.within.shape[0]
    entry = {name: np.broadcast_to(np.asarray(value, float), (n,)) for name, value in inputs.items()}
    sums = areas.split_sums(
        world.region,
        sources.weights,
        np.broadcast_to(replay.observed_share(world, inputs), (n,)),
        inputs,
        places,
        composition_of(entry, world.count),
        division,
        threads=threads,
    )
    factors = population_factors(inputs, world.basis, world.minority_adult_share)
    either, prison, base = (replay.with_factors(each, factors) for each in (*sums, adults))
    return Held(either, prison, base, np.empty((n, 0), np.float32))


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
