"""From people ever held to people held at a moment, in camps, or sentenced by a date."""

import numpy as np
import pytest

from estimation.errors import EstimandError
from estimation.model.synthesis import custody as c


def test_course_by_hand():
    one = np.ones(1)
    course = c.Course(0.5 * one, 0.6 * one, 0.25 * one, 0.4)
    # Half the window (1.75 years from 2017.25) has passed at 2018.125; 0.5 ** 0.5 of entries; 1 - 0.4 * 0.5 kept;
    # sentences 0.4 + 0.6 * 0.125 = 0.475. Camp: 1000 - 0.75 * 400 = 700.
    said = {
        ("camp", "ever held"): 700 * 0.5**0.5,
        ("camp", "held at a moment"): 700 * 0.5**0.5 * 0.8,
        ("prison", "sentenced"): 400 * 0.475,
        ("camp or prison", "ever held"): 1000 * 0.5**0.5,
        ("camp or prison", "held at a moment"): 700 * 0.5**0.5 * 0.8 + 400 * 0.475,
    }
    for (custody, measure), expected in said.items():
        value = c.persons(1000 * one, 400 * one, course, custody=custody, measure=measure, year=2018.125)
        assert value[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("custody", "measure", "year", "match"),
    [
        ("camp", "held at a moment", 2019.4, "only within spring 2017"),
        ("camp", "held at a moment", 2017.0, "only within spring 2017"),
        ("camp", "held at a moment", 2017.25, "only within spring 2017"),
        ("camp", "sentenced", 2018.0, "counted by sentences"),
        ("prison", "ever held", 2018.0, "counted by sentences"),
    ],
)
def test_unlike_counts_are_refused(custody, measure, year, match):
    one = np.ones(1)
    with pytest.raises(EstimandError, match=match):
        c.persons(one, one, c.Course(one, one, one, 0.4), custody=custody, measure=measure, year=year)


def test_everything_has_happened_at_the_end_of_the_window_and_nothing_runs_backwards():
    # METHODS eq. 50 at x = 1: E, E - (1 - c) P, beta H and P.
    one = np.ones(1)
    course = c.Course(0.7 * one, 0.6 * one, 0.25 * one, 0.4)

    def said(custody, measure, year=2019.0):
        return c.persons(1000 * one, 400 * one, course, custody=custody, measure=measure, year=year)[0]

    assert said("camp or prison", "ever held") == 1000
    assert said("camp", "ever held") == 700
    assert said("camp", "held at a moment") == pytest.approx(0.6 * 700)
    assert said("prison", "sentenced") == 400
    assert said("camp or prison", "held at a moment") == pytest.approx(0.6 * 700 + 400)
    years = np.linspace(2017.3, 2019, 20)
    for kind in (("camp or prison", "ever held"), ("camp", "ever held"), ("prison", "sentenced")):
        assert np.all(np.diff([said(*kind, year=year) for year in years]) > 0)


def test_sentences_run_evenly_within_each_year():
    # 0.4 of them by the new year of 2018, so half as many by the middle of the nine months before, 0.7 half a year on.
    one = np.ones(1)
    course = c.Course(one, one, one, 0.4)
    for year, share in ((2017.625, 0.2), (2018.0, 0.4), (2018.5, 0.7)):
        found = c.persons(one, 100 * one, course, custody="prison", measure="sentenced", year=year)
        assert found[0] == pytest.approx(100 * share)


def test_course_is_made_of_its_entries():
    drawn = {name: np.full(3, at) for at, name in enumerate(c.COURSE)}
    course = c.course_of(drawn, sentenced_by_2018=0.3)
    assert (course.intake_shape[0], course.kept[0], course.camp_before_prison[0]) == (0, 1, 2)
    assert course.sentenced_by_2018 == 0.3
    assert c.COURSE == ("intake_shape", "stock_to_ever_ratio", "camp_before_prison")
