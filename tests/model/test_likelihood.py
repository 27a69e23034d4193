"""The density of one source's figure."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from estimation.model.case.case import Source
from estimation.model.region.region import Part
from estimation.model.synthesis import likelihood as lk


def source(value, bound="about", log_sd=0.3, places=0, unit="persons") -> Source:
    return Source("s", "phone", value, unit, bound, log_sd, Part("s", np.array([0]), ("first",)), places=places)


def log_density(figure, whole, predicted, *, bias=0.0, nothing=0.0, place_sd=0.0):
    one = np.ones(1)
    return np.log(
        lk.density(
            figure, whole, predicted * one, bias=bias * one, uninformative=nothing * one, place_sd=place_sd * one
        )
    )[0]


def test_density_is_students_t_on_the_log_scale():
    expected = stats.t(4, scale=0.3).logpdf(np.log(100 / 80) - 0.1)  # scipy.stats
    assert log_density(source(100.0), 1_000.0, 80.0, bias=0.1) == pytest.approx(expected)
    # Says nothing with probability 0.4: log-uniform over a thousandfold range has density 1 / log(1000).
    mixed = np.log(0.6 * np.exp(expected) + 0.4 / np.log(1_000))
    assert log_density(source(100.0), 1_000.0, 80.0, bias=0.1, nothing=0.4) == pytest.approx(mixed)


def test_floor_and_ceiling_are_tail_probabilities():
    for bound, tail in (("floor", stats.t(4).sf), ("ceiling", stats.t(4).cdf)):
        found = np.exp(log_density(source(0.1, bound, unit="share"), 1.0, 0.2))
        assert found == pytest.approx(tail(np.log(0.1 / 0.2) / 0.3))  # scipy.stats
    # Log-uniform from 0.001 to 1: a third of it lies above 0.1.
    assert np.exp(log_density(source(0.1, "floor"), 1.0, 0.2, nothing=1.0)) == pytest.approx(1 / 3)
    assert np.exp(log_density(source(0.1, "ceiling"), 1.0, 0.2, nothing=1.0)) == pytest.approx(2 / 3)
    # Below the least share that says nothing all of it lies above, and nothing below.
    assert np.exp(log_density(source(0.0005, "floor"), 1.0, 0.2, nothing=1.0)) == pytest.approx(1)


@pytest.mark.parametrize("nothing", [0.0, 0.3, 1.0])
def test_density_is_one_over_all_figures(nothing):
    # On the log scale of the figure; the part that says nothing lies between a thousandth of the whole and the whole.
    def at(log_figure):
        return float(np.exp(log_density(source(np.exp(log_figure)), 1_000.0, 60.0, bias=0.2, nothing=nothing)))

    told, _ = integrate.quad(lambda x: at(x) - nothing / np.log(1_000), -60, 70, limit=400, points=[np.log(60) + 0.2])
    assert told == pytest.approx(1 - nothing, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(-1, 1), st.floats(0, 1))
def test_floor_and_ceiling_are_all_there_is(figure, predicted, bias, nothing):
    floor, ceiling = (
        np.exp(log_density(source(figure, bound), 1.0, predicted, bias=bias, nothing=nothing))
        for bound in ("floor", "ceiling")
    )
    assert floor + ceiling == pytest.approx(1)


def test_places_widen_the_error():
    # A log-odds SD of 0.6 at a rate of 0.2 is 0.48 on the log scale, over root 8 for eight places.
    for places, sd in ((1, 0.48), (8, 0.48 / np.sqrt(8))):
        expected = stats.t(4, scale=np.hypot(0.3, sd)).logpdf(0.0)
        assert log_density(source(0.2, places=places), 1.0, 0.2, place_sd=0.6) == pytest.approx(expected)
    # A figure of a whole area has its own error alone.
    assert lk.error_sd(source(0.2), 1.0, np.array([0.2]), 0.6) == 0.3
    # Everybody held, or more after conversion: no room for places to differ.
    for reported in (1.0, 1.3):
        assert lk.error_sd(source(0.2, places=1), 1.0, np.array([reported]), 0.6) == pytest.approx(0.3)


def test_below_counts_what_density_weighs():
    one = np.ones(1)
    below = lk.at_most(source(100.0), 1_000.0, 80 * one, bias=0 * one, uninformative=0.25 * one)[0]
    # Log-uniform from 1 to 1,000: two thirds lie below 100.
    assert below == pytest.approx(0.75 * stats.t(4).cdf(np.log(100 / 80) / 0.3) + 0.25 * 2 / 3)


def test_no_one_held_gives_no_density_but_that_of_a_figure_that_says_nothing():
    # log 0 = -inf: a score without end, so that only the part that says nothing is left.
    nobody, zero = np.zeros(1), np.zeros(1)
    assert lk.density(source(100.0), 1_000.0, nobody, bias=zero, uninformative=zero)[0] == 0
    found = lk.density(source(100.0), 1_000.0, nobody, bias=zero, uninformative=zero + 0.5)[0]
    assert found == pytest.approx(0.5 / np.log(1_000))


def test_entries_and_draws_broadcast():
    points, draws = np.linspace(-1, 1, 5)[:, None], np.linspace(50, 150, 7)
    found = lk.density(source(100.0), 1_000.0, draws, bias=points, uninformative=np.zeros((5, 1)))
    assert found.shape == (5, 7)
    assert np.log(found[1, 2]) == pytest.approx(log_density(source(100.0), 1_000.0, draws[2], bias=points[1, 0]))
