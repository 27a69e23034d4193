"""The model as a function of its inputs on fixed random numbers, so that a change of an input is all that changes.

The same model as `ladder.climb` with one observed area, written for thousands of runs; its places are in `areas`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.challenge.rerun import areas
from estimation.challenge.rerun.areas import STANDING, Inputs, Places
from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.distributions.distributions import Beta, Distribution
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.case.case_from_folder import scopes_of
from estimation.model.case.case_shipped import Observed, observed_place, population_factors
from estimation.model.region.estimand import Basis
from estimation.model.region.region import Array, Scope

SAMPLING: Final = "sampling"


@dataclass(frozen=True, eq=False)
class World(Observed):
    """What one choice of basis, year and age makes of the evidence, and whom to count.

    Attributes
    ----------
    scopes : tuple of Scope
        Whom to count.
    """

    scopes: tuple[Scope, ...]


def build(
    evidence: Evidence,
    register: Register,
    *,
    basis: Basis = "registered",
    year: int = 2018,
    adult_age: int = 18,
    scopes: Sequence[Scope] | None = None,
) -> World:
    """Read from the evidence what the model needs.

    Parameters
    ----------
    evidence : Evidence
        The data folder.
    register : Register
        For its fixed entries and the centre of the county's base.
    basis, year, adult_age, scopes
        As in `ladder.climb`.

    Returns
    -------
    World

    Raises
    ------
    EstimationError
        As `ladder.climb`.
    """
    place = observed_place(evidence, register, basis=basis, year=year, adult_age=adult_age)
    chosen = scopes_of(statement_of(evidence.directory)) if scopes is None else scopes
    return World(**vars(place), scopes=tuple(chosen))


def draw_inputs(world: World, register: Register, count: int, seed: int) -> dict[str, Array]:
    """Draws of every scalar input, each from a stream of its own.

    Parameters
    ----------
    world : World
        For the observed count.
    register : Register
        The judgements.
    count, seed : int
        Size and seed. A stream depends on seed and name alone, as in `Register.draw`.

    Returns
    -------
    dict of str to ndarray of shape (count,)
        The register's entries in their units; `sampling`, the share as counted on the central base, 0-1;
        `observed_standing`, SDs.

    Notes
    -----
    **Assumes:** one observed area and a flat centre: the share is ``Beta(y, n - y)`` whatever the spread, the spread
    keeps its prior, and the area's standing is standard normal (`transfer.fit_areas`).
    """
    return register.draw(count, seed) | chance(world, count, seed)


def chance(world: World, count: int, seed: int, *, rows: npt.NDArray[np.intp] | None = None) -> dict[str, Array]:
    """Draws of the two inputs that are no judgements, `sampling` and `observed_standing`; some rows if asked."""
    which = slice(None) if rows is None else rows
    sampled = stream(SAMPLING, count, seed)[which]
    return {
        SAMPLING: Beta(world.count, world.central_base - world.count).ppf(sampled),
        STANDING: special.ndtri(stream(STANDING, count, seed)[which]),
    }


def stream(name: str, count: int, seed: int) -> Array:
    """Uniform draws behind one input, shape (count,): they depend on seed and name alone, as in `Register.draw`."""
    key = int.from_bytes(name.encode(), "big")
    rng = np.random.default_rng(np.random.SeedSequence([seed, key]))
    return rng.random(count)


def changed(
    inputs: Inputs,
    register: Register,
    entries: Mapping[str, Distribution | float],
    *,
    count: int,
    seed: int,
    rows: npt.NDArray[np.intp] | None = None,
) -> dict[str, Array]:
    """Inputs with some entries as given, on the entries' own random numbers.

    Parameters
    ----------
    inputs : mapping
        As judged.
    register : Register
        Checks the entries.
    entries : mapping
        Distributions, or values, by entry.
    count, seed : int
        Size and seed of the streams.
    rows : ndarray of int, optional
        Which of the stream's draws; all by default.

    Returns
    -------
    dict
    """
    checked = register.override(**entries)
    which = slice(None) if rows is None else rows
    return {
        **inputs,
        **{key: np.asarray(checked[key].distribution.ppf(stream(key, count, seed)[which]), float) for key in entries},
    }


def draw_places(world: World, count: int, seed: int) -> Places:
    """Random numbers of the places of a world; see `areas.draw_places`."""
    return areas.draw_places(world.region, world.area_error_sd, count, seed)


def observed_share(world: World, inputs: Inputs) -> Array:
    """Share of the first group's adults held in the observed county, 0-1, flaws of the record mended: shape (n,)."""
    share = world.mended(inputs[SAMPLING], inputs)
    if not float(np.max(share)) < 1:
        raise EstimationError(
            "the observed share must stay below 1 under every value tried",
            f"{float(np.max(share)):.3g}",
            "narrow missing_share or raise the county's base",
        )
    return share


def part_weights(world: World) -> Array:
    """Persons by group and area for each scope, core first and then elsewhere: shape (G, K, 2 S)."""
    region = world.region
    weights = np.zeros((len(region.groups), len(region.areas), 2, len(world.scopes)))
    for column, scope in enumerate(world.scopes):
        for group in scope.groups:
            row = region.groups.index(group)
            weights[row, region.core, 0, column] = region.adults[region.core, row]
            if not scope.core_only:
                weights[row, ~region.core, 1, column] = region.adults[~region.core, row]
    return weights.reshape(*weights.shape[:2], -1)


def evaluate(world: World, inputs: Inputs, places: Places, *, threads: int = 1) -> Array:
    """Totals of each scope on the last rung.

    Parameters
    ----------
    world : World
        Places and people.
    inputs : mapping
        As `draw_inputs` gives them; any may be replaced by other values of shape (n,) or a number.
    places : Places
        n rows.
    threads : int, optional
        Threads; the result does not depend on their number.

    Returns
    -------
    ndarray of shape (n, S)
        persons.

    Raises
    ------
    EstimationError
        A share or a ratio of rates that is impossible.

    Notes
    -----
    **Assumes:** the model of `poststratify.simulate`, whose notes give it.
    """
    share = observed_share(world, inputs)
    parts = areas.area_sums(world.region, part_weights(world), share, inputs, places, threads=threads)
    return with_factors(parts, population_factors(inputs, world.basis, world.minority_adult_share))


def with_factors(sums: Array, factors: tuple[Array, Array]) -> Array:
    """Sums over the core and then elsewhere, shape (n, 2 C), by the region's population factors there: shape (n, C)."""
    core, other = (np.reshape(factor, (-1, 1)) for factor in factors)
    half = sums.shape[1] // 2
    return core * sums[:, :half] + other * sums[:, half:]
