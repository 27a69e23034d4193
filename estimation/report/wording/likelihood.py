"""One named scale of likelihood words, each beside its number.

The rules, so that another program can follow them: the step is one percent, or the smallest of 1, 2, 5 or 10 times a
power of ten percent that reaches the simulation error. Below one step the number is "under" that step, above one less
a step it is "over" that; between them it is ``floor(p / step + 0.5) * step``. The word is that of the number shown:
the first of `SCALE` whose floor the number reaches; for "under" the word just below the step, for "over" just above.
"""

from typing import Final

from estimation.errors import EstimationError
from estimation.report.wording.numbers import percent
from estimation.report.wording.rounding import nice, to_step
from estimation.report.wording.texts import texts

SCALE: Final = (
    (0.99, "virtually_certain"),
    (0.90, "very_likely"),
    (0.66, "likely"),
    (0.33, "as_likely_as_not"),
    (0.10, "unlikely"),
    (0.01, "very_unlikely"),
    (0.0, "exceptionally_unlikely"),
)
"""Floors and names of the words, in `texts` under ``word_<name>``."""
_FINEST: Final = 0.01
_JUST = 1e-6


def likelihood(probability: float, *, error: float = 0.0, language: str = "en") -> str:
    """A probability (0-1) with its word from the IPCC likelihood scale, never the word alone; its error coarsens it.

    Raises `EstimationError` if it is no probability.

    References
    ----------
    Mastrandrea et al. 2010, IPCC guidance note on uncertainty, table 1.

    Examples
    --------
    >>> likelihood(0.44), likelihood(0.431, error=0.016)
    ('about as likely as not (44%)', 'about as likely as not (44%)')
    """
    said, shown, step = texts(language), printed(probability, error=error), _step(error)
    if shown < step:
        chance = said.fill("chance_under", percent=percent(step, language=language))
    elif shown > 1 - step:
        chance = said.fill("chance_over", percent=percent(1 - step, language=language))
    else:
        chance = percent(shown, language=language)
    # The word goes by the number as printed, so that 10% never reads as two different words.
    word = next(name for floor, name in SCALE if shown >= floor)
    return said.fill("likelihood", word=said.fill(f"word_{word}"), chance=chance)


def printed(probability: float, *, error: float = 0.0) -> float:
    """The probability that words go by: as printed, just below the step for "under" it, just above for "over".

    Examples
    --------
    >>> printed(0.8951, error=0.015), printed(0.8951)
    (0.9, 0.9)
    """
    if not 0 <= probability <= 1:
        raise EstimationError("a probability must lie between 0 and 1", probability, "check the result")
    step = _step(error)
    if probability < step:
        return step - _JUST
    if probability > 1 - step:
        return 1 - step + _JUST
    return to_step(probability, step)


def _step(error: float) -> float:
    return max(_FINEST, nice(error)) if error > 0 else _FINEST
