"""What is published of a case: its ladder, what would change it, its pictures; written whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from estimation.challenge import limits_table
from estimation.challenge.claims import claims_of
from estimation.challenge.review.claim_check import against_truth, chances
from estimation.challenge.sensitivity import tornado
from estimation.challenge.sensitivity.challenge import Size, challenge
from estimation.challenge.sources import conflict
from estimation.challenge.sources.common_scale import common_scale
from estimation.challenge.sources.source_list import source_rows
from estimation.errors import UnreliableError
from estimation.evidence.case_folder.case_folder import RESULTS, CaseFolder
from estimation.model.case.build import case_of, register_of
from estimation.model.case.case import SELECTION, SPREAD, Case
from estimation.model.ladder.proposal import PILOT
from estimation.model.ladder.quantiles import equally_likely
from estimation.model.spread.register_priors import spread_choices
from estimation.report.documents import fact_sheet
from estimation.report.figures import gallery
from estimation.report.figures.result_tables import CASE_SCALE, ResultTables
from estimation.report.page import case_page, page
from estimation.report.publish import page_publish
from estimation.report.publish.challenge_publish import multiverse_of
from estimation.report.publish.runs import run_or_alone
from estimation.report.record import codebook, csv_table, record, run_card

_LEVELS = (0.5, 0.8, 0.9, 0.95)
_CHALLENGE_DRAWS = 10_000
_BASE = 2**12
"""Base sample of the variance-based indices."""
_KEPT = 8_000
"""Draws of questions with other sources."""
_SPECIFICATION_DRAWS = 2_000


def publish(
    folder: CaseFolder,
    sets: pd.DataFrame,
    *,
    draws: int,
    seed: int,
    directory: Path | None = None,
    progress: Callable[[int], object] | None = None,
    say: Callable[[str], object] = lambda _: None,
) -> tuple[str, ...]:
    """Compute the answer of a case and write it, by default into ``results`` in its folder; gives the names written.

    What would change the answer takes at most 10,000 draws. `say` is called with a sentence if other sources could not
    be weighed in; the tables then end with the rung before.

    Raises
    ------
    EstimationError
        Impossible judgements, or a folder that cannot be written to; nothing is written.
    """
    statement = folder.statement
    register = register_of(folder, sets)
    case = case_of(folder, register)
    found, why = run_or_alone(case, register, draws=draws, seed=seed)
    note = _note(folder, case, why)
    if note:
        say(note)
    lead, claims = statement.lead, claims_of(statement)
    # Sources that cannot be relied on weigh nothing, neither the estimate nor what would change it.
    asked = case if found.weights is not None else replace(case, sources=())
    tables = {
        "estimates.csv": found.table(levels=_LEVELS),
        "quantiles.csv": equally_likely(found),
        "assumptions.csv": register.frame(),
        "spread.csv": spread_choices(sets, without=statement.exclude_families),
        **challenge(
            asked,
            register,
            scope=lead.scope,
            claims=claims,
            others=tornado.alternatives(sets, folder.grid, register, without=statement.exclude_families),
            size=Size(draws=min(draws, _CHALLENGE_DRAWS), base=_BASE, pilot=min(PILOT, draws), kept=min(draws, _KEPT)),
            seed=seed,
            tipped=(SPREAD, SELECTION),
            progress=progress,
        ),
    }
    if claims:
        tables["chances.csv"] = chances(found, claims)
        tables["compatible.csv"] = limits_table.compatible(asked, register, claims)
    if folder.grid is not None:
        tables |= multiverse_of(
            lambda **options: replace(case_of(folder, register, **options), sources=asked.sources),
            register,
            folder.grid,
            sets,
            scope=lead.scope,
            seed=seed,
            draws=min(draws, _SPECIFICATION_DRAWS),
            pilot=min(PILOT, draws),
            kept=min(draws, _KEPT),
        )
    if statement.truth is not None:
        tables["truth.csv"] = against_truth(found, statement.truth)
    if folder.other is not None:
        tables["sources.csv"] = source_rows(folder.other, found, scope=lead.scope)
    if found.weights is not None:
        tables[CASE_SCALE] = common_scale(found, seed=seed)
        tables["power_scaling.csv"] = conflict.power_scaling(found, scope=lead.scope)
        tables["prior_and_sources.csv"] = conflict.prior_and_sources(found)
        tables["surprise.csv"] = conflict.surprise(found)
    files = codebook.csv_files(tables)
    step = progress or (lambda _: None)
    # Pictures show what the tables hold, to their last digit.
    written = {name: csv_table.table(content) for name, content in files.items()}
    shown = ResultTables(written, run_card.answer_id(files["estimates.csv"]), lead)
    drawn = gallery.pictures(shown)
    data = case_page.page_data(folder, found, register, estimates=files["estimates.csv"], tables=tables, note=note)
    files[page_publish.NAME] = page.render(data)
    files |= {f"{gallery.FOLDER}/{name}": found for name, found in gallery.picture_files(drawn, progress=step).items()}
    sheets = fact_sheet.files(shown, data=run_card.data_id(folder.hashes), printed=fact_sheet.can_print())
    files |= {f"{fact_sheet.FOLDER}/{name}": content for name, content in sheets.items()}
    results = directory or folder.directory / RESULTS
    files |= codebook.package_files(results, files)
    settings = {"draws": draws, "seed": seed, "case": folder.statement.title}
    if folder.other is not None:
        settings["other_sources"] = note or "weighed in"
    card = run_card.card(settings, folder.hashes, files)
    # The card is renamed last: when it is there, so is everything it lists.
    record.write(results, {**files, run_card.CARD: card})
    return (*files, run_card.CARD)


def _note(folder: CaseFolder, case: Case, why: UnreliableError | None) -> str:
    """Why other sources of a case are not weighed in; nothing if they are, or if it has none."""
    if folder.other is not None and not case.sources:
        return "No other source is weighed in: none is both used and verified."
    if why is None:
        return ""
    return (
        "The other sources are not weighed in, and every table ends without them: they contradict the count or one "
        f"another, or the draws are too few ({why})"
    )
