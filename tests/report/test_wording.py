import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_case import SCOPES

from estimation.errors import EstimationError
from estimation.report.wording import wording as w
from estimation.report.wording.likelihood import SCALE
from estimation.report.wording.numbers import percent
from estimation.report.wording.texts import LANGUAGES, texts

QUIET = settings(deadline=None, derandomize=True, max_examples=200)
WORDS = [(floor, texts().fill(f"word_{name}")) for floor, name in SCALE]
ORDER = [word for _, word in WORDS]


def row(low, median, high, level=0.95) -> pd.Series:
    return pd.Series(
        {
            "count_low": low,
            "count_median": median,
            "count_high": high,
            "level": level,
            "rung": "differences",
            "population": "Uyghur",
            "territory": "Xinjiang",
            "custody": "camp or prison",
            "measure": "ever held",
            "adult_age": 18,
            "basis": "registered",
            "observed": "Konasheher (Shufu) county",
            "area_kind": "county",
            "window": "2017-2018",
        }
    )


def number(text: str) -> float:
    value = float(text.removesuffix(" million").replace(",", ""))
    return value * 1e6 if text.endswith("million") else value


# --- likelihood words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "said"),
    # Mastrandrea et al. 2010, table 1: the ends of each class.
    [
        (0.0, "exceptionally unlikely (under 1%)"),
        (0.0099, "exceptionally unlikely (under 1%)"),
        (0.01, "very unlikely (1%)"),
        (0.0999, "unlikely (10%)"),
        (0.094, "very unlikely (9%)"),
        (0.32, "unlikely (32%)"),
        (0.33, "about as likely as not (33%)"),
        (0.5, "about as likely as not (50%)"),
        (0.654, "about as likely as not (65%)"),
        (0.657, "likely (66%)"),
        (0.9, "very likely (90%)"),
        (0.99, "virtually certain (99%)"),
        (0.991, "virtually certain (over 99%)"),
        (1.0, "virtually certain (over 99%)"),
    ],
)
def test_words_of_the_scale(probability, said):
    assert w.likelihood(probability) == said


@QUIET
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_probability_never_has_a_weaker_word(a, b):
    small, large = sorted((a, b))
    words = [w.likelihood(p).split(" (")[0] for p in (small, large)]
    assert ORDER.index(words[1]) <= ORDER.index(words[0])


@QUIET
@given(st.floats(0, 1))
def test_a_word_never_stands_without_its_number_and_agrees_with_it(probability):
    word, shown = re.fullmatch(r"([a-z ]+) \((under 1|over 99|\d+)%\)", w.likelihood(probability)).groups()
    share = {"under 1": 0.005, "over 99": 0.995}.get(shown) or int(shown) / 100
    assert word == next(name for floor, name in WORDS if share >= floor)
    assert abs(share - probability) <= 0.0101


@pytest.mark.parametrize("probability", [-0.01, 1.01, math.nan])
def test_no_probability(probability):
    with pytest.raises(EstimationError, match=f"probability must lie between 0 and 1; got {probability}"):
        w.likelihood(probability)


# --- rounding --------------------------------------------------------------------------------------------------------


@QUIET
@given(st.floats(1, 1e8), st.floats(1, 1e8), st.floats(1, 1e8))
def test_rounding_is_near_and_has_no_finer_digit_than_warranted(a, b, c):
    low, value, high = sorted((a, b, c))
    found = w.rounded(value, low=low, high=high)
    digits = 3 if high < 1.1 * low else 2
    # Derivation: half a step of the last digit kept.
    assert abs(found - value) <= 0.5 * 10 ** (math.floor(math.log10(value)) - digits + 1) * (1 + 1e-9)
    assert float(f"{found:.{digits}g}") == pytest.approx(found, rel=1e-12)
    assert w.rounded(found, low=low, high=high) == pytest.approx(found, rel=1e-12)


@QUIET
@given(st.floats(1, 1e8), st.floats(1, 1e8))
def test_rounding_keeps_order(a, b):
    small, large = sorted((a, b))
    assert w.rounded(small, low=1, high=9) <= w.rounded(large, low=1, high=9)


def test_rounding_of_nothing_and_of_an_interval_from_zero():
    assert w.rounded(0, low=0, high=5) == 0.0
    assert w.rounded(123.0, low=0, high=500) == 120.0


