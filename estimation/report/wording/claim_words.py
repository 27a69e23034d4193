"""A checked claim in words: verdict, likelihood along the ladder, what may be said instead, how counts differ.

The texts are in `texts`; the numbers come from `claim_check`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from estimation.challenge.review.claim_check import Bound, Checked
from estimation.report.wording.likelihood import likelihood, printed
from estimation.report.wording.numbers import percent, persons
from estimation.report.wording.rounding import inside
from estimation.report.wording.texts import texts
from estimation.report.wording.wording import Row, claim_sentence, claim_words, names_of, raised

VERDICTS: Final = (
    (0.90, "supported"),
    (0.66, "hedged"),
    (0.33, "open"),
    (0.10, "not_supported"),
    (0.0, "contradicted"),
)
"""Floors of the probability and names of the verdicts, in `texts` under ``verdict_<name>``."""
_USAGE: Final = {"usage_ever_held": ("measure", "ever held"), "usage_custody": ("custody", "camp or prison")}


@dataclass(frozen=True)
class ClaimSaid:
    """What may be said about a claim.

    Attributes
    ----------
    sentence : str
        How likely it is on the last rung, with who, where, when, which custody and the condition.
    verdict : str
        A word or two, such as ``supported with a hedge``.
    verdict_sentence : str
        The verdict with who, where, when, which custody and the condition; no likelihood.
    along : tuple of (str, str)
        Rung, and likelihood there with its number.
    instead : tuple of str
        Sentences that would be borne out, one a probability.
    usage : tuple of str
        How the count differs from common usage.
    marker : str
        Says of a translation that it is to be checked; empty in English.
    """

    sentence: str
    verdict: str
    verdict_sentence: str
    along: tuple[tuple[str, str], ...]
    instead: tuple[str, ...]
    usage: tuple[str, ...]
    marker: str


def verdict(probability: float) -> str:
    """Name of the verdict on a claim of some probability, as printed.

    Examples
    --------
    >>> verdict(0.95), verdict(0.4), verdict(0.02)
    ('supported', 'open', 'contradicted')
    """
    return next(name for floor, name in VERDICTS if probability >= floor)


def usage(row: Row, *, language: str = "en") -> tuple[str, ...]:
    """How a count differs from common usage, a sentence a difference.

    Parameters
    ----------
    row : Series or mapping
        With what is counted, what was observed, and the rung.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    tuple of str
    """
    said, age = texts(language), row.get("adult_age")
    told = [key for key, (column, value) in _USAGE.items() if row[column] == value]
    told += ["usage_adults"] if age is not None and int(age) else []
    names = {**names_of(row, language=language), "age": str(age)}
    return tuple(raised(said.fill(key, **names)) for key in told)


def tell(checked: Checked, known: Mapping[str, Any], *, language: str = "en") -> ClaimSaid:
    """A checked claim in words.

    Parameters
    ----------
    checked : Checked
        The claim with its probabilities.
    known : mapping
        Of `Ladder.named`, for its scope.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    ClaimSaid
    """
    said, claim, last = texts(language), checked.claim, checked.chances[-1]
    row = {**known, "custody": checked.custody, "measure": checked.measure, "rung": last.rung}
    names = names_of(row, language=language)
    word = said.fill(f"verdict_{verdict(printed(last.probability, error=last.error))}")
    claimed = claim_words(claim.low, claim.high, language=language)

    def instead(bound: Bound) -> str:
        low, high = (
            persons(inside(value, error=error, below=below), language=language) if 0 < value < float("inf") else ""
            for value, error, below in ((bound.low, bound.low_error, True), (bound.high, bound.high_error, False))
        )
        key = f"supported_{claim.sides().replace(' ', '_')}"
        shown = percent(bound.level, language=language)
        return raised(said.fill(key, **names, percent=shown, low=low, high=high)) + said.closing

    return ClaimSaid(
        sentence=claim_sentence(
            row,
            low=claim.low,
            high=claim.high,
            probability=last.probability,
            error=last.error,
            language=language,
        ),
        verdict=word,
        verdict_sentence=raised(said.fill("verdict", **names, claim=claimed, verdict=word)) + said.closing,
        along=tuple(
            (each.rung, likelihood(each.probability, error=each.error, language=language)) for each in checked.chances
        ),
        instead=tuple(instead(bound) for bound in checked.bounds),
        usage=usage(row, language=language),
        marker=said.fill("marker"),
    )
