"""Places of the region on fixed random numbers: sums of people held over them, for any weights, block by block.

The model is that of `poststratify.simulate` and `components.split`, in single precision, written for thousands of runs.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.model.region.poststratify import rate_ratio_to_log_odds
from estimation.model.region.region import Array, Region
from estimation.model.synthesis.components import Composition

Single = npt.NDArray[np.float32]
Inputs = Mapping[str, Array]
STANDING: Final = "observed_standing"
"""Where the observed county stands among all counties, in SDs: a standard normal that no one county can narrow."""
BLOCK: Final = 512
# Beyond these log-odds a share is 0 or 1 to single precision, and exp still fits.
FAR: Final = 80.0


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


@dataclass(frozen=True, eq=False)
class Division:
    """Standard normals of how people held divide into camp and prison: parents (n, P) and areas (n, K)."""

    between: Single
    within: Single


@dataclass(frozen=True, eq=False)
class Reach:
    """How far log-odds of the first group lie from those observed, each of shape (n,).

    Attributes
    ----------
    up, down : ndarray
        Of the area furthest above, and below.
    distant, city : ndarray
        Of the distant area, and of the city, furthest above.
    groups : ndarray of shape (n, G)
        Log-odds of each group over the first's in the same area.
    """

    up: Single
    down: Single
    distant: Single
    city: Single
    groups: Array


def draw_places(region: Region, area_error_sd: Array, count: int, seed: int) -> Places:
    """Random numbers of the places: three normals for each draw and area or parent."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x91ACE5]))
    areas, parents = len(region.areas), int(region.parents.max()) + 1
    between = rng.standard_normal((count, parents), dtype=np.float32)
    within = rng.standard_normal((count, areas), dtype=np.float32)
    people = rng.standard_normal((count, areas), dtype=np.float32) * area_error_sd.astype(np.float32)
    return Places(between, within, np.exp(people))


