import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import interpolate, optimize, special, stats

from estimation.errors import EstimationError
from estimation.evidence.tables.sources import PUBLIC
from estimation.model.spread.spread import _moment_spread, _sd_log_rate, fit_spread
from estimation.model.spread.spread_posterior import spread_posterior


def held(dataset):
    table = pd.read_csv(PUBLIC / "reference_areas.csv", dtype={"area": str, "parent": str}, keep_default_na=False)
    rows = table[table["dataset"] == dataset]
    assert len(rows) > 1
    return rows["count"].to_numpy(dtype=float), rows["population"].to_numpy(dtype=float)


def simulate(rng, areas, tau, centre=-2.0, population=5000):
    share = special.expit(centre + tau * rng.standard_normal(areas))
    return rng.binomial(population, share), np.full(areas, population)


def brute_force_log_likelihood(y, n, centre, tau):
    """Sum over areas of log ∫ Binomial φ dz, trapezoid rule on 4,001 points; shares no code with the library."""
    z = np.linspace(-8.0, 8.0, 4001)
    log_odds = centre + tau * z
    log_terms = np.outer(y, log_odds) - np.outer(n, np.logaddexp(0.0, log_odds)) + stats.norm.logpdf(z)
    coefficient = special.gammaln(n + 1) - special.gammaln(y + 1) - special.gammaln(n - y + 1)
    return float(np.sum(special.logsumexp(log_terms, axis=1) + np.log(z[1] - z[0]) + coefficient))


@pytest.mark.parametrize(
    "dataset", ["union_quota_met_1862", "japanese_american_not_back_1945", "iran_protesters_killed_2022"]
)
def test_estimate_and_interval_agree_with_brute_force(dataset):
    # Expected values: Nelder-Mead on the brute-force likelihood above; the ends of the interval must lie
    # χ²₁(0.95) / 2 = 1.9207 below its maximum once the centre is maximised anew.
    y, n = held(dataset)
    fit = fit_spread(y, n)
    found = optimize.minimize(
        lambda theta: -brute_force_log_likelihood(y, n, theta[0], np.exp(theta[1])),
        [fit.centre + 0.1, np.log(fit.tau) - 0.1],
        method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-7},
    )
    assert fit.centre == pytest.approx(found.x[0], abs=2e-4)
    assert fit.tau == pytest.approx(np.exp(found.x[1]), rel=2e-4)
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-3)
    for end in (fit.tau_low, fit.tau_high):
        best = optimize.minimize_scalar(
            lambda m, tau=end: -brute_force_log_likelihood(y, n, m, tau), bounds=(fit.centre - 2, fit.centre + 2)
        )
        assert -best.fun == pytest.approx(fit.log_likelihood - 0.5 * stats.chi2.ppf(0.95, 1), abs=2e-3)


@pytest.mark.parametrize(("tau", "seed"), [(0.1, 1), (0.5, 2), (1.0, 3), (2.0, 4)])
def test_recovers_the_spread_it_was_given(tau, seed):
    rng = np.random.default_rng(seed)
    fits = [fit_spread(*simulate(rng, 200, tau)) for _ in range(60)]
    found = np.array([fit.tau for fit in fits])
    error = found.std(ddof=1) / np.sqrt(found.size)
    # Derivation: a maximum-likelihood SD with one estimated mean is low by a factor of about 1 - 3 / (4 · 200).
    assert found.mean() == pytest.approx(tau * (1 - 3 / 800), abs=3 * error)
    covered = np.mean([fit.tau_low <= tau <= fit.tau_high for fit in fits])
    # Derivation: 60 intervals of 95% miss more than 9 times with probability below 0.002 (binomial).
    assert covered >= 1 - 9 / 60


def test_recovers_a_spread_from_sparse_counts():
    # Rare events: 1,500 areas of about 2,000 people at 5 per 10,000, one area in two without a case.
    rng = np.random.default_rng(5)
    n = rng.integers(200, 4000, 1500)
    y = rng.binomial(n, special.expit(-7.6 + 1.0 * rng.standard_normal(1500)))
    assert np.mean(y == 0) > 0.35
    fit = fit_spread(y, n)
    assert fit.tau_low < 1.0 < fit.tau_high
    assert fit.tau_high - fit.tau_low < 0.35


