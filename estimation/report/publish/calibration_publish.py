"""The tables of the calibration study on their way to results/, with a card that says what they came from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from estimation.report.record import codebook, run_card

CARD: Final = "calibrate.json"
INPUTS: Final = ("reference_areas.csv", "reference_sets.csv")
"""Tables that the study reads; the one judgement it uses is among its settings."""


def publish(
    tables: Mapping[str, pd.DataFrame], *, directory: Path, settings: Mapping[str, object], hashes: Mapping[str, str]
) -> tuple[str, ...]:
    """Write the tables and their card.

    Parameters
    ----------
    tables : mapping
        By file name.
    directory : Path
        Where results are written.
    settings, hashes : mapping
        Sizes and seed of the study, and SHA-256 of each input file.

    Returns
    -------
    tuple of str
        Names of the files.
    """
    files = codebook.csv_files(tables)
    card = run_card.card(settings, {name: hashes[name] for name in INPUTS}, files)
    codebook.write(directory, {**files, CARD: card})
    return (*files, CARD)
