"""The picture of the claims ledger; no arithmetic."""

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
        claimed = claim_words(float(row["low"]), limit(str(row["high"])))
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


def limit(written: str) -> float:
    """The upper limit of a claim as the ledger writes it; infinity where it is open.

    Examples
    --------
    >>> limit("open"), limit("1200000")
    (inf, 1200000.0)
    """
    return float("inf") if written == "open" else float(written)
