import pandas as pd
import pytest

from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.population.population import TURKIC, adults
from estimation.evidence.published import published as pub
from estimation.evidence.published.published_bases import BASES, figure, share_of
from estimation.evidence.tables.sources import Evidence, load


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture(scope="module")
def table(evidence) -> pd.DataFrame:
    return pub.reproduce(evidence).set_index("estimate_id")


class Changed:
    """A data folder with some cells of `published` changed."""

    def __init__(self, evidence, row, **cells):
        self.evidence, self.row, self.cells = evidence, row, cells

    def table(self, name):
        frame = self.evidence.table(name)
        if name == "published":
            for column, value in self.cells.items():
                frame.loc[frame["estimate_id"] == self.row, column] = value
        return frame


def test_every_row_is_there_and_no_cell_is_empty(evidence, table):
    assert list(table.index) == list(evidence.table("published")["estimate_id"])
    assert not table.isna().to_numpy().any()
    assert not (table == "").to_numpy().any()
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
    # Derivation: seven of the 32 rows have a formula; one of them, the error in circulation, is three off.
    assert table["verdict"].value_counts().to_dict() == {
        "cannot be recomputed": 25,
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
        ("wsj_7pct", "base_not_printed"),
        ("hrw_half_million", "steps_not_printed"),
        ("zenz_cf_2022", "range_without_arithmetic"),
        ("bloomberg_1_5m", "count_without_arithmetic"),
    ],
)
def test_why_not(table, row, code):
    assert table.loc[row, "verdict"] == "cannot be recomputed"
    assert table.loc[row, "reason_code"] == code
    assert table.loc[row, "reason"].startswith(pub._REASONS[code].split("{")[0])


def test_reasons_carry_their_numbers(table):
    # 1,000,000 / 0.07.
    assert "a share of 7.0% is printed" in table.loc["wsj_7pct", "reason"]
    assert "14,285,714" in table.loc["wsj_7pct", "reason"]
    assert "1,000,000 to 2,000,000" in table.loc["zenz_cf_2022", "reason"]


def test_every_named_exception_is_a_row(evidence):
    assert set(pub._REASON_OF) <= set(evidence.table("published")["estimate_id"])


def test_every_share_has_a_modelled_base(evidence, table):
    with_share = table[table["share"] != "not stated"]
    # Derivation: eight rows state a share or a base worked out with one.
    assert len(with_share) == 8
    assert (with_share["modelled_base"] != "not applicable").all()
    assert set(BASES) == set(with_share["population_group"])


def test_press_figure_on_the_census_base(evidence, table):
    row = table.loc["ext_bbc_1_2m"]
    base = adults(evidence, year=2018).total(TURKIC)
    assert row["modelled_base"] == round(base)
    assert row["count_on_modelled_base"] == round(0.12 * base)
    # obj_22: 10.0 / 8.50 = 1.18 with the published controls; within the 0.2 percent of the verified ones.
    assert 1 / row["modelled_over_implied"] == pytest.approx(1.18, abs=0.01)
    assert row["modelled_base_15plus"] == round(adults(evidence, year=2018, adult_age=15).total(TURKIC))


def test_all_age_bases_have_no_adult_variant(table):
    row = table.loc["wsj_7pct"]
    assert row["modelled_base_15plus"] == "not applicable"
    assert "of all ages" in row["modelled_base_is"]
    # population_model, section 7, end of 2018: 11,304,830 + 1,513,717 + 195,569 + 1,080,235.
    assert row["modelled_base"] == pytest.approx(14_094_351, rel=0.002)


def test_rural_south_leaves_out_the_cities(table):
    row = table.loc["chrd_660k"]
    # population_model, section 7: 8,315,805 Uyghurs in the four prefectures at the end of 2017, cities included.
    assert 0.75 < row["modelled_base"] / 8_315_805 < 0.9


def test_a_range_keeps_the_share_of_its_lower_end(table):
    # 900,000 / 0.077 = 11,688,312, so the share is the one of the lower end.
    assert table.loc["zenz_nov2019", "share"] == pytest.approx(0.077)


def test_disagreement_is_found(evidence):
    out = pub.reproduce(Changed(evidence, "yale_4_4m", formula="500000 * 8.9")).set_index("estimate_id")
    row = out.loc["yale_4_4m"]
    # 500,000 x 8.9 = 4,450,000, just at the edge of what rounds to 4,400,000; 9.0 is beyond it.
    assert row["verdict"] == "agreement"
    out = pub.reproduce(Changed(evidence, "yale_4_4m", formula="500000 * 9.0")).set_index("estimate_id")
    row = out.loc["yale_4_4m"]
    assert (row["verdict"], row["reason_code"]) == ("disagreement", "inputs_differ")
    assert row["reason"] == "the inputs give 4,500,000 against 4,400,000"


def test_a_population_the_model_does_not_have(evidence):
    changed = Changed(evidence, "wsj_7pct", population_group="believers")
    row = pub.reproduce(changed).set_index("estimate_id").loc["wsj_7pct"]
    assert row["modelled_base_is"] == "not compared: the model has no match for this population"
    assert row["modelled_base"] == "not applicable"


def test_figure_and_share_of_a_row(evidence):
    rows = {row["estimate_id"]: row for row in evidence.table("published").to_dict("records")}
    assert figure(rows["zenz_nov2019"]) == 900_000
    assert figure(rows["zenz_may2018"]) == 1_000_000
    assert share_of(rows["ext_bbc_1_2m"]) == 0.12
    assert pd.isna(share_of(rows["afp_1m"]))


def test_intervals_keep_measures_apart(evidence):
    shown = pub.intervals(evidence)
    assert (shown["low"] <= shown["high"]).all()
    assert shown["counts"].is_monotonic_increasing
    assert set(shown["custody"]) >= {"camps only", "camps and prisons", "prisons only"}


def test_intervals_leave_out_what_may_not_be_shown(evidence):
    shown = set(pub.intervals(evidence)["estimate_id"])
    # Sentence-years, attendance, the error in circulation, figures resting on it, and figures not read.
    assert not shown & {"yale_4_4m", "chrd_1_3m_day", "chrd_2_3m", "circulating_362872", "ruser_2_5m", "istiqlal_892k"}
    assert {"ext_bbc_1_2m", "zenz_nov2019", "hrw_half_million"} <= shown


def test_bases_side_by_side(table):
    drawn = pub.bases_side_by_side(table.reset_index())
    # Derivation: five rows of adults have three bases, three rows of all ages have two.
    assert drawn.groupby("ages").size().to_dict() == {"adults": 15, "all ages": 6}
    press = drawn[drawn["estimate_id"] == "ext_bbc_1_2m"].set_index("base")["persons"]
    assert press["implied by the figure"] == 10_000_000
    assert press["census model"] < press["census model, from age 15"] < press["implied by the figure"]
