"""Commands for academics: everything published computed again, attacks on the model, and tests on known systems."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from estimation.cli import inputs, output
from estimation.cli.options import (
    DRAWS,
    SEED,
    AssumptionsOption,
    BasisOption,
    CaseOption,
    ChangelogOption,
    DataOption,
    DrawsOption,
    JsonOption,
    LevelOption,
    SchedulerOption,
    ScopeOption,
    SeedOption,
    SystemArgument,
    WrittenOption,
)
from estimation.cli.own_region import reproduce_case
from estimation.errors import EstimationError


def synthesise(
    scope: ScopeOption = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="Source to leave out; repeatable.")] = None,
    only: Annotated[str | None, typer.Option("--only", help="The one kind of source to use.")] = None,
    assumptions: AssumptionsOption = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = SEED,
    level: LevelOption = None,
    basis: BasisOption = None,
    data: CaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Weigh the county's draws by other sources: the ladder with its last rung, and what each source says."""
    from estimation.challenge.sources.common_scale import common_scale
    from estimation.challenge.sources.influence import stress
    from estimation.model.case.build import case_of
    from estimation.model.ladder.ladder import run
    from estimation.model.ladder.proposal import PILOT
    from estimation.report.terminal import tables
    from estimation.report.wording.picture_texts import KIND_NAMES

    read, register = inputs.case_and_register(data, assumptions)
    case = case_of(read, register, basis=basis and basis.value)
    scopes, levels = inputs.scopes_and_levels(case, scope, level)
    case = replace(case, scopes=scopes)
    with output.progress(draws, "draws") as step:
        found = run(
            case,
            register,
            draws=draws,
            seed=seed,
            pilot=PILOT,
            without=tuple(without or ()),
            kinds=None if only is None else (only,),
            progress=step,
        )
    table, said = found.table(levels=levels), common_scale(found, seed=seed)
    used = [name for name, power in found.power.items() if power > 0]
    weights = found.weights
    assert weights is not None
    checks = {"pareto_k": weights.pareto_k if used else None, "effective_draws": weights.effective}
    if as_json:
        counted = case.cards[scopes[0].name].row()["basis"]
        settings = {"draws": draws, "seed": seed, "basis": counted, "sources": used, **checks}
        prison = {} if case.custody is None else {"prison_ratio": stress(found)}
        output.print_json({"settings": settings, "rows": table, "sources": said, **prison})
        return
    for each in scopes:
        tables.show_ladder(table[table["scope"] == each.name], card=case.cards[each.name].sentence())
    about, kinds = found.named(scopes[0].name), {} if case.custody is None else KIND_NAMES
    tables.show_sources(said, used=used, weights=weights, about=about, kinds=kinds)


