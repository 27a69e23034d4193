"""What a case holds, in one form: people from a table of its folder, or modelled from the census tables of another."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.case_file import ALL, Statement
from estimation.evidence.case_folder.case_folder import CaseFolder
from estimation.evidence.case_folder.case_other import OTHER, areas_of, weighed_rows
from estimation.evidence.case_folder.case_register import Term
from estimation.evidence.register.citable import Citable
from estimation.evidence.tables import sources, synthesis_sources
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.synthesis_sources import SourceRow

Read: TypeAlias = CaseFolder | Evidence
"""A case as read: with a table of its own people, or with the tables of a census."""


def read_case(directory: Path) -> Read:
    """Read the case of a folder, and check it.

    Parameters
    ----------
    directory : Path
        A case folder (docs/CASES.md), or a data folder with ``datapackage.json`` and ``case.toml``.

    Returns
    -------
    CaseFolder or Evidence

    Raises
    ------
    DataError
        Every fault, with file, row and column.
    """
    return case_folder.load(directory) if case_folder.is_case(directory) else sources.load(directory)


def citable_of(read: Read) -> Citable:
    """What the judgements of a case may cite."""
    return synthesis_sources.citable(read) if isinstance(read, Evidence) else read.citable


def reference_sets(read: Read) -> pd.DataFrame:
    """The systems from which a case's spread is fitted: of its own tables, or of the data that ship."""
    evidence = read if isinstance(read, Evidence) else sources.load()
    return evidence.table("reference_sets")


@dataclass(frozen=True, eq=False)
class Contents:
    """What a case holds, wherever it was read from.

    Attributes
    ----------
    statement : Statement
        Its words and names.
    terms : tuple of Term
        How entries of the register enter counts and populations.
    basis : str
        Whom the populations count.
    adult_age : int or None
        Age in completed years from which people are counted; None where the case does not say it.
    areas : DataFrame
        K rows: `area`, `parent`, `people_<group>` (persons), `core`, `distant`, `city`.
    observed : DataFrame
        J rows: `area`, `label`, `count`, `population` (persons; missing where a term gives the base), `first_share`
        (the first group's part, 0-1, of the people whose count it is).
    figures : tuple of (SourceRow, ndarray of bool, shape (K,))
        Figures of other sources that are weighed in, and the areas each speaks about.
    base_scale : float
        Adults of the observed area over those of the age that its base is stated for.
    adult_share : float
        Share of adults among the people of the region, 0-1, for errors of that share.
    adult_shares : ndarray of shape (K,)
        The same of each area, for figures about people of all ages; empty where people have no age.
    sentenced_first_year : float or None
        Share of the window's sentences passed in its first year, 0-1; None where custody is not told apart.
    """

    statement: Statement
    terms: tuple[Term, ...]
    basis: str
    adult_age: int | None
    areas: pd.DataFrame
    observed: pd.DataFrame
    figures: tuple[tuple[SourceRow, npt.NDArray[np.bool_]], ...]
    base_scale: float = 1.0
    adult_share: float = 1.0
    adult_shares: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    sentenced_first_year: float | None = None


def contents_of(
    read: Read,
    medians: Mapping[str, float],
    *,
    basis: str | None = None,
    year: int | None = None,
    adult_age: int | None = None,
) -> Contents:
    """What a case holds, on the basis and for the year and age asked for: its own if none is.

    `medians` are the central values of its register; options as in `estimation.load_case`.

    Raises
    ------
    EstimationError
        An option that the case does not have, or a value that it does not cover.
    """
    if isinstance(read, Evidence):
        # Imported here: no other case needs its census, territory and sources.
        from estimation.evidence.case_folder import census_case

        return census_case.contents(read, medians, basis=basis, year=year, adult_age=adult_age)
    options = {"basis": basis, "year": year, "adult_age": adult_age}
    if asked := [name for name, value in options.items() if value is not None]:
        raise EstimationError(
            "a case whose people are a table has one basis, year and age", ", ".join(asked), "leave the option out"
        )
    return _of_folder(read)


def _of_folder(folder: CaseFolder) -> Contents:
    statement, areas, observed = folder.statement, folder.areas, folder.observed
    groups = tuple(name for name, _ in statement.groups)
    rows = areas.set_index("area").loc[observed["area"]]
    people = rows[[f"people_{group}" for group in groups]].to_numpy(float)
    mixed = (observed["group"] == ALL).to_numpy() & (len(groups) > 1)
    figures = () if folder.other is None else weighed_rows(folder.other).to_dict(orient="records")
    return Contents(
        statement,
        folder.terms,
        statement.basis,
        adult_age=None,
        areas=areas.assign(distant=~areas["core"].to_numpy(bool)),
        observed=pd.DataFrame(
            {
                "area": rows.index,
                "label": rows["label"].to_numpy(),
                "count": observed["count"].to_numpy(),
                "population": observed["population"].to_numpy(),
                "first_share": np.where(mixed, people[:, 0] / people.sum(axis=1), 1.0),
            }
        ),
        figures=tuple((_figure(folder, row, groups), areas_of(row["area"], areas)) for row in figures),
    )


def _figure(folder: CaseFolder, row: Mapping[Hashable, object], groups: tuple[str, ...]) -> SourceRow:
    """A row of `other_sources.csv`; a range is even on the log scale."""
    error, low, high = (float(str(row[name])) for name in ("error", "low", "high"))
    group, place = str(row["group"]), folder.place(str(row["area"]))
    own = group in groups
    return SourceRow(
        name=str(row["row_id"]),
        table=OTHER,
        kind=str(row["kind"]),
        area=str(row["area"]),
        groups=(group,) if own else groups,
        value=float(str(row["value"])),
        scale="persons" if row["unit"] == "count" else "share",
        bound="floor" if row["floor"] == "yes" else "about",
        log_sd=error if np.isnan(low) else float(np.hypot(error, np.log(high / low) / np.sqrt(12))),
        place_name=f"{place}: {dict(folder.statement.groups)[group]}" if own and len(groups) > 1 else place,
        date=folder.year(str(row["source_id"])) or "undated",
        raw=stated(row),
        note=str(row["note"]),
    )


def stated(row: Mapping[Hashable, object]) -> str:
    """The figure of a row of `other_sources.csv` with its range, every digit of it.

    Examples
    --------
    >>> stated({"unit": "share", "value": 0.045, "low": 0.04, "high": 0.06})
    '4.5% (4% to 6%)'
    >>> stated({"unit": "count", "value": 12000.0, "low": float("nan"), "high": float("nan")})
    '12,000'
    """
    value, low, high = (float(str(row[name])) for name in ("value", "low", "high"))

    def said(figure: float) -> str:
        return f"{100 * figure:.12g}%" if row["unit"] == "share" else f"{figure:,.12g}"

    return said(value) if np.isnan(low) else f"{said(value)} ({said(low)} to {said(high)})"
