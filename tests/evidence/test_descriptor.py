# ruff: noqa: E501 (one fault to a line reads as a table)
import json
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_folder import Case, said, text
from small_folder import descriptor as small_package

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


def test_a_folder_without_descriptor_is_refused(tmp_path):
    (problem,) = sources.check(tmp_path)
    assert problem.file == "datapackage.json"
    assert problem.rule == "a data folder must declare its tables"
    assert problem.got == "no file"


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"resources": 3}', "[" * 100_000])
def test_a_descriptor_that_is_no_package_is_refused(tmp_path, content):
    (tmp_path / "datapackage.json").write_text(content)
    (problem,) = sources.check(tmp_path)
    assert problem.rule == "it must be a JSON object with a list of resources"


# Entry of the third resource, its new value, part of the message.
DECLARATIONS = [
    ("path", "../parts.csv", "path '../parts.csv' is not the plain name of a CSV file"),
    ("path", "parts.xlsx", "is not the plain name of a CSV file"),
    ("hash", "md5:0", "hash 'md5:0' is not sha256: and 64 hexadecimal digits"),
    ("schema", {}, "KeyError: 'fields'"),
    ("schema", {"fields": []}, "columns must be declared, each once"),
    ("schema", {"fields": [{"name": "a", "type": "string"}] * 2}, "columns must be declared, each once"),
    ("schema", {"fields": [{"name": "a", "type": "date"}]}, "type 'date' of a is not one of string, integer, number"),
    ("schema", {"fields": [{"name": "a", "type": "string"}], "primaryKey": "b"}, "keys of undeclared columns ['b']"),
    ("schema", {"fields": [{"name": "a", "type": "string", "constraints": {"pattern": "("}}]}, "pattern '(' must be runs of letters and digits"),
    ("schema", {"fields": [{"name": "a", "type": "string"}], "foreignKeys": [{"fields": ["a", "b"], "reference": {"resource": "sources", "fields": ["x", "y"]}}]}, "ValueError"),
    ("x-rules", 7, "TypeError"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "value", "message"), DECLARATIONS)
def test_a_declaration_that_cannot_be_checked_is_refused(case, entry, value, message):
    case.package["resources"][2][entry] = value
    (case.folder / "datapackage.json").write_text(json.dumps(case.package))
    problem = sources.check(case.folder)[0]
    assert problem.rule == "a resource must give name, path, hash and a schema that can be checked"
    assert message in problem.got


def test_a_resource_declared_twice_is_refused(case):
    case.package["resources"].append(case.package["resources"][0])
    case.rehash()
    assert said(case) == ["datapackage.json: a resource name must stand once; got sources. Do this: rename one."]


def test_a_foreign_key_to_nowhere_is_refused(case):
    case.package["resources"][1]["schema"]["foreignKeys"][0]["reference"]["fields"] = "key"
    case.rehash()
    assert said(case) == [
        "datapackage.json: a foreign key must lead to a declared column; got areas.source_id -> sources.key. "
        "Do this: declare or drop it."
    ]


def _places(node, path=()):
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


PLACES = [path for path in _places(small_package()) if len(path) > 1]
junk = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda kids: st.lists(kids, max_size=3) | st.dictionaries(st.text(max_size=5), kids, max_size=3), max_leaves=5)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), junk)
def test_no_descriptor_gives_a_traceback(path, value):
    with tempfile.TemporaryDirectory() as name:
        case = Case(Path(name))
        node = case.package
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        (case.folder / "datapackage.json").write_text(json.dumps(case.package))
        for problem in sources.check(case.folder):
            assert str(problem)
