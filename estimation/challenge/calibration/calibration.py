"""The calibration study: how far the intervals can be trusted, measured on systems whose totals are known.

It plans the tasks and puts their results together; `jobs.run` does them in between. Back-test and simulation-based
calibration live in modules of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.challenge.calibration import families, sbc
from estimation.challenge.calibration.backtest import NO_SELECTION, undefined
from estimation.challenge.calibration.designs import reference_systems
from estimation.challenge.calibration.experiments import COLUMNS, Experiment, Settings, experiments_of, scored
from estimation.challenge.calibration.prior_choices import HEADLINE
from estimation.challenge.jobs import Task, stream
from estimation.model.spread.slope_prior import with_residual_spread

__all__ = ["COLUMNS", "Plan", "Settings", "Study", "plan"]

_FIXED_SHIFTS: Final = (0.5, 1.0, 1.27)
"""Selection shifts tried besides none and the register's; 1.27 SDs is the mean of a normal's top quarter."""


@dataclass(frozen=True)
class Study:
    """Tables of the study, without blanks.

    Attributes
    ----------
    backtest : DataFrame
        `COLUMNS`: a row per system or group of families, prior, number of observed areas, scheme, selection shift
        (SDs), method and level. `coverage_error` is a standard error of the kind `error_kind` names; `width_ratio` is
        upper over lower limit; `interval_score` that of the log total.
    sbc : DataFrame
        As `sbc.sbc_table`.
    undefined : DataFrame
        Methods without an interval, as `backtest.undefined`.
    """

    backtest: pd.DataFrame
    sbc: pd.DataFrame
    undefined: pd.DataFrame


@dataclass(frozen=True)
class Plan:
    """What the study will do: independent tasks, of a second or so each."""

    tasks: tuple[Task, ...]
    _experiments: tuple[Experiment, ...]
    _checks: Mapping[int, list[Task]]
    _settings: Settings

    def finish(self, results: Sequence[Any]) -> Study:
        """Put the results of the tasks, in their order, together to the tables."""
        settings = self._settings
        found = {task.key: result for task, result in zip(self.tasks, results, strict=True)}
        rows = pd.concat([scored(each, found) for each in self._experiments], ignore_index=True)
        table = pd.concat([rows, families.average_over_families(rows)], ignore_index=True)
        ranks = [
            sbc.sbc_table(
                np.concatenate([found[task.key] for task in part]),
                observed=observed,
                draws=settings.draws - 1,
                rng=stream(settings.seed, f"sbc table|{observed}"),
                quantities=len(sbc.QUANTITIES) * len(self._checks),
            )
            for observed, part in self._checks.items()
        ]
        return Study(table[list(COLUMNS)], pd.concat(ranks, ignore_index=True), undefined(settings.areas))


def plan(areas: pd.DataFrame, sets: pd.DataFrame, slopes: pd.DataFrame, selection: Any, settings: Settings) -> Plan:
    """Lay out the study.

    Parameters
    ----------
    areas, sets, slopes : DataFrame
        `reference_areas`, `reference_sets` and `reference_slopes`.
    selection : distribution
        The register's selection shift (SDs), with `ppf` and `describe`.
    settings : Settings
        Size.

    Raises
    ------
    EstimationError
        As `designs.draw_design` and `spread_prior.fit_prior`.

    Notes
    -----
    **Assumes:** each system is predicted with priors fitted without its family; systems of unlike size and kind speak
    for a new one alike.
    """
    chosen = [s for s in reference_systems(areas, sets) if not settings.systems or s.name in settings.systems]
    shifts: dict[str, Any] = {NO_SELECTION: 0.0} | {f"{shift:g}": shift for shift in _FIXED_SHIFTS}
    shifts[selection.describe()] = selection
    sets = with_residual_spread(sets, slopes)
    experiments = [each for system in chosen for each in experiments_of(system, sets, slopes, shifts, settings)]
    prior = HEADLINE.distribution(sets, None)
    checks = {
        observed: sbc.sbc_tasks(
            observed=observed, spread_prior=prior, replicates=settings.replicates, draws=settings.draws - 1
        )
        for observed in settings.sbc_areas
    }
    groups = [*(each.tasks for each in experiments), *checks.values()]
    tasks = tuple(task for group in groups for task in group)
    return Plan(tasks, tuple(experiments), checks, settings)
