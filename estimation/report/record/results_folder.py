"""The folder of results: where it is, and its tables and files as they were published."""

from pathlib import Path

import pandas as pd

import estimation
from estimation.errors import EstimationError
from estimation.evidence.files.files import read_bytes
from estimation.evidence.tables import sources
from estimation.report.record.csv_table import table

RESULTS = Path(estimation.__file__).resolve().parents[1] / "results"


def home(named: Path | None) -> Path:
    """The folder of results: the one that is named, or results/ of this checkout.

    Raises `EstimationError` if none is named and this is no checkout: an installed package is no place for results.
    """
    if named is None and not sources.IN_CHECKOUT:
        raise EstimationError(
            "outside a checkout of the project, the folder of results must be named",
            f"none, with the package installed in {RESULTS.parent}",
            "add --results FOLDER",
        )
    return named or RESULTS


def published(name: str, directory: Path | None = None) -> pd.DataFrame:
    """A table of results/ as it was published.

    Parameters
    ----------
    name : str
        File name, such as ``calibration.csv``.
    directory : Path, optional
        The results folder; the project's own by default.

    Returns
    -------
    DataFrame
        Of `csv_table.table`.

    Raises
    ------
    EstimationError
        There is no such table.
    """
    text = content(name, directory)
    try:
        return table(text)
    except ValueError as error:
        raise _not_a_table(name, error) from error


def content(name: str, directory: Path | None = None) -> bytes:
    """A file of results/ as it was published; arguments and errors as in `published`."""
    path = (directory or RESULTS) / name
    try:
        return read_bytes(path)
    except OSError as error:
        raise EstimationError(
            "the table must have been published", f"{path.name}: {error.strerror}", "run it first"
        ) from error
    except ValueError as error:
        raise _not_a_table(name, error) from error


def _not_a_table(name: str, error: ValueError) -> EstimationError:
    return EstimationError(
        f"{Path(name).name} must be a table as this program writes it", str(error), "restore it, or run it again"
    )
