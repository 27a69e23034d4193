import json
import re
import time

import pytest
from small_folder import Case, text

from estimation.evidence.checks.pattern import LONGEST_CELL, require_quick
from estimation.evidence.tables import sources


def test_the_patterns_that_ship_are_quick():
    package = json.loads((sources.PUBLIC / "datapackage.json").read_text(encoding="utf-8"))
    fields = [field for resource in package["resources"] for field in resource["schema"]["fields"]]
    patterns = {field["constraints"]["pattern"] for field in fields if "pattern" in field.get("constraints", {})}
    assert patterns
    for pattern in patterns:
        require_quick(pattern)


@pytest.mark.parametrize(
    "pattern", ["[a-z]+", r"(\+[a-z]+)*", r"(,\d{2,4})*", "(x|y)?z", "a{2,5}", "(?:-a)*", "((-a+))*", "(-a(b-)?)?"]
)
def test_patterns_with_one_way_to_match_pass(pattern):
    require_quick(pattern)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a+)+", "repeats what can be split in several ways"),
        ("(a|aa)*", "repeats what can be split in several ways"),
        ("(a?){50}a{50}", "repeats what can be split in several ways"),
        (r"(\+[a-z+]+)*", "repeats what can be split in several ways"),
        (r"(-\w+)*", "repeats what can be split in several ways"),
        (r"(1\d+)*", "repeats what can be split in several ways"),
        ("(-[^x]+)*", "repeats what can be split in several ways"),
        ("(-(a|b-)+)*", "repeats what can be split in several ways"),
        ("a*a*a*a*b", "has more than 3 open or 6 optional parts"),
        ("a?" * 40 + "a" * 40, "has more than 3 open or 6 optional parts"),
        ("(a|aa)" * 30, "has more than 3 open or 6 optional parts"),
        (r"(a)\1", "refers back, looks around or sets flags"),
        ("(?=a)b", "refers back, looks around or sets flags"),
        ("(?i:a)", "refers back, looks around or sets flags"),
        ("(?i)a", "sets flags"),
        ("[a-z", "is none"),
        ("a{99999999999999}", "is none"),
        ("(" * 100 + ")" * 101, "has more than 200 characters"),
    ],
)
def test_patterns_that_could_take_for_ever_are_refused(pattern, why):
    with pytest.raises(ValueError, match=why):
        require_quick(pattern)


def test_the_worst_pattern_allowed_ends_soon():
    # Three open parts on the longest cell: about 100^3 / 6 ways to split it.
    require_quick("a*a*a*b")
    start = time.perf_counter()
    assert re.fullmatch("a*a*a*b", "a" * LONGEST_CELL) is None
    assert time.perf_counter() - start < 2


def test_a_folder_with_such_a_pattern_is_refused(tmp_path):
    case = Case(tmp_path)
    case.package["resources"][2]["schema"]["fields"][4] = text("note", pattern="(a+)+")
    case.rehash()
    assert any("repeats what can be split in several ways" in problem.got for problem in sources.check(tmp_path))


def test_a_cell_too_long_for_a_pattern_does_not_match_it(tmp_path):
    case = Case(tmp_path)
    case.package["resources"][2]["schema"]["fields"][4] = text("note", pattern="x*")
    case.edit("parts", '"a note, with a comma"', "x" * LONGEST_CELL)
    assert sources.check(tmp_path) == ()
    case.edit("parts", "x" * LONGEST_CELL, "x" * (LONGEST_CELL + 1))
    (problem,) = sources.check(tmp_path)
    assert (problem.column, problem.rule) == ("note", "a cell must match the pattern x*")
