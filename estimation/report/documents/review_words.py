"""Tables of a reviewer's difference: two answers side by side, in words."""

import math
from typing import TypeAlias

import pandas as pd

from estimation.report.wording.claim_words import claimed_range, tipping
from estimation.report.wording.estimate_words import ends
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import persons
from estimation.report.wording.picture_texts import spoken
from estimation.report.wording.rounding import rounded

# Heads of columns, and rows.
Table: TypeAlias = tuple[list[str], list[list[str]]]
# Heading, lead and table.
Section: TypeAlias = tuple[str, str, Table]
SIDES = ["as shipped", "with your assumptions"]


def changed(entries: pd.DataFrame) -> Table:
    """Every entry that was changed, from what to what and why."""
    columns = ["entry", "statement", "before", "after", "rationale"]
    return ["entry", "what it says", "from", "to", "your reason"], entries[columns].astype(str).to_numpy().tolist()


def intervals(before: pd.DataFrame, after: pd.DataFrame) -> Table:
    """Every scope's median and 95% interval."""
    rows = []
    for (_, old), (_, new) in zip(before.iterrows(), after.iterrows(), strict=True):
        ratio = float(new["count_median"]) / float(old["count_median"])
        width = [float(row["count_high"]) / float(row["count_low"]) for row in (old, new)]
        who = f"{old['label']} adults, {old['territory']}"
        rows.append([who, _interval(old), _interval(new), f"{ratio:.2f} times", f"{width[0]:.3g} to {width[1]:.3g}"])
    return ["who", *SIDES, "median moves", "upper over lower end"], rows


def _interval(row: pd.Series) -> str:
    low, high = float(row["count_low"]), float(row["count_high"])
    return f"{persons(rounded(float(row['count_median']), low=low, high=high))} ({' to '.join(ends(low, high))})"


def claims(before: pd.DataFrame, after: pd.DataFrame) -> Table:
    """Every claim's probability."""
    rows = []
    for (_, old), (_, new) in zip(before.iterrows(), after.iterrows(), strict=True):
        claim = f"{claimed_range(float(old['low']), float(old['high']))} ({old['scope']}; {old['claim']})"
        said = [likelihood(float(row["probability"]), error=float(row["probability_error"])) for row in (old, new)]
        rows.append([claim, *said])
    return ["claim", *SIDES], rows


def tips(before: pd.DataFrame, after: pd.DataFrame) -> Table:
    """Every tipping point at 80 percent."""
    heads = ["claim and entry", *SIDES]
    if before.empty and after.empty:
        return heads, []
    keys = ["scope", "claim", "entry", "level"]
    merged = before.merge(after, on=keys, how="outer", suffixes=("_old", "_new"))
    rows = []
    for row in merged[merged["level"] == 0.8].to_dict(orient="records"):
        said = [tipping(str(row[f"reached_{side}"]), float(row[f"value_{side}"])) for side in ("old", "new")]
        name = spoken(row["entry"])
        rows.append([f"{row['claim']} ({row['scope']}) with {100 * row['level']:.0f}%: {name}", *said])
    return heads, rows


def matters(moved: pd.DataFrame) -> Table:
    """The eight entries that move the answer most when each is moved alone."""
    own = moved[moved["entry"] != "as judged"]
    best = own.loc[own.groupby("entry")["move"].idxmax()].sort_values("move", ascending=False).head(8)
    factor = best["move"].map(lambda value: f"{math.exp(value):.2f}")
    rows = zip(best["entry"].astype(str).map(spoken), factor, best["at"].astype(str), strict=True)
    return ["entry", "largest factor", "at"], [list(row) for row in rows]
