"""A table of persons per unit and group that states whom it counts.

Nothing is modelled here (see `population`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from estimation.errors import EstimandError, require
from estimation.evidence.population.age_model import ADULT_AGES
from estimation.evidence.population.census_model import GROUPS

Basis = Literal["resident", "registered"]
ALL_AGES: Final = 0


@dataclass(frozen=True, eq=False)
class PopulationTable:
    """Persons per unit and group, of one kind.

    Attributes
    ----------
    adults : DataFrame
        Persons; index `gb_code`, columns `GROUPS`.
    basis : {"resident", "registered"}
        Who belongs to a unit: those who live there, or those whose household is registered there.
    adult_age : int
        Lowest age counted, years: 15 or 18; 0 for a table of all ages.
    year : int
        The table stands for the end of this year.
    controls : str
        Control set of the model.
    """

    adults: pd.DataFrame
    basis: Basis
    adult_age: int
    year: int
    controls: str

    def __post_init__(self) -> None:
        if self.basis not in get_args(Basis):
            raise EstimandError("basis must be resident or registered", self.basis, "name who is counted")
        if self.adult_age not in (ALL_AGES, *ADULT_AGES):
            raise EstimandError("a table counts from age 0, 15 or 18", self.adult_age, "name the lowest age")
        columns = list(self.adults.columns)
        rule = "a population table has one column per group, in order"
        require(columns == list(GROUPS), rule, columns, f"use {GROUPS}")
        twice = ", ".join(self.adults.index[self.adults.index.duplicated()])
        require(not twice, "a unit stands once in a population table", twice, "add its rows up first")
        values = self.adults.to_numpy(dtype=float)
        wrong = ", ".join(self.adults.index[~(np.isfinite(values) & (values >= 0)).all(axis=1)])
        require(not wrong, "persons must be numbers from 0 up", f"another value in {wrong}", "correct the table")

    def total(self, groups: str | Sequence[str], units: Sequence[str] | None = None) -> float:
        """Persons of some groups in some units, all if none are named; `EstimationError` if one is unknown."""
        wanted = [groups] if isinstance(groups, str) else list(groups)
        unknown = [group for group in wanted if group not in GROUPS]
        known = bool(wanted) and not unknown
        require(known, "groups must be known", unknown or "none", f"use any of {', '.join(GROUPS)}")
        rows = list(self.adults.index) if units is None else list(units)
        lost = ", ".join(unit for unit in rows if unit not in self.adults.index)
        require(not lost, "units must stand in the table", lost, "use codes of its index")
        return float(self.adults.loc[rows, wanted].to_numpy().sum())
