from pathlib import Path

import pandas as pd
import pytest
from population_tables import modelled

from estimation.evidence.population import county_model as county
from estimation.evidence.tables.sources import Evidence, load

# The published modelled table of the evidence folder (212 rows), kept as it was received.
REFERENCE = Path(__file__).parents[1] / "reference" / "population_model.csv"


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


@pytest.fixture(scope="module")
def tables(evidence):
    inputs = [evidence.table(name) for name in ("census", "ethnicity_2004", "control_totals")]
    units = evidence.table("units")
    return {year: modelled(*inputs, year=year, controls="published", units=units) for year in (2017, 2018)}


@pytest.mark.parametrize("year", [2017, 2018])
def test_every_cell_of_the_published_table(tables, year):
    reference = pd.read_csv(REFERENCE, dtype={"gb_code": str}).query("year == @year").set_index("gb_code")
    pd.testing.assert_frame_equal(tables[year], reference, check_exact=True, check_dtype=False, check_index_type=False)


@pytest.mark.parametrize(
    ("column", "sums"),
    # population_model, section 7: sums over 106 units at the end of 2017 and 2018.
    [
        ("total", (24_610_273, 25_038_898)),
        ("minority", (14_343_287, 14_547_445)),
        ("uyghur", (11_135_286, 11_304_830)),
        ("kazakh", (1_500_015, 1_513_717)),
        ("hui", (1_068_185, 1_080_235)),
        ("kyrgyz", (193_583, 195_569)),
        ("other_minority", (446_218, 453_092)),
        ("han", (10_266_990, 10_491_453)),
        ("adult18", (18_067_145, 18_436_332)),
        ("revsurv_total", (25_596_636, 25_722_086)),
        ("revsurv_adult18", (18_808_304, 18_949_996)),
        ("minority_adult18", (9_429_866, 9_587_740)),
        ("uyghur_adult18", (7_162_853, 7_297_366)),
    ],
)
def test_regional_sums(tables, column, sums):
    assert (tables[2017][column].sum(), tables[2018][column].sum()) == sums


@pytest.mark.parametrize(
    ("region_class", "sums"),
    # population_model, section 7, end of 2017: total, minority, uyghur, adult18, minority_adult18, uyghur_adult18.
    [
        ("south4", (9_776_041, 8_571_811, 8_315_805, 6_328_908, 5_357_102, 5_185_488)),
        ("south_bayingolin", (1_412_731, 583_535, 465_380, 1_098_095, 419_726, 333_914)),
        ("east", (1_315_002, 692_665, 583_963, 1_024_369, 498_038, 417_798)),
        ("north", (10_607_278, 4_152_712, 1_491_379, 8_423_316, 2_927_791, 1_044_304)),
        ("xpcc_south", (624_675, 241_045, 239_832, 470_259, 154_116, 153_321)),
        ("xpcc_south_bayingolin", (98_048, 16_359, 14_218, 83_259, 11_778, 10_237)),
        ("xpcc_north", (776_498, 85_160, 24_709, 638_939, 61_315, 17_791)),
    ],
)
def test_sums_by_class(tables, region_class, sums):
    rows = tables[2017].query("region_class == @region_class")
    columns = ["total", "minority", "uyghur", "adult18", "minority_adult18", "uyghur_adult18"]
    assert tuple(rows[columns].sum()) == sums


@pytest.mark.parametrize(
    ("unit", "values"),
    # population_model, section 7, end of 2017: total, minority, uyghur, adult18, revsurv_total, revsurv_adult18.
    [
        ("653121", (245_374, 238_993, 238_463, 154_551, 259_477, 163_433)),
        ("653125", (831_669, 791_616, 785_389, 506_932, 848_533, 517_210)),
        ("653222", (537_400, 529_979, 529_842, 307_787, 560_553, 321_048)),
        ("654027", (147_152, 122_263, 18_653, 101_974, 146_570, 101_571)),
    ],
)
def test_single_units(tables, unit, values):
    columns = ["total", "minority", "uyghur", "adult18", "revsurv_total", "revsurv_adult18"]
    assert tuple(tables[2017].loc[unit, columns]) == values


def test_uyghur_adults_with_two_groups_only(evidence):
    rows = [
        (2010, "uyghur", 10_001_257.0),
        (2010, "kazakh+hui+kyrgyz+other_minority", 2_984_564.0),
        (2020, "uyghur", 11_624_257.0),
        (2020, "kazakh+hui+kyrgyz+other_minority", 3_307_990.0),
    ]
    controls = pd.DataFrame(rows, columns=["year", "groups", "value"]).assign(control_set="two")
    inputs = (evidence.table("census"), evidence.table("ethnicity_2004"), controls)
    out = modelled(*inputs, year=2017, controls="two", units=evidence.table("units"))
    # population_model, step 2: the run with two groups and checked totals only.
    assert out["uyghur_adult18"].sum() == 7_162_398


@pytest.fixture(scope="module")
def check(evidence):
    return county.county_check(evidence, controls="published").set_index(["gb_code", "date_ref", "indicator"])


@pytest.mark.parametrize(
    ("key", "modelled", "observed"),
    # population_model, section 8.
    [
        (("652922", "2010-11-01", "uyghur"), 173_877, 172_943),
        (("653124", "2010-11-01", "uyghur"), 168_661, 165_624),
        (("652924", "2010-11-01", "uyghur"), 217_902, 217_179),
        (("653122", "2018-12-31", "uyghur"), 317_257, 364_688),
        (("652826", "2018-12-31", "uyghur"), 47_506, 45_982),
        (("653022", "2018-12-31", "uyghur"), 150_222, 172_408),
    ],
)
def test_counts_that_were_not_used(check, key, modelled, observed):
    row = check.loc[key]
    assert (round(row["modelled"]), row["observed"]) == (modelled, observed)
    assert row["difference"] == pytest.approx(modelled / observed - 1, abs=1e-4)


def test_shares_of_a_unit(check):
    row = check.loc[("650522", "2010-12-31", "uyghur")]
    # Section 8: Yiwu, modelled 41.4 (at the census) against 41.7 percent.
    assert row["observed_share"] == pytest.approx(0.417, abs=5e-4)
    assert row["modelled_share"] == pytest.approx(0.414, abs=5e-3)


def test_nothing_that_went_into_the_model_is_checked(check):
    at_census = check.xs("2010-11-01", level="date_ref")
    assert not {"total", "han"} & set(at_census.index.get_level_values("indicator"))
    assert "659004" not in check.index.get_level_values("gb_code")
