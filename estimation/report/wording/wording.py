"""From a row of the ladder to sentences a reader can quote: the range, its condition, and what it does not mean.

It words results; it computes none. The texts are in `texts`, the rules for digits in `rounding`, those for likelihood
words in `likelihood`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from estimation.report.wording import numbers
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import figure, percent, persons
from estimation.report.wording.rounding import Row, rounded, shown
from estimation.report.wording.texts import Texts, texts

# Words and rounding are asked for here by notebooks and pictures, wherever they live.
__all__ = [
    "ONE_RATE",
    "SCALE_NAME",
    "WIDE",
    "Row",
    "Said",
    "at_level",
    "claim_sentence",
    "claim_words",
    "ends",
    "headline",
    "likelihood",
    "middle",
    "names_of",
    "not_meant",
    "persons",
    "raised",
    "rounded",
    "say",
    "span",
    "tipping",
    "tipping_sentence",
    "who_did",
]
SCALE_NAME = texts().fill("scale")
# Rungs that give every area one rate: no statement about a region.
ONE_RATE = ("sampling", "record", "population")
# Ends further apart than this make evidence weak whatever was weighed in.
WIDE = 10.0


@dataclass(frozen=True)
class Said:
    """What may be said about one result.

    Attributes
    ----------
    language : str
        Which language.
    headline : str
        One sentence: the range, who, where, when, which custody, and the condition.
    one_number : str
        The sentence to use if there must be one number: it still holds the range.
    paragraph : str
        Headline, what it depends on, and strength of evidence.
    caption, alt : str
        For a picture of the interval: what it shows and its condition; and what a reader who cannot see it needs.
    not_meaning : tuple of str
        What it does not mean.
    strength : str
        Strength of the evidence with its reasons; no likelihood.
    marker : str
        Says of a translation that it is to be checked; empty in English. It ends headline, paragraph, caption and
        `one_number`.
    """

    language: str
    headline: str
    one_number: str
    paragraph: str
    caption: str
    alt: str
    not_meaning: tuple[str, ...]
    strength: str
    marker: str


def say(row: Row, *, language: str = "en") -> Said:
    """Everything that may be said about a row of the ladder.

    Parameters
    ----------
    row : Series or mapping
        A row of `Ladder.table` or of results/estimates.csv. Without `adult_age` its `population` says who is meant;
        a `did` says in words, past tense, what happened to people where the count is not of custody, and a
        `condition` under which condition it holds where that is not its rung's own.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    Said

    Raises
    ------
    EstimationError
        Unknown language.

    Notes
    -----
    Evidence that gives all areas one rate is "not enough for a range"; that of one observed area is "weak"; with other
    sources weighed in it is "limited", unless the ends are ten times apart or more.
    """
    said = texts(language)
    values = _values(row, said)
    one_rate = row["rung"] in ONE_RATE
    strength = _strength(row, said, values)

    def sentence(key: str) -> str:
        return raised(said.fill(key, **values))

    headline = sentence("headline")
    dependence = sentence("dependence_one_rate" if one_rate else "dependence_spread")
    return Said(
        language=language,
        headline=headline + said.closing,
        one_number=sentence("one_number") + said.closing,
        paragraph=_joined(said, headline, dependence, strength) + said.closing,
        caption=sentence("caption") + said.closing,
        alt=sentence("alt"),
        not_meaning=tuple(sentence(key) for key in not_meant(row)),
        strength=strength,
        marker=said.fill("marker"),
    )


def not_meant(row: Row) -> tuple[str, ...]:
    """Keys of the texts that say what a row does not mean: they differ with what is counted."""
    held = f"not_{_code(row['measure'])}"
    custody = [held] if held in texts().templates else []
    if custody and str(row["custody"]) in ("camp or prison", "camp", "prison"):
        custody.append("not_flagged")
    return ("not_count", *custody, "not_median", "not_doubt", "not_intent")


def headline(row: Row, *, language: str = "en") -> str:
    """The headline of `say`."""
    return say(row, language=language).headline


def claim_sentence(
    row: Row,
    *,
    low: float = 0.0,
    high: float = float("inf"),
    probability: float,
    error: float = 0.0,
    language: str = "en",
) -> str:
    """One sentence: how likely a claim about a total is, who, where, when, which custody, and the condition.

    Parameters
    ----------
    row : Series or mapping
        A row of the ladder with what is counted, and its rung.
    low, high : float
        Persons; 0 or infinity where a side is open.
    probability, error : float
        Of the claim, 0-1, and its simulation error.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    str
    """
    said = texts(language)
    values = {
        **names_of(row, language=language),
        "claim": claim_words(low, high, language=language),
        "likelihood": likelihood(probability, error=error, language=language),
        "scale": said.fill("scale"),
    }
    return raised(said.fill("claim", **values)) + said.closing


def claim_words(low: float, high: float, *, language: str = "en") -> str:
    """A claimed range in words.

    Parameters
    ----------
    low, high : float
        Persons; 0 or infinity where a side is open.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    str

    Examples
    --------
    >>> claim_words(1_000_000, float("inf")), claim_words(900_000, 1_800_000)
    ('at least 1 million', 'between 900,000 and 1.8 million')
    """
    said = texts(language)
    if high == float("inf"):
        return said.fill("claim_at_least", low=figure(low, language=language))
    if low == 0:
        return said.fill("claim_at_most", high=figure(high, language=language))
    ends = {"low": figure(low, language=language), "high": figure(high, language=language)}
    return said.fill("claim_between", **ends)


def span(row: Row, *, joined: str | None = None, language: str = "en") -> str:
    """The interval of a row of the ladder in words, such as ``240,000 to 5.1 million``.

    Parameters
    ----------
    row : Series or mapping
        A row of the ladder.
    joined : str, optional
        What stands between the ends, where not words.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    str
    """
    values = _numbers(row, language)
    if joined is not None:
        return joined.join((values["low"], values["high"]))
    return texts(language).fill("range", low=values["low"], high=values["high"])


def at_level(rows: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Rows of the ladder at one level, however a file wrote it."""
    return pd.DataFrame(rows[(rows["level"] - level).abs() < 1e-9])


