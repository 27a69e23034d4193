"""The checks of single columns and keys against what datapackage.json promises."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from estimation.errors import Problem
from estimation.evidence.checks.descriptor import Field, Resource

# Whole numbers from here on are not kept exactly as floats.
_LARGEST = 2.0**53
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+\-]?[0-9]+)?")
_GROUPED = re.compile(r"[+\-]?[0-9]{1,3}([ ,.'’\u00a0\u202f_][0-9]{3})+(\.[0-9]+)?")
_NOT_FINITE = re.compile(r"[+\-]?(nan|na|n/a|null|none|inf|infinity)", re.IGNORECASE)


def check_columns(resource: Resource, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Declared columns with numbers as numbers, and the columns and cells that break the declaration.

    Text stays text; complete integer columns are int64, other numbers float64 with NaN for empty or faulty cells.
    The index is that of `cells`, the line.
    """
    declared = [field.name for field in resource.fields]
    undeclared = "a column must be declared in datapackage.json"
    problems = [
        Problem(resource.file, 1, name, "a declared column must be in the file", "no such column", "add it")
        for name in declared
        if name not in cells
    ]
    problems += [
        Problem(resource.file, 1, str(name), undeclared, f"column {name}", "declare it or remove it")
        for name in cells
        if name not in declared
    ]
    typed = {}
    for field in resource.fields:
        if field.name in cells:
            typed[field.name], faults = _column(field, cells[field.name], resource.file)
            problems += faults
    problems += _duplicate_keys(resource, cells)
    return pd.DataFrame(typed, index=cells.index), problems


def _column(field: Field, cells: pd.Series, file: str) -> tuple[pd.Series, list[Problem]]:
    """Typed values of one column and its faults; each distinct cell is judged once."""
    codes, distinct = pd.factorize(cells)
    faults = {code: fault for code, cell in enumerate(distinct) if (fault := _cell_fault(field, cell))}
    rows = np.flatnonzero(np.isin(codes, list(faults))).tolist() if faults else ()
    problems = [Problem(file, int(cells.index[row]), field.name, *faults[codes[row]]) for row in rows]
    if field.type == "string":
        return cells, problems
    values = [float(cell) if cell and code not in faults else np.nan for code, cell in enumerate(distinct)]
    numbers = pd.Series(np.array(values, dtype=float)[codes], index=cells.index)
    whole = field.type == "integer" and not numbers.isna().any()
    return numbers.astype("int64") if whole else numbers, problems


def _cell_fault(field: Field, cell: str) -> tuple[str, str, str] | None:
    """Rule, value got and remedy, if a cell breaks the declaration of its column."""
    got = repr(cell[:60])
    if cell == "":
        remedy = f"fill in {field.name}"
        return ("a required cell must not be empty", "an empty cell", remedy) if field.required else None
    if field.enum and cell not in field.enum:
        return "a code must be one of those declared", got, "use one of " + ", ".join(field.enum)
    if field.pattern is not None and not re.fullmatch(field.pattern, cell):
        return f"a cell must match the pattern {field.pattern}", got, "write it in that form"
    if field.type == "string":
        return None
    whole = field.type == "integer"
    if not (_INTEGER if whole else _NUMBER).fullmatch(cell):
        if _GROUPED.fullmatch(cell) and not _NUMBER.fullmatch(cell):
            return "a number must be written without thousands separators", got, "remove the separators"
        if _NOT_FINITE.fullmatch(cell):
            return "a number must be finite", got, "leave the cell empty if it is not known"
        kind = "a whole number" if whole else "a number"
        return f"a cell of this column must be {kind}", got, "write digits, with a point for decimals"
    value = float(cell)
    if not np.isfinite(value) or (whole and abs(value) >= _LARGEST):
        return "a number must be finite and below 2**53", got, "check the digits"
    if value < field.minimum:
        rule = "a number must not be negative" if field.minimum == 0 else f"a number must be at least {field.minimum:g}"
        return rule, got, "correct the value"
    if value > field.maximum:
        return f"a number must be at most {field.maximum:g}", got, "correct the value; shares run from 0 to 1"
    return None


def _duplicate_keys(resource: Resource, cells: pd.DataFrame) -> Iterator[Problem]:
    key = list(resource.primary_key)
    if not key or not set(key) <= set(cells):
        return
    groups = cells.groupby(key, sort=False).ngroup()
    first = dict(zip(groups[::-1], groups.index[::-1], strict=True))
    for line, group in groups[groups.duplicated()].items():
        got = "|".join(cells.loc[[line], key].iloc[0])
        rule = f"a key must stand once; it stands in row {first[group]} already"
        yield Problem(resource.file, int(str(line)), "|".join(key), rule, got, "remove or rename one row")


def check_references(resources: Sequence[Resource], tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """One Problem for each cell that names a row of another table which is not there.

    `tables` are typed, by name, indexed by line; those that could not be read are left out.
    """
    for resource in resources:
        for column, other, target in resource.foreign_keys:
            table, reference = tables.get(resource.name), tables.get(other)
            if table is None or reference is None or column not in table or target not in reference:
                continue
            cells = table[column].astype("str")
            lost = cells[~cells.isin(reference[target].astype("str")) & (cells != "")]
            what = "source" if other == "sources" else "row"
            rule, remedy = f"a {what} that is named must be in {other}.csv", f"add it to {other}.csv or correct the key"
            for line, cell in lost.items():
                yield Problem(resource.file, int(str(line)), column, rule, repr(cell)[:60], remedy)
