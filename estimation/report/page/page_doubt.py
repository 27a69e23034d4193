"""What the answer depends on most, in the words of the page: judgements moved alone, and parts of the variance."""

import math
import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from estimation.evidence.register.assumptions import Register
from estimation.model.region.region import SOURCES
from estimation.report.page.page_arithmetic import Setting, ladder
from estimation.report.page.page_data import Doubt, Moved
from estimation.report.page.page_draws import PageDraws
from estimation.report.page.page_words import page_texts, row_of
from estimation.report.wording.estimate_words import names_of, span
from estimation.report.wording.numbers import percent, persons
from estimation.report.wording.picture_texts import RUNG_NAMES, entry_words

_SHOWN: Final = 7
"""Judgements in the table of what matters most."""
_ENDS: Final = {"5%": "low", "95%": "high"}
_PARTS_OF_DOUBT: Final = {"observed_z": "page_standing", "not explained": "page_rest"}


def doubt(tables: Mapping[str, pd.DataFrame], register: Register, names: Mapping[str, str]) -> Doubt | None:
    """What the answer depends on most, from published tables by file name; None without a tornado.

    Other sources are weighed in where the answer as judged can be relied on with the draws of the tornado.
    """
    if "tornado.csv" not in tables:
        return None
    weighed = tables.get("tornado_sources.csv", pd.DataFrame({"entry": [], "move": []})).dropna(subset=["move"])
    is_weighed = "as judged" in set(weighed["entry"])
    parts: tuple[tuple[str, str], ...] = ()
    if "shapley.csv" in tables:
        effects = tables["shapley.csv"]
        parts = shares(effects[effects["rung"].eq(SOURCES) == is_weighed], names)
    moves = moved(weighed if is_weighed else tables["tornado.csv"], register)
    return Doubt(moves, is_weighed, parts, shares_note(parts, names))


def moved(tornado: pd.DataFrame, register: Register) -> tuple[Moved, ...]:
    """The judgements that move the answer most, with what each gives at its ends, from a published tornado."""
    said = page_texts()
    ends = tornado[tornado["at"].isin(["5%", "95%"])]
    order = ends.groupby("entry")["move"].max().sort_values(ascending=False)
    order = order[order > 0].head(_SHOWN)
    found = []
    for entry, move in order.items():
        rows = ends[ends["entry"] == entry]
        unit = register[str(entry)].unit
        found.append(
            Moved(
                entry_words(str(entry)),
                tuple(
                    (_value(float(row["value"]), unit, f"{entry}_{_ENDS[str(row['at'])]}"), span(row))
                    for _, row in rows.iterrows()
                ),
                said.fill("page_factor", factor=f"{math.exp(float(move)):.1f}"),
                float(move) / float(order.iloc[0]),
            )
        )
    return tuple(found)


def _value(value: float, unit: str, end: str) -> str:
    """A value as a reader sees it, with its unit and what this end of an entry means."""
    said = page_texts()
    key = re.sub(r"\W", "_", unit.lower())
    if unit == "SDs":
        key, value = f"{key}_{'above' if value >= 0 else 'below'}", abs(value)
    shown = (
        persons(round(value, -3)) if unit == "persons" else f"{100 * value:.0f}" if unit == "share" else f"{value:.2g}"
    )
    found = said.fill(f"page_value_{key}", value=shown)
    means = said.templates.get(f"page_end_{end}")
    return said.fill("page_end", value=found, means=means) if means else found


def shares(shapley: pd.DataFrame, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Parts of the variance of the answer of at least a hundredth, largest first, each with its interval."""
    said, found = page_texts(), []
    for row in shapley.sort_values("effect", ascending=False).to_dict(orient="records"):
        if row["effect"] < 0.01:
            continue
        key = _PARTS_OF_DOUBT.get(str(row["input"]))
        what = said.fill(key, **names) if key else entry_words(str(row["input"]))
        ends = said.fill("range", low=f"{100 * max(row['low'], 0):.0f}%", high=f"{100 * row['high']:.0f}%")
        found.append((what, f"{100 * row['effect']:.0f}% ({ends})"))
    return tuple(found)


def shares_note(parts: tuple[tuple[str, str], ...], names: Mapping[str, str]) -> str:
    """What is to be said of the part of the place's own standing, where it is among them."""
    said = page_texts()
    if said.fill("page_standing", **names) not in dict(parts):
        return ""
    return said.fill("page_standing_why", **names, sampling=RUNG_NAMES["sampling"])


def moved_from(draws: PageDraws, scope: str, *, weighed: bool) -> str:
    """Whom the table of judgements counts, and from which interval."""
    setting = Setting(scope, kinds=2 ** len(draws.kinds) - 1 if weighed else 0)
    row = row_of(draws, setting, ladder(draws, setting)[-1])
    key = "page_moved_from_sources" if weighed else "page_moved_from"
    return page_texts().fill(key, **names_of(row), level=percent(setting.level), range=span(row))
