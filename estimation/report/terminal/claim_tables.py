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
    """A checked claim as plain values, for JSON: `claim`, `rungs`, `said`, `tipping_points`.

    None stands for an open limit and for a value that no entry reaches.
    """
    claim = checked.claim
    said = asdict(say_claim(checked, known, language=language))
    del said["along"]  # the rungs below have it in numbers
    return {
        "claim": {
            "scope": claim.scope,
            "sides": claim.sides(),
            "custody": checked.custody,
            "measure": checked.measure,
            "population": known["population"],
            "window": known["window"],
            "low": claim.low or None,
            "high": claim.high if math.isfinite(claim.high) else None,
        },
        "rungs": [asdict(each) for each in checked.chances],
        "said": said,
        "tipping_points": [
            {
                "entry": tip.entry,
                "level": tip.level,
                "reached": tip.reached,
                "value": None if math.isnan(tip.value) else tip.value,
            }
            for tip in tips
        ],
    }


def show_claim(checked: Checked, known: Mapping[str, Any], tips: Sequence[Tip], *, language: str = "en") -> None:
    """Print a checked claim."""
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
