import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_case import SCOPES

from estimation.errors import EstimationError
from estimation.report.wording.texts import LANGUAGES, Texts, _one_line, placeholders, texts

ROOT = Path(__file__).resolve().parents[2]
QUIET = settings(deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(language):
    english, other = texts("en").templates, texts(language).templates
    assert set(other) == set(english)
    for key, template in english.items():
        assert sorted(placeholders(other[key])) == sorted(placeholders(template)), key


def test_every_file_is_a_language():
    files = {path.stem for path in (ROOT / "estimation/report/wording/texts").glob("*.toml")}
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
        Texts.of("en", {"key": bad})


@QUIET
@given(st.text())
def test_a_value_stays_a_value(value):
    found = texts().fill("range", low=value, high="9")
    assert found == f"{_one_line(value)} to 9"
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", found)


def test_names_of_the_data_in_english_are_those_of_the_data():
    assert texts().name("Uyghur\n") == "Uyghur"


def test_the_texts_are_package_data():
    for language in LANGUAGES:
        file = resources.files("estimation.report.wording.texts").joinpath(f"{language}.toml")
        assert tomllib.loads(file.read_text(encoding="utf-8"))


def keys_said(code: str) -> re.Pattern[str]:
    """Keys that code may ask for: whole ones, and those it puts together behind a fixed beginning."""
    joined = re.findall(r'f"([a-z_]*(?:\{[^{}"]*\}[a-z_]*)+)"', code)
    joined += [each.replace("$", "") for each in re.findall(r"`([a-z_]*(?:\$\{[^{}`]*\}[a-z_]*)+)`", code)]
    joined += [f"{each}_{{}}" for each in re.findall(r'_word\("([a-z]+)"', code)]
    parts = [re.split(r"\{[^{}]*\}", each) for each in set(joined)]
    patterns = ["[A-Za-z_]+".join(each) for each in parts if re.fullmatch(r"[a-z_]{3,}_", each[0])]
    return re.compile("|".join([*patterns, *set(re.findall(r"[a-z]\w+", code))]))


@pytest.mark.parametrize("file", ["en", "english_only/page", "english_only/pictures", "english_only/readme"])
def test_each_text_is_asked_for_by_name(file):
    folder = ROOT / "estimation"
    kinds = (".py", ".js", ".html", ".typ")
    asked = keys_said("\n".join(path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in kinds))
    keys = set(tomllib.loads((folder / "report" / "wording" / "texts" / f"{file}.toml").read_text("utf-8"))) - {"names"}
    assert sorted(key for key in keys if not asked.fullmatch(key)) == []
    assert not asked.fullmatch("range_left_behind")
    assert not asked.fullmatch("word" + "left")


OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_names_of_the_shipped_scopes_are_translated(language):
    known = texts(language).names
    assert {scope.label for scope in SCOPES} | {SCOPES[0].territory} <= set(known)
