"""Fills a page for any case: from its run, its files and the tables that are published with it.

Words and numbers only; what the page looks like is `page`'s business.
"""

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

import estimation
from estimation.evidence.assumptions import Register
from estimation.evidence.case_file import ClaimEntry
from estimation.evidence.case_folder import CaseFolder
from estimation.model.ladder import Ladder
from estimation.report import page_content
from estimation.report.numbers import percent, persons
from estimation.report.page_data import PageData, Preset, Source
from estimation.report.page_draws import SIZE, page_draws
from estimation.report.page_words import page_texts
from estimation.report.record import answer_id
from estimation.report.wording import who_did


def page_data(
    folder: CaseFolder,
    run: Ladder,
    register: Register,
    *,
    estimates: bytes,
    tables: Mapping[str, pd.DataFrame],
) -> PageData:
    """Everything the page shows of a case.

    Parameters
    ----------
    folder : CaseFolder
        The case.
    run : Ladder
        Its ladder.
    register : Register
        Its judgements.
    estimates : bytes
        Content of its estimates.csv, whose name the page bears.
    tables : mapping of str to DataFrame
        `tornado.csv` and `shapley.csv`.

    Returns
    -------
    PageData
    """
    statement, said = folder.statement, page_texts()
    scope = run.scopes[0].name
    words = who_did(run.named(scope))
    counted, people = int(folder.observed["count"].sum()), int(folder.observed["population"].sum())
    name = answer_id(estimates)
    inputs = "".join(f"{file} {digest}\n" for file, digest in sorted(folder.hashes.items()))
    return PageData(
        title=statement.title,
        question=said.fill("page_case_question", **words),
        lead=said.fill(
            "page_case_lead",
            observed=run.observed,
            territory=run.scopes[0].territory,
            count=persons(counted),
            people=persons(people),
            share=percent(counted / people),
            author=statement.author,
        ),
        draws=(page_draws(run, register, size=min(SIZE, run.draws // 2), seed=run.seed),),
        scope=scope,
        presets=tuple(_preset(claim) for claim in statement.claims),
        moved=page_content.moved(tables["tornado.csv"], register),
        shares=page_content.shares(tables["shapley.csv"]),
        sources=_sources(folder.sources),
        facts={
            "answer": name,
            "data": hashlib.sha256(inputs.encode()).hexdigest(),
            "version": estimation.__version__,
            "draws": f"{run.draws:,}",
            "seed": str(run.seed),
            "file": f"case_{name}",
        },
    )


def _preset(claim: ClaimEntry) -> Preset:
    if claim.at_most is None:
        return Preset(claim.label, claim.scope, "at_least", claim.at_least or 0.0)
    if not claim.at_least:
        return Preset(claim.label, claim.scope, "at_most", claim.at_most)
    return Preset(claim.label, claim.scope, "between", claim.at_least, claim.at_most)


def _sources(table: pd.DataFrame) -> tuple[Source, ...]:
    columns = table.reindex(columns=["title", "publisher", "year", "url"]).replace(np.nan, "").astype(str)
    return tuple(
        Source(row["title"], row["publisher"], row["year"], row["url"], "", "")
        for row in columns.to_dict(orient="records")
    )
