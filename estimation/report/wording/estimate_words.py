"""Parts of sentences about a row of the ladder: who, where, when, under which condition, and its interval in words.

The texts are in `texts`, the rules for digits in `rounding`.
"""

import pandas as pd

from estimation.report.wording.numbers import persons
from estimation.report.wording.rounding import TableRow, rounded, rounded_interval
from estimation.report.wording.texts import Texts, texts

# Rungs that give every area one rate: no statement about a region.
ONE_RATE = ("sampling", "record", "population")


def at_level(rows: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Rows of the ladder at one level, however a file wrote it."""
    return pd.DataFrame(rows[(rows["level"] - level).abs() < 1e-9])


def interval_words(row: TableRow, *, language: str = "en") -> dict[str, str]:
    """`low`, `median` and `high` of a row of the ladder in words, rounded as interval and simulation error warrant."""
    return {name: persons(value, step=step, language=language) for name, (value, step) in rounded_interval(row).items()}


def span(row: TableRow, *, joined: str | None = None, language: str = "en") -> str:
    """The ends of a row of the ladder in words, such as ``240,000 to 5.1 million``, or with `joined` between them."""
    values = interval_words(row, language=language)
    if joined is not None:
        return joined.join((values["low"], values["high"]))
    return texts(language).fill("range", low=values["low"], high=values["high"])


def middle(row: TableRow, *, language: str = "en") -> str:
    """The median of a row of the ladder in words."""
    return interval_words(row, language=language)["median"]


def ends(low: float, high: float) -> tuple[str, str]:
    """The ends of an interval of persons in words, rounded outwards to the digits that the interval warrants.

    Examples
    --------
    >>> ends(241_300.0, 5_083_000.0)
    ('240,000', '5.1 million')
    """
    lower = rounded(low, low=low, high=high, way="down")
    return persons(lower), persons(rounded(high, low=low, high=high, way="up"))


def capitalised(sentence: str) -> str:
    """A sentence with its first letter in upper case.

    Examples
    --------
    >>> capitalised("if so, then not.")
    'If so, then not.'
    """
    return sentence[:1].upper() + sentence[1:]


def who_did(row: TableRow, *, language: str = "en") -> dict[str, str]:
    """Who, where, when and what happened to them, as placeholders of texts: `who`, `did` and their parts.

    The row says what is counted and what was observed; it needs no rung and no numbers. Without `adult_age` its
    `population` says who is meant; a `did` says in words, past tense, what happened to people where the count is not of
    custody.
    """
    said = texts(language)
    names = {
        "population": said.name(str(row["population"])),
        "territory": said.name(str(row["territory"])),
        "window": str(row["window"]),
        "observed": said.name(str(row["observed"])),
        "areas": said.templates.get(f"areas_{key_part(row['area_kind'])}", said.fill("areas_other")),
        "custody": _word("custody", row, said),
        "basis": _word("basis", row, said),
    }
    age = row.get("adult_age")
    who = "who_people" if age is None else "who_all_ages" if int(age) == 0 else "who_adults"
    names["who"] = said.fill(who, **names)
    # A case that counts something else than custody says in its own words what happened, in the past tense.
    names["did"] = str(row.get("did") or "") or said.fill(f"did_{key_part(row['measure'])}", **names)
    return names


def names_of(row: TableRow, *, language: str = "en") -> dict[str, str]:
    """`who_did` with the condition of the row's rung, which a `condition` of its own replaces."""
    said, names = texts(language), who_did(row, language=language)
    # Settings off the register's own bring the condition they hold under.
    names["condition"] = str(row.get("condition") or "") or said.fill(condition_key(row), **names)
    return names


def condition_key(row: TableRow) -> str:
    """Key of the text that says the condition of a row, by its rung and by the source of its prior for the spread.

    Examples
    --------
    >>> condition_key({"rung": "spread", "spread_from": "register"})
    'condition_own_spread'
    """
    rung = str(row["rung"])
    if rung in ONE_RATE or not own_spread(row):
        return f"condition_{rung}"
    return "condition_own_spread_sources" if rung == "sources" else "condition_own_spread"


def own_spread(row: TableRow) -> bool:
    """Whether a case has its own prior for the spread between its areas."""
    return bool(row.get("spread_from") == "register")


def key_part(value: object) -> str:
    """A value of a table as part of the key of a text."""
    return str(value).replace(" ", "_")


def _word(what: str, row: TableRow, said: Texts) -> str:
    value = str(row[what])
    return said.templates.get(f"{what}_{key_part(value)}", said.name(value))
