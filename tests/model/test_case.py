"""A case and its sources as data: what is refused, whom an area in words means."""

from dataclasses import replace

import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_register import Errors
from estimation.evidence.case_folder.census_case import areas_meant
from estimation.evidence.population.composition import adult_shares
from estimation.model.case.build import case_of
from estimation.model.case.case import Source
from estimation.model.region.region import Part

# Shares who survive a year below 65 and from 65 on, medians of assumptions.toml.
SURVIVAL = (0.997, 0.95)
PART = Part("s", np.array([0]), ("first",))
AREAS = ("6501", "6502", "6601", "6602")


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ("region", [0, 1, 2, 3]),
        ("counties", [1, 2]),  # all that are not cities
        ("south_counties", [1]),  # and lie in the core
        ("6501", [0]),
        ("65", [0, 1]),  # a prefecture by the beginning of its units' codes
        ("6502+66", [1, 2, 3]),
    ],
)
def test_areas_in_words_and_codes(area, expected):
    found = areas_meant("s", area, AREAS, core=[True, True, False, False], city=[True, False, False, True])
    assert np.flatnonzero(found).tolist() == expected


@pytest.mark.parametrize("area", ["67", "6501+67"])
def test_an_area_that_is_not_there_is_refused(area):
    with pytest.raises(EstimationError, match="the area of s must be in the region; got 67"):
        areas_meant("s", area, AREAS, core=np.ones(4, bool), city=np.zeros(4, bool))


@pytest.mark.parametrize(
    ("value", "bound", "match"),
    [
        (0.5, "roughly", "bound must be about"),
        (0.0, "about", "a figure must lie above 0; got s: 0"),
        (-3.0, "about", "a figure must lie above 0; got s: -3"),
        (float("nan"), "about", "a figure must lie above 0; got s: nan"),
    ],
)
def test_bad_sources(value, bound, match):
    with pytest.raises(EstimationError, match=match):
        Source("s", "phone", value, "share", bound, 0.3, PART)


def test_entries_of_a_source_are_its_kinds_and_what_it_is_converted_by():
    source = Source("s", "court", 1.0, "persons", "about", 0.3, PART, over=("a",), over_rest=("b",))
    assert source.own == ("bias_court", "uninformative_court", "a", "b")
    assert replace(source, places=3, within_sd="w").own == ("bias_court", "uninformative_court", "a", "b", "w")
    # What can only leave people out has the share that it counts in place of a bias.
    named = ("court",)
    assert replace(source, errors=Errors(named)).own == ("coverage_court", "uninformative_court", "a", "b")
    more = ("bias_court", "uninformative_court", "together_court", "bias_shared", "a", "b")
    assert replace(source, errors=Errors((), named, named)).own == more


def test_kinds_entries_and_columns_of_a_case(shipped, judgements):
    case = case_of(shipped, judgements)
    # synthesis_sources.csv, in its order.
    assert case.kinds == ("phone", "village", "table", "capacity", "court", "school")
    assert len(set(case.own)) == len(case.own)
    assert set(case.own) <= {entry.id for entry in judgements.values() if entry.rung == "sources"}
    for at, scope in enumerate(case.scopes):
        assert case.column(scope.name) == at
    with pytest.raises(EstimationError, match=r"the scope must be a known one; got 'nobody'.*use one of"):
        case.column("nobody")


