# ruff: noqa: E501 (one fault to a line reads as a table)
import csv
import io
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_folder import AREAS, Case, descriptor

from estimation.errors import DataError, EstimationError
from estimation.evidence.files.persons import is_person_level, looks_like_identity
from estimation.evidence.tables.sources import check, load, usable


def said(case: Case) -> list[str]:
    return [str(problem) for problem in check(case.folder)]


def where(case: Case) -> list[tuple[str, int | None, str | None]]:
    return [(problem.file, problem.row, problem.column) for problem in check(case.folder)]


def test_a_good_folder_passes_and_is_typed(case):
    evidence = load(case.folder)
    assert evidence.names == ("sources", "areas", "parts")
    assert evidence.directory == case.folder
    areas = evidence.table("areas")
    assert areas["numerator"].tolist() == [10, 3, 0]
    assert areas["numerator"].dtype == np.int64
    assert areas["rate"].dtype == np.float64
    assert np.isnan(areas["rate"][1])
    assert areas["read_in"].tolist() == ["paper", "", "census"]
    assert evidence.table("parts")["gb_code"].tolist() == ["0101", "0102"]  # leading zeros stay
    assert evidence.hashes["parts.csv"] == case.package["resources"][2]["hash"].removeprefix("sha256:")


def test_tables_are_copies(case):
    evidence = load(case.folder)
    parts = evidence.table("parts")
    parts.loc[0, "total"] = 0
    assert evidence.table("parts")["total"][0] == 30


