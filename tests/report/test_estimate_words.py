from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_row import row

from estimation.report.wording.estimate_words import span

QUIET = settings(deadline=None, derandomize=True, max_examples=200)


def number(text: str) -> float:
    value = float(text.removesuffix(" million").replace(",", ""))
    return value * 1e6 if text.endswith("million") else value


def test_span_keeps_two_digits_or_three_where_two_would_hide_the_width():
    assert span(row(224_312, 995_000, 4_870_000)) == "220,000 to 4.9 million"
    assert span(row(1_074_900, 1_086_000, 1_103_000)) == "1.07 million to 1.11 million"
    assert span(row(224_312, 995_000, 4_870_000), joined=" and ") == "220,000 and 4.9 million"


@QUIET
@given(st.floats(100, 1e7), st.floats(1, 20))
def test_span_holds_what_it_rounds(low, factor):
    ends = [number(end) for end in span(row(low, low * factor**0.5, low * factor)).split(" to ")]
    assert ends[0] <= ends[1]
    # Outwards, by less than a step: a tenth of the value at most, of two digits the first of which is 1.
    assert low / 1.1 < ends[0] <= low * (1 + 1e-9)
    assert low * factor * (1 - 1e-9) <= ends[1] < low * factor * 1.1 + 1
