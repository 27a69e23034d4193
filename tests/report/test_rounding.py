import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.errors import EstimationError
from estimation.report.wording.rounding import ERRORS, nice, rounded, rounded_interval, step_of, to_step

QUIET = settings(deadline=None, derandomize=True, max_examples=200)
COUNTS = st.floats(1, 1e8)


@pytest.mark.parametrize(
    ("value", "found"),
    # Derivation: the rule, by hand.
    [(1, 1), (1.0001, 2), (2, 2), (2.1, 5), (5.1, 10), (999, 1000), (1000, 1000), (0.0101, 0.02), (20_140, 50_000)],
)
def test_the_smallest_round_number_that_is_no_smaller(value, found):
    assert nice(value) == pytest.approx(found, rel=1e-12)


@QUIET
@given(COUNTS, COUNTS, COUNTS, st.floats(0, 1e6))
def test_no_digit_finer_than_interval_or_simulation_error(a, b, c, error):
    low, value, high = sorted((a, b, c))
    step = step_of(value, low=low, high=high, error=error)
    assert step >= ERRORS * error * (1 - 1e-9)
    # Two significant digits, three of a narrow interval: the step is no finer than this share of the value.
    assert step >= value * (0.001 if high < 1.1 * low else 0.01) * (1 - 1e-9)
    found = rounded(value, low=low, high=high, error=error)
    assert abs(found - value) <= (step / 2) * (1 + 1e-9)
    assert found / step == pytest.approx(round(found / step), abs=1e-6)


@QUIET
@given(COUNTS, COUNTS, COUNTS, *(st.floats(0, 1e6),) * 3)
def test_an_interval_as_shown_is_in_order(a, b, c, d, e, f):
    names = ("low", "median", "high")
    row = {f"count_{name}": value for name, value in zip(names, sorted((a, b, c)), strict=True)}
    row |= {f"count_{name}_error": error for name, error in zip(names, (d, e, f), strict=True)}
    found = rounded_interval(row)
    assert found["low"][0] <= found["median"][0] <= found["high"][0]
    for name, (value, step) in found.items():
        assert step >= ERRORS * row[f"count_{name}_error"] * (1 - 1e-9)
        assert abs(value - row[f"count_{name}"]) <= step * (1 if name != "median" else 0.5) * (1 + 1e-6)
    # An interval is never narrowed, but for the millionth of a step that stands for a float's own error.
    assert found["low"][0] <= row["count_low"] + 1e-6 * found["low"][1]
    assert found["high"][0] >= row["count_high"] - 1e-6 * found["high"][1]


def test_ends_out_of_order_after_rounding_take_the_larger_step():
    # Derivation: 610 to steps of 500 (four errors of 100) is 500; 600 to steps of 10 stays and lies above it.
    row = {"count_low": 600.0, "count_median": 610.0, "count_high": 640.0}
    found = rounded_interval({**row, "count_median_error": 100.0})
    assert found == {"low": (500.0, 500.0), "median": (500.0, 500.0), "high": (1000.0, 500.0)}


def test_a_value_that_rounds_up_to_a_power_of_ten_takes_its_step():
    # Derivation: 995,000 to two digits is 1.0 million, not 1.00 million.
    assert step_of(995_000, low=200_000, high=4_000_000) == 100_000
    assert step_of(994_000, low=200_000, high=4_000_000) == 10_000


def test_without_errors_the_interval_alone_sets_the_step():
    row = {"count_low": 224_312.0, "count_median": 995_000.0, "count_high": 4_870_000.0}
    assert rounded_interval(row) == {
        "low": (220_000.0, 10_000.0),
        "median": (1_000_000.0, 100_000.0),
        "high": (4_900_000.0, 100_000.0),
    }


def test_ends_are_rounded_outwards():
    # Derivation: 566,709 is printed 560,000, not 570,000; 2,401,000 is printed 2.5 million; ends on a step stay.
    row = {"count_low": 566_709.0, "count_median": 1_049_000.0, "count_high": 2_401_000.0}
    assert [value for value, _ in rounded_interval(row).values()] == [560_000, 1_000_000, 2_500_000]
    row = {"count_low": 995_000.0, "count_median": 2_000_000.0, "count_high": 2_400_000.0}
    assert [value for value, _ in rounded_interval(row).values()] == [990_000, 2_000_000, 2_400_000]
    assert to_step(0.3, 0.1, "up") == to_step(0.3, 0.1, "down") == 0.3


@QUIET
@given(COUNTS, st.integers(-2, 6))
def test_halves_go_up(value, power):
    step = 10.0**power
    assert to_step(value, step) == pytest.approx(math.floor(value / step + 0.5) * step)
    assert to_step(0.5, 1) == 1.0
    assert to_step(2.5, 1) == 3.0


def test_ends_the_wrong_way_round():
    with pytest.raises(EstimationError, match="interval must run from low to high; got 2 to 1"):
        step_of(1.5, low=2, high=1)


@QUIET
@given(st.floats(1, 1e8), st.floats(1, 1e8), st.floats(1, 1e8))
def test_rounding_is_near_and_has_no_finer_digit_than_warranted(a, b, c):
    low, value, high = sorted((a, b, c))
    found = rounded(value, low=low, high=high)
    digits = 3 if high < 1.1 * low else 2
    # Derivation: half a step of the last digit kept.
    assert abs(found - value) <= 0.5 * 10 ** (math.floor(math.log10(value)) - digits + 1) * (1 + 1e-9)
    assert float(f"{found:.{digits}g}") == pytest.approx(found, rel=1e-12)
    assert rounded(found, low=low, high=high) == pytest.approx(found, rel=1e-12)


@QUIET
@given(st.floats(1, 1e8), st.floats(1, 1e8))
def test_rounding_keeps_order(a, b):
    small, large = sorted((a, b))
    assert rounded(small, low=1, high=9) <= rounded(large, low=1, high=9)


def test_rounding_of_nothing_and_of_an_interval_from_zero():
    assert rounded(0, low=0, high=5) == 0.0
    assert rounded(123.0, low=0, high=500) == 120.0


def test_rounding_within_ends_the_wrong_way_round():
    with pytest.raises(EstimationError, match="interval must run from low to high; got 2 to 1"):
        rounded(1.5, low=2, high=1)
