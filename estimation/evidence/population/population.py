"""Adults per county-level unit and ethnic group: tables that carry their basis, age and date.

Uncertainty does not live here: these tables are deterministic, and the register of assumptions says how far off
they may be.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from estimation.errors import EstimandError, require
from estimation.evidence.population.age_model import SURVIVAL
from estimation.evidence.population.census_model import GROUPS, at_year_end
from estimation.evidence.population.county_model import census_inputs, county_check, exact
from estimation.evidence.population.population_table import ALL_AGES, Basis, PopulationTable
from estimation.evidence.tables.sources import Evidence

TURKIC: Final = ("uyghur", "kazakh", "kyrgyz")

__all__ = [
    "ALL_AGES",
    "GROUPS",
    "TURKIC",
    "Basis",
    "PopulationTable",
    "adults",
    "county_check",
    "register",
    "residents",
]


def adults(
    evidence: Evidence,
    *,
    year: int = 2018,
    adult_age: int = 18,
    controls: str = "verified",
    survival: tuple[float, float] = SURVIVAL,
) -> PopulationTable:
    """Resident adults per unit and group at a year end, unrounded.

    Parameters
    ----------
    evidence : Evidence
        The data folder.
    year : int
        2010 to 2020.
    adult_age : int
        15 or 18, years.
    controls : {"published", "verified"}
        Control set.
    survival : tuple of float
        Share who survive a year below 65, and from 65 on.

    Returns
    -------
    PopulationTable
        Resident basis.

    Raises
    ------
    EstimationError
        If year, age or control set are not covered.

    Notes
    -----
    **Assumes:** the groups of a unit share one age structure. With the verified controls the division between
    Kazakh, Hui, Kyrgyz and others rests on 2004 in 2010: use these columns in sums, not on their own.

    References
    ----------
    METHODS eq. 6.
    """
    model = exact(*census_inputs(evidence), year=year, controls=controls, adult_age=adult_age, survival=survival)
    persons = model[list(GROUPS)].mul(model["minority_adult_share"], axis=0)
    return PopulationTable(persons, "resident", adult_age, year, controls)


def residents(evidence: Evidence, *, year: int = 2018, controls: str = "verified") -> PopulationTable:
    """Residents of all ages per unit and group at the end of a year, 2010 to 2020, unrounded.

    `controls` as in `adults`; raises `EstimationError` if year or control set are not covered.
    """
    model = at_year_end(*census_inputs(evidence), year=year, controls=controls)
    return PopulationTable(model[list(GROUPS)], "resident", ALL_AGES, year, controls)


def register(
    table: PopulationTable, *, south_ratio: float, elsewhere_ratio: float, units: pd.DataFrame
) -> PopulationTable:
    """Turn residents into registered persons.

    `south_ratio` is registered over resident persons in the units of class `south4` (Aksu, Kizilsu, Kashgar, Hotan),
    `elsewhere_ratio` the same for all other units, Corps cities included; `units` is the table of that name.

    Raises
    ------
    EstimandError
        If the table is already on the registered basis.
    EstimationError
        If a ratio is not positive or a unit has no class.

    **Assumes:** one ratio per half of the region, whatever the group and age.
    """
    if table.basis != "resident":
        raise EstimandError("only a resident table can be put on the register", table.basis, "pass it as it is")
    for name, ratio in (("south_ratio", south_ratio), ("elsewhere_ratio", elsewhere_ratio)):
        positive = np.isfinite(ratio) and ratio > 0
        require(positive, f"{name} must be a positive number", ratio, "pass registered over resident persons")
    region_class = units.set_index("gb_code")["region_class"].reindex(table.adults.index)
    lost = ", ".join(table.adults.index[region_class.isna()])
    require(not lost, "every unit needs a region_class", lost, "add it to the units table")
    ratio_of = pd.Series(np.where(region_class == "south4", south_ratio, elsewhere_ratio), table.adults.index)
    return replace(table, adults=table.adults.mul(ratio_of, axis=0), basis="registered")
