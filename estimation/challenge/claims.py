"""Claims about a total, with what they count, and whether draws bear them out."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import require
from estimation.evidence.case_folder.case_file import Statement
from estimation.model.region.region import Array


@dataclass(frozen=True)
class Claim:
    """A statement that a total lies in a range.

    Attributes
    ----------
    scope : str
        Name of the scope it is about.
    low, high : float
        persons; 0 or infinity where a side is open.
    label : str
        Who says it, or what it is.

    Raises
    ------
    EstimationError
        No limit at all, or one that is not a number of persons.

    Examples
    --------
    >>> Claim("uyghur", low=1_000_000).sides()
    'at least'
    """

    scope: str
    low: float = 0.0
    high: float = float("inf")
    label: str = ""

    def __post_init__(self) -> None:
        limited = 0 <= self.low <= self.high and self.low < np.inf and (self.low > 0 or self.high < np.inf)
        rule = "a claim is a range of persons with at least one limit"
        require(limited, rule, f"{self.low:g} to {self.high:g}", "give a limit")

    def sides(self) -> str:
        """``at least``, ``at most`` or ``between``."""
        if self.high == np.inf:
            return "at least"
        return "at most" if self.low == 0 else "between"

    def columns(self) -> dict[str, Any]:
        """`scope`, `claim`, `sides`, `low` and `high` (persons) of a row; `high` is missing where it is open."""
        high = pd.NA if self.high == np.inf else round(self.high)
        known = {"scope": self.scope, "claim": self.label, "sides": self.sides()}
        return {**known, "low": round(self.low), "high": high}

    def holds(self, totals: Array) -> npt.NDArray[np.bool_]:
        """Whether each draw of the scope's total, persons, shape (n,), bears it out."""
        return np.asarray((totals >= self.low) & (totals <= self.high))


ABOUT: Final = 0.1
"""Share of a figure within which "about" it is read."""


def claims_of(statement: Statement) -> tuple[Claim, ...]:
    """The claims that a case states; each counts what the totals of its scope do."""
    return tuple(
        Claim(each.scope, each.at_least or 0.0, np.inf if each.at_most is None else each.at_most, each.label)
        for each in statement.claims
    )


def published(table: pd.DataFrame, *, scope: str, custody: Sequence[str] = ("yes",)) -> tuple[Claim, ...]:
    """Published region-wide claims that count people ever held, as claims about a scope close to the groups they name.

    `table` is `published`; `custody` are the codes of `includes_prison` to keep. Without rows marked not usable or
    unverified, and without figures given for camps and prisons each. A claim worded for camps alone, or unclear about
    prisons, says so in its label.
    """
    rows = table[
        (table["measure"] == "ever_detained")
        & (table["unit"] == "persons")
        & (table["usable"] != "no")
        & (table["verification"] != "unverified")
        & table["includes_prison"].isin(list(custody))
        & ~table["population_group"].str.endswith(" each")
    ]
    worded = {"yes": "", "no": " [camps alone]", "unclear": " [prisons unclear]"}
    found = []
    for row in rows.to_dict(orient="records"):
        low, high = stated_range(row)
        found.append(Claim(scope, low, high, str(row["label"]) + worded[row["includes_prison"]]))
    return tuple(found)


def stated_range(row: Mapping[Hashable, Any]) -> tuple[float, float]:
    """Limits of a row of `published`, persons; 0 or infinity where a side is open.

    Of a figure without limits, those within `ABOUT` of it.

    Examples
    --------
    >>> stated_range({"value": 1_000_000.0, "low": float("nan"), "high": float("nan")})
    (900000.0, 1100000.0)
    """
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    low = 0.0 if np.isnan(low) else low
    high = float("inf") if np.isnan(high) else high
    if low == 0 and high == float("inf"):
        return about(value)
    return low, high


def about(value: float) -> tuple[float, float]:
    """The range that "about" a figure is taken to mean: within `ABOUT` of it.

    Examples
    --------
    >>> about(2_000_000)
    (1800000.0, 2200000.0)
    """
    return round((1 - ABOUT) * value, 6), round((1 + ABOUT) * value, 6)
