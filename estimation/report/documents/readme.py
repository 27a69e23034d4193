"""Fills the marked block of a README from results/estimates.csv, so that no number there is typed by hand.

The words come from `wording`.
"""

import html
import io
import re

import pandas as pd

from estimation.errors import EstimationError
from estimation.report.figures import captions
from estimation.report.wording.claim_words import SCALE_NAME
from estimation.report.wording.estimate_words import at_level, capitalised, middle, span, who_did
from estimation.report.wording.headline_facts import (
    ALONE,
    WEIGHED,
    HeadlineFacts,
    conflict_words,
    coverage_words,
    lead,
    stated,
)
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import percent, persons
from estimation.report.wording.statements import headline
from estimation.report.wording.texts import english_only, escaped

START, END = "<!-- answer: written by `make reproduce`, do not edit -->", "<!-- /answer -->"


def block(
    estimates: pd.DataFrame,
    facts: HeadlineFacts,
    influence: pd.DataFrame | None = None,
    chances: pd.DataFrame | None = None,
) -> str:
    """The question and the answer in Markdown, from results/estimates.csv: range, condition, press, ladder, others.

    With `influence`, results/synthesis/influence.csv, it says where the sources disagree; with `chances`,
    results/chances_moved.csv, what the chance of the press's figure is under other judgements.
    """
    scope, basis = lead().scope, stated().basis
    rung = WEIGHED if (estimates["rung"] == WEIGHED).any() else ALONE
    main = _row(estimates, (scope, basis, rung), 0.95)
    name = f"p_at_least_{facts.press:.0f}"
    said = english_only("readme")
    figure = persons(facts.press)
    whom = {key: escaped(text) for key, text in who_did(main).items()}
    lines = [
        said.fill(
            "question",
            count=f"{facts.count:,}",
            observed=escaped(str(main["observed"])),
            place=escaped(str(main["territory"])),
            share=f"{100 * facts.share:.0f} percent",
            press=figure,
            window=str(main["window"]),
        ),
        "",
        said.fill("heading"),
        "",
        said.fill("headline", headline=escaped(headline(main))),
        "",
        said.fill(
            "press",
            narrow=span(_row(estimates, (scope, basis, rung), 0.8)),
            press=figure,
            chance=likelihood(float(main[name]), error=float(main[f"{name}_error"])),
            others=_under_others(chances, facts, rung),
            scale=SCALE_NAME,
        ),
        "",
        *((conflict_words(influence), "") if influence is not None else ()),
        said.fill("picture_heading", **whom),
        "",
        *_picture(estimates[(estimates["scope"] == scope) & (estimates["basis"] == basis)]),
        *(_beside(main, _row(estimates, (scope, basis, ALONE), 0.95)) if rung == WEIGHED else ()),
        said.fill("table_head"),
        said.fill("table_rule"),
    ]
    for step in dict.fromkeys(estimates["rung"]):
        includes = escaped(str(_row(estimates, (scope, basis, str(step)), 0.95)["includes"]))
        lines.append(_line(estimates, (scope, basis, str(step)), includes))
    lines += ["", said.fill("others_head"), said.fill("table_rule")]
    for other in dict.fromkeys(estimates["scope"]):
        row = _row(estimates, (str(other), basis, rung), 0.95)
        lines.append(_line(estimates, (str(other), basis, rung), capitalised(escaped(who_did(row)["who"]))))
    first = _row(estimates, (scope, basis, "sampling"), 0.95)
    lines += ["", said.fill("card", basis=whom["basis"], span=span(first))]
    return "\n".join(lines)


def _under_others(chances: pd.DataFrame | None, facts: HeadlineFacts, rung: str) -> str:
    """Least and largest chance of the press's figure with one judgement moved alone, where weights can be relied on."""
    if chances is None:
        return ""
    claim = next(each.label for each in stated().claims if each.at_least == facts.press)
    known = chances[chances["claim"].eq(claim) & chances["rung"].eq(rung) & chances["reliable"].eq("yes")]
    if known.empty:
        return ""
    low, high = (percent(round(float(each), 2)) for each in known["probability"].agg(["min", "max"]))
    return english_only("readme").fill("press_others", low=low, high=high)


def _line(estimates: pd.DataFrame, key: tuple[str, str, str], begins: str) -> str:
    """A line of a table: median, 80 and 95% interval of one scope, basis and rung."""
    wide, close = (_row(estimates, key, level) for level in (0.95, 0.8))
    return english_only("readme").fill(
        "table_row", begins=begins, median=middle(wide), close=span(close), wide=span(wide)
    )


def _picture(rows: pd.DataFrame) -> tuple[str, ...]:
    """The ladder of the headline, light or dark as the reader's screen is."""
    folder = "results/figures"
    return (
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{folder}/ladder-dark.svg">',
        f'<img alt="{html.escape(captions.ladder_words(rows)[1])}" src="{folder}/ladder.svg">',
        "</picture>",
        "",
    )


def _beside(main: pd.Series, alone: pd.Series) -> tuple[str, str]:
    """What the county alone says, what the other sources add, and when they would mislead."""
    before, after = (f"{row['count_high'] / row['count_low']:.2g}" for row in (alone, main))
    return english_only("readme").fill("beside", span=span(alone), before=before, after=after), ""


def filled(
    text: str,
    estimates: bytes,
    facts: HeadlineFacts,
    *studies: pd.DataFrame,
    influence: pd.DataFrame | None = None,
    chances: pd.DataFrame | None = None,
) -> bytes:
    """A README with its block replaced; without `studies`, those of `coverage_words`, it says nothing of coverage.

    Without `influence` it says nothing of where the sources disagree.

    Raises `EstimationError` if a marker is missing.
    """
    pattern = re.compile(re.escape(START) + r".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(text):
        raise EstimationError("README.md must hold the answer's two marker lines", "none", f"add {START} and {END}")
    said = block(pd.read_csv(io.BytesIO(estimates)), facts, influence, chances)
    if studies:
        said += f"\n\n{coverage_words(*studies)}"
    written = f"{START}\n{said}\n{END}"
    return pattern.sub(lambda _: written, text, count=1).encode()


def _row(estimates: pd.DataFrame, key: tuple[str, str, str], level: float) -> pd.Series:
    rows = estimates
    for column, value in zip(("scope", "basis", "rung"), key, strict=True):
        rows = rows[rows[column] == value]
    return at_level(rows, level).iloc[0]
