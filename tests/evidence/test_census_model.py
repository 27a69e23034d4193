import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from estimation.errors import EstimationError
from estimation.evidence.population import census_model as cm
from estimation.evidence.tables.sources import Evidence, load

BLOCKS = [((0,), 5.0), ((1, 2), 3.0), ((3, 4), 2.0)]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture
def inputs(evidence):
    return {name: evidence.table(name) for name in ("census", "ethnicity_2004", "control_totals")}


def two_groups() -> pd.DataFrame:
    """Uyghur against everyone else, checked totals only (population_model, step 2)."""
    rows = [
        (2010, "uyghur", 10_001_257.0),
        (2010, "kazakh+hui+kyrgyz+other_minority", 12_985_821.0 - 10_001_257.0),
        (2020, "uyghur", 11_624_257.0),
        (2020, "kazakh+hui+kyrgyz+other_minority", 14_932_247.0 - 11_624_257.0),
    ]
    return pd.DataFrame(rows, columns=["year", "groups", "value"]).assign(control_set="two")


positive = st.floats(0.5, 100.0)


@given(arrays(float, (6, 5), elements=positive), arrays(float, 6, elements=positive))
@settings(max_examples=30, deadline=None)
def test_raking_meets_rows_and_blocks(seed, rows):
    fitted = cm._rake(seed, rows, BLOCKS, passes=4000)
    assert np.allclose(fitted.sum(axis=1), rows, rtol=1e-9)
    for columns, total in BLOCKS:
        # Blocks are scaled to the rows: 5, 3 and 2 of 10 parts.
        assert fitted[:, columns].sum() == pytest.approx(total / 10 * rows.sum(), rel=1e-3)


@given(arrays(float, (4, 5), elements=positive), arrays(float, 4, elements=positive))
@settings(max_examples=20, deadline=None)
def test_raking_keeps_the_odds_inside_a_block_and_ignores_row_order(seed, rows):
    fitted = cm._rake(seed, rows, BLOCKS)
    # Derivation: both columns of a block get one factor, so their ratio in a row is that of the seed.
    assert np.allclose(fitted[:, 1] / fitted[:, 2], seed[:, 1] / seed[:, 2])
    order = [2, 0, 3, 1]
    assert np.allclose(cm._rake(seed[order], rows[order], BLOCKS), fitted[order])


def test_raking_leaves_an_empty_unit_empty():
    fitted = cm._rake(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0.0, 4.0]), [((0,), 1.0), ((1,), 3.0)])
    assert fitted.tolist() == [[0.0, 0.0], [1.0, 3.0]]


@pytest.mark.parametrize(
    ("year", "units", "total"),
    # Printed regional totals of the 2010 and 2020 censuses.
    [(2010, 98, 21_815_815), (2020, 106, 25_852_345)],
)
def test_county_rows_add_up_to_the_census(evidence, year, units, total):
    rows = cm.census_rows(evidence.table("census"), year)
    assert (len(rows), rows["total"].sum()) == (units, total)


def test_2004_rows_add_up(evidence):
    # Sum stated with the 2004 table (Xinjiang yearbook 2005, table 4-7).
    assert evidence.table("ethnicity_2004")["total"].sum() == 19_255_804


def test_groups_add_up_to_minorities_and_region_to_controls(inputs):
    fitted = cm.fitted_groups(**inputs, census_year=2020, controls="verified")
    rows = cm.census_rows(inputs["census"], 2020)
    minority = rows["total"] * rows["minority_share_pct"] / 100
    assert np.allclose(fitted.sum(axis=1), minority)
    # 11,624,257 Uyghurs of 14,932,247 minorities (2020 census), scaled to the sum of the county rows.
    assert fitted["uyghur"].sum() == pytest.approx(11_624_257 / 14_932_247 * minority.sum(), rel=1e-7)
    block = fitted[["kyrgyz", "other_minority"]].to_numpy().sum()
    assert block == pytest.approx(665_426 / 14_932_247 * minority.sum(), rel=1e-6)


@pytest.mark.parametrize(
    ("year", "uyghur"),
    # Two-group run of the published model description, step 2.
    [(2017, 11_135_439), (2018, 11_304_951)],
)
def test_two_groups_and_checked_totals_only(inputs, year, uyghur):
    out = cm.at_year_end(inputs["census"], inputs["ethnicity_2004"], two_groups(), year=year, controls="two")
    # Rounded unit by unit, as the stated sums are.
    assert out["uyghur"].round().sum() == uyghur


@pytest.mark.parametrize("year", [2010, 2017, 2020])
def test_groups_and_han_add_up_at_every_year_end(inputs, year):
    out = cm.at_year_end(**inputs, year=year, controls="verified")
    assert np.allclose(out[list(cm.GROUPS)].sum(axis=1) + out["han"], out["total"])


