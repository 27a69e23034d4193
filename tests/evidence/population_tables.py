"""Small population tables for tests."""

import numpy as np
import pandas as pd

from estimation.evidence.population import population as pop


def small(values=None, *, units=("a", "b", "c"), **fields) -> pop.PopulationTable:
    filled = np.arange(15.0).reshape(3, 5) if values is None else values
    frame = pd.DataFrame(filled, index=list(units), columns=list(pop.GROUPS))
    return pop.PopulationTable(
        **{"adults": frame, "basis": "resident", "adult_age": 18, "year": 2018, "controls": "x", **fields}
    )
