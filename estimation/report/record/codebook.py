"""The codebook of results/: what every published table and column holds, declared once in `codebook.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from estimation.report.record import csv_table


@cache
def declared() -> dict[str, Any]:
    """The tables as `codebook.toml` declares them, by file name."""
    text = resources.files("estimation.report.record").joinpath("codebook.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["tables"])


def csv_files(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Tables as CSV, empty cells only where the codebook says why.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By file name.

    Returns
    -------
    dict of str to bytes

    Raises
    ------
    EstimationError
        As `csv_table.csv_bytes`.
    """
    return {name: csv_table.csv_bytes(table, empty=_may_be_empty(name)) for name, table in tables.items()}


def _may_be_empty(name: str) -> list[str]:
    columns = declared().get(name, {}).get("columns", {})
    return [column for column, told in columns.items() if "empty" in told]
