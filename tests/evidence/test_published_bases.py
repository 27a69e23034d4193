import pandas as pd
import pytest
from published_rows import Changed

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


def test_every_share_has_a_modelled_base(evidence, table):
    with_share = table[table["share"].notna()]
    # Derivation: eight rows state a share or a base worked out with one.
    assert len(with_share) == 8
    assert with_share["modelled_base"].notna().all()
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
    assert row["modelled_base_15plus"] is pd.NA
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


def test_a_population_the_model_does_not_have(evidence):
    changed = Changed(evidence, "wsj_7pct", population_group="believers")
    row = pub.reproduce(changed).set_index("estimate_id").loc["wsj_7pct"]
    assert row["modelled_base_is"] == "not compared: the model has no match for this population"
    assert row["modelled_base"] is pd.NA


def test_figure_and_share_of_a_row(evidence):
    rows = {row["estimate_id"]: row for row in evidence.table("published").to_dict("records")}
    assert figure(rows["zenz_nov2019"]) == 900_000
    assert figure(rows["zenz_may2018"]) == 1_000_000
    assert share_of(rows["ext_bbc_1_2m"]) == 0.12
    assert pd.isna(share_of(rows["afp_1m"]))
