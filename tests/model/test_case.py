"""A case and its sources as data: what is refused, whom an area in words means."""

from dataclasses import replace

import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.evidence.case_folder.census_case import areas_meant
from estimation.model.case.build import case_of
from estimation.model.case.case import Source
from estimation.model.region.region import Part

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


def test_kinds_entries_and_columns_of_a_case(shipped, judgements):
    case = case_of(shipped, judgements)
    assert case.kinds == ("phone", "village", "table", "capacity", "court")  # synthesis_sources.csv, in its order
    assert len(set(case.own)) == len(case.own)
    assert set(case.own) <= {entry.id for entry in judgements.values() if entry.rung == "sources"}
    for at, scope in enumerate(case.scopes):
        assert case.column(scope.name) == at
    with pytest.raises(EstimationError, match=r"the scope must be a known one; got 'nobody'.*use one of"):
        case.column("nobody")
