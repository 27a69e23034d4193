"""Averages of back-tests over families of systems, one vote each."""

from typing import Final

import numpy as np
import pandas as pd

from estimation.model.spread.register_priors import CAMPAIGNS

AVERAGE: Final = "average"
_KEYS: Final = ("prior", "observed", "scheme", "selection", "method", "level")
_GROUPS: Final = ("all families held", "classes A and B")
_WITHIN: Final = {
    **dict.fromkeys(("areas", "data_sets"), "sum"),
    **dict.fromkeys(("coverage", "truth_below", "truth_above", "interval_score"), "mean"),
}


def average_over_families(rows: pd.DataFrame) -> pd.DataFrame:
    """Average scores over families, from the scores of systems that `experiments.scored` gives.

    Same columns, a row per group and key of `_KEYS`: `system` names the group, `kind` is "average", `areas` counts its
    areas and `families` its families. Coverage, misses and score are means of the families' means, the width ratio is
    the median of their geometric means; `coverage_error` is the standard error between families.

    **Assumes:** families are a sample of the systems one might meet; a family's sets that vote share its vote.

    Groups and keys with fewer than two families are left out: they have no error between families. METHODS eq. 75.
    """
    voting = rows[rows["votes"]]
    parts = []
    for group in _GROUPS:
        chosen = voting if group == _GROUPS[0] else voting[voting["kind"].isin(CAMPAIGNS)]
        logs = chosen.assign(width_ratio=np.log(chosen["width_ratio"]))
        family = logs.groupby([*_KEYS, "family"], sort=False).agg(_WITHIN | {"width_ratio": "mean"}).reset_index()
        groups = family.groupby(list(_KEYS), sort=False)
        table = groups.agg(_WITHIN | {"width_ratio": "median"})
        table["families"], table["coverage_error"] = groups.size(), groups["coverage"].sem()
        table["width_ratio"] = np.exp(table["width_ratio"])
        table = table.reset_index()
        parts.append(
            table[table["families"] > 1].assign(
                system=group, family=AVERAGE, kind=AVERAGE, error_kind="between families", votes=False
            )
        )
    return pd.concat(parts, ignore_index=True)[list(rows.columns)]
