"""The population a published figure is a share of: as the figure implies it, and as the census model has it.

The figures' own arithmetic does not live here (see `published`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.population.population import ALL_AGES, TURKIC, adults, residents
from estimation.evidence.tables.sources import Evidence

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class ModelledBase:
    """The part of the population model that stands for a published population."""

    groups: tuple[str, ...]  # of the model that are added
    adult_age: int  # lowest age, years; 0 for all ages
    words: str  # the match in words, with what it leaves out
    rural_south: bool = False  # whether only counties, not cities, of the four southern prefectures count


_MUSLIM: Final = (*TURKIC, "hui")
_SMALL: Final = "without the smaller groups (Tajik, Uzbek, Tatar and others), which the model does not tell apart"
_MUSLIM_ADULTS: Final = ModelledBase(_MUSLIM, 18, f"Uyghurs, Kazakhs, Kyrgyz and Hui aged 18 and over, {_SMALL}")
# From the words of the table to the model. A population that is not here is not compared.
BASES: Final = {
    "Uyghur and other Turkic minority adults": ModelledBase(
        TURKIC, 18, f"Uyghurs, Kazakhs and Kyrgyz aged 18 and over, {_SMALL}"
    ),
    "Muslim adults": _MUSLIM_ADULTS,
    "Turkic and other Muslim minority adults": _MUSLIM_ADULTS,
    "adult Turkic and Hui minorities": _MUSLIM_ADULTS,
    "Muslims": ModelledBase(_MUSLIM, ALL_AGES, f"Uyghurs, Kazakhs, Kyrgyz and Hui of all ages, {_SMALL}"),
    "rural Uyghurs, southern Xinjiang": ModelledBase(
        ("uyghur",),
        ALL_AGES,
        "Uyghurs of all ages in the counties of the four southern prefectures; county towns are included, cities are "
        "not",
        rural_south=True,
    ),
}


def on_modelled_base(row: Row, evidence: Evidence) -> dict[str, Any]:
    """Set the share of a published figure on the population of the census model. METHODS eq. 83.

    Gives the columns `share` to `modelled_over_implied` of `published.reproduce` for one row of table `published`; None
    where there is no number.

    **Assumes:** residents at the end of the year in which the row's window ends.
    """
    share, base = share_of(row), BASES.get(row["population_group"])
    columns = ("share", "implied_base", "modelled_base_is", "modelled_base", "modelled_base_15plus")
    out: dict[str, Any] = dict.fromkeys((*columns, "count_on_modelled_base", "modelled_over_implied"))
    if math.isnan(share):
        return out | {"modelled_base_is": "not compared: no share is stated"}
    implied = evaluate(row["implied_base_formula"])
    out |= {"share": share, "implied_base": round(implied)}
    if base is None:
        return out | {"modelled_base_is": "not compared: the model has no match for this population"}
    year = int(row["window_to"][:4])
    units = evidence.table("units")
    if base.rural_south:
        units = units[(units["region_class"] == "south4") & (units["is_city"] == 0)]
    tables = (
        [adults(evidence, year=year, adult_age=age) for age in (base.adult_age, 15)]
        if base.adult_age
        else [residents(evidence, year=year)]
    )
    persons = [table.total(base.groups, list(units["gb_code"])) for table in tables]
    return out | {
        "modelled_base_is": f"{base.words}; residents at the end of {year}",
        "modelled_base": round(persons[0]),
        "modelled_base_15plus": round(persons[1]) if base.adult_age else None,
        "count_on_modelled_base": round(share * persons[0]),
        "modelled_over_implied": round(persons[0] / implied, 3),
    }


def figure(row: Row) -> float:
    """Central figure of a row of `published`, or the only end that is stated, in its unit; missing without a number."""
    return float(next((row[name] for name in ("value", "low", "high") if not math.isnan(row[name])), math.nan))


def share_of(row: Row) -> float:
    """Share, 0-1, stated with a figure, or the one its base was worked out with; missing if there is none."""
    if not math.isnan(row["stated_rate"]):
        return float(row["stated_rate"])
    return figure(row) / evaluate(row["implied_base_formula"]) if row["implied_base_formula"] else math.nan
