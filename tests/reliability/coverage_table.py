"""Lines and branches that tests run, floor by floor: results/reliability/coverage.csv.

Usage: python tests/reliability/coverage_table.py COVERAGE.json
"""

import json
import sys
from pathlib import Path, PurePath

import pandas as pd

from estimation.report.record import codebook

RESULTS = Path(__file__).resolve().parents[2] / "results"
COUNTS = {"lines": "num_statements", "branches": "num_branches"}
RUN = {"lines": "covered_lines", "branches": "covered_branches"}


def by_floor(files: dict[str, dict[str, dict[str, int]]]) -> pd.DataFrame:
    """Sums over the files of each floor, and over all: lines, branches, how many were run, and shares 0-1."""
    rows = []
    for name, content in files.items():
        parts = PurePath(name).parts
        place = parts[parts.index("estimation") + 1 :]
        counts = {what: content["summary"][key] for what, key in COUNTS.items()}
        run = {f"{what}_run": content["summary"][key] for what, key in RUN.items()}
        rows.append({"floor": place[0].removesuffix(".py"), "files": 1, **counts, **run})
    table = pd.DataFrame(rows).groupby("floor").sum()
    table = table[table["lines"] > 0]
    table.loc["all"] = table.sum()
    for what in COUNTS:
        table[f"{what}_share"] = (table[f"{what}_run"] / table[what]).where(table[what] > 0, 1.0)
    return table.reset_index()


def main() -> None:
    """Write the table and print it."""
    table = by_floor(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["files"])
    codebook.write(RESULTS, codebook.csv_files({"reliability/coverage.csv": table}))
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
