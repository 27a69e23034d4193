"""Intervals of the estimate and of its sources: the ladder, published figures, sources on one scale, their choice."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures.figure_layout import Axis, LegendKey, persons_axis
from estimation.report.figures.interval_rows import (
    KEY_50,
    KEY_80,
    KEY_95,
    MEDIAN_KEY,
    WIDTHS,
    Bar,
    IntervalRow,
    interval_chart,
)
from estimation.report.figures.look import SCREEN, Look
from estimation.report.wording.estimate_words import at_level, capitalised, ends, span
from estimation.report.wording.picture_texts import (
    BOUND_WORDS,
    KIND_NAMES,
    RUNG_NAMES,
    picture_text,
    who_is_counted,
)

_BOUND_MARKS: Final = {"floor": ">", "ceiling": "<"}


def ladder_chart(
    table: pd.DataFrame, *, scope: str, stated: Mapping[str, float] | None = None, look: Look = SCREEN, note: str = ""
) -> Figure:
    """Intervals of one scope, rung by rung, on a log axis, from `Run.table` of one basis with levels 0.5, 0.8 and 0.95.

    `stated` are published figures to mark, persons, by name.
    """
    found = table[table["scope"] == scope]
    rungs = list(dict.fromkeys(found["rung"]))
    rows = []
    for rung in rungs:
        levels = [at_level(found[found["rung"] == rung], level).iloc[0] for level in (0.95, 0.8, 0.5)]
        spans = tuple((float(row["count_low"]), float(row["count_high"])) for row in levels)
        bar = Bar(spans, (float(levels[0]["count_median"]),))
        rows.append(
            IntervalRow(RUNG_NAMES[rung], span(levels[0], joined=" – "), (bar,), strong=rung == rungs[-1]),
        )
    marks = stated or {}
    drawn = (found["count_low"].min(), found["count_high"].max(), *marks.values())
    return interval_chart(
        rows,
        look,
        persons_axis(min(drawn), max(drawn)),
        title=picture_text("ladder_title"),
        subtitle=who_is_counted(found.iloc[0]),
        note=note,
        keys=(MEDIAN_KEY, KEY_50, KEY_80, KEY_95, *(LegendKey(name, "--", 1, width=1.6) for name in marks)),
        lines=[(value, "--", 1) for value in marks.values()],
    )


def published_chart(
    conversions: pd.DataFrame, estimates: pd.DataFrame, *, look: Look = SCREEN, note: str = ""
) -> Figure:
    """Published figures that can be converted, as stated and as converted, beside the interval of what each counts.

    The estimates are rows of one basis and the headline's rung. Each group of people has a heading with its interval,
    which is shaded behind the figures about that group.
    """
    shown = conversions.dropna(subset="converted_low")
    rows, drawn = [], []
    for scope, ours in at_level(estimates).set_index("scope").iterrows():
        group = shown[shown["scope"] == scope]
        if group.empty:
            continue
        heading = Bar.of(ours, "count_median", ("count_low", "count_high"))
        words = f"{ours['population']} adults, {ours['territory']}", span(ours, joined=" – ")
        rows.append(IntervalRow(*words, (heading,), strong=True))
        drawn.append(heading.spans[0])
        for row in group.to_dict(orient="records"):
            stated = float(row["published_low"]), float(row["published_high"])
            converted = float(row["converted_low"]), float(row["converted_high"])
            bars = _figure_bar(stated, "D", 1), _figure_bar(converted, "s", 2, filled=True)
            rows.append(IntervalRow(str(row["label"]), bars=bars, band=heading.spans[0]))
            drawn += [stated, converted]
    return interval_chart(
        rows,
        look,
        persons_axis(min(low for low, _ in drawn), max(high for _, high in drawn)),
        title=picture_text("published_title"),
        subtitle=capitalised(who_is_counted(estimates.iloc[-1], everyone=True)),
        note=note,
        keys=(
            LegendKey("95% interval and median; shaded below"),
            LegendKey("as stated", "D", 1),
            LegendKey("converted to what the interval counts", "s", 2, filled=True),
        ),
    )


def _figure_bar(ends: tuple[float, float], mark: str, tone: int, *, filled: bool = False) -> Bar:
    """A bar with a mark at both ends of a range, or one mark for a single figure."""
    single = ends[0] == ends[1]
    return Bar(() if single else (ends,), ends[:1] if single else ends, mark, tone, filled)


def forest_plot(
    table: pd.DataFrame,
    *,
    look: Look = SCREEN,
    about: pd.Series | None = None,
    note: str = "",
    kinds: Mapping[str, str] = KIND_NAMES,
) -> Figure:
    """Each source converted to the share of its place's adults ever held, with its raw figure in words.

    `about` is a row that says who, when and which custody; a kind that is not among `kinds` bears its own name.
    """
    rows = []
    for row in table.to_dict(orient="records"):
        mark = _BOUND_MARKS.get(row["bound"], "o")
        alone = Bar.of(row, "median", ("low", "high"), ("low_50", "high_50"), mark=mark)
        together = Bar.of(row, "model_median", ("model_low", "model_high"), mark="s", tone=1)
        bound = BOUND_WORDS.get(row["bound"], row["bound"])
        words = f"{kinds.get(row['kind'], row['kind'])}, {row['date']}: {bound} {row['raw']} ({row['counts']})"
        rows.append(IntervalRow(row["place"], bars=(alone, together), quiet=words))
    people = "people" if about is not None and about.get("adult_age") is None else "adults"
    lowest = table[["low", "model_low"]].min().min()
    return interval_chart(
        rows,
        look,
        Axis(f"share of that place's {people} (log scale)", max(lowest / 1.2, 0.001), 1.05, "share"),
        title=picture_text("forest_title"),
        subtitle="" if about is None else capitalised(who_is_counted(about, everyone=True)),
        note=note,
        keys=(
            LegendKey("the source alone, bias and error included"),
            LegendKey("50%", "-", width=WIDTHS[1]),
            KEY_95,
            LegendKey("all together", "s", 1),
        ),
    )


def source_choices_chart(table: pd.DataFrame, *, title: str) -> Figure:
    """The count under each choice of sources of `influence`: 95 and 80 percent intervals on a log axis."""
    whole = table[table["choice"] == "all"].iloc[0]
    rows = []
    for row in table.to_dict(orient="records"):
        name = {"all": "all sources", "none": "county alone"}.get(row["choice"], f"{row['choice']}: {row['source']}")
        strong = row["choice"] in ("all", "none")
        bar = Bar.of(row, "median", ("low", "high"), ("low_80", "high_80"), tone=int(strong))
        rows.append(IntervalRow(name, " – ".join(ends(row["low"], row["high"])), (bar,), strong=strong))
    return interval_chart(
        rows,
        SCREEN,
        persons_axis(table["low"].min(), table["high"].max()),
        title=title,
        keys=(MEDIAN_KEY, KEY_80, LegendKey("95% interval; dotted: all sources", "-")),
        lines=[(float(whole[end]), ":", None) for end in ("low", "high")],
    )
