"""The model of a region: from draws of rates and populations to people held in any parts of it, block by block.

Pure arrays in and out. Every question of the suite is this one function with other inputs; where the inputs come from
is the business of `case.inputs`, and what the totals are compared with that of `synthesis.other_sources`.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from estimation.errors import require
from estimation.model.region.random_numbers import Numbers, Real, block_rows
from estimation.model.region.region import Array, Division, Effects, Part, Region

Visit = Callable[[slice, Real], object]
"""Called for each block with its rows and, for the first group, the odds of not having been held, shape (rows, K)."""


@dataclass(frozen=True, eq=False)
class Held:
    """Draws of persons in P parts of a region, each of shape (n, P)."""

    either: Array  # ever held, with known differences between places and groups
    prison: Array  # of these, sentenced to prison; no columns where camp and prison are not told apart
    people: Array  # adults
    alike: Array  # ever held in the first A parts, shape (n, A), if areas had one rate for all and no known differences

    @cached_property
    def median_people(self) -> Array:
        """Median number of adults of each part, shape (P,)."""
        return np.median(self.people, axis=0)


def rate_ratio_to_log_odds(ratio: npt.ArrayLike, rate: npt.ArrayLike) -> Array:
    """Log-odds to add so that a place with `rate`, a share 0-1, has `ratio` >= 0 times that rate; they broadcast.

    ``log(ratio) + log((1 - rate) / (1 - ratio * rate))`` (METHODS eq. 40), minus infinity for ratio 0. Where
    ``ratio * rate`` reaches 1 no place can have that rate, and an `EstimationError` says so.

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


