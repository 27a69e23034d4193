# ruff: noqa: E501 (one fault to a line reads as a table)
import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_folder import AREAS, PLAIN, Case, assert_fault, where

# One edit, one message: table, text replaced, replacement, row, column, message.
FAULTS = [
    ("areas", "north,paper,paper,10,", "north,paper,paper,,", 2, "numerator", "a required cell must not be empty; got an empty cell. Do this: fill in numerator."),
    ("areas", ",read,context", ",,context", 2, "verification", "a required cell must not be empty; got an empty cell. Do this: fill in verification."),
    ("areas", ",read,context", ",rumour,context", 2, "verification", "a code must be one of those declared; got 'rumour'. Do this: use one of read, quoted, derived, modelled, unverified."),
    ("areas", "west,census,census", "WEST,census,census", 4, "area", r"a cell must match the pattern \[a-z\]\+; got 'WEST'. Do this: write it in that form."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,seven,", 2, "value", "a cell of this column must be a number; got 'seven'. Do this: write digits, with a point for decimals."),
    ("areas", "2 * 3.5,7,", '2 * 3.5,"1,234",', 2, "value", "a number must be written without thousands separators; got '1,234'. Do this: remove the separators."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,NaN,", 2, "value", "a number must be finite; got 'NaN'. Do this: leave the cell empty if it is not known."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,-inf,", 2, "value", "a number must be finite; got '-inf'."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,1e999,", 2, "value", r"a number must be finite and below 2\*\*53; got '1e999'. Do this: check the digits."),
    ("parts", "0101,30,10,20", "0101,30,1" + "0" * 40 + ",20", 2, "men", r"a number must be finite and below 2\*\*53"),
    ("parts", "0101,30,10,20", "0101,30,10.5,20", 2, "men", "a cell of this column must be a whole number; got '10.5'."),
    ("parts", "0101,30,10,20", "0101,30,１０,20", 2, "men", "a cell of this column must be a whole number"),
    ("parts", "0101,30,10,20", "0101,30,-10,20", 2, "men", "a number must not be negative; got '-10'. Do this: correct the value."),
    ("areas", "3,40,,", "3,0,,", 3, "denominator", "a number must be at least 1; got '0'."),
    ("areas", "0.05,0.1,0.2", "0.05,0.1,12", 2, "high", "a number must be at most 1; got '12'. Do this: correct the value; shares run from 0 to 1."),
    ("parts", "0102,5,", "0101,5,", 3, "gb_code", "a key must stand once; it stands in row 2 already; got 0101. Do this: remove or rename one row."),
    ("areas", "south,census,", "south,hearsay,", 3, "source_id", "a source that is named must be in sources.csv; got 'hearsay'. Do this: add it to sources.csv or correct the key."),
    ("areas", "west,census,census", "west,census,hearsay", 4, "read_in", "a source that is named must be in sources.csv; got 'hearsay'."),
    ("parts", "women,note", "women,remark", 1, "note", "a declared column must be in the file; got no such column. Do this: add it."),
    ("parts", "women,note", "women,remark", 1, "remark", "a column must be declared in datapackage.json; got column remark. Do this: declare it or remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "message"), FAULTS)
def test_each_fault_is_named_with_file_row_and_column(case, table, old, new, row, column, message):
    case.edit(table, old, new)
    assert_fault(case, f"{table}.csv", row, column, message)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["numerator", "denominator", "low", "rate", "high", "share", "value"]), st.integers(0, 2), PLAIN)
def test_no_text_passes_for_a_number(column, row, cell):
    cells = [line.split(",") for line in AREAS.splitlines()]
    try:
        float(cell)
    except ValueError:
        pass
    else:
        return
    if cell == "":
        return
    with tempfile.TemporaryDirectory() as name:
        case = Case(Path(name))
        cells[row + 1][cells[0].index(column)] = cell
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(cells)
        case.write("areas", text.getvalue().encode())
        assert ("areas.csv", row + 2, column) in where(case)
