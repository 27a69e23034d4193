import resource
import time
from dataclasses import replace

import numpy as np
import pytest
import small_world as w
from estimation.model.synthesis.synthesis import synthesise
from scipy import stats

from estimation.challenge.calibration.ecdf_band import ecdf_band
from estimation.errors import EstimationError, UnreliableError
from estimation.model.fit.transfer import fit_many
from estimation.model.ladder.ladder import climb
from estimation.model.region.region import RUNGS
from estimation.model.synthesis import weights

SEED, DRAWS = 7, 20_000


@pytest.fixture(scope="module")
def run(shipped, judgements):
    return synthesise(shipped, judgements, draws=DRAWS, seed=SEED, sets=32, enforce=False)


# --- limits ----------------------------------------------------------------------------------------------------------


def test_no_reliability_gives_part_one_to_the_byte(shipped, judgements):
    ladder = climb(shipped, judgements, draws=4_000, seed=3)
    none = dict.fromkeys(
        [row.row.name for row in synthesise(shipped, judgements, draws=1_000, seed=3, enforce=False, sets=1).sources],
        0.0,
    )
    run = synthesise(shipped, judgements, draws=4_000, seed=3, reliability=none, sets=8)
    for rung in RUNGS:
        assert run.ladder.totals.count[rung].tobytes() == ladder.totals.count[rung].tobytes()
    for scope in ladder.scopes:
        assert run.count(scope.name).tobytes() == ladder.count(scope.name).tobytes()
    table = run.table()
    names = [name for name in table.columns if name.startswith(("count", "share", "p_at"))]
    first, last = (table[table["rung"] == rung][names].to_numpy() for rung in ("differences", "sources"))
    np.testing.assert_array_equal(first, last)
    assert run.weights.effective == 4_000
    np.testing.assert_array_equal(run.entries, np.arange(4_000))


def test_an_exact_unbiased_source_holds_the_draws(shipped, judgements):
    # Onsu's officials, made exact: no bias, never uninformative, an error of 5 percent.
    table = shipped.table("synthesis_sources")
    table.loc[table["row_id"] == "onsu_county", "log_sd"] = 0.05
    exact = replace(shipped, _tables={**shipped._tables, "synthesis_sources": table})
    sure = judgements.override(bias_phone=0.0, uninformative_phone=0.0)
    others = [row.row.name for row in synthesise(exact, sure, draws=1_000, seed=1, enforce=False, sets=1).sources]
    run = synthesise(
        exact, sure, draws=40_000, seed=1, without=[name for name in others if name != "onsu_county"], sets=16
    )
    told = run.sources[run.densities.names.index("onsu_county")]
    # Entries of the path are the sources' own: what the county said is made from counties and entries together.
    column = run.column("onsu_county")
    either, prison = run.held.either[run.positions, column], run.held.prison[run.positions, column]
    passed = (told.row.year - 2017.25) / 1.75
    camp = (either - (1 - run.entry("camp_before_prison")) * prison) * passed ** run.entry("intake_shape")
    stock = camp * (1 - (1 - run.entry("stock_to_ever_ratio")) * passed)
    # t with 4 degrees of freedom and scale 0.05: 95% lie within 2.78 scales of 30,000 (Student's tables).
    assert np.quantile(stock, [0.025, 0.975]) == pytest.approx([30_000 * 0.87, 30_000 * 1.15], rel=0.04)
    assert np.median(stock) == pytest.approx(30_000, rel=0.02)
    before = np.quantile(told.value, [0.025, 0.975])
    assert before[1] / before[0] > 100  # so that the source, not the prior, did it


def test_without_only_and_reliability_agree(shipped, judgements, run):
    names = run.densities.names
    assert names[0] == "onsu_county"
    kept = {row.row.name: float(row.row.kind == "court") for row in run.sources}
    only = synthesise(shipped, judgements, draws=2_000, seed=1, only="court", sets=4, enforce=False)
    byhand = synthesise(shipped, judgements, draws=2_000, seed=1, reliability=kept, sets=4, enforce=False)
    np.testing.assert_array_equal(only.weights.share, byhand.weights.share)
    without = synthesise(shipped, judgements, draws=2_000, seed=1, without=["bfn_cap"], sets=4, enforce=False)
    byhand = synthesise(shipped, judgements, draws=2_000, seed=1, reliability={"bfn_cap": 0}, sets=4, enforce=False)
    np.testing.assert_array_equal(without.weights.share, byhand.weights.share)


def test_leaving_one_out_by_reweighting_equals_a_fresh_run(shipped, judgements, run):
    # Another seed, so that the two share no draw; standard errors of both medians.
    for name in ("sent_2017_18", "onsu_county"):
        left = run.densities.weigh({**run.reliability, name: 0.0}, enforce=False)
        fresh = synthesise(shipped, judgements, draws=DRAWS, seed=99, without=[name], sets=32, enforce=False)
        for at in (0.25, 0.5, 0.75):
            mine = np.log(run.ladder.count("uyghur")[left.resampled()])
            other = np.log(fresh.count("uyghur"))
            # Quantile's standard error: sqrt(p (1 - p) / n) over the density, here of a normal of the draws' SD.
            sd = np.diff(np.quantile(other, [0.25, 0.75]))[0] / 1.349
            density = np.exp(-0.5 * (0.6745 if at != 0.5 else 0) ** 2) / (sd * np.sqrt(2 * np.pi))
            error = np.sqrt(at * (1 - at) * (1 / left.effective + 1 / fresh.weights.effective)) / density
            assert abs(np.quantile(mine, at) - np.quantile(other, at)) < 4 * error


