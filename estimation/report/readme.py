"""Fills the marked block of a README from results/estimates.csv, so that no number there is typed by hand.

The words come from `wording`.
"""

import html
import io
import re
from dataclasses import dataclass
from typing import Final

import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.sources import Evidence
from estimation.evidence.sources import headline as headline_rows
from estimation.report import captions
from estimation.report.escaping import markdown
from estimation.report.picture_texts import spoken
from estimation.report.texts import english_only
from estimation.report.wording import SCALE_NAME, at_level, headline, likelihood, middle, persons, raised, span, who_did

START, END = "<!-- answer: written by `make reproduce`, do not edit -->", "<!-- /answer -->"


@dataclass(frozen=True)
class Facts:
    """What the question starts from, of `facts`.

    Attributes
    ----------
    count : int
        Persons counted in the observed county.
    share : float
        Share of its adults as stated, 0-1.
    press : float
        The press's figure for the region, persons.
    """

    count: int
    share: float
    press: float


SCOPE, PRESS_SCOPE, BASIS = "uyghur", "turkic", "registered"
PRESS: Final = "ext_bbc_1_2m"
"""The press's figure among the published ones."""
STUDIED = "A+B without Holocaust"
# The last rung that was published is the headline; the one before the other sources stands beside it.
ALONE, WEIGHED = "differences", "sources"


def facts(evidence: Evidence) -> Facts:
    """What the question starts from, read from the tables."""
    observed = headline_rows(evidence).iloc[0]
    stated = evidence.table("published").set_index("estimate_id")["value"]
    return Facts(int(observed["numerator"]), float(observed["rate"]), float(stated[PRESS]))


def block(estimates: pd.DataFrame, facts: Facts) -> str:
    """The question and the answer in Markdown: the range and its condition, the ladder, the press's claim.

    Parameters
    ----------
    estimates : DataFrame
        Content of results/estimates.csv.
    facts : Facts
        What the question starts from.

    Returns
    -------
    str
    """
    rung = WEIGHED if (estimates["rung"] == WEIGHED).any() else ALONE
    main = _row(estimates, (SCOPE, BASIS, rung), 0.95)
    narrow = _row(estimates, (SCOPE, BASIS, rung), 0.8)
    press = _row(estimates, (PRESS_SCOPE, BASIS, rung), 0.95)
    name = f"p_at_least_{facts.press:.0f}"
    chance = likelihood(float(press[name]), error=float(press[f"{name}_error"]))
    said = english_only("readme")
    stated = persons(facts.press)
    whom, pressed = ({key: markdown(text) for key, text in who_did(row).items()} for row in (main, press))
    lines = [
        said.fill(
            "question",
            count=f"{facts.count:,}",
            observed=markdown(str(main["observed"])),
            place=markdown(str(main["territory"])),
            share=f"{100 * facts.share:.0f} percent",
            press=stated,
            window=str(main["window"]),
        ),
        "",
        said.fill("heading"),
        "",
        said.fill("headline", headline=markdown(headline(main))),
        "",
        said.fill(
            "press",
            narrow=span(narrow),
            **pressed,
            press=stated,
            span=span(press),
            chance=chance,
            scale=SCALE_NAME,
        ),
        "",
        said.fill("picture_heading", **whom),
        "",
        *_picture(estimates[(estimates["scope"] == SCOPE) & (estimates["basis"] == BASIS)]),
        *(_beside(main, _row(estimates, (SCOPE, BASIS, ALONE), 0.95)) if rung == WEIGHED else ()),
        said.fill("table_heading", **pressed),
        "",
        said.fill("table_head"),
        said.fill("table_rule"),
    ]
    for step in dict.fromkeys(estimates["rung"]):
        wide, close = (_row(estimates, (PRESS_SCOPE, BASIS, str(step)), level) for level in (0.95, 0.8))
        includes = markdown(str(wide["includes"]))
        lines.append(said.fill("table_row", includes=includes, median=middle(wide), close=span(close), wide=span(wide)))
    first = _row(estimates, (PRESS_SCOPE, BASIS, "sampling"), 0.95)
    lines += ["", said.fill("card", basis=pressed["basis"], span=span(first))]
    return "\n".join(lines)