def published(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Recompute every published region-level estimate from its own inputs."""
    from estimation.evidence.published.published import reproduce as recompute
    from estimation.report.terminal.tables import show_published

    table = recompute(inputs.tables(data))
    if as_json:
        output.print_json({"rows": table})
    else:
        show_published(table)


def reproduce(
    directory: Annotated[
        Path | None, typer.Argument(help="Folder of a case; without one, the case that ships.")
    ] = None,
    results: WrittenOption = None,
    changelog: ChangelogOption = None,
    draws: DrawsOption = DRAWS,
    seed: SeedOption = SEED,
    assumptions: AssumptionsOption = None,
    data: DataOption = None,
) -> None:
    """Compute everything that is published and write results/, unless the answer moved without a reason."""
    if directory is not None:
        if any(option is not None for option in (changelog, assumptions, data)):
            raise EstimationError(
                "--changelog, --assumptions and --data are for the case that ships",
                "one of them with a folder",
                "edit the case's own files",
            )
        reproduce_case(directory, results, draws=draws, seed=seed)
        return
    from estimation.report.publish.publish import publish
    from estimation.report.publish.runs import BASES
    from estimation.report.record import results_folder

    home = results_folder.home(results)
    evidence, register = inputs.tables_and_register(data, assumptions)
    with output.progress(draws * len(BASES), "draws") as advance:
        written = publish(
            evidence,
            register,
            directory=home,
            changelog=changelog or inputs.ROOT / "CHANGELOG.md",
            draws=draws,
            seed=seed,
            readme=None if results else inputs.ROOT / "README.md",
            progress=advance,
        )
    output.print_written(written)


def backtest(
    file: SystemArgument,
    areas: Annotated[int, typer.Option("--areas", help="Number of areas taken as the only observed ones.")] = 1,
    level: LevelOption = None,
    exclude_family: Annotated[
        str | None, typer.Option("--exclude-family", help="Family of reference sets to leave out of the prior.")
    ] = None,
    population_weighted: Annotated[
        bool, typer.Option("--population-weighted", help="Draw areas in proportion to population.")
    ] = False,
    seed: SeedOption = SEED,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Predict a system whose total is known from a few of its areas: how often do intervals hold it."""
    from estimation.challenge.calibration import backtest as trial
    from estimation.challenge.calibration.designs import Scheme, System
    from estimation.challenge.calibration.prior_choices import HEADLINE
    from estimation.evidence.tables.system_file import read_system
    from estimation.report.terminal.tables import show_backtest

    frame = read_system(file)
    prior = HEADLINE.distribution(inputs.tables(data).table("reference_sets"), exclude_family)
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
        output.print_json({"settings": settings, "rows": rows, "undefined": without})
        return
    title = f"{file.name}: {areas} of {len(frame):,} areas observed, {scheme}"
    show_backtest(rows, without, title=title, prior=fitted_to)


def spread(file: SystemArgument, as_json: JsonOption = False) -> None:
    """Fit how unlike one another the areas of a system are, binomial noise taken out."""
    from estimation.challenge.calibration.describe import spread_of
    from estimation.evidence.tables.system_file import read_system
    from estimation.report.terminal.tables import show_spread

    found = spread_of(read_system(file))
    if as_json:
        output.print_json({"file": file.name, "spread": found})
    else:
        show_spread(found, title=f"{file.name}: between-area spread of log-odds")


CODE: Final = ("model", "challenge/sources")
"""Packages whose code the range with other sources is computed by: its coverage is tried again when they change."""


def calibrate(
    scheduler: SchedulerOption = None,
    replicates: Annotated[
        int, typer.Option("--replicates", min=1, help="Replicates of the simulation-based calibration.")
    ] = 2000,
    sets: Annotated[int, typer.Option("--sets", min=1, help="Random sets of areas for each system.")] = 400,
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="Worlds of each kind, for other sources.")] = 100,
    draws: Annotated[int, typer.Option("--draws", min=100, help="Draws for each set of areas.")] = 1000,
    results: WrittenOption = None,
    seed: SeedOption = SEED,
    data: DataOption = None,
) -> None:
    """Run the calibration study: back-tests, selection, simulation-based calibration, worlds that break the model."""
    from estimation.challenge import jobs
    from estimation.challenge.calibration.calibration import Settings, plan
    from estimation.challenge.sources import worlds
    from estimation.evidence.case_folder.case_file import statement_of
    from estimation.model.case.build import case_of
    from estimation.model.ladder.ladder import run
    from estimation.report.publish import table_set
    from estimation.report.record import results_folder, run_card

    home = results_folder.home(results)
    evidence, register = inputs.tables_and_register(data)
    shift = register["selection_shift"].distribution
    read = ("reference_areas", "reference_sets", "reference_slopes")
    areas, reference, slopes = (evidence.table(name) for name in read)
    planned = plan(
        areas,
        reference,
        slopes,
        shift,
        Settings(seed=seed, draws=draws, sets=sets, replicates=replicates),
    )
    scope = statement_of(evidence.directory).lead.scope
    case = case_of(evidence, register)
    drawn = run(case, register, draws=worlds.DRAWS, seed=seed, enforce=False)
    tried = worlds.tasks(drawn, scope=scope, repeats=repeats)
    with output.progress(len(planned.tasks) + len(tried), "tasks") as step:
        done = jobs.run((*planned.tasks, *tried), seed=seed, scheduler=scheduler, progress=step)
    found = planned.finish(done[: len(planned.tasks)])
    home_of = {"directory": home, "changelog": inputs.ROOT / "CHANGELOG.md"}
    written = table_set.publish(
        {"calibration.csv": found.backtest, "calibration_undefined.csv": found.undefined, "sbc.csv": found.sbc},
        card="calibrate.json",
        **home_of,
        settings={
            "seed": seed,
            "draws": draws,
            "sets": sets,
            "replicates": replicates,
            "selection": shift.describe(),
        },
        hashes={f"{name}.csv": evidence.hashes[f"{name}.csv"] for name in read},
    )
    written += table_set.publish(
        {"calibration_sources.csv": worlds.table(tried, done[len(planned.tasks) :], scope=scope)},
        card="calibrate_sources.json",
        **home_of,
        settings={
            "seed": seed,
            "draws": worlds.DRAWS,
            "repeats": repeats,
            "code_sha256": run_card.code_hash(*CODE),
        },
        hashes={**evidence.hashes, **register.hashes},
    )
    output.print_written(written)


def challenge(
    results: WrittenOption = None,
    scheduler: SchedulerOption = None,
    changelog: ChangelogOption = None,
    draws: DrawsOption = 10_000,
    pilot: Annotated[int, typer.Option("--pilot", help="Draws of the pilot runs where sources are weighed.")] = 20_000,
    kept: Annotated[int, typer.Option("--kept", help="Draws where other sources are weighed.")] = 16_000,
    base: Annotated[int, typer.Option("--base", help="Base sample of the variance-based indices.")] = 2**14,
    seed: SeedOption = SEED,
    data: DataOption = None,
) -> None:
    """Compute what would change the answer: sensitivity, tipping points, bounds, every defensible combination."""
    from estimation.evidence.register import choices
    from estimation.report.publish import challenge_publish, table_set
    from estimation.report.record import results_folder

    home = results_folder.home(results)
    evidence, register = inputs.tables_and_register(data)
    grid = inputs.declared_choices(data, register)
    settings = {"draws": draws, "base": base, "seed": seed, "pilot": pilot, "kept": kept}
    with output.progress(len(grid.codes()), "runs") as advance:
        found = challenge_publish.tables(evidence, register, grid, **settings, scheduler=scheduler, progress=advance)
    written = table_set.publish(
        found,
        card=challenge_publish.CARD,
        directory=home,
        changelog=changelog or inputs.ROOT / "CHANGELOG.md",
        settings=settings,
        hashes={**evidence.hashes, **register.hashes, choices.FILE: grid.sha256},
    )
    output.print_written(written)


def methods() -> None:
    """Write the figures of docs/METHODS.md from results/, in a checkout."""
    from estimation.report.documents.methods import filled
    from estimation.report.record import record, results_folder

    folder = inputs.ROOT / "docs"
    try:
        text = (folder / "METHODS.md").read_text(encoding="utf-8")
    except OSError as error:
        raise EstimationError(
            "the methods text is filled in a checkout", f"docs/METHODS.md: {error.strerror}", "run it in one"
        ) from error
    record.write(folder, {"METHODS.md": filled(text, results_folder.published)})
    output.print_written(["METHODS.md"])
