"""The multiverse on a small grid: every specification against a run of the same case and register."""

from dataclasses import replace

import distributed
import numpy as np
import pandas as pd
import pytest
import small_cluster

from estimation.challenge.multiverse import multiverse, multiverse_tables
from estimation.challenge.multiverse.specifications import specifications
from estimation.errors import EstimationError
from estimation.evidence.register import choices
from estimation.evidence.tables import sources
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run as model_run
from estimation.model.synthesis.weights import MIN_EFFECTIVE

DRAWS, WEIGHED = multiverse.DRAWS, 2_000
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
def sets(shipped):
    return shipped.table("reference_sets")


@pytest.fixture(scope="module")
def build(shipped, judgements):
    return lambda **options: case_of(shipped, judgements, **options)


@pytest.fixture(scope="module")
def run(build, judgements, grid, sets):
    seen = []
    found = multiverse.run(
        build,
        judgements,
        grid,
        sets,
        scope="turkic",
        draws=DRAWS,
        pool=6_000,
        pilot=6_000,
        kept=WEIGHED,
        seed=3,
        cores=2,
        progress=seen.append,
    )
    assert sum(seen) == len(found.specifications)
    return found


@pytest.fixture(scope="module")
def alone(run):
    """Specifications from the county alone."""
    return multiverse_tables.alone(run.specifications)


def test_every_feasible_combination_once_and_the_rules_counted(run, grid):
    names = [choice.name for choice in grid.choices]
    assert len(run.specifications) == len(grid.codes()) == len(run.specifications[names].drop_duplicates())
    assert run.grid_sha256 == grid.sha256
    assert (run.excluded["combinations"] > 0).all()
    ordered = run.specifications[list(multiverse.SUMMARY)].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0).all()
    assert (np.diff(ordered[run.specifications["reliable"] == "yes"], axis=1) > 0).all()
    published = run.specifications.iloc[0]
    assert published["sources"] == "all"
    assert published["spread"] == "campaigns and crackdowns"


def near(row, values, worth):
    """Whether shares of a run's draws below a row's quantiles are the named ones, within four errors of both.

    Shares, not persons: some specifications have two humps with few draws between, where quantiles move far.
    """
    for end, level in multiverse.QUANTILES.items():
        error = np.sqrt(level * (1 - level) * (1 / worth + 1 / float(row["effective"])))
        assert abs((values <= row[end]).mean() - level) < 4 * error, end


def test_from_the_county_alone_each_is_a_run_of_its_case_and_register(alone, run, build, judgements, grid, sets):
    asked = list(specifications(grid, grid.codes(), sets))
    rng = np.random.default_rng(1)
    for number in [0, *rng.choice(len(alone), 8, replace=False)]:
        place = alone.index[number]
        row, one = alone.loc[place], asked[place]
        assert one.alone
        assert row["effective"] == DRAWS
        register = judgements.override(**dict(one.entries))
        again = model_run(build(**dict(one.case)), register, draws=20_000, seed=11, sources=False)
        near(row, again.count(one.scope), 20_000)


@pytest.mark.slow
def test_with_sources_each_is_a_run_of_its_case_register_and_sources(run, build, judgements, grid, sets):
    asked = list(specifications(grid, grid.codes(), sets))
    relied = run.relied_on()
    # Prisons from statistics are no run of the model as it is; test_prison_statistics holds them to their arithmetic.
    weighed = relied[(relied["sources"] != "none") & (relied["prison"] != "from statistics")]
    rng = np.random.default_rng(2)
    # On either basis: draws of the other basis are at the scores that the weights speak of.
    by_case = weighed.groupby(lambda place: asked[place].case).groups
    assert len(by_case) > 1
    for place in np.concatenate([rng.choice(places, 3, replace=False) for places in by_case.values()]):
        one = asked[place]
        again = model_run(
            build(**dict(one.case)),
            judgements.override(**dict(one.entries)),
            draws=40_000,
            seed=12,
            kinds=one.sources,
            enforce=False,
        )
        near(weighed.loc[place], again.count(one.scope), again.weights.effective)


def small(grid):
    """Few specifications of every kind."""
    kept = {"spread": 2, "sources": 3, "prison": 3}
    return replace(grid, choices=tuple(replace(c, options=c.options[: kept.get(c.name, 1)]) for c in grid.choices))


SIZE = {"draws": 1_000, "pool": 2_000, "pilot": 1_000, "kept": 1_000, "seed": 1}


@pytest.mark.filterwarnings("default")
def test_processes_and_a_cluster_give_the_same_bytes(build, judgements, grid, sets, tmp_path):
    few = small(grid)

    def found(**where):
        return multiverse.run(build, judgements, few, sets, scope="turkic", **SIZE, **where)

    here = found(cores=1)
    assert set(here.specifications["prison"]) == {"as judged", "transferred", "from statistics"}
    assert found(cores=2).specifications.equals(here.specifications)
    with small_cluster.cluster(tmp_path, 2) as (address, _):
        client = distributed.Client(address, set_as_default=False)
        client.wait_for_workers(2, timeout=120)
        client.close()
        there = found(scheduler=address)
    pd.testing.assert_frame_equal(there.specifications, here.specifications, check_exact=True)


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
    # Derivation: a factor on everybody moves both ends alike; a thousand draws leave some to chance.
    assert wide.set_index("choice").loc["regional base", "alone"] < 1e-3
    assert wide.set_index("choice").loc["regional base", "total"] < 3e-3
    curve = multiverse_tables.thinned(run.specifications, rows=50)
    assert len(curve) == 50
    assert curve["rank"].iloc[[0, -1]].tolist() == [1, len(run.specifications)]
    assert curve["count_median"].is_monotonic_increasing


@pytest.mark.parametrize("few", [{"draws": 10}, {"kept": 10}])
def test_too_few_draws(build, judgements, grid, sets, few):
    with pytest.raises(EstimationError, match="a multiverse needs at least 1000 draws; got 10"):
        multiverse.run(build, judgements, grid, sets, scope="turkic", **(SIZE | few))


def test_a_grid_that_names_no_scope_is_about_the_one_asked(build, judgements, grid, sets):
    kept = [replace(c, options=c.options[:1]) for c in grid.choices if c.name in ("spread", "selection")]
    one = replace(grid, choices=tuple(kept), infeasible=(), narrower=None)
    found = multiverse.run(build, judgements, one, sets, scope="uyghur", **SIZE)
    again = model_run(build(), judgements, draws=20_000, seed=11, sources=False)
    near(found.specifications.iloc[0], again.count("uyghur"), 20_000)


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
