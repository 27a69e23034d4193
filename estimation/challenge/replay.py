"""The model as a function of its inputs on fixed random numbers, so that a change of an input is all that changes.

The same model as `ladder.climb` with one observed area, written for thousands of runs: single precision, by blocks.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.errors import EstimationError
from estimation.evidence.assumptions import Register
from estimation.evidence.composition import composition
from estimation.evidence.sources import Evidence
from estimation.evidence.sources import headline as headline_rows
from estimation.model.estimand import Basis
from estimation.model.ladder import SCOPES, population_factors, region_of, survival_of
from estimation.model.region import Array, Region, Scope, rate_ratio_to_log_odds

Single = npt.NDArray[np.float32]
Inputs = Mapping[str, Array]
SAMPLING: Final = "sampling"
STANDING: Final = "observed_standing"
"""Where the observed county stands among all counties, in SDs: a standard normal that no one county can narrow."""
BLOCK: Final = 512
# Beyond these log-odds a share is 0 or 1 to single precision, and exp still fits.
FAR: Final = 80.0


@dataclass(frozen=True, eq=False)
class World:
    """What one choice of basis, year and age makes of the evidence.

    Attributes
    ----------
    region : Region
        Places and people.
    scopes : tuple of Scope
        Whom to count.
    basis : {"registered", "resident"}
        Whom bases count.
    count : int
        People counted in the observed county.
    base_scale : float
        The county's base over its register entry: 1 for adults of 18.
    central_base : float
        The county's adults at the centre of the register, persons.
    first_group_share, minority_adult_share : float
        As in `Composition`, 0-1.
    area_error_sd : ndarray of shape (K,)
        Error of each area's people, log scale.
    """

    region: Region
    scopes: tuple[Scope, ...]
    basis: Basis
    count: int
    base_scale: float
    central_base: float
    first_group_share: float
    minority_adult_share: float
    area_error_sd: Array


@dataclass(frozen=True, eq=False)
class Places:
    """Random numbers of places, the same for every run.

    Attributes
    ----------
    between : ndarray of shape (n, P)
        Standard normals of parents.
    within : ndarray of shape (n, K)
        Standard normals of areas.
    people : ndarray of shape (n, K)
        True over tabled people of each area, without the errors that areas share.
    """

    between: Single
    within: Single
    people: Single


def build(
    evidence: Evidence,
    register: Register,
    *,
    basis: Basis = "registered",
    year: int = 2018,
    adult_age: int = 18,
    scopes: Sequence[Scope] = SCOPES,
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
    if adult_age != 18 and basis == "registered":
        raise EstimationError(
            "the registered base of the county is known for adults of 18 only", adult_age, "take the resident basis"
        )
    region = region_of(evidence, register, year=year, adult_age=adult_age)
    if region.observed.size != 1:
        raise EstimationError(
            "a replay carries the rate of one observed area", f"{region.observed.size} areas", "mark one as headline"
        )
    code = region.areas[int(region.observed[0])]
    shares = composition(evidence, code, year=year, adult_age=adult_age, survival=survival_of(register))
    older = shares.adults_over_adults_of_18
    central = register.medians()
    unseen = central["census_missing_share_south"] if basis == "resident" else 0.0
    observation = headline_rows(evidence).iloc[0]
    return World(
        region=region,
        scopes=tuple(scopes),
        basis=basis,
        count=int(observation["numerator"]),
        base_scale=older,
        central_base=central[f"county_adults_{basis}"] * older / (1 - unseen),
        first_group_share=shares.first_group_share,
        minority_adult_share=shares.minority_adult_share,
        area_error_sd=np.where(region.core, central["county_error_sd_south"], central["county_error_sd_elsewhere"]),
    )


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
    drawn = register.draw(count, seed)
    sampled = stream(SAMPLING, count, seed)
    drawn[SAMPLING] = special.betaincinv(world.count, world.central_base - world.count, sampled)
    drawn[STANDING] = special.ndtri(stream(STANDING, count, seed))
    return drawn


def stream(name: str, count: int, seed: int) -> Array:
    """Uniform draws behind one input, shape (count,): they depend on seed and name alone, as in `Register.draw`."""
    key = int.from_bytes(name.encode(), "big")
    rng = np.random.default_rng(np.random.SeedSequence([seed, key]))
    return rng.random(count)


def draw_places(world: World, count: int, seed: int) -> Places:
    """Random numbers of the places: three normals for each draw and area or parent."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x91ACE5]))
    areas, parents = len(world.region.areas), int(world.region.parents.max()) + 1
    between = rng.standard_normal((count, parents), dtype=np.float32)
    within = rng.standard_normal((count, areas), dtype=np.float32)
    people = rng.standard_normal((count, areas), dtype=np.float32) * world.area_error_sd.astype(np.float32)
    return Places(between, within, np.exp(people))


