"""Variance-based indices of independent inputs, first-order and total, with bootstrap intervals, by blocks.

Inputs may be groups of inputs. The variances of dependent inputs do not add up: for these see `shapley`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError, UnreliableError
from estimation.model.region.region import Array

LEVEL: Final = 0.95
"""Of the intervals."""
BLOCKS: Final = 128
RESAMPLES: Final = 1000
"""Rows are summed in blocks, and blocks are resampled: the cost does not grow with the sample."""
WANTED: Final = 0.05
"""Half-width of an interval that still tells apart indices a tenth apart."""


@dataclass(frozen=True)
class Convergence:
    """Whether the sample is enough.

    Attributes
    ----------
    enough : bool
        Whether every interval's half-width is at most `WANTED`.
    widest : float
        Largest half-width of an interval.
    widest_input : str
        Whose it is.
    needed : int
        Base sample at which the widest would meet it, if widths fall with the square root.
    """

    enough: bool
    widest: float
    widest_input: str
    needed: int


@dataclass(frozen=True, eq=False)
class Indices:
    """First-order and total indices.

    Attributes
    ----------
    table : DataFrame
        Per input: `first`, `first_low`, `first_high`, `total`, `total_low`, `total_high` (shares of variance).
    base : int
        Base sample; evaluations are base times inputs plus two.
    convergence : Convergence
        Whether that was enough.
    """

    table: pd.DataFrame
    base: int
    convergence: Convergence

    def require_enough(self) -> "Indices":
        """The same, or `UnreliableError` if the intervals are too wide to be used."""
        if not self.convergence.enough:
            raise UnreliableError(
                f"every index must be known to within {WANTED:g}",
                f"{self.convergence.widest:.3g} for {self.convergence.widest_input} at a base sample of {self.base:,}",
                f"raise the base sample to about {self.convergence.needed:,}",
            )
        return self


def estimate(
    f_a: npt.ArrayLike,
    f_b: npt.ArrayLike,
    f_ab: npt.ArrayLike,
    *,
    names: Sequence[str],
    rng: np.random.Generator,
) -> Indices:
    """Indices from the output on two independent samples and on their mixtures.

    Parameters
    ----------
    f_a, f_b : array_like of shape (N,)
        Output on samples A and B.
    f_ab : array_like of shape (D, N)
        Output on A with input d taken from B.
    names : sequence of str
        Names of the inputs, D of them.
    rng : numpy.random.Generator
        Of the bootstrap.

    Returns
    -------
    Indices

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
    if a.ndim != 1 or a.shape != b.shape or ab.shape != (len(names), a.size):
        raise EstimationError(
            "outputs must have shapes (N,), (N,) and (inputs, N)",
            f"{a.shape}, {b.shape} and {ab.shape} for {len(names)} inputs",
            "evaluate both samples and each mixture",
        )
    if a.size < 2 * BLOCKS:
        raise EstimationError("a base sample needs at least two rows a block", a.size, f"take {2 * BLOCKS} or more")
    if not (np.isfinite(a).all() and np.isfinite(b).all() and np.isfinite(ab).all()):
        raise EstimationError("the output must be finite everywhere", "a value that is not", "take its logarithm off 0")
    if not max(np.ptp(a), np.ptp(b)) > 0:
        raise EstimationError("the output must vary", "a constant", "leave out inputs that are held fixed")
    centre = (a.mean() + b.mean()) / 2
    a, b, ab = a - centre, b - centre, ab - centre
    edges = np.linspace(0, a.size, BLOCKS + 1).astype(int)[:-1]

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

    first, total = indices(np.ones(BLOCKS))
    drawn = rng.multinomial(BLOCKS, np.full(BLOCKS, 1 / BLOCKS), size=RESAMPLES).astype(float)
    first_drawn, total_drawn = indices(drawn)
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
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
    half = np.maximum(first_ends[1] - first_ends[0], total_ends[1] - total_ends[0]) / 2
    worst = int(half.argmax())
    check = Convergence(
        enough=bool(half[worst] <= WANTED),
        widest=float(half[worst]),
        widest_input=names[worst],
        needed=int(np.ceil(a.size * (half[worst] / WANTED) ** 2)),
    )
    return Indices(table, a.size, check)


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

    Parameters
    ----------
    function : callable
        Output, shape (N,), of a sample.
    sample_a, sample_b : any
        Two independent samples of all inputs, N rows each.
    mix : callable
        ``mix(a, b, name)`` is `a` with the input or group `name` taken from `b`.
    names : sequence of str
        Inputs or groups.
    rng : numpy.random.Generator
        Of the bootstrap.
    progress : callable, optional
        Called with 1 after each evaluation.

    Returns
    -------
    Indices

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