def test_ends_the_wrong_way_round():
    with pytest.raises(EstimationError, match="interval must run from low to high; got 2 to 1"):
        w.rounded(1.5, low=2, high=1)


# --- persons and ranges ----------------------------------------------------------------------------------------------


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
def test_persons(value, said):
    assert w.persons(value) == said


@QUIET
@given(st.integers(0, 2 * 10**7))
def test_persons_keep_three_digits(value):
    kept = float(f"{value:.3g}")
    assert number(w.persons(kept)) == pytest.approx(kept)
    assert "e+" not in w.persons(float(value))


def test_span_keeps_two_digits_or_three_where_two_would_hide_the_width():
    assert w.span(row(224_312, 995_000, 4_870_000)) == "220,000 to 4.9 million"
    assert w.span(row(1_074_900, 1_086_000, 1_103_000)) == "1.07 million to 1.10 million"
    assert w.span(row(224_312, 995_000, 4_870_000), joined=" and ") == "220,000 and 4.9 million"


@QUIET
@given(st.floats(100, 1e7), st.floats(1, 20))
def test_span_holds_what_it_rounds(low, factor):
    ends = [number(end) for end in w.span(row(low, low * factor**0.5, low * factor)).split(" to ")]
    assert ends[0] <= ends[1]
    assert ends == pytest.approx([low, low * factor], rel=0.05 + 1e-9)


# --- the headline ----------------------------------------------------------------------------------------------------


def test_headline_has_the_condition_the_range_and_the_estimand():
    said = w.headline(row(224_312, 995_000, 4_870_000))
    assert said.startswith("If other counties resembled Konasheher")
    assert "between 220,000 and 4.9 million Uyghur adults of Xinjiang were held in a camp or prison" in said
    assert "at some time in 2017-2018 (95% interval; half of the plausible totals lie below 1.0 million)." in said
    # Design, section 4: never "are detained" for "were held at some time".
    assert "are held" not in said
    assert "detained" not in said


def test_headline_of_a_run(small_run):
    table = small_run.table(levels=[0.8])
    said = w.headline(table[(table["scope"] == "uyghur") & (table["rung"] == "differences")].iloc[0])
    assert "(80% interval;" in said


# --- all that is said -------------------------------------------------------------------------------------------------

RUNGS = ("sampling", "record", "population", "spread", "differences", "sources")


def sentences(said: w.Said) -> list[str]:
    parts = [said.headline, said.one_number, said.paragraph, said.caption, said.alt, said.strength, *said.not_meaning]
    return [sentence for part in parts for sentence in re.split(r"(?<=\.) (?=[A-Z])", part)]


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("custody", ["camp or prison", "camp", "prison"])
@pytest.mark.parametrize("measure", ["ever held", "held at a moment", "sentenced"])
def test_every_sentence_names_who_where_when_and_which_custody_and_speaks_of_the_past(rung, custody, measure):
    values = {**row(224_312, 995_000, 4_870_000), "rung": rung, "custody": custody, "measure": measure}
    said = w.say(values)
    for sentence in sentences(said):
        for named in ("Uyghur adults", "Xinjiang", "2017-2018", f"a {custody}"):
            assert named in sentence, sentence
        # Design, section 4: never "are detained" for "were held at some time".
        assert not re.search(r"\b(?:are|is|being|have been|has been) (?:\w+ )?(?:held|detained|interned)", sentence)
        assert sentence[0].isupper()
        assert sentence.endswith((".",)), sentence


def test_strength_is_never_in_a_sentence_with_a_likelihood():
    for rung in RUNGS:
        said = w.say({**row(224_312, 995_000, 4_870_000), "rung": rung})
        assert said.strength in said.paragraph
        assert not re.search(r"\blikely|likelihood|certain|%", said.strength)


@pytest.mark.parametrize(
    ("rung", "high", "word"),
    # Derivation: the rule in the notes of `say`.
    [
        ("record", 1_000_000, "is not enough for a range"),
        ("spread", 1_000_000, "is weak"),
        ("differences", 1_000_000, "is weak"),
        ("sources", 1_000_000, "is limited"),
        ("sources", 4_000_000, "is weak"),
    ],
)
def test_strength_in_plain_words(rung, high, word):
    said = w.say({**row(300_000, 500_000, high), "rung": rung})
    assert f"2017-2018 {word}: " in said.strength
    assert ("the upper end of the range is 13 times the lower" in said.strength) == (high == 4_000_000)


