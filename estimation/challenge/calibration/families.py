"""Averages of back-tests over families of systems, one vote each."""

from typing import Final

import numpy as np
import pandas as pd

from estimation.model.spread.register_priors import CAMPAIGNS

KEYS: Final = ("prior", "observed", "scheme", "selection", "method", "level")
AVERAGE: Final = "average"
GROUPS: Final = ("all families held", "classes A and B")


def average_over_families(rows: pd.DataFrame) -> pd.DataFrame:
    """Average scores over families.

    Parameters
    ----------
    rows : DataFrame
        Scores of systems, as `cells.scored` gives them.

    Returns
    -------
    DataFrame
        Same columns, a row per group and key of `KEYS`: `system` names the group, `kind` is "average", `areas` counts
        its areas and `families` its families. Coverage, misses and score are means of the families' means,
        the width ratio is the median of their geometric means; `coverage_error` is the standard error between families.

    Notes
    -----
    **Assumes:** families are a sample of the systems one might meet; a family's sets that vote share its vote.

    Groups and keys with fewer than two families are left out: they have no error between families.

    References
    ----------
    METHODS eq. 75.
    """
    voting = rows[rows["votes"]]
    parts = []
    for group in GROUPS:
        chosen = voting if group == GROUPS[0] else voting[voting["kind"].isin(CAMPAIGNS)]
        family = (
            chosen.assign(width_ratio=np.log(chosen["width_ratio"]))
            .groupby([*KEYS, "family"], sort=False)
            .agg(
                areas=("areas", "sum"),
                data_sets=("data_sets", "sum"),
                coverage=("coverage", "mean"),
                truth_below=("truth_below", "mean"),
                truth_above=("truth_above", "mean"),
                width_ratio=("width_ratio", "mean"),
                interval_score=("interval_score", "mean"),
            )
            .reset_index()
        )
        table = (
            family.groupby(list(KEYS), sort=False)
            .agg(
                families=("family", "size"),
                areas=("areas", "sum"),
                data_sets=("data_sets", "sum"),
                coverage=("coverage", "mean"),
                coverage_error=("coverage", "sem"),
                truth_below=("truth_below", "mean"),
                truth_above=("truth_above", "mean"),
                width_ratio=("width_ratio", "median"),
                interval_score=("interval_score", "mean"),
            )
            .reset_index()
        )
        table["width_ratio"] = np.exp(table["width_ratio"])
        parts.append(
            table[table["families"] > 1].assign(
                system=group, family=AVERAGE, kind=AVERAGE, error_kind="between families", votes=False
            )
        )
    return pd.concat(parts, ignore_index=True)[list(rows.columns)]
