"""The claims ledger: every claim in the evidence with its probability, and those that cannot be compared with why."""

from collections.abc import Mapping

import pandas as pd

from estimation.challenge.review.claim_check import ALONE, WEIGHED, check
from estimation.challenge.review.claims_stated import stated
from estimation.evidence.tables.sources import Evidence
from estimation.model.ladder.ladder import Run
from estimation.report.record import codebook, run_card
from estimation.report.wording.claim_words import say_claim

KEYS = ("claim_id",)
_ROUND, _PUBLISHED = "06_what_would_change_the_answer", "02_published_figures"
"""Notebooks where round numbers and published figures are looked at; all of them are in 08."""


def _ledger(evidence: Evidence, run: Run, *, data: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every claim of the evidence against one run, a row each; and those left out, as `claims_stated` gives them."""
    found, left_out = stated(evidence)
    rows = []
    for each in found:
        checked = check(run, each.claim, custody=each.custody)
        said = say_claim(checked, run.named(each.claim.scope))
        alone, weighed, limits = checked.at(ALONE), checked.at(WEIGHED), each.claim.columns()
        rows.append(
            {
                "claim_id": each.name,
                "label": each.claim.label,
                "sentence": said.sentence,
                "verdict": said.verdict,
                "scope": each.claim.scope,
                "custody": checked.custody,
                "measure": checked.measure,
                "sides": limits["sides"],
                "low": limits["low"],
                "high": limits["high"],
                "p_county_alone": alone.probability,
                "p_county_alone_error": alone.error,
                "p_with_sources": weighed.probability,
                "p_with_sources_error": weighed.error,
                "source_id": each.source_id,
                "note": each.note,
                "notebook": _ROUND if each.source_id == "none" else _PUBLISHED,
                "data_sha256": data,
            }
        )
    return pd.DataFrame(rows).astype({"high": "Int64"}), left_out


def files(evidence: Evidence, run: Run, hashes: Mapping[str, str]) -> dict[str, bytes]:
    """The ledger as files of results/, from the run that is published and the SHA-256 of each of its input files."""
    claims, left_out = _ledger(evidence, run, data=run_card.data_id(hashes))
    return codebook.csv_files({"claims.csv": claims, "claims_left_out.csv": left_out})
