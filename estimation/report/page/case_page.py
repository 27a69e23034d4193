"""Fills a page for any case: from its run, its files and the tables that are published with it.

Words and numbers only; what the page looks like is `page`'s business.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimation.evidence.case_folder.case_file import ClaimEntry
from estimation.evidence.case_folder.case_folder import CaseFolder
from estimation.evidence.case_folder.case_other import weighed_rows
from estimation.evidence.case_folder.contents import stated
from estimation.evidence.register.assumptions import Assumption, Register
from estimation.model.case.case import SPREAD
from estimation.model.ladder.ladder import Run
from estimation.report.page import page_doubt
from estimation.report.page.page_data import Figure, PageData, Preset, Source, facts
from estimation.report.page.page_draws import SIZE, page_draws
from estimation.report.page.page_words import page_texts
from estimation.report.wording.estimate_words import own_spread, who_did
from estimation.report.wording.numbers import percent, persons


def page_data(
    folder: CaseFolder,
    run: Run,
    register: Register,
    *,
    estimates: bytes,
    tables: Mapping[str, pd.DataFrame],
    note: str = "",
) -> PageData:
    """Everything the page shows of a case with its run, and of its published tables by file name.

    `estimates` is the content of its estimates.csv, whose name the page bears; `note` says why other sources of the
    case are not weighed in.
    """
    statement, said = folder.statement, page_texts()
    scope = statement.lead.scope
    words = who_did(run.named(scope))
    counted, people = int(folder.observed["count"].sum()), int(folder.observed["population"].sum())
    draws = page_draws(run, register, size=min(SIZE, run.draws // 2), seed=run.seed)
    lead = said.fill(
        "page_case_lead",
        observed=run.case.observed,
        territory=run.case.scopes[0].territory,
        count=persons(counted),
        people=persons(people),
        share=percent(counted / people),
        author=statement.author,
    )
    return PageData(
        title=statement.title,
        question=said.fill("page_case_question", **words),
        lead=f"{lead} {note}".strip(),
        draws=(draws,),
        scope=scope,
        presets=tuple(_preset(claim) for claim in statement.claims),
        doubt=page_doubt.doubt(tables, register, words),
        judged=_judged(register[SPREAD], words) if own_spread(run.named(scope)) else "",
        figures=_figures(folder) if run.weights is not None else (),
        sources=_sources(folder.sources),
        facts=facts(run, estimates=estimates, hashes=folder.hashes, file="case"),
    )


def _judged(entry: Assumption, names: Mapping[str, str]) -> str:
    """How unlike areas are, as the case itself judges it."""
    said = page_texts()
    low, median, high = (f"{float(entry.distribution.ppf(at)):.2g}" for at in (0.05, 0.5, 0.95))
    key = "page_own_judged_range" if entry.varies else "page_own_judged_fixed"
    values = said.fill(key, low=low, median=median, high=high)
    told = {"statement": entry.statement, "rationale": entry.rationale, "disputed": entry.disputed}
    return said.fill("page_own_judged", **names, **told, values=values)


def _preset(claim: ClaimEntry) -> Preset:
    if claim.at_most is None:
        return Preset(claim.label, claim.scope, "at_least", claim.at_least or 0.0)
    if not claim.at_least:
        return Preset(claim.label, claim.scope, "at_most", claim.at_most)
    return Preset(claim.label, claim.scope, "between", claim.at_least, claim.at_most)


def _figures(folder: CaseFolder) -> tuple[Figure, ...]:
    """The figures of other sources that are weighed in, as the case states them."""
    if folder.other is None:
        return ()
    found = []
    for row in weighed_rows(folder.other).to_dict(orient="records"):
        place, year = folder.place(str(row["area"])), folder.year(str(row["source_id"]))
        value = f"{'at least ' if row['floor'] == 'yes' else ''}{stated(row)}"
        found.append(Figure(row["kind"], place, year, value, row["note"], row["source_id"]))
    return tuple(found)


def _sources(table: pd.DataFrame) -> tuple[Source, ...]:
    columns = table.reindex(columns=["title", "publisher", "year", "url"]).replace(np.nan, "").astype(str)
    return tuple(
        Source(title, publisher, year, url, position="", read="")
        for title, publisher, year, url in columns.itertuples(index=False, name=None)
    )
