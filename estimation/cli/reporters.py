"""Commands for reporters: the estimate, the check of a sentence, pictures, fact sheet and page."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from estimation.cli import inputs, output
from estimation.cli.options import (
    DRAWS,
    SEED,
    AssumptionsOption,
    BasisOption,
    CaseOption,
    Counted,
    Custody,
    DataOption,
    DrawsOption,
    JsonOption,
    LevelOption,
    PublishedOption,
    ScopeOption,
    SeedOption,
)


def estimate(
    scope: ScopeOption = None,
    assumptions: AssumptionsOption = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = SEED,
    level: LevelOption = None,
    basis: BasisOption = None,
    year: Annotated[int | None, typer.Option("--year", help="Population of the end of this year.")] = None,
    adult_age: Annotated[int | None, typer.Option("--adult-age", help="18, or 15 on the resident basis.")] = None,
    data: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry the observed county's rate to the region: the ladder of intervals."""
    from estimation.model.case.build import case_of
    from estimation.model.ladder.ladder import run
    from estimation.report.terminal.tables import show_ladder

    read, register = inputs.case_and_register(data, assumptions)
    case = case_of(read, register, basis=basis and basis.value, year=year, adult_age=adult_age)
    scopes, levels = inputs.scopes_and_levels(case, scope, level)
    case = replace(case, scopes=scopes)
    with output.progress(draws, "draws") as step:
        found = run(case, register, draws=draws, seed=seed, sources=False, progress=step)
    table = found.table(levels=levels)
    if as_json:
        settings = {"draws": draws, "seed": seed, "basis": case.cards[scopes[0].name].row()["basis"]}
        output.print_json({"settings": settings, "rows": table})
        return
    for each in scopes:
        show_ladder(table[table["scope"] == each.name], card=case.cards[each.name].sentence())


def claim(
    scope: Annotated[
        str | None, typer.Option("--scope", help="Whom the claim is about; by default whom results lead with.")
    ] = None,
    at_least: Annotated[float | None, typer.Option("--at-least", help="Persons claimed, or more.")] = None,
    at_most: Annotated[float | None, typer.Option("--at-most", help="Persons claimed, or fewer.")] = None,
    between: Annotated[tuple[float, float] | None, typer.Option("--between", help="Range of persons claimed.")] = None,
    about: Annotated[float | None, typer.Option("--about", help="Persons claimed, within a tenth.")] = None,
    custody: Annotated[Custody, typer.Option("--custody", help="Which custody.")] = Custody.both,
    estimand: Annotated[
        Counted | None, typer.Option("--estimand", help="What is counted; sentenced for prison, else ever-held.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="en, de, fr, es or zh_Hans.")] = "en",
    assumptions: AssumptionsOption = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = SEED,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a sentence: how likely a claimed number is along the ladder, and what may be said instead."""
    from estimation.challenge.rerun.stage import stage
    from estimation.challenge.review import claim_check
    from estimation.evidence.case_folder.case_file import statement_of
    from estimation.model.case.build import case_of
    from estimation.model.ladder.ladder import run
    from estimation.model.ladder.proposal import PILOT
    from estimation.report.terminal import claim_tables
    from estimation.report.wording.texts import texts

    texts(language)
    evidence, register = inputs.tables_and_register(data, assumptions)
    case, lead = case_of(evidence, register), statement_of(evidence.directory).lead
    scopes, _ = inputs.scopes_and_levels(case, [scope or lead.scope], None)
    asked = claim_check.asked(
        scopes[0].name,
        at_least=at_least,
        at_most=at_most,
        between=between,
        about=about,
        custody=custody.value,
        estimand=None if estimand is None else estimand.value,
    )
    with output.progress(draws, "draws") as step:
        drawn = run(case, register, draws=draws, seed=seed, pilot=PILOT, progress=step)
    found = claim_check.check(drawn, asked.claim, custody=asked.custody)
    alone = stage(case, register, draws=claim_check.TIPPING_DRAWS, seed=seed)
    tips = claim_check.tipping_points(alone, found, lead.tipped)
    known = drawn.named(asked.claim.scope)
    if as_json:
        settings = {"draws": draws, "seed": seed, "scope": scope, "language": language}
        output.print_json({"settings": settings, **claim_tables.claim_values(found, known, tips, language=language)})
    else:
        claim_tables.show_claim(found, known, tips, language=language)


def figures(
    results: PublishedOption = None,
    folder: Annotated[
        Path | None, typer.Option("--output", help="Folder to write; figures/ in the results by default.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every look, SVG and PNG: screen, print and phone, light and dark.")
    ] = False,
) -> None:
    """Draw the pictures of published results, with captions and alternative texts, from their tables alone."""
    from estimation.report.figures import gallery
    from estimation.report.figures.result_tables import ResultTables
    from estimation.report.record import codebook, record, results_folder

    home = results_folder.home(results)
    pictures = gallery.pictures(ResultTables.read(home))
    variants = gallery.EVERY if everything else gallery.COMMITTED
    with output.progress(len(pictures) * len(variants), "pictures") as advance:
        files = gallery.picture_files(pictures, variants=variants, progress=advance)
    if folder is None:
        codebook.write(home, {f"{gallery.FOLDER}/{name}": content for name, content in files.items()})
    else:
        record.write(folder, files)
    typer.echo(f"written {len(files)} files to {folder or home / gallery.FOLDER}")


def fact_sheet(
    results: PublishedOption = None,
    folder: Annotated[
        Path | None, typer.Option("--output", help="Folder to write; fact_sheet/ in the results by default.")
    ] = None,
) -> None:
    """Make the two-page fact sheet of published results, as HTML and PDF, from their tables alone."""
    from estimation.report.documents import fact_sheet as sheet
    from estimation.report.figures.result_tables import ResultTables
    from estimation.report.record import record, results_folder

    home = results_folder.home(results)
    files = sheet.files(ResultTables.read(home), data=sheet.data_name(home))
    written = folder or home / sheet.FOLDER
    record.write(written, files)
    output.print_written(written / name for name in files)


def page(
    results: Annotated[Path | None, typer.Option("--results", help="Results folder; results/ by default.")] = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = SEED,
    assumptions: AssumptionsOption = None,
    data: DataOption = None,
) -> None:
    """Write the page for reporters, page/index.html, from the runs behind the published results."""
    from estimation.report.publish.page_publish import publish_page
    from estimation.report.publish.runs import BASES
    from estimation.report.record import results_folder

    home = results_folder.home(results)
    evidence, register = inputs.tables_and_register(data, assumptions)
    with output.progress(draws * len(BASES), "draws") as advance:
        written = publish_page(evidence, register, directory=home, draws=draws, seed=seed, progress=advance)
    output.print_written(written)