def _picture(rows: pd.DataFrame) -> tuple[str, ...]:
    """The ladder of the headline, light or dark as the reader's screen is."""
    folder = "results/figures"
    return (
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{folder}/ladder-dark.svg">',
        f'<img alt="{html.escape(captions.ladder(rows)[1])}" src="{folder}/ladder.svg">',
        "</picture>",
        "",
    )


def _beside(main: pd.Series, alone: pd.Series) -> tuple[str, str]:
    """What the county alone says, what the other sources add, and when they would mislead."""
    before, after = (f"{row['count_high'] / row['count_low']:.2g}" for row in (alone, main))
    return english_only("readme").fill("beside", span=span(alone), before=before, after=after), ""


def checked(calibration: pd.DataFrame) -> str:
    """How the method did where the truth is known, and where it fails, in Markdown.

    Parameters
    ----------
    calibration : DataFrame
        Content of results/calibration.csv, selection as text.

    Returns
    -------
    str
    """
    ours = _ours(calibration)
    index = list(zip(ours["system"], ours["scheme"], ours["level"], strict=True))
    held = dict(zip(index, ours["coverage"].astype(float), strict=True))
    error = dict(zip(index, ours["coverage_error"].astype(float), strict=True))
    average, even = "all families held", "equal chances"
    words = english_only("readme")
    close, wide = (
        words.fill("coverage", share=f"{held[average, even, level]:.0%}", error=f"{error[average, even, level]:.0%}")
        for level in (0.8, 0.95)
    )
    alone = set(ours.loc[ours["family"] != "average", "system"])
    systems = {system: held[system, even, 0.95] for system in sorted(alone)}
    worst = min(systems, key=lambda system: systems[system])
    return words.fill(
        "checked",
        systems=str(len(systems)),
        close=close,
        wide=wide,
        worst=markdown(raised(spoken(worst))),
        worst_share=f"{systems[worst]:.0%}",
        picked=picked(calibration),
    )


def picked(calibration: pd.DataFrame) -> str:
    """How often the 80% interval held the truth where the area shown was one of the worst quarter, as a percentage.

    Parameters
    ----------
    calibration : DataFrame
        As in `checked`.
    """
    ours = _ours(calibration).set_index(["system", "scheme", "level"])["coverage"].astype(float)
    return f"{ours['all families held', 'top quarter', 0.8]:.0%}"


def _ours(calibration: pd.DataFrame) -> pd.DataFrame:
    """Rows of the method as it is used: one area shown, selection not supposed known."""
    return calibration[
        (calibration["method"] == "hierarchical")
        & (calibration["prior"] == STUDIED)
        & (calibration["observed"] == 1)
        & (calibration["selection"] == "0")
    ]


def filled(text: str, estimates: bytes, facts: Facts, calibration: pd.DataFrame | None = None) -> bytes:
    """A README with its block replaced.

    Parameters
    ----------
    text : str
        The README, with the two marker lines.
    estimates : bytes
        Content of results/estimates.csv.
    facts : Facts
        What the question starts from.
    calibration : DataFrame, optional
        Content of results/calibration.csv; without it the README says nothing of coverage.

    Returns
    -------
    bytes

    Raises
    ------
    EstimationError
        A marker is missing.
    """
    pattern = re.compile(re.escape(START) + r".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(text):
        raise EstimationError("README.md must hold the answer's two marker lines", "none", f"add {START} and {END}")
    said = block(pd.read_csv(io.BytesIO(estimates)), facts)
    if calibration is not None:
        said += f"\n\n{checked(calibration)}"
    written = f"{START}\n{said}\n{END}"
    return pattern.sub(lambda _: written, text, count=1).encode()


def _row(estimates: pd.DataFrame, key: tuple[str, str, str], level: float) -> pd.Series:
    rows = estimates
    for column, value in zip(("scope", "basis", "rung"), key, strict=True):
        rows = rows[rows[column] == value]
    return at_level(rows, level).iloc[0]
