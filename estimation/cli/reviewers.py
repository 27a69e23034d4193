"""Commands for reviewers: the register of judgements, and what other judgements would change."""

from pathlib import Path
from typing import Annotated

import typer

from estimation.cli import inputs, output
from estimation.cli.options import SEED, CaseOption, DataOption, DrawsOption, JsonOption, SeedOption


def assumptions(
    template: Annotated[
        bool, typer.Option("--template", help="Print a file to edit instead: every entry, commented out.")
    ] = False,
    data: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the register: every judgement with its range and who disputes it."""
    from estimation.evidence.register.template import template as commented_out
    from estimation.report.terminal.tables import show_register

    _, register = inputs.case_and_register(data)
    if template:
        typer.echo(commented_out(register), nl=False)
    elif as_json:
        output.print_json({"rows": register.frame()})
    else:
        show_register(register.frame())


def review(
    assumptions: Annotated[Path, typer.Option("--assumptions", help="TOML file with the entries you would change.")],
    folder: Annotated[Path, typer.Option("--output", help="Folder for review.md and review.html.")] = Path("review"),
    draws: DrawsOption = 20_000,
    pilot: Annotated[int, typer.Option("--pilot", help="Draws of the pilot runs where sources are weighed.")] = 20_000,
    kept: Annotated[int, typer.Option("--kept", help="Draws where other sources are weighed.")] = 8_000,
    seed: SeedOption = SEED,
    data: DataOption = None,
) -> None:
    """Put your own assumptions in place of the register's, and see what moves."""
    from estimation.challenge.claims import claims_of
    from estimation.challenge.rerun.stage import stage
    from estimation.challenge.review import answer
    from estimation.challenge.sensitivity.tornado import alternatives
    from estimation.evidence.case_folder.case_file import statement_of
    from estimation.model.case.build import case_of
    from estimation.model.case.case import SELECTION, SPREAD
    from estimation.report.documents import review as words
    from estimation.report.record import record

    evidence, shipped = inputs.tables_and_register(data)
    mine = inputs.amended(evidence, shipped, assumptions)
    grid, sets = inputs.declared_choices(data, shipped), evidence.table("reference_sets")
    changed = answer.changes(shipped, mine)
    stated = statement_of(evidence.directory)
    claims, scope = claims_of(stated), stated.lead.scope
    with output.progress(190, "steps") as step:
        before, after = (
            answer.answer(
                stage(case_of(evidence, register), register, draws=draws, seed=seed),
                claims=claims,
                scope=scope,
                tipped=stated.lead.tipped,
                others=alternatives(sets, grid, register, shipped=None if register is shipped else shipped),
                progress=step,
            )
            for register in (shipped, mine)
        )
        weighed = answer.pair(
            lambda register: case_of(evidence, register),
            shipped,
            mine,
            claims=claims,
            scope=scope,
            tipped=(SPREAD, SELECTION),
            pilot=pilot,
            kept=kept,
            seed=seed,
            progress=step,
        )
    parts = words.sections(changed, before, after, weighed)
    settings = (
        f"{draws:,} draws from the county alone, {kept:,} with other sources, seed {seed}; registered "
        "basis, adults of 18 and over, end of 2018."
    )
    files = {
        "review.md": words.markdown(parts, settings=settings),
        "review.html": words.page(parts, words.pictures(before, after, weighed), settings=settings),
    }
    record.write(folder, files)
    output.print_written(folder / name for name in files)
