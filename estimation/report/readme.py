"""Fills the marked block of a README from results/estimates.csv, so that no number there is typed by hand.

The words come from `wording`.
"""

import io
import re

import pandas as pd

from estimation.errors import EstimationError
from estimation.report.wording import headline, likelihood, persons, span

START, END = "<!-- answer: written by `make reproduce`, do not edit -->", "<!-- /answer -->"
HEADLINE = ("uyghur", "registered", "differences")
PRESS = ("turkic", "registered", "differences")


def block(estimates: pd.DataFrame) -> str:
    """The answer in Markdown: the range and its condition, the ladder, the press's claim.

    Parameters
    ----------
    estimates : DataFrame
        Content of results/estimates.csv.

    Returns
    -------
    str
    """
    main = _row(estimates, HEADLINE, 0.95)
    narrow = _row(estimates, HEADLINE, 0.8)
    press = _row(estimates, PRESS, 0.95)
    first, last = _row(estimates, ("turkic", "registered", "sampling"), 0.95), press
    lines = [
        f"**{headline(main)}**",
        "",
        f"The 80% interval is {span(narrow)}. For {press['population']} adults, the groups of the press's "
        f'"more than 1.2 million", the 95% interval is {span(press)}, and a total of at least 1.2 million is '
        f"{likelihood(float(press['p_at_least_1200000']))} (words: IPCC likelihood scale).",
        "",
        "| each line adds to the one above | median | 80% interval | 95% interval |",
        "|---|--:|--:|--:|",
    ]
    for rung in dict.fromkeys(estimates["rung"]):
        wide, close = (_row(estimates, (PRESS[0], PRESS[1], str(rung)), level) for level in (0.95, 0.8))
        middle = persons(float(f"{wide['count_median']:.2g}"))
        lines.append(f"| {wide['includes']} | {middle} | {span(close)} | {span(wide)} |")
    lines += [
        "",
        f"*{last['population']} adults of {last['territory']}, ever held in a {last['custody']} in {last['window']}, "
        f"{last['basis']} population. Chance alone would allow only {span(first)}: "
        "nearly all of the width comes from how unlike one another counties may be, which one county cannot show.*",
    ]
    return "\n".join(lines)


def filled(text: str, estimates: bytes) -> bytes:
    """A README with its block replaced.

    Parameters
    ----------
    text : str
        The README, with the two marker lines.
    estimates : bytes
        Content of results/estimates.csv.

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
    written = f"{START}\n{block(pd.read_csv(io.BytesIO(estimates)))}\n{END}"
    return pattern.sub(lambda _: written, text, count=1).encode()


def _row(estimates: pd.DataFrame, key: tuple[str, str, str], level: float) -> pd.Series:
    rows = estimates
    for column, value in zip(("scope", "basis", "rung"), key, strict=True):
        rows = rows[rows[column] == value]
    return rows[(rows["level"] - level).abs() < 1e-9].iloc[0]
