from dataclasses import replace

import distributed
import numpy as np
import pandas as pd
import pytest
import small_cluster
from scipy import special

from estimation.challenge.multiverse import containment, multiverse, multiverse_tables
from estimation.challenge.multiverse.specifications import SUMMARY
from estimation.challenge.rerun import areas, proposal, replay
from estimation.challenge.sensitivity import tornado
from estimation.challenge.sensitivity.tornado import entries_of
from estimation.errors import EstimationError
from estimation.evidence.register import choices
from estimation.evidence.tables import sources
from estimation.model.bounds import bound, known
from estimation.model.case.case_shipped import population_factors
from estimation.model.synthesis.weights import MIN_EFFECTIVE

DRAWS, WEIGHED = 1_500, 2_000
KEPT = {"spread": 2, "selection": 2, "differences": 2}


@pytest.fixture(scope="module")
def grid():
    """Two spreads, two selections, two sets of differences, and all choices of whom, how many and which sources."""
    whole = choices.load(sources.PUBLIC / choices.FILE)
    fewer = [
        replace(c, options=c.options[: KEPT.get(c.name, 1 if c.name == "within prefectures" else 9)])
        for c in whole.choices
    ]
    return replace(whole, choices=tuple(fewer))


@pytest.fixture(scope="module")
def run(shipped, judgements, grid):
    seen = []
    found = multiverse.run(
        shipped, judgements, grid, draws=DRAWS, pool=6_000, kept=WEIGHED, seed=3, cores=2, progress=seen.append
    )
    assert sum(seen) == len(found.specifications)
    return found


@pytest.fixture(scope="module")
def alone(run):
    """Specifications from the county alone."""
    return multiverse_tables.alone(run.specifications)


def test_every_feasible_combination_once_and_the_rules_counted(run, grid):
    names = [choice.name for choice in grid.choices]
    assert len(run.specifications) == len(list(grid.combinations())) == len(run.specifications[names].drop_duplicates())
    assert run.grid_sha256 == grid.sha256
    assert (run.excluded["combinations"] > 0).all()
    ordered = run.specifications[list(SUMMARY)].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all()
    assert (np.diff(ordered[run.specifications["reliable"] == "yes"], axis=1) > 0).all()
    published = run.specifications.iloc[0]
    assert published["sources"] == "all"
    assert published["spread"] == "campaigns and crackdowns"


def test_same_as_running_the_model_for_each(alone, shipped, judgements, grid):
    sets = shipped.table("reference_sets")
    by_name = {(c.name, o.name): o for c in grid.choices for o in c.options}
    rng = np.random.default_rng(1)
    for number in [0, *rng.choice(len(alone), 12, replace=False)]:
        row = alone.iloc[number]
        options = [by_name[c.name, row[c.name]] for c in grid.choices]
        settings = {key: value for option in options for key, value in option.settings.items()}
        entries = {key: shape for option in options for key, shape in entries_of(option, sets).items()}
        world = replay.build(
            shipped,
            judgements,
            basis=settings["basis"],
            year=settings["year"],
            adult_age=settings["adult_age"],
        )
        at = tornado.stage(world, judgements, draws=DRAWS, seed=3)
        expected = tornado.summary(at.totals(**entries)[:, at.column(settings["scope"])])
        for end in SUMMARY:
            assert row[end] == pytest.approx(expected[end], rel=2e-3)


def small(grid):
    """Few specifications of every kind."""
    kept = {"spread": 2, "sources": 3, "prison": 3}
    return replace(grid, choices=tuple(replace(c, options=c.options[: kept.get(c.name, 1)]) for c in grid.choices))


SIZE = {"draws": 1_000, "pool": 2_000, "kept": 1_000, "seed": 1}


@pytest.mark.filterwarnings("default")
def test_processes_and_a_cluster_give_the_same_bytes(shipped, judgements, grid, tmp_path):
    few = small(grid)
    here = multiverse.run(shipped, judgements, few, **SIZE, cores=1)
    assert set(here.specifications["prison"]) == {"as judged", "transferred", "from statistics"}
    assert multiverse.run(shipped, judgements, few, **SIZE, cores=2).specifications.equals(here.specifications)
    with small_cluster.cluster(tmp_path, 2) as (address, _):
        client = distributed.Client(address, set_as_default=False)
        client.wait_for_workers(2, timeout=120)
        client.close()
        there = multiverse.run(shipped, judgements, few, **SIZE, scheduler=address)
    pd.testing.assert_frame_equal(there.specifications, here.specifications, check_exact=True)
    pd.testing.assert_frame_equal(there.contained, here.contained, check_exact=True)


def test_every_draw_of_every_specification_lies_within_its_bounds(run, grid):
    # The run itself stops at the first draw outside; here the count is checked: none was passed over.
    table = run.contained.set_index(["scope", "rung"])
    names = {o.name: o.settings["scope"] for c in grid.choices if c.name == "groups" for o in c.options}
    per = run.specifications.assign(scope=run.specifications["groups"].map(names)).groupby("scope")
    for scope, each in per:
        weighed = ~each.index.isin(multiverse_tables.alone(each).index)
        draws = np.where(weighed, WEIGHED, DRAWS)
        assert table.loc[(scope, "no model"), "specifications"] == len(each)
        for rung, checked in (("no model", draws), ("factor", draws[each["prison"] != "from statistics"])):
            # Draws are kept to the next one of the number wanted.
            assert abs(table.loc[(scope, rung), "draws_that_meet_it"] - checked.sum()) <= weighed.sum()
    assert (run.contained["outside"] == 0).all()
    assert (table["draws_that_meet_it"] > 0).all(), "every assumption is met by some draws"