def poststratify(
    region: Region,
    parts: Sequence[Part],
    effects: Effects,
    numbers: Numbers,
    *,
    division: Division | None = None,
    alike: int = 0,
    visit: Visit | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Held:
    """Add up the people held in each part of a region.

    Parameters
    ----------
    region : Region
        Places and people; with one observed area if there is a division.
    parts : sequence of Part
        Whom to count, P of them.
    effects : Effects
        n draws of what sets the rates.
    numbers : Numbers
        The areas' random numbers; their type is the precision of all arithmetic on areas.
    division : Division, optional
        n draws of how people held divide into camp and prison; without it nobody is counted in prison.
    alike : int
        For how many of the first parts to count people without known differences too.
    visit : callable, optional
        Is shown each block's odds.
    threads : int, optional
        Threads; all cores by default. The result does not depend on it.
    progress : callable, optional
        Called with the number of draws done, block by block.

    Raises
    ------
    EstimationError
        A part names an unknown group or counts nobody; an observed area lies where the rate is nothing; a division
        from more than one observed area.

    Notes
    -----
    **Assumes:** log-odds of area i in parent q are
    ``m + c_i b + s (sqrt(rho) u_q + sqrt(1 - rho) v_i) + x_i beta + delta_g`` with standard normal u and v, and
    covariates c_i less their mean over the observed areas; the observed areas keep their own log-odds. Binomial noise
    of areas of thousands of people is left out. The share sentenced among those ever held has log-odds that correlate
    with the area's rate; it is the same for all groups of an area.

    Working memory depends on the block and the number of threads, not on n; what grows with n are the totals.

    References
    ----------
    METHODS eq. 8, 38, 39, 41, 42, 49.
    """
    require(
        division is None or region.observed.size == 1,
        "camp and prison are split from one observed area",
        f"{region.observed.size} of them",
        "mark one",
    )
    model = _Model(region, effects, numbers, division)
    weights = _weights(region, parts)
    n = effects.spread.size
    everyone = weights.sum(axis=0)
    counted = [int(group) for group in np.flatnonzero(weights.any(axis=(1, 2)))]
    found = Held(
        *(np.empty((n, width)) for width in (len(parts), len(parts) if division is not None else 0, len(parts), alike))
    )
    step = block_rows(len(region.areas))
    starts = range(0, n, step)

    def work(number: int) -> int:
        rows = slice(starts[number], min(starts[number] + step, n))
        block = model.block(number, rows)
        dtype = block.people.dtype
        heavy = {group: weights[group].astype(dtype, copy=False) for group in counted}
        all_groups = everyone.astype(dtype, copy=False)
        found.people[rows] = block.people @ all_groups
        if alike:
            found.alike[rows] = (block.people / (1 + block.odds_against)) @ all_groups[:, :alike]
        with np.errstate(over="ignore"):
            odds_against = block.odds_against * block.place  # (41), places
        if visit is not None:
            visit(rows, odds_against)
        either, prison = np.zeros((2, rows.stop - rows.start, len(parts)), dtype)
        for group in counted:
            held = block.people / (1 + odds_against * model.group_factor(group, rows, dtype))  # (41), groups
            either += held @ heavy[group]  # (42); `heavy` has N_ig of each part
            if division is not None:
                held *= block.sentenced
                prison += held @ heavy[group]
        found.either[rows] = either
        if division is not None:
            found.prison[rows] = prison
        return rows.stop - rows.start

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for done in pool.map(work, range(len(starts))):
            if progress is not None:
                progress(done)
    return found


@dataclass(frozen=True, eq=False)
class _Block:
    """One block of draws, area by area, each of shape (rows, K)."""

    people: Real  # true over tabled population
    odds_against: Real  # of the first group, before known differences between places
    place: Real  # factor on these odds by known differences between places
    sentenced: Real  # share of people held who were sentenced to prison; empty if nobody asks for it


@dataclass(frozen=True, eq=False)
class _Model:
    """The equations, for any rows of the draws."""

    region: Region
    effects: Effects
    numbers: Numbers
    division: Division | None

    @cached_property
    def covariates(self) -> Array:
        """The areas' covariates less their mean over the observed areas, shape (K, C)."""
        x = self.region.covariates
        return x - x[self.region.observed].mean(axis=0) if x.size else x

    def block(self, number: int, rows: slice) -> _Block:
        """Draw the areas of some rows."""
        region, effects = self.region, self.effects
        normal = self.numbers.rates(region, number, rows)
        dtype = normal.areas.dtype
        spread = _column(effects.spread, rows, float)
        rho, centre = _column(effects.parent_share, rows, float), _column(effects.centre, rows, float)
        observed = effects.logits[rows]
        # (38): what the areas' covariates add, 0 on average over the observed areas.
        moved = effects.slopes[rows] @ self.covariates.T if self.covariates.size else np.empty((0, 0))

        # True over tabled people of each area, from the factors of (7).
        core, other = _column(effects.core_factor, rows, dtype), _column(effects.other_factor, rows, dtype)
        people = np.where(region.core, core, other)
        if effects.area_error_sd.any():
            people *= np.exp(self.numbers.people(region, number, rows) * effects.area_error_sd.astype(dtype))  # (8)

        # (39): the parents' deviations from the centre in spreads, given those of their k observed areas.
        away = observed - centre
        if moved.size:
            away = away - moved[:, region.observed]
        seen = np.divide(away, spread, out=np.zeros_like(observed), where=spread > 0)
        total, known = np.zeros((len(observed), region.parent_count)), np.zeros(region.parent_count)
        np.add.at(total.T, region.parents[region.observed], seen.T)
        np.add.at(known, region.parents[region.observed], 1.0)
        precision = 1 - rho + known * rho
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(known > 0, np.sqrt(rho) * total / precision, 0.0)
            sd = np.where(known > 0, np.sqrt((1 - rho) / precision), 1.0)
        parents = mean + sd * normal.parents

        # The areas' deviations, then log-odds of the first group.
        deviation = normal.areas * np.sqrt(1 - rho).astype(dtype)
        deviation += (np.sqrt(rho) * parents).astype(dtype)[:, region.parents]  # (38), in brackets
        deviation[:, region.observed] = seen
        sentenced = np.empty((0, 0), dtype)
        if self.division is not None:
            sentenced = self._sentenced(number, rows, deviation)
        logits = np.multiply(deviation, spread.astype(dtype), out=deviation)
        logits += centre.astype(dtype)  # (38)
        if moved.size:
            logits += moved.astype(dtype)
        logits[:, region.observed] = observed
        # Beyond these log-odds a rate is 0 or 1 to this precision, and exp stays finite.
        far = dtype.type(0.9 * np.log(np.finfo(dtype).max))
        odds_against = np.exp(-np.clip(logits, -far, far, out=logits))
        return _Block(people, odds_against, self._place(rows, dtype), sentenced)

    def _place(self, rows: slice, dtype: npt.DTypeLike) -> Real:
        """Factor on odds against by x_i - x_o of (41), which is 0 in the observed areas."""
        region = self.region
        distant, city = (_column(each, rows, float) for each in (self.effects.distant, self.effects.city))
        offsets = np.hstack([np.zeros_like(distant), distant, city, distant + city])
        kind = region.distant + 2 * region.city
        seen = offsets[:, kind[region.observed]].mean(axis=1, keepdims=True)
        require(
            bool(np.all(np.isfinite(seen))),
            "an observed area cannot lie where the rate is nothing",
            "a ratio of 0 there",
            "give elsewhere or city a ratio above 0",
        )
        with np.errstate(over="ignore"):
            factors = np.exp(np.hstack([seen - offsets, np.zeros_like(seen)])).astype(dtype)
        return np.asarray(factors[:, np.where(np.isin(np.arange(kind.size), region.observed), 4, kind)])

    def group_factor(self, group: int, rows: slice, dtype: npt.DTypeLike) -> Real:
        """Factor on odds against by delta_g of (41), shape (rows, 1)."""
        with np.errstate(over="ignore"):
            return np.exp(-self.effects.group[rows, group])[:, None].astype(dtype)

    def _sentenced(self, number: int, rows: slice, deviation: Real) -> Real:
        """Share of those ever held who were sentenced to prison, by (49)."""
        division, dtype = self.division, deviation.dtype
        assert division is not None
        normal = self.numbers.prison(self.region, number, rows)
        rho = _column(self.effects.parent_share, rows, dtype)
        own, spread = _column(division.observed_logit, rows, dtype), _column(division.spread, rows, dtype)
        tie, shift = _column(division.correlation, rows, dtype), _column(division.shift, rows, dtype)
        effect = (np.sqrt(rho) * normal.parents)[:, self.region.parents] + np.sqrt(1 - rho) * normal.areas
        effect = tie * deviation + np.sqrt(1 - tie**2) * effect
        here = self.region.observed
        logit = own + spread * (effect - effect[:, here] - shift)
        logit[:, here] = own
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(-logit)))


def _column(values: Array, rows: slice, dtype: npt.DTypeLike) -> Real:
    return values[rows, None].astype(dtype, copy=False)


def _weights(region: Region, parts: Sequence[Part]) -> Array:
    """Persons of each group and area that each part counts: shape (G, K, P)."""
    weights = np.zeros((len(region.groups), len(region.areas), len(parts)))
    for column, part in enumerate(parts):
        for group in part.groups:
            require(
                group in region.groups,
                f"{part.name} may name only groups of the region",
                repr(group),
                f"use {', '.join(region.groups)}",
            )
            row = region.groups.index(group)
            weights[row, part.areas, column] = region.adults[part.areas, row]  # N_ig of (42)
        require(
            bool(weights[:, :, column].sum() > 0),
            "every scope and every source must count somebody",
            part.name,
            "check its areas and groups",
        )
    return weights


def observed_weights(region: Region) -> Array:
    """Weights of the observed areas in one rate for all of them, shape (J,), sum 1: by people of the first group."""
    people = region.adults[region.observed, 0]
    if not people.sum() > 0:
        people = np.ones(region.observed.size)
    return np.asarray(people / people.sum())
