import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.report.numbers import decimal, percent, persons

QUIET = settings(deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize(
    ("value", "step", "said"),
    # Derivation: every digit the step warrants, none finer.
    [
        (2_000_000, 100_000, "2.0 million"),
        (2_300_000, 100_000, "2.3 million"),
        (2_400_000, 200_000, "2.4 million"),
        (1_100_000, 10_000, "1.10 million"),
        (12_000_000, 1_000_000, "12 million"),
        (550_000, 50_000, "550,000"),
        (1_300_000_000, 100_000_000, "1.3 billion"),
        (0, 1, "0"),
        (999_999, None, "999,999"),
        (1_000_000, None, "1 million"),
        (1_777_000, None, "1.78 million"),
    ],
)
def test_persons_in_english(value, step, said):
    assert persons(value, step=step) == said


def number(text: str) -> float:
    for word, times in (("million", 1e6), ("billion", 1e9)):
        if text.endswith(word):
            return float(text.removesuffix(word)) * times
    return float(text.replace(",", ""))


@QUIET
@given(st.integers(1, 9999), st.integers(0, 5))
def test_what_is_shown_is_the_rounded_value(times, power):
    value, step = float(times * 10**power), 10.0**power
    assert number(persons(value, step=step)) == pytest.approx(value)


def test_percentages_and_plain_numbers():
    assert percent(0.994) == "99%"
    assert decimal(4.12) == "4.1"
