"""Fills the marked block of a README from results/estimates.csv, so that no number there is typed by hand.

The words come from `wording`.
"""

import html
import io
import re
from dataclasses import dataclass

import pandas as pd

from estimation.errors import EstimationError
from estimation.report import captions
from estimation.report.escaping import markdown
from estimation.report.wording import headline, likelihood, middle, persons, span

START, END = "<!-- answer: written by `make reproduce`, do not edit -->", "<!-- /answer -->"


@dataclass(frozen=True)
class Facts:
    """What the question starts from, read from the tables.

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
STUDIED = "A+B without Holocaust"
# The last rung that was published is the headline; the one before the other sources stands beside it.
ALONE, WEIGHED = "differences", "sources"


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
    first, last = _row(estimates, (PRESS_SCOPE, BASIS, "sampling"), 0.95), press
    chance = likelihood(float(press[f"p_at_least_{facts.press:.0f}"]))
    lines = [
        f"Leaked police files show that {facts.count:,} residents of Konasheher (Shufu) county in Xinjiang, more than "
        f"{100 * facts.share:.0f} percent of its adults, were in a camp or a prison in 2017-18. The press scaled this "
        f'to "more than {persons(facts.press)}" across the region. This project reproduces that step and the other '
        "published estimates, puts an explicit interval on each, and shows which assumption moves the answer.",
        "",
        "## The answer, and its condition",
        "",
        f"**{markdown(headline(main))}**",
        "",
        f"The 80% interval is {span(narrow)}. For {markdown(press['population'])} adults, the groups of the press's "
        f'"more than {persons(facts.press)}", the 95% interval is {span(press)}, and a total of at '
        f"least {persons(facts.press)} is {chance} (words: IPCC likelihood scale).",
        "",
        *_picture(estimates[(estimates["scope"] == SCOPE) & (estimates["basis"] == BASIS)]),
        *(_beside(main, _row(estimates, (SCOPE, BASIS, ALONE), 0.95)) if rung == WEIGHED else ()),
        "| each line adds to the one above | median | 80% interval | 95% interval |",
        "|---|--:|--:|--:|",
    ]
    for step in dict.fromkeys(estimates["rung"]):
        wide, close = (_row(estimates, (PRESS_SCOPE, BASIS, str(step)), level) for level in (0.95, 0.8))
        lines.append(f"| {markdown(wide['includes'])} | {middle(wide)} | {span(close)} | {span(wide)} |")
    card = {name: markdown(str(last[name])) for name in ("population", "territory", "custody", "window", "basis")}
    lines += [
        "",
        f"*{card['population']} adults of {card['territory']}, ever held in a {card['custody']} in {card['window']}, "
        f"{card['basis']} population. Chance alone would allow only {span(first)}: "
        "nearly all of the width comes from how unlike one another counties may be, which one county cannot show.*",
    ]
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
    times = [f"{row['count_high'] / row['count_low']:.2g}" for row in (alone, main)]
    return (
        f"**From the county alone**, without the other sources, the 95% interval is {span(alone)}. The other sources "
        "(officials by telephone, villages, a leaked table, court statistics, capacity) bring its upper end from "
        f"{times[0]} to {times[1]} times its lower: court statistics and capacity hold down the upper end; villages, "
        "officials and the leaked table raise the lower. They would mislead if their errors leaned one way together, "
        "as those of reports passed on by the same people might; if camp and prison divide elsewhere unlike anything "
        "one county's lists suggest; or if the courts' totals leave people out. Notebook 05 leaves out each in turn.",
        "",
    )


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
    ours = calibration[
        (calibration["method"] == "hierarchical")
        & (calibration["prior"] == STUDIED)
        & (calibration["observed"] == 1)
        & (calibration["selection"] == "0")
    ]
    index = list(zip(ours["system"], ours["scheme"], ours["level"], strict=True))
    held = dict(zip(index, ours["coverage"].astype(float), strict=True))
    error = dict(zip(index, ours["coverage_error"].astype(float), strict=True))
    average, even = "all families held", "equal chances"
    said = {
        level: f"{held[average, even, level]:.0%} (standard error {error[average, even, level]:.0%})"
        for level in (0.8, 0.95)
    }
    alone = set(ours.loc[ours["family"] != "average", "system"])
    systems = {system: held[system, even, 0.95] for system in sorted(alone)}
    worst = min(systems, key=lambda system: systems[system])
    picked = held[average, "top quarter", 0.8]
    return (
        f"**Checked where the truth is known.** Shown one area of each of {len(systems)} systems with every area "
        f"known, with a prior fitted without that system's family, the method's 80% interval held the known total in "
        f"{said[0.8]} and its 95% interval in {said[0.95]} of cases, families counting alike. It fails where areas are "
        f"more unlike than the prior expects ({worst.replace('_', ' ')}: the 95% interval held in "
        f"{systems[worst]:.0%}), and where the area was picked because it was bad: from the worst "
        f"quarter, the 80% interval held in {picked:.0%}. Notebook 07 has the whole study."
    )


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
    return rows[(rows["level"] - level).abs() < 1e-9].iloc[0]
