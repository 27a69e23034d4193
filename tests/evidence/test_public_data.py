"""The tables of data/public: complete, traceable, valid for Frictionless, documented."""

import json
import re
import shutil
from pathlib import Path

import frictionless
import pandas as pd
import pytest

from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.files.persons import is_person_level
from estimation.evidence.tables.sources import PUBLIC, Evidence, check, load, usable

REFERENCE = Path(__file__).parents[1] / "reference"
PACKAGE = json.loads((PUBLIC / "datapackage.json").read_text(encoding="utf-8"))
KEYS = {resource["name"]: resource["schema"]["primaryKey"] for resource in PACKAGE["resources"]}
# Choices about figures of other tables; they hold no figure of their own.
CHOICES = {"synthesis_sources", "reconciliation"}
FIGURES = sorted(set(KEYS) - {"sources", "units", "reference_areas", "objections", "omitted"} - CHOICES)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture(scope="module")
def manifest() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "evidence_rows.csv", dtype=str, keep_default_na=False)


def test_the_tables_pass_every_check():
    assert check() == ()


def test_the_tables_are_those_the_suite_relies_on(evidence):
    assert set(evidence.names) == {
        *("sources", "observations", "quotas", "bases", "published", "official_statistics", "capacity", "units"),
        *("census", "ethnicity_2004", "region_series", "spot_counts", "control_totals"),
        *("reference_areas", "reference_sets", "reference_parents", "objections", "omitted"),
        *("synthesis_sources", "reconciliation", "sites_by_county", "reference_slopes"),
    }


def test_frictionless_finds_the_package_valid():
    report = frictionless.validate(str(PUBLIC / "datapackage.json"))
    assert report.flatten(["name", "rowNumber", "fieldName", "message"]) == []
    assert report.valid


# Table, text replaced, replacement: the reader and Frictionless read the same schema, so they name the same cell.
@pytest.mark.parametrize(
    ("table", "old", "new", "row", "column"),
    [
        ("observations", "kon_bbc,bbc_2022_xpf,", "kon_bbc,hearsay,", 2, "source_id"),
        ("observations", ",22762,,,,", ",many,,,,", 2, "numerator"),
        ("observations", ",22762,,,,", ",-5,,,,", 2, "numerator"),
        ("observations", ",read,headline,", ",rumour,headline,", 2, "verification"),
        ("observations", ",read,headline,", ",,headline,", 2, "verification"),
        ("units", "650102,6501,Urumqi", "6501,6501,Urumqi", 2, "gb_code"),
        ("units", "87.62", "187.62", 2, "lon"),
    ],
)
@pytest.mark.filterwarnings("ignore")  # the peer's own warnings
def test_reader_and_frictionless_agree(tmp_path, rehash_script, table, old, new, row, column):
    folder = tmp_path / "data"
    shutil.copytree(PUBLIC, folder)
    path = folder / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    rehash_script.rehash(folder)
    assert (f"{table}.csv", row, column) in [(one.file, one.row, one.column) for one in check(folder)]
    report = frictionless.validate(str(folder / "datapackage.json"))
    (task,) = [task for task in report.tasks if task.name == table]
    cells = task.flatten(["rowNumber", "fieldName", "note"])  # a foreign key names its columns in the note
    assert [cell for cell in cells if cell[0] == row and (cell[1] == column or f'"{column}"' in cell[2])]


def test_every_row_of_the_evidence_is_carried_or_omitted_for_a_reason(evidence, manifest):
    carried = {}
    for table, key in KEYS.items():
        frame = evidence.table(table).astype(str)
        carried[table] = set(frame[key].agg("|".join, axis=1))
    lost = [(row.table, row.key) for row in manifest.itertuples() if row.key not in carried[row.table]]
    assert lost == []
    # Rows by origin, as counted when the evidence was collected, in two rounds; 2,481 areas in 13 files.
    assert manifest["origin"].value_counts().to_dict() == {
        "sources": 194,
        "observed_rates": 42,
        "quotas": 3,
        "denominators": 26,
        "published_estimates": 32,
        "official_statistics": 35,
        "capacity": 42,
        "population_units": 106,
        "population_census": 204,
        "population_ethnicity_2004": 86,
        "population_spot": 111,
        "population_region": 481,
        "objections": 38,
        "reference_summary": 32,
        "reference_classes": 5,
        "reference": 2481,
        "population_model": 212,
        "second_round": 163,
    }


def test_no_row_is_here_that_the_evidence_does_not_have(evidence, manifest):
    listed = set(zip(manifest["table"], manifest["key"], strict=True))
    for table in set(KEYS) - {"control_totals"} - CHOICES:  # control totals are arranged here, from region_series
        frame = evidence.table(table).astype(str)
        assert {(table, key) for key in frame[KEYS[table]].agg("|".join, axis=1)} <= listed


