"""A made-up row of the ladder, for tests of sentences."""

import pandas as pd


def row(low, median, high, level=0.95) -> pd.Series:
    return pd.Series(
        {
            "count_low": low,
            "count_median": median,
            "count_high": high,
            "level": level,
            "rung": "differences",
            "population": "Uyghur",
            "territory": "Xinjiang",
            "custody": "camp or prison",
            "measure": "ever held",
            "adult_age": 18,
            "basis": "registered",
            "observed": "Konasheher (Shufu) county",
            "area_kind": "county",
            "window": "2017-2018",
        }
    )
