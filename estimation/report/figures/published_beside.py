"""Published estimates beside the interval of what each counts, as stated and as converted; no arithmetic."""

from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures.figure_layout import Axis, Key
from estimation.report.figures.interval_rows import Bar, Row, chart
from estimation.report.figures.look import SCREEN, Look
from estimation.report.wording.picture_texts import counted, fill
from estimation.report.wording.wording import at_level, raised, span

UNCONVERTED: Final = "not converted"


def stated(published: str) -> tuple[float, float]:
    """Ends of a figure as the table writes it; alike for a single figure.

    Examples
    --------
    >>> stated("900,000 to 1,800,000"), stated("1,200,000")
    ((900000.0, 1800000.0), (1200000.0, 1200000.0))
    """
    ends = [float(part.replace(",", "")) for part in published.split(" to ")]
    return ends[0], ends[-1]


def beside(conversions: pd.DataFrame, estimates: pd.DataFrame, *, look: Look = SCREEN, note: str = "") -> Figure:
    """Every published figure that can be converted, in groups by whom it is compared with.

    Parameters
    ----------
    conversions : DataFrame
        Content of results/synthesis/reconciliation.csv.
    estimates : DataFrame
        Rows of results/estimates.csv of one basis and the headline's rung.
    look : Look
        Size and colours.
    note : str
        Below the picture.

    Returns
    -------
    Figure
        A heading with its interval for each group, shaded behind the group's figures.
    """
    wide = at_level(estimates).set_index("scope")
    shown = conversions[conversions["scope"] != UNCONVERTED]
    rows, ends = [], []
    for scope in dict.fromkeys(wide.index):
        group = shown[shown["scope"] == scope]
        if group.empty:
            continue
        ours = wide.loc[scope]
        band = (float(ours["count_low"]), float(ours["count_high"]))
        rows.append(
            Row(
                f"{ours['population']} adults, {ours['territory']}",
                span(ours, joined=" – "),
                (Bar((band,), (float(ours["count_median"]),)),),
                strong=True,
            )
        )
        ends += [*band]
        for row in group.to_dict(orient="records"):
            low, high = stated(str(row["published"]))
            converted = float(row["converted_low"]), float(row["converted_high"])
            bars = (_bar((low, high), "D", 1), _bar(converted, "s", 2, filled=True))
            rows.append(Row(str(row["label"]), bars=bars, band=band))
            ends += [low, high, *converted]
    return chart(
        rows,
        look,
        Axis("persons (log scale)", min(ends) / 1.15, max(ends) * 1.15),
        title=fill("published_title"),
        subtitle=raised(counted(estimates.iloc[-1], everyone=True)),
        note=note,
        keys=(
            Key("95% interval and median; shaded below", "o"),
            Key("as stated", "D", 1),
            Key("converted to what the interval counts", "s", 2, filled=True),
        ),
    )


def _bar(ends: tuple[float, float], mark: str, tone: int, *, filled: bool = False) -> Bar:
    # A range has its mark at both ends, a single figure has one mark.
    single = ends[0] == ends[1]
    return Bar(() if single else (ends,), ends[:1] if single else ends, mark, tone, filled)
