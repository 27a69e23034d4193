"""From a row of the ladder to sentences a reader can quote: the range, its condition, and what it does not mean."""

from collections.abc import Mapping
from dataclasses import dataclass

from estimation.report.wording.estimate_words import (
    ONE_RATE,
    capitalised,
    interval_words,
    key_part,
    names_of,
    own_spread,
)
from estimation.report.wording.numbers import decimal, percent
from estimation.report.wording.rounding import TableRow
from estimation.report.wording.texts import Texts, texts

# Ends further apart than this make evidence weak whatever sources were used.
WIDE = 10.0


@dataclass(frozen=True)
class Statements:
    """What may be said about one result; in a translation, sentences end by saying that it is to be checked."""

    headline: str  # the range, who, where, when, which custody, and the condition
    one_number: str  # to be used if there must be one number: it still holds the range
    paragraph: str  # headline, what it depends on, and strength of evidence
    caption: str  # of a picture of the interval: what it shows, and its condition
    alt: str  # what a reader who cannot see that picture needs
    not_meaning: tuple[str, ...]
    strength: str  # of the evidence, with its reasons; no likelihood
    marker: str  # says of a translation that it is to be checked; empty in English


def say(row: TableRow, *, language: str = "en") -> Statements:
    """Everything that may be said about a row of the ladder, as in results/estimates.csv, in one of `texts.LANGUAGES`.

    Evidence that gives all areas one rate is "not enough for a range"; that of one observed area is "weak"; with other
    sources it is "limited", unless the ends are ten times apart or more.
    """
    said = texts(language)
    level = percent(float(row["level"]), language=language)
    values = {**names_of(row, language=language), **interval_words(row, language=language), "level": level}
    strength = _strength(row, said, values)

    def sentence(key: str) -> str:
        return capitalised(said.fill(key, **values))

    headline = sentence("headline")
    dependence = sentence("dependence_one_rate" if row["rung"] in ONE_RATE else "dependence_spread")
    paragraph = ("" if language == "zh_Hans" else " ").join((headline, dependence, strength))
    return Statements(
        headline=headline + said.closing,
        one_number=sentence("one_number") + said.closing,
        paragraph=paragraph + said.closing,
        caption=sentence("caption") + said.closing,
        alt=sentence("alt"),
        not_meaning=tuple(sentence(key) for key in not_meant(row)),
        strength=strength,
        marker=said.fill("marker"),
    )


def headline(row: TableRow, *, language: str = "en") -> str:
    """The headline of `say`."""
    return say(row, language=language).headline


def not_meant(row: TableRow) -> tuple[str, ...]:
    """Keys of the texts that say what a row does not mean: they differ with what is counted."""
    held = f"not_{key_part(row['measure'])}"
    custody = [held] if held in texts().templates else []
    if custody and str(row["custody"]) in ("camp or prison", "camp", "prison"):
        custody.append("not_flagged")
    return ("not_count", *custody, "not_median", "not_doubt", "not_intent")


def _strength(row: TableRow, said: Texts, values: Mapping[str, str]) -> str:
    low, high = float(row["count_low"]), float(row["count_high"])
    wide = high >= WIDE * low
    if row["rung"] in ONE_RATE:
        word, reasons = "strength_none", ["reason_one_rate", "reason_observed"]
    elif row["rung"] == "sources":
        word, reasons = "strength_weak" if wide else "strength_limited", ["reason_observed", "reason_sources"]
    else:
        learnt = "reason_own_spread" if own_spread(row) else "reason_elsewhere"
        word, reasons = "strength_weak", ["reason_observed", learnt]
    joined, *others = [said.fill(reason, **values) for reason in reasons]
    if wide and low > 0:
        others.append(said.fill("reason_width", ratio=decimal(high / low, language=said.language)))
    for each in others:
        joined = said.fill("reason_joined", first=joined, second=each)
    return capitalised(said.fill("strength", **{**values, "strength": said.fill(word), "reasons": joined}))
