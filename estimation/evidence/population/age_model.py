"""Share of adults per unit at a year end, by carrying the 2020 ages back.

Numbers of residents do not live here (see `census_model`).
"""

from typing import Final

import numpy as np
import pandas as pd

from estimation.errors import require
from estimation.evidence.population.census_model import CENSUS_DATES, YEARS, census_rows

ADULT_AGES: Final = (15, 18)
# Survival per year of life, below 65 and from 65 on, of the published model; the register may hold others.
SURVIVAL: Final = (0.997, 0.95)
# Share of people aged 18 and over. Han: 0.833 is what the units with fewer than 20 percent minorities show at the
# end of 2018 (0.8334; 0.8300 a year earlier). Minorities: 0.72 where they are fewer than half of a unit, because
# subtracting the Han says too little there; elsewhere the result is kept inside 0.55 to 0.80.
HAN_ADULT_SHARE: Final = 0.833
MINORITY_ADULT_SHARE: Final = 0.72
MINORITY_BOUNDS: Final = (0.55, 0.80)
_MAJORITY: Final = 0.5
# Units that stand for one population when the threshold is moved from 18 to 15; percent minorities in 2020.
_NEARLY_HAN_BELOW: Final = 20.0
_NEARLY_MINORITY_FROM: Final = 95.0

# Five-year ages of the census table, with the ages they hold: [from, to).
_BANDS: Final = (
    ("pop_0", 0, 1),
    ("pop_1_4", 1, 5),
    ("pop_5_9", 5, 10),
    ("pop_10_14", 10, 15),
    ("pop_15_19", 15, 20),
    ("pop_20_24", 20, 25),
    ("pop_25_64", 25, 65),
)


def carried_back(
    census: pd.DataFrame, *, year: int, adult_age: int = 18, survival: tuple[float, float] = SURVIVAL
) -> pd.DataFrame:
    """Count who was an adult, and who was not, at a year end, from the ages of 2020.

    Indexed by unit: `adults` and `young`, persons, and `share`, adults among residents, 0-1. `survival` is the share
    who survive a year below 65, and from 65 on. METHODS eq. 4.

    **Assumes:** nobody moved between the year end and the census, so the counts are a variant of the level.
    **Assumes:** ages are even inside each band of the census; for the years before 2013 the threshold falls into the
    wide band 25 to 64, which makes those years weak.
    **Assumes:** as many die in every unit; deaths below the threshold are left out.
    """
    require(
        adult_age in ADULT_AGES, "adult_age must be 15 or 18", adult_age, "choose the age the rate was counted with"
    )
    require(year in YEARS, "ages are carried back to 2010 to 2020", year, "ask for a year the model covers")
    ages = census_rows(census, round(CENSUS_DATES[1] - 0.5))
    empty = ages.index[ages[[*(name for name, _, _ in _BANDS), "pop_65plus"]].isna().any(axis=1)]
    got = f"a missing value for {', '.join(empty)}"
    require(empty.empty, "the ages of the 2020 census must be numbers", got, "fill it")
    elapsed = CENSUS_DATES[1] - (year + 1)
    threshold = adult_age + elapsed
    under_65 = _people_between(ages, threshold, 65.0)
    adults = under_65 / survival[0] ** elapsed + ages["pop_65plus"].astype(float) / survival[1] ** elapsed
    young = _people_between(ages, max(elapsed, 0.0), threshold)
    return pd.DataFrame({"adults": adults, "young": young, "share": adults / (adults + young)})


def han_and_minority_shares(census: pd.DataFrame, *, year: int, adult_age: int = 18) -> tuple[float, float]:
    """Adult shares, 0-1, of Han, and of minorities where they are few, at an adult age.

    At 18 these are the fixed shares 0.833 and 0.72. At 15 each is multiplied by the ratio, in the same year, of the
    share aged 15 and over to the share aged 18 and over, pooled over the units with fewer than 20 percent
    minorities (for Han) or at least 95 percent (for minorities).

    **Assumes:** the ages 15 to 17 weigh among Han as in the units where nearly everyone is Han, and among
    minorities as in the units where nearly everyone belongs to one. The first are Corps cities and northern towns,
    the second southern counties; neither is a sample of the whole.
    """
    if adult_age == 18:
        return HAN_ADULT_SHARE, MINORITY_ADULT_SHARE
    percent = census_rows(census, 2020)["minority_share_pct"]
    ratios = []
    for group, units in (
        ("Han", percent.index[percent < _NEARLY_HAN_BELOW]),
        ("minorities", percent.index[percent >= _NEARLY_MINORITY_FROM]),
    ):
        rule = f"a threshold other than 18 needs units that nearly consist of {group}"
        remedy = "keep all units of the region in the table, or use 18"
        require(not units.empty, rule, "none in the census table", remedy)
        shares = []
        for age in (adult_age, 18):
            people = carried_back(census, year=year, adult_age=age).loc[units, ["adults", "young"]].sum()
            shares.append(float(people["adults"] / people.sum()))
        ratios.append(shares[0] / shares[1])
    return HAN_ADULT_SHARE * ratios[0], MINORITY_ADULT_SHARE * ratios[1]


def minority_adult_share(adult_share: pd.Series, minority_share: pd.Series, *, han: float, few: float) -> pd.Series:
    """Share of adults, 0-1, among a unit's minorities, from the unit's own share less the Han part. METHODS eq. 5.

    `adult_share` and `minority_share` are shares of all residents of each unit; `han` is the share of adults among
    Han, and `few` among minorities where they are fewer than half. The bounds 0.55 and 0.80 hold at 18 and over, and
    move with `few`.

    **Assumes:** the minorities of a unit share one age structure, and so do all Han of the region.

    Examples
    --------
    >>> shares = minority_adult_share(pd.Series([0.65, 0.80]), pd.Series([0.95, 0.30]), han=0.833, few=0.72)
    >>> shares.round(4).tolist()
    [0.6404, 0.72]
    """
    low, high = (bound * few / MINORITY_ADULT_SHARE for bound in MINORITY_BOUNDS)
    own = (adult_share - (1 - minority_share) * han) / minority_share.where(minority_share > 0, np.nan)
    return own.where(minority_share >= _MAJORITY, few).clip(low, high)


def _people_between(ages: pd.DataFrame, low: float, high: float) -> pd.Series:
    """Persons aged `low` to below `high`, at most 65, spread evenly inside each band."""
    total = pd.Series(0.0, index=ages.index)
    for name, start, end in _BANDS:
        overlap = max(0.0, min(high, end) - max(low, start))
        total = total + ages[name] * (overlap / (end - start))
    return total
