import json
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_folder import Case, text

from estimation.evidence.checks import descriptor
from estimation.evidence.tables import sources

# Parts of patterns that may be declared, and pieces of cells that are long enough for a slow one to be felt.
PARTS = st.sampled_from(
    ["a", "b{2}", "[a-z]+", "[ab0]*", r"\d{2,4}", "a?", "-", r"\+", "(-a+)*", "(-a?)?", r"(\.a(-b*)?)?", "|"]
)
PATTERNS = st.lists(PARTS, max_size=9).map("".join)
PIECES = st.text("ab0_-+/.!", min_size=1, max_size=6)


def refusals(folder, pattern: str) -> list[str]:
    """What is said of the small folder if the column `note` declares this pattern."""
    case = Case(folder)
    case.package["resources"][2]["schema"]["fields"][4] = text("note", pattern=pattern)
    case.rehash()
    return [problem.got for problem in descriptor.read_descriptor(folder)[1]]


def test_the_patterns_that_ship_may_be_declared():
    package = json.loads((sources.PUBLIC / "datapackage.json").read_text(encoding="utf-8"))
    fields = [field for resource in package["resources"] for field in resource["schema"]["fields"]]
    declared = {field["constraints"]["pattern"] for field in fields if "pattern" in field.get("constraints", {})}
    resources, problems = descriptor.read_descriptor(sources.PUBLIC)
    assert problems == []
    assert {field.pattern for resource in resources for field in resource.fields} - {None} == declared != set()


@pytest.mark.parametrize(
    "pattern", ["[a-z]+", r"(\+[a-z]+)*", r"(,\d{2,4})*", "xz|yz|z", "a{2,5}", "(-a)*", "(-a+)*", r"a(-b(\.c)?)?"]
)
def test_patterns_with_one_way_to_match_pass(tmp_path, pattern):
    assert refusals(tmp_path, pattern) == []


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+", "(a|aa)*", "(a?){50}a{50}", r"(\+[a-z+]+)*", r"(-\w+)*", r"(1\d+)*", "(-[^x]+)*", "(-(a|b-)+)*"),
        *("a*a*a*a*b", "a?" * 40 + "a" * 40, "(a|aa)" * 30, "(-a?)*" * 9, r"(\+[a-z]+[a-z]+)*", "(-(-a)*)*"),
        *(r"(a)\1", "(?=a)b", "(?i:a)", "(?i)a", "[a-z", "a{99999999999999}", "(" * 100 + ")" * 101, "a" * 201),
    ],
)
def test_patterns_that_could_take_for_ever_are_refused(tmp_path, pattern):
    (got,) = refusals(tmp_path, pattern)
    assert got.startswith("resource parts, ValueError: pattern ")
    assert "must be runs of letters and digits with marks between" in got


def test_a_pattern_that_python_does_not_know_is_refused(tmp_path):
    (got,) = refusals(tmp_path, "a{5,2}")
    assert "min repeat greater than max repeat" in got


@settings(deadline=1000, max_examples=200, derandomize=True)
@given(PATTERNS, PIECES, PIECES)
def test_no_pattern_that_may_be_declared_takes_long(pattern, again, last):
    # Derivation: what can be split in several ways takes time of at least the square of the length, here 10^8 steps.
    assume(descriptor._SIMPLE.fullmatch(pattern))
    re.fullmatch(pattern, again * (10_000 // len(again)) + last)
