# ruff: noqa: E501 (one fault to a line reads as a table)
import pytest
from small_folder import assert_fault, said

from estimation.errors import DataError
from estimation.evidence.tables.system_file import read_system

GOOD = "area,count,population\nnorth,12,400\nsouth,0,500\n"
# One edit, one message: table, text replaced, replacement, row, column, message.
FAULTS = [
    ("parts", "0102,5,0,5", "0102,5,0", 3, None, "a row must have as many cells as the header; got 4 instead of 5. Do this: quote cells that hold commas; write empty cells out."),
    ("parts", "0102,5,0,5", "\n0102,5,0,5", 3, None, "a row must have as many cells as the header; got 0 instead of 5."),
    ("parts", '"a note, with a comma"', '"a note, with', 3, None, "a row must be CSV; got unexpected end of data. Do this: close every quote and double the quotes inside quoted cells."),
    ("parts", '"a note, with a comma"', '"a\nnote"', 3, "note", r"a cell must not hold line breaks or invisible characters; got 'a\\nnote'. Do this: remove them."),
    ("parts", '"a note, with a comma"', "a\0note", 3, "note", r"a cell must not hold line breaks or invisible characters; got 'a\\x00note'."),
    ("parts", '"a note, with a comma"', "a\u202enote", 3, "note", r"a cell must not hold line breaks or invisible characters; got 'a\\u202enote'."),
    ("parts", '"a note, with a comma"', "a note ", 3, "note", "a cell must not begin or end with a blank; got 'a note '. Do this: remove the blank."),
    ("parts", '"a note, with a comma"', "=1+1", 3, "note", r"a text cell must not begin like a spreadsheet formula; got '=1\+1'. Do this: begin with another character."),
    ("parts", '"a note, with a comma"', "@SUM(A1)", 3, "note", "a text cell must not begin like a spreadsheet formula"),
    ("parts", '"a note, with a comma"', "-2+cmd", 3, "note", "a text cell must not begin like a spreadsheet formula"),
    ("parts", "total,men", "total,total", 1, "total", "a column name must stand once; got a second one. Do this: rename one of them."),
    ("parts", "total,men", "total,", 1, None, "a column must have a name; got an empty name in place 3. Do this: name or remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "message"), FAULTS)
def test_each_fault_is_named_with_file_row_and_column(case, table, old, new, row, column, message):
    case.edit(table, old, new)
    assert_fault(case, f"{table}.csv", row, column, message)


RAW = [
    (b"", "parts.csv: a file must have a header; got an empty file. Do this: write the column names."),
    (b" \n\n", "parts.csv: a file must have a header; got an empty file."),
    (b"\xef\xbb\xbfgb_code,total,men,women,note\n", "parts.csv, row 1: a file must not begin with a byte order mark; got one. Do this: save as plain UTF-8."),
    (b"gb_code,total,men,women,note\n0101,30,10,20,\xe9\n", "parts.csv, row 2: text must be UTF-8; got byte 0xe9. Do this: save the file as UTF-8."),
    (b"gb_code,total,men,women,note\n0101,30,10,20," + b"x" * 5001 + b"\n", "parts.csv, row 2, column note: a cell must have at most 5000 characters; got 5001 characters. Do this: shorten it, or close the quote before it."),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "message"), RAW)
def test_broken_files_give_one_problem_and_no_traceback(case, raw, message):
    case.write("parts", raw)
    problems = said(case)
    assert len(problems) == 1
    assert problems[0].startswith(message)


def test_a_missing_file_is_named(case):
    case.path("parts").unlink()
    assert said(case) == [
        "parts.csv: a declared file must exist; got no file. "
        "Do this: add the file or remove its resource from datapackage.json."
    ]


def test_windows_line_ends_are_read(case):
    case.write("parts", case.path("parts").read_bytes().replace(b"\n", b"\r\n"))
    assert said(case) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD + "," * 10_000_001, r"a file must have at most 10,000,000 cells; got about 10,000,010"),
        ("a," * 1000 + "a\n", r"row 1: a table must have at most 1000 columns; got 1001"),
    ],
)
def test_more_cells_than_memory_is_for(tmp_path, content, message):
    path = tmp_path / "system.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        read_system(path)
