"""Importance weights: smoothed, normalised, refused where they cannot be relied on."""

import numpy as np
import pytest
import small_world as w
from scipy import stats

from estimation.challenge.calibration.ecdf_band import ecdf_band
from estimation.errors import UnreliableError
from estimation.model.fit.transfer import fit_many
from estimation.model.synthesis import weights


def test_unreliable_weights_raise():
    with pytest.raises(UnreliableError, match="some draw must agree"):
        weights.weigh(np.full(10, -np.inf))
    # Weights 1/u^2 have a tail of shape 2: no mean.
    heavy = -2 * np.log(np.random.default_rng(1).random(20_000))
    with pytest.raises(UnreliableError, match=r"k [12]"):
        weights.weigh(heavy)
    # Even weights of too few draws.
    few = np.random.default_rng(1).normal(0, 0.1, 300)
    with pytest.raises(UnreliableError, match=r"Pareto k of at most 0\.7 and at least 400"):
        weights.weigh(few)
    assert not weights.is_reliable(weights.weigh(few, enforce=False))


def test_a_draw_without_a_number_is_refused():
    with pytest.raises(UnreliableError, match="some draw must agree"):
        weights.weigh(np.array([0.0, np.nan, 1.0]))


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


def test_resampling_is_the_first_draw_that_reaches_each_step():
    # METHODS eq. 58, position by position.
    share = np.random.default_rng(4).dirichlet(np.full(200, 0.2))
    found = weights.Weights(share, 0.0, 1.0).resampled()
    steps = np.cumsum(share)
    expected = [next(i for i in range(200) if steps[i] >= (at - 0.5) / 200 or i == 199) for at in range(1, 201)]
    assert found.tolist() == expected


def test_resampled_means_are_weighted_means():
    # METHODS eq. 59: ordered values, so that each resampled one stands within one step of its weighted place.
    rng = np.random.default_rng(5)
    values = np.sort(rng.normal(size=5_000))
    found = weights.weigh(0.5 * rng.normal(size=5_000))
    assert values[found.resampled()].mean() == pytest.approx(found.share @ values, abs=np.ptp(values) / 5_000)


def test_equal_weights_leave_every_draw_its_own():
    found = weights.weigh(np.full(1_000, -3.0))
    assert (found.pareto_k, found.effective) == (-np.inf, 1_000)
    np.testing.assert_array_equal(found.resampled(), np.arange(1_000))


def test_weighted_quantiles_are_values_at_the_level():
    # Weights 0.1, 0.2, 0.3, 0.4 of 40, 10, 20, 30: in order 10 to 0.2, 20 to 0.5, 30 to 0.9, 40 to 1.
    found = weights.Weights(np.array([0.1, 0.2, 0.3, 0.4]), 0.0, 3.3)
    values = np.array([40.0, 10.0, 20.0, 30.0])
    levels = np.array([0.1, 0.3, 0.6, 0.95])
    assert found.quantiles(values, levels).tolist() == [10, 20, 30, 40]
    assert found.quantiles(values, levels, np.argsort(values)).tolist() == [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("shape", "effective", "expected"),
    [(0.7, 400.0, True), (0.7001, 400.0, False), (0.7, 399.9, False), (-np.inf, 1e6, True), (np.nan, 1e6, False)],
)
def test_limits_of_what_can_be_relied_on(shape, effective, expected):
    # A Pareto k of at most 0.7, and at least 400 effective draws.
    found = weights.Weights(np.ones(1), shape, effective)
    assert weights.is_reliable(found) == expected


def test_draws_that_a_source_rules_out_have_next_to_no_weight():
    logs = np.concatenate([np.random.default_rng(1).normal(0, 0.5, 5_000), np.full(5_000, -np.inf)])
    found = weights.weigh(logs)
    assert found.share.sum() == pytest.approx(1)
    assert found.share[5_000:].max() < 1e-200
    # E[w]^2 / E[w^2] of lognormal weights is exp(-0.5^2).
    assert found.effective == pytest.approx(5_000 * np.exp(-0.25), rel=0.05)


# --- known truth -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ranks_are_uniform_in_a_small_world():
    """Centre, count and all sources are invented from the priors; the truth's rank among the posterior is uniform."""
    rng = np.random.default_rng(11)
    # With 3,000 draws one world in three has a Pareto k above 0.7, and no draw of weight lies where some truths do.
    replicates, n = 300, 20_000
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
