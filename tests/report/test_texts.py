import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.errors import EstimationError
from estimation.report.texts import LANGUAGES, checked, placeholders, plain, texts

ROOT = Path(__file__).resolve().parents[2]
QUIET = settings(deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(language):
    english, other = texts("en").templates, texts(language).templates
    assert set(other) == set(english)
    for key, template in english.items():
        assert sorted(placeholders(other[key])) == sorted(placeholders(template)), key


def test_every_file_is_a_language():
    files = {path.stem for path in (ROOT / "estimation/report/texts").glob("*.toml")}
    assert files == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_hold_no_name_of_a_case(language):
    # Names come from the data, so that any case can fill the same texts.
    said = " ".join(texts(language).templates.values())
    assert not re.search(r"Xinjiang|Konasheher|Shufu|Uyghur|uigur|ouïgour|新疆|维吾尔|疏附", said, re.IGNORECASE)


def test_unknown_text_language_and_placeholder():
    with pytest.raises(EstimationError, match="the language must be a known one; got 'xx'"):
        texts("xx")
    with pytest.raises(EstimationError, match=r"a text must be a known one; got 'nothing'.* add it to texts/en\.toml"):
        texts().fill("nothing")
    with pytest.raises(EstimationError, match="text range needs every placeholder; got high"):
        texts().fill("range", low="1")


@pytest.mark.parametrize("bad", ["{a.b}", "{a!r}", "{0}", "{", "a } b", "{A}", 5, ["x"], {"a": "b"}])
def test_texts_that_are_refused(bad):
    with pytest.raises(EstimationError, match=r"text key must be a sentence with plain \{name\} placeholders"):
        checked("en", {"key": bad})


@QUIET
@given(st.text())
def test_a_value_stays_a_value(value):
    found = texts().fill("range", low=value, high="9")
    assert found == f"{plain(value)} to 9"
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", found)


def test_names_of_the_data_in_english_are_those_of_the_data():
    assert texts().name("Uyghur\n") == "Uyghur"


def test_the_texts_are_package_data():
    for language in LANGUAGES:
        file = resources.files("estimation.report.texts").joinpath(f"{language}.toml")
        assert tomllib.loads(file.read_text(encoding="utf-8"))
