"""How wrong a judgement must be before a claim gains or loses its standing: tipping points, on fixed random numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.rerun.stage import Stage, chance
from estimation.errors import require
from estimation.evidence.register.assumptions import Register
from estimation.model.ladder.summary import Sample
from estimation.model.region.region import Array

LEVELS: Final = (0.5, 0.8, 0.95)
PLAUSIBLE: Final = (0.005, 0.995)
"""Quantiles of an entry between which its values are called plausible."""
_POINTS: Final = 17
_STEPS: Final = 24


@dataclass(frozen=True)
class Tip:
    """Where a claim's probability crosses a level as one entry is held at one value after another.

    It is `reached` ``above`` if the claim has the level at values above `value`, ``below``, or ``never``, or
    ``always``; ``unknown`` if no crossing was found and weights are unreliable in part of the range.
    """

    claim: Claim
    entry: str
    level: float  # probability crossed, 0-1
    value: float  # in the entry's unit; NaN if the level is crossed nowhere in the plausible range
    reached: str
    probability: float  # with the entry at `value`; at the better end of the range if never, at the worse if always
    probability_error: float  # simulation error
    low: float  # of the plausible range
    high: float  # of the plausible range


def plausible(register: Register, entry: str) -> tuple[float, float]:
    """Range of an entry's plausible values, in its unit; raises `EstimationError` if it is held fixed."""
    rule = "a tipping point is looked for among plausible values"
    require(register[entry].varies, rule, f"{entry} is held fixed", "give it a distribution")
    low, high = register[entry].distribution.ppf(list(PLAUSIBLE))
    return float(low), float(high)


def tips(
    at: Stage,
    claims: Sequence[Claim],
    entries: Sequence[str],
    *,
    levels: Sequence[float] = LEVELS,
    progress: Callable[[int], object] | None = None,
) -> tuple[Tip, ...]:
    """Tipping points for each entry, claim and level; of several crossings the one nearest the entry's median.

    Parameters
    ----------
    at : Stage
        The case, with other sources or without.
    claims : sequence of Claim
        About scopes of the stage.
    entries : sequence of str
        Entries of the register that are not fixed.
    levels : sequence of float
        Probabilities, 0-1.
    progress : callable, optional
        Called with 1 after each entry.

    Raises
    ------
    EstimationError
        A level outside (0, 1), an entry held fixed, an unknown scope.

    Notes
    -----
    **Assumes:** the entry is known to be at the value and all others vary as judged. The range is searched at 17
    quantiles, so a claim that gains and loses a level between two of them is missed; within a pair the crossing is
    found by bisection on the same random numbers, and the model is run there again. With other sources the search
    goes from the median as far to either side as weights can be relied on.

    References
    ----------
    METHODS eq. 68.
    """
    for level in levels:
        require(0 < level < 1, "a level must lie in (0, 1)", level, "write 0.8 for 80 percent")
    found: list[Tip] = []
    scopes = tuple(dict.fromkeys(claim.scope for claim in claims))
    for entry in entries:
        low, high = plausible(at.register, entry)
        values = np.unique(at.register[entry].distribution.ppf(np.linspace(*PLAUSIBLE, _POINTS)))
        profile = _Profile(at, entry, scopes)
        grid = _known(profile, values, at.register[entry].distribution.median())
        for claim in claims:
            chances = np.array([profile.chance(value, claim)[0] for value in grid])
            for level in levels:
                found.append(_tip(profile, claim, level, grid, chances, (low, high), whole=grid.size == values.size))
        if progress is not None:
            progress(1)
    return tuple(found)


class _Profile:
    """Totals with one entry held at a value, each value run once."""

    def __init__(self, at: Stage, entry: str, scopes: tuple[str, ...]) -> None:
        self.at, self.entry, self.scopes = at, entry, scopes
        self._kept: dict[float, dict[str, Sample | None]] = {}

    def samples(self, value: float) -> dict[str, Sample | None]:
        """Draws of the total of each scope with the entry at a value."""
        if value not in self._kept:
            samples = self.at.samples(self.scopes, {self.entry: value})
            self._kept[value] = dict(zip(self.scopes, samples, strict=True))
        return self._kept[value]

    def chance(self, value: float, claim: Claim) -> tuple[float, float]:
        """Probability of a claim with the entry at a value, and its simulation error, as `chance`."""
        return chance(self.samples(float(value))[claim.scope], claim)


