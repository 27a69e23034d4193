"""Commands for a region of the reader's own: a folder to fill in, its check, and everything computed from it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from estimation.cli import inputs, output
from estimation.errors import EstimationError


def new_case(
    directory: Annotated[Path, typer.Argument(help="Folder to make; it must be absent or empty.")],
) -> None:
    """Write a commented case to fill in: an invented example that runs as it stands."""
    from estimation.evidence.case_folder.new_case import files
    from estimation.report.record import record

    record.write_new(directory, files())
    typer.echo(f"written {directory}: fill in {', '.join(files())}")
    typer.echo(f"then run: estimation check {directory}; estimation reproduce {directory}")


def check(
    directory: Annotated[Path | None, typer.Argument(help="Folder to check; the one that ships by default.")] = None,
) -> None:
    """Check a case or a data folder: types, sources, counts, references, and no row about a person."""
    from estimation.evidence.case_folder import case_folder

    folder = inputs.folder_of(directory)
    if case_folder.is_case(folder):
        found = case_folder.load(folder)
        typer.echo(
            f"{folder}: a case of {len(found.areas):,} areas, {len(found.observed):,} observed, "
            f"{'' if found.other is None else f'{len(found.other):,} other sources, '}"
            f"{len(found.entries)} judgements, no fault found"
        )
        return
    if os.path.exists(folder / "assumptions.toml"):
        evidence, _ = inputs.tables_and_register(directory)
    else:
        evidence = inputs.tables(directory)
    rows = sum(len(evidence.table(name)) for name in evidence.names)
    typer.echo(f"{folder}: {len(evidence.names)} tables, {rows:,} rows, no fault found")


def reproduce_case(folder: Path, results: Path | None, *, draws: int, seed: int) -> None:
    """Compute everything that is published of one case, and write it into the case's own folder of results."""
    from estimation.evidence.case_folder import case_folder
    from estimation.evidence.case_folder.contents import reference_sets
    from estimation.report.publish import case_publish

    if not case_folder.is_case(folder):
        raise EstimationError(
            "the folder must be a case", f"{folder}, a data folder", "leave it out, or use --data for a data folder"
        )
    found = case_folder.load(folder)
    notes: list[str] = []
    with output.progress(2 * len(found.entries), "steps") as step:
        written = case_publish.publish(
            found, reference_sets(found), draws=draws, seed=seed, directory=results, progress=step, say=notes.append
        )
    for note in notes:
        typer.echo(f"Note: {note}")
    output.print_written((results or folder / case_folder.RESULTS) / name for name in written)
