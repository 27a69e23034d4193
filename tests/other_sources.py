"""The template of a case with other sources of its own."""

from pathlib import Path

import pandas as pd

from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.case_folder import CaseFolder
from estimation.evidence.case_folder.new_case import files
from estimation.evidence.register.assumptions import Register
from estimation.model.case.build import case_of, register_of
from estimation.model.case.case import Case

HEADER = "row_id,kind,area,group,measure,unit,value,low,high,error,floor,source_id,verification,used,note"
ENTRY = """
[{key}]
statement = "Invented."
distribution = {shape}
unit = "{unit}"
source = "judgement"
rationale = "Invented."
disputed = "Nobody."
"""


def row(name: str, value: float, **changed: object) -> str:
    """One line of the table: a count of everybody unless said otherwise."""
    cells = {
        **dict.fromkeys(HEADER.split(","), ""),
        "row_id": name,
        "kind": "survey",
        "group": "all",
        "measure": "ever held",
        "unit": "count",
        "value": value,
        "error": 0.4,
        "floor": "no",
        "source_id": "example_invented",
        "verification": "read",
        "used": "yes",
        **changed,
    }
    return ",".join(str(cell) for cell in cells.values())


def write(
    folder: Path, *rows: str, kinds: tuple[str, ...] = ("survey",), bias: float = 0.3, silent: float = 0.1
) -> Path:
    """The template in a folder, with these rows and a judgement of each kind."""
    for name, content in files().items():
        (folder / name).write_bytes(content)
    (folder / "other_sources.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    normal = f'{{ name = "normal", mean = 0.0, sd = {bias} }}' if bias else '{ name = "point", value = 0.0 }'
    point = f'{{ name = "point", value = {silent} }}'
    with (folder / "assumptions.toml").open("a", encoding="utf-8") as file:
        for kind in kinds:
            file.write(ENTRY.format(key=f"bias_{kind}", shape=normal, unit="log scale"))
            file.write(ENTRY.format(key=f"uninformative_{kind}", shape=point, unit="share"))
    return folder


def loaded(folder: Path, sets: pd.DataFrame) -> tuple[CaseFolder, Case, Register]:
    """What a folder holds, as a case of the model and its register."""
    found = case_folder.load(folder, families=set(sets["family"]))
    register = register_of(found, sets)
    return found, case_of(found, register), register
