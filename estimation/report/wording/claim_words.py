"""A claim in words: its range, likelihood and verdict, what may be said instead, and where it tips.

The texts are in `texts`; the numbers come from `claim_check` and `tipping`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from estimation.challenge.review.claim_check import Bound, Checked
from estimation.report.wording.estimate_words import capitalised, names_of
from estimation.report.wording.likelihood import likelihood, printed
from estimation.report.wording.numbers import percent, persons, stated_figure
from estimation.report.wording.rounding import TableRow, cautious_bound
from estimation.report.wording.texts import texts

SCALE_NAME: Final = texts().fill("scale")
"""Name of the scale of likelihood words."""
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
class ClaimStatements:
    """What may be said about a claim."""

    sentence: str  # how likely it is on the last rung, for whom, where, when, in which custody, if what
    verdict: str  # a word or two, such as "supported with a hedge"
    verdict_sentence: str  # the same with the verdict in place of the likelihood
    along: tuple[tuple[str, str], ...]  # rung, and likelihood there with its number
    instead: tuple[str, ...]  # sentences that would be borne out, one a probability
    usage: tuple[str, ...]  # how the count differs from common usage
    marker: str  # says of a translation that it is to be checked; empty in English


def claim_limits(row: TableRow) -> tuple[float, float]:
    """Limits of a claim from a row of a table, persons: 0 or infinity where a side is open.

    Examples
    --------
    >>> claim_limits({"sides": "at least", "low": 500_000, "high": float("nan")})
    (500000.0, inf)
    """
    low = 0.0 if row["sides"] == "at most" else float(row["low"])
    return low, float("inf") if row["sides"] == "at least" else float(row["high"])


def claimed_range(low: float, high: float, *, language: str = "en") -> str:
    """A claimed range of persons in words; the lower limit is 0, the upper one infinite, where a side is open.

    Examples
    --------
    >>> claimed_range(1_000_000, float("inf")), claimed_range(900_000, 1_800_000)
    ('at least 1 million', 'between 900,000 and 1.8 million')
    """
    said = texts(language)
    if high == float("inf"):
        return said.fill("claim_at_least", low=stated_figure(low, language=language))
    if low == 0:
        return said.fill("claim_at_most", high=stated_figure(high, language=language))
    ends = {"low": stated_figure(low, language=language), "high": stated_figure(high, language=language)}
    return said.fill("claim_between", **ends)


def claim_sentence(
    row: TableRow,
    *,
    low: float = 0.0,
    high: float = float("inf"),
    probability: float,
    error: float = 0.0,
    language: str = "en",
) -> str:
    """One sentence: how likely a claim about a total is, who, where, when, which custody, and the condition.

    The row has what is counted, and its rung. Limits are persons, 0 or infinity where a side is open; the simulation
    error is one of the probability, 0-1.
    """
    said = texts(language)
    values = {
        **names_of(row, language=language),
        "claim": claimed_range(low, high, language=language),
        "likelihood": likelihood(probability, error=error, language=language),
        "scale": said.fill("scale"),
    }
    return capitalised(said.fill("claim", **values)) + said.closing


def verdict(probability: float) -> str:
    """Name of the verdict on a claim of some probability, as printed.

    Examples
    --------
    >>> verdict(0.95), verdict(0.4), verdict(0.02)
    ('supported', 'open', 'contradicted')
    """
    return next(name for floor, name in VERDICTS if probability >= floor)


def usage(row: TableRow, *, language: str = "en") -> tuple[str, ...]:
    """How the count of a row differs from common usage, a sentence a difference."""
    said, age = texts(language), row.get("adult_age")
    told = [key for key, (column, value) in _USAGE.items() if row[column] == value]
    told += ["usage_adults"] if age is not None and int(age) else []
    names = {**names_of(row, language=language), "age": str(age)}
    return tuple(capitalised(said.fill(key, **names)) for key in told)


def say_claim(checked: Checked, known: Mapping[str, Any], *, language: str = "en") -> ClaimStatements:
    """A checked claim in words; `known` names its scope, as `Run.named` does."""
    said, claim, last = texts(language), checked.claim, checked.chances[-1]
    row = {**known, "custody": checked.custody, "measure": checked.measure, "rung": last.rung}
    names = names_of(row, language=language)
    word = said.fill(f"verdict_{verdict(printed(last.probability, error=last.error))}")
    claimed = claimed_range(claim.low, claim.high, language=language)

    def instead(bound: Bound) -> str:
        low, high = (
            persons(cautious_bound(value, error=error, below=below), language=language)
            if 0 < value < float("inf")
            else ""
            for value, error, below in ((bound.low, bound.low_error, True), (bound.high, bound.high_error, False))
        )
        key = f"supported_{claim.sides().replace(' ', '_')}"
        shown = percent(bound.level, language=language)
        return capitalised(said.fill(key, **names, percent=shown, low=low, high=high)) + said.closing

    return ClaimStatements(
        sentence=claim_sentence(
            row,
            low=claim.low,
            high=claim.high,
            probability=last.probability,
            error=last.error,
            language=language,
        ),
        verdict=word,
        verdict_sentence=capitalised(said.fill("verdict", **names, claim=claimed, verdict=word)) + said.closing,
        along=tuple(
            (each.rung, likelihood(each.probability, error=each.error, language=language)) for each in checked.chances
        ),
        instead=tuple(instead(bound) for bound in checked.bounds),
        usage=usage(row, language=language),
        marker=said.fill("marker"),
    )


def tipping(reached: str, value: float | None, *, unit: str = "") -> str:
    """Where a claim gets its probability, in words, from a row of a table of tipping points.

    `reached` is ``above``, ``below``, ``never``, ``always`` or ``unknown``, and anything else if the entry was held
    fixed; the value is read only if the level is crossed there, and `unit` follows it.

    Examples
    --------
    >>> tipping("below", 0.45), tipping("never", None)
    ('0.45 or below', 'never within its plausible range')
    """
    if reached in ("above", "below"):
        return texts().fill(f"tipping_{reached}", value=f"{value:.3g}{unit}")
    return texts().fill(f"tipping_{reached}" if reached in ("never", "always", "unknown") else "tipping_fixed")


def tipping_sentence(row: TableRow, *, who: str, what: str) -> str:
    """One sentence from a row of results/tipping.csv: what an entry would have to be for a claim to be so likely.

    `who` is counted, such as ``Uyghur adults of Xinjiang``, and `what` is the entry, such as ``the spread between
    counties``.
    """
    said = texts()
    claim = claimed_range(*claim_limits(row))
    start = said.fill("tipping_start", who=who, claim=claim, percent=percent(float(row["level"])))
    unit = "" if row["unit"] in ("share", "ratio") else f" {row['unit']}"
    if row["reached"] in ("above", "below"):
        value = tipping(row["reached"], float(row["value"]), unit=unit)
        return said.fill("tipping_value", start=start, what=what, value=value)
    ends = said.fill("range", low=f"{float(row['plausible_low']):.2g}", high=f"{float(row['plausible_high']):.2g}")
    keys = {"always": "tipping_any", "never": "tipping_none", "unknown": "tipping_not_known"}
    return said.fill(keys[row["reached"]], start=start, what=what, range=f"{ends}{unit}")