def ends(low: float, high: float) -> tuple[str, str]:
    """The ends of an interval in words, each rounded as the interval warrants.

    Parameters
    ----------
    low, high : float
        Persons.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> ends(241_300.0, 5_083_000.0)
    ('240,000', '5.1 million')
    """
    return persons(rounded(low, low=low, high=high)), persons(rounded(high, low=low, high=high))


def middle(row: Row, *, language: str = "en") -> str:
    """The median of a row of the ladder in words, rounded as its interval and simulation error warrant."""
    return _numbers(row, language)["median"]


def tipping(reached: str, value: float | None, *, unit: str = "") -> str:
    """Where a claim gets its probability, in words, from a row of a table of tipping points.

    Parameters
    ----------
    reached : str
        ``above``, ``below``, ``never`` or ``always``; anything else if the entry was held fixed.
    value : float or None
        The value, read only if the level is crossed there.
    unit : str
        What follows the number.

    Returns
    -------
    str

    Examples
    --------
    >>> tipping("below", 0.45), tipping("never", None)
    ('0.45 or below', 'never within its plausible range')
    """
    if reached in ("above", "below"):
        return texts().fill(f"tipping_{reached}", value=f"{value:.3g}{unit}")
    return texts().fill(f"tipping_{reached}" if reached in ("never", "always") else "tipping_fixed")


def tipping_sentence(row: Row, *, who: str, what: str) -> str:
    """One sentence: what an entry would have to be for a claim to be so likely.

    Parameters
    ----------
    row : Series or mapping
        A row of results/tipping.csv.
    who : str
        Whom the total counts, such as ``Uyghur adults of Xinjiang``.
    what : str
        The entry in words, such as ``the spread between counties``.

    Returns
    -------
    str
    """
    said = texts()
    low = 0.0 if row["sides"] == "at most" else float(row["low"])
    high = float("inf") if row["sides"] == "at least" else float(row["high"])
    start = said.fill("tipping_start", who=who, claim=claim_words(low, high), percent=percent(float(row["level"])))
    unit = "" if row["unit"] in ("share", "ratio") else f" {row['unit']}"
    if row["reached"] in ("above", "below"):
        value = tipping(row["reached"], float(row["value"]), unit=unit)
        return said.fill("tipping_value", start=start, what=what, value=value)
    ends = said.fill("range", low=f"{float(row['plausible_low']):.2g}", high=f"{float(row['plausible_high']):.2g}")
    key = "tipping_any" if row["reached"] == "always" else "tipping_none"
    return said.fill(key, start=start, what=what, range=f"{ends}{unit}")


