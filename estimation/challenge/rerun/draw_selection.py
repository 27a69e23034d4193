"""Which draws of a large pool are worth keeping when sources weigh them: those that some run gives weight.

A first look at a few runs gives each draw a chance of being kept; kept draws carry one over that chance.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from estimation.model.ladder.thinning import inclusions
from estimation.model.region.region import Array

EVEN: Final = 0.2
"""Part of the draws kept whatever the first look says, so that no draw's weight can be large by oversight."""


def chances(log_weights: Sequence[Array], size: int) -> Array:
    """Chance of each draw of being kept.

    Parameters
    ----------
    log_weights : sequence of ndarray of shape (n,)
        Log-weights of the draws under each run that was looked at.
    size : int
        Number of draws wanted.

    Returns
    -------
    ndarray of shape (n,)
        In (0, 1]; their sum is `size`, or n if that is less.

    Notes
    -----
    **Assumes:** the roots of the weights, averaged over the runs: flatter than the weights, as draws are to be weighed
    anew in runs that were not looked at.

    References
    ----------
    METHODS eq. 64.
    """
    n = log_weights[0].size
    if size >= n:
        return np.ones(n)
    liked = np.zeros(n)
    for logs in log_weights:
        root = np.exp((logs - logs.max()) / 2)
        liked += root / root.sum()
    wanted = (1 - EVEN) * liked / len(log_weights) + EVEN / n
    return inclusions(wanted, size)


def chosen(chance: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Positions of draws kept with these chances, by systematic sampling: their number is the sum, to the next one."""
    steps = np.floor(np.concatenate([[0.0], np.cumsum(chance)]) + rng.random())
    return np.flatnonzero(np.diff(steps) > 0)