def test_one_number_holds_the_range_and_the_condition():
    said = w.say({**row(224_312, 995_000, 4_870_000), "count_low_error": 12_000.0}).one_number
    assert said.startswith("If other counties resembled")
    assert "about 1.0 million Uyghur adults" in said
    assert "as low as 220,000 or as high as 4.9 million (95% interval)" in said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1_000_000, math.inf, "that at least 1 million Uyghur adults of Xinjiang were held in a camp or prison"),
        (0, 900_000, "that at most 900,000 Uyghur adults of Xinjiang were held in a camp or prison"),
        (1_000_000, 2_000_000, "that between 1 million and 2 million Uyghur adults of Xinjiang were held in a camp"),
    ],
)
def test_a_claim_has_its_condition_its_number_and_its_scale(low, high, said):
    values = row(224_312, 995_000, 4_870_000)
    found = w.claim_sentence(values, low=low, high=high, probability=0.557, error=0.012)
    assert said in found
    assert found.startswith("If other counties resembled Konasheher (Shufu) county")
    assert "it is about as likely as not (56%)" in found
    assert found.endswith("at some time in 2017-2018 (words: IPCC likelihood scale).")


def test_a_case_of_its_own_says_what_happened_in_its_own_words():
    values = {
        **{name: value for name, value in row(100, 200, 400).items() if name != "adult_age"},
        "population": "residents",
        "territory": "Utopia",
        "measure": "other",
        "custody": "",
        "area_kind": "shire",
        "did": "were summoned to court in 1651",
        "basis": "people counted in 1650",
        "window": "1651",
    }
    said = w.say(values)
    assert said.headline.endswith(
        "then between 100 and 400 residents of Utopia were summoned to court in 1651 (95% interval; half of the "
        "plausible totals lie below 200)."
    )
    assert said.headline.startswith("If other areas resembled")
    assert not [each for each in said.not_meaning if "held" in each]
    assert "median 200, people counted in 1650." in said.caption


HOSTILE = ["<script>alert(1)</script>", "{low}", "{0.__class__}", "=cmd()|x", "a\n# b", "\u202eabc", "%(x)s", "\\1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_stays_a_name_on_one_line(text):
    said = w.say({**row(224_312, 995_000, 4_870_000), "population": text})
    assert "\n" not in said.paragraph
    assert "\u202e" not in said.paragraph
    assert text.replace("\n", " ").replace("\u202e", "").strip() in said.headline
    assert "between 220,000 and 4.9 million" in said.headline


# --- other languages --------------------------------------------------------------------------------------------------

OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("rung", RUNGS)
def test_a_translation_has_the_range_the_level_and_its_marker(language, rung):
    values = {**row(224_312, 995_000, 4_870_000), "rung": rung}
    said = w.say(values, language=language)
    low = w.persons(220_000, step=10_000, language=language)
    high = w.persons(4_900_000, step=100_000, language=language)
    assert said.marker
    for text in (said.headline, said.one_number, said.paragraph, said.caption):
        assert low in text
        assert high in text
        assert percent(0.95, language=language) in text
        assert "2017-2018" in text
        assert text.endswith(f"[{said.marker}]")
    english = w.say(values)
    for name in ("headline", "one_number", "paragraph", "caption", "alt", "strength"):
        assert getattr(said, name) != getattr(english, name)
    assert len(said.not_meaning) == len(english.not_meaning)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("low", "high"), [(0, 2_000_000), (1_000_000, 2_000_000), (1_000_000, math.inf)])
def test_a_claim_has_its_word_and_number_in_every_language(language, low, high):
    found = w.claim_sentence(row(1, 2, 3), low=low, high=high, probability=0.557, error=0.012, language=language)
    assert w.likelihood(0.557, error=0.012, language=language) in found
    assert percent(0.56, language=language) in found
    assert texts(language).fill("scale") in found


@pytest.mark.parametrize("language", OTHERS)
def test_names_of_the_shipped_scopes_are_translated(language):
    known = texts(language).names
    assert {scope.label for scope in SCOPES} | {SCOPES[0].territory} <= set(known)
