"""Rounding that the interval and the simulation error warrant. Numbers in, numbers out.

The rules are few, so that another program can follow them digit for digit:

1. *Digits.* A value keeps two significant digits, three if the interval's high end is below 1.1 times its low end.
   Its step is ``10 ** (floor(log10(value)) - digits + 1)``, ten times that if the value so rounded reaches the next
   power of ten, and 1 for a value of 0.
2. *Simulation error.* The step is no finer than four of the value's simulation errors, so that another seed seldom
   prints another figure: the smallest of 1, 2, 5 or 10 times a power of ten that reaches them.
3. *Rounding.* ``floor(value / step + 0.5) * step``, to twelve significant digits; a low end down and a high end up,
   ``floor(value / step + 1e-9) * step`` and ``ceil(value / step - 1e-9) * step``, so that no interval is narrowed.
4. *Order.* If rounding on unlike steps puts low, median and high out of order, all three take the largest step.
"""

import math
from typing import Any, Final, Literal, Protocol, TypeAlias

from estimation.errors import EstimationError

NARROW: Final = 1.1
ERRORS: Final = 4
"""How many simulation errors a step is no finer than."""
Way: TypeAlias = Literal["nearest", "down", "up"]
_WAYS: Final[tuple[tuple[str, Way], ...]] = (("low", "down"), ("median", "nearest"), ("high", "up"))


class TableRow(Protocol):
    """A row of a table, by column: a Series or a mapping."""

    def __getitem__(self, key: str, /) -> Any: ...

    def get(self, key: str, default: Any = None, /) -> Any:
        """The value of a column, or the default where there is none."""


def nice(value: float) -> float:
    """The smallest of 1, 2, 5 or 10 times a power of ten that is no smaller than a positive value.

    Examples
    --------
    >>> nice(1), nice(1.3), nice(20_140), nice(0.013)
    (1.0, 2.0, 50000.0, 0.02)
    """
    power = math.floor(math.log10(value))
    for times in (1, 2, 5):
        found = float(f"{times}e{power}")
        if found >= value * (1 - 1e-9):
            return found
    return float(f"1e{power + 1}")


def step_of(value: float, *, low: float, high: float, error: float = 0.0, way: Way = "nearest") -> float:
    """The step that a value may be rounded to, given the ends of its interval (same unit, not negative) and its error.

    Raises `EstimationError` if the ends are the wrong way round.

    References
    ----------
    METHODS eq. 78.

    Examples
    --------
    >>> step_of(559_879, low=559_879, high=2_293_940), step_of(559_879, low=559_879, high=2_293_940, error=20_140)
    (10000.0, 100000.0)
    """
    if low > high:
        raise EstimationError("an interval must run from low to high", f"{low} to {high}", "swap the ends")
    digits = 3 if high < NARROW * low else 2  # the third digit only where two would hide the width
    own = 1.0
    if value > 0:
        power = math.floor(math.log10(value))
        own = float(f"1e{power - digits + 1}")
        if to_step(value, own, way) >= float(f"1e{power + 1}"):
            own = float(f"1e{power - digits + 2}")
    return max(own, nice(ERRORS * error)) if error > 0 else own


def to_step(value: float, step: float, way: Way = "nearest") -> float:
    """A value rounded to a step, halves upwards."""
    if way == "up":
        return float(f"{math.ceil(value / step - 1e-9) * step:.12g}")
    return float(f"{math.floor(value / step + (1e-9 if way == 'down' else 0.5)) * step:.12g}")


def rounded(value: float, *, low: float, high: float, error: float = 0.0, way: Way = "nearest") -> float:
    """A value with no digit finer than its interval and its simulation error warrant, as in `step_of`.

    Examples
    --------
    >>> rounded(1_234_567, low=1_200_000, high=1_300_000), rounded(1_234_567, low=300_000, high=4_000_000)
    (1230000.0, 1200000.0)
    """
    return to_step(value, step_of(value, low=low, high=high, error=error, way=way), way)


def rounded_interval(row: TableRow) -> dict[str, tuple[float, float]]:
    """Median and ends of a row of the ladder as they may be shown, each with the step it was rounded to: persons."""
    low, high = float(row["count_low"]), float(row["count_high"])
    values, ways = [float(row[f"count_{name}"]) for name, _ in _WAYS], [way for _, way in _WAYS]
    errors = [float(row.get(f"count_{name}_error", 0.0)) for name, _ in _WAYS]
    steps = [
        step_of(value, low=low, high=high, error=error, way=way)
        for value, error, way in zip(values, errors, ways, strict=True)
    ]
    found = list(map(to_step, values, steps, ways))
    if found != sorted(found):
        steps = [max(steps)] * 3
        found = list(map(to_step, values, steps, ways))
    return {name: (value, step) for (name, _), value, step in zip(_WAYS, found, steps, strict=True)}


def cautious_bound(value: float, *, error: float, below: bool) -> float:
    """A round bound that is borne out with its error to spare: two digits, below the value for "at least", else above.

    Examples
    --------
    >>> cautious_bound(708_204, error=14_000, below=True), cautious_bound(1_813_414, error=41_000, below=False)
    (600000.0, 2000000.0)
    """
    step = step_of(value, low=0.0, high=value, error=error)
    if below:
        return float(f"{max(0.0, math.floor((value - error) / step) * step):.12g}")
    return float(f"{math.ceil((value + error) / step) * step:.12g}")
