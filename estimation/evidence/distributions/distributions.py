"""The distributions that an assumption can have, by name, and how a file writes them."""

import difflib
import sys
from collections.abc import Mapping
from typing import Any

from estimation.errors import AssumptionError
from estimation.evidence.distributions.distribution import Distribution
from estimation.evidence.distributions.shapes import (
    Beta,
    HalfNormal,
    Lognormal,
    Normal,
    Pert,
    Point,
    Quantiles,
    Triangular,
    Uniform,
)
from estimation.evidence.distributions.student_shapes import HalfT, LogT, StudentT

__all__ = [
    "SHAPES",
    "Beta",
    "Distribution",
    "HalfNormal",
    "HalfT",
    "LogT",
    "Lognormal",
    "Normal",
    "Pert",
    "Point",
    "Quantiles",
    "StudentT",
    "Triangular",
    "Uniform",
    "parse",
]

SHAPES: Mapping[str, type[Distribution]] = {
    shape.name: shape
    for shape in (
        Point,
        Uniform,
        Normal,
        StudentT,
        HalfNormal,
        HalfT,
        Lognormal,
        LogT,
        Triangular,
        Pert,
        Beta,
        Quantiles,
    )
}


def parse(table: object) -> Distribution:
    """Make a distribution from a table such as ``{"name": "pert", "low": 0, "mode": 1, "high": 2}``.

    Parameters
    ----------
    table : mapping
        `name` and the parameters of that distribution, all finite numbers.

    Returns
    -------
    Distribution

    Raises
    ------
    AssumptionError
        No table, unknown name, missing or unknown parameter, a value that is no finite number, or parameters that
        make no distribution.

    Examples
    --------
    >>> parse({"name": "half_normal", "scale": 1.0})
    HalfNormal(scale=1.0)
    """
    if not isinstance(table, Mapping) or "name" not in table:
        remedy = 'write { name = "pert", low = .., mode = .., high = .. }'
        raise AssumptionError("a distribution is a table with a name", repr(table), remedy)
    name = table["name"]
    if not isinstance(name, str) or name not in SHAPES:
        close = difflib.get_close_matches(str(name), SHAPES, n=1)
        hint = f"did you mean {close[0]!r}" if close else f"use one of {', '.join(SHAPES)}"
        raise AssumptionError("the distribution must be a known one", repr(name), hint)
    shape = SHAPES[name]
    wanted = shape.parameter_fields()
    given = {key: value for key, value in table.items() if key != "name"}
    if set(given) != set(wanted):
        rule = f"{name} takes the parameters {', '.join(wanted)}"
        raise AssumptionError(rule, ", ".join(given) or "none", "give exactly these")
    read = _numbers if shape is Quantiles else _number
    return shape(**{wanted[key]: read(f"{key} of {name}", value) for key, value in given.items()})


def _is_number(value: object) -> bool:
    # The largest float also bounds whole numbers, which a file may write with any number of digits.
    largest = sys.float_info.max
    return isinstance(value, int | float) and not isinstance(value, bool) and -largest <= value <= largest


def _number(what: str, value: Any) -> float:
    if not _is_number(value):
        raise AssumptionError(f"{what} must be a finite number", f"{value!r:.40}", "write a plain number")
    return float(value)


def _numbers(what: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or not all(map(_is_number, value)):
        remedy = "write [0, 0.5, 1] and the like"
        raise AssumptionError(f"{what} must be a list of finite numbers", f"{value!r:.40}", remedy)
    return tuple(float(item) for item in value)
