import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.errors import EstimationError
from estimation.report.wording.likelihood import SCALE, likelihood
from estimation.report.wording.texts import texts

QUIET = settings(deadline=None, derandomize=True, max_examples=200)
WORDS = [(floor, texts().fill(f"word_{name}")) for floor, name in SCALE]
ORDER = [word for _, word in WORDS]


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
    assert likelihood(probability) == said


@QUIET
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_probability_never_has_a_weaker_word(a, b):
    small, large = sorted((a, b))
    words = [likelihood(p).split(" (")[0] for p in (small, large)]
    assert ORDER.index(words[1]) <= ORDER.index(words[0])


@QUIET
@given(st.floats(0, 1))
def test_a_word_never_stands_without_its_number_and_agrees_with_it(probability):
    word, shown = re.fullmatch(r"([a-z ]+) \((under 1|over 99|\d+)%\)", likelihood(probability)).groups()
    share = {"under 1": 0.005, "over 99": 0.995}.get(shown) or int(shown) / 100
    assert word == next(name for floor, name in WORDS if share >= floor)
    assert abs(share - probability) <= 0.0101


@pytest.mark.parametrize("probability", [-0.01, 1.01, math.nan])
def test_no_probability(probability):
    with pytest.raises(EstimationError, match=f"probability must lie between 0 and 1; got {probability}"):
        likelihood(probability)