def test_no_spread_gives_zero_and_an_upper_limit():
    # Derivation: equal shares have less than binomial variation, so the maximum lies at tau = 0.
    fit = fit_spread([50, 60, 70, 80], [500, 600, 700, 800])
    assert fit.tau == 0.0
    assert fit.tau_low == 0.0
    assert 0.0 < fit.tau_high < 0.5
    assert fit.centre == pytest.approx(np.log(1 / 9), abs=1e-9)
    assert fit.tau_moment == 0.0


def test_two_areas_are_enough_and_say_little():
    fit = fit_spread([10, 40], [100, 100])
    # Derivation: with no noise the ML SD of two values is half their distance, log(40/60) - log(10/90) = 1.79;
    # noise takes a little off.
    assert 0.6 < fit.tau < 0.9
    assert fit.tau_high > 3.0


def test_upper_limit_is_infinite_when_counts_set_none():
    # All areas but one are all or nothing, which every wide spread explains; the one between costs log(tau) only.
    fit = fit_spread([0, 100, 0, 100, 0, 100, 0, 100, 60], [100] * 9)
    assert fit.tau > 5.0
    assert fit.tau_high == float("inf")
    assert 1.0 < fit.tau_low < fit.tau


def test_whole_areas_counted_are_allowed():
    fit = fit_spread([5, 20, 7, 30], [5, 40, 30, 30])
    assert fit.tau > 0.5
    mirrored = fit_spread([0, 20, 23, 0], [5, 40, 30, 30])
    assert fit.tau == pytest.approx(mirrored.tau, rel=1e-5)
    assert fit.centre == pytest.approx(-mirrored.centre, rel=1e-5)


def test_population_weights_follow_the_large_areas():
    # Two hundred small, very unequal areas and twenty large, equal ones.
    rng = np.random.default_rng(6)
    y1, n1 = simulate(rng, 200, 1.5, population=500)
    y2, n2 = simulate(rng, 20, 0.2, population=50_000)
    y, n = np.concatenate([y1, y2]), np.concatenate([n1, n2])
    plain, weighted = fit_spread(y, n), fit_spread(y, n, weights=n)
    assert weighted.tau < 0.6 * plain.tau
    assert weighted.weighted
    assert not plain.weighted


def test_fast_on_two_thousand_areas():
    y, n = held("us_county_murder_arrests_1990_96")
    best = min(timed(y, n) for _ in range(2))
    # Measured 0.4 s on one core; the bound only catches a change of order.
    assert best < 3.0


def timed(y, n):
    start = time.perf_counter()
    fit_spread(y, n)
    return time.perf_counter() - start


areas = st.lists(
    st.integers(2, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3, max_size=12
).filter(lambda rows: any(0 < y < n for y, n in rows))


@given(areas, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_of_areas_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = fit_spread(*zip(*rows, strict=True)), fit_spread(*zip(*shuffled, strict=True))
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-6)
    assert one.tau == pytest.approx(other.tau, rel=1e-3, abs=1e-3)


@given(areas)
@settings(max_examples=40, deadline=None)
def test_counting_the_others_turns_the_centre_round(rows):
    y, n = (np.array(column) for column in zip(*rows, strict=True))
    one, other = fit_spread(y, n), fit_spread(n - y, n)
    # Derivation: logit(1 - p) = -logit(p), so tau is the same and the centre changes sign.
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-6)
    assert one.tau == pytest.approx(other.tau, rel=1e-3, abs=1e-3)


@given(areas, st.integers(2, 3))
@settings(max_examples=25, deadline=None)
def test_copying_every_area_sharpens_but_does_not_move(rows, copies):
    once, more = fit_spread(*zip(*rows, strict=True)), fit_spread(*zip(*(rows * copies), strict=True))
    # Derivation: the log-likelihood is multiplied by the number of copies, so its maximum stays and its width shrinks.
    assert more.log_likelihood == pytest.approx(copies * once.log_likelihood, rel=1e-6, abs=1e-5)
    assert more.tau == pytest.approx(once.tau, rel=1e-3, abs=1e-3)
    assert more.tau_low >= once.tau_low - 1e-3
    assert more.tau_high <= once.tau_high + 1e-3


