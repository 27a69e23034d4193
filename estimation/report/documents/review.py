"""What a reviewer's own assumptions do to the answer: a readable difference, as Markdown and as one offline page.

It words two answers side by side; it computes none. Every text that comes from a file is escaped.
"""

import html
import re
from collections.abc import Sequence

import pandas as pd

from estimation.challenge.review.answer import Answer
from estimation.challenge.review.answer_weighed import WeighedAnswer
from estimation.report.documents import review_sources
from estimation.report.documents.review_words import Section, claim_rows, heads, interval_rows, tip_rows
from estimation.report.figures import challenge_figures, look
from estimation.report.wording.picture_texts import spoken
from estimation.report.wording.texts import escaped

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #8886;"
    "padding:.3rem .6rem;text-align:left;vertical-align:top}svg{max-width:100%;height:auto;background:#fff}"
    "figcaption{font-style:italic}"
)
HEADLINES = "How the headlines moved, from the county alone"
MATTERS = "What matters most now"


def sections(
    changed: pd.DataFrame, before: Answer, after: Answer, weighed: tuple[WeighedAnswer, WeighedAnswer]
) -> list[Section]:
    """Heading, lead and table of every part of the difference.

    Parameters
    ----------
    changed : DataFrame
        Of `answer.changes`.
    before, after : Answer
        As shipped, and with the reviewer's assumptions, from the county alone.
    weighed : tuple of WeighedAnswer
        The same two with other sources.

    Returns
    -------
    list of Section
    """
    words = [
        [str(row["entry"]), str(row["statement"]), str(row["before"]), str(row["after"]), str(row["rationale"])]
        for _, row in changed.iterrows()
    ]
    return [
        (
            "What you changed",
            "Every entry whose distribution differs. Entries about other sources act only where these are weighed in.",
            (heads("changed"), words),
        ),
        *review_sources.sections(*weighed),
        (
            HEADLINES,
            "Median and 95% interval before other sources, on the same random numbers.",
            (heads("intervals"), interval_rows(before.intervals, after.intervals)),
        ),
        (
            "How the claims moved, from the county alone",
            "Words: IPCC likelihood scale.",
            (heads("claims"), claim_rows(before.claims, after.claims)),
        ),
        (
            "How the tipping points moved, from the county alone",
            "The value an entry must have for a claim to reach a probability, all others as judged.",
            (heads("tips"), tip_rows(before.tips, after.tips)),
        ),
        (
            MATTERS,
            "Each judgement moved alone, to its ends and to named alternatives: the largest change of median or "
            "interval end, as a factor.",
            (heads("matters"), _matters(after.moved)),
        ),
    ]


def _matters(moved: pd.DataFrame) -> list[list[str]]:
    own = moved[moved["entry"] != "as judged"]
    best = own.loc[own.groupby("entry")["move"].idxmax()].sort_values("move", ascending=False).head(8)
    factor = best["move"].map(lambda value: f"{2.718281828459045**value:.2f}")
    return [
        [spoken(str(entry)), number, str(at)]
        for entry, number, at in zip(best["entry"], factor, best["at"], strict=True)
    ]


def pictures(before: Answer, after: Answer, weighed: tuple[WeighedAnswer, WeighedAnswer]) -> list[tuple[str, str, str]]:
    """Heading of the section, caption and inline SVG of each picture."""
    look.style()
    with_sources = review_sources.picture(*weighed)
    drawn = [
        *([with_sources] if with_sources else []),
        (
            HEADLINES,
            "Intervals of every scope from the county alone, as shipped (open dots) and with your assumptions (filled "
            "diamonds).",
            challenge_figures.before_after_chart(before.intervals, after.intervals),
        ),
        (
            MATTERS,
            "Each of your judgements moved alone. Bars with a mark that points left have the entry at its 5%, with one "
            "that points right at its 95%, with an upright stroke at named alternatives; upright lines are median and "
            "interval with nothing moved.",
            challenge_figures.tornado_chart(after.moved),
        ),
    ]
    return [
        (heading, caption, _inline(look.svg_bytes(figure), number))
        for number, (heading, caption, figure) in enumerate(drawn)
    ]


def _inline(svg: bytes, number: int) -> str:
    """An SVG for a page that holds several: no XML head, and ids that do not meet those of the next."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="', f'id="p{number}-', text)
    text = re.sub(r'href="#', f'href="#p{number}-', text)
    return re.sub(r"url\(#", f"url(#p{number}-", text)


def markdown(parts: Sequence[Section], *, settings: str) -> bytes:
    """The difference as Markdown; special characters in texts are escaped."""
    lines = ["# What your assumptions change", "", settings, ""]
    for heading, lead, (head, rows) in parts:
        lines += [f"## {heading}", "", lead, ""]
        lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
        lines.append("")
    return "\n".join(lines).encode()


def page(parts: Sequence[Section], drawn: Sequence[tuple[str, str, str]], *, settings: str) -> bytes:
    """The difference as one HTML file that asks the network for nothing."""
    esc = html.escape
    body = [f"<h1>What your assumptions change</h1><p>{esc(settings)}</p>"]
    for heading, lead, (head, rows) in parts:
        body.append(f"<h2>{esc(heading)}</h2><p>{esc(lead)}</p><table><thead><tr>")
        body.append("".join(f'<th scope="col">{esc(cell)}</th>' for cell in head) + "</tr></thead><tbody>")
        body += ["<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in row) + "</tr>" for row in rows]
        body.append("</tbody></table>")
        for place, caption, svg in drawn:
            if place != heading:
                continue
            body.append(
                f'<figure role="img" aria-label="{esc(caption)}">{svg}<figcaption>{esc(caption)}</figcaption></figure>'
            )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>What your assumptions change</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    ).encode()
