"""The tables of results/ that say what would change the answer, behind the same gate as the answer."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge import jobs
from estimation.challenge.claims import Claim, claims_of, published
from estimation.challenge.jobs import Task
from estimation.challenge.multiverse import limits_table, multiverse, multiverse_tables
from estimation.challenge.rerun import areas, proposal, replay
from estimation.challenge.rerun.weighed_draws import WeighedRun
from estimation.challenge.sensitivity import sensitivity, shapley, tipping, tornado
from estimation.challenge.sensitivity.tornado import Stage
from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.register.assumptions import Register
from estimation.evidence.register.choices import Grid
from estimation.evidence.tables.sources import Evidence
from estimation.model.synthesis.weights import is_reliable
from estimation.report.record import codebook, drift_gate, record, run_card

GATED: Final = {
    "tipping.csv": ("scope", "claim", "sides", "entry", "level"),
    "tornado.csv": ("entry", "at"),
    "contour.csv": ("between_county_sd", "selection_shift"),
}
"""Tables whose figures have simulation errors, with the columns that name a row."""
CARD: Final = "challenge.json"


def tables(
    evidence: Evidence,
    register: Register,
    grid: Grid,
    *,
    draws: int,
    base: int,
    seed: int,
    scheduler: str | None = None,
    pool: int = multiverse.POOL,
    kept: int = multiverse.KEPT,
    progress: Callable[[int], object] | None = None,
) -> dict[str, pd.DataFrame]:
    """Compute every table.

    Parameters
    ----------
    evidence, register, grid : Evidence, Register, Grid
        What is known, judged and declared.
    draws, base, seed : int
        Draws of tornado, tipping points and multiverse; base sample of the indices; seed.
    scheduler : str, optional
        Address of a Dask scheduler whose workers run the multiverse.
    pool, kept : int
        As in `multiverse.run`.
    progress : callable, optional
        Called with 1 after a step, with a count after specifications.

    Returns
    -------
    dict of str to DataFrame
        By file name.
    """
    stated = statement_of(evidence.directory)
    standard, scope = claims_of(stated), stated.lead.tested
    round_claim = next(claim for claim in standard if claim.scope == stated.lead.scope)
    at = tornado.stage(replay.build(evidence, register), register, draws=draws, seed=seed)
    others = tornado.alternatives(evidence.table("reference_sets"), grid, register)
    moved = tornado.tornado(at, scope=scope, others=others, progress=progress)
    found = sensitivity.indices(at, scope=scope, base=base, seed=seed, progress=progress).require_enough()
    summary = sensitivity.summary(register, moved, found, sensitivity.prior_power(at, scope=scope))
    entries = [
        key for key, entry in register.items() if entry.rung != "fixed" and entry.varies and key in found.table.index
    ]
    # Entry by entry, side by side.
    alone = [Task(f"tipping points, {key}", _tips, {"at": at, "claims": standard, "entry": key}) for key in entries]
    contour, *tipped = jobs.run(
        [Task("contour", _contour, {"at": at, "claim": round_claim}, 0), *alone], seed=seed, jobs=-1, progress=progress
    )
    tips = tipping.table([tip for each in tipped for tip in each], register)
    claims = published(evidence.table("published"), scope=scope, custody=("yes", "no", "unclear"))
    runs = multiverse.run(
        evidence,
        register,
        grid,
        draws=draws,
        seed=seed,
        pool=pool,
        kept=kept,
        scheduler=scheduler,
        progress=progress,
    )
    every, options = multiverse_tables.compact(runs.specifications, grid), multiverse_tables.options_table(grid)
    return {
        "sensitivity.csv": summary,
        "tornado.csv": moved,
        "shapley.csv": pd.concat(
            [effects(at, seed=seed, scope=scope), weighed_effects(runs.kept, at, seed=seed, scope=scope)],
            ignore_index=True,
        ),
        "tipping.csv": tips,
        "contour.csv": contour,
        "bounds.csv": limits_table.bounds_table(at.world, register),
        "compatible.csv": limits_table.compatible(at.world, register, claims),
        "limits.csv": limits_table.limits(evidence, at.world, register),
        "multiverse_specifications.csv": every,
        "multiverse_options.csv": options,
        "multiverse.csv": multiverse_tables.thinned(multiverse_tables.alone(multiverse_tables.named(every, options))),
        "multiverse_choices.csv": _choices(runs),
        "containment.csv": runs.contained,
        "multiverse_excluded.csv": runs.excluded,
    }


def _tips(rng: np.random.Generator, *, at: Stage, claims: tuple[Claim, ...], entry: str) -> tuple[tipping.Tip, ...]:  # noqa: ARG001
    return tipping.tips(at, claims, [entry])


def _contour(rng: np.random.Generator, *, at: Stage, claim: Claim) -> pd.DataFrame:  # noqa: ARG001
    return tipping.contour(at, claim, "between_county_sd", "selection_shift", points=13)


def _choices(runs: multiverse.Multiverse) -> pd.DataFrame:
    """How much each choice moves median and width: from the county alone, and with other sources where reliable."""
    table = runs.relied_on()
    alone = multiverse_tables.alone(table)
    parts = []
    for suffix, rows in (("", alone), (" with sources", table.drop(alone.index))):
        for of in ("count_median", "width"):
            found = multiverse_tables.variance_shares(rows, of=of)
            parts.append(found.assign(of=of + suffix, specifications=len(rows), grid_sha256=runs.grid_sha256))
    return pd.concat(parts, ignore_index=True)


EXPLAINED: Final = ("between_county_sd", "between_prefecture_share", "selection_shift", areas.STANDING)


def effects(at: Stage, *, seed: int, scope: str, rows: int = 4000) -> pd.DataFrame:
    """Shapley effects on the log total of the inputs that carry it, before other sources, from draws: rows of them.

    Parameters
    ----------
    at : Stage
        The model with its random numbers.
    seed : int
        Of the bootstrap.
    scope : str
        Whose total.
    rows : int
        Draws used.

    Returns
    -------
    DataFrame
        `distribution`, `input`, `effect`, `low`, `high`; what the other inputs and the places carry is
        ``not explained``.
    """
    used = min(rows, at.draws)
    total = np.log(at.totals()[:used, at.column(scope)])
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5AA9]))
    found = shapley.given_data({name: at.inputs[name][:used] for name in EXPLAINED}, total, rng=rng)
    return found.reset_index().assign(distribution="county alone")[["distribution", *found.reset_index().columns]]


def weighed_effects(found: WeighedRun | None, at: Stage, *, seed: int, scope: str) -> pd.DataFrame:
    """The same with other sources weighed in, where inputs depend on one another; no rows if weights are unreliable.

    Parameters
    ----------
    found : WeighedRun, optional
        The published combination with its kept draws.
    at : Stage
        For the scopes.
    seed, scope
        As in `effects`.

    Returns
    -------
    DataFrame
        As `effects`.
    """
    columns = ["distribution", "input", "effect", "low", "high"]
    if found is None:
        return pd.DataFrame(columns=columns)
    weights = found.run.weights(tuple(found.run.kinds))
    if not is_reliable(weights):
        return pd.DataFrame(columns=columns)
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5AAA]))
    # Draws of next to no weight add nothing but noise to the neighbours of the others: even out by systematic choice.
    least = float(np.sort(weights.share)[-min(3000, weights.share.size)])
    chance = np.minimum(weights.share / least, 1.0)
    rows = proposal.kept(chance, rng)
    total = np.log(found.run.totals[rows, at.column(scope)])
    inputs = {name: found.inputs[name][rows] for name in EXPLAINED}
    effect = shapley.given_data(inputs, total, rng=rng, weights=(weights.share / chance)[rows]).reset_index()
    return effect.assign(distribution="with other sources")[columns]


def publish(
    found: dict[str, pd.DataFrame],
    *,
    directory: Path,
    changelog: Path,
    settings: Mapping[str, object],
    hashes: Mapping[str, str],
) -> tuple[str, ...]:
    """Write the tables and their card, unless a figure with a simulation error moved without a reason.

    Parameters
    ----------
    found : dict
        Of `tables`.
    directory, changelog : Path
        Where results are written, and where a moved answer is explained.
    settings, hashes : mapping
        Of the card: sizes and seed, and SHA-256 of each input file, the grid's among them.

    Returns
    -------
    tuple of str
        Names of the files.

    Raises
    ------
    DriftError
        See `drift_gate.gate`.
    """
    files = codebook.csv_files(found)
    card = run_card.card(settings, hashes, files)
    with record.session(directory):
        for name, keys in GATED.items():
            drift_gate.gate(directory / name, files[name], changelog=changelog, keys=keys)
        record.write(directory, {**files, CARD: card})
    return (*files, CARD)
