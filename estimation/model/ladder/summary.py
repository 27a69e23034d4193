"""What is said of draws, each figure with its simulation error: quantiles, intervals and chances."""

from collections.abc import Mapping, Sequence

import numpy as np

from estimation.model.region.region import Array

LEVELS = (0.5, 0.8, 0.9, 0.95)


def summary_rows(
    known: Mapping[str, object],
    count: Array,
    share: Array,
    *,
    levels: Sequence[float],
    thresholds: Sequence[int],
    effective: float,
) -> list[dict[str, object]]:
    """Rows of the ladder's table for one scope and rung, one a level, with the columns `known` that name them.

    Draws, persons in `count` and shares in `share`, both of shape (n,), are worth `effective` independent ones; the
    probability of at least as many persons as each of `thresholds` is given. METHODS eq. 80.
    """
    count, share = np.sort(count), np.sort(share)
    chances: dict[str, float] = {}
    for threshold in thresholds:
        chance = float(np.mean(count >= threshold))
        chances[f"p_at_least_{threshold}"] = chance
        chances[f"p_at_least_{threshold}_error"] = chance_error(chance, effective)
    rows = []
    for level in levels:
        row: dict[str, object] = {**known, "level": level}
        for name, values in (("count", count), ("share", share)):
            for end, at in (("low", (1 - level) / 2), ("median", 0.5), ("high", (1 + level) / 2)):
                row[f"{name}_{end}"], row[f"{name}_{end}_error"] = quantile(values, at, effective=effective)
        rows.append(row | chances)
    return rows


def chance_error(chance: float, worth: float) -> float:
    """Simulation error, 0-1, of a chance that is a share of draws worth so many independent ones.

    It is never 0: half a draw more on either side, or a chance seen in no draw would pass for certain.

    Examples
    --------
    >>> round(chance_error(0.5, 100), 3), round(chance_error(0.0, 100), 3)
    (0.05, 0.007)
    """
    seen = (chance * worth + 0.5) / (worth + 1)
    return float(np.sqrt(seen * (1 - seen) / worth))


def quantile(ordered: Array, at: float, *, effective: float | None = None) -> tuple[float, float]:
    """A quantile of sorted draws and its simulation error.

    Parameters
    ----------
    ordered : ndarray of shape (n,)
        Draws in increasing order.
    at : float
        Probability, 0-1.
    effective : float, optional
        Independent draws that these are worth; n by default.

    Returns
    -------
    tuple of float
        The quantile, and half the distance between the order statistics one binomial standard error to either side.

    Notes
    -----
    **Assumes:** independent draws. The ranks around n p are binomial, so that order statistics at
    ``n p -+ sqrt(n p (1 - p))`` bound the quantile as a standard error does (David and Nagaraja 2003, Order
    Statistics, section 7.1, doi:10.1002/0471722162).

    References
    ----------
    METHODS eq. 79.

    Examples
    --------
    >>> value, error = quantile(np.arange(10_001.0), 0.5)
    >>> value, round(error)
    (5000.0, 50)
    """
    n = ordered.size
    step = np.sqrt(n * at * (1 - at))
    if effective is not None:
        step = step * np.sqrt(n / effective)
    ends = np.clip([n * at - step, n * at + step], 0, n - 1).astype(int)
    return float(np.quantile(ordered, at)), float(ordered[ends[1]] - ordered[ends[0]]) / 2