def draw_division(region: Region, count: int, seed: int) -> Division:
    """Random numbers of the division into camp and prison."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0xD1F1DE]))
    areas, parents = len(region.areas), int(region.parents.max()) + 1
    between = rng.standard_normal((count, parents), dtype=np.float32)
    return Division(between, rng.standard_normal((count, areas), dtype=np.float32))


class _Logits:
    """Log-odds of every place, from the scalar inputs of n draws."""

    def __init__(self, region: Region, share: Array, inputs: Inputs, places: Places) -> None:
        count = places.within.shape[0]
        column = {key: np.broadcast_to(np.asarray(value, float), (count,)) for key, value in inputs.items()}
        self.region, self.places, self.count = region, places, count
        self.theta = special.logit(np.broadcast_to(share, (count,)))
        self.spread, self.rho = column["between_county_sd"], column["between_prefecture_share"]
        self.standing = column[STANDING] + column["selection_shift"]
        self.offsets = {
            key: rate_ratio_to_log_odds(column[f"{key}_rate_ratio"], share)
            for key in ("north_east", "city", *region.groups[1:])
        }
        self.centre = self.theta - self.spread * self.standing
        self.at = int(region.observed[0])
        seen = np.zeros(count)
        if region.distant[self.at]:
            seen = seen + self.offsets["north_east"]
        if region.city[self.at]:
            seen = seen + self.offsets["city"]
        self.seen = seen

    def rows(self, start: int) -> slice:
        return slice(start, min(start + BLOCK, self.count))

    def alike(self, rows: slice) -> Single:
        """Log-odds of the first group before known differences: shape (rows, K)."""
        region, rho = self.region, self.rho[rows]
        parent = int(region.parents[self.at])
        root, rest = np.sqrt(rho), np.sqrt(1 - rho)
        between = self.places.between[rows].astype(float)
        between[:, parent] = root * self.standing[rows] + rest * between[:, parent]
        between *= (self.spread[rows] * root)[:, None]
        between += self.centre[rows, None]
        logits = self.places.within[rows] * (self.spread[rows] * rest).astype(np.float32)[:, None]
        logits += between.astype(np.float32)[:, region.parents]
        logits[:, self.at] = self.theta[rows]
        return np.asarray(logits)

    def against(self, rows: slice, logits: Single) -> Single:
        """Odds against of the first group after known differences; call under ``errstate(over="ignore")``."""
        region = self.region
        against = np.exp(-np.clip(logits, -FAR, FAR))
        for mask, name in ((region.distant, "north_east"), (region.city, "city")):
            factor = np.exp(-self.offsets[name][rows]).astype(np.float32)[:, None]
            against *= np.where(mask, factor, np.float32(1))
        if region.distant[self.at] or region.city[self.at]:
            against *= np.exp(self.seen[rows]).astype(np.float32)[:, None]
        against[:, self.at] = np.exp(-self.theta[rows])
        return np.asarray(against)

    def held(self, rows: slice, against: Single, group: int) -> Single:
        """People of one group held in each area, over its tabled people: shape (rows, K)."""
        rate = against
        if group:
            rate = against * np.exp(-self.offsets[self.region.groups[group]][rows]).astype(np.float32)[:, None]
        rate = rate + np.float32(1)
        return np.asarray(np.divide(self.places.people[rows], rate, out=rate))


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
    places_of = _Logits(region, share, inputs, places)
    heavy = weights.astype(np.float32)
    used = [int(group) for group in np.flatnonzero(heavy.any(axis=(1, 2)))]
    found = np.empty((places_of.count, weights.shape[2]))

    def work(start: int) -> None:
        rows = places_of.rows(start)
        with np.errstate(over="ignore"):
            against = places_of.against(rows, places_of.alike(rows))
            total = np.zeros((rows.stop - rows.start, weights.shape[2]), np.float32)
            for group in used:
                total += places_of.held(rows, against, group) @ heavy[group]
        found[rows] = total

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, places_of.count, BLOCK)))
    return found


def split_sums(
    region: Region,
    weights: Array,
    share: Array,
    inputs: Inputs,
    places: Places,
    composition: Composition,
    division: Division,
    *,
    threads: int = 1,
) -> tuple[Array, Array]:
    """Add up people ever held, and those of them sentenced to prison.

    Parameters
    ----------
    region, weights, share, inputs, places, threads
        As in `area_sums`.
    composition : Composition
        n draws.
    division : Division
        n rows.

    Returns
    -------
    tuple of ndarray of shape (n, C)
        persons: held, and sentenced.

    Notes
    -----
    **Assumes:** what `components.split` does.
    """
    places_of = _Logits(region, share, inputs, places)
    heavy = weights.astype(np.float32)
    used = [int(group) for group in np.flatnonzero(heavy.any(axis=(1, 2)))]
    columns = weights.shape[2]
    either, prison = np.empty((places_of.count, columns)), np.empty((places_of.count, columns))

    def work(start: int) -> None:
        rows = places_of.rows(start)
        with np.errstate(over="ignore"):
            logits = places_of.alike(rows)
            sent = _sentenced(places_of, rows, logits, composition, division)
            against = places_of.against(rows, logits)
            held, jailed = (np.zeros((rows.stop - rows.start, columns), np.float32) for _ in range(2))
            for group in used:
                people = places_of.held(rows, against, group)
                held += people @ heavy[group]
                people *= sent
                jailed += people @ heavy[group]
        either[rows], prison[rows] = held, jailed

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, places_of.count, BLOCK)))
    return either, prison


def _sentenced(places_of: _Logits, rows: slice, logits: Single, composition: Composition, division: Division) -> Single:
    """Share of those held who were sentenced, area by area: shape (rows, K)."""
    rho, tie, spread = places_of.rho[rows], composition.correlation[rows], _column(places_of.spread[rows])
    free = np.sqrt(1 - tie**2)
    effect = logits - _column(places_of.centre[rows])
    # Without a spread no place lies above or below the centre.
    effect /= np.where(spread > 0, spread, np.float32(np.inf))
    effect *= _column(tie)
    effect += (division.between[rows] * _column(free * np.sqrt(rho)))[:, places_of.region.parents]
    effect += division.within[rows] * _column(free * np.sqrt(1 - rho))
    effect -= effect[:, [places_of.at]] + _column(composition.shift[rows])
    effect[:, places_of.at] = 0
    effect *= _column(composition.spread[rows])
    effect += _column(composition.observed_logit[rows])
    # The logistic function; in single precision SciPy's takes many times as long.
    np.exp(np.negative(effect, out=effect), out=effect)
    effect += np.float32(1)
    return np.asarray(np.reciprocal(effect, out=effect))


def _column(values: Array) -> Single:
    return values[:, None].astype(np.float32)


def reach(region: Region, share: Array, inputs: Inputs, places: Places) -> Reach:
    """How far every place lies from the observed one; parameters as in `area_sums`."""
    places_of = _Logits(region, share, inputs, places)
    found = {name: np.empty(places_of.count, np.float32) for name in ("up", "down", "distant", "city")}
    for start in range(0, places_of.count, BLOCK):
        rows = places_of.rows(start)
        away = np.clip(places_of.alike(rows), -FAR, FAR)
        for mask, name in ((region.distant, "north_east"), (region.city, "city")):
            away[:, mask] += places_of.offsets[name][rows, None].astype(np.float32)
        away -= (places_of.theta + places_of.seen)[rows, None].astype(np.float32)
        away[:, places_of.at] = 0
        found["up"][rows], found["down"][rows] = away.max(axis=1), away.min(axis=1)
        for name, mask in (("distant", region.distant), ("city", region.city)):
            found[name][rows] = away[:, mask].max(axis=1, initial=-np.inf)
    groups = [np.zeros(places_of.count), *(places_of.offsets[name] for name in region.groups[1:])]
    return Reach(**found, groups=np.column_stack(groups))
