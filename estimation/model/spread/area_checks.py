"""Checks of counts per area that every fit of a spread makes first."""

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError, require
from estimation.model.region.region import Array


def check_areas(counts: npt.ArrayLike, populations: npt.ArrayLike) -> tuple[Array, Array]:
    """Counts and populations (persons) as floats of shape (K,); raises as `spread.fit_spread`.

    Whether the counts can tell the spread is for `check_identified`.
    """
    y, n = _as_floats("counts", counts), _as_floats("populations", populations)
    require(
        y.ndim == 1 and y.shape == n.shape,
        "counts and populations must be two lists of the same length",
        f"shapes {y.shape} and {n.shape}",
        "give one count and one population per area",
    )
    require(
        y.size >= 2,
        "a spread between areas needs at least two areas",
        f"{y.size} area(s)",
        "add areas, or take the spread from a prior fitted on other systems",
    )
    _refuse(~np.isfinite(y) | ~np.isfinite(n), y, n, "counts and populations must be numbers", "fill or drop")
    _refuse(n <= 0, y, n, "populations must be above zero", "drop empty areas")
    _refuse(y < 0, y, n, "counts must not be negative", "correct or drop")
    _refuse(y > n, y, n, "no count may exceed its population", "put both on the same basis, or correct")
    return y, n


def _as_floats(name: str, values: npt.ArrayLike) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(
            f"{name} must be a plain list of numbers", f"{values!r:.60}", "give one number per area"
        ) from None


def _refuse(bad: npt.NDArray[np.bool_], y: Array, n: Array, rule: str, remedy: str) -> None:
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        got = f"count {y[first]:g} of population {n[first]:g} in area {first} ({int(bad.sum())} such area(s))"
        raise EstimationError(rule, got, f"{remedy} these areas")


def check_identified(y: Array, n: Array) -> None:
    """Raise if all areas are at 0, all at 100 percent, or each at one of the two: the spread then has no estimate."""
    total, people = float(y.sum()), float(n.sum())
    require(
        0 < total < people,
        "the spread cannot be told when every area is at 0 or every area at 100 percent",
        f"{total:g} of {people:g} persons counted in {y.size} areas",
        "use a set with some events, or take the spread from a prior",
    )
    require(
        y.size >= 2 and bool(np.any((y > 0) & (y < n))),
        "the spread has no finite estimate when each area is all or nothing",
        f"{y.size} area(s), each at 0 or 100 percent",
        "merge areas until some lie strictly between, or take the spread from a prior",
    )


def check_weights(weights: npt.ArrayLike | None, size: int) -> Array:
    """Weights of the areas scaled to mean 1, shape (size,); all 1 for None."""
    if weights is None:
        return np.ones(size)
    w = _as_floats("weights", weights)
    require(
        w.shape == (size,) and bool(np.all(np.isfinite(w) & (w >= 0))) and int(np.count_nonzero(w)) >= 2,
        "weights must be one number >= 0 per area, two of them above 0",
        f"shape {w.shape} for {size} areas, {np.count_nonzero(w > 0)} above 0",
        "pass the populations for the population-weighted variant, or leave weights out",
    )
    return np.asarray(w / w.mean(), dtype=np.float64)


def check_level(level: float) -> None:
    """Raise unless the level of an interval lies in (0, 1)."""
    require(0.0 < level < 1.0, "level must lie in (0, 1)", level, "write 0.95 for 95 percent")
