"""Predict the known total of a system from some of its areas, and score the intervals.

One system and one prior at a time; the study over all systems is in `calibration`.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.challenge.calibration.designs import Design, Floats, Scheme, System, draw_design
from estimation.challenge.calibration.peers import LEAST_AREAS, UNDEFINED
from estimation.challenge.calibration.prediction_intervals import joined, model_tasks, peer_limits
from estimation.challenge.calibration.scores import score
from estimation.challenge.jobs import run
from estimation.errors import require

LEVELS: Final = (0.5, 0.8, 0.9, 0.95)
MODEL: Final = "hierarchical"
NO_SELECTION: Final = "0"
MANY_AREAS: Final = 500
"""Beyond these it pays to start other processes for one system."""


def undefined(areas: Sequence[int]) -> pd.DataFrame:
    """Methods that have no interval with so few observed areas, and why: `method`, `observed`, `reason`.

    Examples
    --------
    >>> undefined([1, 3])[["method", "observed"]].to_numpy().tolist()
    [['ratio estimator', 1], ['random effects', 1]]
    """
    rows = [(method, k, UNDEFINED[method]) for k in areas for method, least in LEAST_AREAS.items() if k < least]
    return pd.DataFrame(rows, columns=["method", "observed", "reason"])


def score_rows(system: System, design: Design, limits: tuple[Floats, Floats], levels: Sequence[float]) -> pd.DataFrame:
    """Score the intervals of one method: `level` and the fields of `scores.Score`, a row per level.

    `limits` are low and high, each of shape (B, L), persons.
    """
    used = design.weights > 0
    rows = [
        {"level": level}
        | vars(score(limits[0][used, i], limits[1][used, i], float(system.total), level, design.weights[used]))
        for i, level in enumerate(levels)
    ]
    return pd.DataFrame(rows)


def backtest(
    system: System,
    *,
    spread_prior: Any,
    slope_prior: Any = None,
    k: int,
    scheme: Scheme,
    levels: tuple[float, ...] = LEVELS,
    seed: int,
    draws: int = 1000,
    sets: int = 400,
    jobs: int = 1,
) -> pd.DataFrame:
    """Predict one system's total from `k` of its areas at a time, beside the peers.

    Parameters
    ----------
    system : System
        The whole.
    spread_prior : distribution
        Prior of the spread (log-odds), fitted without the system's family.
    slope_prior : distribution, optional
        Prior of the slope on log population, fitted likewise; without it rates do not run with the size of areas.
    k : int
        Areas observed.
    scheme : {"equal chances", "by population", "top quarter"}
        How they are drawn; see `designs.draw_design`.
    levels : tuple of float
        Nominal levels.
    seed : int
        Seed; any number of jobs gives the same result.
    draws, sets : int
        Draws per data set, and data sets with `k` above 1.
    jobs : int
        Processes; -1 for all cores.

    Returns
    -------
    DataFrame
        A row per method and level: `method`, `level`, and the fields of `scores.Score`. Methods that have no
        interval with `k` areas are left out; see `undefined`.

    Raises
    ------
    EstimationError
        If a level lies outside (0, 1), the total is nobody or everybody, or as `designs.draw_design`.

    Notes
    -----
    **Assumes:** the system's counts are complete; its family had no part in the prior.

    Examples
    --------
    >>> from scipy import stats
    >>> system = System("x", "x", "control", np.array([9, 30, 12, 20]), np.array([400, 500, 450, 300]))
    >>> table = backtest(
    ...     system, spread_prior=stats.halfnorm(scale=1), k=1, scheme="equal chances", levels=(0.95,), seed=1
    ... )
    >>> table[["method", "coverage"]].to_numpy().tolist()
    [['hierarchical', 1.0], ['binomial', 0.75]]
    """
    for level in levels:
        require(0.0 < level < 1.0, "level must lie in (0, 1)", level, "write 0.95 for 95 percent")
    rule = "a back-test needs a total above nobody and below everybody"
    require(0 < system.total < system.populations.sum(), rule, system.total, "use a set with some events")
    rng = np.random.default_rng(np.random.SeedSequence([seed, k]))
    design = draw_design(system, k, scheme, sets=sets, rng=rng)
    tasks = model_tasks(
        f"{system.name}|{k}|{scheme}",
        system,
        design.observed,
        spread_prior=spread_prior,
        slope_prior=slope_prior,
        selections={MODEL: 0.0},
        levels=levels,
        draws=draws,
    )
    found = dict(joined(run(tasks, seed=seed, jobs=jobs)))
    found |= peer_limits(rng, system=system, observed=design.observed, levels=levels)
    parts = [score_rows(system, design, limits, levels).assign(method=name) for name, limits in found.items()]
    table = pd.concat(parts, ignore_index=True)
    return table[["method", *table.columns.drop("method")]]
