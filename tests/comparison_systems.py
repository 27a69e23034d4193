"""Invented systems whose areas are all known, so that tests of cases need nothing of the data that ship."""

import hashlib
import json
from pathlib import Path

import pandas as pd

_KINDS = {
    "quota_as_set": {"union": 0.09, "nkvd": 0.4},
    "executed_campaign": {"union": 0.4, "philippines": 1.1, "japanese_american": 1.7, "holocaust": 3.0},
    "crackdown": {"venezuela": 0.8, "cuba": 1.0, "iran": 1.4},
    "counterinsurgency": {"guatemala": 4.0, "chile": 0.6, "colombia": 1.1},
    "routine_prison": {"states": 0.4, "counties": 0.5, "others": 0.6},
    "control": {"war": 0.6, "murder": 1.0},
}
SETS = pd.DataFrame(
    [
        {"dataset": f"{family}_{kind}", "kind": kind, "family": family, "n_areas": 30, "tau": tau}
        | {"tau_low": tau * 0.75, "tau_high": tau * 1.4, "in_prior": "yes", "verification": "derived"}
        for kind, families in _KINDS.items()
        for family, tau in families.items()
    ]
)


def write(folder: Path) -> Path:
    """A data folder with these systems and nothing else."""
    SETS.to_csv(folder / "reference_sets.csv", index=False)
    fields = [
        {"name": name, "type": "number" if pd.api.types.is_numeric_dtype(SETS[name]) else "string"} for name in SETS
    ]
    resource = {
        "name": "reference_sets",
        "path": "reference_sets.csv",
        "hash": f"sha256:{hashlib.sha256((folder / 'reference_sets.csv').read_bytes()).hexdigest()}",
        "schema": {"fields": fields, "primaryKey": ["dataset"], "foreignKeys": []},
    }
    (folder / "datapackage.json").write_text(json.dumps({"name": "systems", "resources": [resource]}), encoding="utf-8")
    return folder
