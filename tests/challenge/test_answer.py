"""What one register says: intervals, chances and tipping points of one stage, and two registers on the same draws."""

import numpy as np
import pytest
from shipped_case import SCOPES, STANDARD, STATED

from estimation.challenge.rerun.stage import stage
from estimation.challenge.review import answer
from estimation.challenge.sensitivity import tipping, tornado
from estimation.errors import EstimationError
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run


@pytest.fixture(scope="module")
def at(shipped, judgements):
    return stage(case_of(shipped, judgements), judgements, draws=1_500, seed=4)


@pytest.fixture(scope="module")
def said(at):
    seen = []
    entries = ("missing_share", "county_error_sd_south")
    found = answer.answer(at, claims=STANDARD, tipped=entries, scope="turkic", progress=seen.append)
    # One step for the one entry that varies, and one for each row of the tornado but the first.
    assert len(seen) == len(found.moved)
    return found


def test_intervals_and_chances_are_those_of_the_run(at, said):
    again = run(at.case, at.register, draws=1_500, seed=4, sources=False)
    assert (said.reliable, said.said) == (True, "")
    assert said.intervals["scope"].tolist() == [scope.name for scope in SCOPES]
    for row in said.intervals.to_dict(orient="records"):
        ends = np.quantile(again.count(row["scope"]), list(tornado.QUANTILES.values()), method="inverted_cdf")
        assert [row[end] for end in tornado.QUANTILES] == pytest.approx(ends, rel=1e-12)
    for claim, row in zip(STANDARD, said.claims.to_dict(orient="records"), strict=True):
        assert row["probability"] == pytest.approx(claim.holds(again.count(claim.scope)).mean())


def test_tips_and_moves_are_those_of_their_modules(at, said):
    assert set(said.tips["entry"]) == {"missing_share"}
    expected = tipping.table(tipping.tips(at, STANDARD, ["missing_share"]), at)
    assert said.tips.equals(expected)
    assert said.moved.equals(tornado.tornado(at, scope="turkic")[0])


def test_two_registers_are_asked_on_the_draws_that_either_gives_weight(shipped, judgements):
    # An uninformative kind for all but the villages keeps the weights of few draws reliable.
    calm = judgements.override(
        **{f"uninformative_{kind}": 0.999 for kind in ("phone", "table", "capacity", "court", "school")}
    )
    mine = calm.override(regional_base_ratio=1.2)
    before, after = answer.pair(
        lambda register: case_of(shipped, register),
        calm,
        mine,
        claims=STANDARD,
        tipped=(),
        scope=STATED.lead.scope,
        pilot=3_000,
        kept=3_000,
        seed=1,
    )
    assert before.reliable
    assert after.reliable
    assert before.moved.empty
    assert before.tips.empty
    # Derivation: a base a fifth higher than one centred on 1, and phones, villages and the rest that speak of shares
    # or say nothing, so that totals are a fifth higher within the errors of a few thousand draws.
    ratio = after.intervals["count_median"] / before.intervals["count_median"]
    np.testing.assert_allclose(ratio, 1.2, rtol=0.06)
    # Another run of the first register has its intervals within the errors of both.
    again = run(case_of(shipped, calm), calm, draws=20_000, seed=9, enforce=False)
    for row in before.intervals.to_dict(orient="records"):
        median = np.median(again.count(row["scope"]))
        width = np.log(row["count_q90"] / row["count_q10"]) / 2.56
        # Origin: the error of a normal's median is 1.25 standard deviations over the root of the draws; 400 at least.
        assert abs(np.log(row["count_median"] / median)) < 4 * 1.25 * width / np.sqrt(400)


def test_changes_are_what_differs(judgements):
    mine = judgements.override(missing_share=0.2)
    found = answer.changes(judgements, mine)
    assert found["entry"].tolist() == ["missing_share"]
    assert found["after"].tolist() == ["point(value=0.2)"]
    with pytest.raises(EstimationError, match="a review needs an entry that differs from the register; got none"):
        answer.changes(judgements, judgements)
