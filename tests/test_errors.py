import pytest

from estimation.errors import (
    AssumptionError,
    DataError,
    DriftError,
    EstimandError,
    EstimationError,
    Problem,
    UnreliableError,
)


def test_message_has_rule_value_and_remedy():
    error = EstimationError("level must lie in (0, 1)", 95, "write 0.95")
    assert str(error) == "level must lie in (0, 1); got 95. Do this: write 0.95."
    assert (error.rule, error.got, error.remedy) == ("level must lie in (0, 1)", 95, "write 0.95")


@pytest.mark.parametrize("kind", [AssumptionError, DriftError, EstimandError, UnreliableError])
def test_every_kind_is_an_estimation_error_and_a_value_error(kind):
    with pytest.raises(EstimationError, match=r"a; got b\. Do this: c"):
        raise kind("a", "b", "c")
    assert issubclass(kind, ValueError)


@pytest.mark.parametrize(
    ("row", "column", "where"),
    [
        (None, None, "units.csv: "),
        (3, None, "units.csv, row 3: "),
        (3, "lat", "units.csv, row 3, column lat: "),
        (None, "lat", "units.csv, column lat: "),
    ],
)
def test_problem_says_where(row, column, where):
    problem = Problem("units.csv", row, column, "must be a number", "'x'", "correct it")
    assert str(problem) == where + "must be a number; got 'x'. Do this: correct it."


def test_data_error_lists_every_problem_in_order():
    problems = [Problem("a.csv", row, None, "must hold", "b", "c") for row in (2, 9)]
    error = DataError(problems)
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == [str(problem) for problem in problems]
    assert isinstance(error, EstimationError)
