"""The second case that ships: what is said of its truth, its claims and its spread."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from estimation.challenge.claims import claims_of
from estimation.challenge.rerun.stage import stage
from estimation.challenge.review.claim_check import against_truth, chances
from estimation.errors import EstimationError
from estimation.evidence.case_folder import case_folder
from estimation.model.case.build import case_of, register_of
from estimation.model.ladder.ladder import run as model_run
from estimation.model.region.region import RUNGS
from estimation.model.spread.register_priors import spread_entry

FOLDER = Path(__file__).resolve().parents[2] / "data" / "cases" / "japanese_american_1945"
FAMILY = "japanese_american"


@pytest.fixture(scope="module")
def known(sets):
    return case_folder.load(FOLDER, families=set(sets["family"]))


@pytest.fixture(scope="module")
def run(known, sets):
    register = register_of(known, sets)
    return model_run(case_of(known, register), register, draws=4_000, seed=3, threads=1)


def test_spread_is_fitted_without_its_family(known, sets):
    found = register_of(known, sets)["between_county_sd"].distribution
    assert found == spread_entry(sets, without=[FAMILY]) != spread_entry(sets)


def test_no_estimate_reads_the_truth(known, sets, run):
    statement = replace(known.statement, truth=replace(known.statement.truth, count=1.0))
    other = replace(known, statement=statement)
    register = register_of(other, sets)
    again = model_run(case_of(other, register), register, draws=4_000, seed=3, threads=1)
    assert again.table().equals(run.table())


def test_where_the_truth_lies(known, run):
    found = against_truth(run, known.statement.truth).set_index(["rung", "level"])
    for rung in RUNGS:
        totals = run.count("three_states", rung)
        low, high = np.quantile(totals, [0.025, 0.975])
        row = found.loc[(rung, 0.95)]
        assert (row["count_low"], row["count_high"]) == pytest.approx((low, high), rel=1e-12)
        assert row["held"] == ("yes" if low <= 57_715 <= high else "no")
        assert row["share_of_draws_below"] == np.mean(totals < 57_715)
    with pytest.raises(EstimationError, match="the truth must be about a scope that was run; got 'nowhere'"):
        against_truth(run, replace(known.statement.truth, scope="nowhere"))


def test_chances_of_its_claims(known, run):
    claims = claims_of(known.statement)
    table = chances(run, claims).set_index("claim")
    totals = run.count("three_states")
    assert table.loc["half of them or more", "probability"] == pytest.approx(np.mean(totals >= 55_725))
    assert table.loc["half of them or more", "low"] == 55_725
    assert set(table["sides"]) == {"at least"}
    assert table["high"].isna().all()
    assert set(table["rung"]) == {"differences"}


# --- the stage that moves one judgement -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def at(known, sets):
    register = register_of(known, sets)
    return stage(case_of(known, register), register, draws=1_000, seed=5)


@pytest.mark.parametrize("changed", [{}, {"selection_shift": 1.0}, {"between_county_sd": 0.4}])
def test_stage_gives_the_totals_of_the_ladder(at, changed):
    run = model_run(at.case, at.register.override(**changed), draws=1_000, seed=5, threads=1)
    np.testing.assert_array_equal(at.totals(changed).count("three_states"), run.count("three_states"))


def test_stage_of_an_unknown_scope(at):
    with pytest.raises(EstimationError, match="the scope must be a known one; got 'four'"):
        at.sample("four")
