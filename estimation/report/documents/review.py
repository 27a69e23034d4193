"""What a reviewer's own assumptions do to the answer: a readable difference, as Markdown and as one offline page.

It words two answers side by side and computes none.
"""

import re
from collections.abc import Sequence

import pandas as pd

from estimation.challenge.review.answer import Answer
from estimation.report.documents import review_words
from estimation.report.documents.fact_sheet import TEMPLATES
from estimation.report.documents.review_words import SIDES, Section
from estimation.report.figures import challenge_figures, look
from estimation.report.wording.texts import escaped

_MATTERS = "What matters most now"
_ALONE, _WEIGHED = "from the county alone", "other sources weighed in"


def sections(changed: pd.DataFrame, before: Answer, after: Answer, weighed: tuple[Answer, Answer]) -> list[Section]:
    """Heading, lead and table of every part of the difference, between the register as shipped and as changed.

    `before` and `after` are from the county alone, `weighed` the same two with other sources. If the weights of either
    cannot be relied on, one section says so in place of figures with other sources.
    """
    return [
        (
            "What you changed",
            "Every entry whose distribution differs. Entries about other sources act only where these are weighed in.",
            review_words.changed(changed),
        ),
        *_weighed(*weighed),
        *_moved(
            (before, after),
            _ALONE,
            "Median and 95% interval before other sources, on the same random numbers.",
            "The value an entry must have for a claim to reach a probability, all others as judged.",
        ),
        (
            _MATTERS,
            "Each judgement moved alone, to its ends and to named alternatives: the largest change of median or "
            "interval end, as a factor.",
            review_words.matters(after.moved),
        ),
    ]


def _weighed(before: Answer, after: Answer) -> list[Section]:
    """The parts with other sources, or why there are none."""
    weights = "; ".join(f"{name}: {each.said}" for name, each in zip(SIDES, (before, after), strict=True))
    if before.reliable and after.reliable:
        return _moved(
            (before, after),
            _WEIGHED,
            f"Median and 95% interval of the rung with other sources, on the same draws. {weights}.",
            "The value an entry must have for a claim to reach a probability, all others as judged and sources weighed "
            "at each value; the model is run there again.",
        )
    rows = [
        [name, each.said, "reliable" if each.reliable else "cannot be relied on"]
        for name, each in zip(SIDES, (before, after), strict=True)
    ]
    lead = (
        "No figure with other sources is given: under these assumptions too few draws agree with the sources for "
        "their weights to be relied on. More draws may help (--pilot, --kept); if not, the assumptions and the "
        "sources contradict one another. What follows is from the county alone."
    )
    return [(_headlines(_WEIGHED), lead, (["register", "weights", "verdict"], rows))]


def _moved(answers: tuple[Answer, Answer], how: str, intervals: str, tips: str) -> list[Section]:
    """How headlines, claims and tipping points moved between two answers, with the leads of the first and last."""
    before, after = answers
    return [
        (_headlines(how), intervals, review_words.intervals(before.intervals, after.intervals)),
        (
            f"How the claims moved, {how}",
            "Words: IPCC likelihood scale.",
            review_words.claims(before.claims, after.claims),
        ),
        (f"How the tipping points moved, {how}", tips, review_words.tips(before.tips, after.tips)),
    ]


def _headlines(how: str) -> str:
    return f"How the headlines moved, {how}"


def pictures(before: Answer, after: Answer, weighed: tuple[Answer, Answer]) -> list[tuple[str, str, str]]:
    """Heading of the section, caption and inline SVG of each picture."""
    look.style()
    shown: list[tuple[str, str, tuple[Answer, Answer]]] = [
        (_headlines(_ALONE), "from the county alone", (before, after))
    ]
    if all(each.reliable for each in weighed):
        shown.insert(0, (_headlines(_WEIGHED), "with other sources weighed in", weighed))
    drawn = [
        (
            heading,
            f"Intervals of every scope {how}, as shipped (open dots) and with your assumptions (filled diamonds).",
            challenge_figures.before_after_chart(old.intervals, new.intervals),
        )
        for heading, how, (old, new) in shown
    ]
    drawn.append(
        (
            _MATTERS,
            "Each of your judgements moved alone. Bars with a mark that points left have the entry at its 5%, with one "
            "that points right at its 95%, with an upright stroke at named alternatives; upright lines are median and "
            "interval with nothing moved.",
            challenge_figures.tornado_chart(after.moved),
        )
    )
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
    """The difference as one HTML file that asks the network for nothing; Jinja escapes every text."""
    text = TEMPLATES.get_template("review.html").render(parts=parts, drawn=drawn, settings=settings)
    return f"{text}\n".encode()
