"""How wrong a judgement must be before a claim gains or loses its standing: tipping points, on fixed random numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.rerun import replay
from estimation.challenge.sensitivity.tornado import Model, Stage
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
    value : float or None
        The value, in the entry's unit; None if never within the plausible range.
    reached : str
        ``above`` if the claim has the level at values above `value`, ``below``, or ``never``, or ``always``.
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
    value: float | None
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
    at: Model,
    claims: Sequence[Claim],
    entries: Sequence[str],
    *,
    levels: Sequence[float] = LEVELS,
    progress: Callable[[int], object] | None = None,
) -> tuple[Tip, ...]:
    """Tipping points of every claim in every entry.

    Parameters
    ----------
    at : Model
        The model with its random numbers.
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
    found by bisection on the same random numbers, and the model is run there again.

    References
    ----------
    METHODS eq. 67.
    """
    for level in levels:
        if not 0 < level < 1:
            raise EstimationError("a level must lie in (0, 1)", level, "write 0.8 for 80 percent")
    found: list[Tip] = []
    for entry in entries:
        low, high = plausible(at.register, entry)
        grid = np.unique(at.register[entry].distribution.ppf(np.linspace(*PLAUSIBLE, POINTS)))
        profile = _Profile(at, entry)
        for claim in claims:
            chances = np.array([profile(value, claim) for value in grid])
            for level in levels:
                found.append(_tip(profile, claim, level, grid, chances, low, high))
        if progress is not None:
            progress(1)
    return tuple(found)


class _Profile:
    """Totals with one entry held at a value, each value run once."""

    def __init__(self, at: Model, entry: str) -> None:
        self.at, self.entry = at, entry
        self._kept: dict[float, Array] = {}

    def __call__(self, value: float, claim: Claim) -> float:
        value = float(value)
        if value not in self._kept:
            self._kept[value] = self.at.totals(**{self.entry: value})
        return claim.probability(self._kept[value][:, self.at.column(claim.scope)])


def _tip(profile: _Profile, claim: Claim, level: float, grid: Array, chances: Array, low: float, high: float) -> Tip:
    draws, entry = profile.at.draws, profile.entry
    above = chances >= level
    crossings = np.flatnonzero(above[1:] != above[:-1])

    def made(value: float | None, reached: str, chance: float) -> Tip:
        return Tip(claim, entry, level, value, reached, chance, chance_error(chance, draws), low, high)

    if crossings.size == 0:
        return made(None, "always" if above[0] else "never", float(chances.min() if above[0] else chances.max()))
    middle = profile.at.register[entry].distribution.median()
    nearest = crossings[np.argmin([min(abs(grid[i] - middle), abs(grid[i + 1] - middle)) for i in crossings])]
    left, right = float(grid[nearest]), float(grid[nearest + 1])
    rising = bool(above[nearest + 1])
    for _ in range(STEPS):
        if abs(right - left) <= 1e-4 * (high - low):
            break
        centre = (left + right) / 2
        if (profile(centre, claim) >= level) == rising:
            right = centre
        else:
            left = centre
    value = right if rising else left  # the side at which the claim has the level
    return made(value, "above" if rising else "below", profile(value, claim))


def table(found: Sequence[Tip], register: Register) -> pd.DataFrame:
    """Tipping points as a table: one row per claim, entry and level; no `value` if always or never reached."""
    rows = pd.DataFrame(
        [
            {
                **tip.claim.columns(),
                "entry": tip.entry,
                "unit": register[tip.entry].unit,
                "level": tip.level,
                "reached": tip.reached,
                "value": np.nan if tip.value is None else tip.value,
                "probability": tip.probability,
                "probability_error": tip.probability_error,
                "plausible_low": tip.low,
                "plausible_high": tip.high,
            }
            for tip in found
        ]
    )
    return rows.astype({"high": "Int64"})


def contour(at: Stage, claim: Claim, first: str, second: str, *, points: int = 9) -> pd.DataFrame:
    """Probability of a claim over the plausible values of two entries.

    Parameters
    ----------
    at : Stage
        The model with its random numbers.
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
    column = at.column(claim.scope)
    only = replace(at.world, scopes=(at.world.scopes[column],))
    rows: list[dict[str, Any]] = []
    for one in at.register[first].distribution.ppf(steps):
        for other in at.register[second].distribution.ppf(steps):
            inputs = at.changed(**{first: float(one), second: float(other)})
            chance = claim.probability(replay.evaluate(only, inputs, at.places)[:, 0])
            rows.append(
                {
                    first: float(one),
                    second: float(other),
                    "probability": chance,
                    "probability_error": chance_error(chance, at.draws),
                }
            )
    return pd.DataFrame(rows)
