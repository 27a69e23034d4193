"""What is published: computes the tables of results/, asks the gate, and hands them to the one door out.

The tables are the project's answer as data; README and notebooks take every number from them.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from estimation.evidence.published.published import reproduce
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.ladder.quantiles import equally_likely
from estimation.model.spread.register_priors import spread_choices
from estimation.report.documents import claim_ledger
from estimation.report.documents.readme import filled
from estimation.report.publish import page_publish, table_set
from estimation.report.publish.runs import BASES, ladders, runs
from estimation.report.publish.synthesis_results import synthesis_files
from estimation.report.record import codebook, csv_table, record, results_folder, run_card
from estimation.report.wording.headline_facts import INFLUENCE, read_facts


def publish(
    evidence: Evidence,
    register: Register,
    *,
    directory: Path,
    changelog: Path,
    draws: int,
    seed: int,
    readme: Path | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[str, ...]:
    """Compute the answer and write it, unless it moved without a reason in `changelog`; gives the names of the files.

    `readme` has a marked block that is filled with the answer; `progress` is called with the number of draws done.

    Raises
    ------
    DriftError
        A bound moved and the changelog does not say why; nothing is written.
    EstimationError
        Bad input, a README without its markers, or a folder that cannot be written to.
    """
    found = runs(evidence, register, draws=draws, seed=seed, progress=progress)
    table = ladders(found)
    likely = pd.concat([equally_likely(run) for run in found.values()], ignore_index=True)
    main = found[BASES[0]]
    hashes = {**evidence.hashes, **register.hashes}
    files = codebook.csv_files(
        {
            "estimates.csv": table,
            "published.csv": reproduce(evidence),
            "spread.csv": spread_choices(evidence.table("reference_sets")),
            "quantiles.csv": likely,
            "assumptions.csv": register.frame(),
        }
    )
    if main.weights is not None:
        files |= synthesis_files(evidence, main, seed=seed) | claim_ledger.files(evidence, main, hashes)
    card = run_card.card({"draws": draws, "seed": seed}, hashes, files)
    with record.session(directory):
        table_set.gate(files, directory, changelog)
        influence = csv_table.table(files[INFLUENCE]) if INFLUENCE in files else None
        front = _front(readme, files["estimates.csv"], evidence, directory, influence)
        # From the same runs, in the same breath: the page never shows another answer than the tables.
        page = page_publish.page_file(
            evidence,
            register,
            found,
            estimates=files["estimates.csv"],
            influence=influence,
            directory=directory,
            seed=seed,
        )
        codebook.write(directory, {**files, page_publish.NAME: page, run_card.CARD: card})
        if readme is not None and front is not None:
            record.write(readme.parent, {readme.name: front})
    return (*files, page_publish.NAME, run_card.CARD)


def _front(
    readme: Path | None, table: bytes, evidence: Evidence, directory: Path, influence: pd.DataFrame | None
) -> bytes | None:
    """The README with its block filled, made before anything is written: a missing marker leaves all as it was."""
    if readme is None or not readme.exists():
        return None
    studies = (name for name in ("calibration.csv", "calibration_sources.csv") if (directory / name).exists())
    told = [results_folder.published(name, directory) for name in studies]
    has_moved = (directory / "chances_moved.csv").exists()
    moved = results_folder.published("chances_moved.csv", directory) if has_moved else None
    return filled(
        readme.read_text(encoding="utf-8"), table, read_facts(evidence), *told, influence=influence, chances=moved
    )
