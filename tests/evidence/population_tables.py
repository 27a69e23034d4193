"""Small population tables for tests."""

import numpy as np
import pandas as pd

from estimation.evidence.population import population as pop
from estimation.evidence.population.age_model import carried_back
from estimation.evidence.population.census_model import census_rows
from estimation.evidence.population.county_model import exact


def small(values=None, *, units=("a", "b", "c"), **fields) -> pop.PopulationTable:
    filled = np.arange(15.0).reshape(3, 5) if values is None else values
    frame = pd.DataFrame(filled, index=list(units), columns=list(pop.GROUPS))
    return pop.PopulationTable(
        **{"adults": frame, "basis": "resident", "adult_age": 18, "year": 2018, "controls": "x", **fields}
    )


def modelled(census, ethnicity_2004, control_totals, *, year: int, controls: str, units: pd.DataFrame) -> pd.DataFrame:
    """The model's table as it was published: every unit at a year end, adults from 18, rounded for print."""
    model = exact(census, ethnicity_2004, control_totals, year=year, controls=controls, adult_age=18)
    back = carried_back(census, year=year)
    out = census_rows(census, 2020)[["prefecture", "name_en"]].copy()
    named = units.set_index("gb_code")
    out.insert(1, "region_class", named["region_class"].reindex(out.index))
    out["name_zh"] = named["name_zh"].reindex(out.index)
    out["year"] = year
    out["date_ref"] = f"{year}-12-31"
    out["total"], out["minority"] = model["total"], model["minority"]
    out["minority_share_pct"] = (100 * model["minority"] / model["total"]).round(2)
    out[[*pop.GROUPS, "han"]] = model[[*pop.GROUPS, "han"]]
    out["adult18_share"] = back["share"].round(4)
    out["adult18"] = back["share"] * model["total"]
    out["revsurv_total"] = back["adults"] + back["young"]
    out["revsurv_adult18"] = back["adults"]
    out["minority_adult18_share"] = model["minority_adult_share"].round(4)
    out["minority_adult18"] = model["minority_adult_share"] * model["minority"]
    out["uyghur_adult18"] = model["minority_adult_share"] * model["uyghur"]
    out["cluster"] = model["cluster"]
    out["source_id"] = "project_population_model"
    out["verification"] = "modelled"
    counts = [name for name in out.select_dtypes("number").columns.astype(str) if not name.endswith(("_share", "_pct"))]
    out[counts] = out[counts].astype(float).round()
    return out.astype(dict.fromkeys(counts, "int64"))
