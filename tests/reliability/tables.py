"""Write results/reliability/: bad inputs tried and faults survived. Usage: python tests/reliability/tables.py"""

from pathlib import Path

import bad_inputs
import faults
import pandas as pd

from estimation.report.record import csv_table, record

FOLDER = Path(__file__).resolve().parents[2] / "results" / "reliability"


def main() -> int:
    """Try everything, write both tables, print what did not go as it should; 1 if there is such a thing."""
    tried = pd.DataFrame(bad_inputs.tried())
    survived = pd.DataFrame(faults.survived())
    files = {"bad_inputs.csv": tried, "faults.csv": survived}
    record.write(FOLDER, {name: csv_table.csv_bytes(table) for name, table in files.items()})
    wrong = pd.concat([tried[tried["outcome"] != "refused"], survived[survived["survived"] < survived["tries"]]])
    print(f"{len(tried)} bad inputs, {survived['tries'].sum()} faults, {len(wrong)} not as they should be")
    if len(wrong):
        print(wrong.to_string())
    return int(len(wrong) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
