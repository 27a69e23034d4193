"""Write results/reliability/: bad inputs tried and faults survived. Usage: python tests/reliability/tables.py"""

from pathlib import Path

import bad_inputs
import faults
import pandas as pd

from estimation.report.record import codebook

RESULTS = Path(__file__).resolve().parents[2] / "results"


def main() -> int:
    """Try everything, write both tables, print what did not go as it should; 1 if there is such a thing."""
    tried = pd.DataFrame(bad_inputs.tried())
    survived = pd.DataFrame(faults.survived())
    files = {"reliability/bad_inputs.csv": tried, "reliability/faults.csv": survived}
    codebook.write(RESULTS, codebook.csv_files(files))
    wrong = pd.concat([tried[tried["outcome"] != "refused"], survived[survived["survived"] < survived["tries"]]])
    print(f"{len(tried)} bad inputs, {survived['tries'].sum()} faults, {len(wrong)} not as they should be")
    if len(wrong):
        print(wrong.to_string())
    return int(len(wrong) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