def test_same_seed_same_bytes_for_any_number_of_threads(shipped, judgements):
    one, two = (
        synthesise(shipped, judgements, draws=2_000, seed=1, sets=4, enforce=False, threads=threads)
        for threads in (1, 2)
    )
    assert one.count("uyghur").tobytes() == two.count("uyghur").tobytes()
    assert one.held.prison.tobytes() == two.held.prison.tobytes()
    np.testing.assert_array_equal(one.entries, two.entries)


def test_the_split_holds_the_same_people_as_the_ladder(run):
    for place, scope in enumerate(run.ladder.scopes):
        np.testing.assert_allclose(run.held.either[:, place], run.ladder.count(scope.name), rtol=1e-12)
        assert np.all(run.held.prison[:, place] <= run.held.either[:, place])


# --- refusals --------------------------------------------------------------------------------------------------------


def test_unreliable_weights_raise(shipped, judgements):
    with pytest.raises(UnreliableError, match=r"Pareto k of at most 0\.7 and at least 400"):
        synthesise(shipped, judgements, draws=1_000, seed=1, sets=1)
    with pytest.raises(UnreliableError, match="some draw must agree"):
        weights.weigh(np.full(10, -np.inf))
    # Weights 1/u^2 have a tail of shape 2: no mean.
    heavy = -2 * np.log(np.random.default_rng(1).random(20_000))
    with pytest.raises(UnreliableError, match=r"k [12]"):
        weights.weigh(heavy)


def test_pareto_k_is_that_of_a_known_tail():
    # u ** -0.3 has a Pareto tail of shape 0.3 (density of x falls as x ** (-1 / 0.3 - 1)).
    found = weights.weigh(-0.3 * np.log(np.random.default_rng(2).random(100_000)))
    assert found.pareto_k == pytest.approx(0.3, abs=0.1)
    # E[w]^2 / E[w^2] = (1 / 0.7)^2 * 0.4 = 0.816.
    assert found.effective / 100_000 == pytest.approx(0.816, abs=0.02)


def test_resampling_follows_the_weights():
    rng = np.random.default_rng(3)
    share = rng.random(1_000)
    share /= share.sum()
    times = np.bincount(weights.Weights(share, 0.0, 1.0).resampled(), minlength=1_000)
    assert np.all(np.abs(times - 1_000 * share) < 1)  # systematic resampling: floor or ceiling of n w


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"without": ["nobody"]}, "must be one that enters"),
        ({"reliability": {"onsu_county": 1.5}}, "reliability must lie in 0-1"),
        ({"only": "rumour"}, "kind of source must be a known one"),
    ],
)
def test_bad_options(shipped, judgements, options, match):
    with pytest.raises(EstimationError, match=match):
        synthesise(shipped, judgements, draws=1_000, seed=1, **options)


def test_more_sentenced_than_held_is_refused(shipped, judgements):
    with pytest.raises(EstimationError, match="people sentenced must be fewer"):
        synthesise(shipped, judgements.override(county_prison_count=30_000.0), draws=1_000, seed=1)


# --- known truth -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ranks_are_uniform_in_a_small_world():
    """Centre, count and all sources are invented from the priors; the truth's rank among the posterior is uniform."""
    rng = np.random.default_rng(11)
    replicates, n = 300, 3_000
    truth = w.latent(replicates, rng)
    centre = -2.0 + 0.8 * rng.standard_normal(replicates)
    # The model's deviation of the observed area has mean kappa: its log-odds are centre + spread (kappa + e).
    logit = centre + truth["spread"] * rng.standard_normal(replicates)
    people = np.full(replicates, 5_000)
    counts = rng.binomial(people, 1 / (1 + np.exp(-logit)))
    counts = np.clip(counts, 1, people - 1)

    batch = fit_many(
        counts[:, None], people[:, None], spread_prior=stats.lognorm(0.5, scale=0.6), centre_prior=stats.norm(-2.0, 0.8)
    )
    draws = batch.draw(n, rng)
    said, total, held = w.observe(truth, logit, centre, seed=5)
    figures = w.report(said, truth, rng)
    ranks = np.empty((replicates, 3))
    for i in range(replicates):
        prior = w.latent(n, rng) | {"spread": draws.spread[i]}
        sources = []
        for place, row in enumerate(w.SOURCES):
            if row[8] == "floor":  # a threshold that is met or not: either way a figure
                met = figures[i, place] >= 0.1
                sources.append(w.source(place, 0.1, "floor" if met else "ceiling"))
            else:
                sources.append(w.source(place, figures[i, place]))
        own, whole, split = w.observe(prior, draws.observed_logits[i, :, 0], draws.centre[i], seed=1_000 + i)
        found = weights.weigh(w.log_densities(own, prior, sources).sum(axis=1), enforce=False)
        for column, (mine, true) in enumerate(
            [
                (whole, total[i]),
                (split.prison[:, 0], held.prison[i, 0]),
                (prior["bias_table"], truth["bias_table"][i]),
            ]
        ):
            ranks[i, column] = found.share[mine < true].sum()
    band = ecdf_band(replicates, 20, level=1 - 0.05 / 3)
    for column in range(3):
        at = np.array([(ranks[:, column] <= point).sum() for point in band.points])
        assert np.all((at >= band.low) & (at <= band.high)), (column, at)


@pytest.mark.slow
def test_a_hundred_thousand_draws_in_under_a_minute_and_two_gibibytes(shipped, judgements):
    start = time.process_time()
    run = synthesise(shipped, judgements, draws=100_000, seed=SEED)
    # Two cores for a minute: processor time, so that neighbours on the machine do not count.
    assert time.process_time() - start < 120
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 2**20
    assert run.weights.pareto_k < 0.7
    assert run.weights.effective > 400
    assert "sources" in set(run.table(levels=(0.95,))["rung"])
