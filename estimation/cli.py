"""The front door: `estimation estimate`, `review`, `assumptions`, `challenge`, `synthesise`, `check` and others.

Commands read options, call the library and print; heavy imports wait inside them, so that help is instant.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from estimation import __version__
from estimation.errors import EstimationError

if TYPE_CHECKING:
    import pandas as pd

    from estimation.evidence.case_folder.case_folder import CaseFolder
    from estimation.evidence.register.assumptions import Register
    from estimation.evidence.tables.sources import Evidence

# The day the files were published; any other seed gives the same answer within the errors printed.
SEED = 20220524
DRAWS = 100_000
ROOT = Path(__file__).resolve().parents[1]

app = typer.Typer(
    help="What a detention rate observed in one county supports for the whole region, with honest intervals.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class BasisOption(StrEnum):
    """Whom the numerator and the denominators count."""

    registered = "registered"
    resident = "resident"


class EstimandOption(StrEnum):
    """What a claim counts; those that cannot be compared are refused with the reason."""

    ever_held = "ever-held"
    sentenced = "sentenced"
    held_on_a_day = "held-on-a-day"
    flagged = "flagged"
    capacity = "capacity"
    quota = "quota"


class CustodyOption(StrEnum):
    """Which custody a claim is about."""

    both = "both"
    camp = "camp"
    prison = "prison"


Data = Annotated[Path | None, typer.Option("--data", help="Data folder; the one that ships by default.")]
Assumptions = Annotated[
    Path | None, typer.Option("--assumptions", help="TOML file with the register's entries to change.")
]
Draws = Annotated[int, typer.Option("--draws", help="Number of draws.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed: same inputs and seed, same answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


Levels = Annotated[list[float] | None, typer.Option("--level", help="Level of an interval; repeatable.")]
Scopes = Annotated[list[str] | None, typer.Option("--scope", help="Whom to count; may be repeated.")]
Basis = Annotated[BasisOption, typer.Option("--basis", help="Base of the rates.")]
Results = Annotated[Path | None, typer.Option("--results", help="Folder to write; results/ by default.")]
Published = Annotated[Path | None, typer.Option("--results", help="Folder to read; results/ by default.")]
Changelog = Annotated[Path | None, typer.Option("--changelog", help="Where a moved answer is explained.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", help="Address of a Dask scheduler; all cores of this machine without.")
]
SystemFile = Annotated[Path, typer.Argument(help="CSV with every area of a system: area,count,population[,parent].")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Version.")] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def estimate(
    scope: Scopes = None,
    assumptions: Assumptions = None,
    draws: Draws = DRAWS,
    seed: Seed = SEED,
    level: Levels = None,
    basis: Basis = BasisOption.registered,
    year: Annotated[int, typer.Option("--year", help="Population of the end of this year.")] = 2018,
    adult_age: Annotated[int, typer.Option("--adult-age", help="18, or 15 on the resident basis.")] = 18,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Carry the observed county's rate to the region: the ladder of intervals."""
    from estimation.model.case.case_shipped import SCOPES
    from estimation.model.ladder.ladder import climb
    from estimation.report.terminal import tables

    levels = tuple(level or (0.5, 0.8, 0.95))
    tables.require_levels(levels)
    scopes = tables.chosen(SCOPES, scope)
    evidence, register = _inputs(data, assumptions)
    with _progress(draws, "draws") as step:
        found = climb(
            evidence,
            register,
            draws=draws,
            seed=seed,
            basis=basis.value,
            year=year,
            adult_age=adult_age,
            scopes=scopes,
            progress=step,
        )
    table = found.table(levels=levels)
    if as_json:
        _print_json({"settings": {"draws": draws, "seed": seed, "basis": basis.value}, "rows": table})
        return
    for each in scopes:
        tables.show_ladder(table[table["scope"] == each.name], card=found.cards[each.name].sentence())


