"""A table of persons per unit and group that knows whom it counts, and refuses to meet tables that count others.

Nothing is modelled here (see `population`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from estimation.errors import EstimandError, EstimationError
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
        Control set of the model, with any rescaling named.
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
        if list(self.adults.columns) != list(GROUPS):
            raise EstimationError(
                "a population table has one column per group, in order", list(self.adults.columns), f"use {GROUPS}"
            )
        if self.adults.index.has_duplicates:
            twice = ", ".join(self.adults.index[self.adults.index.duplicated()])
            raise EstimationError("a unit stands once in a population table", twice, "add its rows up first")
        values = self.adults.to_numpy(dtype=float)
        wrong = self.adults.index[~(np.isfinite(values) & (values >= 0)).all(axis=1)]
        if len(wrong):
            raise EstimationError(
                "persons must be numbers from 0 up", f"another value in {', '.join(wrong)}", "correct the table"
            )

    def total(self, groups: str | Sequence[str], units: Sequence[str] | None = None) -> float:
        """Add up groups over units.

        Parameters
        ----------
        groups : str or sequence of str
            Groups to add.
        units : sequence of str, optional
            Codes of the units; all units if left out.

        Returns
        -------
        float
            Persons.

        Raises
        ------
        EstimationError
            If a group or a unit is unknown.
        """
        wanted = [groups] if isinstance(groups, str) else list(groups)
        unknown = [group for group in wanted if group not in GROUPS]
        if unknown or not wanted:
            raise EstimationError("groups must be known", unknown or "none", f"use any of {', '.join(GROUPS)}")
        rows = list(self.adults.index) if units is None else list(units)
        lost = [unit for unit in rows if unit not in self.adults.index]
        if lost:
            raise EstimationError("units must stand in the table", ", ".join(lost), "use codes of its index")
        return float(self.adults.loc[rows, wanted].to_numpy().sum())

    def require_like(self, other: "PopulationTable") -> None:
        """Refuse a table that counts other people.

        Parameters
        ----------
        other : PopulationTable
            The table to be added to, or divided by, this one.

        Raises
        ------
        EstimandError
            If basis, age or year differ.
        """
        for field in ("basis", "adult_age", "year"):
            mine, theirs = getattr(self, field), getattr(other, field)
            if mine != theirs:
                raise EstimandError(
                    f"two population tables must agree on {field}", f"{mine} and {theirs}", "build both alike"
                )

    def combined(self, other: "PopulationTable") -> "PopulationTable":
        """Put the units of two like tables into one.

        Parameters
        ----------
        other : PopulationTable
            Table of other units.

        Returns
        -------
        PopulationTable
            Both sets of units.

        Raises
        ------
        EstimandError
            If the tables are not alike.
        EstimationError
            If a unit stands in both.
        """
        self.require_like(other)
        controls = self.controls if self.controls == other.controls else f"{self.controls} and {other.controls}"
        return replace(self, adults=pd.concat([self.adults, other.adults]), controls=controls)
