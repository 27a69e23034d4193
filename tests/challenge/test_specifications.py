"""What each combination of the declared choices sets."""

import pytest

from estimation.challenge.multiverse.specifications import looks, specifications
from estimation.challenge.sensitivity.tornado import entries_of
from estimation.evidence.register import choices
from estimation.evidence.tables import sources

KINDS = ("phone", "village", "table", "capacity", "court")


@pytest.fixture(scope="module")
def grid():
    return choices.load(sources.PUBLIC / choices.FILE)


@pytest.fixture(scope="module")
def sets(shipped):
    return shipped.table("reference_sets")


@pytest.fixture(scope="module")
def codes(grid):
    return grid.codes()


@pytest.fixture(scope="module")
def asked(grid, codes, sets):
    return list(specifications(grid, codes, sets))


@pytest.fixture(scope="module")
def entries(grid, sets):
    """Entries that each option sets."""
    return {
        (choice.name, option.name): entries_of(option, sets) for choice in grid.choices for option in choice.options
    }


def test_the_first_is_what_is_published(asked, judgements):
    # Origin: multiverse.toml, whose first options are those of the published answer.
    first = asked[0]
    assert dict(first.case) == {"basis": "registered", "year": 2018, "adult_age": 18}
    assert (first.prison, first.scope) == ("split", "turkic")
    assert set(first.sources) == set(KINDS)
    # What it sets is what the register has.
    assert all(shape == judgements[name].distribution for name, shape in first.entries)
    assert not first.alone


def test_every_combination_sets_what_its_options_do(asked, grid, codes, entries):
    assert len(asked) == len(codes)
    for place in range(0, len(codes), 997):
        one = asked[place]
        options = {c.name: c.options[code] for c, code in zip(grid.choices, codes[place], strict=True)}
        settings = {key: value for option in options.values() for key, value in option.settings.items()}
        expected = [entries[name, option.name].items() for name, option in options.items()]
        assert dict(one.entries) == dict(pair for each in expected for pair in each)
        assert dict(one.case) == {key: settings[key] for key in ("basis", "year", "adult_age")}
        assert (one.prison, one.scope, one.sources) == (
            settings.get("prison", "split"),
            settings["scope"],
            tuple(settings.get("sources", ())),
        )


def test_scope_and_sources_need_no_run_of_their_own(asked):
    # Two combinations that differ in nothing but these are of one model, and only these.
    by_model = {}
    for one in asked:
        by_model.setdefault(one.model, set()).add((one.scope, one.sources))
    assert max(map(len, by_model.values())) > 1
    assert sum(map(len, by_model.values())) == len(asked)
    assert {one.alone for one in asked if not one.sources and one.prison == "split"} == {True}
    assert {one.alone for one in asked if one.sources or one.prison == "statistics"} == {False}


def test_looks_are_the_published_entries_and_what_moves_most_of_the_weight(grid, sets, entries, judgements):
    found = list(looks(grid, sets, judgements))
    published = found[0]
    by_name = {choice.name: choice for choice in grid.choices}
    # One look for every other option on how far areas lie apart and how prisons divide; none for other choices.
    names = ("spread", "within prefectures", "selection", "differences", "prison")
    options = [(name, option.name) for name in names for option in by_name[name].options[1:]]
    others = [each for each in options if each != ("prison", "from statistics")]  # sets no entry
    assert len(found) == 1 + len(others)
    assert all(each == published | entries[option] for each, option in zip(found[1:], others, strict=True))
