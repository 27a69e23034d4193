"""Results as tables in a terminal.

Reading only: nothing is computed and nothing is written to disk.
"""

from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from estimation.errors import EstimationError
from estimation.model.region.region import Scope
from estimation.report.wording.estimate_words import middle, span
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import persons
from estimation.report.wording.picture_texts import RUNG_NAMES


def require_levels(levels: Sequence[float]) -> None:
    """Raise `EstimationError` unless every level lies in (0, 1)."""
    for level in levels:
        if not 0 < level < 1:
            raise EstimationError("level must lie in (0, 1)", level, "write 0.95 for 95 percent")


def chosen(scopes: Sequence[Scope], names: Sequence[str] | None) -> tuple[Scope, ...]:
    """The scopes asked for by name, all of them if none is.

    Raises
    ------
    EstimationError
        Unknown name.
    """
    known = {scope.name: scope for scope in scopes}
    for name in names or ():
        if name not in known:
            raise EstimationError("the scope must be a known one", repr(name), f"use one of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names)) if names else tuple(scopes)


def show_ladder(rows: pd.DataFrame, *, card: str) -> None:
    """Print the ladder of one scope: median and intervals by rung, then chances of round numbers.

    Parameters
    ----------
    rows : DataFrame
        Rows of one scope of `Ladder.table`.
    card : str
        What is counted.
    """
    console = Console(width=110, highlight=False, markup=False)
    levels = list(dict.fromkeys(rows["level"]))
    table = Table(title=card, title_justify="left", caption_justify="left")
    table.add_column("each rung adds to the one above")
    table.add_column("median", justify="right")
    for level in levels:
        table.add_column(f"{100 * level:g}% interval", justify="right")
    for rung, group in rows.groupby("rung", sort=False):
        cells = [middle(group.iloc[-1])]
        for level in levels:
            row = group[group["level"] == level].iloc[0]
            cells.append(span(row))
        table.add_row(RUNG_NAMES[str(rung)], *cells)
    last = rows.iloc[-1]
    chances = [name for name in rows.columns if name.startswith("p_at_least_") and not name.endswith("_error")]
    said = "; ".join(
        f"at least {persons(float(name.rsplit('_', 1)[1]))}: "
        + likelihood(float(last[name]), error=float(last[f"{name}_error"]))
        for name in chances
    )
    table.caption = (
        f"Chances on the last rung (words: IPCC likelihood scale): {said}.\n"
        f"What it still leaves out: {last['leaves_out']}. A median is not a best guess to print alone."
    )
    console.print(table)


def show_published(table: pd.DataFrame) -> None:
    """Print the published estimates with what became of each when recomputed.

    Parameters
    ----------
    table : DataFrame
        Of `published.reproduce`.
    """
    console = Console(width=140, highlight=False, markup=False)
    shown = Table(title="Published estimates, recomputed from their own inputs", title_justify="left")
    columns = [name for name in table.columns if name in ("label", "published", "recomputed", "verdict", "reason")]
    for name in columns:
        shown.add_column(name.replace("_", " "), overflow="fold")
    for _, row in table.iterrows():
        shown.add_row(*(str(row[name]) for name in columns))
    console.print(shown)
