# ruff: noqa: E501 (one fault to a line reads as a table)
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimation.errors import DataError
from estimation.evidence.tables.system_file import read_system

GOOD = "area,count,population\nnorth,12,400\nsouth,0,500\n"


def written(tmp_path, content):
    path = tmp_path / "system.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_good_file_is_typed(tmp_path):
    frame = read_system(written(tmp_path, GOOD))
    assert frame.columns.tolist() == ["area", "parent", "count", "population"]
    assert frame["count"].tolist() == [12, 0]
    assert frame["population"].dtype == np.int64
    assert frame["parent"].tolist() == ["", ""]


def test_other_columns_and_any_order_are_allowed_and_areas_may_share_a_name_across_parents(tmp_path):
    text = "note,population,parent,area,count\n,400,east,lake,12\nx,500,west,lake,3\n"
    frame = read_system(written(tmp_path, text))
    assert frame[["parent", "area", "count"]].to_numpy().tolist() == [["east", "lake", 12], ["west", "lake", 3]]


FAULTS = [
    ("", r"^system.csv: a file must have a header; got an empty file"),
    ("area,count,population\n", r"^system.csv: a system must have at least two areas; got 0 rows. Do this: add the others"),
    ("area,count,population\nnorth,1,2\n", r"a system must have at least two areas; got 1 row\."),
    ("area,count\nnorth,1\n", r"^system.csv, row 1, column population: a system file must have this column; got columns area, count. Do this: add it"),
    ("area,count,population\nnorth,1.5,4\nsouth,1,4\n", r"row 2, column count: a cell of this column must be a whole number; got '1.5'"),
    ("area,count,population\nnorth,1,4\nsouth,many,4\n", r"row 3, column count: a cell of this column must be a whole number; got 'many'"),
    ('area,count,population\nnorth,1,"4,000"\nsouth,1,4\n', r"row 2, column population: a number must be written without thousands separators; got '4,000'"),
    ("area,count,population\nnorth,,4\nsouth,1,4\n", r"row 2, column count: a required cell must not be empty"),
    ("area,count,population\n,1,4\nsouth,1,4\n", r"row 2, column area: a required cell must not be empty"),
    ("area,count,population\nnorth,-1,4\nsouth,1,4\n", r"row 2, column count: a number must not be negative; got '-1'"),
    ("area,count,population\nnorth,0,0\nsouth,1,4\n", r"row 2, column population: a number must be at least 1; got '0'"),
    ("area,count,population\nnorth,5,4\nsouth,1,4\n", r"row 2, column count: a count must not exceed its population; got 5 of 4. Do this: count and population must be of the same people"),
    ("area,count,population\nnorth,1,4\nnorth,2,4\n", r"row 3, column area: a key must stand once; it stands in row 2 already; got north"),
    ("area,parent,count,population\nnorth,e,1,4\nnorth,e,2,4\n", r"row 3, column area\|parent: a key must stand once"),
    ("area,parent,count,population\nnorth,e,1,4\nsouth,,2,4\n", r"row 3, column parent: a required cell must not be empty"),
    (b"area,count,population\nn\xe9,1,4\nsouth,1,4\n", r"row 2: text must be UTF-8; got byte 0xe9"),
    ("area,count,population\nnorth,1\nsouth,1,4\n", r"row 2: a row must have as many cells as the header; got 2 instead of 3"),
    ("area,area,population\nnorth,1,4\n", r"row 1, column area: a column name must stand once"),
    ("area,count,population\n=north,1,4\nsouth,1,4\n", r"row 2, column area: a text cell must not begin like a spreadsheet formula"),
    ("area,count,population,surname\nnorth,1,4,x\nsouth,1,4,y\n", r"row 1, column surname: a table must not hold data about individuals"),
    ("person_id,count,population\n1,1,4\n", r"column person_id: a table must not hold data about individuals"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), FAULTS)
def test_each_fault_is_named_with_its_place(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        read_system(written(tmp_path, content))


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.csv: the file must exist; got no file"):
        read_system(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="a file must be readable; got Is a directory"):
        read_system(tmp_path)


def test_all_faults_are_listed_in_the_order_of_rows(tmp_path):
    text = "area,count,population\nnorth,9,4\nsouth,x,4\nnorth,1,-4\n"
    with pytest.raises(DataError) as caught:
        read_system(written(tmp_path, text))
    assert [(p.row, p.column) for p in caught.value.problems] == [
        (2, "count"),
        (3, "count"),
        (4, "area"),
        (4, "population"),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=2, max_size=20))
def test_what_is_written_is_read(tmp_path, pairs):
    frame = pd.DataFrame({"area": [f"a{i}" for i in range(len(pairs))], "population": [max(pair) for pair in pairs]})
    frame["count"] = [min(pair) for pair in pairs]
    path = tmp_path / "system.csv"
    frame.to_csv(path, index=False)
    assert read_system(path)[frame.columns.tolist()].equals(frame.astype({"area": "str"}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_rubbish_never_escapes_as_another_error(tmp_path, content):
    with pytest.raises(DataError):
        read_system(written(tmp_path, b"area,count,population\n" + content + b"\nx,1\n"))