def test_windows_line_ends_are_read(case):
    case.write("parts", case.path("parts").read_bytes().replace(b"\n", b"\r\n"))
    assert said(case) == []


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
    ("areas", "3,40,", "300,40,", 3, "numerator", "numerator must not exceed denominator; got 300 and 40. Do this: correct one of them."),
    ("areas", "0.05,0.1,0.2", "0.05,0.1,0.06", 2, "rate", "rate must not exceed high; got 0.1 and 0.06."),
    ("areas", ",0.1,read", ",0.2,read", 2, "share", "share must be numerator / denominator; got 0.2 against 0.1. Do this: correct the row."),
    ("areas", ",0.075,", ",,", 3, "share", "share must be numerator / denominator; got an empty cell against 0.075."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,8,", 2, "value", "value must be what formula gives; got 8 against 7. Do this: correct formula or value."),
    ("areas", "2 * 3.5,7,", "2 * 3.5,,", 2, "value", "a formula must have its value beside it; got ''. Do this: write the value."),
    ("areas", "1 / 3,0.33", "1 / 0,0.33", 4, "formula", "a formula must not divide by zero; got '1 / 0'."),
    ("areas", "1 / 3,0.33", "exit(),0.33", 4, "formula", r"a formula must be plain arithmetic; got 'exit\(\)'. Do this: write numbers with \+ - \* / and brackets, without thousands separators."),
    ("areas", "north;south", "north;east", 4, "inputs", "a key in a list must be a known row; got 'east'. Do this: correct it."),
    ("areas", "four words of it", "five words of it now", 2, "quote", "a quotation has at most 4 words; got 5 words. Do this: shorten it."),
    ("areas", "0.05,0.1,0.2", "0.05,0.1,", 2, "bound", "bound range asks for all of low, high to be filled; got low=0.05, high=empty. Do this: fill the cells or change the code."),
    ("areas", "0,7,,0,", "0,7,,,", 4, "bound", "bound floor asks for one of low, rate to be filled; got low=empty, rate=empty."),
    ("areas", "context,floor", "context,none", 4, "bound", "bound none asks for none of rate to be filled; got rate=0."),
    ("areas", "unverified,no", "unverified,context", 3, "usable", "verification unverified asks for usable no; got 'context'. Do this: change one of the two codes."),
    ("parts", "0101,30,10,20", "0101,31,10,20", 2, "total", "total must be the sum of men, women; got 31 against 30. Do this: correct the row."),
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
    ("parts", "women,note", "women,remark", 1, "note", "a declared column must be in the file; got no such column. Do this: add it."),
    ("parts", "women,note", "women,remark", 1, "remark", "a column must be declared in datapackage.json; got column remark. Do this: declare it or remove it."),
    ("parts", "women,note", "women,id_number", 1, "id_number", "a table must not hold data about individuals; got column id_number. Do this: keep counts by area only; if it names an area, call it area or name_en."),
    ("parts", '"a note, with a comma"', "653121" + "19800229" + "001X", 3, "note", "a cell must not hold an identity or telephone number; got a number of that shape. Do this: remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "message"), FAULTS)
def test_each_fault_is_named_with_file_row_and_column(case, table, old, new, row, column, message):
    case.edit(table, old, new)
    with pytest.raises(DataError, match=message):
        load(case.folder)
    assert (f"{table}.csv", row, column) in where(case)


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


def test_a_changed_file_is_refused_and_its_other_faults_are_listed_too(case):
    good = case.package["resources"][2]["hash"].removeprefix("sha256:")
    path = case.path("parts")
    path.write_text(path.read_text().replace("0101,30,10,20", "0101,x,-1,20"))
    first, *others = check(case.folder)
    assert str(first).startswith("parts.csv: a file must have the hash declared; got ")
    assert f"instead of {good[:12]}" in first.got
    assert first.remedy == "restore the file, or run data/rehash.py after a deliberate edit"
    assert [(one.row, one.column) for one in others] == [(2, "total"), (2, "men")]


def test_all_problems_are_listed_at_once_in_order_of_files_rows_and_columns(case):
    case.edit("sources", "paper,A paper", "paper, A paper")
    case.edit("areas", "north,paper,paper,10,100,0.05", "north,paper,nobody,-10,100,5")
    case.edit("areas", ",unverified,no,", ",,no,")
    case.edit("parts", "0102,5", "0102,?")
    assert where(case) == [
        ("sources.csv", 2, "title"),
        ("areas.csv", 2, "read_in"),
        ("areas.csv", 2, "numerator"),
        ("areas.csv", 2, "low"),
        ("areas.csv", 3, "verification"),
        ("parts.csv", 3, "total"),
    ]
    with pytest.raises(DataError) as caught:
        load(case.folder)
    assert str(caught.value).count("\n") == 5


@pytest.mark.parametrize("name", ["extra.csv", "people.XLSX", "scan.jpg", "notes.txt"])
def test_data_files_that_are_not_declared_are_refused(case, name):
    (case.folder / name).write_text("anything")
    assert said(case) == [
        f"{name}: a file with data must be declared in datapackage.json; got a {Path(name).suffix} file. "
        "Do this: declare it as a CSV table or move it away."
    ]


def test_prose_and_assumptions_may_lie_beside_the_tables(case):
    (case.folder / "README.md").write_text("prose")
    (case.folder / "assumptions.toml").write_text("")
    assert said(case) == []


def test_a_folder_without_descriptor_is_refused(tmp_path):
    (problem,) = check(tmp_path)
    assert problem.file == "datapackage.json"
    assert problem.rule == "a data folder must declare its tables"
    assert problem.got == "no file"


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"resources": 3}', "[" * 100_000])
def test_a_descriptor_that_is_no_package_is_refused(tmp_path, content):
    (tmp_path / "datapackage.json").write_text(content)
    (problem,) = check(tmp_path)
    assert problem.rule == "it must be a JSON object with a list of resources"


# Entry of the third resource, its new value, part of the message.
DECLARATIONS = [
    ("path", "../parts.csv", "path '../parts.csv' is not the plain name of a CSV file"),
    ("path", "parts.xlsx", "is not the plain name of a CSV file"),
    ("hash", "md5:0", "hash 'md5:0' is not sha256: and 64 hexadecimal digits"),
    ("schema", {}, "KeyError: 'fields'"),
    ("schema", {"fields": []}, "columns must be declared, each once"),
    ("schema", {"fields": [{"name": "a", "type": "string"}] * 2}, "columns must be declared, each once"),
    ("schema", {"fields": [{"name": "a", "type": "date"}]}, "type 'date' of a is not one of string, integer, number"),
    ("schema", {"fields": [{"name": "a", "type": "string"}], "primaryKey": "b"}, "keys of undeclared columns ['b']"),
    ("schema", {"fields": [{"name": "a", "type": "string", "constraints": {"pattern": "("}}]}, "pattern '(' must be runs of letters and digits"),
    ("schema", {"fields": [{"name": "a", "type": "string"}], "foreignKeys": [{"fields": ["a", "b"], "reference": {"resource": "sources", "fields": ["x", "y"]}}]}, "ValueError"),
    ("x-rules", 7, "TypeError"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "value", "message"), DECLARATIONS)
def test_a_declaration_that_cannot_be_checked_is_refused(case, entry, value, message):
    case.package["resources"][2][entry] = value
    (case.folder / "datapackage.json").write_text(json.dumps(case.package))
    problem = check(case.folder)[0]
    assert problem.rule == "a resource must give name, path, hash and a schema that can be checked"
    assert message in problem.got


def test_a_resource_declared_twice_is_refused(case):
    case.package["resources"].append(case.package["resources"][0])
    case.rehash()
    assert said(case) == ["datapackage.json: a resource name must stand once; got sources. Do this: rename one."]


def test_a_foreign_key_to_nowhere_is_refused(case):
    case.package["resources"][1]["schema"]["foreignKeys"][0]["reference"]["fields"] = "key"
    case.rehash()
    assert said(case) == [
        "datapackage.json: a foreign key must lead to a declared column; got areas.source_id -> sources.key. "
        "Do this: declare or drop it."
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rule": "magic"}, "a rule must be known and complete; use one of ordered, sum, formula, quotient, when, keys, words"),
        ({"rule": "sum", "total": "total"}, "a rule must be known and complete; 'parts'"),
        ({"rule": "sum", "total": "all", "parts": ["men"]}, "undeclared columns all"),
        ({"rule": "sum", "total": "total", "parts": ["note"]}, "parts must be numbers"),
        ({"rule": "sum", "total": "total", "parts": [7]}, "[7] must be text"),
        ({"rule": "ordered", "columns": ["note", "men"]}, "columns must be all numbers or all text"),
        ({"rule": "when", "column": "note", "values": ["x"], "any_of": ["y"]}, "undeclared columns y"),
        ({"rule": "when", "column": "note", "values": []}, "values must be filled"),
        ({"rule": "words", "column": ["note"], "limit": 3}, "column must be one name"),
        ({"rule": "words", "column": "note"}, "a rule must be known and complete; 'limit'"),
        ({"rule": "words", "column": "note", "limit": "few"}, "limit must be a whole number"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_applied_is_refused(case, rule, message):
    case.package["resources"][2]["x-rules"] = [rule]
    case.rehash()
    (problem,) = check(case.folder)
    assert problem.file == "datapackage.json"
    assert message in str(problem)


def test_rules_also_order_dates_of_unlike_precision(case):
    case.package["resources"][2]["schema"]["fields"] += [
        {"name": "since", "type": "string"},
        {"name": "until", "type": "string"},
    ]
    case.package["resources"][2]["x-rules"] = [{"rule": "ordered", "columns": ["since", "until"]}]
    case.write("parts", b"gb_code,total,men,women,note,since,until\n1,1,1,0,,2017,2017-06\n2,1,1,0,,2018-02,2017\n")
    assert where(case) == [("parts.csv", 3, "since")]


def test_unknown_table(case):
    with pytest.raises(
        EstimationError, match=r"a table must be in the folder; got people\. Do this: use one of sources, areas, parts"
    ):
        load(case.folder).table("people")


def test_usable_drops_what_nobody_read(case):
    areas = load(case.folder).table("areas")
    assert usable(areas)["area"].tolist() == ["north", "west"]
    with pytest.raises(
        EstimationError, match="a table of figures must have a verification column; got columns area, source_id"
    ):
        usable(areas.drop(columns="verification"))


@pytest.mark.parametrize("column", ["name", "Full Name", "detaineeId", "id", "ID-number", "photo", "date of birth", "DOB", "phone", "victim_name", "case no", "身份证号", "姓名"])  # fmt: skip
def test_person_level_columns(column):
    assert is_person_level(column)


@pytest.mark.parametrize("column", ["name_en", "name_zh", "area", "source_id", "observation_id", "gb_code", "author", "population", "capacity_id", "facility", "numerator", "adult_base"])  # fmt: skip
def test_columns_about_areas_pass(column):
    assert not is_person_level(column)


@pytest.mark.parametrize("cell", ["653121197001010011", "no. 65312119700101001x.", "653121700101001", "13812345678"])
def test_identity_and_telephone_numbers(cell):
    # Invented digits in the published layouts: GB 11643-1999 (18), GB 11643-1989 (15), Chinese mobile numbers (11).
    assert looks_like_identity(cell)


@pytest.mark.parametrize("cell", ["https://threadreaderapp.com/thread/1417825988654866433.html", "653121", "24867600", "978-7-5037-9772-9", "653121197013010011", "4b42738cfb1450e054b6463e082cf7664035e3af"])  # fmt: skip
def test_other_long_numbers_pass(cell):
    assert not looks_like_identity(cell)


# --- properties

plain = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12).filter(
    lambda cell: not cell.startswith(("=", "+", "-", "@")) and not looks_like_identity(cell)
)
rows = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), plain), max_size=8)
often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@often
@given(rows)
def test_what_is_written_is_what_is_loaded(table):
    with tempfile.TemporaryDirectory() as name:
        case = Case(Path(name))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["gb_code", "total", "men", "women", "note"])
        for place, (men, women, note) in enumerate(table):
            writer.writerow([f"u{place}", men + women, men, women, note])
        case.write("parts", text.getvalue().encode())
        loaded = load(case.folder).table("parts")
    assert loaded["men"].tolist() == [men for men, _, _ in table]
    assert loaded["total"].tolist() == [men + women for men, women, _ in table]
    assert loaded["note"].tolist() == [note for _, _, note in table]


