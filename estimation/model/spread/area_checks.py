"""Checks of counts per area that every fit of a spread makes first."""

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.model.spread.marginal import Floats


def check_areas(counts: npt.ArrayLike, populations: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Counts and populations as arrays, or one clear error.

    Parameters
    ----------
    counts, populations : array_like, shape (K,)
        persons.

    Returns
    -------
    tuple of ndarray, shape (K,)
        Counts and populations as floats.

    Raises
    ------
    EstimationError
        See `fit_spread`; whether the counts can tell the spread is not checked here.

    Examples
    --------
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


def _as_floats(name: str, values: npt.ArrayLike) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise EstimationError(
            f"{name} must be a plain list of numbers", f"{values!r:.60}", "give one number per area"
        ) from None


def _refuse(bad: npt.NDArray[np.bool_], y: Floats, n: Floats, rule: str, remedy: str) -> None:
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        got = f"count {y[first]:g} of population {n[first]:g} in area {first} ({int(bad.sum())} such area(s))"
        raise EstimationError(rule, got, f"{remedy} these areas")


def check_identified(y: Floats, n: Floats) -> None:
    """Stop where the likelihood has no maximum at a finite spread.

    Parameters
    ----------
    y, n : ndarray, shape (K,)
        Counts and populations, persons, checked.

    Raises
    ------
    EstimationError
        If all areas are at 0, all at 100 percent, or each at one of the two.

    Examples
    --------
    >>> check_identified(np.array([1.0, 0.0]), np.array([9.0, 9.0]))
    """
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


def check_weights(weights: npt.ArrayLike | None, size: int) -> Floats:
    """Weights scaled to mean 1, or one clear error.

    Parameters
    ----------
    weights : array_like, shape (K,), or None
        One number per area, 0 or more; None for equal weights.
    size : int
        Number of areas K.

    Returns
    -------
    ndarray, shape (K,)
        Weights with mean 1.

    Raises
    ------
    EstimationError
        If the length differs, a weight is negative or no number, or fewer than two are above 0.

    Examples
    --------
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


def check_level(level: float) -> None:
    """Stop unless a level lies in (0, 1).

    Parameters
    ----------
    level : float
        Level of an interval, 0-1.

    Raises
    ------
    EstimationError
        If it does not.

    Examples
    --------
    >>> check_level(0.95)
    """
    if not 0.0 < level < 1.0:
        raise EstimationError("level must lie in (0, 1)", level, "write 0.95 for 95 percent")
