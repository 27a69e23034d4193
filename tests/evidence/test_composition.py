import pytest

from estimation.errors import EstimationError
from estimation.evidence.population import population
from estimation.evidence.population.age_model import SURVIVAL
from estimation.evidence.population.composition import composition

KONASHEHER = "653121"


def of(shipped, gb_code=KONASHEHER, *, year=2018, adult_age=18, survival=SURVIVAL):
    return composition(shipped, gb_code, year=year, adult_age=adult_age, survival=survival)


def test_shares_are_shares(shipped):
    found = of(shipped)
    assert 0.9 < found.first_group_share < 1  # the press: about 97 percent of the county's people are Uyghurs
    assert 0.6 < found.minority_adult_share < 0.8
    assert found.adults_over_adults_of_18 == 1.0


def test_first_group_is_its_adults_over_all_adults_of_the_county(shipped):
    county = population.adults(shipped).adults.loc[KONASHEHER]
    # assumptions.toml, county_adults_resident: 159,550 adults of all groups at the end of 2018, from the same censuses.
    assert of(shipped).first_group_share == pytest.approx(county["uyghur"] / 159_550, rel=1e-4)


def test_minority_adult_share_is_adults_over_residents(shipped):
    adults, everyone = population.adults(shipped), population.residents(shipped)
    expected = adults.total(population.GROUPS) / everyone.total(population.GROUPS)
    assert of(shipped).minority_adult_share == pytest.approx(expected, rel=1e-9)


def test_people_of_15_are_more_than_those_of_18(shipped):
    fifteen = of(shipped, adult_age=15)
    assert 1.0 < fifteen.adults_over_adults_of_18 < 1.1
    assert fifteen.minority_adult_share > of(shipped).minority_adult_share


def test_unknown_unit(shipped):
    with pytest.raises(EstimationError, match="observed unit must be in the census table; got '659999'"):
        of(shipped, "659999")


def test_age_and_year_that_are_not_covered(shipped):
    with pytest.raises(EstimationError, match="adult_age must be 15 or 18"):
        of(shipped, adult_age=16)
    with pytest.raises(EstimationError, match="carried back to 2010 to 2020"):
        of(shipped, year=2009)
