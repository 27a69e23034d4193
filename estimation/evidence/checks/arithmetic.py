"""Formulas of the data tables: plain arithmetic on numbers, worked out without running any code."""

import ast
import math
import operator
import re
from collections.abc import Callable

from estimation.errors import EstimationError

# Longer than any formula of the tables; keeps a hostile cell from nesting without end.
_LONGEST = 200

_PLAIN = re.compile(r"[0-9.+\-*/() ]+")
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(formula: str) -> float:
    """Value of a formula of numbers, ``+ - * /`` and brackets, at most 200 characters, in the unit of its row.

    Raises
    ------
    EstimationError
        If the text is anything but arithmetic, or divides by zero.

    Examples
    --------
    >>> evaluate("540826 - 215823 - 44603")
    280400.0
    >>> round(evaluate("0.71 * 12120000"))
    8605200
    """
    remedy = "write numbers with + - * / and brackets, without thousands separators"
    try:
        if len(formula) > _LONGEST or not _PLAIN.fullmatch(formula):
            raise ValueError(formula)
        value = _value(ast.parse(formula.strip(), mode="eval").body)
    except ZeroDivisionError:
        raise EstimationError("a formula must not divide by zero", formula, remedy) from None
    except (SyntaxError, ValueError, OverflowError, MemoryError):  # MemoryError: brackets nested too deep
        value = math.nan
    if not math.isfinite(value):
        raise EstimationError("a formula must be plain arithmetic", formula[:_LONGEST] or "nothing", remedy)
    return value


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]  # the line above leaves int and float
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError(ast.dump(node))
