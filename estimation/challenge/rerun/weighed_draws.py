"""Draws for weighing other sources: chosen once from a large pool, kept with the weights that make up for the choice.

A first look weighs the pool roughly under a few specifications (`proposal`); everything after uses the kept draws.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from estimation.challenge.rerun import areas, proposal, replay, weighed_density, weighed_people
from estimation.challenge.rerun.areas import Division, Inputs, Places
from estimation.challenge.rerun.replay import World
from estimation.challenge.rerun.weighed import Weighed
from estimation.challenge.rerun.weighed_people import Sources
from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register
from estimation.model.region.region import Array
from estimation.model.synthesis.components import Held
from estimation.model.synthesis.synthesis import own_entries

LOOKED: Final = (2, 2)
"""Courses and sets of a first look, which need only say where the weight is."""
_KEPT: Final = " of kept draws"


@dataclass(frozen=True, eq=False)
class Kept:
    """Random numbers of the kept draws.

    Attributes
    ----------
    register : Register
        The judgements behind `inputs`.
    rows : ndarray of int
        Their positions in the pool.
    base : ndarray
        Log-weights that make up for the choice.
    pool, seed : int
        Size of the pool, and seed.
    inputs : mapping
        Draws of every input as judged.
    places, division : Places, Division
        Random numbers of places.
    adults : ndarray
        Of `weighed_people.living`.
    sentences : ndarray
        Of `weighed_density.sentences_table`.
    """

    register: Register
    rows: npt.NDArray[np.intp]
    base: Array
    pool: int
    seed: int
    inputs: Inputs
    places: Places
    division: Division
    adults: Array
    sentences: Array

    def changed(self, entries: Mapping[str, Distribution], inputs: Inputs | None = None) -> dict[str, Array]:
        """Inputs, those as judged by default, with some entries as given, on the entries' own random numbers."""
        start = self.inputs if inputs is None else inputs
        return replay.changed(start, self.register, entries, count=self.pool, seed=self.seed, rows=self.rows)

    def people(self, world: World, sources: Sources, inputs: Inputs, *, threads: int = 1) -> Held:
        """People held, sentenced and living under some inputs, by part of `sources`."""
        return weighed_people.held(world, sources, inputs, self.places, self.division, self.adults, threads=threads)

    def weigh(self, world: World, sources: Sources, people: Held, inputs: Inputs, *, threads: int = 1) -> Weighed:
        """Totals of each scope with the log-densities of each kind of source, of such people under some inputs."""
        kinds = weighed_density.densities(sources, people, inputs, self.sentences, threads=threads)
        return Weighed(people.either[:, : len(world.scopes)], kinds, self.base)

    def weighed(self, world: World, sources: Sources, inputs: Inputs, *, threads: int = 1) -> Weighed:
        """As `weigh`, of the people that these inputs give."""
        people = self.people(world, sources, inputs, threads=threads)
        return self.weigh(world, sources, people, inputs, threads=threads)


@dataclass(frozen=True, eq=False)
class WeighedRun:
    """One register's run with other sources.

    Attributes
    ----------
    inputs : mapping
        Draws of the inputs.
    run : Weighed
        Totals and log-densities, of the same draws.
    """

    inputs: Inputs
    run: Weighed


def choose(
    world: World,
    sources: Sources,
    register: Register,
    looks: Iterable[Mapping[str, Distribution]],
    *,
    pool: int,
    size: int,
    seed: int,
    threads: int,
) -> tuple[npt.NDArray[np.intp], Array]:
    """Choose draws of a pool.

    Parameters
    ----------
    world, sources, register : World, Sources, Register
        The published world.
    looks : iterable of dict
        Entries set by each specification that is looked at.
    pool, size, seed : int
        Draws to choose from, draws wanted, seed.
    threads : int
        Threads; the result does not depend on it.

    Returns
    -------
    tuple of ndarray
        Positions in the pool, and log-weights that make up for the choice.
    """
    inputs = replay.draw_inputs(world, register, pool, seed)
    places = replay.draw_places(world, pool, seed)
    division = areas.draw_division(world.region, pool, seed)
    adults = weighed_people.living(sources, places)
    sentences = weighed_density.sentences_table(world, sources, inputs)

    def look(entries: Mapping[str, Distribution]) -> Array:
        here = replay.changed(inputs, register, entries, count=pool, seed=seed)
        people = weighed_people.held(world, sources, here, places, division, adults)
        courses, sets = LOOKED
        kinds = weighed_density.densities(sources, people, here, sentences, courses=courses, sets=sets)
        return Weighed(people.either, kinds).log_weights(kinds)

    with ThreadPoolExecutor(threads) as workers:
        found = list(workers.map(look, looks))
    chance = proposal.chances(found, size)
    rows = proposal.kept(chance, np.random.default_rng(np.random.SeedSequence([seed, 0x5E1EC7])))
    return rows, -np.log(chance[rows])


def keep(
    world: World,
    sources: Sources,
    register: Register,
    rows: npt.NDArray[np.intp],
    base: Array,
    *,
    pool: int,
    seed: int,
) -> Kept:
    """Draw the kept draws again: their inputs and places are those of the pool, the sources' own entries are new.

    Parameters
    ----------
    world, sources, register : World, Sources, Register
        The published world, and the judgements.
    rows, base : ndarray
        Of `choose`.
    pool, seed : int
        As in `choose`.

    Returns
    -------
    Kept
    """
    own = own_entries(tuple(register))
    entries = {key: entry.distribution for key, entry in register.items() if key not in own}
    inputs = replay.changed({}, register, entries, count=pool, seed=seed, rows=rows)
    # The choice looked at the sources' own entries of the pool.
    for key in own:
        inputs[key] = np.asarray(register[key].distribution.ppf(replay.stream(key + _KEPT, rows.size, seed)), float)
    inputs |= replay.chance(world, pool, seed, rows=rows)
    places = replay.draw_places(world, pool, seed)
    places = Places(places.between[rows], places.within[rows], places.people[rows])
    division = areas.draw_division(world.region, pool, seed)
    return Kept(
        register,
        rows,
        base,
        pool,
        seed,
        inputs,
        places,
        Division(division.between[rows], division.within[rows]),
        weighed_people.living(sources, places),
        weighed_density.sentences_table(world, sources, inputs),
    )
