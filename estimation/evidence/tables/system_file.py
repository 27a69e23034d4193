"""One CSV file with every area of a whole: `area`, `count`, `population` and, where areas have one, `parent`.

For systems that are not in the data folder; the same checks of cells, and nothing about individuals.
"""

import os
from pathlib import Path
from typing import Final

import pandas as pd

from estimation.errors import DataError, Problem
from estimation.evidence.checks.descriptor import Field, Resource
from estimation.evidence.checks.schema import check_columns
from estimation.evidence.files.csvfile import cell_faults, read_cells
from estimation.evidence.files.persons import refuse_persons

_NEEDED: Final = ("area", "count", "population")


def read_system(path: Path) -> pd.DataFrame:
    """Read and check the areas of a system.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 with columns `area`, `count` and `population`, optionally `parent`; other columns are not used.

    Returns
    -------
    DataFrame
        A row per area: `area`, `parent` ("" if there is none), `count`, `population` (persons, int64).

    Raises
    ------
    DataError
        Naming every fault with its row and column: no such file, not UTF-8, empty, a column missing, a cell that is no
        whole number or negative, a population of 0, a count above its population, an area twice (in its parent), fewer
        than two areas, anything about individuals.

    Notes
    -----
    **Assumes:** the areas are the whole system, none left out.
    """
    name = path.name
    if not os.path.exists(path):  # unlike Path.exists, for a name that cannot be one too
        raise DataError([Problem(name, None, None, "the file must exist", "no file", "check the path")])
    cells, problems = read_cells(path)
    if cells is None:
        raise DataError(problems)
    header = [str(column) for column in cells]
    problems += [
        Problem(name, 1, column, "a system file must have this column", f"columns {', '.join(header)}", "add it")
        for column in _NEEDED
        if column not in cells
    ]
    problems += refuse_persons(cells, name)
    if not set(_NEEDED) <= set(cells):
        raise DataError(problems)
    resource = _declaration(name, parents="parent" in cells)
    used = cells[[field.name for field in resource.fields]]
    typed, faults = check_columns(resource, used)
    problems += [*cell_faults(used, name, {"count", "population"}), *faults, *_above(typed, name)]
    if len(used) < 2:
        got = f"{len(used)} row{'s' * (len(used) != 1)}"
        problems.append(Problem(name, None, None, "a system must have at least two areas", got, "add the others"))
    if problems:
        order = {field.name: place for place, field in enumerate(resource.fields)}
        raise DataError(sorted(problems, key=lambda one: (one.row or 0, order.get(one.column or "", -1))))
    frame = typed.reset_index(drop=True)
    if "parent" not in frame:
        frame.insert(1, "parent", "")
    return frame


def _declaration(file: str, *, parents: bool) -> Resource:
    """What the columns must be, in the words of the data folder's own descriptor."""
    labels = ("area", "parent") if parents else ("area",)
    fields = (
        *(Field(name, "string", required=True) for name in labels),
        Field("count", "integer", required=True, minimum=0.0),
        Field("population", "integer", required=True, minimum=1.0),
    )
    return Resource("system", file, "", fields, labels, (), ())


def _above(typed: pd.DataFrame, file: str) -> list[Problem]:
    """Counts above their population."""
    remedy = "count and population must be of the same people on the same basis"
    return [
        Problem(file, int(str(line)), "count", "a count must not exceed its population", f"{y:g} of {n:g}", remedy)
        for line, y, n in zip(typed.index, typed["count"], typed["population"], strict=True)
        if y > n >= 1
    ]
