"""What each source says, as a table in a terminal; reading only."""

import math
from collections.abc import Collection

import pandas as pd
from rich.console import Console
from rich.table import Table

from estimation.model.synthesis.weights import Weights
from estimation.report.wording.picture_texts import KIND_NAMES


def show_sources(table: pd.DataFrame, *, used: Collection[str], weights: Weights, window: str) -> None:
    """Print each source on the common scale beside its raw figure, and how far the weights can be relied on.

    Parameters
    ----------
    table : DataFrame
        Of `common_scale`.
    used : collection of str
        Sources weighed in.
    weights : Weights
        Of the run.
    window : str
        For when the figures are converted.
    """
    console = Console(width=140, highlight=False, markup=False)
    shown = Table(
        title=f"Adults of each source's place ever held in {window}, as its figure converts", title_justify="left"
    )
    for name in ("source", "kind", "place", "raw figure", "counts"):
        shown.add_column(name, overflow="fold")
    for name in ("95% interval", "all sources, 95%"):
        shown.add_column(name, justify="right")
    for _, row in table.iterrows():
        shown.add_row(
            row["source"] if row["source"] in used else f"{row['source']} (left out)",
            KIND_NAMES[row["kind"]],
            row["place"],
            f"{row['bound']} {row['raw']}",
            f"{row['counts']}, {row['date']}",
            share_span(row["low"], row["high"]),
            share_span(row["model_low"], row["model_high"]),
        )
    shape = "no tail" if not used else f"Pareto k {weights.pareto_k:.2f}"
    shown.caption = f"Weights: {shape}, {weights.effective:,.0f} effective draws."
    console.print(shown)


def share_span(low: float, high: float) -> str:
    """An interval of shares in percent, two digits each.

    Examples
    --------
    >>> share_span(0.0312, 0.254)
    '3.1% to 25%'
    """
    return f"{100 * low:.2g}% to {100 * high:.2g}%"


def factor_span(low: float, high: float) -> str:
    """An interval of logarithms as factors.

    Examples
    --------
    >>> factor_span(-0.693147, 0.0)
    '0.50 to 1.00'
    """
    return f"{math.exp(low):.2f} to {math.exp(high):.2f}"
