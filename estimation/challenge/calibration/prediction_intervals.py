"""Intervals for the total of one system from some of its areas, cut into tasks: this suite's model and its peers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from estimation.challenge.calibration.designs import Floats, System, Whole
from estimation.challenge.calibration.peers import LEAST_AREAS, PEERS
from estimation.challenge.calibration.predict import draw_totals, fitted, intervals
from estimation.challenge.jobs import Task

# Work of one task: data sets times areas times draws, about a second.
_TASK_WORK: Final = 300_000_000
Limits: TypeAlias = Mapping[str, tuple[Floats, Floats]]
"""By label, low and high, each of shape (data sets, levels), persons."""


def model_limits(
    rng: np.random.Generator,
    *,
    system: System,
    observed: Whole,
    spread_prior: Any,
    slope_prior: Any,
    selections: Mapping[str, Any],
    levels: tuple[float, ...],
    draws: int,
) -> Limits:
    """Limits of the model's prediction of the whole for some data sets, by label of `selections`.

    The priors of the spread (log-odds) and of the slope on log population, None where rates are not to run with it, are
    fitted without the system's family. Selections say how many SDs observed areas
    lie above the mean, a number or by a quantile function `ppf`.

    **Assumes:** as `predict.fitted` and `predict.draw_totals`.
    """
    y, n = system.counts[observed], system.populations[observed]
    drawn = fitted(y, n, spread_prior, slope_prior, draws=draws, rng=rng)
    found = {}
    for label, shift in selections.items():
        selection = shift.ppf(rng.random(draws)) if hasattr(shift, "ppf") else float(shift)
        totals = draw_totals(system.counts, system.populations, observed, *drawn, rng, selection=selection)
        found[label] = intervals(totals, levels)
    return found


def peer_limits(
    rng: np.random.Generator,  # noqa: ARG001 - tasks all take one
    *,
    system: System,
    observed: Whole,
    levels: tuple[float, ...],
) -> Limits:
    """Limits of the peers that have any with so many areas, by method; see `peers`."""
    k = observed.shape[1]
    return {name: peer(system, observed, levels) for name, peer in PEERS.items() if k >= LEAST_AREAS[name]}


def model_tasks(
    key: str,
    system: System,
    observed: Whole,
    *,
    spread_prior: Any,
    slope_prior: Any,
    selections: Mapping[str, Any],
    levels: tuple[float, ...],
    draws: int,
) -> list[Task]:
    """Cut the predictions of one design into tasks of about a second; parameters as in `model_limits`."""
    rows = max(16, _TASK_WORK // (system.counts.size * draws * len(selections)))
    return [
        Task(
            f"{key}|{start}",
            model_limits,
            {
                "system": system,
                "observed": observed[start : start + rows],
                "spread_prior": spread_prior,
                "slope_prior": slope_prior,
                "selections": selections,
                "levels": levels,
                "draws": draws,
            },
        )
        for start in range(0, len(observed), rows)
    ]


def joined(parts: Sequence[Limits]) -> Limits:
    """Put the limits of consecutive tasks together again."""
    return {
        label: (np.concatenate([part[label][0] for part in parts]), np.concatenate([part[label][1] for part in parts]))
        for label in parts[0]
    }
