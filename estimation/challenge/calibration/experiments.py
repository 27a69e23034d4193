"""What the calibration study tries on one system, and how its results become rows.

The groups of tasks are made here and scored here; `calibration` puts the groups of all systems together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.challenge.calibration.backtest import LEVELS, MODEL, NO_SELECTION, score_rows
from estimation.challenge.calibration.designs import Design, Scheme, System, draw_design
from estimation.challenge.calibration.prediction_intervals import joined, model_tasks, peer_limits
from estimation.challenge.calibration.prior_choices import CHOICES, HEADLINE, WITH_SIZE, PriorChoice
from estimation.challenge.jobs import Task, stream

_NO_PRIOR: Final = "none"
_FINER: Final = 4
_FEW_AREAS: Final = 200
COLUMNS: Final = (
    *("system", "family", "kind", "families", "areas", "prior", "observed", "scheme", "selection", "method", "level"),
    *("data_sets", "coverage", "coverage_error", "error_kind", "truth_below", "truth_above"),
    *("width_ratio", "interval_score"),
)


@dataclass(frozen=True)
class Settings:
    """Size of the study.

    The headline prior, with and without size, gets `_FINER` times as many draws in systems of up to `_FEW_AREAS` areas,
    where they cost little.
    """

    seed: int
    draws: int = 1000  # per data set, and per replicate of the simulation-based calibration
    sets: int = 400  # data sets of each system with more than one observed area
    replicates: int = 2000  # of the simulation-based calibration for each number of observed areas
    areas: tuple[int, ...] = (1, 3, 5, 8)  # numbers of observed areas
    sbc_areas: tuple[int, ...] = (1, 8)  # the same for the simulation-based calibration
    systems: tuple[str, ...] = ()  # names of those to use; all when empty
    choices: tuple[PriorChoice, ...] = CHOICES  # priors, the headline first


@dataclass(frozen=True)
class Experiment:
    """One group of tasks and how their limits are scored."""

    system: System
    prior: str
    designs: Mapping[Scheme, Design]
    tasks: list[Task]


def experiments_of(
    system: System, sets: pd.DataFrame, slopes: pd.DataFrame, shifts: Mapping[str, Any], settings: Settings
) -> list[Experiment]:
    """What is tried on one system: the headline prior, with and without size, and the peers in full; others in part.

    `sets` and `slopes` are as in `calibration.plan`, `sets` with the residual spread. `shifts` are selection shifts
    (SDs) by label, numbers or distributions, none first and the register's last. Raises `EstimationError` as
    `designs.draw_design` and `spread_prior.fit_prior` do.
    """
    experiments = []
    register = list(shifts)[-1]
    priors = {
        choice: {
            "spread_prior": choice.distribution(sets, system.family),
            "slope_prior": choice.slope(slopes, system.family),
        }
        for choice in settings.choices
    }
    for k in settings.areas:
        for designs in _designs(system, k, settings):
            name = f"{system.name}|{k}|{'every area' if k == 1 else next(iter(designs))}"
            observed = next(iter(designs.values())).observed
            peers = Task(f"peers|{name}", peer_limits, {"system": system, "observed": observed, "levels": LEVELS})
            experiments.append(Experiment(system, _NO_PRIOR, designs, [peers]))
            for choice in settings.choices:
                tried = {NO_SELECTION: 0.0}
                in_full = choice in (HEADLINE, WITH_SIZE)
                if in_full:
                    tried = dict(shifts) if k == 1 or "top quarter" in designs else tried | {register: shifts[register]}
                elif k not in (1, 3) or "equal chances" not in designs:
                    continue
                tasks = model_tasks(
                    f"{choice.name}|{name}",
                    system,
                    observed,
                    **priors[choice],
                    selections=tried,
                    levels=LEVELS,
                    draws=settings.draws * (_FINER if in_full and system.counts.size <= _FEW_AREAS else 1),
                )
                experiments.append(Experiment(system, choice.name, designs, tasks))
    return experiments


def _designs(system: System, k: int, settings: Settings) -> list[dict[Scheme, Design]]:
    """Designs that share their data sets: with one area all schemes, as weights of the same fits."""

    def draw(scheme: Scheme) -> Design:
        rng = stream(settings.seed, f"design|{system.name}|{k}|{scheme}")
        return draw_design(system, k, scheme, sets=settings.sets, rng=rng)

    if k > 1:
        schemes: tuple[Scheme, ...] = ("equal chances", "by population", "top quarter")
        return [{scheme: draw(scheme)} for scheme in schemes[: 3 if k == 3 else 2]]
    every = draw("equal chances")
    top = draw("top quarter")
    weights = np.zeros(system.counts.size)
    weights[top.observed[:, 0]] = top.weights
    again = Design(every.observed, weights)
    return [{"equal chances": every, "by population": draw("by population"), "top quarter": again}]


def scored(experiment: Experiment, found: Mapping[str, Any]) -> pd.DataFrame:
    """Scores of one experiment from results by task key: `COLUMNS` and `votes`, a row per scheme, label and level."""
    limits = joined([found[task.key] for task in experiment.tasks])
    system = experiment.system
    parts = []
    for scheme, design in experiment.designs.items():
        for label, pair in limits.items():
            peer = experiment.prior == _NO_PRIOR
            parts.append(
                score_rows(system, design, pair, LEVELS).assign(
                    scheme=scheme, selection=NO_SELECTION if peer else label, method=label if peer else MODEL
                )
            )
    return pd.concat(parts, ignore_index=True).assign(
        system=system.name,
        family=system.family,
        kind=system.kind,
        families=1,
        areas=system.counts.size,
        prior=experiment.prior,
        observed=next(iter(experiment.designs.values())).observed.shape[1],
        error_kind="over data sets",
        votes=system.votes,
    )[[*COLUMNS, "votes"]]