def raised(sentence: str) -> str:
    """A sentence with its first letter raised.

    Examples
    --------
    >>> raised("if so, then not.")
    'If so, then not.'
    """
    return sentence[:1].upper() + sentence[1:]


def names_of(row: Row, *, language: str = "en") -> dict[str, str]:
    """Who, what, where, when, which custody and the condition of a row, as the texts' placeholders.

    Parameters
    ----------
    row : Series or mapping
        With what is counted, what was observed, and the rung.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    dict of str to str
        `population`, `territory`, `window`, `observed`, `areas`, `custody`, `basis`, `who`, `did`, `condition`.
    """
    said, names = texts(language), who_did(row, language=language)
    # Settings off the register's own bring the condition they hold under.
    names["condition"] = str(row.get("condition") or "") or said.fill(condition_key(row), **names)
    return names


def condition_key(row: Row) -> str:
    """Which text says the condition of a row: by its rung, and by where the judgement of the spread is from.

    Examples
    --------
    >>> condition_key({"rung": "spread", "spread_from": "register"})
    'condition_own_spread'
    """
    rung = str(row["rung"])
    if rung in ONE_RATE or not own_spread(row):
        return f"condition_{rung}"
    return "condition_own_spread_sources" if rung == "sources" else "condition_own_spread"


def _code(value: object) -> str:
    return str(value).replace(" ", "_")


def _numbers(row: Row, language: str) -> dict[str, str]:
    found = shown(row)
    return {
        name: persons(getattr(found, name), step=getattr(found, f"{name}_step"), language=language)
        for name in ("low", "median", "high")
    }


def who_did(row: Row, *, language: str = "en") -> dict[str, str]:
    """Who, where, when and what happened to them, as placeholders of texts: `who`, `did` and their parts.

    Parameters
    ----------
    row : Series or mapping
        As in `say`; it needs no rung and no numbers.
    language : str
        One of `texts.LANGUAGES`.

    Returns
    -------
    dict of str to str
    """
    said = texts(language)
    names = {
        "population": said.name(str(row["population"])),
        "territory": said.name(str(row["territory"])),
        "window": str(row["window"]),
        "observed": said.name(str(row["observed"])),
        "areas": said.templates.get(f"areas_{_code(row['area_kind'])}", said.fill("areas_other")),
        "custody": _word("custody", row, said),
        "basis": _word("basis", row, said),
    }
    age = row.get("adult_age")
    who = "who_people" if age is None else "who_all_ages" if int(age) == 0 else "who_adults"
    names["who"] = said.fill(who, **names)
    # A case that counts something else than custody says in its own words what happened, in the past tense.
    names["did"] = str(row.get("did") or "") or said.fill(f"did_{_code(row['measure'])}", **names)
    return names


def own_spread(row: Row) -> bool:
    """Whether a case brings its own judgement of how unlike its areas are."""
    return bool(row.get("spread_from") == "register")


def _word(what: str, row: Row, said: Texts) -> str:
    value = str(row[what])
    return said.templates.get(f"{what}_{_code(value)}", said.name(value))


def _values(row: Row, said: Texts) -> dict[str, str]:
    level = percent(float(row["level"]), language=said.language)
    return {**names_of(row, language=said.language), **_numbers(row, said.language), "level": level}


def _strength(row: Row, said: Texts, values: Mapping[str, str]) -> str:
    low, high = float(row["count_low"]), float(row["count_high"])
    wide = high >= WIDE * low
    if row["rung"] in ONE_RATE:
        word, reasons = "strength_none", ["reason_one_rate", "reason_observed"]
    elif row["rung"] == "sources":
        word, reasons = ("strength_weak" if wide else "strength_limited"), ["reason_observed", "reason_sources"]
    else:
        word, reasons = (
            "strength_weak",
            ["reason_observed", "reason_own_spread" if own_spread(row) else "reason_elsewhere"],
        )
    words = [said.fill(reason, **values) for reason in reasons]
    if wide and low > 0:
        words.append(said.fill("reason_width", ratio=numbers.decimal(high / low, language=said.language)))
    joined = words[0]
    for each in words[1:]:
        joined = said.fill("reason_joined", first=joined, second=each)
    return raised(said.fill("strength", **{**values, "strength": said.fill(word), "reasons": joined}))


def _joined(said: Texts, *sentences: str) -> str:
    return ("" if said.language == "zh_Hans" else " ").join(sentences)