def test_a_bound_that_is_too_narrow_is_noticed(shipped, judgements):
    # Another derivation of the same bound, and a factor that is a tenth too small, which some draw must break.
    world = replay.build(shipped, judgements)
    at = tornado.stage(world, judgements, draws=1_000, seed=5)
    scope = world.scopes[at.column("turkic")]
    share = replay.observed_share(world, at.inputs)
    reach = areas.reach(world.region, share, at.inputs, at.places)
    crowd = containment.crowd(world.region, scope, at.places.people)
    factors = population_factors(at.inputs, world.basis, world.minority_adult_share)
    reached = containment.extremes((reach,), crowd.groups)
    total = at.totals()[:, at.column("turkic")]
    tally = containment.check(total, share, crowd, factors, reached)
    assert tally.draws["factor"] == 1_000
    for draw in (0, 500, 999):
        start = known(world.region, scope, rate=float(share[draw]), rung="factor")
        edge = bound(start, "factor", float(reached.factor[draw]))
        # Without errors of populations the crowd's people are those of the table.
        plain = containment.crowd(world.region, scope, np.ones((1, len(world.region.areas))))
        rest = plain.everyone.sum() - plain.seen[0]
        most = special.expit(special.logit(share[draw]) + np.log(reached.factor[draw]))
        assert plain.seen[0] * share[draw] + rest * most == pytest.approx(edge.high, rel=1e-6)
    narrow = replace(reached, factor=reached.factor**0.1)
    with pytest.raises(EstimationError, match=r"must lie within the bound whose assumption it meets \(factor\); got a"):
        containment.check(total, share, crowd, factors, narrow)
    with pytest.raises(EstimationError, match=r"assumption it meets \(no model\)"):
        containment.check(total * 150, share, crowd, factors, None)


def test_shares_of_variance_by_hand():
    # Derivation: log result = 2 a + b on a full grid of -1 and 1: variance 5, shares 4/5 and 1/5, alone and total.
    rows = [(str(a), str(b), np.exp(2 * a + b)) for a in (-1, 1) for b in (-1, 1)]
    table = pd.DataFrame(rows, columns=["a", "b", "count_median"])
    found = multiverse_tables.variance_shares(table).set_index("choice")
    np.testing.assert_allclose(found.loc[["a", "b"], ["alone", "total"]], [[0.8, 0.8], [0.2, 0.2]])
    assert found.loc["a", ["lowest_option", "highest_option"]].tolist() == ["-1", "1"]
    with pytest.raises(EstimationError, match="specifications must differ in their result"):
        multiverse_tables.variance_shares(table.assign(count_median=1.0))


def test_width_and_thinned_curve(run, alone):
    wide = multiverse_tables.variance_shares(alone, of="width")
    assert not set(wide["choice"]) & {"sources", "prison"}
    # Derivation: a factor on everybody moves both ends alike.
    assert wide.set_index("choice").loc["regional base", "total"] < 1e-3
    curve = multiverse_tables.thinned(run.specifications, rows=50)
    assert len(curve) == 50
    assert curve["rank"].iloc[[0, -1]].tolist() == [1, len(run.specifications)]
    assert curve["count_median"].is_monotonic_increasing


def test_too_few_draws(shipped, judgements, grid):
    with pytest.raises(EstimationError, match="a multiverse needs at least 1000 draws; got 10"):
        multiverse.run(shipped, judgements, grid, draws=10, seed=1)


def test_the_file_keeps_every_specification(run, grid):
    found, key = multiverse_tables.compact(run.specifications, grid), multiverse_tables.options_table(grid)
    assert len(found) == len(run.specifications) == found["specification"].nunique()
    again = multiverse_tables.named(found, key)
    names = [choice.name for choice in grid.choices]
    assert (again[names] == run.specifications[names]).all(axis=None)
    # Derivation: four digits are good to half of one in a thousand.
    np.testing.assert_allclose(again["count_median"], run.specifications["count_median"], rtol=5.1e-4)
    with pytest.raises(EstimationError, match="every code must be in the key"):
        multiverse_tables.named(found.assign(specification="szzzzzzzzzzzzzz"), key)


def test_weights_that_cannot_be_relied_on_are_marked_and_kept(run):
    # Two thousand kept draws are too few for some specifications with all sources; they stay in the table.
    weighed = run.specifications[run.specifications["sources"] != "none"]
    assert set(weighed["reliable"]) == {"yes", "no"}
    assert (weighed.loc[weighed["reliable"] == "yes", "effective"] >= MIN_EFFECTIVE).all()
    assert len(run.relied_on()) + (run.specifications["reliable"] == "no").sum() == len(run.specifications)


def test_chances_of_being_kept():
    rng = np.random.default_rng(1)
    logs = [3 * rng.standard_normal(5_000) for _ in range(3)]
    chance = proposal.chances(logs, 800)
    assert chance.sum() == pytest.approx(800)
    assert chance.min() >= proposal.EVEN * 0.5 * 800 / 5_000
    assert chance.max() == 1.0
    rows = proposal.kept(chance, rng)
    assert abs(rows.size - 800) <= 1
    # Derivation: sums over kept draws with one over the chance are unbiased; the standard error of a count of 5,000.
    totals = [(1 / chance[proposal.kept(chance, rng)]).sum() for _ in range(400)]
    assert np.mean(totals) == pytest.approx(5_000, abs=4 * np.std(totals) / 20)
    assert (proposal.chances(logs, 9_000) == 1).all()
