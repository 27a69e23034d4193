"""The register as a table in a terminal. Reading only."""

import pandas as pd
from rich.console import Console
from rich.table import Table


def show_register(frame: pd.DataFrame) -> None:
    """Print the register.

    Parameters
    ----------
    frame : DataFrame
        Of `Register.frame`.
    """
    table = Table(title="The register: every judgement the model uses", title_justify="left", show_lines=True)
    for name in ("entry", "what it says", "5%", "middle", "95%", "unit", "disputed by"):
        table.add_column(name, overflow="fold", justify="right" if name in ("5%", "middle", "95%") else "left")
    for row in frame.to_dict(orient="records"):
        numbers = [f"{row[name]:.4g}" for name in ("low", "median", "high")]
        table.add_row(row["id"], row["statement"], *numbers, row["unit"], row["disputed"])
    Console(width=140, highlight=False, markup=False).print(table)
