"""What is published of a case: its ladder, what would change it, its pictures; written whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from estimation.challenge.rerun.case_stage import CaseStage
from estimation.challenge.sensitivity.case_challenge import against_truth, challenge, challenge_weighed
from estimation.challenge.sensitivity.case_weighed import CaseWeighed
from estimation.challenge.sources.case_scale import case_scale
from estimation.challenge.sources.case_sources import source_rows
from estimation.errors import UnreliableError
from estimation.evidence.case_folder.case_folder import RESULTS, CaseFolder
from estimation.evidence.case_folder.case_other import weighed_rows
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case_from_folder import from_folder, register_of
from estimation.model.ladder.ladder import Ladder, carry
from estimation.model.region.region import SOURCES
from estimation.model.synthesis.case_synthesis import CaseSynthesis, weigh_sources
from estimation.model.synthesis.quantiles import equally_likely
from estimation.report.documents import fact_sheet
from estimation.report.figures import gallery
from estimation.report.figures.result_tables import CASE_SCALE, ResultTables
from estimation.report.page import case_page, page
from estimation.report.publish import page_publish
from estimation.report.record import codebook, csv_table, record, run_card

LEVELS = (0.5, 0.8, 0.9, 0.95)
CHALLENGE_DRAWS = 10_000
WEIGHED_DRAWS = 20_000
"""Twice as many where sources weigh the draws, so that as many are left."""


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
    """Compute the answer of a case and write it.

    Parameters
    ----------
    folder : CaseFolder
        The case, checked.
    sets : DataFrame
        Table `reference_sets` of the data that ship.
    draws, seed : int
        Size and seed of the run; what would change the answer takes at most 10,000 draws.
    directory : Path, optional
        Where results are written; ``results`` in the case's folder by default.
    progress : callable, optional
        Called with 1 after a step.
    say : callable
        Called with a sentence if other sources could not be weighed in; the tables then end with the rung before.

    Returns
    -------
    tuple of str
        Names of the files written.

    Raises
    ------
    EstimationError
        Impossible judgements, or a folder that cannot be written to; nothing is written.
    """
    case, register = from_folder(folder), register_of(folder, sets)
    run, note = _run(folder, carry(case, register, draws=draws, seed=seed))
    if note:
        say(note)
    # What would change the answer is asked of the answer without other sources first.
    alone = Register(tuple(entry for entry in register.entries if entry.rung != SOURCES), register.hashes)
    at = CaseStage(case, alone, min(draws, CHALLENGE_DRAWS), seed)
    tables = {
        "estimates.csv": run.table(levels=LEVELS),
        "quantiles.csv": equally_likely(run),
        "assumptions.csv": register.frame(),
    }
    tables |= challenge(at, run, folder.statement, sets, progress=progress)
    if folder.statement.truth is not None:
        tables["truth.csv"] = against_truth(run, folder.statement.truth)
    if folder.other is not None:
        weighed = run if isinstance(run, CaseSynthesis) else None
        tables["sources.csv"] = source_rows(folder.other, weighed, scope=case.scopes[0].name)
        if weighed is not None:
            rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5CA1E]))
            tables[CASE_SCALE] = case_scale(folder, weighed, rng=rng)
            rows = weighed_rows(folder.other)
            weighed_in = CaseWeighed(case, register, rows, folder.areas, min(draws, WEIGHED_DRAWS), seed)
            tables |= challenge_weighed(weighed_in, folder.statement, sets, progress=progress)
    files = codebook.csv_files(tables)
    step = progress or (lambda _: None)
    # Pictures show what the tables hold, to their last digit.
    written = {name: csv_table.table(content) for name, content in files.items()}
    shown = ResultTables(written, run_card.answer_id(files["estimates.csv"]))
    drawn = gallery.pictures(shown)
    data = case_page.page_data(folder, run, register, estimates=files["estimates.csv"], tables=tables, note=note)
    files[page_publish.NAME] = page.render(data)
    files |= {f"{gallery.FOLDER}/{name}": found for name, found in gallery.picture_files(drawn, progress=step).items()}
    sheets = fact_sheet.files(shown, data=run_card.data_id(folder.hashes), printed=fact_sheet.can_print())
    files |= {f"{fact_sheet.FOLDER}/{name}": content for name, content in sheets.items()}
    settings = {"draws": draws, "seed": seed, "case": folder.statement.title}
    if folder.other is not None:
        settings["other_sources"] = note or "weighed in"
    card = run_card.card(settings, folder.hashes, files)
    # The card is renamed last: when it is there, so is everything it lists.
    record.write(directory or folder.directory / RESULTS, {**files, run_card.CARD: card})
    return (*files, run_card.CARD)


def _run(folder: CaseFolder, ladder: Ladder) -> tuple[CaseSynthesis | Ladder, str]:
    """The run with the other sources of the case, or without them and why."""
    if folder.other is None:
        return ladder, ""
    rows = weighed_rows(folder.other)
    if rows.empty:
        return ladder, "No other source is weighed in: none is both used and verified."
    try:
        return weigh_sources(ladder, rows, folder.areas), ""
    except UnreliableError as error:
        why = "they contradict the count or one another, or the draws are too few"
        return ladder, f"The other sources are not weighed in, and every table ends without them: {why} ({error})"
