"""The tables of a case folder: areas, observations and sources, checked cell by cell."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from estimation.errors import Problem
from estimation.evidence.case_folder.case_file import ALL
from estimation.evidence.case_folder.toml_reader import read_plain
from estimation.evidence.checks.descriptor import Field, Resource
from estimation.evidence.checks.schema import check_columns
from estimation.evidence.files.csvfile import cell_faults, read_cells
from estimation.evidence.files.persons import refuse_persons

AREAS: Final = "areas.csv"
OBSERVED: Final = "observed.csv"
SOURCES: Final = "sources.csv"
VERIFICATION: Final = ("read", "quoted", "derived", "modelled", "unverified")
YES_NO: Final = ("yes", "no")


def text_field(name: str, *, required: bool = True, enum: Sequence[str] = (), pattern: str | None = None) -> Field:
    """A column of texts."""
    return Field(name, "string", required, tuple(enum), -np.inf, np.inf, pattern)


def number_field(name: str, *, least: float, most: float = 1e12, whole: bool = False, required: bool = True) -> Field:
    """A column of numbers."""
    return Field(name, "integer" if whole else "number", required, (), least, most, None)


def read_table(
    path: Path, needed: Sequence[Field], optional: Sequence[Field], key: Sequence[str]
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read a table of a case with checked columns and cells, indexed by line; None if it cannot be used.

    Columns in neither `needed` nor `optional` are refused; `key` are the columns that name a row.
    """
    _, problems = read_plain(path)
    if problems:
        return None, problems
    cells, problems = read_cells(path)
    if cells is None:
        return None, problems
    allowed = [*needed, *optional]
    names = [field.name for field in allowed]
    problems += refuse_persons(cells, path.name)
    told = {problem.column for problem in problems}
    for column in cells.columns:
        if column not in names and column not in told:
            remedy = f"use {', '.join(names)}"
            problems.append(Problem(path.name, 1, str(column), "a column must be a known one", repr(column), remedy))
    absent = [field.name for field in needed if field.name not in cells]
    problems += [
        Problem(
            path.name, 1, name, "this column must be there", f"columns {', '.join(map(str, cells))}"[:120], "add it"
        )
        for name in absent
    ]
    fields = tuple(field for field in allowed if field.name in cells)
    used = cells[[field.name for field in fields]]
    resource = Resource(path.stem, path.name, "", fields, tuple(key) if set(key) <= set(cells) else (), (), ())
    typed, faults = check_columns(resource, used)
    problems += faults
    problems += cell_faults(used, path.name, {field.name for field in fields if field.type != "string"})
    if not len(cells):
        problems.append(Problem(path.name, None, None, "a table must have rows", "none", "fill it in"))
    order = {name: place for place, name in enumerate(names)}
    problems.sort(key=lambda one: (one.row or 0, order.get(one.column or "", -1)))
    return (None if absent or not len(cells) else typed), problems


def read_areas(path: Path, groups: Sequence[str]) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read `areas.csv`: every area of the region with the people of each group, and every fault.

    Columns `area`, `label`, `parent`, `people_<group>` (persons), `core`, `city` (bool), `lon`, `lat` (degrees or NaN).
    """
    people = [f"people_{group}" for group in groups]
    needed = [text_field("area"), *(number_field(name, least=0.0) for name in people)]
    optional = [
        text_field("label"),
        text_field("parent"),
        text_field("core", enum=YES_NO),
        text_field("city", enum=YES_NO),
        number_field("lon", least=-180.0, most=180.0, required=False),
        number_field("lat", least=-90.0, most=90.0, required=False),
        text_field("note", required=False),
    ]
    frame, problems = read_table(path, needed, optional, ("area",))
    if frame is None:
        return None, problems
    for group, name in zip(groups, people, strict=True):
        if not frame[name].fillna(0.0).sum() > 0:
            rule, remedy = f"the region must have people of group {group}", "fill the column, or drop the group"
            problems.append(Problem(path.name, None, name, rule, "none", remedy))
    frame["label"] = frame["label"] if "label" in frame else frame["area"]
    frame["parent"] = frame.get("parent", "all")
    frame["core"] = frame["core"] == "yes" if "core" in frame else True
    frame["city"] = frame["city"] == "yes" if "city" in frame else False
    for name in ("lon", "lat"):
        frame[name] = frame.get(name, np.nan)
    return frame, problems


def read_observed(path: Path, groups: Sequence[str]) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read `observed.csv`: what was counted, where, among how many, unverified rows too; and every fault.

    Columns `area`, `group`, `count`, `population` (persons), `missing`, `duplicate` (ids of entries), `source`,
    `verification`; the first of `groups` is the observed one.
    """
    needed = [
        text_field("area"),
        text_field("group", enum=(groups[0], ALL) if groups else ()),
        number_field("count", least=0.0, whole=True),
        number_field("population", least=1.0, whole=True),
        text_field("source"),
        text_field("verification", enum=VERIFICATION),
    ]
    optional = [
        text_field("missing", pattern=r"missing_share(_[a-z0-9_]{1,30})?"),
        text_field("duplicate", pattern=r"duplicate_share(_[a-z0-9_]{1,30})?"),
        text_field("note", required=False),
    ]
    frame, problems = read_table(path, needed, optional, ("area",))
    if frame is None:
        return None, problems
    problems += _above(frame, path.name)
    for name in ("missing", "duplicate"):
        frame[name] = frame.get(name, f"{name}_share")
    return frame, problems


def _above(frame: pd.DataFrame, file: str) -> Iterator[Problem]:
    remedy = "count and population must be of the same people on the same basis"
    for line, y, n in zip(frame.index, frame["count"], frame["population"], strict=True):
        if y > n >= 1:
            rule = "a count must not exceed its population"
            yield Problem(file, int(str(line)), "count", rule, f"{y:.0f} of {n:.0f}", remedy)


def read_sources(path: Path) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read `sources.csv`: what is cited, one row each with `source_id` and `title`."""
    needed = [text_field("source_id", pattern=r"[a-z0-9_]{1,60}"), text_field("title")]
    optional = [
        *(text_field(name, required=False) for name in ("publisher", "year", "note")),
        text_field("url", required=False, pattern=r"https?://\S+"),
    ]
    return read_table(path, needed, optional, ("source_id",))
