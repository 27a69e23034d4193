"""The case that ships: the region of the data folder and the county observed in it, as a case of the model.

It joins the evidence to the arrays of `case` and `region`; a case folder comes in by `case_from_folder`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.population import population
from estimation.evidence.population.composition import adult_shares, composition
from estimation.evidence.population.territory import prefecture_of
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.sources import headline as headline_rows
from estimation.evidence.tables.synthesis_sources import sentenced_in_first_year, usable_rows
from estimation.model.case.case import RUNGS_OF_A_CASE, Case, Custody, Source, place_of
from estimation.model.case.case_from_folder import scopes_of
from estimation.model.case.terms import area_error, factors_of, mending
from estimation.model.region.estimand import Basis, Estimand
from estimation.model.region.region import Part, Region, Scope


def region_of(evidence: Evidence, register: Register, *, year: int, adult_age: int) -> Region:
    """The region of the data folder as arrays, on the resident basis.

    Parameters
    ----------
    evidence : Evidence
        The data folder.
    register : Register
        For survival.
    year : int
        End of which year.
    adult_age : int
        15 or 18.

    Returns
    -------
    Region
        Areas in the order of `units`, parents the prefectures (a Corps city belongs to the one it lies in).
    """
    table = population.adults(
        evidence,
        year=year,
        adult_age=adult_age,
        survival=survival_of(register),
    )
    units = evidence.table("units").set_index("gb_code").loc[table.adults.index]
    headline = headline_rows(evidence)["gb_code"]
    parents = [prefecture_of(code) for code in units.index]
    names = sorted(set(parents))
    return Region(
        areas=tuple(units.index),
        parents=np.array([names.index(parent) for parent in parents]),
        groups=population.GROUPS,
        adults=table.adults.to_numpy(float),
        core=(units["region_class"] == "south4").to_numpy(),
        distant=~units["region_class"].isin(["south4", "xpcc_south"]).to_numpy(),
        city=(units["is_city"] == 1).to_numpy(),
        observed=np.flatnonzero(units.index.isin(headline)),
    )


def shipped_case(
    evidence: Evidence,
    register: Register,
    *,
    basis: Basis = "registered",
    year: int = 2018,
    adult_age: int = 18,
    scopes: Sequence[Scope] | None = None,
) -> Case:
    """The case that ships: the region of the data folder and the county observed in it.

    Parameters
    ----------
    evidence, register, basis, year, adult_age
        As in `ladder.run`.
    scopes : sequence of Scope, optional
        Whom to count; the scopes of its `case.toml` by default.

    Returns
    -------
    Case

    Raises
    ------
    EstimationError
        Impossible options, more than one headline area, or a count that reaches its base.

    Notes
    -----
    **Assumes:** what `ladder.run` does.
    """
    if adult_age != 18 and basis == "registered":
        raise EstimationError(
            "the registered base of the county is known for adults of 18 only", adult_age, "use --basis resident"
        )
    region = region_of(evidence, register, year=year, adult_age=adult_age)
    if region.observed.size != 1:
        raise EstimationError(
            "the ladder carries the rate of one observed area", f"{region.observed.size} headline areas", "mark one"
        )
    code = region.areas[int(region.observed[0])]
    shares = composition(evidence, code, year=year, adult_age=adult_age, survival=survival_of(register))
    stated, medians = statement_of(evidence.directory), register.medians()
    mend, base = mending(
        stated.terms,
        [code],
        medians,
        basis=basis,
        base_scale=shares.adults_over_adults_of_18,
        first_share=shares.first_group_share,
    )
    observation = headline_rows(evidence).iloc[0]
    count = int(observation["numerator"])
    if count >= base:
        raise EstimationError(
            f"the count must be below the base of county_adults_{basis}", count, "check the base and the count"
        )
    scopes = scopes_of(stated) if scopes is None else tuple(scopes)
    cards = {
        scope.name: Estimand(scope.label, scope.territory, stated.when, "camp or prison", "ever held", adult_age, basis)
        for scope in scopes
    }
    return Case(
        region=region,
        scopes=scopes,
        cards=cards,
        counts=np.array([count]),
        populations=np.array([round(base)]),
        mend=mend,
        factors=factors_of(stated.terms, basis=basis, adult_share=shares.minority_adult_share),
        area_error_sd=area_error(stated.terms, medians, region.core),
        elsewhere=stated.elsewhere,
        city=stated.city,
        group_ratios=tuple(f"{group}_rate_ratio" for group in region.groups[1:]),
        rungs={**RUNGS_OF_A_CASE, **stated.rungs},
        thresholds=stated.thresholds,
        observed=str(observation["area"]),
        area_kind=str(observation["area_level"]),
        remedy="narrow missing_share or raise the county's base",
        sources=_sources_of(evidence, register, region),
        custody=Custody(count, sentenced_in_first_year(evidence)),
    )


_CONVERTED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "court": (("minority_share_of_sentenced", "custodial_share"), ("ordinary_crime_share",)),
    "capacity": (("occupancy",), ()),
}
"""Entries by which, and by one minus which, the people counted are divided before a kind of source reports them."""


def _sources_of(evidence: Evidence, register: Register, region: Region) -> tuple[Source, ...]:
    """Figures of other sources, with the people each speaks about."""
    shares = adult_shares(evidence, year=2018, adult_age=18, survival=survival_of(register))
    found = []
    for row in usable_rows(evidence):
        part = place_of(row.name, row.area, row.groups, region)
        over, over_rest = _CONVERTED.get(row.kind, ((), ()))
        found.append(
            Source(
                name=row.name,
                kind=row.kind,
                value=row.value,
                unit=row.scale,
                bound=row.bound,
                log_sd=row.log_sd,
                part=part,
                custody=row.custody,
                measure=row.measure,
                year=row.year,
                adult_share=_adult_share(part, region, shares) if row.all_ages else 1.0,
                over=(*over, *(("newsworthiness",) if row.places else ())),
                over_rest=over_rest,
                places=row.places,
                within_sd="within_county_sd" if row.places else "",
                told={
                    "place": row.place_name,
                    "date": row.date,
                    "counts": f"{row.measure}, {row.custody}",
                    "raw": row.raw,
                    "note": row.note,
                },
            )
        )
    return tuple(found)


def _adult_share(part: Part, region: Region, adult_shares: pd.Series) -> float:
    """Share of adults among people of all ages, 0-1."""
    columns = [region.groups.index(group) for group in part.groups]
    adults = region.adults[np.ix_(part.areas, np.array(columns))].sum(axis=1)
    shares = adult_shares.loc[[region.areas[area] for area in part.areas]].to_numpy(float)
    return float(adults.sum() / (adults / shares).sum())


def survival_of(register: Register) -> tuple[float, float]:
    """Share who survive a year below 65, and from 65 on, as the register has them."""
    below, above = (register[f"annual_survival_{ages}"].distribution.median() for ages in ("under_65", "65_plus"))
    return below, above
