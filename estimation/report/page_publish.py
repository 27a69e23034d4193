"""Publishes the page: the runs again, checked against results/, and one file written."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.assumptions import Register
from estimation.evidence.sources import Evidence
from estimation.report import page, page_content, publish, record
from estimation.report.page_draws import SIZE

NAME: Final = "page/index.html"
TABLES: Final = ("tornado", "shapley", "calibration")
"""Published tables that the page takes words from, where they are there."""


def publish_page(
    evidence: Evidence,
    register: Register,
    *,
    directory: Path,
    draws: int,
    seed: int,
    size: int = SIZE,
    progress: Callable[[int], object] | None = None,
) -> tuple[str, ...]:
    """Compute the page's draws and write it.

    Parameters
    ----------
    evidence, register : Evidence, Register
        What is known and judged.
    directory : Path
        The results folder: its tables are quoted, the page is written into it.
    draws, seed : int
        Size and seed of the run that gave the tables.
    size : int
        Draws of each basis in the page.
    progress : callable, optional
        Called with the number of draws done.

    Returns
    -------
    tuple of str
        Names of the files written.

    Raises
    ------
    EstimationError
        The folder holds no estimates, or those of another run; or it cannot be written to.
    """
    path = directory / "estimates.csv"
    try:
        written = path.read_bytes()
    except OSError as error:
        raise EstimationError(
            "a page quotes published estimates", f"{path.name}: {error.strerror}", "run `estimation reproduce` first"
        ) from error
    found = publish.runs(evidence, register, draws=draws, seed=seed, progress=progress)
    if record.csv_bytes(pd.concat([run.table() for run in found.values()], ignore_index=True)) != written:
        raise EstimationError(
            "a page must rest on the run that was published",
            f"{path.name} of another run",
            "run `estimation reproduce` with the same data, draws and seed first",
        )
    tables = {
        name: record.published(f"{name}.csv", directory) for name in TABLES if (directory / f"{name}.csv").exists()
    }
    data = page_content.page_data(
        evidence,
        register,
        {str(basis): run for basis, run in found.items()},
        estimates=written,
        tables=tables,
        size=size,
        seed=seed,
    )
    record.write(directory, {NAME: page.render(data)})
    return (NAME,)