MAIN = {
    "observations": ["rate", "numerator"],
    "bases": ["value"],
    "published": ["value"],
    "official_statistics": ["value", "share", "low"],
    "capacity": ["value"],
    "sites_by_county": ["sites_listed"],
    "census": ["total"],
    "ethnicity_2004": ["total"],
    "spot_counts": ["value"],
    "region_series": ["value"],
    "reference_sets": ["tau"],
    "reference_parents": ["tau_within_median"],
    "reference_slopes": ["slope"],
}


@pytest.mark.parametrize("table", MAIN)
def test_main_figures_are_those_collected(evidence, manifest, table):
    frame = evidence.table(table)
    keys = frame[KEYS[table]].astype(str).agg("|".join, axis=1)
    figures = frame[MAIN[table]].bfill(axis=1).iloc[:, 0].set_axis(keys)
    rows = manifest[(manifest["table"] == table) & manifest["value"].str.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?")]
    assert len(rows) >= min(15, len(frame))
    assert (figures[rows["key"]].to_numpy() == rows["value"].astype(float).to_numpy()).all()


@pytest.mark.parametrize("table", FIGURES)
def test_every_figure_traces_to_a_source(evidence, table):
    frame = evidence.table(table)
    known = set(evidence.table("sources")["source_id"])
    assert set(frame["source_id"]) <= known
    # Found in a document that is listed, unless nobody found it, or it is arithmetic of this suite.
    if "read_in" in frame:
        found = frame["read_in"].isin(known)
        assert (found | (frame["verification"] == "unverified")).all()


def test_areas_trace_to_their_set(evidence):
    sets = evidence.table("reference_sets").set_index("dataset")
    areas = evidence.table("reference_areas")
    totals = areas.groupby("dataset")[["count", "population"]].sum()
    carried = sets[sets["rows_included"] == "yes"].sort_index()
    assert totals.index.tolist() == carried.index.tolist()
    assert (totals["count"] == carried["total_count"]).all()
    assert (totals["population"] == carried["total_population"]).all()
    assert (areas.groupby("dataset").size() == carried["n_areas"]).all()


def test_slopes_are_of_the_sets_listed(evidence):
    slopes = evidence.table("reference_slopes").set_index("dataset")
    sets = evidence.table("reference_sets").set_index("dataset")
    # Two systems have slopes before they have rows.
    assert set(slopes.index) - set(sets.index) == {
        *("ice_arrests_by_state_2025_26", "germany_deported_by_county", "germany_deported_by_district")
    }
    known = slopes[slopes.index.isin(sets.index)]
    assert (known[["family", "source_id"]] == sets.loc[known.index, ["family", "source_id"]]).all(axis=None)
    whole = known[known["note"] == ""]
    assert (whole["n_areas"] == sets.loc[whole.index, "n_areas"]).all()
    # As the codebook says: one vote a family.
    votes = slopes.groupby("family")["slope"].mean()
    assert (len(votes), round(votes.mean(), 2), round((votes**2).mean() ** 0.5, 2)) == (18, 0.17, 0.41)


def test_every_source_with_figures_was_read_or_is_quoted_in_one_that_was(evidence):
    extent = evidence.table("sources").set_index("source_id")["extent_read"]
    for table in FIGURES:
        frame = evidence.table(table)
        if "read_in" in frame:
            reading = usable(frame)["read_in"]
            assert (extent[reading[reading != ""]] != "not_read").all(), table


def test_what_nobody_read_is_marked_and_kept_apart(evidence):
    for table in ("observations", "bases", "published", "official_statistics", "quotas"):
        frame = evidence.table(table)
        assert set(frame.loc[frame["verification"] == "unverified", "usable"]) <= {"no"}
    totals = evidence.table("control_totals")
    verified = totals[totals["control_set"] == "verified"]
    assert len(usable(verified)) == len(verified)


def test_orders_and_plans_are_not_observations(evidence):
    observed, ordered = evidence.table("observations"), evidence.table("quotas")
    assert set(observed["observation_id"]).isdisjoint(ordered["quota_id"])
    assert "planned" not in set(observed["measure"])
    assert set(ordered["usable"]) == {"no"}


def test_the_headline_row_is_the_published_count_and_rate(evidence):
    rates = evidence.table("observations")
    (row,) = rates[rates["usable"] == "headline"].to_dict("records")
    # BBC News, 24 May 2022: "a total of 22,762 residents - more than 12% of the adult population".
    assert (row["numerator"], row["low"], row["bound"], row["gb_code"]) == (22762, 0.12, "floor", "653121")


def test_pupils_with_a_parent_held_are_no_count_of_people_held(evidence):
    rates = evidence.table("observations").set_index("observation_id")
    pupils = rates[rates["measure"] == "parent_held"]
    assert set(pupils["usable"]) <= {"cross_check", "context"}
    # The Economist, 17 October 2020: more than 9,500 of roughly 100,000 pupils; 822 with both parents held.
    parents = rates.loc["yar_parents"]
    assert parents["numerator"] == pupils.loc[["yar_pupils_any", "yar_pupils_both"], "numerator"].sum()
    assert parents["denominator"] == 2 * pupils.loc["yar_pupils_any", "denominator"]
    weighed = evidence.table("synthesis_sources").set_index("row_id")["use"]
    assert set(weighed[["yar_parents", "yar_villages"]]) == {"yes"}  # both or neither: they speak of one county


def test_sites_by_county_add_up_to_the_list_and_cannot_be_weighed(evidence):
    sites, capacity = evidence.table("sites_by_county"), evidence.table("capacity").set_index("capacity_id")["value"]
    assert set(sites["gb_code"]) == set(evidence.table("units")["gb_code"])
    assert sites["sites_listed"].sum() == capacity["bfn_list_total"]
    assert sites["sites_in_capacity_estimate"].sum() == capacity["bfn_347"]
    by_prefecture = sites.groupby("prefecture")["sites_listed"].sum()
    for name in ("Kashgar", "Ili", "Hotan", "Aksu", "Bayingolin", "Urumqi", "Tacheng", "Changji", "Kizilsu", "Altay"):
        assert by_prefecture[name] == capacity[f"bfn_pref_{name.lower()}"], name
    (weighed,) = (resource for resource in PACKAGE["resources"] if resource["name"] == "synthesis_sources")
    (column,) = (field for field in weighed["schema"]["fields"] if field["name"] == "table")
    assert "sites_by_county" not in column["constraints"]["enum"]


def test_census_totals_are_the_printed_ones(evidence):
    totals = evidence.table("census").groupby("year")["total"].agg(["sum", "size"])
    # Census tabulations by county: 98 units in 2010, 106 in 2020; printed regional totals.
    assert totals.loc[2010].tolist() == [21_815_815, 98]
    assert totals.loc[2020].tolist() == [25_852_345, 106]
    # Xinjiang Statistical Yearbook 2005, table 4-7: sum of the county rows.
    assert evidence.table("ethnicity_2004")["total"].sum() == 19_255_804


def test_control_totals_fill_the_minority_total(evidence):
    totals = evidence.table("control_totals").groupby(["control_set", "year"])["value"].sum()
    # Bulletin of the 2020 census: 14,932,247 minority residents. 2010: 12,985,821, the base of the county model.
    assert totals.to_dict() == {
        ("published", 2010): 12_985_821,
        ("verified", 2010): 12_985_821,
        ("published", 2020): 14_932_247,
        ("verified", 2020): 14_932_247,
    }
    parts = evidence.table("control_totals")["groups"].str.split("+").explode().unique()
    assert set(parts) == {"uyghur", "kazakh", "hui", "kyrgyz", "other_minority"}


def test_cities_are_those_of_the_end_of_2017(evidence):
    units = evidence.table("units").set_index("gb_code")
    # Names end in shi (city) or qu (district); Kuqa became a city in 2019.
    named = units["name_zh"].str.endswith(("市", "区"))
    assert named["652902"]
    assert units.loc["652902", "is_city"] == 0
    assert (units["is_city"] == named.drop("652902").astype(int).reindex(units.index, fill_value=0)).all()
    # Huyanghe was founded in December 2019, Kunyu in 2016.
    assert units.loc["659009", "is_city"] == 1


def test_formulas_give_what_stands_beside_them(evidence):
    # The reader checks all; here one figure by hand: 540,826 - 215,823 - 44,603.
    statistics = evidence.table("official_statistics").set_index("stat_id")
    assert evaluate(statistics.loc["pros_2018_20", "formula"]) == 280_400


def test_no_column_is_about_individuals(evidence):
    for name in evidence.names:
        assert not any(is_person_level(column) for column in evidence.table(name))


def test_every_column_is_in_the_codebook_and_has_a_meaning(rehash_script, tmp_path):
    readme = (PUBLIC / "README.md").read_text(encoding="utf-8")
    for resource in PACKAGE["resources"]:
        assert f"### {resource['path']}" in readme
        for field in resource["schema"]["fields"]:
            assert field["description"]
            assert field["type"] == "string" or field["unit"]
    shutil.copytree(PUBLIC, tmp_path / "data")
    rehash_script.rehash(tmp_path / "data")
    for name in ("README.md", "datapackage.json"):  # as data/rehash.py would write them
        assert (tmp_path / "data" / name).read_bytes() == (PUBLIC / name).read_bytes()


def test_every_code_is_explained(evidence):
    readme = (PUBLIC / "README.md").read_text(encoding="utf-8")
    for resource in PACKAGE["resources"]:
        for field in resource["schema"]["fields"]:
            if field["name"] not in ("statistic", "indicator"):
                for code in field.get("constraints", {}).get("enum", []):
                    assert re.search(rf"(?<![a-z]){re.escape(str(code))}(?![a-z])", readme), (field["name"], code)


def test_attribution_lines_stand():
    readme = (PUBLIC / "README.md").read_text(encoding="utf-8")
    for line in ("© OpenStreetMap contributors", "BuzzFeed News, CC BY 4.0", "WorldPop, CC BY 4.0"):
        assert line in readme
