"""What the tests noticed of changes in the model, room by room: results/reliability/mutants.csv.

Usage: python tests/reliability/mutants_table.py VERDICTS.csv

Mutants that change nothing anyone could see are listed in equivalent_mutants.csv, each with its reason, and do not
count. Those that survive are printed.
"""

import sys
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from estimation.model.proportion import share_interval
from estimation.report.record import codebook

RESULTS = Path(__file__).resolve().parents[2] / "results"
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.csv")
KILLED = ("killed", "timeout", "segfault")
WHICH = ["module", "function", "before", "after"]


def with_equivalent(verdicts: pd.DataFrame, equivalent: Collection[tuple[str, ...]]) -> pd.DataFrame:
    """Verdicts in which a survivor that is listed as changing nothing has the status `equivalent`."""
    listed = verdicts[WHICH].apply(tuple, axis=1).isin(equivalent)
    return verdicts.assign(status=verdicts["status"].mask(verdicts["status"].eq("survived") & listed, "equivalent"))


def by_room(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Counts and score of each room of the model, and of all.

    Parameters
    ----------
    verdicts : DataFrame
        One row per mutant: `module` (path below the library) and `status`, "not tried" for those outside the sample.

    Returns
    -------
    DataFrame
        `room`, `modules`, `mutants` (that could be tried), `tried`, `killed` (those that ran too long among them),
        `equivalent`, `survived` (those that no test reaches among them), and `score`, the killed among those tried and
        not equivalent, 0-1, with its 95% interval (Clopper-Pearson) `score_low` and `score_high`.
    """
    room = verdicts["module"].str.split("/").str[1].str.removesuffix(".py").rename("room")
    status = verdicts["status"]
    tried = status.ne("not tried")
    killed, equivalent = status.isin(KILLED), status.eq("equivalent")
    counts = {"mutants": status.notna(), "tried": tried, "killed": killed, "equivalent": equivalent}
    table = pd.DataFrame(counts).astype(int).groupby(room).sum()
    table.insert(0, "modules", verdicts.groupby(room)["module"].nunique())
    table.loc["all"] = table.sum()
    counted = table["tried"] - table["equivalent"]
    table["survived"] = counted - table["killed"]
    pairs = zip(table["killed"], counted, strict=True)
    found = [share_interval(count, total, level=0.95, method="clopper-pearson") for count, total in pairs]
    table["score"] = [each.share for each in found]
    table["score_low"] = [each.low for each in found]
    table["score_high"] = [each.high for each in found]
    return table.reset_index()


def main() -> None:
    """Write the table; print it and what survived."""
    listed = pd.read_csv(EQUIVALENT, dtype=str, keep_default_na=False)
    read = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
    verdicts = with_equivalent(read, set(listed[WHICH].itertuples(index=False, name=None)))
    for row in verdicts[~verdicts["status"].isin((*KILLED, "equivalent", "not tried"))].itertuples():
        print(f"{row.module} {row.function} [{row.status}]\n  - {row.before}\n  + {row.after}")
    table = by_room(verdicts)
    codebook.write(RESULTS, codebook.csv_files({"reliability/mutants.csv": table}))
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
