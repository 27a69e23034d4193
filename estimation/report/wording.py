"""From numbers to words a reader can quote: rounding that the interval warrants, and the headline with its condition.

It words results; it computes none.
"""

import pandas as pd

from estimation.errors import EstimationError

SCALE = (
    (0.99, "virtually certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)
SCALE_NAME = "IPCC likelihood scale"


def rounded(value: float, *, low: float, high: float) -> float:
    """A value with no digit finer than its interval warrants.

    Parameters
    ----------
    value, low, high : float
        The value and the ends of its interval, same unit.

    Returns
    -------
    float
        The value to two significant digits, to three where the interval is narrower than a tenth.

    Raises
    ------
    EstimationError
        The ends are the wrong way round.

    References
    ----------
    METHODS eq. 78.

    Examples
    --------
    >>> rounded(1_234_567, low=1_200_000, high=1_300_000), rounded(1_234_567, low=300_000, high=4_000_000)
    (1230000.0, 1200000.0)
    """
    if low > high:
        raise EstimationError("an interval must run from low to high", f"{low} to {high}", "swap the ends")
    # The third digit only where two would hide the width.
    return float(f"{value:.{3 if high < 1.1 * low else 2}g}")


def persons(value: float) -> str:
    """Persons in words a newspaper would print, from a rounded value.

    Examples
    --------
    >>> persons(1_200_000), persons(860_000), persons(0)
    ('1.2 million', '860,000', '0')
    """
    if value >= 1_000_000:
        return f"{value / 1_000_000:.3g} million"
    return f"{value:,.0f}"


def likelihood(probability: float) -> str:
    """A probability with its word from the IPCC likelihood scale, never the word alone.

    Parameters
    ----------
    probability : float
        0-1.

    Returns
    -------
    str

    Raises
    ------
    EstimationError
        Not a probability.

    References
    ----------
    Mastrandrea et al. 2010, IPCC guidance note on uncertainty, table 1.

    Examples
    --------
    >>> likelihood(0.44)
    'about as likely as not (44%)'
    """
    if not 0 <= probability <= 1:
        raise EstimationError("a probability must lie between 0 and 1", probability, "check the result")
    # The word goes by the number as printed, so that 10% never reads as two different words.
    shown = 0.0 if probability < 0.01 else round(probability, 2)
    word = next(word for floor, word in SCALE if shown >= floor)
    if probability < 0.01:
        number = "under 1%"
    elif probability > 0.99:
        number = "over 99%"
    else:
        number = f"{100 * probability:.0f}%"
    return f"{word} ({number})"


def span(row: pd.Series, *, joined: str = " to ") -> str:
    """The interval of a ladder row in words.

    Parameters
    ----------
    row : Series
        A row of `Ladder.table` or of results/estimates.csv.
    joined : str
        What stands between the ends.

    Returns
    -------
    str
        Such as ``240,000 to 5.1 million``.
    """
    low, high = float(row["count_low"]), float(row["count_high"])
    return joined.join(persons(rounded(value, low=low, high=high)) for value in (low, high))


def middle(row: pd.Series) -> str:
    """The median of a ladder row in words, rounded as its interval warrants."""
    return persons(rounded(float(row["count_median"]), low=float(row["count_low"]), high=float(row["count_high"])))


def headline(row: pd.Series) -> str:
    """One sentence: the range, who, where, when, which custody, and the condition.

    Parameters
    ----------
    row : Series
        A row of `Ladder.table` or of results/estimates.csv.

    Returns
    -------
    str
    """
    others = ", and other sources err as widely as the register allows" if row.get("rung") == "sources" else ""
    return (
        f"If other counties resembled Konasheher as much as areas resemble one another in campaigns and crackdowns "
        f"elsewhere{others}, then between {span(row, joined=' and ')} {row['population']} adults of "
        f"{row['territory']} were held in a {row['custody']} at some time in {row['window']} "
        f"({100 * float(row['level']):.0f}% interval; half of the plausible totals lie below {middle(row)})."
    )


def tipping(reached: str, value: str) -> str:
    """Where a claim gets its probability, in words, from a row of a table of tipping points.

    Parameters
    ----------
    reached : str
        ``above``, ``below``, ``never`` or ``always``; anything else if the entry was held fixed.
    value : str
        The value, as the table writes it.

    Returns
    -------
    str

    Examples
    --------
    >>> tipping("below", "at 0.45"), tipping("never", "none within the plausible range")
    ('at 0.45 or below', 'never within its plausible range')
    """
    if reached in ("above", "below"):
        return f"{value} or {reached}"
    return f"{reached} within its plausible range" if reached in ("never", "always") else "held fixed"


def tipping_sentence(row: pd.Series, *, who: str, what: str) -> str:
    """One sentence: what an entry would have to be for a claim to be so likely.

    Parameters
    ----------
    row : Series
        A row of results/tipping.csv.
    who : str
        Whom the total counts, such as ``Uyghur adults of Xinjiang``.
    what : str
        The entry in words, such as ``the spread between counties``.

    Returns
    -------
    str
    """
    low, high = str(row["low"]), str(row["high"])
    if row["sides"] == "at least":
        claim = f"at least {persons(float(low))}"
    elif row["sides"] == "at most":
        claim = f"at most {persons(float(high))}"
    else:
        claim = f"between {persons(float(low))} and {persons(float(high))}"
    start = f"For the total of {who} to be {claim} with {100 * float(row['level']):.0f}% probability,"
    unit = "" if row["unit"] in ("share", "ratio") else f" {row['unit']}"
    if row["reached"] in ("above", "below"):
        return f"{start} {what} would have to be {row['value']}{unit} or {row['reached']}."
    span = f"{float(row['plausible_low']):.2g} to {float(row['plausible_high']):.2g}{unit}"
    if row["reached"] == "always":
        return f"{start} any plausible value of {what} will do ({span})."
    return f"{start} no plausible value of {what} is enough ({span})."
