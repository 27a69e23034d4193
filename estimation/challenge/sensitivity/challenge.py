"""Every reading of what would change the estimate of a case: for its observed areas alone, and with other sources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge import jobs, limits_table
from estimation.challenge.claims import Claim
from estimation.challenge.jobs import Task
from estimation.challenge.rerun.stage import Stage, stage, stage_with_sources
from estimation.challenge.sensitivity import sensitivity, tipping, tornado
from estimation.challenge.sensitivity.power_scaling import prior_sensitivity
from estimation.challenge.sensitivity.tornado import Alternatives
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import SELECTION, SPREAD, Case

_CONTOUR_POINTS: Final = 13


@dataclass(frozen=True)
class Size:
    """Size of the attacks."""

    draws: int  # for the observed areas alone
    base: int  # base sample of the variance-based indices
    pilot: int  # draws of the pilot runs that say where to draw for questions with other sources
    kept: int  # draws that these use


def challenge(
    case: Case,
    register: Register,
    *,
    scope: str,
    claims: Sequence[Claim],
    others: Alternatives,
    size: Size,
    seed: int,
    tipped: Sequence[str],
    contour: Claim | None = None,
    require_enough: bool = False,
    progress: Callable[[int], object] | None = None,
) -> dict[str, pd.DataFrame]:
    """Tornado, indices, Shapley effects, tipping points and bounds of a case, as tables by file name.

    Those with ``_sources`` are there only if the case has other sources, those about claims only if there are any.

    Parameters
    ----------
    case, register : Case, Register
        The case and its judgements.
    scope : str
        Whose total.
    claims : sequence of Claim
        Whose tipping points to find.
    others : mapping
        Named alternatives by entry.
    size, seed : Size, int
        Size of the attacks, and seed.
    tipped : sequence of str
        Entries whose tipping points to find with other sources too, where each value is a weighing of its own.
    contour : Claim, optional
        Whose probability to map over spread and selection.
    require_enough : bool
        Whether to refuse indices whose intervals are wide.
    progress : callable, optional
        Called with 1 after each step.

    Raises
    ------
    EstimationError
        Impossible settings.
    UnreliableError
        Indices that are not known well enough, if that is asked.
    """
    alone = stage(case, register, draws=size.draws, seed=seed)
    moved, _ = tornado.tornado(alone, scope=scope, others=others, progress=progress)
    indices = sensitivity.indices(alone, scope=scope, base=size.base, seed=seed, moved=moved, progress=progress)
    if require_enough:
        indices.require_enough()
    powered = prior_sensitivity(register, alone.inputs, np.log(alone.totals().count(scope)))
    found = {
        "tornado.csv": moved,
        "sensitivity.csv": sensitivity.summary(alone, moved, indices, powered),
        "bounds.csv": limits_table.bounds_table(case, register),
    }
    effects = [sensitivity.effects(alone, scope=scope, seed=seed)]
    acting = [key for key in alone.entries if register[key].varies and key in indices.table.index]
    tasks = [(alone, key) for key in acting] if claims else []
    if case.sources:
        weighed = stage_with_sources(
            case, register, draws=size.kept, pilot=size.pilot, seed=seed, looks=_looks(register)
        )
        found["tornado_sources.csv"], chances = tornado.tornado(
            weighed, scope=scope, claims=claims, others=others, progress=progress
        )
        if claims:
            found["chances_moved.csv"] = chances
        effects.append(sensitivity.effects(weighed, scope=scope, seed=seed))
        tasks += [(weighed, key) for key in tipped if register[key].varies] if claims else []
    found["shapley.csv"] = pd.concat([each for each in effects if len(each)], ignore_index=True)
    # Entry by entry, side by side.
    work = [
        Task(f"tipping points, {at.rung}, {key}", _tips, {"at": at, "entry": key, "claims": tuple(claims)})
        for at, key in tasks
    ]
    if contour is not None:
        work.append(Task("contour", _contour, {"at": alone, "claim": contour}))
    done = jobs.run(work, seed=seed, jobs=-1, progress=progress)
    if contour is not None:
        found["contour.csv"] = done.pop()
    if claims:
        found["tipping.csv"] = pd.concat(done, ignore_index=True)
    return found


def _looks(register: Register) -> list[dict[str, float]]:
    """The register, and each entry that takes most of the weight elsewhere at either end."""
    ends = [
        {key: float(register[key].distribution.ppf(q))}
        for key in (SPREAD, SELECTION, "composition_sd")
        if key in register and register[key].varies
        for q in (0.05, 0.95)
    ]
    return [{}, *ends]


def _tips(_: np.random.Generator, *, at: Stage, entry: str, claims: tuple[Claim, ...]) -> pd.DataFrame:
    return tipping.table(tipping.tips(at, claims, [entry]), at)


def _contour(_: np.random.Generator, *, at: Stage, claim: Claim) -> pd.DataFrame:
    return tipping.contour(at, claim, SPREAD, SELECTION, points=_CONTOUR_POINTS)
