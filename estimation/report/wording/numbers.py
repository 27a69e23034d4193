"""Numbers of persons and percentages as newspapers of a language print them, by the Unicode locale data in Babel."""

import math
from decimal import Decimal
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent


def persons(value: float, *, step: float | None = None, language: str = "en") -> str:
    """Rounded persons in words: whole numbers below a million, millions with their word from there.

    Chinese counts in ten thousands. With the step it was rounded to, millions show every digit that the step warrants,
    zeros included; without it, up to three digits and no closing zeros.

    References
    ----------
    Unicode CLDR, compact decimal formats and plural rules, through Babel.

    Examples
    --------
    >>> persons(1_200_000), persons(860_000), persons(0), persons(2_000_000, step=100_000)
    ('1.2 million', '860,000', '0', '2.0 million')
    """
    locale = _locale(language)
    formats = locale.compact_decimal_formats
    words: Any = formats.get("long") or formats["short"]  # Chinese has its myriads in the short form only
    powers = (9, 6) if "long" in formats else (8, 4)
    power = next((each for each in powers if value >= 10**each), 0)
    if not power:
        return str(format_decimal(round(value), locale=locale))
    scaled = Decimal(f"{value:.12g}") / 10**power
    if step is None:
        kept = Decimal(f"{value:.3g}") / 10**power
        decimals = max(0, -int(kept.normalize().as_tuple().exponent))
    else:
        decimals = max(0, power - math.floor(math.log10(step) + 1e-9))
    number = Decimal(f"{scaled:.{decimals}f}")
    pattern = words[locale.plural_form(number)][str(10 ** math.floor(math.log10(value) + 1e-12))].pattern
    digits = format_decimal(number, format="#,##0" + ("." + "0" * decimals if decimals else ""), locale=locale)
    return digits + str(pattern).lstrip("0")


def stated_figure(value: float, *, language: str = "en") -> str:
    """A figure that somebody stated, every digit of it: in millions while three decimals are enough, else in full.

    Examples
    --------
    >>> stated_figure(1_777_000), stated_figure(1_234_567), stated_figure(892_329)
    ('1.777 million', '1,234,567', '892,329')
    """
    if value >= 1_000_000 and round(value) % 1_000:
        return str(format_decimal(round(value), locale=_locale(language)))
    step = next((float(each) for each in (10**6, 10**5, 10**4, 10**3) if round(value) % each == 0), 1.0)
    return persons(value, step=step, language=language)


def percent(share: float, *, language: str = "en") -> str:
    """A share in whole percent, as the language writes it.

    Examples
    --------
    >>> percent(0.424), percent(0.95)
    ('42%', '95%')
    """
    return str(format_percent(Decimal(f"{share:.2f}"), locale=_locale(language)))


def decimal(value: float, *, language: str = "en") -> str:
    """A plain number to two significant digits, as the language writes it.

    Examples
    --------
    >>> decimal(20.94), decimal(1.25, language="en")
    ('21', '1.2')
    """
    return str(format_decimal(Decimal(f"{value:.2g}"), locale=_locale(language)))


def factor_interval(low: float, high: float) -> str:
    """An interval of logarithms in words, as factors.

    Examples
    --------
    >>> factor_interval(-0.693147, 0.0)
    '0.50 to 1.00'
    """
    return f"{math.exp(low):.2f} to {math.exp(high):.2f}"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)
