import pandas as pd
import pytest
from published_rows import Changed

from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.published import published as pub
from estimation.evidence.tables.sources import Evidence, load


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture(scope="module")
def table(evidence) -> pd.DataFrame:
    return pub.reproduce(evidence).set_index("estimate_id")


def test_every_row_is_there_and_a_missing_number_has_its_reason(evidence, table):
    assert list(table.index) == list(evidence.table("published")["estimate_id"])
    numbers = table.select_dtypes("number")
    assert not table.drop(columns=numbers.columns).isna().to_numpy().any()
    assert not numbers[["stated_low", "stated", "stated_high"]].isna().all(axis=1).any()
    assert (numbers["recomputed"].isna() == table["verdict"].eq("cannot be recomputed")).all()
    apart = table["modelled_base_is"].str.startswith("not compared: no share is stated")
    for name in ("share", "implied_base", "modelled_base", "count_on_modelled_base", "modelled_over_implied"):
        assert (numbers[name].isna() == apart).all(), name
    assert not (table.drop(columns=numbers.columns) == "").to_numpy().any()
    assert set(table["verdict"]) <= {"agreement", "disagreement", "cannot be recomputed"}


def test_recomputed_values_are_those_of_the_table(evidence, table):
    # recomputed_expected and implied_base are stated in the published table, worked out by its compilers.
    source = evidence.table("published").set_index("estimate_id")
    with_formula = source.query("formula != ''")
    assert len(with_formula) == 7
    for key, row in with_formula.iterrows():
        assert table.loc[key, "recomputed"] == pytest.approx(row["recomputed_expected"], abs=0.5)
    for key, row in source.query("implied_base_formula != ''").iterrows():
        assert evaluate(row["implied_base_formula"]) == pytest.approx(row["implied_base"], abs=1)
        assert table.loc[key, "implied_base"] == pytest.approx(row["implied_base"], abs=1)


def test_verdicts(table):
    # Derivation: seven of the 40 rows have a formula; one of them, the error in circulation, is three off.
    assert table["verdict"].value_counts().to_dict() == {
        "cannot be recomputed": 33,
        "agreement": 6,
        "disagreement": 1,
    }


def test_agreement_by_construction_is_not_independent(table):
    # Derivation: their formulas hold a base that bases.csv marks as implied by the figure itself.
    circular = {"ext_bbc_1_2m", "zenz_jul2019", "chrd_660k", "chrd_1_3m_day"}
    assert set(table.query("independent == 'no'").index) == circular
    assert set(table.loc[list(circular), "reason_code"]) == {"circular"}
    assert set(table.query("independent == 'yes'").index) == {"zenz_nov2019_comp", "yale_4_4m", "circulating_362872"}


def test_error_in_circulation_is_shown_as_such(table):
    row = table.loc["circulating_362872"]
    assert (row["verdict"], row["flag"], row["usable"]) == ("disagreement", "circulating_error", "no")
    # 147,046 + 215,823 (2013-16 and 2017) = 362,869.
    assert row["recomputed"] == 362_869
    assert "circulating error, shown as such: the inputs give 362,869" in row["reason"]


@pytest.mark.parametrize(
    ("row", "code"),
    # Read off the row's own columns and note.
    [
        ("istiqlal_892k", "digits_not_read"),
        ("state_800k_2m", "digits_not_read"),
        ("ruser_2_5m", "rests_on_error"),
        ("indep_1_2m", "misattributed"),
        ("zenz_1_06m", "step_not_read"),
        ("istiqlal_890k", "rows_not_available"),
        ("chrd_2_3m", "parts_not_printed"),
        ("cerd_1m", "sources_not_named"),
        ("schriver_3m", "share_not_printed"),
        ("ruser_800k_2m", "repeats_others"),
        ("merkur_100k", "words_not_numbers"),
        ("circulating_578500", "sum_read_as_stock"),
        ("bbc_250k_named", "records_not_people"),
        ("indep_un_1m", "credited_to_another"),
        ("indep_330_list", "list_without_base"),
        ("wsj_7pct", "base_not_printed"),
        ("hrw_half_million", "steps_not_printed"),
        ("econ_250k_children", "steps_not_printed"),
        ("zenz_cf_2022", "range_without_arithmetic"),
        ("bloomberg_1_5m", "count_without_arithmetic"),
    ],
)
def test_why_not(table, row, code):
    assert table.loc[row, "verdict"] == "cannot be recomputed"
    assert table.loc[row, "reason_code"] == code
    assert table.loc[row, "reason"].startswith(pub._REASONS[code].split("{")[0])


def test_records_are_not_said_to_count_people_held(table):
    records = table[table["unit"] == "records"]
    assert set(records.index) == {"afp_300k_records", "merkur_300k_registered", "bbc_250k_named"}
    assert set(records["counts"]) == {"people named in files, held or not"}


def test_children_of_people_held_are_not_people_held(evidence, table):
    assert table.loc["econ_250k_children", "counts"] == "children with a parent held"
    assert "econ_250k_children" not in set(pub.intervals(evidence)["estimate_id"])


def test_reasons_carry_their_numbers(table):
    # 1,000,000 / 0.07.
    assert "a share of 7.0% is printed" in table.loc["wsj_7pct", "reason"]
    assert "14,285,714" in table.loc["wsj_7pct", "reason"]
    assert "1,000,000 to 2,000,000" in table.loc["zenz_cf_2022", "reason"]


def test_every_named_exception_is_a_row(evidence):
    assert set(pub._REASON_OF) <= set(evidence.table("published")["estimate_id"])


def test_disagreement_is_found(evidence):
    out = pub.reproduce(Changed(evidence, "yale_4_4m", formula="500000 * 8.9")).set_index("estimate_id")
    row = out.loc["yale_4_4m"]
    # 500,000 x 8.9 = 4,450,000, just at the edge of what rounds to 4,400,000; 9.0 is beyond it.
    assert row["verdict"] == "agreement"
    out = pub.reproduce(Changed(evidence, "yale_4_4m", formula="500000 * 9.0")).set_index("estimate_id")
    row = out.loc["yale_4_4m"]
    assert (row["verdict"], row["reason_code"]) == ("disagreement", "inputs_differ")
    assert row["reason"] == "the inputs give 4,500,000 against 4,400,000"


def test_intervals_keep_measures_apart(evidence):
    shown = pub.intervals(evidence)
    assert (shown["low"] <= shown["high"]).all()
    assert shown["counts"].is_monotonic_increasing
    assert set(shown["custody"]) >= {"camps only", "camps and prisons", "prisons only"}


def test_intervals_leave_out_what_may_not_be_shown(evidence):
    shown = set(pub.intervals(evidence)["estimate_id"])
    # Sentence-years, attendance, the error in circulation, figures resting on it, and figures not read.
    assert not shown & {"yale_4_4m", "chrd_1_3m_day", "chrd_2_3m", "circulating_362872", "ruser_2_5m", "istiqlal_892k"}
    assert not shown & {"circulating_578500", "circulating_449k"}
    assert {"ext_bbc_1_2m", "zenz_nov2019", "hrw_half_million"} <= shown


def test_bases_side_by_side(table):
    drawn = pub.bases_side_by_side(table.reset_index())
    # Derivation: five rows of adults have three bases, three rows of all ages have two.
    assert drawn.groupby("ages").size().to_dict() == {"adults": 15, "all ages": 6}
    press = drawn[drawn["estimate_id"] == "ext_bbc_1_2m"].set_index("base")["persons"]
    assert press["implied by the figure"] == 10_000_000
    assert press["census model"] < press["census model, from age 15"] < press["implied by the figure"]
