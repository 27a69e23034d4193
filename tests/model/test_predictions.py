"""What each source would have said, had it made no error."""

from dataclasses import replace

import numpy as np
import pytest

from estimation.errors import EstimandError, EstimationError
from estimation.model.case.build import case_of
from estimation.model.case.case import Custody, Source
from estimation.model.region.poststratify import Held
from estimation.model.region.region import Part
from estimation.model.synthesis.predictions import conversion, predict

PART = Part("s", np.array([0]), ("first",))
COURSE = {
    "intake_shape": np.array([1.0]),
    "stock_to_ever_ratio": np.array([0.6]),
    "camp_before_prison": np.array([0.5]),
}


def figure(**changes) -> Source:
    base = {"name": "s", "kind": "phone", "value": 100.0, "unit": "persons", "bound": "about", "log_sd": 0.3}
    return Source(**{**base, "part": PART, **changes})


@pytest.fixture(scope="module")
def case(shipped, judgements):
    """The case that ships, with one scope and without sources."""
    whole = case_of(shipped, judgements)
    return replace(whole, scopes=whole.scopes[:1], sources=(), custody=None)


def held(either=400.0, prison=160.0, people=2_000.0) -> Held:
    """One draw; the first column is the scope's."""
    columns = [np.array([[0.0, value]]) for value in (either, prison, people)]
    return Held(*columns, np.empty((1, 0)))


def only(case, source, custody=None, **changes):
    found = predict(replace(case, sources=(source,), custody=custody), held(**changes), COURSE)
    assert len(found) == 1
    return found[0]


def test_a_count_is_people_ever_held_where_custody_is_not_told_apart(case):
    found = only(case, figure())
    assert (found.whole, found.counted[0], found.ever[0]) == (2_000, 400, 0.2)


def test_a_share_is_of_the_adults_it_speaks_about_or_of_all_ages(case):
    found = only(case, figure(unit="share", value=0.1))
    assert (found.whole, found.counted[0], found.ever[0]) == (1.0, 0.2, 0.2)
    # Of 2,000 adults among 2,000 / 0.7 people 400 were held: 0.2 times 0.7 of all people.
    assert only(case, figure(unit="share", value=0.1, adult_share=0.7)).counted[0] == pytest.approx(0.14)


def test_custody_and_date_are_those_of_the_source(case):
    custody = Custody(observed_count=500.0, sentenced_first_year=0.4)
    # METHODS eq. 50 at x = 1/2, intake even: camp (400 - 0.5 * 160) / 2 = 160, of which 1 - 0.4 / 2 are still there;
    # sentences 0.4 + 0.6 * 0.125 of 160.
    asked = {
        ("camp", "held at a moment"): 128.0,
        ("camp", "ever held"): 160.0,
        ("prison", "sentenced"): 76.0,
        ("camp or prison", "ever held"): 200.0,
    }
    for (kind, measure), expected in asked.items():
        found = only(case, figure(custody=kind, measure=measure, year=2018.125), custody)
        assert found.counted[0] == pytest.approx(expected)
        assert found.ever[0] == 0.2
    # A figure that counts what the case counts is not converted, even where the case tells camp from prison.
    assert only(case, figure(), custody).counted[0] == 400
    with pytest.raises(EstimandError, match="only within spring 2017"):
        only(case, figure(custody="camp", measure="held at a moment", year=2020.0), custody)


def test_conversions_divide_by_entries_and_by_one_less_them(case):
    # METHODS eq. 51, court totals: over share of minorities, custodial share and what is not ordinary crime.
    source = figure(over=("minority", "custodial"), over_rest=("ordinary",))
    entries = {"minority": np.array([0.8, 0.5]), "custodial": np.array([0.9, 0.9]), "ordinary": np.array([0.2, 0.1])}
    np.testing.assert_allclose(only(case, source).reported(entries), [400 / (0.8 * 0.9 * 0.8), 400 / (0.5 * 0.9 * 0.9)])
    assert conversion(figure(), entries) == 1.0


def test_a_figure_may_be_everybody(case):
    assert only(case, figure(value=2_000.0)).whole == 2_000
    assert only(case, figure(value=1.0, unit="share")).whole == 1.0


def test_sources_have_the_columns_after_the_scopes_in_their_order(case):
    both = (figure(), figure(name="t", unit="share", value=0.1))
    columns = [np.array([[0.0, first, second]]) for first, second in ((400.0, 30.0), (0.0, 0.0), (2_000.0, 100.0))]
    one, other = predict(replace(case, sources=both), Held(*columns, np.empty((1, 0))), COURSE)
    assert (one.source.name, one.whole, one.counted[0]) == ("s", 2_000, 400)
    assert (other.source.name, other.whole, other.counted[0]) == ("t", 1.0, 0.3)


def test_figures_above_everybody_are_refused(case):
    for source, everybody in (
        (figure(value=2_001.0), "s: 2001 of 2000"),
        (figure(value=1.1, unit="share"), "1.1 of 1"),
    ):
        with pytest.raises(EstimationError, match=f"must not exceed everybody; got .*{everybody}"):
            only(case, source)
