"""The tables of results/ that say what would change the answer, and those of a declared multiverse for any case."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from estimation.challenge import limits_table
from estimation.challenge.claims import claims_of, published
from estimation.challenge.multiverse import multiverse, multiverse_tables
from estimation.challenge.sensitivity import tornado
from estimation.challenge.sensitivity.challenge import Size, challenge
from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.register.assumptions import Register
from estimation.evidence.register.choices import Grid
from estimation.evidence.tables.sources import Evidence
from estimation.model.case.build import case_of
from estimation.model.case.case import SELECTION, SPREAD
from estimation.model.ladder.proposal import PILOT

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
    pilot: int = PILOT,
    kept: int,
    specification_draws: int = multiverse.DRAWS,
    progress: Callable[[int], object] | None = None,
) -> dict[str, pd.DataFrame]:
    """Compute every table, by file name.

    `draws` are those of tornado and tipping points for the county alone, `base` the base sample of the indices;
    `pilot` and `kept` the draws of questions with other sources, `specification_draws` and `scheduler` as in
    `multiverse.run`. `progress` is called with 1 after a
    step, with a count after specifications.
    """
    stated, sets = statement_of(evidence.directory), evidence.table("reference_sets")
    standard, scope = claims_of(stated), stated.lead.scope
    case = case_of(evidence, register)
    found = challenge(
        case,
        register,
        scope=scope,
        claims=standard,
        others=tornado.alternatives(sets, grid, register),
        size=Size(draws=draws, base=base, pilot=pilot, kept=kept),
        seed=seed,
        tipped=(SPREAD, SELECTION),
        contour=next(claim for claim in standard if claim.scope == stated.lead.scope),
        require_enough=True,
        progress=progress,
    )
    claims = published(evidence.table("published"), scope=scope, custody=("yes", "no", "unclear"))
    capacity = evidence.table("capacity").set_index("capacity_id").loc["bfn_cap"]
    return {
        **found,
        "compatible.csv": limits_table.compatible(case, register, claims),
        "limits.csv": limits_table.limits(
            case, register, places=(float(str(capacity["value"])), str(capacity["note"]))
        ),
        **multiverse_of(
            lambda **options: case_of(evidence, register, **options),
            register,
            grid,
            sets,
            scope=scope,
            seed=seed,
            draws=specification_draws,
            pilot=pilot,
            scheduler=scheduler,
            progress=progress,
        ),
    }


def multiverse_of(
    build: multiverse.Build, register: Register, grid: Grid, sets: pd.DataFrame, **options: Any
) -> dict[str, pd.DataFrame]:
    """The multiverse of a case as tables by file name; options of `multiverse.run`."""
    runs = multiverse.run(build, register, grid, sets, **options)
    every, listed = multiverse_tables.compact(runs.specifications, grid), multiverse_tables.options_table(grid)
    curve = multiverse_tables.thinned(multiverse_tables.alone(multiverse_tables.named(every, listed)))
    return {
        "multiverse_specifications.csv": every,
        "multiverse_options.csv": listed,
        "multiverse.csv": curve,
        "multiverse_choices.csv": _choices(runs),
        "multiverse_excluded.csv": runs.excluded,
    }


def _choices(runs: multiverse.Multiverse) -> pd.DataFrame:
    """How much each choice moves median and width: from the county alone, and with other sources where reliable."""
    table = runs.relied_on()
    alone = multiverse_tables.alone(table)
    parts = []
    for suffix, rows in (("", alone), (" with sources", table.drop(alone.index))):
        for of in ("count_median", "width") if len(rows) else ():
            found = multiverse_tables.variance_shares(rows, of=of)
            parts.append(found.assign(of=of + suffix, specifications=len(rows), grid_sha256=runs.grid_sha256))
    return pd.concat(parts, ignore_index=True)