def _known(profile: _Profile, values: Array, middle: float) -> Array:
    """Values next to one another, around the middle, at which weights can be relied on."""
    known = np.array([None not in profile.samples(float(value)).values() for value in values])
    start = int(np.abs(values - middle).argmin())
    lost = np.flatnonzero(~known)
    first = lost[lost <= start].max(initial=-1) + 1
    return values[first : lost[lost >= start].min(initial=values.size)]


def _tip(
    profile: _Profile,
    claim: Claim,
    level: float,
    grid: Array,
    chances: Array,
    ends: tuple[float, float],
    *,
    whole: bool,
) -> Tip:
    def made(value: float, reached: str, at: float) -> Tip:
        found = (np.nan, np.nan) if reached == "unknown" else profile.chance(at, claim)
        return Tip(claim, profile.entry, level, value, reached, *found, *ends)

    if grid.size < 2:
        return made(np.nan, "unknown", np.nan)
    above = chances >= level
    crossings = np.flatnonzero(above[1:] != above[:-1])
    if crossings.size == 0:
        if not whole:
            return made(np.nan, "unknown", np.nan)
        if above[0]:
            return made(np.nan, "always", float(grid[chances.argmin()]))
        return made(np.nan, "never", float(grid[chances.argmax()]))
    middle = profile.at.register[profile.entry].distribution.median()
    nearest = crossings[np.argmin([min(abs(grid[i] - middle), abs(grid[i + 1] - middle)) for i in crossings])]
    left, right = float(grid[nearest]), float(grid[nearest + 1])
    rising = bool(above[nearest + 1])
    for _ in range(_STEPS):
        if abs(right - left) <= 1e-4 * (ends[1] - ends[0]):
            break
        centre = (left + right) / 2
        probability = profile.chance(centre, claim)[0]
        if np.isnan(probability):
            break
        if (probability >= level) == rising:
            right = centre
        else:
            left = centre
    value = right if rising else left  # the side at which the claim has the level
    return made(value, "above" if rising else "below", value)


def table(found: Sequence[Tip], at: Stage) -> pd.DataFrame:
    """Tipping points as a table: one row per claim, entry and level; no `value` if always or never reached."""
    rows = pd.DataFrame(
        [
            {
                **tip.claim.columns(),
                "rung": at.rung,
                "entry": tip.entry,
                "unit": at.register[tip.entry].unit,
                "level": tip.level,
                "reached": tip.reached,
                "value": tip.value,
                "probability": tip.probability,
                "probability_error": tip.probability_error,
                "plausible_low": tip.low,
                "plausible_high": tip.high,
            }
            for tip in found
        ]
    )
    return rows.astype({"high": "Int64"}) if len(rows) else rows


def contour(at: Stage, claim: Claim, first: str, second: str, *, points: int = 9) -> pd.DataFrame:
    """Probability of a claim over the plausible values of two entries, at two or more even quantiles of each.

    A row per pair: the values, in columns named by the entries, `probability` and its simulation error. Raises
    `EstimationError` for the same entry twice, an entry held fixed, fewer than two points.
    """
    require(first != second, "a contour needs two different entries", first, "name another")
    require(points >= 2, "a contour needs two points or more a side", points, "give 9")
    plausible(at.register, first), plausible(at.register, second)
    steps = np.linspace(*PLAUSIBLE, points)
    rows: list[dict[str, Any]] = []
    for one in at.register[first].distribution.ppf(steps):
        for other in at.register[second].distribution.ppf(steps):
            pair = {first: float(one), second: float(other)}
            probability, error = chance(at.sample(claim.scope, pair), claim)
            rows.append({**pair, "probability": probability, "probability_error": error})
    return pd.DataFrame(rows)
