"""Tables of the methods text that describe the run: judgements, priors, ladder, bounds, sources, constants."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from estimation.report.wording.estimate_words import at_level, ends, middle, span
from estimation.report.wording.headline_facts import lead, stated

Read: TypeAlias = Callable[[str], pd.DataFrame]
"""Gives a table of results/ by its file name."""
Maker: TypeAlias = Callable[[Read], str]
_SETTINGS: Final = (
    ("model.fit.priors", "STEP", "step of the tabulated spread, normal scores"),
    ("model.spread.spread_profile", "LARGEST_SPREAD", "largest spread told apart, log-odds"),
    ("model.spread.marginal", "NODES", "nodes for an area's effect in fits of reference systems"),
    ("model.synthesis.likelihood", "LOWEST_SHARE", "least share of a figure that says nothing, eq. (53)"),
    ("model.synthesis.other_sources", "POINTS", "points at which the sources' own entries are tried, M of eq. (55)"),
    ("model.synthesis.other_sources", "NODES", "values at which the common bias is tried, H of eq. (55)"),
    ("model.ladder.proposal", "PRIOR", "share of draws from the prior where sources weigh them, ε of eq. (64)"),
    ("model.ladder.proposal", "SIZE", "scores drawn from fitted distributions, eq. (64)"),
    ("model.ladder.proposal", "WIDER", "factor on their variances, eq. (64)"),
    ("model.ladder.proposal", "PILOT", "draws of a pilot run, eq. (64)"),
    ("model.synthesis.weights", "MAX_K", "largest Pareto k, eq. (57)"),
    ("model.synthesis.weights", "MIN_EFFECTIVE", "fewest effective draws, eq. (57)"),
    ("model.region.random_numbers", "BLOCK", "draws worked on together"),
    ("evidence.population.age_model", "HAN_ADULT_SHARE", "adult share of Han at 18, eq. (5)"),
    ("evidence.population.age_model", "MINORITY_ADULT_SHARE", "adult share of minorities where they are few, eq. (5)"),
    ("evidence.population.age_model", "MINORITY_BOUNDS", "bounds of eq. (5)"),
    ("evidence.population.census_model", "RAKING_PASSES", "passes of eq. (1)"),
    ("challenge.sensitivity.tipping", "PLAUSIBLE", "quantiles between which a value is plausible, eq. (68)"),
    ("challenge.sensitivity.sobol", "WANTED", "half-width that every index must have, eq. (65)"),
    ("challenge.sensitivity.power_scaling", "ALPHA", "power of eq. (67)"),
    ("challenge.sensitivity.power_scaling", "SENSITIVE", "sensitivity from which a prior is said to matter"),
    ("report.record.csv_table", "DIGITS", "written digits, g of eq. (81)"),
)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""Rows as a Markdown table; columns whose name ends in ``:`` are set to the right.

    Examples
    --------
    >>> print(table(["a", "b:"], [["x|y", 1]]))
    | a | b |
    |---|--:|
    | x\|y | 1 |
    """
    lines = [
        "| " + " | ".join(name.rstrip(":") for name in head) + " |",
        "|" + "|".join("--:" if name.endswith(":") else "---" for name in head) + "|",
    ]
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def three(value: float) -> str:
    """A number to three digits, without an exponent.

    Examples
    --------
    >>> three(1234.5), three(0.01234)
    ('1,230', '0.0123')
    """
    text = f"{float(f'{value:.3g}'):,.10f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


def _register(read: Read) -> str:
    rows = read("assumptions.csv")
    return table(
        ["entry", "enters at", "unit", "distribution"],
        zip(rows["id"].map("`{}`".format), rows["rung"], rows["unit"], rows["distribution"], strict=True),
    )


def _spread(read: Read) -> str:
    rows = read("spread.csv")
    quantiles = [rows[name].astype(float).map(three) for name in ("q025", "q50", "q975")]
    return table(
        ["choice", "families:", "predictive", "2.5%:", "median:", "97.5%:"],
        zip(rows["choice"], rows["families"], rows["predictive"], *quantiles, strict=True),
    )


def _ladder(read: Read) -> str:
    rows = read("estimates.csv")
    rows = at_level(rows[(rows["scope"] == lead().scope) & (rows["basis"] == stated().basis)])
    body = [
        (row["rung"], middle(row), span(row), *(three(float(row[f"count_{end}_error"])) for end in ("low", "high")))
        for _, row in rows.iterrows()
    ]
    head = ["rung", "median:", "95% interval:", "simulation error, low end:", "high end:"]
    return table(head, body) + f"\n\n*{rows.iloc[0]['population']} adults, registered basis; persons.*"


def _bounds(read: Read) -> str:
    rows = read("bounds.csv")
    own = rows[rows["scope"] == lead().scope]
    known = own["k"].dropna().unique()
    chosen = {min(known, key=lambda k: abs(np.log(k / wanted))) for wanted in (1, 2, 5, 20)}
    body = [
        (row["rung"], "any" if np.isnan(row["k"]) else f"{row['k']:g}", *ends(float(row["low"]), float(row["high"])))
        for _, row in own[own["k"].isin(chosen) | own["k"].isna()].iterrows()
    ]
    return table(["rung", "k:", "low:", "high:"], body)


def _sources(read: Read) -> str:
    rows = read("synthesis/sources.csv")
    names = ("source", "kind", "place", "date", "counts", "raw", "bound")
    said = table(names, rows[list(names)].to_numpy().tolist())
    weighed = read("synthesis/influence.csv")
    whole = weighed[weighed["choice"] == "all"].iloc[0]
    worst = weighed.sort_values("pareto_k", kind="stable").iloc[-1]
    least = weighed.sort_values("effective", kind="stable").iloc[0]
    return (
        f"{said}\n\nWith all sources the Pareto k is {float(whole['pareto_k']):.2f} and the draws are worth "
        f"{float(whole['effective']):,.0f}; the largest k of any choice of sources is {float(worst['pareto_k']):.2f} "
        f"({worst['choice']}: `{worst['source']}`), the fewest effective draws are {float(least['effective']):,.0f} "
        f"({least['choice']}: `{least['source']}`). `results/synthesis/influence.csv` has the count under every choice."
    )


def _constants(_: Read) -> str:
    rows = []
    for module, name, meaning in _SETTINGS:
        value = getattr(import_module(f"estimation.{module}"), name)
        shown = " to ".join(map(three, value)) if isinstance(value, tuple) else three(float(value))
        rows.append((f"`{module}.{name}`", meaning, shown))
    return table(["constant", "meaning", "value:"], rows)


TABLES: Final[Mapping[str, Maker]] = {
    "register": _register,
    "spread": _spread,
    "ladder": _ladder,
    "bounds": _bounds,
    "sources": _sources,
    "constants": _constants,
}
"""Content of each block, by its name."""
