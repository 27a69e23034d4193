"""Equally likely totals: quantiles of the draws, for readers who count rather than read curves."""

import pandas as pd

from estimation.errors import EstimationError
from estimation.model.ladder.ladder import Run
from estimation.model.region.region import RUNGS


def equally_likely(run: Run, *, totals: int = 50) -> pd.DataFrame:
    """So many equally likely totals of every scope, without the other sources and, where they are weighed in, with.

    One row a total, in increasing order: columns of `Run.named`, then `rung`, `number` (1 to `totals`), `probability`
    (0-1), `count` (persons) and `count_error`, its simulation error. Fewer than one total is an `EstimationError`.

    Notes
    -----
    Total j of n is the quantile at ``(j - 1/2) / n``: each stands for one chance in n.

    References
    ----------
    Kay, Kola, Hullman and Munson 2016, doi:10.1145/2858036.2858558, quantile dot plots.
    """
    if totals < 1:
        raise EstimationError("a rung needs at least one total", totals, "ask for 50")
    rows = []
    for scope in run.case.scopes:
        for rung in run.rungs[len(RUNGS) - 1 :]:
            sample = run.counts(scope.name, rung)
            for number in range(1, totals + 1):
                probability = (number - 0.5) / totals
                value, error = sample.quantile(probability)
                known = {**run.named(scope.name), "rung": rung, "number": number}
                rows.append({**known, "probability": probability, "count": value, "count_error": error})
    return pd.DataFrame(rows)
