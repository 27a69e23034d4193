"""How wrong a judgement must be before a claim gains or loses its standing: tipping points, on fixed random numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.rerun.stage import Sample, Stage
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Point
from estimation.evidence.register.assumptions import Register
from estimation.model.ladder.summary import chance_error
from estimation.model.region.region import Array

LEVELS: Final = (0.5, 0.8, 0.95)
PLAUSIBLE: Final = (0.005, 0.995)
"""Quantiles of an entry between which its values are called plausible."""
POINTS: Final = 17
STEPS: Final = 24


@dataclass(frozen=True)
class Tip:
    """Where a claim's probability crosses a level as one entry is held at other and other values.

    Attributes
    ----------
    claim : Claim
        The claim.
    entry : str
        Which judgement.
    level : float
        Probability crossed, 0-1.
    value : float
        The value, in the entry's unit; NaN if the level is crossed nowhere in the plausible range.
    reached : str
        ``above`` if the claim has the level at values above `value`, ``below``, or ``never``, or ``always``;
        ``unknown`` if it has none where weights by other sources can be relied on, and that is not the whole range.
    probability : float
        The claim's probability with the entry at `value`, from running the model there; at the better end of the
        range if never, at the worse if always.
    probability_error : float
        Its simulation error.
    low, high : float
        The plausible range.
    """

    claim: Claim
    entry: str
    level: float
    value: float
    reached: str
    probability: float
    probability_error: float
    low: float
    high: float


def plausible(register: Register, entry: str) -> tuple[float, float]:
    """Range of an entry's plausible values, in its unit.

    Raises
    ------
    EstimationError
        The entry is held fixed.
    """
    shape = register[entry].distribution
    if isinstance(shape, Point) or register[entry].rung == "fixed":
        raise EstimationError(
            "a tipping point is looked for among plausible values", f"{entry} is held fixed", "give it a distribution"
        )
    low, high = shape.ppf(list(PLAUSIBLE))
    return float(low), float(high)


def tips(
    at: Stage,
    claims: Sequence[Claim],
    entries: Sequence[str],
    *,
    levels: Sequence[float] = LEVELS,
    progress: Callable[[int], object] | None = None,
) -> tuple[Tip, ...]:
    """Tipping points of every claim in every entry.

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

    Returns
    -------
    tuple of Tip
        For each entry, claim and level. Of several crossings the one nearest the entry's median.

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
        if not 0 < level < 1:
            raise EstimationError("a level must lie in (0, 1)", level, "write 0.8 for 80 percent")
    found: list[Tip] = []
    scopes = tuple(dict.fromkeys(claim.scope for claim in claims))
    for entry in entries:
        low, high = plausible(at.register, entry)
        values = np.unique(at.register[entry].distribution.ppf(np.linspace(*PLAUSIBLE, POINTS)))
        profile = _Profile(at, entry, scopes)
        grid = _known(profile, values, at.register[entry].distribution.median())
        for claim in claims:
            chances = np.array([profile.chance(value, claim) for value in grid])
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

    def _at(self, value: float, scope: str) -> Sample | None:
        if value not in self._kept:
            samples = self.at.samples(self.scopes, {self.entry: value})
            self._kept[value] = dict(zip(self.scopes, samples, strict=True))
        return self._kept[value][scope]

    def known(self, value: float) -> bool:
        """Whether weights can be relied on with the entry at a value."""
        return self._at(float(value), self.scopes[0]) is not None

    def chance(self, value: float, claim: Claim) -> float:
        """Probability of a claim with the entry at a value; NaN where weights cannot be relied on."""
        sample = self._at(float(value), claim.scope)
        return np.nan if sample is None else claim.probability(sample.values)

    def error(self, value: float, claim: Claim) -> float:
        """Simulation error of `chance`."""
        sample = self._at(float(value), claim.scope)
        return np.nan if sample is None else chance_error(self.chance(value, claim), sample.effective)


def _known(profile: _Profile, values: Array, middle: float) -> Array:
    """Values next to one another, around the middle, at which weights can be relied on."""
    known = np.array([profile.known(value) for value in values])
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
        found = (np.nan, np.nan) if reached == "unknown" else (profile.chance(at, claim), profile.error(at, claim))
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
    for _ in range(STEPS):
        if abs(right - left) <= 1e-4 * (ends[1] - ends[0]):
            break
        centre = (left + right) / 2
        chance = profile.chance(centre, claim)
        if np.isnan(chance):
            break
        if (chance >= level) == rising:
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
    """Probability of a claim over the plausible values of two entries.

    Parameters
    ----------
    at : Stage
        The case, with other sources or without.
    claim : Claim
        The claim.
    first, second : str
        Two entries.
    points : int
        Values of each, 2 or more, at even quantiles.

    Returns
    -------
    DataFrame
        Columns `first`, `second` (values, named by the entries) `probability` and its simulation error,
        one row per pair.

    Raises
    ------
    EstimationError
        The same entry twice, an entry held fixed, fewer than two points.
    """
    if first == second:
        raise EstimationError("a contour needs two different entries", first, "name another")
    if points < 2:
        raise EstimationError("a contour needs two points or more a side", points, "give 9")
    plausible(at.register, first), plausible(at.register, second)
    steps = np.linspace(*PLAUSIBLE, points)
    rows: list[dict[str, Any]] = []
    for one in at.register[first].distribution.ppf(steps):
        for other in at.register[second].distribution.ppf(steps):
            sample = at.sample(claim.scope, {first: float(one), second: float(other)})
            chance = np.nan if sample is None else claim.probability(sample.values)
            error = np.nan if sample is None else chance_error(chance, sample.effective)
            rows.append({first: float(one), second: float(other), "probability": chance, "probability_error": error})
    return pd.DataFrame(rows)
