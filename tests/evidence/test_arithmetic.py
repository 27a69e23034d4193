import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimation.errors import EstimationError
from estimation.evidence.checks.arithmetic import evaluate


@pytest.mark.parametrize(
    ("formula", "value"),
    [  # school arithmetic
        ("7", 7),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("-2 - -3", 1),
        ("10 / 4", 2.5),
        ("10 - 4 - 3", 3),
    ],
)
def test_arithmetic(formula, value):
    assert evaluate(formula) == value


@pytest.mark.parametrize(
    "formula",
    ["", "x", "2 ** 9", "9 // 2", "1,000", "1e5", "1 (2)", "__import__('os')", "007", "(" * 99, "1" * 201, "1.2.3"],
)
def test_anything_else_is_refused(formula):
    with pytest.raises(EstimationError, match=r"a formula must be plain arithmetic; got .*Do this: write numbers with"):
        evaluate(formula)


def test_division_by_zero_is_refused():
    with pytest.raises(
        EstimationError, match=r"a formula must not divide by zero; got 1 / \(2 - 2\)\. Do this: write numbers"
    ):
        evaluate("1 / (2 - 2)")


@given(st.text("0123456789.+-*/() ", max_size=200))
def test_any_characters_give_a_finite_number_or_an_error(formula):
    with contextlib.suppress(EstimationError):
        assert math.isfinite(evaluate(formula))


@given(st.floats(1, 1e12), st.floats(1e-6, 1))
def test_agrees_with_python_on_a_count_over_a_rate(count, rate):
    assert evaluate(f"{count:.6f} / {rate:.6f}") == float(f"{count:.6f}") / float(f"{rate:.6f}")
