import hashlib

import pytest

from estimation.errors import AssumptionError
from estimation.evidence.register import choices
from estimation.evidence.tables import sources

GOOD = """
[[choice]]
name = "a"
asks = "A?"
[[choice.option]]
name = "one"
reason = "r"
[[choice.option]]
name = "two"
reason = "r"
year = 2017
"""


def combinations(grid):
    """The options of every combination that is run."""
    return [tuple(c.options[n] for c, n in zip(grid.choices, row, strict=True)) for row in grid.codes()]


def test_the_grid_that_ships_is_hashed_and_starts_with_what_is_published():
    path = sources.PUBLIC / choices.FILE
    grid = choices.load(path)
    assert grid.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    every = combinations(grid)
    assert every[0] == tuple(choice.options[0] for choice in grid.choices)
    assert len(every) > 5_000
    assert all(rule.reason for rule in grid.infeasible)


def test_counts_of_the_bases_are_those_of_the_tables(shipped):
    # The grid types two bases; the table and the register have them.
    grid = choices.load(sources.PUBLIC / choices.FILE)
    options = {o.name: o for c in grid.choices if c.name == "county base" for o in c.options}
    implied = shipped.table("bases").set_index("denominator_id").loc["kon_den_implied", "value"]
    assert options["implied by the press"].entries["county_adults_registered"].median() == implied


def test_infeasible_combinations_are_left_out(tmp_path):
    path = tmp_path / "grid.toml"
    more = GOOD.replace('"a"', '"b"') + '[[infeasible]]\nwhen = { a = "one", b = "two" }\nreason = "cannot be"\n'
    path.write_text(GOOD + more, encoding="utf-8")
    grid = choices.load(path)
    assert [tuple(o.name for o in each) for each in combinations(grid)] == [
        ("one", "one"),
        ("two", "one"),
        ("two", "two"),
    ]
    assert [(rule.reason, count) for rule, count in grid.left_out()] == [("cannot be", 1)]


def test_a_narrower_grid_keeps_some_options_for_some_combinations(tmp_path):
    path = tmp_path / "grid.toml"
    narrow = '[narrower]\nunless = { a = "one" }\nkeep = { b = ["two"] }\nreason = "slow"\n'
    path.write_text(GOOD + GOOD.replace('"a"', '"b"') + narrow, encoding="utf-8")
    grid = choices.load(path)
    assert [tuple(o.name for o in each) for each in combinations(grid)] == [
        ("one", "one"),
        ("one", "two"),
        ("two", "two"),
    ]
    assert [(rule.reason, count) for rule, count in grid.left_out()] == [("slow", 1)]


def test_a_narrower_grid_leaves_combinations_with_any_of_the_options_named(tmp_path):
    path = tmp_path / "grid.toml"
    third = '[[choice.option]]\nname = "three"\nreason = "r"\nyear = 2018\n'
    narrow = '[narrower]\nunless = { a = ["one", "three"] }\nkeep = { b = ["two"] }\nreason = "slow"\n'
    path.write_text(GOOD + third + GOOD.replace('"a"', '"b"') + narrow, encoding="utf-8")
    grid = choices.load(path)
    assert [tuple(o.name for o in each) for each in combinations(grid)] == [
        ("one", "one"),
        ("one", "two"),
        ("two", "two"),
        ("three", "one"),
        ("three", "two"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[choice]\n", "must be TOML in UTF-8"),
        ("", "a grid needs choices; got none"),
        (GOOD + GOOD, "names of choices must differ; got a"),
        (GOOD.replace('"two"', '"one"'), r"names of options \(a\) must differ; got one"),
        (GOOD.replace('reason = "r"', 'reason = " "', 1), "a, one needs a text for reason"),
        (GOOD.replace("year = 2017", "yeer = 2017"), r"may set only what the model knows \(a, two\); got yeer = 2017"),
        (GOOD.replace("2017", '"2017"'), "got year = '2017'"),
        (GOOD.split('[[choice.option]]\nname = "two"')[0], r"a choice needs two options or more \(a\); got 1"),
        (GOOD + '[[infeasible]]\nwhen = { a = "six" }\nreason = "r"\n', "must name known options; got a = 'six'"),
        (GOOD.replace("year = 2017", 'prison = "some"'), r"only what the model knows \(a, two\); got prison = 'some'"),
        (GOOD.replace("year = 2017", 'sources = ["rumour"]'), r"got sources = \['rumour'\]"),
        (
            GOOD + '[narrower]\nunless = { a = "one" }\nreason = "r"\n',
            "for which combinations and what it keeps; got 1 and 0 choices",
        ),
        (GOOD + '[[infeasible]]\nreason = "r"\n', "a combination left out must say which"),
    ],
)
def test_refusals(tmp_path, text, message):
    path = tmp_path / "grid.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssumptionError, match=message):
        choices.load(path, kinds=("phone", "village"))


def test_no_file(tmp_path):
    with pytest.raises(AssumptionError, match="the grid's file must be readable"):
        choices.load(tmp_path / "none.toml")