@often
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_give_problems_or_a_table_but_no_traceback(raw, with_header):
    with tempfile.TemporaryDirectory() as name:
        case = Case(Path(name))
        case.write("parts", (b"gb_code,total,men,women,note\n" if with_header else b"") + raw)
        problems = check(case.folder)
        assert all(problem.file == "parts.csv" and "\n" not in str(problem) for problem in problems)
        if not problems:
            load(case.folder)


@often
@given(st.sampled_from(["numerator", "denominator", "low", "rate", "high", "share", "value"]), st.integers(0, 2), plain)
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


def _places(node, path=()):
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


PLACES = [path for path in _places(descriptor()) if len(path) > 1]
junk = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda kids: st.lists(kids, max_size=3) | st.dictionaries(st.text(max_size=5), kids, max_size=3), max_leaves=5)  # fmt: skip


@settings(often, max_examples=150)
@given(st.sampled_from(PLACES), junk)
def test_no_descriptor_gives_a_traceback(path, value):
    with tempfile.TemporaryDirectory() as name:
        case = Case(Path(name))
        node = case.package
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        (case.folder / "datapackage.json").write_text(json.dumps(case.package))
        for problem in check(case.folder):
            assert str(problem)


def test_the_fixture_folder_can_be_copied_and_checked_elsewhere(case, tmp_path_factory):
    other = tmp_path_factory.mktemp("elsewhere") / "case"
    shutil.copytree(case.folder, other)
    assert check(str(other)) == ()
