"""The claims of the evidence: those that can be compared with draws, and those that cannot, with the reason."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimation.challenge.claims import Claim, claims_of, stated_range
from estimation.challenge.review.claim_check import UNLIKE
from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.tables.sources import Evidence


@dataclass(frozen=True)
class Stated:
    """A claim of the ledger with where it comes from."""

    name: str  # id in the ledger
    claim: Claim
    custody: str  # as in `Estimand`
    source_id: str  # row of sources.csv, or `none` for a round number
    note: str  # what was chosen in comparing it


def stated(evidence: Evidence) -> tuple[tuple[Stated, ...], pd.DataFrame]:
    """Every claim of the evidence that can be compared, and a table of those that cannot with the reason.

    The table has `claim_id`, `label`, `stated`, `source_id`, `reason`.

    **Assumes:** reconciliation.csv says which scope and custody a published figure is closest to. One whose window
    ends before the end of 2018 is left out, since the draws run to it.
    """
    found = [
        Stated(f"round_{number}", claim, "camp or prison", "none", "a round number or a range in use")
        for number, claim in enumerate(claims_of(statement_of(evidence.directory)), start=1)
    ]
    cards = evidence.table("reconciliation").set_index("estimate_id")
    without = []
    for row in evidence.table("published").to_dict(orient="records"):
        card = cards.loc[row["estimate_id"]]
        reason = _why_not(card)
        if reason:
            said = {"claim_id": row["estimate_id"], "label": row["label"], "stated": _figure(row)}
            without.append({**said, "source_id": row["source_id"], "reason": reason})
            continue
        low, high = stated_range(row)
        claim = Claim(str(card["scope"]), low, high, str(row["label"]))
        note = str(card["note"]) if pd.notna(card["note"]) and str(card["note"]) else "as stated"
        found.append(Stated(str(row["estimate_id"]), claim, str(card["custody"]), str(row["source_id"]), note))
    return tuple(found), pd.DataFrame(without)


def _why_not(card: pd.Series) -> str:
    if card["use"] == "no":
        return str(card["note"])
    if card["measure"] in UNLIKE:
        return f"Counts people {card['measure']}: {UNLIKE[str(card['measure'])]}."
    if card["date"] != "2018-12":
        return f"Its window ends in {card['date']}; the totals run to the end of 2018."
    return ""


def _figure(row: Mapping[Hashable, Any]) -> str:
    ends = [float(row[name]) for name in ("low", "value", "high")]
    shown = [f"{end:,.0f}" for end in dict.fromkeys(ends) if end == end]  # NaN where none is stated
    return f"{row['bound']}: {' to '.join(shown)} {row['unit']}"