def test_sources_of_the_case_that_ships_are_its_rows(shipped, judgements):
    case = case_of(shipped, judgements)
    areas = case.region.areas
    minorities = ("uyghur", "kazakh", "hui", "kyrgyz", "other_minority")
    village, court = ("newsworthiness",), ("minority_share_of_sentenced", "custodial_share")
    camp, both = ("camp", "held at a moment"), ("camp or prison", "ever held")
    stock = ("camp or prison", "held at a moment")
    # synthesis_sources.csv and the figures it points to: value, unit, bound, error, whom, what, end of its month.
    expected = {
        "onsu_county": (30_000, "persons", "about", 0.4, 1, minorities, camp, 2018 + 7.5 / 12, 0, (), ()),
        "kashgar_pref_rate": (120_000, "persons", "about", 0.5, 12, ("uyghur",), camp, 2018 + 0.5 / 12, 0, (), ()),
        "kon_bullaqsu": (0.1, "share", "about", 0.3, 1, ("uyghur",), both, 2018, 1, village, ()),
        "chrd_10pct": (0.1, "share", "floor", 0.3, 12, ("uyghur",), camp, 2018 + 5.5 / 12, 8, village, ()),
        "yar_villages": (0.16, "share", "about", 0.3, 1, ("uyghur",), stock, 2018 + 5.5 / 12, 6, village, ()),
        "yar_parents": (
            *(0.0516, "share", "about", 0.3, 1, ("uyghur",), stock, 2018 + 5.5 / 12, 0),
            *(("adult_over_parent_rate",), ()),
        ),
        "bfn_cap": (1_014_883, "persons", "about", 0.3, 106, minorities, None, 2019, 0, ("occupancy",), ()),
        "sent_2017_18": (
            *(232_524, "persons", "about", 0.05, 106, minorities, ("prison", "sentenced"), 2019, 0),
            *(court, ("ordinary_crime_share",)),
        ),
    }
    found = {source.name: source for source in case.sources}
    errors = Errors(("school", "court"), ("phone", "village", "table"), ("phone", "village"))  # case.toml
    assert {source.errors for source in case.sources} == {errors}
    for name, (value, unit, bound, error, places, groups, what, year, seen, over, rest) in expected.items():
        source = found[name]
        assert (source.value, source.unit, source.bound, source.log_sd) == (value, unit, bound, error)
        assert (source.part.areas.size, source.part.groups) == (places, groups)
        assert (source.custody, source.measure) == (what or ("camp or prison", "held at a moment"))
        assert source.year == pytest.approx(year)
        assert (source.places, source.over, source.over_rest) == (seen, over, rest)
        assert source.within_sd == ("within_county_sd" if seen else "")
        assert source.told["counts"] == f"{source.measure}, {source.custody}"
    assert {key: each for key, each in found["onsu_county"].told.items() if key != "note"} == {
        "place": "Onsu (Wensu) county, Aksu",
        "date": "2018-08",
        "counts": "held at a moment, camp",
        "raw": "30,000",
    }
    assert found["kar_aqsaray2"].told["note"] == "Count and base of one village four months after its first orders."
    # People of all ages are adults over the share of adults, area by area.
    shares = adult_shares(shipped, year=2018, adult_age=18, survival=SURVIVAL)
    source = found["chrd_10pct"]
    adults = case.region.adults[source.part.areas, 0]
    everybody = sum(count / shares[areas[area]] for count, area in zip(adults, source.part.areas, strict=True))
    assert source.adult_share == pytest.approx(adults.sum() / everybody)
    assert [each.adult_share for each in case.sources if not each.places] == [1.0] * 6


def test_places_of_the_case_that_ships_are_its_units(shipped, judgements):
    case = case_of(shipped, judgements)
    region, units = case.region, shipped.table("units").set_index("gb_code")
    assert [region.areas[at] for at in region.observed] == ["653121"]
    assert (case.counts.tolist(), case.observed, case.area_kind) == ([22_762], "Konasheher (Shufu) county", "county")
    for at, code in enumerate(region.areas):
        unit = units.loc[code]
        assert region.core[at] == (unit["region_class"] == "south4")
        assert region.distant[at] == (unit["region_class"] not in ("south4", "xpcc_south"))
        assert region.city[at] == bool(unit["is_city"])
    # A prefecture is the first four digits of a unit's code; Corps cities, and one unit of 6501, lie in another.
    plain = [at for at, code in enumerate(region.areas) if not code.startswith(("6501", "659"))]
    prefectures = [region.areas[at][:4] for at in plain]
    assert len(set(zip(prefectures, region.parents[plain].tolist(), strict=True))) == len(set(prefectures)) == 13
    assert region.parent_count == 14
    assert region.parents[list(region.areas).index("659003")] == region.parents[region.observed[0]]  # Tumshuq: Kashgar
    assert (case.elsewhere, case.city) == ("north_east_rate_ratio", "city_rate_ratio")
    assert case.group_ratios == tuple(f"{group}_rate_ratio" for group in ("kazakh", "hui", "kyrgyz", "other_minority"))
    assert case.cards["uyghur"].row() == {
        "population": "Uyghur",
        "territory": "Xinjiang",
        "window": "2017-2018",
        "custody": "camp or prison",
        "measure": "ever held",
        "adult_age": 18,
        "basis": "registered",
    }
    assert case.custody is not None
    assert case.custody.observed_count == 22_762


def test_a_count_that_reaches_its_base_is_refused(shipped, judgements):
    # Numerator of the headline row: 22,762. A base of so many persons is one too few.
    for base, refused in ((22_762.0, True), (22_763.5, False)):
        register = judgements.override(county_adults_registered=base)
        if refused:
            with pytest.raises(EstimationError, match="the count must be below the base of county_adults_registered"):
                case_of(shipped, register)
        else:
            assert case_of(shipped, register).populations.tolist() == [22_764]


def test_people_are_those_of_the_end_of_2018_unless_another_year_is_asked_for(shipped, judgements):
    people = case_of(shipped, judgements).region.adults
    np.testing.assert_array_equal(people, case_of(shipped, judgements, year=2018).region.adults)
    assert not np.array_equal(people, case_of(shipped, judgements, year=2019).region.adults)


def test_the_registered_base_is_of_adults_of_18(shipped, judgements):
    with pytest.raises(EstimationError, match="is known for adults of 18 only; got 15"):
        case_of(shipped, judgements, adult_age=15)
    younger = case_of(shipped, judgements, adult_age=15, basis="resident")
    adults = case_of(shipped, judgements, basis="resident")
    assert younger.cards["uyghur"].row()["adult_age"] == 15
    assert younger.cards["uyghur"].row()["basis"] == "resident"
    assert np.all(younger.region.adults.sum(axis=1) > adults.region.adults.sum(axis=1))
    assert younger.populations[0] > adults.populations[0]
