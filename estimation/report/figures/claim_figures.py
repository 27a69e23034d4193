"""The picture of the claims ledger; no arithmetic."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures.figure_layout import Axis, Key
from estimation.report.figures.interval_rows import Bar, Row, chart
from estimation.report.figures.look import SCREEN, Look
from estimation.report.wording.claim_words import VERDICTS
from estimation.report.wording.picture_texts import fill
from estimation.report.wording.wording import claim_words


def claims(table: pd.DataFrame, *, look: Look = SCREEN) -> Figure:
    """Probability of each claim, from the county alone and with other sources, with its verdict.

    Parameters
    ----------
    table : DataFrame
        Of `claim_ledger.ledger`, or results/claims.csv.
    look : Look
        Size and colours.

    Returns
    -------
    Figure
    """
    rows = []
    for row in table.to_dict(orient="records"):
        bars = []
        for name, mark, tone in (("p_county_alone", "o", 0), ("p_with_sources", "s", 1)):
            middle, error = float(row[name]), 2 * float(row[f"{name}_error"])
            spans = ((max(middle - error, 0.0), min(middle + error, 1.0)),)
            bars.append(Bar(spans, (middle,), mark, tone, filled=bool(tone)))
        claimed = claim_words(*limits(row))
        rows.append(Row(str(row["label"]), str(row["verdict"]), tuple(bars), quiet=f"{claimed}; {row['custody']}"))
    return chart(
        rows,
        look,
        Axis(fill("claims_across"), 0.0, 1.0, "share", log=False),
        title=fill("claims_title"),
        subtitle=fill("claims_subtitle"),
        keys=(
            Key(fill("claims_alone")),
            Key(fill("claims_sources"), "s", 1, filled=True),
            Key(fill("claims_error"), "-"),
            Key(fill("claims_limits"), ":", None),
        ),
        lines=[(floor, ":", None) for floor, _ in VERDICTS if 0 < floor < 1],
    )


def limits(row: Mapping[Hashable, Any]) -> tuple[float, float]:
    """Limits of a claim from a row of the ledger, persons; the upper one is infinite where it is open.

    Examples
    --------
    >>> limits({"sides": "at least", "low": 500_000, "high": float("nan")})
    (500000.0, inf)
    """
    return float(row["low"]), float("inf") if row["sides"] == "at least" else float(row["high"])
