"""Everything in English that is said about a result: rules that no sentence may break."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.challenge.claims import Claim
from estimation.challenge.review.claim_check import Bound, Chance, Checked
from estimation.report.documents.readme import block
from estimation.report.wording.claim_words import VERDICTS, claim_sentence, say_claim, verdict
from estimation.report.wording.headline_facts import HeadlineFacts
from estimation.report.wording.likelihood import SCALE
from estimation.report.wording.statements import Statements, say
from estimation.report.wording.texts import texts

ROOT = Path(__file__).resolve().parents[1]
QUIET = settings(deadline=None, derandomize=True, max_examples=100)
PRESENT = re.compile(
    r"\b(?:is|are|am|being|has been|have been) (?:currently |now |still )?"
    r"(?:held in|detained|interned|imprisoned|jailed)\b"
)
WORDS = sorted((texts().fill(f"word_{name}") for _, name in SCALE), key=len, reverse=True)
ALONE = re.compile(rf"\b(?:{'|'.join(WORDS)})\b(?! \((?:under |over )?\d+%\))(?! as not \()")
RUNGS = ("sampling", "record", "population", "spread", "differences", "sources")
COUNTS = st.floats(1, 1e8)


def row(low, median, high, **more):
    return {
        "count_low": low,
        "count_median": median,
        "count_high": high,
        "level": 0.95,
        "rung": "sources",
        "population": "Uyghur",
        "territory": "Xinjiang",
        "custody": "camp or prison",
        "window": "2017-2018",
        "measure": "ever held",
        "adult_age": 18,
        "basis": "registered",
        "area_kind": "county",
        "observed": "Konasheher (Shufu) county",
        **more,
    }


def every(said: Statements) -> list[str]:
    return [said.headline, said.one_number, said.paragraph, said.caption, said.alt, said.strength, *said.not_meaning]


def bare(text: str) -> list[str]:
    """Words of the scale without a number behind them; "equally likely" and the scale's own name are none."""
    text = re.sub(r"IPCC likelihood scale|equally likely|[Ll]ikely or", "", text)
    return ALONE.findall(text)


def test_the_checks_see_what_they_are_for():
    assert PRESENT.search("a million people were held in camps") is None
    assert PRESENT.search("a million people are held in camps")
    assert PRESENT.search("a million people are being held in camps")
    assert PRESENT.search("is detained")
    assert bare("this is very likely") == ["very likely"]
    assert bare("it is unlikely that") == ["unlikely"]
    assert bare("about as likely as not (44%), likely (over 99%)") == []


@QUIET
@given(st.tuples(COUNTS, COUNTS, COUNTS), *(st.floats(0, 1e6),) * 3, st.sampled_from(RUNGS))
def test_whatever_the_numbers_no_word_stands_alone_and_nothing_is_present(counts, a, b, c, rung):
    low, median, high = sorted(counts)
    errors = {"count_low_error": a, "count_median_error": b, "count_high_error": c}
    for sentence in every(say(row(low, median, high, rung=rung, **errors))):
        assert bare(sentence) == []
        assert not PRESENT.search(sentence)


def shown_step(text: str) -> float:
    """The place of the last digit that a number of persons shows."""
    digits = text.removesuffix(" million").replace(",", "")
    if " million" in text:
        return 1e6 / 10 ** len(digits.partition(".")[2])
    return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if digits.strip("0") else 1e12


@QUIET
@given(st.tuples(COUNTS, COUNTS, COUNTS), *(st.floats(0, 1e5),) * 2)
def test_no_digit_in_the_headline_is_finer_than_its_error_or_interval(counts, a, b):
    low, median, high = sorted(counts)
    said = say(row(low, median, high, count_low_error=a, count_high_error=b)).headline
    number = r"([\d,.]+(?: million| billion)?)"
    ends = re.search(rf"between {number} and {number} Uyghur", said).groups()
    for text, value, error in zip(ends, (low, high), (a, b), strict=True):
        if "billion" in text:
            continue
        step = shown_step(text)
        # Steps of 2 and 5 show the place below: within ten times.
        assert step * 10 > error
        assert step * 10 >= value * 0.001


@QUIET
@given(st.floats(0, 1), st.floats(0, 0.1), st.sampled_from(["camp or prison", "camp", "prison"]))
def test_a_claim_never_has_a_word_without_a_number(probability, error, custody):
    checked = Checked(
        Claim("uyghur", low=1_000_000),
        custody,
        "sentenced" if custody == "prison" else "ever held",
        (Chance("sources", probability, error),),
        (Bound(0.9, 700_000.0, float("inf"), 1_000.0, 0.0),),
    )
    said = say_claim(checked, row(1, 2, 3))
    for sentence in (said.sentence, said.verdict_sentence, *said.instead, *said.usage):
        assert bare(sentence) == []
        assert not PRESENT.search(sentence)


@QUIET
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_probability_never_has_a_worse_verdict(a, b):
    order = [name for _, name in VERDICTS]
    assert order.index(verdict(max(a, b))) <= order.index(verdict(min(a, b)))


@QUIET
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.1))
def test_wording_is_monotone_at_any_simulation_error(a, b, error):
    words = [texts().fill(f"word_{name}") for _, name in SCALE]

    def place(probability):
        said = claim_sentence(row(1, 2, 3), low=5, probability=probability, error=error)
        return words.index(re.search(r"it is ([a-z ]+) \(", said)[1])

    assert place(max(a, b)) <= place(min(a, b))


def test_the_readme_block_breaks_no_rule(small_run):
    said = block(small_run.table(), HeadlineFacts(22_762, 0.12, 1_200_000.0))
    assert bare(said) == []
    assert not PRESENT.search(said)


def test_published_sentences_break_no_rule():
    for sentence in pd.read_csv(ROOT / "results" / "claims.csv")["sentence"]:
        assert bare(sentence) == []
        assert not PRESENT.search(sentence)
        for named in ("Xinjiang", "2017-2018", "adults"):
            assert named in sentence


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", ROOT / "docs" / "METHODS.md", *sorted((ROOT / "notebooks").glob("[0-9]*.py"))],
    ids=lambda path: path.stem,
)
def test_no_text_speaks_of_the_past_window_in_the_present(path):
    assert PRESENT.findall(path.read_text(encoding="utf-8")) == []
