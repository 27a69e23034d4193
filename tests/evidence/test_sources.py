import csv
import io
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_folder import PLAIN, Case, said, where

from estimation.errors import DataError, EstimationError
from estimation.evidence.tables.sources import check, load, usable


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


# --- properties

rows = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), PLAIN), max_size=8)
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


def test_the_fixture_folder_can_be_copied_and_checked_elsewhere(case, tmp_path_factory):
    other = tmp_path_factory.mktemp("elsewhere") / "case"
    shutil.copytree(case.folder, other)
    assert check(str(other)) == ()