@given(areas, st.floats(0.01, 100.0))
@settings(max_examples=25, deadline=None)
def test_only_ratios_of_weights_matter(rows, factor):
    y, n = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    one, other = fit_spread(y, n, weights=n), fit_spread(y, n, weights=factor * n)
    assert one.tau == pytest.approx(other.tau, rel=1e-3, abs=1e-3)


def test_a_weight_of_two_is_two_copies():
    y, n = np.array([3, 40, 9, 25]), np.array([100, 120, 90, 110])
    weighted = fit_spread(y, n, weights=[2, 1, 1, 1])
    copied = fit_spread(np.append(y, 3), np.append(n, 100))
    assert weighted.tau == pytest.approx(copied.tau, rel=1e-5)
    assert weighted.centre == pytest.approx(copied.centre, rel=1e-5)


def test_areas_of_weight_zero_are_ignored():
    fit = fit_spread([3, 40, 9, 100], [100, 120, 90, 100], weights=[1, 1, 1, 0])
    assert fit.tau == pytest.approx(fit_spread([3, 40, 9], [100, 120, 90]).tau, rel=1e-6)


def test_moment_estimate():
    # Derivation by hand: logits log(10.5/90.5), log(40.5/60.5) have variance 1.5359; mean noise
    # (1/10.5 + 1/90.5 + 1/40.5 + 1/60.5) / 2 = 0.0738; √(1.5359 - 0.0738) = 1.209 - and so below.
    logits = np.log([10.5 / 90.5, 40.5 / 60.5])
    noise = (1 / 10.5 + 1 / 90.5 + 1 / 40.5 + 1 / 60.5) / 2
    expected = np.sqrt((logits[0] - logits[1]) ** 2 / 2 - noise)
    assert _moment_spread(np.array([10.0, 40.0]), np.array([100.0, 100.0])) == pytest.approx(expected)


def test_sd_of_log_rate():
    # Derivation: rare shares have log p = log-odds, so the SD is tau; simulation of 10^6 draws for a common one.
    assert _sd_log_rate(-14.0, 0.7) == pytest.approx(0.7, rel=1e-5)
    z = np.random.default_rng(7).standard_normal(1_000_000)
    assert _sd_log_rate(0.5, 1.5) == pytest.approx(np.log(special.expit(0.5 + 1.5 * z)).std(), rel=5e-3)
    assert _sd_log_rate(-2.0, 0.0) == pytest.approx(0.0, abs=1e-12)


def test_posterior_agrees_with_a_dense_grid():
    # Expected values: the brute-force likelihood above, summed over 21 centres (flat), at 41 spreads, times the prior;
    # log density splined over tau.
    y, n = held("union_quota_met_1862")
    prior = stats.halfnorm(scale=1.0)
    taus, centres = np.linspace(0.25, 1.3, 41), np.linspace(-2.9, -1.7, 21)
    over_centres = [special.logsumexp([brute_force_log_likelihood(y, n, m, s) for m in centres]) for s in taus]
    dense = np.linspace(0.25, 1.3, 5001)
    log_density = interpolate.CubicSpline(taus, over_centres)(dense) + prior.logpdf(dense)
    cumulative = np.cumsum(np.exp(log_density - log_density.max()))
    expected = np.interp([0.025, 0.5, 0.975], cumulative / cumulative[-1], dense)
    post = spread_posterior(y, n, prior=prior)
    np.testing.assert_allclose([post.low, post.median, post.high], expected, rtol=3e-3)
    density = np.exp(log_density - log_density.max())
    assert post.mean == pytest.approx(dense @ density / density.sum(), rel=3e-3)
    narrow = spread_posterior(y, n, prior=prior, level=0.5)
    expected = np.interp([0.25, 0.5, 0.75], cumulative / cumulative[-1], dense)
    np.testing.assert_allclose([narrow.low, narrow.median, narrow.high], expected, rtol=3e-3)


