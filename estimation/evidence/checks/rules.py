"""Rules across the columns of a row that a Frictionless schema cannot say; declared under `x-rules`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from estimation.errors import EstimationError, Problem
from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.checks.descriptor import DESCRIPTOR, Resource

Rule = Mapping[str, Any]
Tables = Mapping[str, pd.DataFrame]
# line, column, rule, value got, remedy
Finding = tuple[int, str, str, str, str]


def check_rules(resource: Resource, cells: pd.DataFrame, tables: Tables) -> Iterator[Problem]:
    """Apply the declared rules of a table.

    Parameters
    ----------
    resource : Resource
        The declaration, with its rules.
    cells : DataFrame
        Cells as text, indexed by line.
    tables : mapping of str to DataFrame
        Typed tables by name; numbers are taken from here.

    Yields
    ------
    Problem
        One for each row and rule broken, and for each rule that is not known.

    Notes
    -----
    **Assumes:** a rule whose columns are missing is skipped, because the missing column is a Problem already, and a
    comparison with an empty cell holds.
    """
    for rule in resource.rules:
        try:
            columns = _declared(rule, resource)
        except (KeyError, TypeError, ValueError) as error:
            got = f"{resource.name}: {dict(rule)}"[:120]
            remedy = "compare it with data/public/datapackage.json"
            text = f"a rule must be known and complete; {error}"
            yield Problem(DESCRIPTOR, None, None, text, got, remedy)
            continue
        if all(column in cells.columns for column in columns):
            for line, column, text, got, remedy in RULES[rule["rule"]][1](rule, cells, tables[resource.name], tables):
                yield Problem(resource.file, line, column, text, got, remedy)


def _declared(rule: Rule, resource: Resource) -> list[str]:
    """Columns a rule names, once it is known that it can be applied."""
    types = {field.name: field.type != "string" for field in resource.fields}
    if rule["rule"] not in RULES:
        raise ValueError(f"use one of {', '.join(RULES)}")
    columns = []
    for entry, kind in RULES[rule["rule"]][0].items():
        optional, entry = entry.endswith("?"), entry.removesuffix("?")
        if entry not in rule and optional:
            continue
        value = rule[entry]
        if kind == "count":
            if type(value) is not int:
                raise ValueError(f"{entry} must be a whole number")
            continue
        names = _list(value)
        if not names or (kind in ("column", "number") and not isinstance(value, str)):
            raise ValueError(f"{entry} must be {'one name' if names else 'filled'}")
        if kind.startswith("number") and not all(types.get(name, True) for name in names):
            raise ValueError(f"{entry} must be numbers")
        if kind != "codes":
            columns += names
    if unknown := set(columns) - set(types):
        raise ValueError(f"undeclared columns {', '.join(sorted(unknown))}")
    if rule["rule"] == "ordered" and len({types[name] for name in columns}) > 1:
        raise ValueError("columns must be all numbers or all text")
    return columns


def _list(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else list(value)
    if any(not isinstance(one, str) for one in values):
        raise ValueError(f"{values} must be text")
    return values


def _lines(mask: pd.Series) -> list[int]:
    return [int(line) for line in mask.index[mask.to_numpy(dtype=bool)]]


def _at(frame: pd.DataFrame, line: int, column: str) -> Any:
    return frame.at[line, column]


def _ordered(rule: Rule, cells: pd.DataFrame, typed: pd.DataFrame, _: Tables) -> Iterator[Finding]:
    """Columns that must not decrease from left to right: bounds, counts and their bases, dates."""
    columns = _list(rule["columns"])
    for place, right in enumerate(columns):
        for left in columns[:place]:
            lower, upper = typed[left], typed[right]
            if pd.api.types.is_numeric_dtype(lower):
                broken = lower > upper
            else:  # dates of unlike precision compare on the part that both state
                broken = pd.Series([_later(a, b) for a, b in zip(lower, upper, strict=True)], index=lower.index)
            for line in _lines(broken):
                got = f"{_at(cells, line, left)} and {_at(cells, line, right)}"
                yield line, left, f"{left} must not exceed {right}", got, "correct one of them"


def _later(left: str, right: str) -> bool:
    size = min(len(left), len(right))
    return left[:size] > right[:size]


def _sum(rule: Rule, cells: pd.DataFrame, typed: pd.DataFrame, _: Tables) -> Iterator[Finding]:
    """Parts that must add up to their total, to the person."""
    total, parts = str(rule["total"]), _list(rule["parts"])
    added = typed[parts].sum(axis=1, skipna=False)
    text = f"{total} must be the sum of {', '.join(parts)}"
    for line in _lines((added != typed[total]) & added.notna() & typed[total].notna()):
        yield line, total, text, f"{_at(cells, line, total)} against {added[line]:.0f}", "correct the row"


def _rounds_to(value: float, cell: str) -> bool:
    """Whether a value agrees with a printed number to its last digit."""
    decimals = len(cell.partition(".")[2]) if "e" not in cell.lower() else 15
    if "e" in cell.lower():
        return bool(np.isclose(value, float(cell), rtol=1e-4))
    return abs(value - float(cell)) <= 0.5000001 * 10.0**-decimals


def _formula(rule: Rule, cells: pd.DataFrame, typed: pd.DataFrame, _: Tables) -> Iterator[Finding]:
    """A formula that must give the number beside it."""
    source, target = str(rule["formula"]), str(rule["value"])
    for line in _lines(cells[source] != ""):
        formula, printed = _at(cells, line, source), _at(cells, line, target)
        if np.isnan(_at(typed, line, target)):
            yield line, target, "a formula must have its value beside it", repr(printed), "write the value"
            continue
        try:
            value = evaluate(formula)
        except EstimationError as error:
            yield line, source, error.rule, repr(formula)[:60], error.remedy
            continue
        if not _rounds_to(value, printed):
            got = f"{printed} against {value:.10g}"
            yield line, target, f"{target} must be what {source} gives", got, "correct formula or value"


def _quotient(rule: Rule, cells: pd.DataFrame, typed: pd.DataFrame, _: Tables) -> Iterator[Finding]:
    """A share that must be count over base, to its last digit; both there means the share is there."""
    top, bottom, target = str(rule["numerator"]), str(rule["denominator"]), str(rule["value"])
    for line in _lines(typed[top].notna() & (typed[bottom] > 0)):
        value, printed = _at(typed, line, top) / _at(typed, line, bottom), _at(cells, line, target)
        if np.isnan(_at(typed, line, target)) or not _share_agrees(value, printed):
            text = f"{target} must be {top} / {bottom}"
            yield line, target, text, f"{printed or 'an empty cell'} against {value:.5g}", "correct the row"


def _share_agrees(value: float, printed: str) -> bool:
    # Five significant digits are printed at most, so rare rates agree to a part in 10,000.
    return _rounds_to(value, printed) or bool(np.isclose(value, float(printed), rtol=1e-4))


def _when(rule: Rule, cells: pd.DataFrame, _typed: pd.DataFrame, _: Tables) -> Iterator[Finding]:
    """What a code in one column asks of others: filled, empty, or one of some codes."""
    column, codes = str(rule["column"]), _list(rule["values"])
    hit = cells[column].isin(codes)
    for part, test in (("any_of", "any"), ("all_of", "all"), ("empty", "none")):
        if part not in rule:
            continue
        others = _list(rule[part])
        filled = cells[others] != ""
        kept = {"any": filled.any(axis=1), "all": filled.all(axis=1), "none": ~filled.any(axis=1)}[test]
        want = {"any": "one of", "all": "all of", "none": "none of"}[test]
        for line in _lines(hit & ~kept):
            code = _at(cells, line, column)
            text = f"{column} {code} asks for {want} {', '.join(others)} to be filled"
            got = ", ".join(f"{other}={_at(cells, line, other) or 'empty'}" for other in others)
            yield line, column, text, got, "fill the cells or change the code"
    if "then" in rule and "allowed" in rule:
        target, allowed = str(rule["then"]), _list(rule["allowed"])
        for line in _lines(hit & ~cells[target].isin(allowed)):
            text = f"{column} {_at(cells, line, column)} asks for {target} {' or '.join(allowed)}"
            yield line, target, text, repr(_at(cells, line, target)), "change one of the two codes"


def _keys(rule: Rule, cells: pd.DataFrame, _typed: pd.DataFrame, tables: Tables) -> Iterator[Finding]:
    """Lists of keys separated by semicolons, each a row of another table (or, if declared, a table)."""
    column = str(rule["column"])
    known: set[str] = set(tables) if rule.get("tables") else set()
    for place in _list(rule["in"]):
        table, _, target = place.partition(".")
        if table in tables and target in tables[table]:
            known |= set(tables[table][target])
    for line, cell in cells.loc[cells[column] != "", column].items():
        for key in cell.split(";"):
            name = key.partition(":")[0] if rule.get("tables") else key
            if name not in known:
                yield int(str(line)), column, "a key in a list must be a known row", repr(key)[:60], "correct it"


def _words(rule: Rule, cells: pd.DataFrame, _typed: pd.DataFrame, _: Tables) -> Iterator[Finding]:
    """Quotations short enough to be quotations."""
    column, limit = str(rule["column"]), int(rule["limit"])
    for line, cell in cells[column].items():
        length = len(str(cell).split())
        if length > limit:
            text = f"a quotation has at most {limit} words"
            yield int(str(line)), column, text, f"{length} words", "shorten it"


_Check = Callable[[Rule, pd.DataFrame, pd.DataFrame, Tables], Iterator[Finding]]
# Name of the rule: its entries and what they hold (a question mark: may be left out), and the check.
RULES: dict[str, tuple[dict[str, str], _Check]] = {
    "ordered": ({"columns": "columns"}, _ordered),
    "sum": ({"total": "number", "parts": "numbers"}, _sum),
    "formula": ({"formula": "column", "value": "number"}, _formula),
    "quotient": ({"numerator": "number", "denominator": "number", "value": "number"}, _quotient),
    "when": (
        {"column": "column", "values": "codes"}
        | {"any_of?": "columns", "all_of?": "columns", "empty?": "columns", "then?": "column", "allowed?": "codes"},
        _when,
    ),
    "keys": ({"column": "column", "in": "codes"}, _keys),
    "words": ({"column": "column", "limit": "count"}, _words),
}
