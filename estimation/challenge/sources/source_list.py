"""What each other source of a case does to its answer: left out, and alone; every row is listed, weighed or not."""

from collections.abc import Hashable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.sources.influence import weighed
from estimation.evidence.case_folder.case_file import ALL
from estimation.evidence.case_folder.case_other import weighed_rows
from estimation.model.ladder.ladder import Run
from estimation.model.synthesis.weights import is_reliable

LEVELS: Final = {"low": 0.025, "median": 0.5, "high": 0.975}
NO_RANGE, NOT_WEIGHED, UNRELIABLE = "no range", "not weighed in", "not reliable"
"""What stands where there is no number."""
_SHOWN: Final = (
    *("row_id", "kind", "area", "group", "measure", "unit", "value", "low", "high", "error", "floor"),
    *("source_id", "verification", "used"),
)


def source_rows(other: pd.DataFrame, run: Run, *, scope: str) -> pd.DataFrame:
    """Each row of `other_sources.csv` with the count of a scope without it and with it alone.

    Parameters
    ----------
    other : DataFrame
        The table, every row.
    run : Run
        With the sources, or without them if none is used or their weights could not be relied on.
    scope : str
        Whose count.

    Returns
    -------
    DataFrame
        The columns of the table, `weighed` ("yes" or "no"), `reason`, and for both choices persons
        ``.._low``, ``.._median``, ``.._high`` (95% interval) with ``.._pareto_k`` and ``.._effective``; in words where
        there is no number, as where the weights of a choice cannot be relied on. A Pareto k below 0 is
        given as 0. In the order of `row_id`.

    References
    ----------
    METHODS eq. 57-59.
    """
    usable = set(weighed_rows(other)["row_id"])
    rows = []
    for row in other.sort_values("row_id").to_dict(orient="records"):
        name = str(row["row_id"])
        used = run.weights is not None and name in usable
        found: dict[str, object] = {key: row[key] for key in _SHOWN}
        found["area"] = row["area"] or ALL
        found |= {end: NO_RANGE if np.isnan(row[end]) else f"{row[end]:.12g}" for end in ("low", "high")}
        if used:
            found |= {"weighed": "yes", "reason": "used and verified"}
        else:
            found |= {"weighed": "no", "reason": _why(row)}
        known = run.power
        without = [other_name for other_name in known if other_name != name]
        for choice, names in (("without", without), ("alone", [name])):
            found |= _choice(run, used, choice, names, scope)
        rows.append(found)
    return pd.DataFrame(rows)


def _why(row: Mapping[Hashable, object]) -> str:
    if row["used"] != "yes":
        return "not used"
    return "unverified" if row["verification"] == "unverified" else "weights of all together not reliable"


def _choice(run: Run, is_used: bool, choice: str, names: list[str], scope: str) -> dict[str, object]:
    """Interval and diagnostics of one choice of sources, or why there are none."""
    if not is_used:
        return {f"{choice}_{column}": NOT_WEIGHED for column in (*LEVELS, "pareto_k", "effective")}
    weights = weighed(run).weigh(dict.fromkeys(names, 1.0), enforce=False)
    ends = dict.fromkeys(LEVELS, UNRELIABLE)
    if is_reliable(weights):
        values = run.totals.count(scope)[weights.resampled()]
        ends = {column: f"{np.quantile(values, at):.6g}" for column, at in LEVELS.items()}
    found = ends | {"pareto_k": f"{max(weights.pareto_k, 0.0):.3g}", "effective": f"{weights.effective:.6g}"}
    return {f"{choice}_{column}": value for column, value in found.items()}
