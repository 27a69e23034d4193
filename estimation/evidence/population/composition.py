"""Composition of the adults of one unit, and of the region: the shares that turn one base into another.

The tables themselves are in `population`; these are ratios of their sums.
"""

from dataclasses import dataclass

import pandas as pd

from estimation.errors import require
from estimation.evidence.population.age_model import carried_back
from estimation.evidence.population.census_model import GROUPS
from estimation.evidence.population.county_model import census_inputs, exact
from estimation.evidence.tables.sources import Evidence


@dataclass(frozen=True)
class Composition:
    """Shares of one unit."""

    first_group_share: float  # share of the first group (Uyghurs) among the unit's adults, 0-1
    adults_over_adults_of_18: float  # adults from the age asked for over those of 18 and over
    minority_adult_share: float  # share of adults among all minorities of the region, 0-1


def composition(
    evidence: Evidence, gb_code: str, *, year: int, adult_age: int, survival: tuple[float, float]
) -> Composition:
    """Shares of a unit at the end of a year, 2010 to 2020, for adults from 15 or 18.

    `survival` is the share who survive a year below 65, and from 65 on. Raises `EstimationError` for an unknown unit,
    and for a year or age not covered.

    **Assumes:** what `population.adults` does.
    """
    census, *others = census_inputs(evidence)
    back = carried_back(census, year=year, adult_age=adult_age, survival=survival)
    require(gb_code in back.index, "the observed unit must be in the census table", repr(gb_code), "check its code")
    at_18 = carried_back(census, year=year, adult_age=18, survival=survival)
    model = exact(census, *others, year=year, controls="verified", adult_age=adult_age, survival=survival)
    minorities = model[list(GROUPS)].to_numpy(float).sum(axis=1)
    adult_share = model["minority_adult_share"].to_numpy(float)
    here = model.index == gb_code
    first = model[GROUPS[0]].to_numpy(float) * adult_share
    everyone = model["total"].to_numpy(float) * back["share"].to_numpy(float)
    shares = back["share"].to_numpy(float) / at_18["share"].to_numpy(float)
    return Composition(
        first_group_share=float((first / everyone)[here][0]),
        adults_over_adults_of_18=float(shares[here][0]),
        minority_adult_share=float((adult_share * minorities).sum() / minorities.sum()),
    )


def adult_shares(evidence: Evidence, *, year: int, adult_age: int, survival: tuple[float, float]) -> pd.Series:
    """Share of adults among the minorities of each unit, 0-1, indexed by gb_code; parameters as in `composition`."""
    model = exact(*census_inputs(evidence), year=year, controls="verified", adult_age=adult_age, survival=survival)
    return pd.Series(model["minority_adult_share"].astype(float))
