"""Every published table and column is declared, described and of its type."""

import json
import re

import frictionless
import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.report.record import codebook, csv_table, results_folder

RESULTS = results_folder.RESULTS
PACKAGE = json.loads((RESULTS / codebook._PACKAGE).read_text(encoding="utf-8"))
RESOURCES = {resource["path"]: resource for resource in PACKAGE["resources"]}
FIELDS = [(path, field) for path, resource in RESOURCES.items() for field in resource["schema"]["fields"]]
# Columns of words in which some words look like numbers: codes, dates, names of options, settings of an experiment.
WORDS = {"gb_code", "date", "window", "window_from", "window_to", "adult age", "year", "option", "selection"}
WORDS |= {"lowest_option", "highest_option"}


def test_every_table_has_its_resource_and_nothing_else_has():
    assert set(RESOURCES) == {str(path.relative_to(RESULTS)) for path in RESULTS.rglob("*.csv")}


def test_package_and_codebook_are_what_the_tables_give():
    for name, content in codebook.package_files(RESULTS, {}).items():
        assert (RESULTS / name).read_bytes() == content, f"{name}: publish the tables again"


@pytest.mark.filterwarnings("ignore")  # the peer's own warnings
def test_frictionless_finds_the_package_valid():
    report = frictionless.validate(str(RESULTS / codebook._PACKAGE))
    assert report.flatten(["name", "rowNumber", "fieldName", "message"]) == []
    assert report.valid


def test_every_column_has_a_meaning_and_every_number_a_unit():
    for path, field in FIELDS:
        assert re.fullmatch(r"[A-Z0-9].*\.", field["description"]), (path, field["name"])
        assert field["type"] == "string" or field["unit"], (path, field["name"])


def test_a_cell_is_empty_only_where_another_column_says_why():
    for path, field in FIELDS:
        if not field["constraints"].get("required"):
            assert field["type"] != "string", (path, field["name"])
            names = re.findall("`([a-z0-9_]+)`", field["description"].split("Empty ")[1])
            assert names, (path, field["name"])
            assert set(names) <= {each["name"] for each in RESOURCES[path]["schema"]["fields"]}, (path, field["name"])


@pytest.mark.parametrize("path", RESOURCES)
def test_no_column_of_words_holds_numbers(path):
    table = csv_table.table((RESULTS / path).read_bytes())
    for field in RESOURCES[path]["schema"]["fields"]:
        if field["type"] == "string" and field["name"] not in WORDS:
            assert pd.to_numeric(table[field["name"]], errors="coerce").isna().all(), field["name"]


@pytest.mark.parametrize(
    ("name", "column"), [("bounds.csv", "width"), ("other.csv", "scope"), ("estimates.csv", "q_at_least_1")]
)
def test_what_is_not_declared_is_not_published(name, column):
    with pytest.raises(EstimationError, match=f"must be declared; got column {column} of {name}"):
        codebook.csv_files({name: pd.DataFrame({column: [1.0]})})


def test_numbers_are_missing_only_where_declared():
    bounds = pd.DataFrame({"rung": ["no model"], "k": [float("nan")], "low": [1.0]})
    assert codebook.csv_files({"bounds.csv": bounds}) == {"bounds.csv": b"rung,k,low\nno model,,1\n"}
    with pytest.raises(EstimationError, match=r"results have no blanks \(column low\)"):
        codebook.csv_files({"bounds.csv": bounds.assign(low=float("nan"))})


def test_columns_named_by_a_number_are_declared_once(tmp_path):
    table = pd.DataFrame({"scope": ["a"], "p_at_least_7": [0.5], "p_at_least_7_error": [0.1]})
    codebook.write(tmp_path, codebook.csv_files({"estimates.csv": table}))
    [resource] = json.loads((tmp_path / codebook._PACKAGE).read_text(encoding="utf-8"))["resources"]
    said = [field["description"] for field in resource["schema"]["fields"]]
    assert said[1].startswith("Chance that the count is at least")
    assert said[2].startswith("Simulation error")
    # A table that was there before stays described when another is written.
    codebook.write(tmp_path, codebook.csv_files({"bounds.csv": pd.DataFrame({"rung": ["factor"], "k": [2.0]})}))
    resources = json.loads((tmp_path / codebook._PACKAGE).read_text(encoding="utf-8"))["resources"]
    assert [each["path"] for each in resources] == ["bounds.csv", "estimates.csv"]
    assert "### bounds.csv" in (tmp_path / codebook._README).read_text(encoding="utf-8")
