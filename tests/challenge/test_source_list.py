"""Every row of a case's other sources: against runs without it, and with it alone."""

from dataclasses import replace

import numpy as np
import pytest
from other_sources import loaded, row, write

from estimation.challenge.sources.source_list import source_rows
from estimation.model.ladder.ladder import run

DRAWS = 4_000


@pytest.fixture(scope="module")
def own(sets, tmp_path_factory):
    rows = (
        row("two", 0.05, unit="share", area="Upper Exampleland", kind="court", low=0.04, high=0.06),
        row("one", 12000),
        row("unread", 300000, verification="unverified"),
        row("unused", 300000, used="no"),
    )
    place = write(tmp_path_factory.mktemp("case"), *rows, kinds=("survey", "court"))
    return loaded(place, sets)


@pytest.fixture(scope="module")
def table(own):
    folder, case, register = own
    return source_rows(folder.other, run(case, register, draws=DRAWS, seed=1), scope="everyone").set_index("row_id")


@pytest.mark.parametrize(("name", "other"), [("one", "two"), ("two", "one")])
def test_a_choice_is_the_run_made_with_it(own, table, name, other):
    _, case, register = own
    for choice, left_out in (("without", name), ("alone", other)):
        again = run(case, register, draws=DRAWS, seed=1, without=[left_out])
        ends = [again.counts("everyone").quantile(level)[0] for level in (0.025, 0.5, 0.975)]
        found = [float(table.loc[name, f"{choice}_{end}"]) for end in ("low", "median", "high")]
        assert found == pytest.approx(ends, rel=1e-5)  # written with six digits
        assert float(table.loc[name, f"{choice}_effective"]) == pytest.approx(again.weights.effective, rel=1e-5)


def test_every_row_is_listed_with_what_it_is(table):
    assert list(table.index) == ["one", "two", "unread", "unused"]
    assert dict(table["weighed"]) == {"one": "yes", "two": "yes", "unread": "no", "unused": "no"}
    assert table.loc[["unread", "unused"], "reason"].tolist() == ["unverified", "not used"]
    unweighed = table.loc[["unread", "unused"]]
    assert (unweighed[["without_reliable", "alone_reliable"]] == "not weighed in").all(axis=None)
    assert unweighed[["without_low", "alone_effective"]].isna().all(axis=None)
    assert table.loc["two", ["low", "high"]].tolist() == [0.04, 0.06]
    assert table.loc["one", ["low", "high"]].isna().all()


def test_a_run_without_its_sources_says_why(own):
    folder, case, register = own
    found = source_rows(folder.other, run(case, register, draws=1_000, seed=1, sources=False), scope="everyone")
    reasons = found.set_index("row_id")["reason"]
    assert reasons["one"] == "weights of all together not reliable"
    assert (found["weighed"] == "no").all()


def test_a_choice_that_cannot_be_relied_on_has_no_interval(own):
    # The survey alone, a hundredth of what it was, is far off the count: too few draws agree.
    folder, case, register = own
    far = {"one": {"log_sd": 0.05, "value": 120.0}}
    sharp = tuple(replace(each, **far.get(each.name, {})) for each in case.sources)
    never = register.override(uninformative_survey=0.0, bias_survey=0.0)
    found = run(replace(case, sources=sharp), never, draws=1_000, seed=1, enforce=False)
    table = source_rows(folder.other, found, scope="everyone").set_index("row_id")
    assert table.loc["one", "alone_reliable"] == "no"
    assert np.isnan(table.loc["one", "alone_low"])
    assert float(table.loc["one", "alone_effective"]) < 400
    assert float(table.loc["one", "without_low"]) > 0
