"""Fills a page for the data that ship: from the runs, the evidence and the published tables of results/.

Words and numbers only; what the page looks like is `page`'s business.
"""

import hashlib
import math
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

import estimation
from estimation.evidence.assumptions import Register
from estimation.evidence.sources import Evidence
from estimation.evidence.sources import headline as headline_rows
from estimation.evidence.synthesis_sources import usable_rows
from estimation.model.ladder import Ladder
from estimation.model.synthesis import Synthesis
from estimation.report import readme
from estimation.report.numbers import persons
from estimation.report.page_data import Figure, Moved, PageData, Preset, Quote, Source
from estimation.report.page_draws import SIZE, page_draws
from estimation.report.page_words import KIND_WORDS, page_texts
from estimation.report.picture_texts import entry as entry_words
from estimation.report.wording import span

SHOWN: Final = 7
"""Judgements in the table of what matters most."""
_SIDES: Final = {"floor": "at_least", "ceiling": "at_most", "range": "between", "about": "about", "exact": "about"}
_PARTS_OF_DOUBT: Final = {"observed_standing": "page_standing", "not explained": "page_rest"}
_PARTS: Final = {"camp or prison": "either", "camp": "camp"}


def page_data(
    evidence: Evidence,
    register: Register,
    runs: Mapping[str, Synthesis | Ladder],
    *,
    estimates: bytes,
    tables: Mapping[str, pd.DataFrame],
    size: int = SIZE,
    seed: int,
) -> PageData:
    """Everything the page shows of the case that ships.

    Parameters
    ----------
    evidence, register : Evidence, Register
        What is known and judged.
    runs : mapping of str to Synthesis or Ladder
        One a basis, as `runs.runs` gives them.
    estimates : bytes
        Content of results/estimates.csv, whose name the page bears.
    tables : mapping of str to DataFrame
        `tornado`, `shapley` and `calibration`, where published.
    size, seed : int
        Draws of each basis in the page, and seed of the run.

    Returns
    -------
    PageData
    """
    ladders = [run.ladder if isinstance(run, Synthesis) else run for run in runs.values()]
    observed = headline_rows(evidence).iloc[0]
    name = hashlib.sha256(estimates).hexdigest()[:12]
    inputs = "".join(f"{file} {digest}\n" for file, digest in sorted({**evidence.hashes, **register.hashes}.items()))
    said = page_texts()
    return PageData(
        title="How much can one county carry?",
        question=said.fill("page_question", territory=ladders[0].scopes[1].territory),
        lead=said.fill(
            "page_lead",
            observed=ladders[0].observed,
            count=f"{int(observed['numerator']):,}",
            share=f"{100 * float(observed['rate']):.0f}",
            press=persons(float(evidence.table("published").set_index("estimate_id")["value"]["ext_bbc_1_2m"])),
        ),
        draws=tuple(page_draws(run, register, size=size, seed=seed) for run in runs.values()),
        scope=readme.SCOPE,
        presets=presets(evidence),
        moved=moved(tables["tornado"], register) if "tornado" in tables else (),
        shares=shares(tables["shapley"]) if "shapley" in tables else (),
        checked=readme.checked(tables["calibration"]).replace("**", "") if "calibration" in tables else "",
        figures=figures(evidence),
        quotes=quotes(evidence),
        sources=sources(evidence),
        facts={
            "answer": name,
            "data": hashlib.sha256(inputs.encode()).hexdigest(),
            "version": estimation.__version__,
            "draws": f"{ladders[0].draws:,}",
            "seed": str(ladders[0].seed),
            "file": f"one_county_{name}",
        },
    )


def presets(evidence: Evidence) -> tuple[Preset, ...]:
    """Published claims that count people ever held in the window, as claims to check; the press's first.

    Those about one moment, or about later years, are left out: the page counts something else.
    """
    cards = evidence.table("reconciliation").query("use == 'yes' and measure == 'ever held'").set_index("estimate_id")
    found = []
    for row in evidence.table("published").to_dict(orient="records"):
        if row["estimate_id"] not in cards.index:
            continue
        card, sides = cards.loc[row["estimate_id"]], _SIDES[str(row["bound"])]
        value, low, high = (float(row[key]) for key in ("value", "low", "high"))
        first = low if sides == "between" else next(each for each in (value, low, high) if not math.isnan(each))
        found.append(
            Preset(
                str(row["label"]),
                str(card["scope"]),
                sides,
                first,
                high if sides == "between" else 0.0,
                _PARTS[str(card["custody"])],
            )
        )
    return tuple(found)


