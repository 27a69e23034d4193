"""A checked claim in a terminal or as JSON: reading only, nothing is computed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from estimation.challenge.review.claim_check import Checked
from estimation.challenge.sensitivity.tipping import Tip
from estimation.report.terminal.tables import console
from estimation.report.wording.claim_words import say_claim, tipping
from estimation.report.wording.numbers import percent
from estimation.report.wording.picture_texts import RUNG_NAMES, spoken


def claim_values(
    checked: Checked, known: Mapping[str, Any], tips: Sequence[Tip], *, language: str = "en"
) -> dict[str, Any]:
    """A checked claim as plain values, for JSON.

    Parameters
    ----------
    checked, known, language
        As in `claim_words.say_claim`.
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
    words = {name: value for name, value in asdict(said).items() if name != "along"}
    return {
        "claim": claim | {name: value if 0 < value < float("inf") else None for name, value in limits.items()},
        "rungs": [asdict(each) for each in checked.chances],
        "said": words | {name: list(words[name]) for name in ("instead", "usage")},
        "tipping_points": [
            {
                **{name: getattr(tip, name) for name in ("entry", "level", "reached")},
                "value": None if math.isnan(tip.value) else tip.value,
            }
            for tip in tips
        ],
    }


def show_claim(checked: Checked, known: Mapping[str, Any], tips: Sequence[Tip], *, language: str = "en") -> None:
    """Print a checked claim.

    Parameters
    ----------
    checked, known, tips, language
        As in `claim_values`.
    """
    said = say_claim(checked, known, language=language)
    out = console()
    out.print(said.sentence, "\n")
    out.print(said.verdict_sentence, "\n")
    out.print("Along the ladder (words: IPCC likelihood scale):")
    for rung, words in said.along:
        out.print(f"  {RUNG_NAMES[rung]}: {words}")
    out.print("\nWhat the result bears out instead:")
    for sentence in said.instead:
        out.print(f"  {sentence}")
    if tips:
        out.print("\nFrom the county alone, all else as judged, the claim would have")
    for tip in tips:
        out.print(f"  {percent(tip.level)} probability with {spoken(tip.entry)} {tipping(tip.reached, tip.value)}")
    out.print("\nHow this count differs from common usage:")
    for sentence in said.usage:
        out.print(f"  {sentence}")
