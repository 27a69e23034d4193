"""The page for reporters as a file: from runs at hand, or from the runs made again and checked against results/."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.files.files import read_bytes
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.ladder.ladder import Run
from estimation.model.region.estimand import Basis
from estimation.report.page import page, page_content
from estimation.report.page.page_draws import SIZE
from estimation.report.publish.runs import ladders, runs
from estimation.report.record import csv_table, record, results_folder
from estimation.report.wording.headline_facts import INFLUENCE

NAME: Final = "page/index.html"
_QUOTED: Final = ("tornado.csv", "tornado_sources.csv", "shapley.csv", "calibration.csv", "calibration_sources.csv")
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
    """Compute the page's draws and write it into the results folder whose tables it quotes; gives the names written.

    `draws` and `seed` are those of the run that gave the tables, `size` the draws of each basis in the page.

    Raises
    ------
    EstimationError
        The folder holds no estimates, or those of another run; or it cannot be written to.
    """
    path = directory / "estimates.csv"
    try:
        written = read_bytes(path)
    except OSError as error:
        raise EstimationError(
            "a page quotes published estimates", f"{path.name}: {error.strerror}", "run `estimation reproduce` first"
        ) from error
    found = runs(evidence, register, draws=draws, seed=seed, progress=progress)
    if csv_table.csv_bytes(ladders(found)) != written:
        raise EstimationError(
            "a page must rest on the run that was published",
            f"{path.name} of another run",
            "run `estimation reproduce` with the same data, draws and seed first",
        )
    known = results_folder.published(INFLUENCE, directory) if (directory / INFLUENCE).exists() else None
    content = page_file(
        evidence,
        register,
        found,
        estimates=written,
        influence=known,
        directory=directory,
        size=size,
        seed=seed,
    )
    record.write(directory, {NAME: content})
    return (NAME,)


def page_file(
    evidence: Evidence,
    register: Register,
    found: Mapping[Basis, Run],
    *,
    estimates: bytes,
    influence: pd.DataFrame | None = None,
    directory: Path,
    size: int = SIZE,
    seed: int,
) -> bytes:
    """The page as HTML, from runs at hand and the content of the estimates.csv and influence.csv made of them.

    `directory` holds the tables that the page quotes; `size` is at most how many draws of each basis it has.
    """
    tables = {name: results_folder.published(name, directory) for name in _QUOTED if (directory / name).exists()}
    if influence is not None:
        tables["influence.csv"] = influence
    fewest = min(run.draws for run in found.values())
    data = page_content.page_data(
        evidence,
        register,
        {str(basis): run for basis, run in found.items()},
        estimates=estimates,
        tables=tables,
        size=min(size, fewest),
        seed=seed,
    )
    return page.render(data)
