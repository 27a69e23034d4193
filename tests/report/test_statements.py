import re

import pytest
from ladder_row import row

from estimation.report.wording.numbers import percent, persons
from estimation.report.wording.statements import Statements, headline, say
from estimation.report.wording.texts import LANGUAGES


def test_headline_has_the_condition_the_range_and_the_estimand():
    said = headline(row(224_312, 995_000, 4_870_000))
    assert said.startswith("If other counties resembled Konasheher")
    assert "between 220,000 and 4.9 million Uyghur adults of Xinjiang were held in a camp or prison" in said
    assert "at some time in 2017-2018 (95% interval; even odds of more or less than 1.0 million)." in said
    # Design, section 4: never "are detained" for "were held at some time".
    assert "are held" not in said
    assert "detained" not in said


def test_headline_of_a_run(small_run):
    table = small_run.table(levels=[0.8])
    said = headline(table[(table["scope"] == "uyghur") & (table["rung"] == "differences")].iloc[0])
    assert "(80% interval;" in said


RUNGS = ("sampling", "record", "population", "spread", "differences", "sources")


def sentences(said: Statements) -> list[str]:
    parts = [said.headline, said.one_number, said.paragraph, said.caption, said.alt, said.strength, *said.not_meaning]
    return [sentence for part in parts for sentence in re.split(r"(?<=\.) (?=[A-Z])", part)]


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("custody", ["camp or prison", "camp", "prison"])
@pytest.mark.parametrize("measure", ["ever held", "held at a moment", "sentenced"])
def test_every_sentence_names_who_where_when_and_which_custody_and_speaks_of_the_past(rung, custody, measure):
    values = {**row(224_312, 995_000, 4_870_000), "rung": rung, "custody": custody, "measure": measure}
    said = say(values)
    for sentence in sentences(said):
        for named in ("Uyghur adults", "Xinjiang", "2017-2018", f"a {custody}"):
            assert named in sentence, sentence
        # Design, section 4: never "are detained" for "were held at some time".
        assert not re.search(r"\b(?:are|is|being|have been|has been) (?:\w+ )?(?:held|detained|interned)", sentence)
        assert sentence[0].isupper()
        assert sentence.endswith((".",)), sentence


def test_strength_is_never_in_a_sentence_with_a_likelihood():
    for rung in RUNGS:
        said = say({**row(224_312, 995_000, 4_870_000), "rung": rung})
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
    said = say({**row(300_000, 500_000, high), "rung": rung})
    assert f"2017-2018 {word}: " in said.strength
    assert ("the upper end of the range is 13 times the lower" in said.strength) == (high == 4_000_000)


def test_one_number_holds_the_range_and_the_condition():
    said = say({**row(224_312, 995_000, 4_870_000), "count_low_error": 2_500.0}).one_number
    assert said.startswith("If other counties resembled")
    assert "about 1.0 million Uyghur adults" in said
    assert "as low as 220,000 or as high as 4.9 million (95% interval)" in said


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
    said = say(values)
    assert said.headline.endswith(
        "then between 100 and 400 residents of Utopia were summoned to court in 1651 (95% interval; even odds "
        "of more or less than 200)."
    )
    assert said.headline.startswith("If other areas resembled")
    assert not [each for each in said.not_meaning if "held" in each]
    assert "median 200, people counted in 1650." in said.caption


HOSTILE = ["<script>alert(1)</script>", "{low}", "{0.__class__}", "=cmd()|x", "a\n# b", "\u202eabc", "%(x)s", "\\1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_stays_a_name_on_one_line(text):
    said = say({**row(224_312, 995_000, 4_870_000), "population": text})
    assert "\n" not in said.paragraph
    assert "\u202e" not in said.paragraph
    assert text.replace("\n", " ").replace("\u202e", "").strip() in said.headline
    assert "between 220,000 and 4.9 million" in said.headline


OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("rung", RUNGS)
def test_a_translation_has_the_range_the_level_and_its_marker(language, rung):
    values = {**row(224_312, 995_000, 4_870_000), "rung": rung}
    said = say(values, language=language)
    low = persons(220_000, step=10_000, language=language)
    high = persons(4_900_000, step=100_000, language=language)
    assert said.marker
    for text in (said.headline, said.one_number, said.paragraph, said.caption):
        assert low in text
        assert high in text
        assert percent(0.95, language=language) in text
        assert "2017-2018" in text
        assert text.endswith(f"[{said.marker}]")
    english = say(values)
    for name in ("headline", "one_number", "paragraph", "caption", "alt", "strength"):
        assert getattr(said, name) != getattr(english, name)
    assert len(said.not_meaning) == len(english.not_meaning)
