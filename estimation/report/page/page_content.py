"""Fills a page for the data that ship: from the runs, the evidence and the published tables of results/.

Words and numbers only; what the page looks like is `page`'s business.
"""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from estimation.challenge.claims import claims_of
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.sources import headline as headline_rows
from estimation.evidence.tables.synthesis_sources import usable_rows
from estimation.model.ladder.ladder import Run
from estimation.report.page import page_doubt
from estimation.report.page.page_data import Figure, PageData, Preset, Quote, Source, facts
from estimation.report.page.page_draws import SIZE, page_draws
from estimation.report.page.page_words import names_at, page_texts
from estimation.report.wording import headline_facts
from estimation.report.wording.numbers import percent, persons
from estimation.report.wording.picture_texts import KIND_NAMES

_SIDES: Final = {"floor": "at_least", "ceiling": "at_most", "range": "between", "about": "about", "exact": "about"}
_LEAK: Final = "zenz_2022_jeacs"
_PARTS: Final = {"camp or prison": "either", "camp": "camp"}


def page_data(
    evidence: Evidence,
    register: Register,
    runs: Mapping[str, Run],
    *,
    estimates: bytes,
    tables: Mapping[str, pd.DataFrame],
    size: int = SIZE,
    seed: int,
) -> PageData:
    """Everything the page shows of the case that ships: one run a basis, and published tables by file name.

    `estimates` is the content of results/estimates.csv, whose name the page bears; `size` is the draws of each basis in
    the page.
    """
    first = next(iter(runs.values()))
    known = headline_facts.read_facts(evidence)
    said = page_texts()
    draws = tuple(page_draws(run, register, size=size, seed=seed) for run in runs.values())
    lead = headline_facts.lead()
    names = names_at(draws[0], lead.scope)
    doubt = page_doubt.doubt(tables, register, names)
    checked = picked = ""
    if "calibration.csv" in tables:
        checked = headline_facts.coverage_words(tables["calibration.csv"], tables.get("calibration_sources.csv"))
        checked = checked.replace("**", "")
        often = headline_facts.coverage_of_worst_quarter(tables["calibration.csv"])
        picked = said.fill("page_help_picked", level=percent(0.8), picked=often)
    conflict = ""
    if "influence.csv" in tables:
        conflict = headline_facts.conflict_words(tables["influence.csv"]).replace("**", "")
    return PageData(
        title="How much can one county carry?",
        question=said.fill(
            "page_question" if draws[0].kinds else "page_question_alone", territory=first.case.scopes[1].territory
        ),
        lead=said.fill(
            "page_lead",
            **_leak(evidence),
            observed=first.case.observed,
            count=f"{known.count:,}",
            share=f"{100 * known.share:.0f}",
            press=persons(known.press),
        ),
        draws=draws,
        scope=lead.scope,
        presets=_presets(evidence),
        claim=_round_claim(lead.scope),
        doubt=doubt,
        conflict=conflict,
        checked=checked,
        picked=picked,
        figures=_figures(evidence),
        quotes=_quotes(evidence),
        sources=_sources(evidence),
        facts=facts(first, estimates=estimates, hashes={**evidence.hashes, **register.hashes}, file="one_county"),
    )


def _leak(evidence: Evidence) -> dict[str, str]:
    """Which leak the observed rate comes from, who published it first and when, and for which window.

    The leak is named by the title of the paper that reports it.
    """
    observed = headline_rows(evidence).iloc[0]
    known = evidence.table("sources").set_index("source_id")
    told = known.loc[observed["source_id"]]
    when = date.fromisoformat(str(told["published"]))
    start, end = int(observed["window_from"]), int(observed["window_to"])
    return {
        "leak": str(known.loc[_LEAK, "title"]).partition(":")[0].removeprefix("The "),
        "publisher": str(told["publisher"]),
        "date": f"{when.day} {when:%B %Y}",
        "window": f"{start}-{end % 100:02d}" if end > start else str(start),
    }


def _round_claim(scope: str) -> Preset:
    """A round claim about a scope, of those that the case states, for the claim checker to begin with."""
    found = next(each for each in claims_of(headline_facts.stated()) if each.scope == scope)
    sides = found.sides().replace(" ", "_")
    return Preset(found.label, scope, sides, found.low or found.high, found.high if sides == "between" else 0.0)


def _presets(evidence: Evidence) -> tuple[Preset, ...]:
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


def _figures(evidence: Evidence) -> tuple[Figure, ...]:
    """Figures of other sources that are weighed in; what lies in the observed area says why it counts."""
    observed = headline_rows(evidence).iloc[0]
    own = str(int(observed["gb_code"]))
    within = page_texts().fill("page_inside_observed", observed=str(observed["area"]))
    table = evidence.table("synthesis_sources").set_index("row_id")
    noted, places = table["note"].fillna(""), table["area"].astype(str)
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
            KIND_NAMES.get(row.kind, row.kind),
            row.place_name,
            row.date,
            f"{'' if row.bound == 'about' else 'at least ' if row.bound == 'floor' else 'at most '}{row.raw}",
            " ".join(filter(None, [noted[row.name], within if places[row.name] == own else ""])),
            str(keys.get(row.name, "")),
        )
        for row in usable_rows(evidence)
    )


def _quotes(evidence: Evidence) -> tuple[Quote, ...]:
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
        found.append(Quote(str(row["quote"]), f"Government of China: {who}"))
    return tuple(found)


def _sources(evidence: Evidence) -> tuple[Source, ...]:
    """Every source of the tables."""
    read = {"text": "read", "part": "read in part", "not_read": "not read itself"}
    return tuple(
        Source(
            ". ".join(filter(None, [row["author"], row["title"]])),
            row["publisher"],
            row["published"],
            row["url"],
            row["position"].replace("_", " "),
            read.get(row["extent_read"], row["extent_read"]),
        )
        for row in evidence.table("sources").fillna("").to_dict(orient="records")
    )
