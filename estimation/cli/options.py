"""Options that several commands share, with their defaults."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from estimation import DRAWS as DRAWS
from estimation import SEED as SEED

LEVELS = (0.5, 0.8, 0.95)


class Basis(StrEnum):
    """Whom the numerator and the denominators count."""

    registered = "registered"
    resident = "resident"


class Counted(StrEnum):
    """What a claim counts; those that cannot be compared are refused with the reason."""

    ever_held = "ever-held"
    sentenced = "sentenced"
    held_on_a_day = "held-on-a-day"
    flagged = "flagged"
    capacity = "capacity"
    quota = "quota"


class Custody(StrEnum):
    """Which custody a claim is about."""

    both = "both"
    camp = "camp"
    prison = "prison"


DataOption = Annotated[Path | None, typer.Option("--data", help="Data folder; the one that ships by default.")]
CaseOption = Annotated[Path | None, typer.Option("--data", help="Data folder or case; the one that ships by default.")]
AssumptionsOption = Annotated[
    Path | None, typer.Option("--assumptions", help="TOML file with the register's entries to change.")
]
DrawsOption = Annotated[int, typer.Option("--draws", help="Number of draws.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed: same inputs and seed, same answer.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
LevelOption = Annotated[list[float] | None, typer.Option("--level", help="Level of an interval; repeatable.")]
ScopeOption = Annotated[list[str] | None, typer.Option("--scope", help="Whom to count; may be repeated.")]
BasisOption = Annotated[
    Basis | None, typer.Option("--basis", help="Base of the rates, where a case has several; its own by default.")
]
WrittenOption = Annotated[Path | None, typer.Option("--results", help="Folder to write; results/ by default.")]
PublishedOption = Annotated[Path | None, typer.Option("--results", help="Folder to read; results/ by default.")]
ChangelogOption = Annotated[Path | None, typer.Option("--changelog", help="Where a moved answer is explained.")]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", help="Address of a Dask scheduler; all cores of this machine without.")
]
SystemArgument = Annotated[
    Path, typer.Argument(help="CSV with every area of a system: area,count,population[,parent].")
]
