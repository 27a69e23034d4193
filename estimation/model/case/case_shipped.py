"""The case that ships: the region of the data folder and the county observed in it, as a case of the model.

It joins the evidence to the arrays of `case` and `region`; a case folder comes in by `case_from_folder`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
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
from estimation.model.case.case import RUNGS_OF_A_CASE, Case, Custody, Source, Values, place_of
from estimation.model.case.case_from_folder import scopes_of
from estimation.model.case.terms import area_error, factors_of, mending
from estimation.model.region.estimand import Basis, Estimand
from estimation.model.region.region import Array, Part, Region, Scope


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


@dataclass(frozen=True, eq=False)
class Observed:
    """The region of the data folder and the county observed in it, on one basis, year and age.

    Attributes
    ----------
    region : Region
        Places and people.
    basis : {"registered", "resident"}
        Whom bases count.
    count : int
        People counted in the observed county.
    base_scale : float
        The county's base over its register entry: 1 for adults of 18.
    central_base : float
        The county's adults at the centre of the register, persons.
    first_group_share, minority_adult_share : float
        As in `Composition`, 0-1.
    area_error_sd : ndarray of shape (K,)
        Error of each area's people, log scale.
    name, kind : str
        The county in words, and what kind of area it is.
    """

    region: Region
    basis: Basis
    count: int
    base_scale: float
    central_base: float
    first_group_share: float
    minority_adult_share: float
    area_error_sd: Array
    name: str
    kind: str

    def mended(self, share: npt.ArrayLike, values: Values) -> Array:
        """Share of the first group's adults, 0-1, by draws of entries, from that as counted on the central base."""
        entry = {key: np.asarray(value) for key, value in values.items()}
        base = county_base(values, self.basis, self.base_scale)
        return np.asarray(
            np.asarray(share)
            * (self.central_base / base)
            * (1 - entry["duplicate_share"])
            / (1 - entry["missing_share"])
            * entry["numerator_uyghur_share"]
            / self.first_group_share
        )


def county_base(values: Values, basis: Basis, scale: float) -> Array:
    """Adults of the observed county: persons, of the shape of the entries.

    All adults on the basis; those of 15 and over in the proportion of the population tables, which is `scale`.
    """
    unseen = np.asarray(values["census_missing_share_south"] if basis == "resident" else 0.0)
    return np.asarray(np.asarray(values[f"county_adults_{basis}"], float) * scale / (1 - unseen))


def observed_place(evidence: Evidence, register: Register, *, basis: Basis, year: int, adult_age: int) -> Observed:
    """What one choice of basis, year and age makes of the evidence.

    Parameters
    ----------
    evidence, register, basis, year, adult_age
        As in `ladder.climb`.

    Returns
    -------
    Observed

    Raises
    ------
    EstimationError
        Impossible options, more than one headline area, or a count that reaches its base.
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
    central, older = register.medians(), shares.adults_over_adults_of_18
    observation = headline_rows(evidence).iloc[0]
    count, base = int(observation["numerator"]), float(county_base(central, basis, older))
    if count >= base:
        raise EstimationError(
            f"the count must be below the base of county_adults_{basis}", count, "check the base and the count"
        )
    return Observed(
        region=region,
        basis=basis,
        count=count,
        base_scale=older,
        central_base=base,
        first_group_share=shares.first_group_share,
        minority_adult_share=shares.minority_adult_share,
        area_error_sd=area_error(statement_of(evidence.directory).terms, central, region.core),
        name=str(observation["area"]),
        kind=str(observation["area_level"]),
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
        As in `ladder.climb`.
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
    **Assumes:** what `ladder.climb` does.
    """
    place = observed_place(evidence, register, basis=basis, year=year, adult_age=adult_age)
    stated = statement_of(evidence.directory)
    scopes = scopes_of(stated) if scopes is None else tuple(scopes)

    mend, base = mending(
        stated.terms,
        [place.region.areas[int(area)] for area in place.region.observed],
        register.medians(),
        basis=basis,
        base_scale=place.base_scale,
        first_share=place.first_group_share,
    )
    cards = {
        scope.name: Estimand(scope.label, scope.territory, stated.when, "camp or prison", "ever held", adult_age, basis)
        for scope in scopes
    }
    return Case(
        region=place.region,
        scopes=scopes,
        cards=cards,
        counts=np.array([place.count]),
        populations=np.array([round(base)]),
        mend=mend,
        factors=factors_of(stated.terms, basis=basis, adult_share=place.minority_adult_share),
        area_error_sd=place.area_error_sd,
        elsewhere=stated.elsewhere,
        city=stated.city,
        group_ratios=tuple(f"{group}_rate_ratio" for group in place.region.groups[1:]),
        rungs={**RUNGS_OF_A_CASE, **stated.rungs},
        thresholds=stated.thresholds,
        observed=place.name,
        area_kind=place.kind,
        remedy="narrow missing_share or raise the county's base",
        sources=_sources_of(evidence, register, place.region),
        custody=Custody(place.count, sentenced_in_first_year(evidence)),
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


def population_factors(
    values: Mapping[str, npt.ArrayLike], basis: Basis, minority_adult_share: float
) -> tuple[Array, Array]:
    """True over tabled population in the core and elsewhere.

    Parameters
    ----------
    values : mapping
        The register's entries by id, numbers or draws.
    basis : {"registered", "resident"}
        Whom the region's adults count.
    minority_adult_share : float
        Share of adults among the region's minorities, 0-1.

    Returns
    -------
    tuple of ndarray
        Ratios, of the shape of the entries.

    References
    ----------
    METHODS eq. 7.
    """
    entry = {key: np.asarray(value, float) for key, value in values.items()}
    common = entry["regional_base_ratio"] * (1 + entry["adult_share_error"] / minority_adult_share)
    if basis == "registered":
        return (
            common * entry["registered_over_resident_south"],
            common * entry["registered_over_resident_elsewhere"],
        )
    return common / (1 - entry["census_missing_share_south"]), common


def survival_of(register: Register) -> tuple[float, float]:
    """Share who survive a year below 65, and from 65 on, as the register has them."""
    below, above = (register[f"annual_survival_{ages}"].distribution.median() for ages in ("under_65", "65_plus"))
    return below, above
