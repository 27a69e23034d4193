"""Intervals under other assumptions: tornado, sensitivity indices, two registers, and the claims of the ledger."""

from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures.figure_layout import Axis, LegendKey, persons_axis
from estimation.report.figures.interval_rows import KEY_80, KEY_95, Bar, IntervalRow, interval_chart
from estimation.report.figures.look import SCREEN, Look
from estimation.report.wording.claim_words import VERDICTS, claim_limits, claimed_range
from estimation.report.wording.estimate_words import capitalised
from estimation.report.wording.picture_texts import entry_words, picture_text, who_is_counted

_ENDS: Final = {"5%": ("<", 0), "95%": (">", 1)}
_BASE: Final = {"count_low": ":", "count_median": "-", "count_high": ":"}
_COUNT: Final = ("count_low", "count_high")
_SHOWN: Final = 9  # entries or inputs in a picture


def largest_moves(moved: pd.DataFrame) -> list[str]:
    """Entries of a tornado, from the largest move of the interval to the smallest."""
    own = moved[moved["entry"] != "as judged"]
    return [str(name) for name in own.groupby("entry")["move"].max().sort_values(ascending=False).index]


def tornado_chart(
    moved: pd.DataFrame,
    *,
    look: Look = SCREEN,
    about: pd.Series | None = None,
    note: str = "",
    weighed: bool = False,
) -> Figure:
    """Median and 95% interval with each entry at its ends and at named alternatives, largest move first.

    `moved` is of `tornado.tornado`, weighed if its intervals include other sources; `about` is a row that says who,
    where, when and which custody.
    """
    base, names = moved[moved["entry"] == "as judged"].iloc[0], largest_moves(moved)[:_SHOWN]
    rows = []
    for name in names:
        # The two ends first, then the alternatives.
        settings = moved[moved["entry"] == name].to_dict(orient="records")
        bars = []
        for row in sorted(settings, key=lambda row: row["at"] not in _ENDS):
            mark, tone = _ENDS.get(row["at"], ("|", 3))
            bars.append(Bar.of(row, "count_median", _COUNT, mark=mark, tone=tone))
        rows.append(IntervalRow(capitalised(entry_words(name)), bars=tuple(bars)))
    shown = moved[moved["entry"].isin(["as judged", *names])]
    subtitle = ""
    if about is not None and weighed:
        subtitle = capitalised(picture_text("weighed", counted=who_is_counted(about)))
    elif about is not None:
        subtitle = picture_text("alone", counted=who_is_counted(about), observed=about["observed"])
    return interval_chart(
        rows,
        look,
        persons_axis(shown["count_low"].min(), shown["count_high"].max()),
        title=picture_text("tornado_title"),
        subtitle=subtitle,
        note=note,
        keys=(
            LegendKey("at its 5%", *_ENDS["5%"]),
            LegendKey("at its 95%", *_ENDS["95%"]),
            LegendKey("named alternatives", "|", 3),
            LegendKey("as judged: median, 95% interval dotted", "-", 0, width=1.6),
        ),
        lines=[(float(base[mark]), line, 0) for mark, line in _BASE.items()],
    )


def index_chart(summary: pd.DataFrame, *, look: Look = SCREEN) -> Figure:
    """First-order and total sensitivity indices of the largest inputs of `sensitivity.summary`."""
    shown = summary.sort_values("total", ascending=False).head(_SHOWN)
    first, total = (("first_low", "first_high"), ("total_low", "total_high"))
    rows = [
        IntervalRow(
            capitalised(entry_words(str(row["input"]))),
            bars=(Bar.of(row, "first", first), Bar.of(row, "total", total, mark="D", tone=1, filled=True)),
        )
        for row in shown.to_dict(orient="records")
    ]
    ends = shown[[*first, *total]]
    return interval_chart(
        rows,
        look,
        Axis(picture_text("indices_across"), min(0.0, ends.min().min()), 1.05 * ends.max().max(), "share", log=False),
        title=picture_text("indices_title"),
        keys=(
            LegendKey(picture_text("indices_alone")),
            LegendKey(picture_text("indices_whole"), "D", 1, filled=True),
            LegendKey(picture_text("interval"), "-"),
        ),
    )


def before_after_chart(before: pd.DataFrame, after: pd.DataFrame, *, look: Look = SCREEN) -> Figure:
    """Intervals of every scope in two answers, under two registers."""
    both = pd.concat([before, after])
    ends = _COUNT, ("count_q10", "count_q90")
    rows = []
    for old, new in zip(before.to_dict(orient="records"), after.to_dict(orient="records"), strict=True):
        bars = (
            Bar.of(old, "count_median", *ends),
            Bar.of(new, "count_median", *ends, mark="D", tone=1, filled=True),
        )
        rows.append(IntervalRow(capitalised(str(old["label"])), bars=bars, quiet=str(old["territory"])))
    return interval_chart(
        rows,
        look,
        persons_axis(both["count_low"].min(), both["count_high"].max()),
        title=picture_text("before_after_title"),
        keys=(
            LegendKey(picture_text("before")),
            LegendKey(picture_text("after"), "D", 1, filled=True),
            KEY_80,
            KEY_95,
        ),
    )


def claims_chart(table: pd.DataFrame, *, look: Look = SCREEN) -> Figure:
    """Probability of each claim of results/claims.csv, from the county alone and with sources, with its verdict."""
    rows = []
    for row in table.to_dict(orient="records"):
        bars = []
        for name, mark, tone in (("p_county_alone", "o", 0), ("p_with_sources", "s", 1)):
            middle, error = float(row[name]), 2 * float(row[f"{name}_error"])
            spans = ((max(middle - error, 0.0), min(middle + error, 1.0)),)
            bars.append(Bar(spans, (middle,), mark, tone, filled=bool(tone)))
        claimed = claimed_range(*claim_limits(row))
        quiet = f"{claimed}; {row['custody']}"
        rows.append(IntervalRow(str(row["label"]), str(row["verdict"]), tuple(bars), quiet=quiet))
    return interval_chart(
        rows,
        look,
        Axis(picture_text("claims_across"), 0.0, 1.0, "share", log=False),
        title=picture_text("claims_title"),
        subtitle=picture_text("claims_subtitle"),
        keys=(
            LegendKey(picture_text("claims_alone")),
            LegendKey(picture_text("claims_sources"), "s", 1, filled=True),
            LegendKey(picture_text("claims_error"), "-"),
            LegendKey(picture_text("claims_limits"), ":", None),
        ),
        lines=[(floor, ":", None) for floor, _ in VERDICTS if 0 < floor < 1],
    )
