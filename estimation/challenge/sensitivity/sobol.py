"""Variance-based indices of independent inputs, first-order and total, with bootstrap intervals, by blocks.

Inputs may be groups of inputs. The variances of dependent inputs do not add up: for these see `shapley`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import UnreliableError, require
from estimation.model.region.region import Array

_LEVEL: Final = 0.95
"""Of the intervals."""
_BLOCKS: Final = 128
_RESAMPLES: Final = 1000
"""Rows are summed in blocks, and blocks are resampled: the cost does not grow with the sample."""
WANTED: Final = 0.05
"""Half-width of an interval that still tells apart indices a tenth apart."""


@dataclass(frozen=True, eq=False)
class Indices:
    """First-order and total indices, from as many evaluations as the base sample times inputs plus two.

    The table has `first`, `first_low`, `first_high`, `total`, `total_low`, `total_high` per input, shares of variance.
    """

    table: pd.DataFrame
    base: int

    @property
    def half_widths(self) -> pd.Series:
        """The larger half-width of each input's two intervals, share of variance."""
        found = self.table
        first, total = found["first_high"] - found["first_low"], found["total_high"] - found["total_low"]
        return pd.concat([first, total], axis=1).max(axis=1) / 2

    @property
    def needed(self) -> int:
        """Base sample at which every half-width is at most `WANTED`, if widths fall with the square root."""
        return int(np.ceil(self.base * (self.half_widths.max() / WANTED) ** 2))

    def require_enough(self) -> None:
        """Raise `UnreliableError` if the intervals are too wide to be used."""
        if self.needed > self.base:
            half = self.half_widths
            raise UnreliableError(
                f"every index must be known to within {WANTED:g}",
                f"{half.max():.3g} for {half.idxmax()} at a base sample of {self.base:,}",
                f"raise the base sample to about {self.needed:,}",
            )


def estimate(
    f_a: npt.ArrayLike,
    f_b: npt.ArrayLike,
    f_ab: npt.ArrayLike,
    *,
    names: Sequence[str],
    rng: np.random.Generator,
) -> Indices:
    """Indices from the output on two independent samples, shape (N,), and on A with input d taken from B, shape (D, N).

    Raises
    ------
    EstimationError
        Shapes that do not fit, an output that is not finite or does not vary.

    Notes
    -----
    **Assumes:** independent inputs and rows in random order.
    First-order: ``mean(f_B (f_AB - f_A)) / V``; total: ``mean((f_A - f_AB)^2) / (2 V)``; V over A and B together.

    References
    ----------
    METHODS eq. 65.
    Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, table 2, (b) and (f).
    Jansen 1999, doi:10.1016/S0010-4655(98)00154-4.
    """
    a, b, ab = np.asarray(f_a, float), np.asarray(f_b, float), np.asarray(f_ab, float)
    require(
        a.ndim == 1 and a.shape == b.shape and ab.shape == (len(names), a.size),
        "outputs must have shapes (N,), (N,) and (inputs, N)",
        f"{a.shape}, {b.shape} and {ab.shape} for {len(names)} inputs",
        "evaluate both samples and each mixture",
    )
    rule = "a base sample needs at least two rows a block"
    require(a.size >= 2 * _BLOCKS, rule, a.size, f"take {2 * _BLOCKS} or more")
    finite = all(np.isfinite(each).all() for each in (a, b, ab))
    require(finite, "the output must be finite everywhere", "a value that is not", "take its logarithm off 0")
    varies = max(np.ptp(a), np.ptp(b)) > 0
    require(varies, "the output must vary", "a constant", "leave out inputs that are held fixed")
    centre = (a.mean() + b.mean()) / 2
    a, b, ab = a - centre, b - centre, ab - centre
    edges = np.linspace(0, a.size, _BLOCKS + 1).astype(int)[:-1]

    def sums(values: Array) -> Array:
        return np.asarray(np.add.reduceat(values, edges, axis=-1))

    size = np.diff([*edges, a.size]).astype(float)
    first_sum, total_sum = sums(b * (ab - a)), sums((a - ab) ** 2) / 2
    ones, squares = sums(a + b), sums(a**2 + b**2)

    def indices(weight: Array) -> tuple[Array, Array]:
        rows = weight @ size
        variance = (weight @ squares) / (2 * rows) - ((weight @ ones) / (2 * rows)) ** 2
        per_row = 1 / (rows * variance)[..., None]
        return (weight @ first_sum.T) * per_row, (weight @ total_sum.T) * per_row

    first, total = indices(np.ones(_BLOCKS))
    drawn = rng.multinomial(_BLOCKS, np.full(_BLOCKS, 1 / _BLOCKS), size=_RESAMPLES).astype(float)
    first_drawn, total_drawn = indices(drawn)
    ends = [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]
    first_ends, total_ends = (np.quantile(each, ends, axis=0) for each in (first_drawn, total_drawn))
    table = pd.DataFrame(
        {
            "first": first,
            "first_low": first_ends[0],
            "first_high": first_ends[1],
            "total": total,
            "total_low": total_ends[0],
            "total_high": total_ends[1],
        },
        index=pd.Index(names, name="input"),
    )
    return Indices(table, a.size)


def run(
    function: Callable[[Any], Array],
    sample_a: Any,
    sample_b: Any,
    mix: Callable[[Any, Any, str], Any],
    *,
    names: Sequence[str],
    rng: np.random.Generator,
    progress: Callable[[int], object] | None = None,
) -> Indices:
    """Evaluate a function on both samples and every mixture, then `estimate`.

    The function gives the output, shape (N,), of a sample; ``mix(a, b, name)`` is `a` with the input or group `name`
    taken from `b`; `progress` is called with 1 after each evaluation.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> a, b = rng.random((2, 20_000, 2))
    >>> def mix(a, b, name):
    ...     return np.where(np.arange(2) == int(name), b, a)
    >>> found = run(lambda x: 3 * x[:, 0] + x[:, 1], a, b, mix, names=["0", "1"], rng=rng)
    >>> found.table["total"].round(1).tolist()
    [0.9, 0.1]
    """

    def at(sample: Any) -> Array:
        values = function(sample)
        if progress is not None:
            progress(1)
        return values

    f_a, f_b = at(sample_a), at(sample_b)
    mixed = np.stack([at(mix(sample_a, sample_b, name)) for name in names])
    return estimate(f_a, f_b, mixed, names=names, rng=rng)
