"""Back-tests and spreads of one system as tables in a terminal.

Reading only: nothing is computed and nothing is written to disk.
"""

from collections.abc import Mapping

import pandas as pd
from rich.console import Console
from rich.table import Table

_SPOKEN = {
    "hierarchical": "this suite's model",
    "binomial": "binomial, areas pooled",
    "ratio estimator": "ratio estimator, t",
    "random effects": "random effects, one new area",
}


def show_backtest(rows: pd.DataFrame, undefined: pd.DataFrame, *, title: str, prior: str) -> None:
    """Print what each method's intervals did.

    Parameters
    ----------
    rows : DataFrame
        Of `backtest.backtest`.
    undefined : DataFrame
        Of `backtest.undefined`.
    title : str
        What was tried.
    prior : str
        What the prior was fitted to.
    """
    table = Table(title=title, title_justify="left", caption_justify="left")
    for name in ("method", "nominal", "holds the total", "total below", "total above", "upper / lower", "score"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for row in rows.itertuples():
        table.add_row(
            _SPOKEN[str(row.method)],
            f"{row.level:.0%}",
            f"{row.coverage:.0%} ± {row.coverage_error:.0%}",
            f"{row.truth_below:.0%}",
            f"{row.truth_above:.0%}",
            f"{row.width_ratio:,.3g}",
            f"{row.interval_score:.2f}",
        )
    without = "; ".join(f"{row.method}: no interval, {row.reason}" for row in undefined.itertuples())
    table.caption = (
        f"Prior of the spread: {prior}. ± is one standard error over {rows['data_sets'].iloc[0]:,} data sets. Score: "
        "interval score of the log total (Gneiting and Raftery 2007), lower is better."
        + (f"\nNot shown: {without}." if without else "")
    )
    Console(width=110, highlight=False, markup=False).print(table)


def show_spread(found: Mapping[str, float | int | str], *, title: str) -> None:
    """Print a spread, quantity by quantity.

    Parameters
    ----------
    found : mapping
        Quantities by name.
    title : str
        Whose spread it is.
    """
    table = Table(title=title, title_justify="left", min_width=60)
    table.add_column("quantity")
    table.add_column("value", justify="right")
    for name, value in found.items():
        shown = value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
        table.add_row(name.replace("_", " "), shown)
    Console(width=110, highlight=False, markup=False).print(table)
