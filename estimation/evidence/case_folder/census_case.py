"""Contents of a case whose people are modelled from census tables: those of a data folder, with its other sources."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_file import Census, statement_of
from estimation.evidence.case_folder.contents import Contents
from estimation.evidence.population import population
from estimation.evidence.population.composition import adult_shares, composition
from estimation.evidence.population.territory import prefecture_of
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.sources import headline as headline_rows
from estimation.evidence.tables.synthesis_sources import sentenced_in_first_year, usable_rows


def contents(
    evidence: Evidence,
    medians: Mapping[str, float],
    *,
    basis: str | None = None,
    year: int | None = None,
    adult_age: int | None = None,
) -> Contents:
    """What the case of a data folder holds: the one county observed, and the adults of every county.

    Raises
    ------
    EstimationError
        A basis, year or age that is not covered, or more than one headline area.

    Notes
    -----
    **Assumes:** what `population.adults` does; a Corps city belongs to the prefecture that it lies in.
    """
    stated = statement_of(evidence.directory)
    census = stated.census
    if census is None:
        raise EstimationError("a data folder says how its census is read", "no [census] in case.toml", "add it")
    basis = stated.basis if basis is None else basis
    year = census.year if year is None else year
    adult_age = census.adult_age if adult_age is None else adult_age
    bases = sorted({term.basis for term in stated.terms if term.basis})
    if basis not in bases:
        raise EstimationError(
            "the basis must be one that the case has terms for", repr(basis), f"use {' or '.join(bases)}"
        )
    if adult_age != census.adult_age and basis == "registered":
        raise EstimationError(
            f"the registered base of the county is known for adults of {census.adult_age} only",
            adult_age,
            "use --basis resident",
        )
    survival = _survival(census, medians)
    areas = _areas(evidence, year=year, adult_age=adult_age, survival=survival)
    headline = headline_rows(evidence)
    code = areas["area"][areas["area"].isin(headline["gb_code"])]
    if len(code) != 1:
        raise EstimationError(
            "the ladder carries the rate of one observed area", f"{len(code)} headline areas", "mark one"
        )
    shares = composition(evidence, code.iloc[0], year=year, adult_age=adult_age, survival=survival)
    of_areas = adult_shares(evidence, year=census.year, adult_age=census.adult_age, survival=survival)
    return Contents(
        stated,
        stated.terms,
        basis,
        adult_age,
        areas,
        observed=pd.DataFrame(
            {
                "area": code.to_numpy(),
                "label": headline["area"].iloc[:1].to_numpy(),
                "count": headline["numerator"].iloc[:1].to_numpy(),
                "population": np.nan,
                "first_share": shares.first_group_share,
            }
        ),
        figures=tuple(
            (row, areas_meant(row.name, row.area, list(areas["area"]), core=areas["core"], city=areas["city"]))
            for row in usable_rows(evidence)
        ),
        base_scale=shares.adults_over_adults_of_18,
        adult_share=shares.minority_adult_share,
        adult_shares=of_areas.loc[areas["area"]].to_numpy(float),
        sentenced_first_year=sentenced_in_first_year(evidence),
    )


def _survival(census: Census, medians: Mapping[str, float]) -> tuple[float, float]:
    """Share who survive a year below 65, and from 65 on, as the register has them."""
    below, above = (medians[name] for name in census.survival)
    return below, above


def _areas(evidence: Evidence, *, year: int, adult_age: int, survival: tuple[float, float]) -> pd.DataFrame:
    """Resident adults of each county and group, in the order of `units`, with what sort of place each is."""
    people = population.adults(evidence, year=year, adult_age=adult_age, survival=survival).adults
    units = evidence.table("units").set_index("gb_code").loc[people.index]
    where = pd.DataFrame(
        {
            "area": people.index,
            "parent": [prefecture_of(code) for code in people.index],
            "core": (units["region_class"] == "south4").to_numpy(),
            "distant": ~units["region_class"].isin(["south4", "xpcc_south"]).to_numpy(),
            "city": (units["is_city"] == 1).to_numpy(),
        }
    )
    return pd.concat([where, people.add_prefix("people_").reset_index(drop=True)], axis=1)


def areas_meant(
    name: str, area: str, codes: Sequence[str], *, core: npt.ArrayLike, city: npt.ArrayLike
) -> npt.NDArray[np.bool_]:
    """The units that an area of `synthesis_sources.csv` or `reconciliation.csv` means, shape (K,).

    `area` holds codes of units or prefectures joined by ``+``, or is ``region``, ``counties`` or ``south_counties``,
    the last two for units that are not cities; `name` is the figure's, for messages.

    Raises
    ------
    EstimationError
        No unit of the region has such a code.
    """
    if area == "region":
        return np.ones(len(codes), bool)
    if area in ("counties", "south_counties"):
        return ~np.asarray(city, bool) & (np.asarray(core, bool) | (area == "counties"))
    beginnings = tuple(area.split("+"))
    for each in beginnings:
        if not any(code.startswith(each) for code in codes):
            raise EstimationError(f"the area of {name} must be in the region", each, "check its code")
    return np.array([code.startswith(beginnings) for code in codes])
