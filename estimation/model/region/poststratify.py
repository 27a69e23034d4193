"""From draws of the observed place to totals for a region: poststratify, add up, rung by rung.

Pure arrays in and out. Where the inputs come from is the business of `case`, which tables they were in is `evidence`'s.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimation.errors import require
from estimation.model.region.region import Array, Effects, Region, Scope, Totals

# Rows worked on at a time: 256 rows of a hundred areas fit a core's cache, and no array grows with the draws. With
# many areas a block has fewer rows, so that none grows with draws times areas either.
BLOCK = 256
_CELLS = 2**18


def rate_ratio_to_log_odds(ratio: npt.ArrayLike, rate: npt.ArrayLike) -> Array:
    """Log-odds to add so that a place with `rate` has `ratio` times that rate.

    Parameters
    ----------
    ratio : array_like
        Ratio of rates, 0 or above.
    rate : array_like
        Share 0-1 to which the ratio applies, broadcast with `ratio`.

    Returns
    -------
    ndarray
        ``log(ratio) + log((1 - rate) / (1 - ratio * rate))``; minus infinity for ratio 0.

    Raises
    ------
    EstimationError
        ``ratio * rate`` reaches 1 somewhere: no place can have that rate.

    References
    ----------
    METHODS eq. 40.

    Examples
    --------
    >>> float(rate_ratio_to_log_odds(1.0, 0.12))
    0.0
    """
    ratio, rate = np.asarray(ratio, float), np.asarray(rate, float)
    worst = float(np.max(ratio * rate))
    require(worst < 1, "a ratio of rates must leave a rate below 1", f"{worst:g}", "choose a smaller ratio")
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(ratio) + np.log1p(-rate) - np.log1p(-ratio * rate))


def simulate(
    region: Region,
    scopes: Sequence[Scope],
    effects: Effects,
    *,
    seed: int,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Totals:
    """Draw the totals of each scope at each rung of the ladder.

    Parameters
    ----------
    region : Region
        Places and people.
    scopes : sequence of Scope
        Whom to count, S of them.
    effects : Effects
        n draws of what sets the rates.
    seed : int
        Seed of the areas' own deviations. A block of draws depends on the seed and its number alone: the result is
        the same for any number of threads.
    threads : int, optional
        Threads; all cores by default.
    progress : callable, optional
        Called with the number of draws done, block by block.

    Returns
    -------
    Totals
        For the rungs *sampling* (the share as counted, for everybody), *record* (its flaws), *population* (the
        region's), *spread* (areas differ, and the observed was not drawn at random) and *differences* (known
        differences between places and groups).

    Raises
    ------
    EstimationError
        A scope names an unknown group or counts nobody.

    Notes
    -----
    **Assumes:** log-odds of area i in parent q are ``m + s (sqrt(rho) u_q + sqrt(1 - rho) v_i) + x_i beta + delta_g``
    with standard normal u and v; the observed areas keep their own log-odds. u of a parent with observed areas is
    drawn given their deviations: with k of them, normal with mean ``sqrt(rho) sum(dev) / (1 - rho + k rho)`` and
    variance ``(1 - rho) / (1 - rho + k rho)``. Binomial noise of areas of thousands of people is left out.

    Working memory depends on the block and the number of threads, not on n; what grows with n are the totals.

    References
    ----------
    METHODS eq. 38, 42-43.
    """
    masks = _weights(region, scopes)
    count = effects.share.size
    everyone = masks.sum(axis=0)
    counted = np.flatnonzero(masks.any(axis=(1, 2)))
    step = block_rows(len(region.areas))
    starts = range(0, count, step)
    kept = {rung: np.empty((count, len(scopes))) for rung in ("population", "spread", "differences", "base")}

    def work(number: int) -> int:
        rows = slice(starts[number], min(starts[number] + step, count))
        rng = block_stream(seed, number)
        for rung, values in _block(region, masks, everyone, counted, effects, rows, rng).items():
            kept[rung][rows] = values
        return rows.stop - rows.start

    workers = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        for done in pool.map(work, range(len(starts))):
            if progress is not None:
                progress(done)

    tabled = everyone.sum(axis=0)
    central = np.einsum("k,gks->s", np.where(region.core, *effects.central_factors), masks)
    require(bool(np.all(tabled > 0)), "every scope must count somebody", "a scope without people", "check its groups")
    adjusted = share_of(effects.adjusted_logits) @ observed_weights(region)
    base = np.broadcast_to(central, (count, len(scopes)))
    return Totals(
        count={
            "sampling": effects.share[:, None] * base,
            "record": adjusted[:, None] * base,
            **{rung: kept[rung] for rung in ("population", "spread", "differences")},
        },
        base={"sampling": base, "record": base, **dict.fromkeys(("population", "spread", "differences"), kept["base"])},
    )


def observed_weights(region: Region) -> Array:
    """Weights of the observed areas in one rate for all of them, shape (J,), sum 1: by people of the first group."""
    people = region.adults[region.observed, 0]
    if not people.sum() > 0:
        people = np.ones(region.observed.size)
    return np.asarray(people / people.sum())


def _weights(region: Region, scopes: Sequence[Scope]) -> Array:
    """Persons that each scope counts: shape (G, K, S)."""
    weights = np.zeros((len(region.groups), len(region.areas), len(scopes)))
    for column, scope in enumerate(scopes):
        where = region.core if scope.core_only else np.ones_like(region.core)
        for group in scope.groups:
            require(
                group in region.groups,
                "a scope may name only groups of the region",
                repr(group),
                f"use {region.groups}",
            )
            row = region.groups.index(group)
            weights[row, :, column] = region.adults[:, row] * where
    return weights


@dataclass(frozen=True)
class AreaDraws:
    """One block of draws, area by area, each of shape (rows, K).

    Attributes
    ----------
    people : ndarray
        True over tabled population.
    deviation : ndarray
        How far an area's log-odds lie above the centre, in units of the spread; 0 where the spread is 0.
    odds_against : ndarray
        Of the first group, before known differences between places.
    place : ndarray
        Log-odds added by known differences between places, 0 in the observed areas.
    """

    people: Array
    deviation: Array
    odds_against: Array
    place: Array


def block_rows(areas: int) -> int:
    """Rows of draws worked on at a time, for so many areas.

    Examples
    --------
    >>> block_rows(106), block_rows(1_000_000)
    (256, 1)
    """
    return max(1, min(BLOCK, _CELLS // areas))


def block_stream(seed: int, number: int, *purpose: int) -> np.random.Generator:
    """The stream of random numbers of one block; other purposes have streams of their own."""
    return np.random.default_rng(np.random.SeedSequence([seed, number, *purpose]))


def area_draws(region: Region, effects: Effects, rows: slice, rng: np.random.Generator) -> AreaDraws:
    """Draw the areas' populations and log-odds for some rows of the draws; see `simulate`.

    Parameters
    ----------
    region : Region
        Places and people.
    effects : Effects
        n draws of what sets the rates.
    rows : slice
        Which of them; start and stop given.
    rng : numpy.random.Generator
        The stream of this block, fresh.

    Returns
    -------
    AreaDraws

    Raises
    ------
    EstimationError
        An observed area lies where the rate is nothing.

    Notes
    -----
    **Assumes:** what `simulate` does. The same stream gives the same areas.

    References
    ----------
    METHODS eq. 8, 37-39, 41.
    """
    size, areas = rows.stop - rows.start, len(region.areas)
    parents = int(region.parents.max()) + 1

    # Population of each area: its factor times its own error.
    people = rng.standard_normal((size, areas))
    people *= effects.area_error_sd
    np.exp(people, out=people)
    core, other = effects.core_factor[rows, None], effects.other_factor[rows, None]
    np.multiply(people, np.where(region.core, core, other), out=people)

    # Deviations of the areas, given those of the observed ones.
    spread, rho = effects.spread[rows, None], effects.parent_share[rows, None]
    observed = effects.adjusted_logits[rows]
    centre = effects.centre[rows, None] - effects.selection[rows, None] * spread
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.where(spread > 0, (observed - centre) / spread, 0.0)
    between = rng.standard_normal((size, parents))
    within_parent = np.zeros((size, parents))
    known = np.zeros(parents)
    np.add.at(within_parent.T, region.parents[region.observed], deviation.T)
    np.add.at(known, region.parents[region.observed], 1.0)
    precision = (1 - rho) + known * rho
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(known > 0, np.sqrt((1 - rho) / precision), 1.0)
        shift = np.where(known > 0, np.sqrt(rho) * within_parent / precision, 0.0)
    between *= scale
    between += shift
    between *= spread * np.sqrt(rho)
    between += centre
    logits = rng.standard_normal((size, areas))
    logits *= spread * np.sqrt(1 - rho)
    logits += between[:, region.parents]
    logits[:, region.observed] = observed
    with np.errstate(invalid="ignore", divide="ignore"):
        deviations = np.where(spread > 0, (logits - centre) / spread, 0.0)

    with np.errstate(over="ignore"):  # exp runs to infinity where a rate is nothing, and 1 / (1 + inf) is right
        odds_against = np.exp(np.negative(logits, out=logits), out=logits)
    # Never quite 0, so that a ratio of 0 (odds against times infinity) gives a rate of 0 everywhere.
    np.maximum(odds_against, 1e-300, out=odds_against)
    place = np.where(region.distant, effects.elsewhere[rows, None], 0.0)
    place += np.where(region.city, effects.city[rows, None], 0.0)
    seen = place[:, region.observed].mean(axis=1, keepdims=True)
    require(
        bool(np.all(np.isfinite(seen))),
        "an observed area cannot lie where the rate is nothing",
        "a ratio of 0 there",
        "give elsewhere or city a ratio above 0",
    )
    place -= seen
    place[:, region.observed] = 0.0
    return AreaDraws(people, deviations, odds_against, place)


def _block(
    region: Region,
    weights: Array,
    everyone: Array,
    counted: npt.NDArray[np.intp],
    effects: Effects,
    rows: slice,
    rng: np.random.Generator,
) -> dict[str, Array]:
    """Totals of the rungs that vary by area, for some rows of the draws."""
    drawn = area_draws(region, effects, rows, rng)
    people, odds_against = drawn.people, drawn.odds_against
    share = share_of(effects.adjusted_logits[rows]) @ observed_weights(region)
    base = people @ everyone
    with np.errstate(over="ignore"):
        rate = rates(odds_against, 1.0)
        rate *= people
        same_everywhere = rate @ everyone
        odds_against *= np.exp(-drawn.place)
        different = np.zeros_like(same_everywhere)
        for group in counted:
            rate = rates(odds_against, np.exp(-effects.group[rows, group])[:, None])
            rate *= people
            different += rate @ weights[group]
    return {"population": share[:, None] * base, "spread": same_everywhere, "differences": different, "base": base}


def share_of(logits: Array) -> Array:
    """Shares, 0-1, of log-odds.

    Not `scipy.special.expit`, which is right to the same digits but not to the same bits as the published draws.
    """
    return 1.0 / (1.0 + np.exp(-logits))


def rates(odds_against: Array, factor: Array | float) -> Array:
    """Shares, 0-1, from odds against times a factor; may meet infinite odds under `np.errstate(over="ignore")`."""
    rate = odds_against * factor
    rate += 1.0
    return np.reciprocal(rate, out=rate)
