"""`other_sources.csv` of a case: figures of other sources on what the case counts, checked cell by cell."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import Problem
from estimation.evidence.case_folder.case_file import ALL, MEASURES
from estimation.evidence.case_folder.case_tables import VERIFICATION, YES_NO, number_field, read_table, text_field
from estimation.evidence.register.citable import Citable, Row

OTHER: Final = "other_sources.csv"
UNITS: Final = ("count", "share")
MOST_KINDS: Final = 5
"""Every set of kinds is a weighing of its own, and the page has them all."""


def read_other(path: Path, groups: Sequence[str]) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read `other_sources.csv`: every row, weighed or not, indexed by line, with every fault of single cells.

    `area` is "" or ``all`` for the region; `low` and `high` (persons or shares) are NaN without a range; `error` is on
    the log scale.
    """
    needed = [
        text_field("row_id", pattern=r"[a-z0-9_]{1,40}"),
        text_field("kind", pattern=r"[a-z][a-z0-9]{0,19}"),
        text_field("area", required=False),
        text_field("group", enum=(*groups, ALL)),
        text_field("measure", enum=MEASURES),
        text_field("unit", enum=UNITS),
        number_field("value", least=0.0),
        number_field("error", least=0.0, most=100.0),
        text_field("floor", enum=YES_NO),
        text_field("source_id"),
        text_field("verification", enum=VERIFICATION),
        text_field("used", enum=YES_NO),
    ]
    optional = [
        number_field("low", least=0.0, required=False),
        number_field("high", least=0.0, required=False),
        text_field("note", required=False),
    ]
    frame, problems = read_table(path, needed, optional, ("row_id",))
    if frame is None:
        return None, problems
    for name, empty in (("low", np.nan), ("high", np.nan), ("note", "")):
        frame[name] = frame.get(name, empty)
    return frame, problems


def weighed_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that may be weighed in, in the order of `row_id`: marked as used, and verified."""
    kept = frame[(frame["used"] == "yes") & (frame["verification"] != "unverified")]
    return kept.sort_values("row_id")


def citable(sources: Collection[str], frame: pd.DataFrame | None) -> Citable:
    """What judgements of a case may cite: its sources, and rows of this table; those of one source are a group."""
    if frame is None:
        return Citable(sources)
    weighed = set(weighed_rows(frame)["row_id"])
    rows = (
        Row(name, source, (source,), name in weighed)
        for name, source in zip(frame["row_id"], frame["source_id"], strict=True)
    )
    return Citable(sources, tuple(rows))


def areas_of(area: str, areas: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which areas of `areas.csv` a cell of the column `area` means, shape (K,): one, those of a parent, or all."""
    if area in ("", ALL):
        return np.ones(len(areas), bool)
    own = (areas["area"] == area).to_numpy(bool)
    return own if own.any() else (areas["parent"] == area).to_numpy(bool)


def other_faults(
    frame: pd.DataFrame, areas: pd.DataFrame, *, groups: Sequence[str], measure: str, sources: Collection[str]
) -> Iterator[Problem]:
    """Faults of rows against the rest of the case, each with its row and column."""
    kinds: list[str] = []
    for line, row in zip(frame.index, frame.to_dict(orient="records"), strict=True):

        def fault(column: str, rule: str, got: object, remedy: str, at: object = line) -> Problem:
            return Problem(OTHER, int(str(at)), column, rule, str(got)[:60], remedy)

        if row["kind"] not in kinds:
            kinds.append(str(row["kind"]))
            if len(kinds) == MOST_KINDS + 1:
                rule = f"a case has at most {MOST_KINDS} kinds of other source"
                yield fault("kind", rule, repr(row["kind"]), "join kinds that err alike")
        if row["source_id"] not in sources:
            rule = "a source that is named must be in sources.csv"
            yield fault("source_id", rule, repr(row["source_id"]), "add it there, or correct the id")
        if row["used"] == "yes" and row["measure"] != measure:
            rule = f"a source that is used counts what the case does, {measure}: nothing here converts one to another"
            yield fault("measure", rule, repr(row["measure"]), "write no under used, or leave the row out")
        yield from (fault(*found) for found in _figure_faults({str(name): cell for name, cell in row.items()}))
        where = areas_of(str(row["area"]), areas)
        if not where.any():
            rule = "an area must be in areas.csv, as an area or a parent; empty is the whole region"
            yield fault("area", rule, repr(row["area"]), "correct the code")
            continue
        names = [f"people_{group}" for group in groups if row["group"] in (group, ALL) and f"people_{group}" in areas]
        people = float(np.nansum(areas.loc[where, names].to_numpy(float)))
        if names and not people > 0:
            yield fault("group", "a source must speak about somebody", "nobody there", "correct area or group")
        elif row["unit"] == "count" and row["value"] > people:
            got = f"{row['value']:.0f} of {people:.0f}"
            yield fault("value", "a count must not exceed the people it speaks about", got, "check its area and group")


def _figure_faults(row: dict[str, object]) -> Iterator[tuple[str, str, object, str]]:
    """Faults of the figure itself: column, rule, value got, remedy. NaN, which was reported before, passes."""
    value, low, high, error = (float(str(row[name])) for name in ("value", "low", "high", "error"))
    if value == 0:
        yield "value", "a figure that is weighed must be above 0", "0", "leave the row out"
    if row["unit"] == "share" and value > 1:
        yield "value", "a share runs from 0 to 1", f"{value:g}", "divide a percentage by 100, or write count as unit"
    if error == 0:
        yield "error", "no source is free of error", "0", "write its error on the log scale, such as 0.2"
    if np.isnan(low) != np.isnan(high):
        empty = "low" if np.isnan(low) else "high"
        yield empty, "a range has both ends", "one of them", "fill in low and high, or empty both"
    elif not np.isnan(low):
        if row["floor"] == "yes":
            yield "low", "a floor is one number, not a range", f"{low:g} to {high:g}", "empty low and high"
        if not 0 < low <= value <= high:
            got = f"{low:g}, {value:g}, {high:g}"
            yield "low", "low, value and high must rise, from above 0", got, "correct them"