def observed_share(world: World, inputs: Inputs) -> Array:
    """Share of the first group's adults held in the observed county, 0-1, flaws of the record mended: shape (n,)."""
    base = inputs[f"county_adults_{world.basis}"] * world.base_scale
    if world.basis == "resident":
        base = base / (1 - inputs["census_missing_share_south"])
    share = (
        inputs[SAMPLING]
        * (world.central_base / base)
        * (1 - inputs["duplicate_share"])
        / (1 - inputs["missing_share"])
        * inputs["numerator_uyghur_share"]
        / world.first_group_share
    )
    if not float(np.max(share)) < 1:
        raise EstimationError(
            "the observed share must stay below 1 under every value tried",
            f"{float(np.max(share)):.3g}",
            "narrow missing_share or raise the county's base",
        )
    return np.asarray(share)


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
    **Assumes:** the model of `region.simulate`, whose notes give it.
    """
    share = observed_share(world, inputs)
    parts = area_sums(world.region, part_weights(world), share, inputs, places, threads=threads)
    core, other = population_factors(
        {key: value for key, value in inputs.items() if not key.startswith("observed")},
        world.basis,
        world.minority_adult_share,
    )
    scopes = len(world.scopes)
    return np.reshape(core, (-1, 1)) * parts[:, :scopes] + np.reshape(other, (-1, 1)) * parts[:, scopes:]


def area_sums(
    region: Region, weights: Array, share: Array, inputs: Inputs, places: Places, *, threads: int = 1
) -> Array:
    """Add up the people held over areas and groups, for any weights.

    Parameters
    ----------
    region : Region
        For its parents, parts and observed area.
    weights : ndarray of shape (G, K, C)
        Persons.
    share : ndarray of shape (n,)
        Share held in the observed area, 0-1.
    inputs : mapping
        Spread, share between parents, selection, standing, and the ratios of rates.
    places : Places
        n rows.
    threads : int, optional
        Threads.

    Returns
    -------
    ndarray of shape (n, C)
        persons.
    """
    count, groups = places.within.shape[0], region.groups[1:]
    column = {key: np.broadcast_to(np.asarray(value, float), (count,)) for key, value in inputs.items()}
    theta = special.logit(np.broadcast_to(share, (count,)))
    spread, rho = column["between_county_sd"], column["between_prefecture_share"]
    standing = column[STANDING] + column["selection_shift"]
    offsets = {
        key: rate_ratio_to_log_odds(column[f"{key}_rate_ratio"], share) for key in ("north_east", "city", *groups)
    }
    centre = theta - spread * standing
    at = int(region.observed[0])
    parent = int(region.parents[at])
    heavy = weights.astype(np.float32)
    used = np.flatnonzero(heavy.any(axis=(1, 2)))
    distant, city = region.distant.astype(np.float32), region.city.astype(np.float32)
    seen = offsets["north_east"] * region.distant[at] if region.distant[at] else 0.0
    seen = seen + (offsets["city"] if region.city[at] else 0.0)
    found = np.empty((count, weights.shape[2]))

    def work(start: int) -> None:
        rows = slice(start, min(start + BLOCK, count))
        root, rest = np.sqrt(rho[rows]), np.sqrt(1 - rho[rows])
        between = places.between[rows].astype(float)
        between[:, parent] = root * standing[rows] + rest * between[:, parent]
        between *= (spread[rows] * root)[:, None]
        between += centre[rows, None]
        logits = places.within[rows] * (spread[rows] * rest).astype(np.float32)[:, None]
        logits += between.astype(np.float32)[:, region.parents]
        logits[:, at] = theta[rows]
        with np.errstate(over="ignore"):
            against = np.exp(-np.clip(logits, -FAR, FAR))
            for mask, name in ((distant, "north_east"), (city, "city")):
                factor = np.exp(-offsets[name][rows]).astype(np.float32)[:, None]
                against *= np.where(mask > 0, factor, np.float32(1))
            if region.distant[at] or region.city[at]:
                against *= np.exp(np.broadcast_to(seen, (count,))[rows]).astype(np.float32)[:, None]
            against[:, at] = np.exp(-theta[rows])
            total = np.zeros((rows.stop - rows.start, weights.shape[2]), np.float32)
            for group in used:
                rate = against
                if group:
                    rate = against * np.exp(-offsets[region.groups[group]][rows]).astype(np.float32)[:, None]
                rate = rate + np.float32(1)
                np.divide(places.people[rows], rate, out=rate)
                total += rate @ heavy[group]
        found[rows] = total

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, count, BLOCK)))
    return found