def test_order_of_units_changes_nothing(inputs):
    straight = cm.at_year_end(**inputs, year=2018, controls="verified")
    shuffled = {**inputs, "census": inputs["census"].sample(frac=1, random_state=1)}
    back = cm.at_year_end(**shuffled, year=2018, controls="verified").loc[straight.index]
    pd.testing.assert_frame_equal(straight, back, rtol=1e-9)


@given(st.floats(0.1, 10))
@settings(max_examples=5, deadline=None)
def test_a_larger_census_gives_a_larger_table(factor):
    tables = load()
    census = tables.table("census").astype({"total": float})
    grown = census.assign(total=census["total"] * factor)
    args = tables.table("ethnicity_2004"), tables.table("control_totals")
    one = cm.at_year_end(census, *args, year=2017, controls="verified")[["total", "han", *cm.GROUPS]]
    many = cm.at_year_end(grown, *args, year=2017, controls="verified")[["total", "han", *cm.GROUPS]]
    # Counts scale with the census, because controls are scaled to it.
    assert np.allclose(many, factor * one, rtol=1e-6)


def census_without(inputs, year, unit):
    census = inputs["census"]
    return {**inputs, "census": census[~((census["year"] == year) & (census["gb_code"] == unit))]}


def test_year_outside_the_censuses(inputs):
    with pytest.raises(EstimationError, match="the year must lie between the censuses, 2010 to 2020; got 2021"):
        cm.at_year_end(**inputs, year=2021, controls="verified")


def test_unit_missing_in_2020(inputs):
    with pytest.raises(EstimationError, match="every unit of the 2010 census must have a row for 2020; got 653125"):
        cm.at_year_end(**census_without(inputs, 2020, "653125"), year=2018, controls="verified")


def test_unit_missing_in_2010(inputs):
    with pytest.raises(EstimationError, match="must hold a unit with a row for 2010; got 653125"):
        cm.at_year_end(**census_without(inputs, 2010, "653125"), year=2018, controls="verified")


def test_no_such_census(inputs):
    with pytest.raises(EstimationError, match="must hold both 2010 and 2020"):
        cm.census_rows(inputs["census"].query("year == 2010"), 2020)


def test_unit_twice(inputs):
    twice = pd.concat([inputs["census"], inputs["census"].head(1)])
    with pytest.raises(EstimationError, match="a unit has one row in the 2010 census; got 650102"):
        cm.census_rows(twice, 2010)


def test_missing_census_total(inputs):
    census = inputs["census"].astype({"total": float})
    census.loc[0, "total"] = np.nan
    with pytest.raises(EstimationError, match="total and minority_share_pct of the 2010 census must be numbers"):
        cm.at_year_end(**{**inputs, "census": census}, year=2018, controls="verified")


def test_unit_without_a_2004_row(inputs):
    known = inputs["ethnicity_2004"]
    lacking = {**inputs, "ethnicity_2004": known[known["gb_code"] != "653130"]}
    # Tumxuk (659003) borrows from Bachu (653130).
    with pytest.raises(EstimationError, match=r"every unit needs a row of the 2004 table.*got 653130, 659003"):
        cm.fitted_groups(**lacking, census_year=2020, controls="verified")


def test_missing_2004_count(inputs):
    known = inputs["ethnicity_2004"].astype({"hui": float})
    known.loc[known["gb_code"] == "653125", "hui"] = np.nan
    with pytest.raises(EstimationError, match="the 2004 counts must be numbers; got a missing value for 653125"):
        cm.fitted_groups(**{**inputs, "ethnicity_2004": known}, census_year=2020, controls="verified")


def test_unknown_control_set(inputs):
    with pytest.raises(EstimationError, match=r"controls must name a control set; got 'best'.*'published', 'verified'"):
        cm.fitted_groups(**inputs, census_year=2020, controls="best")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": "uigur"}, "control totals name known groups; got uigur"),
        ({"value": np.nan}, "the 2010 control total of uyghur must be positive; got nan"),
        ({"value": -1.0}, "the 2010 control total of uyghur must be positive; got -1.0"),
    ],
)
def test_bad_control_totals(inputs, change, message):
    totals = two_groups()
    for column, value in change.items():
        totals.loc[0, column] = value
    with pytest.raises(EstimationError, match=message):
        cm.fitted_groups(inputs["census"], inputs["ethnicity_2004"], totals, census_year=2010, controls="two")


def test_control_total_missing_or_doubled(inputs):
    frames = inputs["census"], inputs["ethnicity_2004"]
    for totals in (two_groups().drop(index=0), pd.concat([two_groups(), two_groups().head(1)])):
        with pytest.raises(EstimationError, match="control totals must cover every group exactly once"):
            cm.fitted_groups(*frames, totals, census_year=2010, controls="two")