def test_posterior_falls_back_on_the_prior_when_counts_say_nothing():
    # Derivation: of areas of one person all likelihoods depend on (centre, tau) through one probability only, so
    # tau is not learnt; one area of two persons, half counted, barely adds anything.
    prior = stats.halfnorm(scale=0.3)
    post = spread_posterior([1, 0, 1, 0, 1], [1, 1, 1, 1, 2], prior=prior)
    assert post.median == pytest.approx(prior.median(), rel=0.05)
    assert post.high == pytest.approx(prior.ppf(0.975), rel=0.05)


@pytest.mark.parametrize(
    ("counts", "populations", "message"),
    [
        ([], [], "needs at least two areas; got 0 area"),
        ([5], [10], "needs at least two areas; got 1 area"),
        ([1, 2, 3], [10, 10], "two lists of the same length"),
        ([[1, 2]], [[10, 10]], "two lists of the same length"),
        (
            [1, float("nan")],
            [10, 10],
            "counts and populations must be numbers; got count nan of population 10 in area 1",
        ),
        ([1, 2], [10, float("inf")], "must be numbers"),
        ([1, 0], [10, 0], "populations must be above zero"),
        ([1, -2], [10, 10], "counts must not be negative"),
        ([1, 12], [10, 10], "no count may exceed its population; got count 12 of population 10 in area 1"),
        ([0, 0, 0], [10, 20, 30], "every area is at 0 or every area at 100 percent; got 0 of 60"),
        ([10, 20], [10, 20], "every area is at 0 or every area at 100 percent; got 30 of 30"),
        ([0, 20, 5], [10, 20, 5], "no finite estimate when each area is all or nothing"),
        (["many", "few"], [10, 20], "counts must be a plain list of numbers"),
        ([1, 2], ["x", "y"], "populations must be a plain list of numbers"),
    ],
)
def test_bad_areas_give_one_clear_error(counts, populations, message):
    with pytest.raises(EstimationError, match=message):
        fit_spread(counts, populations)
    with pytest.raises(EstimationError, match=message):
        spread_posterior(counts, populations, prior=stats.halfnorm(scale=1))


@pytest.mark.parametrize("weights", [[1, 1], [1, -1, 1], [1, float("nan"), 1], [1, 0, 0], [[1, 1, 1]]], ids=str)
def test_bad_weights_give_one_clear_error(weights):
    with pytest.raises(EstimationError, match="weights must be one number >= 0 per area, two of them above 0"):
        fit_spread([1, 2, 3], [10, 10, 10], weights=weights)


def test_weights_may_not_leave_only_full_or_empty_areas():
    with pytest.raises(EstimationError, match="no finite estimate"):
        fit_spread([0, 10, 5], [10, 10, 10], weights=[1, 1, 0])


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_bad_level(level):
    with pytest.raises(EstimationError, match=r"level must lie in \(0, 1\)"):
        fit_spread([1, 2], [10, 10], level=level)
    with pytest.raises(EstimationError, match=r"level must lie in \(0, 1\)"):
        spread_posterior([1, 2], [10, 10], prior=stats.halfnorm(), level=level)


def test_wider_level_gives_wider_interval():
    narrow, wide = (fit_spread([12, 30, 5, 60], [400, 500, 450, 480], level=level) for level in (0.5, 0.99))
    assert wide.tau_low < narrow.tau_low < narrow.tau < narrow.tau_high < wide.tau_high


def test_fields_of_a_fit_are_those_of_its_areas():
    counts, people = [12, 30, 5, 60], [400, 500, 450, 480]
    fit = fit_spread(counts, people)
    assert (fit.areas, fit.total_count, fit.total_population, fit.level) == (4, 107.0, 1830.0, 0.95)
    assert fit.pooled_share == pytest.approx(107 / 1830)
    assert not fit.weighted
    assert fit.tau_moment == _moment_spread(np.array(counts, float), np.array(people, float))
    assert fit.sd_log_rate == _sd_log_rate(fit.centre, fit.tau)
    weighted = fit_spread(counts, people, weights=people, level=0.8)
    assert (weighted.weighted, weighted.level) == (True, 0.8)
    # Equal weights, whatever they are, change nothing but what is said.
    equal = fit_spread(counts, people, weights=[3, 3, 3, 3])
    assert equal.weighted
    assert (equal.tau, equal.centre) == pytest.approx((fit.tau, fit.centre))
