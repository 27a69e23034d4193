import pytest

from estimation.challenge.claims import Claim
from estimation.challenge.multiverse import limits_table
from estimation.challenge.rerun import replay
from estimation.model.bounds import RUNGS
from estimation.report.publish import challenge_publish
from estimation.report.record import results_folder


@pytest.fixture(scope="module")
def world(shipped, judgements):
    return replay.build(shipped, judgements)


def test_bounds_of_every_scope_nest_and_meet_where_places_are_alike(world, judgements):
    table = limits_table.bounds_table(world, judgements, factors=(1.0, 4.0))
    for _, rows in table.groupby("scope"):
        wide = rows[rows["k"] != 1].set_index("rung")
        assert wide.loc[list(RUNGS), "high"].round().is_monotonic_decreasing
        alike = rows[rows["k"] == 1]
        assert alike["low"].tolist() == pytest.approx(alike["high"].tolist())
        assert alike["low"].max() == pytest.approx(alike["low"].min())


def test_least_k_of_a_claim(world, judgements):
    claims = [Claim("turkic", high=1000, label="few"), Claim("turkic", low=3e6, label="many")]
    table = limits_table.compatible(world, judgements, claims).set_index(["claim", "rung"])
    assert (table.loc["few", "possible"] == "no").all()  # fewer than were counted in one county
    assert table.loc["few", "k"].isna().all()
    many = table.loc["many", "k"][list(RUNGS[1:])]
    assert many.is_monotonic_increasing


def test_limits_keep_capacity_apart(shipped, world, judgements):
    table = limits_table.limits(shipped, world, judgements).set_index("kind")
    assert table.loc["logical floor", "value"] == 22762  # observations.csv, kon_bbc
    assert table.loc["capacity", "value"] == 1014883  # capacity.csv, bfn_cap
    assert table.loc["capacity", "measure"] != table.loc["logical floor", "measure"]


def test_published_tables_hold_for_other_draws(shipped, judgements):
    # The tornado as published against another seed: bounds of the answer as judged agree to a few percent.
    old = results_folder.published("tornado.csv").iloc[0]
    from estimation.challenge.sensitivity import tornado

    at = tornado.stage(replay.build(shipped, judgements), judgements, draws=10_000, seed=5)
    new = tornado.summary(at.totals()[:, at.column("turkic")])
    for end, allowed in (("count_low", 0.1), ("count_median", 0.05), ("count_high", 0.1)):
        assert new[end] == pytest.approx(float(old[end]), rel=allowed)
    effects = challenge_publish.effects(at, seed=1, scope="turkic", rows=1500).set_index("input")["effect"]
    assert effects.sum() == pytest.approx(1.0)
    assert effects["observed_standing"] == effects.max()
