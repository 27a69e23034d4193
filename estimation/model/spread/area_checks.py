"""Checks of counts per area, made first by every fit of a spread."""

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.model.fit.gauss import Array


def check_areas(counts: npt.ArrayLike, populations: npt.ArrayLike) -> tuple[Array, Array]:
    """Counts and populations (persons) as arrays of shape (K,), or one clear error.

    >>> check_areas([1, 2], [10])
    Traceback (most recent call last):
        ...
    estimation.errors.EstimationError: counts and populations must be two lists of the same length; got shapes (2,)
    and (1,). Do this: give one count and one population per area.
    """
    y, n = _as_floats("counts", counts), _as_floats("populations", populations)
    if y.ndim != 1 or y.shape != n.shape:
        raise EstimationError(
            "counts and populations must be two lists of the same length",
            f"shapes {y.shape} and {n.shape}",
            "give one count and one population per area",
        )
    if y.size < 2:
        raise EstimationError(
            "a spread between areas needs at least two areas",
            f"{y.size} area(s)",
            "add areas, or take the spread from a prior fitted on other systems",
        )
    _refuse(~np.isfinite(y) | ~np.isfinite(n), y, n, "counts and populations must be numbers", "fill or drop")
    _refuse(n <= 0, y, n, "populations must be above zero", "drop empty areas")
    _refuse(y < 0, y, n, "counts must not be negative", "correct or drop")
    _refuse(y > n, y, n, "no count may exceed its population", "put both on the same basis, or correct")
    return y, n


def check_identified(y: Array, n: Array) -> None:
    """Error where the likelihood has no maximum at a finite spread: each area at 0 or at 100 percent."""
    total, people = float(y.sum()), float(n.sum())
    if total == 0 or total == people:
        raise EstimationError(
            "the spread cannot be told when every area is at 0 or every area at 100 percent",
            f"{total:g} of {people:g} persons counted in {y.size} areas",
            "use a set with some events, or take the spread from a prior",
        )
    if y.size < 2 or not np.any((y > 0) & (y < n)):
        raise EstimationError(
            "the spread has no finite estimate when each area is all or nothing",
            f"{y.size} area(s), each at 0 or 100 percent",
            "merge areas until some lie strictly between, or take the spread from a prior",
        )


def check_weights(weights: npt.ArrayLike | None, size: int) -> Array:
    """Weights of K areas scaled to mean 1, equal when None, or one clear error.

    >>> check_weights([1, 3], 2)
    array([0.5, 1.5])
    """
    if weights is None:
        return np.ones(size)
    w = _as_floats("weights", weights)
    if w.shape != (size,) or not np.all(np.isfinite(w)) or np.any(w < 0) or np.count_nonzero(w) < 2:
        raise EstimationError(
            "weights must be one number >= 0 per area, two of them above 0",
            f"shape {w.shape} for {size} areas, {np.count_nonzero(w > 0)} above 0",
            "pass the populations for the population-weighted variant, or leave weights out",
        )
    return np.asarray(w / w.mean(), dtype=np.float64)


def _as_floats(name: str, values: npt.ArrayLike) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(
            f"{name} must be a plain list of numbers", f"{values!r:.60}", "give one number per area"
        ) from None


def _refuse(bad: npt.NDArray[np.bool_], y: Array, n: Array, rule: str, remedy: str) -> None:
    """Error that shows the first of the bad areas, if there is one."""
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        got = f"count {y[first]:g} of population {n[first]:g} in area {first} ({int(bad.sum())} such area(s))"
        raise EstimationError(rule, got, f"{remedy} these areas")
