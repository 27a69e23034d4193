import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.report.wording.numbers import decimal, percent, persons, stated_figure

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


@pytest.mark.parametrize(
    ("value", "said"),
    [
        *[(1_777_000, "1.777 million"), (1_200_000, "1.2 million"), (1_060_000, "1.06 million"), (892_329, "892,329")],
        *[(1_234_567, "1,234,567"), (3_000_000, "3 million"), (900_000, "900,000"), (10_500_000, "10.5 million")],
    ],
)
def test_a_stated_figure_keeps_every_digit(value, said):
    assert stated_figure(value) == said


@pytest.mark.parametrize(
    ("language", "value", "step", "said"),
    # Unicode CLDR 47: decimal, grouping and compact patterns and plural rules of each language.
    [
        ("de", 2_300_000, 100_000, "2,3 Millionen"),
        ("de", 1_000_000, None, "1 Million"),
        ("de", 560_000, 10_000, "560.000"),
        ("fr", 2_300_000, 100_000, "2,3\xa0millions"),
        ("fr", 1_100_000, 100_000, "1,1\xa0million"),
        ("fr", 560_000, 10_000, "560\u202f000"),
        ("es", 1_000_000, None, "1 millón"),
        ("es", 2_300_000, 100_000, "2,3 millones"),
        ("es", 560_000, 10_000, "560.000"),
        ("zh_Hans", 560_000, 10_000, "56万"),
        ("zh_Hans", 2_340_000, 10_000, "234万"),
        ("zh_Hans", 55_500, 500, "5.55万"),
        ("zh_Hans", 9_000, 1_000, "9,000"),
        ("zh_Hans", 120_000_000, 10_000_000, "1.2亿"),
    ],
)
def test_persons_in_other_languages(language, value, step, said):
    # CLDR leaves open which space French has between number and word.
    assert " ".join(persons(value, step=step, language=language).split()) == " ".join(said.split())


@pytest.mark.parametrize(("language", "said"), [("de", "42 %"), ("fr", "42 %"), ("es", "42 %"), ("zh_Hans", "42%")])
def test_percentages_in_other_languages(language, said):
    assert " ".join(percent(0.42, language=language).split()) == said
    assert decimal(4.1, language=language) == ("4.1" if language == "zh_Hans" else "4,1")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (950, "950"),
        (860_000, "860,000"),
        (990_000, "990,000"),
        (1_000_000, "1 million"),
        (1_090_000, "1.09 million"),
        (1_200_000, "1.2 million"),
        (12_000_000, "12 million"),
    ],
)
def test_persons_without_a_step(value, said):
    assert persons(value) == said


@QUIET
@given(st.integers(0, 2 * 10**7))
def test_persons_keep_three_digits(value):
    kept = float(f"{value:.3g}")
    assert number(persons(kept)) == pytest.approx(kept)
    assert "e+" not in persons(float(value))
