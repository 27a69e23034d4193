"""The tables of results/ that say what would change the answer, behind the same gate as the answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge import limits_table, multiverse, replay, sensitivity, shapley, tipping, tornado
from estimation.challenge.answer import SCOPE
from estimation.challenge.claims import STANDARD, published
from estimation.challenge.tornado import Stage
from estimation.evidence.assumptions import Register
from estimation.evidence.choices import Grid
from estimation.evidence.distributions import Point
from estimation.evidence.sources import Evidence
from estimation.report import record

GATED: Final = ("tipping.csv", ("scope", "claim", "sides", "entry", "level"))


def tables(
    evidence: Evidence,
    register: Register,
    grid: Grid,
    *,
    draws: int,
    base: int,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> dict[str, pd.DataFrame]:
    """Compute every table.

    Parameters
    ----------
    evidence, register, grid : Evidence, Register, Grid
        What is known, judged and declared.
    draws, base, seed : int
        Draws of tornado, tipping points and multiverse; base sample of the indices; seed.
    progress : callable, optional
        Called with 1 after a step, with a count after specifications.

    Returns
    -------
    dict of str to DataFrame
        By file name.
    """
    at = tornado.stage(replay.build(evidence, register), register, draws=draws, seed=seed)
    others = tornado.alternatives(evidence.table("reference_sets"), grid, register)
    moved = tornado.tornado(at, scope=SCOPE, others=others, progress=progress)
    found = sensitivity.indices(at, scope=SCOPE, base=base, seed=seed, progress=progress).require_enough()
    summary = sensitivity.summary(register, moved, found, sensitivity.prior_power(at, scope=SCOPE))
    entries = [
        key
        for key, entry in register.items()
        if entry.rung != "fixed" and not isinstance(entry.distribution, Point) and key in found.table.index
    ]
    tips = tipping.table(tipping.tips(at, STANDARD, entries, progress=progress), register)
    claims = published(evidence.table("published"), scope=SCOPE, custody=("yes", "no", "unclear"))
    runs = multiverse.run(evidence, register, grid, draws=draws, seed=seed, progress=progress)
    shares = [
        multiverse.variance_shares(runs.specifications, of=of).assign(
            of=of, specifications=len(runs.specifications), grid_sha256=runs.grid_sha256
        )
        for of in ("count_median", "width")
    ]
    return {
        "sensitivity.csv": summary,
        "tornado.csv": moved,
        "shapley.csv": effects(at, seed=seed),
        "tipping.csv": tips,
        "contour.csv": tipping.contour(at, STANDARD[2], "between_county_sd", "selection_shift", points=13),
        "bounds.csv": limits_table.bounds_table(at.world, register),
        "compatible.csv": limits_table.compatible(at.world, register, claims),
        "limits.csv": limits_table.limits(evidence, at.world, register),
        "multiverse.csv": multiverse.thinned(runs.specifications),
        "multiverse_choices.csv": pd.concat(shares, ignore_index=True),
        "multiverse_excluded.csv": runs.excluded,
    }


def effects(at: Stage, *, seed: int, rows: int = 4000) -> pd.DataFrame:
    """Shapley effects on the log total of the inputs that carry it, from draws: rows of them.

    Parameters
    ----------
    at : Stage
        The model with its random numbers.
    seed : int
        Of the bootstrap.
    rows : int
        Draws used.

    Returns
    -------
    DataFrame
        `input`, `effect`, `low`, `high`; what the other inputs and the places carry is ``not explained``.
    """
    used = min(rows, at.draws)
    names = ("between_county_sd", "between_prefecture_share", "selection_shift", replay.STANDING)
    total = np.log(at.totals()[:used, at.column(SCOPE)])
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5AA9]))
    found = shapley.given_data({name: at.inputs[name][:used] for name in names}, total, rng=rng)
    return found.reset_index()


def publish(found: dict[str, pd.DataFrame], *, directory: Path, changelog: Path) -> tuple[str, ...]:
    """Write the tables, unless a tipping point's probability moved without a reason.

    Parameters
    ----------
    found : dict
        Of `tables`.
    directory, changelog : Path
        Where results are written, and where a moved answer is explained.

    Returns
    -------
    tuple of str
        Names of the files.

    Raises
    ------
    DriftError
        See `record.gate`.
    """
    files = {name: record.csv_bytes(table) for name, table in found.items()}
    name, keys = GATED
    with record.session(directory):
        record.gate(directory / name, files[name], changelog=changelog, keys=keys)
        record.write(directory, files)
    return tuple(files)
