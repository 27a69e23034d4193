import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.evidence.population import age_model as am
from estimation.evidence.population.population import adults, residents
from estimation.evidence.tables.sources import Evidence, load


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture
def census(evidence):
    return evidence.table("census")


def test_ages_add_up_to_residents(census):
    ages = ["pop_0", "pop_1_4", "pop_5_9", "pop_10_14", "pop_15_19", "pop_20_24", "pop_25_64", "pop_65plus"]
    assert (census[ages].sum(axis=1) == census["total"]).all()


@pytest.mark.parametrize(
    ("year", "total", "older"),
    # Sums of the published modelled table, population_model step 5 (rounded unit by unit).
    [(2017, 25_596_636, 18_808_304), (2018, 25_722_086, 18_949_996)],
)
def test_carried_back_totals(census, year, total, older):
    back = am.carried_back(census, year=year)
    assert (back["adults"] + back["young"]).round().sum() == total
    assert back["adults"].round().sum() == older


def test_one_unit_by_hand(census):
    back = am.carried_back(census, year=2017).loc["653121"]
    # Konasheher, ages of 2020: 20-24 17,389; 25-64 129,546; 65+ 15,712; d = 2020.8356 - 2018 = 2.8356.
    under_65 = 17_389 * (1 - 0.8356 / 5) + 129_546
    assert back["adults"] == pytest.approx(under_65 / 0.997**2.8356 + 15_712 / 0.95**2.8356)
    young = 12_078 * (5 - 2.8356) / 4 + 40_162 + 25_146 + 21_294 + 17_389 * 0.8356 / 5
    assert back["young"] == pytest.approx(young)


def test_a_lower_threshold_counts_more_adults_and_the_same_people_under_65(census):
    at_18, at_15 = (am.carried_back(census, year=2018, adult_age=age) for age in (18, 15))
    assert (at_15["adults"] > at_18["adults"]).all()
    # Three more years of age, taken from 15-19 (1.8356 of the threshold's 16.8356 lies above 15).
    ages = census.query("year == 2020").set_index("gb_code")
    moved = (20 - 16.8356) / 5 * ages["pop_15_19"] - (20 - 19.8356) / 5 * ages["pop_15_19"]
    assert np.allclose(at_15["adults"] - at_18["adults"], moved / 0.997**1.8356)


def test_fixed_share_of_han_is_what_nearly_han_units_show(census):
    units = census.query("year == 2020 and minority_share_pct < 20")["gb_code"]
    people = am.carried_back(census, year=2018).loc[units, ["adults", "young"]].sum()
    # 0.833 is the constant of the published model; here it is held against the data it is said to stand for.
    assert people["adults"] / people.sum() == pytest.approx(am.HAN_ADULT_SHARE, abs=0.005)


def test_at_18_the_fixed_shares_are_used_as_they_are(census):
    assert am.han_and_minority_shares(census, year=2017) == (0.833, 0.72)


def test_at_15_the_shares_grow_by_the_measured_ratio(census):
    han, few = am.han_and_minority_shares(census, year=2018, adult_age=15)
    expected = []
    for fixed, query in ((0.833, "minority_share_pct < 20"), (0.72, "minority_share_pct >= 95")):
        units = census[census["year"] == 2020].query(query)["gb_code"]
        share = {}
        for age in (15, 18):
            people = am.carried_back(census, year=2018, adult_age=age).loc[units, ["adults", "young"]].sum()
            share[age] = people["adults"] / people.sum()
        expected.append(fixed * share[15] / share[18])
    assert (han, few) == pytest.approx(tuple(expected))
    assert 0.833 < han < 0.90
    assert 0.72 < few < 0.80


@pytest.mark.parametrize(
    ("age", "indicator"),
    [(15, "uyghur_pct_15plus"), (18, "uyghur_pct_18plus")],
)
def test_uyghur_adult_share_meets_the_printed_one_of_2020(evidence, age, indicator):
    # 2020 census: 69.49 percent of Uyghurs aged 15 and over (white paper of September 2021, 100 - 30.51), 65.39
    # percent aged 18 and over (derived from it). The model's nearest date is two months later.
    series = evidence.table("region_series")
    printed = series.loc[series["indicator"] == indicator, "value"].item() / 100
    share = adults(evidence, year=2020, adult_age=age).total("uyghur") / residents(evidence, year=2020).total("uyghur")
    assert share == pytest.approx(printed, abs=0.003)


@pytest.mark.parametrize("year", range(2010, 2021))
@pytest.mark.parametrize("age", [15, 18])
def test_shares_are_shares_in_every_year(census, year, age):
    assert am.carried_back(census, year=year, adult_age=age)["share"].between(0.4, 0.95).all()


def test_age_must_be_15_or_18(census):
    with pytest.raises(EstimationError, match="adult_age must be 15 or 18; got 16"):
        am.carried_back(census, year=2018, adult_age=16)


def test_year_must_be_covered(census):
    with pytest.raises(EstimationError, match="ages are carried back to 2010 to 2020; got 2009"):
        am.carried_back(census, year=2009)


def test_missing_age(census):
    holes = census.astype({"pop_20_24": float})
    holes.loc[(holes["gb_code"] == "653121") & (holes["year"] == 2020), "pop_20_24"] = np.nan
    with pytest.raises(
        EstimationError, match="ages of the 2020 census must be numbers; got a missing value for 653121"
    ):
        am.carried_back(holes, year=2018)


@pytest.mark.parametrize(
    ("query", "who"), [("minority_share_pct > 50", "Han"), ("minority_share_pct < 50", "minorities")]
)
def test_15_needs_nearly_pure_units(census, query, who):
    with pytest.raises(EstimationError, match=f"needs units that nearly consist of {who}; got none"):
        am.han_and_minority_shares(census.query(query), year=2018, adult_age=15)
