"""Results as tables in a terminal; nothing is computed and nothing is written to disk."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from rich.console import Console
from rich.table import Table

from estimation.model.synthesis.weights import Weights
from estimation.report.wording.estimate_words import at_level, capitalised, middle, span
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import persons
from estimation.report.wording.picture_texts import KIND_NAMES, RUNG_NAMES, who_is_counted
from estimation.report.wording.rounding import TableRow

_METHODS = {
    "hierarchical": "this suite's model",
    "binomial": "binomial, areas pooled",
    "ratio estimator": "ratio estimator, t",
    "random effects": "random effects, one new area",
}


def console(width: int = 110) -> Console:
    """A terminal so many characters wide, where texts of data files stay texts."""
    return Console(width=width, highlight=False, markup=False)


class _Column(NamedTuple):
    """A column of a table: its heading, the text of its cell in a row, and whether it holds numbers."""

    heading: str
    cell: Callable[[TableRow], str]
    number: bool = False


def _print(
    frame: pd.DataFrame, columns: Sequence[_Column], *, title: str, caption: str = "", width: int = 110, **layout: Any
) -> None:
    """Print a row of cells for each row of a frame."""
    table = Table(title=title, title_justify="left", caption=caption or None, caption_justify="left", **layout)
    for column in columns:
        table.add_column(column.heading, justify="right" if column.number else "left", overflow="fold")
    for row in frame.to_dict(orient="records"):
        table.add_row(*(column.cell(row) for column in columns))
    console(width).print(table)


def _text(name: str, heading: str = "") -> _Column:
    return _Column(heading or name, lambda row: "" if pd.isna(row[name]) else str(row[name]))


def _number(name: str, form: str, heading: str = "") -> _Column:
    return _Column(heading or name, lambda row: format(row[name], form), number=True)


def _shares(heading: str, low: str, high: str) -> _Column:
    """An interval of shares in percent, two digits each."""
    return _Column(heading, lambda row: f"{100 * row[low]:.2g}% to {100 * row[high]:.2g}%", number=True)


def show_ladder(rows: pd.DataFrame, *, card: str) -> None:
    """Print the ladder of one scope: median and intervals by rung, then chances of round numbers."""
    levels = list(dict.fromkeys(rows["level"]))

    def interval(level: float) -> _Column:
        spans = {row["rung"]: span(row) for _, row in at_level(rows, level).iterrows()}
        return _Column(f"{100 * level:g}% interval", lambda row: spans[row["rung"]], number=True)

    columns = [
        _Column("each rung adds to the one above", lambda row: RUNG_NAMES[row["rung"]]),
        _Column("median", middle, number=True),
        *map(interval, levels),
    ]
    last = rows.iloc[-1]
    chances = [name for name in rows.columns if name.startswith("p_at_least_") and not name.endswith("_error")]
    said = "; ".join(
        f"at least {persons(float(name.rsplit('_', 1)[1]))}: "
        + likelihood(float(last[name]), error=float(last[f"{name}_error"]))
        for name in chances
    )
    caption = (
        f"Chances on the last rung (words: IPCC likelihood scale): {said}.\n"
        f"What it still leaves out: {last['leaves_out']}. A median is not a best guess to print alone."
    )
    _print(at_level(rows, levels[-1]), columns, title=card, caption=caption)


def show_published(table: pd.DataFrame) -> None:
    """Print the published estimates with what became of each when recomputed."""
    known = ("label", "published", "recomputed", "verdict", "reason")
    columns = [_text(name) for name in table.columns if name in known]
    _print(table, columns, title="Published estimates, recomputed from their own inputs", width=140)


def show_sources(
    table: pd.DataFrame,
    *,
    used: Collection[str],
    weights: Weights,
    about: TableRow,
    kinds: Mapping[str, str] = KIND_NAMES,
) -> None:
    """Print each source on the common scale beside its raw figure, and how far the weights can be relied on.

    Sources that are not among those `used` have no part in the weights; `about` is a row that says whom figures are
    converted to; a kind that is not among `kinds` bears its own name.
    """
    columns = [
        _Column("source", lambda row: f"{row['source']}{'' if row['source'] in used else ' (left out)'}"),
        _Column("kind", lambda row: kinds.get(row["kind"], row["kind"])),
        _text("place"),
        _Column("raw figure", lambda row: f"{row['bound']} {row['raw']}"),
        _Column("counts", lambda row: f"{row['counts']}, {row['date']}"),
        _shares("95% interval", "low", "high"),
        _shares("all sources, 95%", "model_low", "model_high"),
    ]
    counted = capitalised(who_is_counted(about, everyone=True))
    title = f"{counted}: each source converted to a share of its own place"
    shape = f"Pareto k {weights.pareto_k:.2f}" if used else "no tail"
    caption = f"Weights: {shape}, {weights.effective:,.0f} effective draws."
    _print(table, columns, title=title, caption=caption, width=140)


def show_register(register: pd.DataFrame) -> None:
    """Print the register."""
    columns = [
        _text("id", "entry"),
        _text("statement", "what it says"),
        _number("low", ".4g", "5%"),
        _number("median", ".4g", "middle"),
        _number("high", ".4g", "95%"),
        _text("unit"),
        _text("disputed", "disputed by"),
    ]
    _print(register, columns, title="The register: every judgement the model uses", width=140, show_lines=True)


def show_backtest(rows: pd.DataFrame, undefined: pd.DataFrame, *, title: str, prior: str) -> None:
    """Print what each method's intervals did, and what the prior was fitted to."""
    columns = [
        _Column("method", lambda row: _METHODS[row["method"]]),
        _number("level", ".0%", "nominal"),
        _Column("holds the total", lambda row: f"{row['coverage']:.0%} ± {row['coverage_error']:.0%}", number=True),
        _number("truth_below", ".0%", "total below"),
        _number("truth_above", ".0%", "total above"),
        _number("width_ratio", ",.3g", "upper / lower"),
        _number("interval_score", ".2f", "score"),
    ]
    without = "; ".join(f"{row.method}: no interval, {row.reason}" for row in undefined.itertuples())
    caption = (
        f"Prior of the spread: {prior}. ± is one standard error over {rows['data_sets'].iloc[0]:,} data sets. Score: "
        "interval score of the log total (Gneiting and Raftery 2007), lower is better."
        + (f"\nNot shown: {without}." if without else "")
    )
    _print(rows, columns, title=title, caption=caption)


def show_spread(found: Mapping[str, float | int | str], *, title: str) -> None:
    """Print a spread, quantity by quantity; `title` says whose it is."""
    rows = [
        {
            "quantity": name.replace("_", " "),
            "value": value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.4g}",
        }
        for name, value in found.items()
    ]
    columns = [_text("quantity"), _number("value", "s")]
    _print(pd.DataFrame(rows), columns, title=title, min_width=60)
