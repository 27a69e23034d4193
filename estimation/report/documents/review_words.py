"""Rows of a reviewer's difference: two answers side by side, in words."""

from typing import TypeAlias

import pandas as pd

from estimation.report.wording.claim_words import claimed_range, tipping
from estimation.report.wording.estimate_words import ends
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import persons
from estimation.report.wording.picture_texts import spoken
from estimation.report.wording.rounding import rounded

Table: TypeAlias = tuple[list[str], list[list[str]]]
Section: TypeAlias = tuple[str, str, Table]
_HEADS = {
    "changed": ["entry", "what it says", "from", "to", "your reason"],
    "intervals": ["who", "as shipped", "with your assumptions", "median moves", "upper over lower end"],
    "claims": ["claim", "as shipped", "with your assumptions"],
    "tips": ["claim and entry", "as shipped", "with your assumptions"],
    "matters": ["entry", "largest factor", "at"],
}


def heads(name: str) -> list[str]:
    """Heads of the columns of one table."""
    return list(_HEADS[name])


def interval(row: pd.Series) -> str:
    """Median and 95% interval of an answer's row in words."""
    low, high = float(row["count_low"]), float(row["count_high"])
    return f"{persons(rounded(float(row['count_median']), low=low, high=high))} ({' to '.join(ends(low, high))})"


def interval_rows(before: pd.DataFrame, after: pd.DataFrame) -> list[list[str]]:
    """Rows of every scope's median and 95% interval."""
    rows = []
    for (_, old), (_, new) in zip(before.iterrows(), after.iterrows(), strict=True):
        ratio = float(new["count_median"]) / float(old["count_median"])
        width = [float(row["count_high"]) / float(row["count_low"]) for row in (old, new)]
        rows.append(
            [
                f"{old['label']} adults, {old['territory']}",
                interval(old),
                interval(new),
                f"{ratio:.2f} times",
                f"{width[0]:.3g} to {width[1]:.3g}",
            ]
        )
    return rows


def claim_rows(before: pd.DataFrame, after: pd.DataFrame) -> list[list[str]]:
    """Rows of every claim's probability."""
    return [
        [
            _claim(old),
            *(likelihood(float(row["probability"]), error=float(row["probability_error"])) for row in (old, new)),
        ]
        for (_, old), (_, new) in zip(before.iterrows(), after.iterrows(), strict=True)
    ]


def _claim(row: pd.Series) -> str:
    said = claimed_range(float(row["low"]), float(row["high"]))
    return f"{said} ({row['scope']}; {row['claim']})"


def tip_rows(before: pd.DataFrame, after: pd.DataFrame) -> list[list[str]]:
    """Rows of every tipping point at 80 percent."""
    if before.empty and after.empty:
        return []
    keys = ["scope", "claim", "entry", "level"]
    merged = before.merge(after, on=keys, how="outer", suffixes=("_old", "_new"))
    rows = []
    for row in merged[merged["level"] == 0.8].to_dict(orient="records"):
        said = [tipping(row[f"reached_{side}"], row[f"value_{side}"]) for side in ("old", "new")]
        name = spoken(row["entry"])
        rows.append([f"{row['claim']} ({row['scope']}) with {100 * row['level']:.0f}%: {name}", *said])
    return rows
