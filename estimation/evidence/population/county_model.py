"""The model of residents, groups and adults of each unit, and how it compares with counts it did not use.

Tables on a named basis are built from it in `population`.
"""

import pandas as pd

from estimation.evidence.population.age_model import (
    SURVIVAL,
    carried_back,
    han_and_minority_shares,
    minority_adult_share,
)
from estimation.evidence.population.census_model import (
    CENSUS_YEARS,
    GROUPS,
    YEARS,
    at_year_end,
    census_rows,
    fitted_groups,
)
from estimation.evidence.population.territory import WUJIAQU
from estimation.evidence.tables.sources import Evidence


def exact(
    census: pd.DataFrame,
    ethnicity_2004: pd.DataFrame,
    control_totals: pd.DataFrame,
    *,
    year: int,
    controls: str,
    adult_age: int,
    survival: tuple[float, float] = SURVIVAL,
) -> pd.DataFrame:
    """Model residents, groups and the share of adults among minorities, unrounded.

    Indexed by `gb_code`: the columns of `census_model.at_year_end`, persons, and `minority_adult_share`, 0-1.

    **Assumes:** the minorities of a unit share one age structure.
    """
    back = carried_back(census, year=year, adult_age=adult_age, survival=survival)
    model = at_year_end(census, ethnicity_2004, control_totals, year=year, controls=controls)
    han, few = han_and_minority_shares(census, year=year, adult_age=adult_age)
    minorities = model["minority"] / model["total"]
    model["minority_adult_share"] = minority_adult_share(back["share"], minorities, han=han, few=few)
    return model


def census_inputs(evidence: Evidence) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The tables that the model is made of: `census`, `ethnicity_2004` and `control_totals`."""
    return evidence.table("census"), evidence.table("ethnicity_2004"), evidence.table("control_totals")


def county_check(evidence: Evidence, *, controls: str = "verified") -> pd.DataFrame:
    """Set modelled counts beside counts of single units that the model did not use.

    Parameters
    ----------
    evidence : Evidence
        The data folder.
    controls : {"published", "verified"}
        Control set.

    Returns
    -------
    DataFrame
        One row per count of 2010 to 2020 dated to the 2010 census or a year end: `gb_code`, `name_en`, `date_ref`,
        `basis`, `indicator`, `observed` and `modelled` (persons), `difference` (modelled over observed, less 1),
        `observed_share` and `modelled_share` (of all people of the unit, 0-1, missing without an observed total),
        `source_id`, `verification`, `note`.

    Notes
    -----
    **Assumes:** nothing is corrected for: most counts are registered people and the model counts residents, so a
    gap is not an error of either. Left out: counts of `other_minority`, because each source means others by it, and
    Wujiaqu, whose counts are the model's own starting profile.
    """
    inputs = census_inputs(evidence)
    kept = evidence.table("spot_counts")
    kept = kept[kept["indicator"].isin({"total", "han", *GROUPS} - {"other_minority"})]
    first = census_rows(inputs[0], CENSUS_YEARS[0])
    groups = fitted_groups(*inputs, census_year=CENSUS_YEARS[0], controls=controls)
    census_date = str(first["date_ref"].iloc[0])
    tables = {census_date: groups.assign(total=first["total"], han=first["total"] - groups.sum(axis=1))}
    for year in YEARS:
        if f"{year}-12-31" in set(kept["date_ref"]):
            tables[f"{year}-12-31"] = at_year_end(*inputs, year=year, controls=controls)
    out = kept[kept["date_ref"].isin(tables) & (kept["gb_code"] != WUJIAQU[0])].rename(columns={"value": "observed"})
    keys = list(zip(out["date_ref"], out["gb_code"], out["indicator"], strict=True))
    out["modelled"] = [float(tables[date].loc[unit, indicator]) for date, unit, indicator in keys]
    out["difference"] = out["modelled"] / out["observed"] - 1
    place = ["gb_code", "date_ref", "basis"]
    totals = out.loc[out["indicator"] == "total", [*place, "observed", "modelled"]]
    out = out.merge(totals, on=place, how="left", suffixes=("", "_total"))
    out["observed_share"] = out["observed"] / out["observed_total"]
    out["modelled_share"] = out["modelled"] / [tables[date].loc[unit, "total"] for date, unit, _ in keys]
    # Totals and Han of the census itself went into the model: only its split into groups can be checked there.
    used = (out["date_ref"] == census_date) & ~out["indicator"].isin(GROUPS)
    columns = ["gb_code", "name_en", "date_ref", "basis", "indicator", "observed", "modelled", "difference"]
    columns += ["observed_share", "modelled_share", "source_id", "verification", "note"]
    return out.loc[~used, columns].reset_index(drop=True)
