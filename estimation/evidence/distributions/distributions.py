"""The shapes a judgement can take, by name, and how a file writes them."""

import difflib
import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from estimation.errors import AssumptionError
from estimation.evidence.distributions.distribution import SPOKEN, Distribution
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
from estimation.evidence.distributions.student_shapes import HalfT, LogT

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
    "Triangular",
    "Uniform",
    "parse",
]

SHAPES: Mapping[str, type[Distribution]] = {
    shape.name: shape
    for shape in (Point, Uniform, Normal, HalfNormal, HalfT, Lognormal, LogT, Triangular, Pert, Beta, Quantiles)
}


def parse(table: object) -> Distribution:
    """Make a distribution from a table such as ``{"name": "pert", "low": 0, "mode": 1, "high": 2}``.

    Parameters
    ----------
    table : mapping
        `name` and the parameters of that shape, all finite numbers.

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
        raise AssumptionError(
            "a distribution is a table with a name",
            repr(table),
            'write { name = "pert", low = .., mode = .., high = .. }',
        )
    name = table["name"]
    if not isinstance(name, str) or name not in SHAPES:
        close = difflib.get_close_matches(str(name), SHAPES, n=1)
        hint = f"did you mean {close[0]!r}" if close else f"use one of {', '.join(SHAPES)}"
        raise AssumptionError("the distribution must be a known one", repr(name), hint)
    shape = SHAPES[name]
    wanted = {SPOKEN.get(field.name, field.name): field.name for field in fields(shape)}
    given = {key: value for key, value in table.items() if key != "name"}
    if set(given) != set(wanted):
        raise AssumptionError(
            f"{name} takes the parameters {', '.join(wanted)}",
            ", ".join(given) or "none",
            "give exactly these",
        )
    read = _numbers if shape is Quantiles else _number
    return shape(**{wanted[key]: read(name, key, value) for key, value in given.items()})


def _is_number(value: object) -> bool:
    # The largest float also bounds whole numbers, which a file may write with any number of digits.
    largest = sys.float_info.max
    return isinstance(value, int | float) and not isinstance(value, bool) and -largest <= value <= largest


def _number(name: str, key: str, value: Any) -> float:
    if not _is_number(value):
        raise AssumptionError(f"{key} of {name} must be a finite number", f"{value!r:.40}", "write a plain number")
    return float(value)


def _numbers(name: str, key: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or not all(map(_is_number, value)):
        raise AssumptionError(
            f"{key} of {name} must be a list of finite numbers", f"{value!r:.40}", "write [0, 0.5, 1] and the like"
        )
    return tuple(float(item) for item in value)