@app.command()
def synthesise(
    scope: Scopes = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="Source to leave out; repeatable.")] = None,
    only: Annotated[str | None, typer.Option("--only", help="The one kind of source to use.")] = None,
    assumptions: Assumptions = None,
    draws: Draws = DRAWS,
    seed: Seed = SEED,
    level: Levels = None,
    basis: Basis = BasisOption.registered,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Weigh the county's draws by other sources: the ladder with its last rung, and what each source says."""
    import numpy as np

    from estimation.challenge.sources.common_scale import common_scale
    from estimation.challenge.sources.influence import stress
    from estimation.model.case.case_shipped import SCOPES
    from estimation.model.synthesis.synthesis import synthesise as weigh_sources
    from estimation.report.terminal import source_tables, tables

    levels = tuple(level or (0.5, 0.8, 0.95))
    tables.require_levels(levels)
    scopes = tables.chosen(SCOPES, scope)
    evidence, register = _inputs(data, assumptions)
    with _progress(draws, "draws") as step:
        run = weigh_sources(
            evidence,
            register,
            draws=draws,
            seed=seed,
            basis=basis.value,
            scopes=scopes,
            without=tuple(without or ()),
            only=only,
            progress=step,
        )
    table, said = run.table(levels=levels), common_scale(run, rng=np.random.default_rng(seed))
    used = [name for name, power in run.reliability.items() if power > 0]
    checks = {"pareto_k": run.weights.pareto_k if used else None, "effective_draws": run.weights.effective}
    if as_json:
        settings = {"draws": draws, "seed": seed, "basis": basis.value, "sources": used, **checks}
        _print_json({"settings": settings, "rows": table, "sources": said, "prison_ratio": stress(run)})
        return
    for each in scopes:
        tables.show_ladder(table[table["scope"] == each.name], card=run.ladder.cards[each.name].sentence())
    source_tables.show_sources(
        said, used=used, weights=run.weights, window=str(run.ladder.named(scopes[0].name)["window"])
    )


