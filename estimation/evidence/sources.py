"""The one door to data/public: reads the tables, refuses faulty ones, hands out typed copies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import estimation

_PACKAGE = Path(estimation.__file__).parent
_CHECKOUT = _PACKAGE.parent / "data" / "public"
PUBLIC = _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGE / "_data"


@dataclass(frozen=True)
class Evidence:
    """Checked tables of one data folder."""

    directory: Path
    hashes: Mapping[str, str]
    _tables: Mapping[str, pd.DataFrame]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self._tables)

    def table(self, name: str) -> pd.DataFrame:
        """Copy of one table."""
        return self._tables[name].copy()


def load(directory: Path | None = None) -> Evidence:
    """Read every table (checks follow)."""
    folder = PUBLIC if directory is None else Path(directory)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    tables = {}
    for resource in package["resources"]:
        frame = pd.read_csv(folder / resource["path"], dtype=str, keep_default_na=False)
        for field in resource["schema"]["fields"]:
            if field["type"] == "string":
                continue
            numbers = frame[field["name"]].replace("", None).astype("float64")
            whole = field["type"] == "integer" and not numbers.isna().any()
            frame[field["name"]] = numbers.astype("int64") if whole else numbers
        tables[resource["name"]] = frame
    return Evidence(folder, {}, tables)


def usable(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that may feed a headline: everything but `unverified`."""
    return frame[frame["verification"] != "unverified"].reset_index(drop=True)
