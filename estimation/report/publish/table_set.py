"""A set of tables with its card on the way to results/, behind the gate that stops a figure moved without a reason."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from estimation.report.documents import claim_ledger
from estimation.report.record import codebook, drift_gate, record, run_card

GATED: Final = {
    "estimates.csv": ("scope", "basis", "rung", "level"),
    "claims.csv": claim_ledger.KEYS,
    "tipping.csv": ("scope", "rung", "claim", "sides", "entry", "level"),
    "tornado.csv": ("entry", "at"),
    "contour.csv": ("between_county_sd", "selection_shift"),
}
"""Tables whose figures have simulation errors, with the columns that name a row."""


def gate(files: Mapping[str, bytes], directory: Path, changelog: Path) -> None:
    """Stop with `DriftError` if a table of `GATED` moved and the changelog does not say why."""
    for name, keys in GATED.items():
        if name in files:
            drift_gate.gate(directory / name, files[name], changelog=changelog, keys=keys)


def publish(
    tables: Mapping[str, pd.DataFrame],
    *,
    card: str,
    directory: Path,
    changelog: Path,
    settings: Mapping[str, object],
    hashes: Mapping[str, str],
) -> tuple[str, ...]:
    """Write tables and their card, unless a figure with a simulation error moved without a reason; gives the names.

    `settings` and `hashes` are sizes and seed of the run, and SHA-256 of each file it read.

    Raises
    ------
    DriftError
        See `gate`; nothing is written.
    """
    files = codebook.csv_files(tables)
    with record.session(directory):
        gate(files, directory, changelog)
        codebook.write(directory, {**files, card: run_card.card(settings, hashes, files)})
    return (*files, card)
