"""A case is a folder: its files read, checked one by one and against each other, every fault listed."""

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from estimation.errors import AssumptionError, DataError, Problem
from estimation.evidence.case_folder import case_file, case_other, case_register, case_tables
from estimation.evidence.case_folder.case_file import ALL, Statement
from estimation.evidence.case_folder.case_register import Term
from estimation.evidence.case_folder.toml_reader import LARGEST_TEXT, line_of, read_plain
from estimation.evidence.files.csvfile import text_fault
from estimation.evidence.register import choices
from estimation.evidence.register.assumptions import Assumption, Entry
from estimation.evidence.register.choices import Grid
from estimation.evidence.register.citable import Citable
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.sources import load as load_tables

FILES: Final = (
    case_file.FILE,
    case_tables.AREAS,
    case_tables.OBSERVED,
    case_tables.SOURCES,
    case_register.FILE,
)
OPTIONAL: Final = (case_other.OTHER, choices.FILE)
RESULTS: Final = "results"
_SETTINGS: Final = frozenset({"spread_of", "scope", "sources"})
"""What options of a case's multiverse may set: its people have one basis, year and age, and no prisons apart."""
_CHOICE: Final = re.compile("[a-z][a-z ]{0,29}")
_COLUMNS: Final = frozenset({"rank", "effective", "reliable"})
_KEPT: Final = re.compile(r"(README(\.md)?|LICEN[CS]E[\w.-]*|\..*)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class CaseFolder:
    """What a case folder holds, checked.

    Attributes
    ----------
    directory : Path
        The folder.
    hashes : mapping of str to str
        SHA-256 of each file.
    statement : Statement
        `case.toml`.
    areas, observed, sources : DataFrame
        The tables; of `observed` only the rows that may feed an estimate.
    entries : mapping of str to Assumption
        Its judgements, in the order of the file.
    other : DataFrame or None
        `other_sources.csv`, every row; None if the case has none.
    grid : Grid or None
        `multiverse.toml`, other choices that can be defended; None if the case declares none.
    """

    directory: Path
    hashes: Mapping[str, str]
    statement: Statement
    areas: pd.DataFrame = field(repr=False)
    observed: pd.DataFrame = field(repr=False)
    sources: pd.DataFrame = field(repr=False)
    entries: Mapping[str, Assumption] = field(repr=False)
    other: pd.DataFrame | None = field(default=None, repr=False)
    grid: Grid | None = field(default=None, repr=False)

    @property
    def citable(self) -> Citable:
        """What its judgements may cite."""
        return case_other.citable(frozenset(self.sources["source_id"]), self.other)

    @property
    def terms(self) -> tuple[Term, ...]:
        """How its judgements enter counts and populations."""
        return self.statement.terms or usual_terms(self.observed, len(self.statement.groups))

    def place(self, area: str) -> str:
        """An area, a parent or the whole region, as `other_sources.csv` means it, in words."""
        if area in ("", case_file.ALL):
            return self.statement.where
        return str(dict(zip(self.areas["area"], self.areas["label"], strict=True)).get(area, area))

    def year(self, source_id: str) -> str:
        """The year of a source; nothing if `sources.csv` has none."""
        found = self.sources.set_index("source_id").loc[source_id].get("year")
        return "" if pd.isna(found) else str(found)


def is_case(directory: Path) -> bool:
    """Whether a folder is a case with tables of its own rather than a data folder with a descriptor."""
    # Unlike Path.exists, for a name that cannot be one too.
    return not os.path.exists(directory / "datapackage.json")


def load(directory: Path, *, families: Collection[str] | None = None) -> CaseFolder:
    """Read a case folder.

    Parameters
    ----------
    directory : Path
        The folder.
    families : collection of str, optional
        Families of reference sets that may be left out of the spread's prior; those of the data that ship by default,
        which are read only if a case leaves one out.

    Returns
    -------
    CaseFolder

    Raises
    ------
    DataError
        Listing every fault with file, row and column.

    Notes
    -----
    **Assumes:** the areas are the whole region, none left out; codebook in docs/CASES.md.
    """
    found, problems = _read(directory, families)
    if problems or found is None:
        raise DataError(problems)
    return found


def _read(folder: Path, families: Collection[str] | None) -> tuple[CaseFolder | None, list[Problem]]:
    if not os.path.isdir(folder):
        remedy = "write one with `estimation new-case`"
        return None, [Problem(folder.name, None, None, "a case is a folder", "no such folder", remedy)]
    problems = [*_strays(folder)]
    statement, text, faults = case_file.read_statement(folder / case_file.FILE)
    problems += faults
    groups = [name for name, _ in statement.groups] if statement else []
    sources, faults = case_tables.read_sources(folder / case_tables.SOURCES)
    problems += faults
    areas, faults = case_tables.read_areas(folder / case_tables.AREAS, groups) if groups else (None, [])
    problems += faults
    observed, faults = case_tables.read_observed(folder / case_tables.OBSERVED, groups) if groups else (None, [])
    problems += faults
    brought = os.path.lexists(folder / case_other.OTHER)
    other, faults = case_other.read_other(folder / case_other.OTHER, groups) if groups and brought else (None, [])
    problems += faults
    if statement is None or areas is None or observed is None or sources is None or (brought and other is None):
        return None, problems
    if families is None and statement.exclude_families:
        families = set(load_tables().table("reference_sets")["family"])
    known = set(sources["source_id"])
    kinds = [] if other is None else sorted(set(other["kind"]))
    problems += _statement_faults(statement, areas, known, families or (), kinds, text)
    problems += _observed_faults(observed, areas, known)
    if other is not None:
        problems += case_other.other_faults(other, areas, groups=groups, measure=statement.measure, sources=known)
    if not problems:
        observed = observed[observed["verification"] != "unverified"]
        problems += _fit_faults(observed)
    terms = statement.terms or usual_terms(observed, len(groups))
    places = [statement.elsewhere] * (not areas["core"].all()) + [statement.city] * bool(areas["city"].any())
    needed = case_register.entries_needed(
        terms,
        own_spread=statement.spread != case_file.PRIORS[0],
        ratios=[*places, *(f"{group}_rate_ratio" for group in groups[1:])],
        conversions=statement.conversions,
        kinds=kinds,
        errors=statement.errors,
    )
    entries, faults = case_register.read_register(
        folder / case_register.FILE, needed=needed, citable=case_other.citable(known, other)
    )
    problems += faults
    grid, faults = _read_grid(folder / choices.FILE, [] if other is None else set(other["kind"]))
    problems += faults
    if problems:
        return None, problems
    read = (*FILES, *(name for name in OPTIONAL if os.path.lexists(folder / name)))
    hashes = {name: hashlib.sha256(read_plain(folder / name)[0] or b"").hexdigest() for name in read}
    return CaseFolder(folder, hashes, statement, areas, observed, sources, entries, other, grid), []


def _read_grid(path: Path, kinds: Collection[str]) -> tuple[Grid | None, list[Problem]]:
    """The declared grid of a case, if there is one, and its faults."""
    if not os.path.lexists(path):
        return None, []
    _, problems = read_plain(path, largest=LARGEST_TEXT)
    if problems:
        return None, problems
    try:
        grid = choices.load(path, kinds=kinds)
    except AssumptionError as error:
        return None, [Problem(path.name, None, None, error.rule, str(error.got)[:120], error.remedy)]
    return grid, [Problem(path.name, None, None, *fault) for fault in _grid_faults(grid)]


def _grid_faults(grid: Grid) -> Iterator[tuple[str, str, str]]:
    """Rule, value got and remedy of each text and setting that a case may not have."""
    for choice in grid.choices:
        if not _CHOICE.fullmatch(choice.name) or choice.name in _COLUMNS:
            rule = f"a choice is named in small letters and spaces, and not {', '.join(sorted(_COLUMNS))}"
            yield rule, repr(choice.name)[:80], "choose another name"
        texts = [choice.asks, *(text for option in choice.options for text in (option.name, option.reason))]
        yield from filter(None, (text_fault(text, what="text") for text in texts))
        for name in sorted({name for option in choice.options for name in option.settings} - _SETTINGS):
            yield "an option may set only what a case has", name, f"set entries, or {', '.join(sorted(_SETTINGS))}"


def entries_of(evidence: Evidence) -> dict[str, Entry]:
    """Unit, limits and rung of each entry that a data folder asks for; raises `DataError` for its `case.toml`."""
    stated = case_file.statement_of(evidence.directory)
    used = evidence.table("synthesis_sources").query("use == 'yes'")
    return case_register.entries_needed(
        stated.terms,
        survival=() if stated.census is None else stated.census.survival,
        own_spread=stated.spread != case_file.PRIORS[0],
        ratios=[stated.elsewhere, stated.city, *(f"{group}_rate_ratio" for group, _ in stated.groups[1:])],
        conversions=stated.conversions,
        kinds=used["type"].unique(),
        errors=stated.errors,
    )


def usual_terms(observed: pd.DataFrame, groups: int) -> tuple[Term, ...]:
    """How entries enter where a case does not say it; each row of `observed.csv` names the entries of its own flaws."""
    terms = [
        Term(str(entry), "count", role, areas=tuple(rows["area"]))
        for column, role in (("missing", "missing"), ("duplicate", "repeated"))
        for entry, rows in observed.groupby(column, sort=False)
    ]
    mixed = observed["group"] == ALL
    if groups > 1 and mixed.any():
        terms.append(Term(case_register.SHARE_OF_FIRST, "count", "share", areas=tuple(observed.loc[mixed, "area"])))
    return (
        *terms,
        Term("observed_base_ratio", "base", "ratio"),
        Term("region_base_ratio", "region", "ratio"),
        Term("area_error_sd", "region", case_register.AREA_ERROR),
    )


def _strays(folder: Path) -> Iterator[Problem]:
    """Whatever else lies in the folder, so that nothing slips past the checks."""
    for path in sorted(folder.iterdir()):
        if path.name not in (*FILES, *OPTIONAL, RESULTS) and not _KEPT.fullmatch(path.name):
            rule, remedy = (
                f"a case holds {', '.join((*FILES, *OPTIONAL))} and {RESULTS}/",
                "move it elsewhere, or see its spelling",
            )
            yield Problem(path.name, None, None, rule, "another file", remedy)


def _statement_faults(
    statement: Statement,
    areas: pd.DataFrame,
    sources: set[str],
    families: Collection[str],
    kinds: Sequence[str],
    text: str,
) -> Iterator[Problem]:
    def fault(table: str, key: str, rule: str, got: object, remedy: str, number: int = 0) -> Problem:
        line = line_of(text, table, key, number=number)
        return Problem(case_file.FILE, line, f"{table}.{key}", rule, str(got)[:80], remedy)

    for number, scope in enumerate(statement.scopes):
        where = areas["core"] if scope.core_only else areas["core"] | True
        people = [f"people_{group}" for group in scope.groups if f"people_{group}" in areas]
        if people and not np.nansum(areas.loc[where, people].to_numpy(float)) > 0:
            yield fault("scope", "groups", "a scope must count somebody", scope.name, "see areas.csv", number)
    for family in statement.exclude_families:
        if family not in families:
            remedy = f"use {', '.join(sorted(families))}"
            yield fault("spread", "exclude_families", "a family must be one of reference_sets.csv", family, remedy)
    for how, named in asdict(statement.errors).items():
        for kind in named:
            if kind not in kinds:
                rule, remedy = "a kind that is named must be in other_sources.csv", "add a row, or remove the kind"
                yield fault("sources", how, rule, repr(kind), remedy)
    if statement.truth is not None and statement.truth.source not in sources:
        rule, remedy = "a source that is named must be in sources.csv", "add it there"
        yield fault("truth", "source", rule, repr(statement.truth.source), remedy)


def _observed_faults(observed: pd.DataFrame, areas: pd.DataFrame, sources: set[str]) -> Iterator[Problem]:
    def faults(column: str, lost: pd.Series, rule: str, remedy: str) -> Iterator[Problem]:
        for line, cell in observed.loc[lost, column].items():
            yield Problem(case_tables.OBSERVED, int(str(line)), column, rule, repr(cell)[:60], remedy)

    unknown = ~observed["area"].isin(areas["area"])
    yield from faults("area", unknown, "an observed area must be in areas.csv", "add it there, or correct the code")
    rule = "a source that is named must be in sources.csv"
    yield from faults("source", ~observed["source"].isin(sources), rule, "add it there, or correct the id")
    seen = areas.drop_duplicates("area").set_index("area").reindex(observed["area"])
    outside = pd.Series((seen["core"] == False).to_numpy(), observed.index)  # noqa: E712 - unknown areas are neither
    yield from faults("area", outside, "an observed area lies in the core", "mark it as core in areas.csv")
    city = pd.Series(seen["city"].to_numpy(), observed.index)
    mixed = ~unknown & (city != city.iloc[0])
    yield from faults(
        "area", mixed, "observed areas are all cities or none is", "leave out the column city, or some areas"
    )
    first = next(str(column) for column in areas if str(column).startswith("people_"))
    empty = pd.Series((seen[first] == 0).to_numpy(), observed.index)
    yield from faults("area", empty, "an observed area has people of the first group", f"correct {first}")


def _fit_faults(observed: pd.DataFrame) -> Iterator[Problem]:
    def fault(rule: str, got: str, remedy: str) -> Problem:
        return Problem(case_tables.OBSERVED, None, None, rule, got, remedy)

    if observed.empty:
        yield fault("an estimate needs an observation that was verified", "none", "read the source, then say so")
        return
    counted, people = int(observed["count"].sum()), int(observed["population"].sum())
    if counted == 0:
        yield fault("somebody must have been counted", "0 in all observed areas", "nothing follows from nobody")
    if counted == people:
        yield fault("somebody must not have been counted", f"all {people}", "check the populations")
