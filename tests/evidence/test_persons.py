# ruff: noqa: E501 (one fault to a line reads as a table)
import pytest
from small_folder import assert_fault

from estimation.evidence.files.persons import is_person_level, looks_like_identity

# One edit, one message: table, text replaced, replacement, row, column, message.
FAULTS = [
    ("parts", "women,note", "women,id_number", 1, "id_number", "a table must not hold data about individuals; got column id_number. Do this: keep counts by area only; if it names an area, call it area or name_en."),
    ("parts", '"a note, with a comma"', "653121" + "19800229" + "001X", 3, "note", "a cell must not hold an identity or telephone number; got a number of that shape. Do this: remove it."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "message"), FAULTS)
def test_each_fault_is_named_with_file_row_and_column(case, table, old, new, row, column, message):
    case.edit(table, old, new)
    assert_fault(case, f"{table}.csv", row, column, message)


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
