"""What a reviewer's own assumptions do to the answer: a readable difference, as Markdown and as one offline page.

It words two answers side by side; it computes none. Every text that comes from a file is escaped.
"""

import html
import re
from collections.abc import Sequence

import pandas as pd

from estimation.challenge.answer import Answer
from estimation.report import challenge_figures, look
from estimation.report.escaping import markdown as escaped
from estimation.report.wording import claim_words, likelihood, persons, rounded, tipping

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid #8886;"
    "padding:.3rem .6rem;text-align:left;vertical-align:top}svg{max-width:100%;height:auto;background:#fff}"
    "figcaption{font-style:italic}"
)
Table = tuple[list[str], list[list[str]]]


def interval(row: pd.Series) -> str:
    """Median and 95% interval of an answer's row in words."""
    low, high = float(row["count_low"]), float(row["count_high"])
    ends = " to ".join(persons(rounded(value, low=low, high=high)) for value in (low, high))
    return f"{persons(rounded(float(row['count_median']), low=low, high=high))} ({ends})"


def sections(changed: pd.DataFrame, before: Answer, after: Answer) -> list[tuple[str, str, Table]]:
    """Heading, lead and table of every part of the difference.

    Parameters
    ----------
    changed : DataFrame
        Of `answer.changes`.
    before, after : Answer
        As shipped, and with the reviewer's assumptions.

    Returns
    -------
    list of tuple
    """
    words = [
        [str(row["entry"]), str(row["statement"]), str(row["before"]), str(row["after"]), str(row["rationale"])]
        for _, row in changed.iterrows()
    ]
    intervals = []
    for (_, old), (_, new) in zip(before.intervals.iterrows(), after.intervals.iterrows(), strict=True):
        ratio = float(new["count_median"]) / float(old["count_median"])
        width = [float(row["count_high"]) / float(row["count_low"]) for row in (old, new)]
        intervals.append(
            [
                f"{old['label']} adults, {old['territory']}",
                interval(old),
                interval(new),
                f"{ratio:.2f} times",
                f"{width[0]:.3g} to {width[1]:.3g}",
            ]
        )
    claims = [
        [_claim(old), likelihood(float(old["probability"])), likelihood(float(new["probability"]))]
        for (_, old), (_, new) in zip(before.claims.iterrows(), after.claims.iterrows(), strict=True)
    ]
    return [
        (
            "What you changed",
            "Every entry whose distribution differs. Entries about other sources act in `estimation synthesise` alone.",
            (_HEADS[0], words),
        ),
        ("How the headlines moved", "Median and 95% interval, on the same random numbers.", (_HEADS[1], intervals)),
        ("How the claims moved", "Words: IPCC likelihood scale.", (_HEADS[2], claims)),
        (
            "How the tipping points moved",
            "The value an entry must have for a claim to reach a probability, all others as judged.",
            (_HEADS[3], _tips(before.tips, after.tips)),
        ),
        (
            "What matters most now",
            "Each judgement moved alone, to its ends and to named alternatives: the largest change of median or "
            "interval end, as a factor.",
            (_HEADS[4], _matters(after.moved)),
        ),
    ]


_HEADS = (
    ["entry", "what it says", "from", "to", "your reason"],
    ["who", "as shipped", "with your assumptions", "median moves", "upper over lower end"],
    ["claim", "as shipped", "with your assumptions"],
    ["claim and entry", "as shipped", "with your assumptions"],
    ["entry", "largest factor", "at"],
)


def _claim(row: pd.Series) -> str:
    ends = claim_words(float(row["low"]), float(row["high"]))
    return f"{ends} ({row['scope']}; {row['claim']})"


def _tips(before: pd.DataFrame, after: pd.DataFrame) -> list[list[str]]:
    keys = ["scope", "claim", "entry", "level"]
    merged = before.merge(after, on=keys, how="outer", suffixes=("_old", "_new"))
    rows = []
    for row in merged[merged["level"] == 0.8].to_dict(orient="records"):
        said = [tipping(row[f"reached_{side}"], row[f"value_{side}"]) for side in ("old", "new")]
        name = challenge_figures.spoken(row["entry"])
        rows.append([f"{row['claim']} ({row['scope']}) with {100 * row['level']:.0f}%: {name}", *said])
    return rows


def _matters(moved: pd.DataFrame) -> list[list[str]]:
    own = moved[moved["entry"] != "as judged"]
    best = own.loc[own.groupby("entry")["move"].idxmax()].sort_values("move", ascending=False).head(8)
    factor = best["move"].map(lambda value: f"{2.718281828459045**value:.2f}")
    return [
        [challenge_figures.spoken(str(entry)), number, str(at)]
        for entry, number, at in zip(best["entry"], factor, best["at"], strict=True)
    ]


def pictures(before: Answer, after: Answer) -> list[tuple[str, str]]:
    """Caption and inline SVG of each picture."""
    look.style()
    drawn = [
        (
            "Intervals of every scope as shipped (grey, dots) and with your assumptions (blue, diamonds).",
            challenge_figures.before_after(before.intervals, after.intervals),
        ),
        (
            "Each of your judgements moved alone. Bars with a mark that points left have the entry at its 5%, with one "
            "that points right at its 95%, with an upright stroke at named alternatives; upright lines are median and "
            "interval with nothing moved.",
            challenge_figures.tornado(after.moved),
        ),
    ]
    return [(caption, _inline(look.svg_bytes(figure), number)) for number, (caption, figure) in enumerate(drawn)]


def _inline(svg: bytes, number: int) -> str:
    """An SVG for a page that holds several: no XML head, and ids that do not meet those of the next."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="', f'id="p{number}-', text)
    text = re.sub(r'href="#', f'href="#p{number}-', text)
    return re.sub(r"url\(#", f"url(#p{number}-", text)


def markdown(parts: Sequence[tuple[str, str, Table]], *, settings: str) -> bytes:
    """The difference as Markdown; special characters in texts are escaped."""
    lines = ["# What your assumptions change", "", settings, ""]
    for heading, lead, (head, rows) in parts:
        lines += [f"## {heading}", "", lead, ""]
        lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        lines += ["| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows]
        lines.append("")
    return "\n".join(lines).encode()


def page(parts: Sequence[tuple[str, str, Table]], drawn: Sequence[tuple[str, str]], *, settings: str) -> bytes:
    """The difference as one HTML file that asks the network for nothing."""
    esc = html.escape
    body = [f"<h1>What your assumptions change</h1><p>{esc(settings)}</p>"]
    for number, (heading, lead, (head, rows)) in enumerate(parts):
        body.append(f"<h2>{esc(heading)}</h2><p>{esc(lead)}</p><table><thead><tr>")
        body.append("".join(f'<th scope="col">{esc(cell)}</th>' for cell in head) + "</tr></thead><tbody>")
        body += ["<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in row) + "</tr>" for row in rows]
        body.append("</tbody></table>")
        if number in (1, 4):
            caption, svg = drawn[0 if number == 1 else 1]
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
