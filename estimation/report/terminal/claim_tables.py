"""A checked claim in a terminal or as JSON: reading only, nothing is computed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from estimation.challenge.review.claim_check import Checked
from estimation.challenge.sensitivity.tipping import Tip
from estimation.report.wording.claim_words import say_claim, tipping
from estimation.report.wording.numbers import percent
from estimation.report.wording.picture_texts import RUNG_NAMES, spoken


def plain(checked: Checked, known: Mapping[str, Any], tips: Sequence[Tip], *, language: str = "en") -> dict[str, Any]:
    """A checked claim as plain values, for JSON.

    Parameters
    ----------
    checked, known, language
        As in `claim_words.tell`.
    tips : sequence of Tip
        Of `claim_check.tipping_points`.

    Returns
    -------
    dict
        `claim`, `rungs`, `said`, `tipping_points`; None for an open limit and for a value that none reaches.
    """
    said = say_claim(checked, known, language=language)
    claim = {"scope": checked.claim.scope, "sides": checked.claim.sides(), "custody": checked.custody}
    claim |= {"measure": checked.measure, "population": known["population"], "window": known["window"]}
    limits = {"low": checked.claim.low, "high": checked.claim.high}
    return {
        "claim": claim | {name: value if 0 < value < float("inf") else None for name, value in limits.items()},
        "rungs": [asdict(each) for each in checked.chances],
        "said": {
            "sentence": said.sentence,
            "verdict": said.verdict,
            "verdict_sentence": said.verdict_sentence,
            "instead": list(said.instead),
            "usage": list(said.usage),
            "marker": said.marker,
        },
        "tipping_points": [
            {"entry": tip.entry, "level": tip.level, "reached": tip.reached, "value": tip.value} for tip in tips
        ],
    }


def show_claim(checked: Checked, known: Mapping[str, Any], tips: Sequence[Tip], *, language: str = "en") -> None:
    """Print a checked claim.

    Parameters
    ----------
    checked, known, tips, language
        As in `plain`.
    """
    said = say_claim(checked, known, language=language)
    console = Console(width=110, highlight=False, markup=False, soft_wrap=False)
    console.print(said.sentence, "\n")
    console.print(said.verdict_sentence, "\n")
    console.print("Along the ladder (words: IPCC likelihood scale):")
    for rung, words in said.along:
        console.print(f"  {RUNG_NAMES[rung]}: {words}")
    console.print("\nWhat the result bears out instead:")
    for sentence in said.instead:
        console.print(f"  {sentence}")
    if tips:
        console.print("\nFrom the county alone, all else as judged, the claim would have")
    for tip in tips:
        console.print(f"  {percent(tip.level)} probability with {spoken(tip.entry)} {tipping(tip.reached, tip.value)}")
    console.print("\nHow this count differs from common usage:")
    for sentence in said.usage:
        console.print(f"  {sentence}")