def moved(tornado: pd.DataFrame, register: Register) -> tuple[Moved, ...]:
    """The judgements that move the answer most, with what each gives at its ends.

    Parameters
    ----------
    tornado : DataFrame
        Content of results/tornado.csv.
    register : Register
        For the judgements in words.
    """
    said = page_texts()
    ends = tornado[tornado["at"].isin(["5%", "95%"])]
    order = ends.groupby("entry")["move"].max().sort_values(ascending=False)
    order = order[order > 0].head(SHOWN)
    found = []
    for entry, move in order.items():
        rows = ends[ends["entry"] == entry]
        unit = register[str(entry)].unit
        found.append(
            Moved(
                entry_words(str(entry)),
                tuple((_value(str(row["setting"]), unit), span(row)) for _, row in rows.iterrows()),
                said.fill("page_factor", factor=f"{math.exp(float(move)):.1f}"),
                float(move) / float(order.iloc[0]),
            )
        )
    return tuple(found)


def _value(setting: str, unit: str) -> str:
    """The value of ``point(value=0.21)`` as a reader sees it."""
    value = float(setting.removeprefix("point(value=").removesuffix(")"))
    return (
        persons(round(value, -3)) if unit == "persons" else f"{100 * value:.0f}%" if unit == "share" else f"{value:.2g}"
    )


def shares(shapley: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Parts of the variance of the answer of at least a hundredth, largest first, each with its interval.

    Of the answer from the county alone, which the table begins with.
    """
    said, found = page_texts(), []
    if "distribution" in shapley:
        shapley = shapley[shapley["distribution"] == shapley["distribution"].iloc[0]]
    for row in shapley.sort_values("effect", ascending=False).to_dict(orient="records"):
        if row["effect"] < 0.01:
            continue
        key = _PARTS_OF_DOUBT.get(str(row["input"]))
        what = said.fill(key) if key else entry_words(str(row["input"]))
        ends = said.fill("range", low=f"{100 * max(row['low'], 0):.0f}%", high=f"{100 * row['high']:.0f}%")
        found.append((what, f"{100 * row['effect']:.0f}% ({ends})"))
    return tuple(found)


def figures(evidence: Evidence) -> tuple[Figure, ...]:
    """Figures of other sources that are weighed in."""
    table = evidence.table("synthesis_sources").set_index("row_id")
    keys: dict[str, Any] = {}
    for name, key in (
        ("observations", "observation_id"),
        ("published", "estimate_id"),
        ("official_statistics", "stat_id"),
        ("capacity", "capacity_id"),
    ):
        keys |= dict(zip(evidence.table(name)[key], evidence.table(name)["source_id"], strict=True))
    return tuple(
        Figure(
            KIND_WORDS.get(row.kind, row.kind),
            row.place_name,
            row.date,
            f"{'' if row.bound == 'about' else 'at least ' if row.bound == 'floor' else 'at most '}{row.raw}",
            str(table.loc[row.name, "note"]),
            str(keys.get(row.name, "")),
        )
        for row in usable_rows(evidence)
    )


def quotes(evidence: Evidence) -> tuple[Quote, ...]:
    """What the Chinese government says of the figures, in its words."""
    known = evidence.table("sources").set_index("source_id")
    rows = evidence.table("official_statistics")
    rows = rows[
        rows["statistic"].isin(["denial", "share_returned_to_society"]) & (rows["verification"] != "unverified")
    ]
    found = []
    for row in rows.to_dict(orient="records"):
        source = known.loc[row["source_id"]]
        who = ", ".join(filter(None, [str(source["author"]), str(source["title"]).strip("[]")]))
        found.append(Quote(str(row["quote"]), f"Government of China: {who}", ""))
    return tuple(found)


def sources(evidence: Evidence) -> tuple[Source, ...]:
    """Every source of the tables."""
    read = {"text": "read", "part": "read in part", "not_read": "not read itself"}
    return tuple(
        Source(
            ". ".join(filter(None, [_text(row["author"]), _text(row["title"])])),
            _text(row["publisher"]),
            _text(row["published"]),
            _text(row["url"]),
            _text(row["position"]).replace("_", " "),
            read.get(_text(row["extent_read"]), _text(row["extent_read"])),
        )
        for row in evidence.table("sources").to_dict(orient="records")
    )


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
