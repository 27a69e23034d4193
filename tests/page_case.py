"""A small page: two short runs, few draws, and the words of the data that ship."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import Run, run
from estimation.report.page import page_content
from estimation.report.page.page_data import PageData
from estimation.report.record import csv_table, results_folder

DRAWS, SIZE, SEED = 20_000, 4_000, 7
TABLES = ("tornado.csv", "tornado_sources.csv", "shapley.csv", "calibration.csv")


@dataclass(frozen=True, eq=False)
class PageCase:
    runs: dict[str, Run]
    data: PageData


def made(evidence, register) -> PageCase:
    found = {
        basis: run(case_of(evidence, register, basis=basis), register, draws=DRAWS, seed=SEED, enforce=False, threads=1)
        for basis in ("registered", "resident")
    }
    estimates = csv_table.csv_bytes(pd.concat([each.table() for each in found.values()], ignore_index=True))
    tables = {name: results_folder.published(name, Path(results_folder.RESULTS)) for name in TABLES}
    data = page_content.page_data(evidence, register, found, estimates=estimates, tables=tables, size=SIZE, seed=SEED)
    return PageCase(found, data)
