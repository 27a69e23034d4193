"""Rules across the columns of a row that a Frictionless schema cannot say; declared under `x-rules`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.errors import EstimationError, Problem
from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.checks.descriptor import DESCRIPTOR, Resource

# line, column, rule, value got, remedy
_Finding = tuple[int, str, str, str, str]


@dataclass(frozen=True)
class _Table:
    """One table as text and typed, indexed by line, beside all typed tables of its folder."""

    cells: pd.DataFrame
    typed: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]


def check_rules(resource: Resource, cells: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """One Problem for each row and declared rule that it breaks, and for each rule that is not known.

    `cells` are text, indexed by line; numbers are taken from the typed `tables`.

    **Assumes:** a rule whose columns are missing is skipped, because the missing column is a Problem already, and a
    comparison with an empty cell holds.
    """
    for rule in resource.rules:
        try:
            entries, columns = _entries(rule, {field.name: field.type != "string" for field in resource.fields})
        except (KeyError, TypeError, ValueError) as error:
            got = f"{resource.name}: {dict(rule)}"[:120]
            remedy = "compare it with data/public/datapackage.json"
            yield Problem(DESCRIPTOR, None, None, f"a rule must be known and complete; {error}", got, remedy)
            continue
        if columns <= set(cells):
            for finding in _RULES[rule["rule"]][0](_Table(cells, tables[resource.name], tables), **entries):
                yield Problem(resource.file, *finding)


def _entries(rule: Mapping[str, Any], numeric: Mapping[str, bool]) -> tuple[dict[str, Any], set[str]]:
    """Entries of a rule that can be applied, and the columns that they name."""
    if rule["rule"] not in _RULES:
        raise ValueError(f"use one of {', '.join(_RULES)}")
    entries: dict[str, Any] = {}
    columns: set[str] = set()
    for key, kind in _RULES[rule["rule"]][1].items():
        entry = key.removesuffix("?")
        if entry not in rule and key != entry:
            continue
        value = entries[entry] = rule[entry]
        if kind == "count" and type(value) is not int:
            raise ValueError(f"{entry} must be a whole number")
        if kind in ("count", "flag"):
            continue
        names = _texts(value)
        if not names:
            raise ValueError(f"{entry} must be filled")
        if kind in ("column", "number") and not isinstance(value, str):
            raise ValueError(f"{entry} must be one name")
        if kind in ("number", "numbers") and not all(numeric.get(name, True) for name in names):
            raise ValueError(f"{entry} must be numbers")
        if kind in ("columns", "numbers", "codes"):
            entries[entry] = names
        if kind != "codes":
            columns |= set(names)
    if unknown := columns - set(numeric):
        raise ValueError(f"undeclared columns {', '.join(sorted(unknown))}")
    if rule["rule"] == "ordered" and len({numeric[name] for name in columns}) > 1:
        raise ValueError("columns must be all numbers or all text")
    return entries, columns


def _texts(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else list(value)
    if any(not isinstance(one, str) for one in values):
        raise ValueError(f"{values} must be text")
    return values


def _lines(broken: pd.Series) -> list[int]:
    return [int(line) for line in broken.index[broken.to_numpy(dtype=bool)]]


def _ordered(table: _Table, columns: Sequence[str]) -> Iterator[_Finding]:
    """Columns that must not decrease from left to right: bounds, counts and their bases, dates."""
    for place, right in enumerate(columns):
        for left in columns[:place]:
            lower, upper = table.typed[left], table.typed[right]
            if pd.api.types.is_numeric_dtype(lower):
                broken = lower > upper
            else:
                broken = pd.Series([_later(*pair) for pair in zip(lower, upper, strict=True)], lower.index)
            for line in _lines(broken):
                got = f"{table.cells[left][line]} and {table.cells[right][line]}"
                yield line, left, f"{left} must not exceed {right}", got, "correct one of them"


def _later(left: str, right: str) -> bool:
    """Whether one date is after another, on the part that both state."""
    size = min(len(left), len(right))
    return left[:size] > right[:size]


def _sum(table: _Table, total: str, parts: list[str]) -> Iterator[_Finding]:
    """Parts that must add up to their total, to the person."""
    added, stated = table.typed[parts].sum(axis=1, skipna=False), table.typed[total]
    for line in _lines((added != stated) & added.notna() & stated.notna()):
        got = f"{table.cells[total][line]} against {added[line]:.0f}"
        yield line, total, f"{total} must be the sum of {', '.join(parts)}", got, "correct the row"


def _formula(table: _Table, formula: str, value: str) -> Iterator[_Finding]:
    """A formula that must give the number beside it."""
    for line in _lines(table.cells[formula] != ""):
        written, printed = table.cells[formula][line], table.cells[value][line]
        if np.isnan(table.typed[value][line]):
            yield line, value, "a formula must have its value beside it", repr(printed), "write the value"
            continue
        try:
            result = evaluate(written)
        except EstimationError as error:
            yield line, formula, error.rule, repr(written)[:60], error.remedy
            continue
        if not _rounds_to(result, printed):
            got = f"{printed} against {result:.10g}"
            yield line, value, f"{value} must be what {formula} gives", got, "correct formula or value"


def _quotient(table: _Table, numerator: str, denominator: str, value: str) -> Iterator[_Finding]:
    """A share that must be count over base, to its last digit; both there means the share is there."""
    count, base, share = (table.typed[column] for column in (numerator, denominator, value))
    for line in _lines(count.notna() & (base > 0)):
        quotient, printed = count[line] / base[line], table.cells[value][line]
        # Five significant digits are printed at most, so rare rates agree to a part in 10,000.
        near = np.isclose(quotient, share[line], rtol=1e-4)
        if np.isnan(share[line]) or not (near or _rounds_to(quotient, printed)):
            got = f"{printed or 'an empty cell'} against {quotient:.5g}"
            yield line, value, f"{value} must be {numerator} / {denominator}", got, "correct the row"


def _rounds_to(value: float, printed: str) -> bool:
    """Whether a value agrees with a printed number to its last digit; with an exponent, to a part in 10,000."""
    if "e" in printed.lower():
        return bool(np.isclose(value, float(printed), rtol=1e-4))
    decimals = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5000001 * 10.0**-decimals


def _when(
    table: _Table,
    column: str,
    values: list[str],
    any_of: Sequence[str] = (),
    all_of: Sequence[str] = (),
    empty: Sequence[str] = (),
    then: str = "",
    allowed: Sequence[str] = (),
) -> Iterator[_Finding]:
    """What a code in one column asks of others: filled, empty, or one of some codes."""
    hit = table.cells[column].isin(values)
    for want, others in (("one of", any_of), ("all of", all_of), ("none of", empty)):
        if not others:
            continue
        filled = (table.cells[list(others)] != "").sum(axis=1)
        kept = {"one of": filled > 0, "all of": filled == len(others), "none of": filled == 0}[want]
        for line in _lines(hit & ~kept):
            text = f"{column} {table.cells[column][line]} asks for {want} {', '.join(others)} to be filled"
            got = ", ".join(f"{other}={table.cells[other][line] or 'empty'}" for other in others)
            yield line, column, text, got, "fill the cells or change the code"
    if then and allowed:
        for line in _lines(hit & ~table.cells[then].isin(allowed)):
            text = f"{column} {table.cells[column][line]} asks for {then} {' or '.join(allowed)}"
            yield line, then, text, repr(table.cells[then][line]), "change one of the two codes"


def _keys(table: _Table, column: str, tables: bool = False, **entries: list[str]) -> Iterator[_Finding]:
    """Lists of keys separated by semicolons, each a row of another table (or, if declared, a table)."""
    known = set(table.tables) if tables else set()
    for place in entries["in"]:  # a word of Python, so no name of an argument
        name, _, target = place.partition(".")
        if name in table.tables and target in table.tables[name]:
            known |= set(table.tables[name][target])
    for line in _lines(table.cells[column] != ""):
        for key in table.cells[column][line].split(";"):
            if (key.partition(":")[0] if tables else key) not in known:
                yield line, column, "a key in a list must be a known row", repr(key)[:60], "correct it"


def _words(table: _Table, column: str, limit: int) -> Iterator[_Finding]:
    """Quotations short enough to be quotations."""
    length = table.cells[column].map(lambda cell: len(cell.split()))
    for line in _lines(length > limit):
        yield line, column, f"a quotation has at most {limit} words", f"{length[line]} words", "shorten it"


# Name of the rule: its check, and what each of its entries holds (a question mark: may be left out).
_RULES: Final[Mapping[str, tuple[Callable[..., Iterator[_Finding]], Mapping[str, str]]]] = {
    "ordered": (_ordered, {"columns": "columns"}),
    "sum": (_sum, {"total": "number", "parts": "numbers"}),
    "formula": (_formula, {"formula": "column", "value": "number"}),
    "quotient": (_quotient, {"numerator": "number", "denominator": "number", "value": "number"}),
    "when": (
        _when,
        {"column": "column", "values": "codes"}
        | {"any_of?": "columns", "all_of?": "columns", "empty?": "columns", "then?": "column", "allowed?": "codes"},
    ),
    "keys": (_keys, {"column": "column", "in": "codes", "tables?": "flag"}),
    "words": (_words, {"column": "column", "limit": "count"}),
}
