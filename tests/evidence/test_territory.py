import pytest

from estimation.evidence.population import census_model as cm
from estimation.evidence.population.territory import WUJIAQU, cluster_of, host_of, prefecture_of
from estimation.evidence.tables.sources import Evidence, load


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


def test_wujiaqu_profile_is_the_spot_count(evidence):
    spot = evidence.table("spot_counts").query("gb_code == '659004' and date_ref == '2010-11-01'")
    value = spot.set_index("indicator")["value"]
    rest = value["total"] - value["han"] - value["uyghur"] - value["kazakh"] - value["hui"]
    # Five Kyrgyz are assumed, the others are the total less Han and the named groups.
    assert WUJIAQU[1] == (value["uyghur"], value["kazakh"], value["hui"], 5.0, rest - 5.0)


def test_every_new_unit_has_a_host_and_every_cluster_a_2010_row(evidence):
    units = evidence.table("units")["gb_code"]
    known = {*evidence.table("ethnicity_2004")["gb_code"], WUJIAQU[0]}
    assert {host_of(unit) for unit in units} <= known
    with_2010 = {cluster_of(unit) for unit in cm.census_rows(evidence.table("census"), 2010).index}
    assert {cluster_of(unit) for unit in units} == with_2010


def test_corps_cities_lie_in_the_prefecture_around_them(evidence):
    units = evidence.table("units")["gb_code"]
    # GB/T 2260: a county's first four digits are its prefecture's; the Corps cities (6590) have no prefecture.
    assert {prefecture_of(unit) for unit in units if not unit.startswith("6590")} == {
        unit[:4] for unit in units if not unit.startswith("6590")
    }
    assert not {prefecture_of(unit) for unit in units} & {"6590"}
