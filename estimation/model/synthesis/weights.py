"""Importance weights of draws: smoothed, normalised, and refused where their own diagnostics say so.

Arrays in and out; which density they come from is the business of `other_sources`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimation.errors import UnreliableError
from estimation.model.region.region import Array

# Above this shape the mean of the weights' tail is not reliable: Vehtari et al. 2024, section 3.
MAX_K = 0.7
# Below this many effective draws the ends of a 95% interval rest on fewer than ten of them.
MIN_EFFECTIVE = 400.0


@dataclass(frozen=True)
class Weights:
    """Weights of the draws."""

    share: Array  # shape (n,), sum 1
    pareto_k: float  # shape of the tail of the raw weights; minus infinity if all are equal
    effective: float  # effective number of draws

    def resampled(self) -> npt.NDArray[np.intp]:
        """Positions of n equally weighted draws by systematic resampling, each once if all weigh the same.

        METHODS eq. 58.
        """
        n = self.share.size
        steps = np.cumsum(self.share)
        points = (np.arange(n) + 0.5) / n * steps[-1]
        return np.asarray(np.minimum(np.searchsorted(steps, points), n - 1), dtype=np.intp)

    def quantiles(self, values: Array, levels: Array, order: npt.NDArray[np.intp] | None = None) -> Array:
        """Quantiles of values of shape (n,) under these weights, each one of the values; `order` if it is known."""
        order = np.argsort(values, kind="stable") if order is None else order
        steps = np.cumsum(self.share[order])
        return np.asarray(values[order[np.minimum(np.searchsorted(steps, levels * steps[-1]), values.size - 1)]])


def equal(draws: int) -> Weights:
    """Weights of draws that count alike."""
    return Weights(np.full(draws, 1 / draws), -np.inf, float(draws))


def weigh(log_weights: Array, *, enforce: bool = True) -> Weights:
    """Smooth and normalise importance weights, given by their logs up to a constant, shape (n,).

    Raises
    ------
    UnreliableError
        No draw has a weight; or, with `enforce`, Pareto k above `MAX_K` or fewer than `MIN_EFFECTIVE` effective draws.

    Notes
    -----
    **Assumes:** independent draws.

    References
    ----------
    METHODS eq. 57.
    Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25(72): Pareto-smoothed importance sampling, by arviz-stats.
    Poole and Raftery 2000, doi:10.1080/01621459.2000.10474324: weighing one model's draws by two kinds of evidence.
    """
    if not np.isfinite(log_weights).any() or np.isnan(log_weights).any():
        raise UnreliableError("some draw must agree with the sources", "none", "widen the sources' errors")
    if np.ptp(log_weights) == 0:
        return equal(log_weights.size)
    from arviz_stats.base.array import array_stats  # slow to import, and not every run has other sources

    # The library works on negative logs; draws that a source rules out get the least that floats can hold.
    logs = np.maximum(log_weights - log_weights.max(), -700.0)
    smoothed, shape = array_stats.psislw(-logs)  # type: ignore[no-untyped-call]
    share = np.exp(smoothed - smoothed.max())
    share /= share.sum()
    found = Weights(share, float(shape), float(1 / np.sum(share**2)))
    if enforce and not is_reliable(found):
        raise UnreliableError(
            f"weights need a Pareto k of at most {MAX_K} and at least {MIN_EFFECTIVE:.0f} effective draws",
            f"k {found.pareto_k:.2f} and {found.effective:.0f} effective draws",
            "raise --draws, or widen the errors of the source that rules out most draws",
        )
    return found


def is_reliable(weights: Weights) -> bool:
    """Whether shape and effective number of draws are within their limits."""
    return weights.pareto_k <= MAX_K and weights.effective >= MIN_EFFECTIVE