@app.command()
def claim(
    scope: Annotated[str, typer.Option("--scope", help="Whom the claim is about.")] = "uyghur",
    at_least: Annotated[float | None, typer.Option("--at-least", help="Persons claimed, or more.")] = None,
    at_most: Annotated[float | None, typer.Option("--at-most", help="Persons claimed, or fewer.")] = None,
    between: Annotated[tuple[float, float] | None, typer.Option("--between", help="Range of persons claimed.")] = None,
    about: Annotated[float | None, typer.Option("--about", help="Persons claimed, within a tenth.")] = None,
    custody: Annotated[CustodyOption, typer.Option("--custody", help="Which custody.")] = CustodyOption.both,
    estimand: Annotated[
        EstimandOption | None, typer.Option("--estimand", help="What is counted; sentenced for prison, else ever-held.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="en, de, fr, es or zh_Hans.")] = "en",
    assumptions: Assumptions = None,
    draws: Draws = DRAWS,
    seed: Seed = SEED,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check a sentence: how likely a claimed number is along the ladder, and what may be said instead."""
    from estimation.challenge.review import claim_check
    from estimation.model.case.case_shipped import SCOPES
    from estimation.model.synthesis.synthesis import synthesise as weigh_sources
    from estimation.report.terminal import claim_tables, tables
    from estimation.report.wording.texts import texts

    texts(language)
    asked = claim_check.asked(
        tables.chosen(SCOPES, [scope])[0].name,
        at_least=at_least,
        at_most=at_most,
        between=between,
        about=about,
        custody=custody.value,
        estimand=None if estimand is None else estimand.value,
    )
    evidence, register = _inputs(data, assumptions)
    with _progress(draws, "draws") as step:
        run = weigh_sources(evidence, register, draws=draws, seed=seed, progress=step)
    found = claim_check.check(run, asked.claim, custody=asked.custody)
    tips = claim_check.tipping_points(evidence, register, found, seed=seed)
    known = run.ladder.named(scope)
    if as_json:
        settings = {"draws": draws, "seed": seed, "scope": scope, "language": language}
        _print_json({"settings": settings, **claim_tables.plain(found, known, tips, language=language)})
    else:
        claim_tables.show_claim(found, known, tips, language=language)


@app.command()
def check(
    directory: Annotated[Path | None, typer.Argument(help="Folder to check; the one that ships by default.")] = None,
) -> None:
    """Check a case or a data folder: types, sources, counts, references, and no row about a person."""
    from estimation.evidence.case_folder import case_folder
    from estimation.evidence.tables import sources

    folder = directory or sources.PUBLIC
    if case_folder.is_case(folder):
        found, _ = _case(folder)
        typer.echo(
            f"{folder}: a case of {len(found.areas):,} areas, {len(found.observed):,} observed, "
            f"{'' if found.other is None else f'{len(found.other):,} other sources, '}"
            f"{len(found.entries)} judgements, no fault found"
        )
        return
    evidence, _ = _inputs(directory, None, register=os.path.exists(folder / "assumptions.toml"))
    rows = sum(len(evidence.table(name)) for name in evidence.names)
    typer.echo(f"{folder}: {len(evidence.names)} tables, {rows:,} rows, no fault found")


@app.command()
def published(data: Data = None, as_json: AsJson = False) -> None:
    """Recompute every published region-level estimate from its own inputs."""
    from estimation.evidence.published.published import reproduce as recompute
    from estimation.report.terminal import tables

    evidence, _ = _inputs(data, None, register=False)
    table = recompute(evidence)
    if as_json:
        _print_json({"rows": table})
    else:
        tables.show_published(table)


@app.command("new-case")
def new_case(
    directory: Annotated[Path, typer.Argument(help="Folder to make; it must be absent or empty.")],
) -> None:
    """Write a commented case to fill in: an invented example that runs as it stands."""
    from estimation.evidence.case_folder.new_case import files
    from estimation.report.record import record

    record.write_new(directory, files())
    typer.echo(f"written {directory}: fill in {', '.join(files())}")
    typer.echo(f"then run: estimation check {directory}; estimation reproduce {directory}")


@app.command()
def reproduce(
    directory: Annotated[
        Path | None, typer.Argument(help="Folder of a case; without one, the case that ships.")
    ] = None,
    results: Results = None,
    changelog: Changelog = None,
    draws: Draws = DRAWS,
    seed: Seed = SEED,
    assumptions: Assumptions = None,
    data: Data = None,
) -> None:
    """Compute everything that is published and write results/, unless the answer moved without a reason."""
    if directory is not None:
        _reproduce_case(directory, results, draws=draws, seed=seed, shipped_only=(changelog, assumptions, data))
        return
    from estimation.report.publish import publish
    from estimation.report.publish.runs import BASES
    from estimation.report.record import record

    evidence, register = _inputs(data, assumptions)
    with _progress(draws * len(BASES), "draws") as advance:
        written = publish.publish(
            evidence,
            register,
            directory=record.home(results),
            changelog=changelog or ROOT / "CHANGELOG.md",
            draws=draws,
            seed=seed,
            readme=None if results else ROOT / "README.md",
            progress=advance,
        )
    _written(written)


@app.command()
def page(
    results: Annotated[Path | None, typer.Option("--results", help="Results folder; results/ by default.")] = None,
    draws: Draws = DRAWS,
    seed: Seed = SEED,
    assumptions: Assumptions = None,
    data: Data = None,
) -> None:
    """Write the page for reporters, page/index.html, from the runs behind the published results."""
    from estimation.report.publish import page_publish
    from estimation.report.publish.runs import BASES
    from estimation.report.record import record

    evidence, register = _inputs(data, assumptions)
    with _progress(draws * len(BASES), "draws") as advance:
        written = page_publish.publish_page(
            evidence, register, directory=record.home(results), draws=draws, seed=seed, progress=advance
        )
    _written(written)


@app.command()
def backtest(
    file: SystemFile,
    areas: Annotated[int, typer.Option("--areas", help="Number of areas taken as the only observed ones.")] = 1,
    level: Levels = None,
    exclude_family: Annotated[
        str | None, typer.Option("--exclude-family", help="Family of reference sets to leave out of the prior.")
    ] = None,
    population_weighted: Annotated[
        bool, typer.Option("--population-weighted", help="Draw areas in proportion to population.")
    ] = False,
    seed: Seed = SEED,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Predict a system whose total is known from a few of its areas: how often do intervals hold it."""
    from estimation.challenge.calibration import backtest as trial
    from estimation.challenge.calibration.designs import Scheme, System
    from estimation.challenge.calibration.prior_choices import HEADLINE
    from estimation.evidence.tables.system_file import read_system
    from estimation.report.terminal import challenge_tables

    frame = read_system(file)
    evidence, _ = _inputs(data, None, register=False)
    prior = HEADLINE.distribution(evidence.table("reference_sets"), exclude_family)
    system = System(file.stem, "", "", frame["count"].to_numpy(), frame["population"].to_numpy())
    scheme: Scheme = "by population" if population_weighted else "equal chances"
    rows = trial.backtest(
        system,
        spread_prior=prior,
        k=areas,
        scheme=scheme,
        levels=tuple(level or trial.LEVELS),
        seed=seed,
        jobs=-1 if len(frame) > trial.MANY_AREAS else 1,
    )
    without = trial.undefined([areas])
    fitted_to = HEADLINE.name + (f", without {exclude_family}" if exclude_family else "")
    if as_json:
        settings = {"file": file.name, "areas": areas, "scheme": scheme, "prior": fitted_to, "seed": seed}
        _print_json({"settings": settings, "rows": rows, "undefined": without})
        return
    title = f"{file.name}: {areas} of {len(frame):,} areas observed, {scheme}"
    challenge_tables.show_backtest(rows, without, title=title, prior=fitted_to)


@app.command()
def spread(
    file: SystemFile,
    as_json: AsJson = False,
) -> None:
    """Fit how unlike one another the areas of a system are, binomial noise taken out."""
    from estimation.challenge.calibration.describe import spread_of
    from estimation.evidence.tables.system_file import read_system
    from estimation.report.terminal import challenge_tables

    found = spread_of(read_system(file))
    if as_json:
        _print_json({"file": file.name, "spread": found})
    else:
        challenge_tables.show_spread(found, title=f"{file.name}: between-area spread of log-odds")


@app.command()
def calibrate(
    scheduler: Scheduler = None,
    replicates: Annotated[
        int, typer.Option("--replicates", min=1, help="Replicates of the simulation-based calibration.")
    ] = 2000,
    sets: Annotated[int, typer.Option("--sets", min=1, help="Random sets of areas for each system.")] = 400,
    draws: Annotated[int, typer.Option("--draws", min=100, help="Draws for each set of areas.")] = 1000,
    results: Results = None,
    seed: Seed = SEED,
    data: Data = None,
) -> None:
    """Run the calibration study: back-tests, selection, simulation-based calibration."""
    from estimation.challenge.calibration.calibration import Settings, plan
    from estimation.challenge.jobs import run
    from estimation.report.publish import calibration_publish
    from estimation.report.record import record

    folder = record.home(results)
    evidence, register = _inputs(data, None)
    planned = plan(
        evidence.table("reference_areas"),
        evidence.table("reference_sets"),
        register["selection_shift"].distribution,
        Settings(seed=seed, draws=draws, sets=sets, replicates=replicates),
    )
    with _progress(len(planned.tasks), "tasks") as step:
        found = planned.finish(run(planned.tasks, seed=seed, scheduler=scheduler, progress=step))
    tables = {
        "calibration.csv": found.backtest,
        "calibration_undefined.csv": found.undefined,
        "sbc.csv": found.sbc,
    }
    shift = register["selection_shift"].distribution
    settings = {"seed": seed, "draws": draws, "sets": sets, "replicates": replicates, "selection": shift.describe()}
    written = calibration_publish.publish(
        tables,
        directory=folder,
        settings=settings,
        hashes=evidence.hashes,
    )
    _written(written)


@app.command()
def challenge(
    results: Results = None,
    scheduler: Scheduler = None,
    changelog: Changelog = None,
    draws: Draws = 10_000,
    pool: Annotated[
        int, typer.Option("--pool", help="Draws to choose from where other sources are weighed.")
    ] = 100_000,
    kept: Annotated[int, typer.Option("--kept", help="Draws chosen.")] = 12_000,
    base: Annotated[int, typer.Option("--base", help="Base sample of the variance-based indices.")] = 2**14,
    seed: Seed = SEED,
    data: Data = None,
) -> None:
    """Compute what would change the answer: sensitivity, tipping points, bounds, every defensible combination."""
    from estimation.evidence.register import choices
    from estimation.evidence.tables import sources
    from estimation.report.publish import challenge_publish
    from estimation.report.record import record

    evidence, register = _inputs(data, None)
    grid = choices.load((data or sources.PUBLIC) / choices.FILE)
    settings = {"draws": draws, "base": base, "seed": seed, "pool": pool, "kept": kept}
    with _progress(len(grid.codes()), "runs") as advance:
        found = challenge_publish.tables(evidence, register, grid, **settings, scheduler=scheduler, progress=advance)
    written = challenge_publish.publish(
        found,
        directory=record.home(results),
        changelog=changelog or ROOT / "CHANGELOG.md",
        settings=settings,
        hashes={**evidence.hashes, **register.hashes, choices.FILE: grid.sha256},
    )
    _written(written)


@app.command()
def methods() -> None:
    """Write the figures of docs/METHODS.md from results/, in a checkout."""
    from estimation.report.documents.methods import filled
    from estimation.report.record import record

    folder = ROOT / "docs"
    try:
        text = (folder / "METHODS.md").read_text(encoding="utf-8")
    except OSError as error:
        raise EstimationError(
            "the methods text is filled in a checkout", f"docs/METHODS.md: {error.strerror}", "run it in one"
        ) from error
    record.write(folder, {"METHODS.md": filled(text, record.published)})
    typer.echo("written METHODS.md")


@app.command()
def figures(
    results: Published = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder to write; figures/ in the results by default.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every look, SVG and PNG: screen, print and phone, light and dark.")
    ] = False,
) -> None:
    """Draw the pictures of published results, with captions and alternative texts, from their tables alone."""
    from estimation.report.figures import gallery
    from estimation.report.record import record

    folder = record.home(results)
    drawn = gallery.pictures(gallery.read(folder))
    variants = gallery.EVERY if everything else gallery.COMMITTED
    with _progress(len(drawn) * len(variants), "pictures") as advance:
        files = gallery.files(drawn, variants=variants, progress=advance)
    record.write(output or folder / gallery.FOLDER, files)
    typer.echo(f"written {len(files)} files to {output or folder / gallery.FOLDER}")


@app.command()
def fact_sheet(
    results: Published = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder to write; fact_sheet/ in the results by default.")
    ] = None,
) -> None:
    """Make the two-page fact sheet of published results, as HTML and PDF, from their tables alone."""
    from estimation.report.documents import fact_sheet as made
    from estimation.report.figures import gallery
    from estimation.report.record import record

    folder = record.home(results)
    files = made.files(gallery.read(folder), data=made.data_name(folder))
    record.write(output or folder / made.FOLDER, files)
    _written((output or folder / made.FOLDER) / name for name in files)


@app.command()
def assumptions(
    template: Annotated[
        bool, typer.Option("--template", help="Print a file to edit instead: every entry, commented out.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the register: every judgement with its range and who disputes it."""
    from estimation.evidence.register.template import template as written
    from estimation.report.terminal.review_tables import show_register

    _, register = _inputs(data, None)
    if template:
        typer.echo(written(register), nl=False)
    elif as_json:
        _print_json({"rows": register.frame()})
    else:
        show_register(register.frame())


@app.command()
def review(
    assumptions: Annotated[Path, typer.Option("--assumptions", help="TOML file with the entries you would change.")],
    output: Annotated[Path, typer.Option("--output", help="Folder for review.md and review.html.")] = Path("review"),
    draws: Draws = 20_000,
    pool: Annotated[int, typer.Option("--pool", help="Draws to choose from to weigh sources.")] = 60_000,
    kept: Annotated[int, typer.Option("--kept", help="Draws chosen.")] = 8_000,
    seed: Seed = SEED,
    data: Data = None,
) -> None:
    """Put your own assumptions in place of the register's, and see what moves."""
    import os

    from estimation.challenge.review import answer, answer_weighed
    from estimation.evidence.register import choices
    from estimation.evidence.tables import sources
    from estimation.report.documents import review as words
    from estimation.report.record import record

    evidence, shipped = _inputs(data, None)
    mine = _amended(evidence, shipped, assumptions)
    grid = choices.load((data or sources.PUBLIC) / choices.FILE)
    changed = answer.changes(shipped, mine)
    with _progress(190, "steps") as step:
        before = answer.answer(evidence, shipped, grid, draws=draws, seed=seed, progress=step)
        after = answer.answer(evidence, mine, grid, draws=draws, seed=seed, shipped=shipped, progress=step)
        weighed = answer_weighed.pair(
            evidence, shipped, mine, pool=pool, kept=kept, seed=seed, threads=os.cpu_count() or 1, progress=step
        )
    parts = words.sections(changed, before, after, weighed)
    settings = (
        f"{draws:,} draws from the county alone, {kept:,} of {pool:,} with other sources, seed {seed}; registered "
        "basis, adults of 18 and over, end of 2018."
    )
    files = {
        "review.md": words.markdown(parts, settings=settings),
        "review.html": words.page(parts, words.pictures(before, after, weighed), settings=settings),
    }
    record.write(output, files)
    _written(output / name for name in files)


def _case(folder: Path) -> "tuple[CaseFolder, pd.DataFrame]":
    from estimation.evidence.case_folder import case_folder
    from estimation.evidence.tables import sources

    sets = sources.load().table("reference_sets")
    return case_folder.load(folder, families=set(sets["family"])), sets


def _reproduce_case(
    folder: Path, results: Path | None, *, draws: int, seed: int, shipped_only: "tuple[object, ...]"
) -> None:
    from estimation.evidence.case_folder import case_folder
    from estimation.report.publish import case_publish

    if any(option is not None for option in shipped_only):
        raise EstimationError(
            "--changelog, --assumptions and --data are for the case that ships",
            "one of them with a folder",
            "edit the case's own files",
        )
    if not case_folder.is_case(folder):
        raise EstimationError(
            "the folder must be a case", f"{folder}, a data folder", "leave it out, or use --data for a data folder"
        )
    found, sets = _case(folder)
    with _progress(2 * len(found.entries), "steps") as step:
        notes: list[str] = []
        written = case_publish.publish(
            found, sets, draws=draws, seed=seed, directory=results, progress=step, say=notes.append
        )
    for note in notes:
        typer.echo(f"Note: {note}")
    _written((results or folder / case_folder.RESULTS) / name for name in written)


def _inputs(data: Path | None, assumptions: Path | None, *, register: bool = True) -> "tuple[Evidence, Register]":
    from estimation.evidence.register import assumptions as judgements
    from estimation.evidence.tables import sources

    folder = data or sources.PUBLIC
    evidence = sources.load(folder)
    if not register:
        return evidence, judgements.Register(())
    entries = judgements.load(folder / "assumptions.toml", sources=evidence.source_ids)
    return evidence, _amended(evidence, entries, assumptions) if assumptions else entries


def _amended(evidence: "Evidence", register: "Register", assumptions: Path) -> "Register":
    from estimation.evidence.register.assumptions import amend

    return amend(register, assumptions, sources=evidence.source_ids)


def _written(names: Iterable[object]) -> None:
    """Say what was written."""
    for name in names:
        typer.echo(f"written {name}")


class _progress:  # noqa: N801 - reads as a statement
    """A bar on a terminal, nothing elsewhere."""

    def __init__(self, total: int, unit: str) -> None:
        self.total, self.unit = total, unit

    def __enter__(self) -> Callable[[int], object]:
        from tqdm import tqdm

        self.bar = tqdm(total=self.total, unit=self.unit, unit_scale=True, disable=not sys.stderr.isatty(), leave=False)
        return self.bar.update

    def __exit__(self, *_: object) -> None:
        self.bar.close()


def _print_json(content: "dict[str, Any | pd.DataFrame]") -> None:
    plain = {
        key: value.to_dict(orient="records") if hasattr(value, "to_dict") else value for key, value in content.items()
    }
    typer.echo(json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False))


def main() -> None:
    """Run the command line; bad input ends with one clear error and exit code 2."""
    # What a terminal cannot show, such as a folder's name in another encoding, is spelt out rather than fatal.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except EstimationError as error:
        _stop(error)
    except MemoryError:
        _stop(EstimationError("a run must fit into memory", "a larger one", "lower --draws"))
    except OSError as error:
        # Files are read and written behind errors of their own: what is left is where the answer is printed.
        reason = error.strerror
        with contextlib.suppress(OSError):
            sys.stdout.close()  # or the interpreter tries again, and says so
        _stop(EstimationError("what is printed must have a place", reason, "print to another place"))
    except KeyboardInterrupt:
        typer.echo("estimation: interrupted; what was published before is as it was", err=True)
        sys.exit(130)


def _stop(error: EstimationError) -> NoReturn:
    typer.echo(f"estimation: {error}", err=True)
    sys.exit(2)
