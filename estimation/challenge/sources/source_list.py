"""What each other source of a case does to its answer: left out, and alone; every row is listed, weighed or not."""

from collections.abc import Hashable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.sources.influence import chosen
from estimation.evidence.case_folder.case_file import ALL
from estimation.evidence.case_folder.case_other import weighed_rows
from estimation.model.ladder.ladder import Run

_ENDS: Final = ("low", "median", "high")
_SHOWN: Final = (
    *("row_id", "kind", "area", "group", "measure", "unit", "value", "low", "high", "error", "floor"),
    *("source_id", "verification", "used"),
)


def source_rows(other: pd.DataFrame, run: Run, *, scope: str) -> pd.DataFrame:
    """Each row of `other_sources.csv` by `row_id`, with the count of a scope without it and with it alone.

    The run is without other sources if none is used or their weights could not be relied on. The columns of the table,
    `weighed` ("yes" or "no"), `reason`, and for both choices ``.._reliable`` ("yes", "no", or "not weighed in"),
    persons ``.._low``, ``.._median``, ``.._high`` (95% interval; missing unless reliable), ``.._pareto_k`` and
    ``.._effective`` (missing if not weighed in). A Pareto k below -1 is given as -1.

    METHODS eq. 57, 58, 59.
    """
    usable = set(weighed_rows(other)["row_id"])
    rows = []
    for row in other.sort_values("row_id").to_dict(orient="records"):
        name = str(row["row_id"])
        used = run.weights is not None and name in usable
        found: dict[str, object] = {key: row[key] for key in _SHOWN}
        found["area"] = row["area"] or ALL
        found["weighed"] = "yes" if used else "no"
        found["reason"] = "used and verified" if used else _why(row)
        without = [each for each in run.power if each != name]
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
        found: dict[str, object] = {"reliable": "not weighed in"}
    else:
        found = chosen(run, dict.fromkeys(names, 1.0), scope=scope)
    if found["reliable"] != "yes":
        found |= dict.fromkeys(_ENDS, np.nan)
    return {f"{choice}_{column}": found.get(column, np.nan) for column in ("reliable", *_ENDS, "pareto_k", "effective")}
