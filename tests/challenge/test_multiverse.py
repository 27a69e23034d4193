from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimation.challenge import multiverse, replay, tornado
from estimation.challenge.tornado import entries_of
from estimation.errors import EstimationError
from estimation.evidence import choices, sources
from estimation.model.bounds import RUNGS, area_factors, bound, known

KEPT = {"spread": 2, "selection": 2, "differences": 2}


@pytest.fixture(scope="module")
def grid():
    """Two spreads, two selections, two sets of differences, and all choices of whom and how many."""
    whole = choices.load(sources.PUBLIC / choices.FILE)
    fewer = [
        replace(c, options=c.options[: KEPT.get(c.name, 1 if c.name == "within prefectures" else 9)])
        for c in whole.choices
    ]
    return replace(whole, choices=tuple(fewer))


@pytest.fixture(scope="module")
def run(shipped, judgements, grid):
    seen = []
    found = multiverse.run(shipped, judgements, grid, draws=2_000, seed=3, jobs=2, progress=seen.append)
    assert sum(seen) == len(found.specifications)
    return found


def test_every_feasible_combination_once_and_the_rules_counted(run, grid):
    names = [choice.name for choice in grid.choices]
    assert len(run.specifications) == len(list(grid.combinations())) == len(run.specifications[names].drop_duplicates())
    assert run.grid_sha256 == grid.sha256
    assert (run.excluded["combinations"] > 0).all()
    ordered = run.specifications[list(multiverse.SUMMARY)].to_numpy()
    assert (np.diff(ordered, axis=1) > 0).all()


def test_same_as_running_the_model_for_each(run, shipped, judgements, grid):
    sets = shipped.table("reference_sets")
    by_name = {(c.name, o.name): o for c in grid.choices for o in c.options}
    rng = np.random.default_rng(1)
    for number in [0, *rng.choice(len(run.specifications), 12, replace=False)]:
        row = run.specifications.iloc[number]
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
        at = tornado.stage(world, judgements, draws=2_000, seed=3)
        expected = tornado.summary(at.totals(**entries)[:, at.column(settings["scope"])])
        for end in multiverse.SUMMARY:
            assert row[end] == pytest.approx(expected[end], rel=2e-3)


def test_threads_do_not_matter(shipped, judgements, grid):
    small = replace(
        grid, choices=tuple(replace(c, options=c.options[: 1 + (c.name == "spread")]) for c in grid.choices)
    )
    one, two = (multiverse.run(shipped, judgements, small, draws=1_000, seed=1, jobs=jobs) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one.specifications, two.specifications)


def test_bounds_hold_every_result_that_satisfies_their_assumption(shipped, judgements, grid):
    # Each draw of each specification of places is a world of its own: it must lie within the bounds at its own k.
    sets = shipped.table("reference_sets")
    world = replay.build(shipped, judgements)
    at = tornado.stage(world, judgements, draws=1_000, seed=5)
    places = replace(at.places, people=np.ones_like(at.places.people))
    region, scope = world.region, world.scopes[at.column("turkic")]
    inside = 0
    for options in list(grid.combinations())[:: len(list(grid.combinations())) // 12]:
        entries = {key: shape for option in options for key, shape in entries_of(option, sets).items()}
        inputs = at.changed(**entries)
        share = replay.observed_share(world, inputs)
        totals = replay.area_sums(region, replay.part_weights(world), share, inputs, places)
        total = totals[:, at.column("turkic")] + totals[:, at.column("turkic") + len(world.scopes)]
        # Rates by area and group, from sums over one area and group each.
        cells = np.zeros((len(region.groups), len(region.areas), 3 * len(region.areas)))
        for group in range(3):
            cells[group, :, group * len(region.areas) : (group + 1) * len(region.areas)] = np.eye(len(region.areas))
        rates = replay.area_sums(region, cells, share, inputs, places).reshape(1_000, 3, -1).transpose(0, 2, 1)
        logits = np.log(np.clip(rates, 1e-30, 1 - 1e-7) / (1 - np.clip(rates, 1e-30, 1 - 1e-7)))
        for draw in range(0, 1_000, 25):
            k = float(area_factors(region, logits[draw : draw + 1], float(share[draw]))[0])
            start = known(region, scope, rate=float(share[draw]), rung="factor")
            edge = bound(start, "factor", max(k, 1.0))
            assert edge.low * (1 - 1e-4) <= total[draw] <= edge.high * (1 + 1e-4)
            inside += 1
    assert inside > 300
    assert RUNGS[1] == "factor"


def test_shares_of_variance_by_hand():
    # Derivation: log result = 2 a + b on a full grid of -1 and 1: variance 5, shares 4/5 and 1/5, alone and total.
    rows = [(str(a), str(b), np.exp(2 * a + b)) for a in (-1, 1) for b in (-1, 1)]
    table = pd.DataFrame(rows, columns=["a", "b", "count_median"])
    found = multiverse.variance_shares(table).set_index("choice")
    np.testing.assert_allclose(found.loc[["a", "b"], ["alone", "total"]], [[0.8, 0.8], [0.2, 0.2]])
    assert found.loc["a", ["lowest_option", "highest_option"]].tolist() == ["-1", "1"]
    with pytest.raises(EstimationError, match="specifications must differ in their result"):
        multiverse.variance_shares(table.assign(count_median=1.0))


def test_width_and_thinned_curve(run):
    wide = multiverse.variance_shares(run.specifications, of="width")
    # Derivation: a factor on everybody moves both ends alike.
    assert wide.set_index("choice").loc["regional base", "total"] < 1e-3
    curve = multiverse.thinned(run.specifications, rows=50)
    assert len(curve) == 50
    assert curve["rank"].iloc[[0, -1]].tolist() == [1, len(run.specifications)]
    assert curve["count_median"].is_monotonic_increasing


def test_too_few_draws(shipped, judgements, grid):
    with pytest.raises(EstimationError, match="a multiverse needs at least 1000 draws; got 10"):
        multiverse.run(shipped, judgements, grid, draws=10, seed=1)
