"""What ten seeds print of the answer, beside the errors it is published with: results/reliability/seeds.csv.

Usage: python tests/reliability/seeds.py
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from estimation.cli import inputs
from estimation.cli.options import DRAWS
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run
from estimation.model.ladder.proposal import PILOT
from estimation.model.region.region import RUNGS, SOURCES
from estimation.report.record import codebook
from estimation.report.wording.estimate_words import interval_words

RESULTS = Path(__file__).resolve().parents[2] / "results"
SEEDS = range(101, 111)
ENDS = ("low", "median", "high")


def by_end(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Each end of each scope and rung over several runs, one table of a ladder's rows at one level a run.

    Returns
    -------
    DataFrame
        `scope`, `rung`, `end`, `seeds`, `mean` and `sd` (persons), `error` (persons, the mean of those stated),
        `printed` (what most seeds print) and `alike` (how many print it).
    """
    rows = []
    for each in tables:
        for row in each.to_dict(orient="records"):
            words = interval_words(row)
            for end in ENDS:
                figures = {"value": row[f"count_{end}"], "error": row[f"count_{end}_error"], "printed": words[end]}
                rows.append({"scope": row["scope"], "rung": row["rung"], "end": end, **figures})
    found = []
    for key, group in pd.DataFrame(rows).groupby(["scope", "rung", "end"], sort=False):
        printed = group["printed"].value_counts(sort=True)
        numbers = {"seeds": len(group), "mean": group["value"].mean(), "sd": group["value"].std(ddof=1)}
        told = {"error": group["error"].mean(), "printed": printed.index[0], "alike": int(printed.iloc[0])}
        found.append({**dict(zip(("scope", "rung", "end"), key, strict=True)), **numbers, **told})
    return pd.DataFrame(found)


def main() -> None:
    """Run the shipped case with every seed, write the table and print it."""
    evidence, register = inputs.tables_and_register(None)
    case = case_of(evidence, register)
    tables = []
    for seed in SEEDS:
        table = run(case, register, draws=DRAWS, seed=seed, pilot=PILOT).table(levels=(0.95,))
        tables.append(table[table["rung"].isin((RUNGS[-1], SOURCES))])
    table = by_end(tables)
    codebook.write(RESULTS, codebook.csv_files({"reliability/seeds.csv": table}))
    print(table.to_string(index=False))
    print(f"errors stated over those seen: {np.exp(np.log(table['error'] / table['sd']).mean()):.2f}")


if __name__ == "__main__":
    main()
