"""How good a set of intervals was: coverage, one-sided misses, width, interval score.

Intervals and truth in, numbers out; whose intervals they are does not matter here.
"""

from dataclasses import dataclass

import numpy as np

from estimation.challenge.calibration.designs import Floats
from estimation.errors import require

_LEAST = 0.5  # persons; totals below count as this on the log scale


@dataclass(frozen=True)
class Score:
    """What B intervals of one level did."""

    data_sets: int  # number B
    coverage: float  # weighted share of intervals that hold the truth, 0-1
    coverage_error: float  # its standard error
    truth_below: float  # weighted share of intervals that lie above the truth, which is below them
    truth_above: float  # weighted share of intervals that lie below it
    width_ratio: float  # upper over lower limit, geometric mean
    interval_score: float  # mean interval score of the log total; lower is better


def interval_score(low: Floats, high: Floats, truth: float, level: float) -> Floats:
    """Interval score of central intervals in their unit; lower is better.

    It is (high - low) + 2/alpha (low - truth)+ + 2/alpha (truth - high)+ with alpha = 1 - level.

    **Assumes:** nothing; the expected score is least for the true quantiles.

    METHODS eq. 74.
    Gneiting and Raftery (2007), doi:10.1198/016214506000001437, equation (43).

    Examples
    --------
    >>> interval_score(np.array([1.0]), np.array([3.0]), 4.0, 0.95)
    array([42.])
    """
    penalty = 2.0 / (1.0 - level)
    return np.asarray((high - low) + penalty * (np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)))


def score(low: Floats, high: Floats, truth: float, level: float, weights: Floats) -> Score:
    """Score B intervals of a total, persons, whose weights add to 1.

    Raises
    ------
    EstimationError
        If a limit is not finite: such an interval would pass for one that holds everything.

    Notes
    -----
    **Assumes:** data sets are independent given the system; where sets overlap the standard error is that of drawing
    them. Limits that are quantiles of draws have a simulation error of their own, which is not in it.

    The error is binomial with the weights' effective number of data sets, two successes and two failures added, so
    that it is never 0. Width and score are those of the logarithm of the total, at least half a person, so that
    systems of all sizes compare.

    References
    ----------
    METHODS eq. 73.
    Agresti and Coull (1998), doi:10.1080/00031305.1998.10480550 (two successes and two failures).

    Examples
    --------
    >>> found = score(np.array([1.0, 6.0]), np.array([4.0, 9.0]), 3.0, 0.5, np.array([0.5, 0.5]))
    >>> found.coverage, found.truth_below
    (0.5, 0.5)
    """
    lost = int((~(np.isfinite(low) & np.isfinite(high))).sum())
    require(not lost, "limits must be numbers", f"{lost} that are not", "leave out what has no interval")
    below, above = truth < low, truth > high
    coverage = float(weights @ ~(below | above))
    effective = 1.0 / float(weights @ weights)
    shrunk = (coverage * effective + 2.0) / (effective + 4.0)
    log_low, log_high, log_truth = (np.log(np.maximum(value, _LEAST)) for value in (low, high, truth))
    return Score(
        data_sets=low.size,
        coverage=coverage,
        coverage_error=float(np.sqrt(shrunk * (1.0 - shrunk) / (effective + 4.0))),
        truth_below=float(weights @ below),
        truth_above=float(weights @ above),
        width_ratio=float(np.exp(weights @ (log_high - log_low))),
        interval_score=float(weights @ interval_score(log_low, log_high, float(log_truth), level)),
    )
