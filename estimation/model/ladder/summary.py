"""What is said of draws, each figure with its simulation error: quantiles, intervals and chances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from estimation.model.region.region import Array
from estimation.model.synthesis.weights import Weights

LEVELS = (0.5, 0.8, 0.9, 0.95)


@dataclass(frozen=True, eq=False)
class Sample:
    """Draws of a quantity with their weights.

    Notes
    -----
    **Assumes:** independent draws. An error is that of a weighed share, linear in the draws (the infinitesimal
    jackknife): where scores are drawn as Sobol points it is somewhat too large.

    References
    ----------
    METHODS eq. 79, 80.
    Hesterberg 1995, doi:10.1080/00401706.1995.10484303: the error of a share under importance weights.
    David and Nagaraja 2003, *Order Statistics*, section 7.1, doi:10.1002/0471722162: from a share's to a quantile's.

    Examples
    --------
    >>> from estimation.model.synthesis.weights import equal
    >>> sample = Sample(np.arange(1.0, 10_001.0), equal(10_000))
    >>> value, error = sample.quantile(0.5)
    >>> value, round(error)
    (5000.0, 50)
    >>> chance, error = sample.chance(sample.values > 9_000)
    >>> round(chance, 3), round(error, 3)
    (0.1, 0.003)
    """

    values: Array  # shape (n,)
    weights: Weights

    @property
    def effective(self) -> float:
        """Independent draws that these are worth."""
        return self.weights.effective

    @cached_property
    def _ordered(self) -> tuple[Array, Array, Array]:
        """Draws in increasing order, and the weight and the squared weights up to each."""
        order = np.argsort(self.values, kind="stable")
        share = self.weights.share[order]
        return self.values[order], np.cumsum(share), np.cumsum(share**2)

    def _at(self, level: float) -> int:
        steps = self._ordered[1]
        # Sums of weights that make up a level exactly may miss it by a float's last digits.
        return int(min(np.searchsorted(steps, level * steps[-1] - 1e-12), steps.size - 1))

    def quantile(self, level: float) -> tuple[float, float]:
        """The least draw with a weight of `level` (0-1) up to it, and its simulation error, in the draws' unit."""
        values, steps, squares = self._ordered
        below = float(np.interp(level, steps / steps[-1], squares))
        step = _error_of_share(level, below, squares[-1])
        ends = [values[self._at(min(max(level + side * step, 0.0), 1.0))] for side in (-1, 1)]
        return float(values[self._at(level)]), float(ends[1] - ends[0]) / 2  # (79)

    def chance(self, true: npt.NDArray[np.bool_]) -> tuple[float, float]:
        """Weight of the draws that something is true of, shape (n,), and its simulation error, never 0: both 0-1."""
        share = self.weights.share
        found = min(float(share[true].sum()), 1.0)
        error = _error_of_share(found, float((share[true] ** 2).sum()), 1 / self.effective)
        # Half a draw more on either side, or a chance seen in no draw would pass for certain.
        return found, float(np.hypot(error, 0.5 / self.effective))  # (80)


def _error_of_share(share: float, below: float, whole: float) -> float:
    """Standard error of a weighed share of draws, given the squared weights in it and in all."""
    return float(np.sqrt((1 - share) ** 2 * below + share**2 * max(whole - below, 0.0)))


def summary_rows(
    known: Mapping[str, object],
    count: Sample,
    share: Sample,
    *,
    levels: Sequence[float],
    thresholds: Sequence[int],
) -> list[dict[str, object]]:
    """Rows of the ladder's table for one scope and rung, one a level, with the columns `known` that name them.

    Draws are persons in `count` and shares in `share`; the probability of at least as many persons as each of
    `thresholds` is given.
    """
    chances: dict[str, float] = {}
    for threshold in thresholds:
        name = f"p_at_least_{threshold}"
        chances[name], chances[f"{name}_error"] = count.chance(count.values >= threshold)
    rows = []
    for level in levels:
        row: dict[str, object] = {**known, "level": level}
        for name, sample in (("count", count), ("share", share)):
            for end, at in (("low", (1 - level) / 2), ("median", 0.5), ("high", (1 + level) / 2)):
                row[f"{name}_{end}"], row[f"{name}_{end}_error"] = sample.quantile(at)
        rows.append(row | chances)
    return rows
