"""A few thousand draws that stand for many, under several weightings at once.

Importance weights leave most draws of a run almost without weight, so every k-th draw would leave a weighting almost
none. Here each draw is kept with a probability that follows the weightings it has to serve.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.model.region.region import Array


@dataclass(frozen=True)
class Kept:
    """Draws kept."""

    positions: npt.NDArray[np.intp]  # which draws, increasing in the order given, shape (m,)
    inclusion: Array  # probability with which each was kept, 0-1, shape (m,)


def mixture(parts: Sequence[tuple[float, Array]]) -> Array:
    """Mean, with sum 1, of several weightings of the same draws: how much each counts, and its weights on any scale.

    Examples
    --------
    >>> mixture([(1, np.array([1.0, 1.0])), (3, np.array([0.0, 5.0]))]).tolist()
    [0.125, 0.875]
    """
    total = sum(share for share, _ in parts)
    return np.asarray(sum(share / total * weights / weights.sum() for share, weights in parts))


def inclusions(chance: Array, size: int) -> Array:
    """Probabilities of being kept, in proportion to `chance` and at most 1, with sum `size`.

    Raises
    ------
    EstimationError
        Nothing to keep, or more than there are with a chance.

    Examples
    --------
    >>> inclusions(np.array([8.0, 1.0, 1.0, 0.0]), 2).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    able = int(np.count_nonzero(chance > 0))
    if not 0 < size <= able:
        raise EstimationError("draws to keep must be some of those with a chance", size, f"keep 1 to {able}")
    found = np.zeros(chance.size)
    certain = np.zeros(chance.size, bool)
    # Cutting at 1 leaves the rest a larger share each time, until none of it reaches 1.
    while True:
        rest = ~certain & (chance > 0)
        found[certain] = 1.0
        if not rest.any():
            return found  # every draw with a chance is kept
        found[rest] = chance[rest] * ((size - certain.sum()) / chance[rest].sum())
        above = rest & (found >= 1)
        if not above.any():
            return found
        certain |= above


def thin(chance: Array, order: Array, size: int, rng: np.random.Generator) -> Kept:
    """Keep about `size` draws, each with probability in proportion to `chance`, at most 1.

    Parameters
    ----------
    chance : ndarray of shape (n,)
        What the probability of being kept follows, not negative.
    order : ndarray of shape (n,)
        A quantity whose distribution matters: draws are passed in its order, so that every part of it is served.
    size : int
        Number to keep.
    rng : numpy.random.Generator
        For one random start.

    Raises
    ------
    EstimationError
        Nothing to keep, or more than there are with a chance.

    Notes
    -----
    A weighting w of the draws becomes ``w / inclusion`` of those kept, which has the right expectation for every sum
    whatever w (Horvitz and Thompson 1952, doi:10.1080/01621459.1952.10483446). Draws whose chance reaches 1 are kept
    for certain and add no error of selection. With `chance` a mixture of the weightings to serve, ``w / chance`` is
    at most one over the share that w has in it: the deterministic mixture, or balance, weights of Owen and Zhou 2000,
    doi:10.1080/01621459.2000.10473909, section 3, and Hesterberg 1995, doi:10.1080/00401706.1995.10484303. The
    selection is systematic in `order` (Madow 1949, doi:10.1214/aoms/1177729988): even steps through the summed
    probabilities from a random start.

    Examples
    --------
    >>> kept = thin(np.array([8.0, 1.0, 1.0, 1.0, 1.0]), np.arange(5.0), 3, np.random.default_rng(1))
    >>> kept.positions.size, kept.inclusion[0]
    (3, np.float64(1.0))
    """
    inclusion = inclusions(chance, size)
    ranked = np.argsort(order, kind="stable")
    steps = np.cumsum(inclusion[ranked])
    # The start is a little off the ends, where rounding could lose or add a step.
    reached = np.floor(steps - rng.uniform(1e-9, 1 - 1e-9)).astype(int)
    taken = np.diff(np.concatenate([[-1], reached])) > 0
    positions = np.sort(ranked[taken])
    return Kept(positions, inclusion[positions])


def systematic(chance: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Positions of draws kept with these chances, by systematic sampling: their number is the sum, to the next one."""
    steps = np.floor(np.concatenate([[0.0], np.cumsum(chance)]) + rng.random())
    return np.flatnonzero(np.diff(steps) > 0)
