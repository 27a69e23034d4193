"""From draws of rates and populations to people held: limits, formulas, division into camp and prison, refusals."""

import tracemalloc
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit

from estimation.errors import EstimationError
from estimation.model.region import region as r
from estimation.model.region.poststratify import observed_weights, poststratify, rate_ratio_to_log_odds
from estimation.model.region.random_numbers import BLOCK, Stream

QUIET = settings(deadline=None, derandomize=True, max_examples=60)
THETA = float(logit(0.12))


def region(adults, *, parents=None, core=None, distant=None, city=None, observed=(0,)) -> r.Region:
    adults = np.asarray(adults, float)
    size = len(adults)
    none = np.zeros(size, bool)
    return r.Region(
        areas=tuple(f"a{i}" for i in range(size)),
        parents=np.zeros(size, int) if parents is None else np.asarray(parents),
        groups=("first", "second", "third")[: adults.shape[1]],
        adults=adults,
        core=~none if core is None else np.asarray(core, bool),
        distant=none if distant is None else np.asarray(distant, bool),
        city=none if city is None else np.asarray(city, bool),
        observed=np.asarray(observed),
    )


def effects(n, places, *, spread=0.8, rho=0.4, kappa=0.0, observed=THETA, seed=0, error_sd=0.0, **changes) -> r.Effects:
    """Draws with one observed area: its own deviation is standard normal about kappa, and the centre follows (37)."""
    rng = np.random.default_rng(seed)
    logits = np.broadcast_to(np.asarray(observed, float), (n,)).copy()
    spread = np.broadcast_to(np.asarray(spread, float), (n,)).copy()
    zero = np.zeros(n)
    settings_ = {
        "counted": expit(logits),
        "rate": expit(logits),
        "logits": logits[:, None],
        "core_factor": zero + 1,
        "other_factor": zero + 1,
        "area_error_sd": np.full(len(places.areas), error_sd),
        "centre": logits - spread * (rng.standard_normal(n) + kappa),
        "spread": spread,
        "parent_share": zero + rho,
        "distant": zero,
        "city": zero,
        "group": np.zeros((n, len(places.groups))),
    }
    return r.Effects(**{**settings_, **changes})


def division(n, **changes) -> r.Division:
    """Draws of the division: even, alike everywhere, nothing to do with the rate."""
    draws = {"observed_logit": 0.0, "spread": 0.0, "correlation": 0.0, "shift": 0.0} | changes
    return r.Division(**{name: np.broadcast_to(np.asarray(value, float), (n,)) for name, value in draws.items()})


def part(*groups, areas=slice(None), places=6) -> r.Part:
    return r.Part("all", np.arange(places)[areas], groups or ("first",))


def everybody(places) -> r.Part:
    return part(places=len(places.areas))


def held_in(places, drawn, parts=None, *, seed=1, threads=1, precision=np.float64, **options):
    asked = parts or [everybody(places)]
    return poststratify(places, asked, drawn, Stream(seed, precision), alike=len(asked), threads=threads, **options)


RUNGS = ("population", "spread", "differences")
"""Rungs that are sums over areas; (43) makes the first two of them from the rate and the people."""


def of(held, drawn, rung):
    """(43), the numerators."""
    if rung == "population":
        return drawn.rate[:, None] * held.people
    return held.alike if rung == "spread" else held.either


def shares(places, drawn, rung="differences", *, parts=None, **options):
    held = held_in(places, drawn, parts, **options)
    return of(held, drawn, rung)[:, 0] / held.people[:, 0]


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rung", RUNGS)
def test_no_spread_gives_the_observed_rate_at_every_rung(rung):
    places = region([[100.0], [50.0], [7.0]], parents=[0, 0, 1])
    drawn = effects(3_000, places, spread=0.0, kappa=0.7, error_sd=0.1)
    np.testing.assert_allclose(shares(places, drawn, rung), 0.12, rtol=1e-12)


@pytest.mark.parametrize("spread", [1e3, 1e6])
def test_endless_spread_gives_a_share_uniform_on_zero_to_one(spread):
    # Derivation: every area is 0 or 1; given the observed deviation d ~ N(0, 1) an unseen area is 1 with probability
    # Phi(-d), which is uniform, and 399 of them average to it.
    places = region(np.ones((400, 1)), parents=np.arange(400))
    drawn = effects(4_000, places, spread=spread, rho=0.0)
    found = shares(places, drawn, "spread")
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert found.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * 4_000))


def test_known_centre_would_not_be_uniform():
    # The same without a flat centre: the limit above comes from not knowing where the observed area stands.
    places = region(np.ones((400, 1)), parents=np.arange(400))
    drawn = effects(2_000, places, spread=1e3, rho=0.0, centre=np.full(2_000, THETA))
    assert stats.kstest(shares(places, drawn, "spread"), "uniform").pvalue < 1e-6


@pytest.mark.parametrize("rung", RUNGS)
def test_one_area_that_is_the_whole_region_gives_the_observed_rate(rung):
    places = region([[1_000.0]], city=[True], distant=[True])
    drawn = effects(3_000, places, spread=2.0, kappa=1.0, distant=np.full(3_000, -0.5), city=np.full(3_000, -1.0))
    np.testing.assert_allclose(shares(places, drawn, rung), 0.12, rtol=1e-12)


def test_all_areas_observed_leave_nothing_to_guess():
    places = region([[100.0], [300.0]], observed=[0, 1])
    logits = np.tile(logit([0.1, 0.2]), (2_000, 1))
    drawn = effects(2_000, places, logits=logits)
    np.testing.assert_allclose(shares(places, drawn, "spread"), 0.1 * 0.25 + 0.2 * 0.75)


def same_distribution(first, second) -> bool:
    return stats.ks_2samp(first, second).pvalue > 0.01


@pytest.mark.parametrize("split_observed", [False, True])
def test_splitting_an_area_of_one_rate_changes_nothing(split_observed):
    # rho = 1: areas of one parent have one rate. The halves of the observed area are both observed, at the same rate.
    n = 5_000
    whole = region([[40.0], [100.0], [60.0]], parents=[0, 1, 2])
    drawn = effects(n, whole, rho=1.0)
    if split_observed:
        halves = region([[20.0], [20.0], [100.0], [60.0]], parents=[0, 0, 1, 2], observed=[0, 1])
        split = effects(n, halves, rho=1.0, seed=9, logits=np.full((n, 2), THETA))
    else:
        halves = region([[40.0], [50.0], [50.0], [60.0]], parents=[0, 1, 1, 2])
        split = effects(n, halves, rho=1.0, seed=9)
    assert same_distribution(shares(whole, drawn, seed=2), shares(halves, split, seed=3))


def test_splitting_into_areas_of_their_own_rate_does_change_something():
    n = 5_000
    whole = region([[4.0], [160.0]], parents=[0, 1])
    halves = region([[4.0], *[[10.0]] * 16], parents=[0, *[1] * 16])
    drawn = effects(n, whole, rho=0.0, spread=1.5, centre=np.full(n, THETA))
    split = effects(n, halves, rho=0.0, spread=1.5, centre=np.full(n, THETA), seed=9)
    assert not same_distribution(shares(whole, drawn, seed=2), shares(halves, split, seed=3))


def test_permuting_areas_changes_nothing_but_simulation_error():
    n = 5_000
    adults = np.array([[100.0, 5.0], [80.0, 10.0], [30.0, 50.0], [200.0, 1.0], [60.0, 60.0]])
    layout = {"parents": [0, 0, 1, 1, 2], "distant": [0, 0, 1, 1, 0], "city": [0, 1, 0, 1, 0], "core": [1, 1, 0, 0, 1]}
    order = np.array([3, 4, 0, 2, 1])
    places = region(adults, **layout)
    moved = region(adults[order], observed=[2], **{key: np.array(value)[order] for key, value in layout.items()})
    known = {"distant": np.full(n, -0.4), "city": np.full(n, -0.6), "group": np.tile([0.0, -0.7], (n, 1))}
    both = [part("first", "second", places=5)]
    first, second = (
        shares(each, effects(n, each, error_sd=0.05, seed=seed, **known), parts=both, seed=seed)
        for each, seed in ((places, 4), (moved, 5))
    )
    assert same_distribution(first, second)


# --- the model --------------------------------------------------------------------------------------------------------


def test_people_held_and_sentenced_are_the_equations_of_the_streams_numbers():
    """METHODS eq. 7-8, 38-39, 41-42 and 49 for each draw, with the numbers that the stream gives."""
    n, seed = 40, 6
    adults = np.array([[100.0, 5.0], [80.0, 10.0], [30.0, 50.0]])
    places = region(adults, parents=[0, 0, 1], core=[1, 1, 0], distant=[0, 0, 1], city=[0, 1, 0])
    rng = np.random.default_rng(2)
    drawn = effects(
        n,
        places,
        rho=0.3,
        error_sd=0.2,
        core_factor=rng.uniform(1.0, 1.2, n),
        other_factor=rng.uniform(0.8, 1.0, n),
        distant=rng.normal(-0.6, 0.3, n),
        city=rng.normal(-0.4, 0.3, n),
        group=np.column_stack([np.zeros(n), rng.normal(-0.7, 0.4, n)]),
    )
    divided = division(n, observed_logit=-0.5, spread=0.6, correlation=0.4, shift=0.3)
    both = [part("first", "second", places=3)]
    held = poststratify(places, both, drawn, Stream(seed, np.float64), division=divided, alike=1, threads=1)
    stream, rows = Stream(seed, np.float64), slice(0, n)
    normal, error, own = (getattr(stream, name)(places, 0, rows) for name in ("rates", "people", "prison"))
    factor = np.column_stack([drawn.core_factor, drawn.core_factor, drawn.other_factor]) * np.exp(0.2 * error)
    np.testing.assert_allclose(held.people[:, 0], factor @ adults.sum(axis=1), rtol=1e-12)
    d = (drawn.logits[:, 0] - drawn.centre) / drawn.spread
    # The observed area's parent, given its deviation d: mean sqrt(rho) d, variance 1 - rho.
    u = np.column_stack([np.sqrt(0.3) * d + np.sqrt(0.7) * normal.parents[:, 0], normal.parents[:, 1]])
    deviation = np.sqrt(0.3) * u[:, [0, 0, 1]] + np.sqrt(0.7) * normal.areas
    deviation[:, 0] = d
    logits = drawn.centre[:, None] + drawn.spread[:, None] * deviation
    np.testing.assert_allclose(held.alike[:, 0], (factor * expit(logits)) @ adults.sum(axis=1), rtol=1e-12)
    added = np.column_stack([np.zeros(n), drawn.city, drawn.distant])
    effect = np.sqrt(0.3) * own.parents[:, [0, 0, 1]] + np.sqrt(0.7) * own.areas
    effect = 0.4 * deviation + np.sqrt(1 - 0.4**2) * effect
    sentenced = expit(-0.5 + 0.6 * (effect - effect[:, :1] - 0.3))
    sentenced[:, 0] = expit(-0.5)
    either = prison = 0.0
    for group in (0, 1):
        count = factor * adults[:, group] * expit(logits + added + drawn.group[:, [group]])
        either, prison = either + count.sum(axis=1), prison + (count * sentenced).sum(axis=1)
    np.testing.assert_allclose(held.either[:, 0], either, rtol=1e-12)
    np.testing.assert_allclose(held.prison[:, 0], prison, rtol=1e-12)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_a_group_or_place_with_next_to_no_rate_counts_nobody(precision):
    # exp(800) is beyond either precision: no warning, and nobody held there.
    n = 20
    places = region([[100.0, 50.0], [100.0, 50.0]], city=[False, True])
    nothing = np.full(n, -800.0)
    drawn = effects(n, places, group=np.column_stack([np.zeros(n), nothing]), city=nothing)
    held = held_in(places, drawn, [part(name, places=2) for name in ("first", "second")], precision=precision)
    np.testing.assert_allclose(held.either[:, 0], 12.0, rtol=1e-5)
    assert not held.either[:, 1].any()


def test_same_totals_as_a_slow_independent_simulation():
    """The formula of the design, draw by draw and area by area, with random numbers of its own.

    The reference draws the observed area's two parts freely and puts the centre where they lead to the observed
    log-odds; it uses no conditional distribution.
    """
    n = 5_000
    parents, observed = [0, 0, 0, 1, 1, 2, 2], 1
    adults = np.array([[100, 5], [80, 10], [30, 50], [200, 1], [60, 60], [10, 90], [120, 40]], float)
    distant, city = [0, 0, 0, 0, 0, 1, 1], [1, 0, 0, 1, 0, 0, 1]
    core = [1, 1, 1, 1, 1, 0, 0]
    error_sd = np.array([0.02, 0.02, 0.02, 0.02, 0.02, 0.1, 0.1])

    def inputs(rng):
        return {
            "theta": rng.normal(THETA, 0.05, n),
            "s": np.exp(rng.normal(np.log(0.8), 0.5, n)),
            "rho": rng.beta(4, 5, n),
            "kappa": rng.normal(0.3, 0.5, n),
            "elsewhere": rng.normal(-0.6, 0.3, n),
            "city": rng.normal(-0.4, 0.3, n),
            "group": rng.normal(-0.7, 0.4, n),
            "core_factor": rng.uniform(1.0, 1.1, n),
            "other_factor": rng.uniform(0.9, 1.0, n),
        }

    rng = np.random.default_rng(99)
    x = inputs(rng)
    slow = np.empty((n, 2))
    for i in range(n):
        s, rho, kappa = x["s"][i], x["rho"][i], x["kappa"][i]
        u = [rng.normal() for _ in range(3)]
        v = [rng.normal() for _ in range(7)]
        deviation = kappa + rho**0.5 * u[parents[observed]] + (1 - rho) ** 0.5 * v[observed]
        m = x["theta"][i] - s * deviation
        # Selection shifts the observed area's deviation; its parts share the shift as they share the variance.
        u[parents[observed]] += rho**0.5 * kappa
        total, south = 0.0, 0.0
        for k in range(7):
            factor = x["core_factor"][i] if core[k] else x["other_factor"][i]
            people = adults[k] * factor * np.exp(error_sd[k] * rng.normal())
            if k == observed:
                area = x["theta"][i]
            else:
                area = m + s * (rho**0.5 * u[parents[k]] + (1 - rho) ** 0.5 * v[k])
                area += distant[k] * x["elsewhere"][i] + city[k] * x["city"][i]
            for g, delta in enumerate((0.0, x["group"][i])):
                held = people[g] / (1 + np.exp(-(area + delta)))
                total += held
                south += held if core[k] and g == 0 else 0.0
        slow[i] = total, south

    y = inputs(np.random.default_rng(7))
    places = region(adults, parents=parents, core=core, distant=distant, city=city, observed=[observed])
    drawn = effects(
        n,
        places,
        spread=y["s"],
        observed=y["theta"],
        parent_share=y["rho"],
        kappa=y["kappa"],
        distant=y["elsewhere"],
        city=y["city"],
        group=np.column_stack([np.zeros(n), y["group"]]),
        core_factor=y["core_factor"],
        other_factor=y["other_factor"],
        area_error_sd=error_sd,
        seed=8,
    )
    parts = [part("first", "second", places=7), part("first", areas=slice(5))]
    fast = held_in(places, drawn, parts, seed=3).either
    for column in range(2):
        a, b = np.log(slow[:, column]), np.log(fast[:, column])
        assert stats.ks_2samp(a, b).pvalue > 0.01
        # Means and SDs of log totals within four standard errors of their difference.
        assert abs(a.mean() - b.mean()) < 4 * np.sqrt((a.var() + b.var()) / n)
        kurtosis = stats.kurtosis(np.concatenate([a, b]), fisher=False)
        assert abs(np.log(a.std() / b.std())) < 4 * np.sqrt((kurtosis - 1) / (4 * n) * 2)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9])
def test_deviations_of_one_parent_correlate_by_rho(rho):
    # Area 1 lies in the observed area's parent, area 2 in another. Deviations back from the shares of one area each.
    n = 20_000
    found = {}
    for other in (1, 2):
        places = region(np.ones((3, 1)), parents=[0, 0, 1])
        drawn = effects(n, places, rho=rho)
        share = shares(places, drawn, "spread", parts=[part(areas=[other])])
        deviation = (logit(share) - drawn.centre) / drawn.spread
        seen = (drawn.logits[:, 0] - drawn.centre) / drawn.spread
        assert deviation.mean() == pytest.approx(0, abs=4 / np.sqrt(n))
        assert deviation.std() == pytest.approx(1, abs=4 / np.sqrt(2 * n))
        found[other] = np.corrcoef(seen, deviation)[0, 1]
    # The standard error of a correlation is (1 - rho^2) / sqrt(n), at most 0.007 here.
    assert found[1] == pytest.approx(rho, abs=4 * (1 - rho**2) / np.sqrt(n) + 1e-9)
    assert found[2] == pytest.approx(0.0, abs=4 / np.sqrt(n))


def test_parent_effect_given_several_observed_areas():
    # Derivation: u given k deviations d_j = sqrt(rho) u + sqrt(1 - rho) v_j: precision 1 + k rho / (1 - rho), mean
    # sqrt(rho) sum d / (1 - rho + k rho), variance (1 - rho) / (1 - rho + k rho); an unseen area adds 1 - rho.
    n, rho, d = 20_000, 0.4, np.array([1.0, 2.0, 0.3])
    places = region(np.ones((4, 1)), observed=[0, 1, 2])
    drawn = effects(n, places, rho=rho, centre=np.full(n, THETA), logits=np.tile(THETA + 0.8 * d, (n, 1)))
    share = shares(places, drawn, "spread", parts=[part(areas=[3])])
    deviation = (logit(share) - THETA) / 0.8
    precision = 1 - rho + 3 * rho
    variance = rho * (1 - rho) / precision + 1 - rho
    assert deviation.mean() == pytest.approx(rho * d.sum() / precision, abs=4 * np.sqrt(variance / n))
    assert deviation.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / n))


@pytest.mark.parametrize("kappa", [-1.0, 0.0, 1.3])
def test_selection_moves_the_centre_by_kappa_spreads(kappa):
    # rho = 0: an unseen area's log-odds are normal around the centre theta - kappa s, with variance 2 s^2 (its own
    # deviation and the observed area's).
    n = 20_000
    places = region(np.ones((2, 1)))
    drawn = effects(n, places, rho=0.0, kappa=kappa)
    found = logit(shares(places, drawn, "spread", parts=[part(areas=[1])]))
    assert found.mean() == pytest.approx(THETA - kappa * 0.8, abs=4 * 0.8 * np.sqrt(2 / n))
    assert found.std() == pytest.approx(0.8 * np.sqrt(2), rel=4 / np.sqrt(2 * n))


def test_known_differences_multiply_the_rates_they_name():
    # No spread: the area's rate is the observed one; each ratio holds at that rate, and both in log-odds.
    n = 300
    places = region([[1.0], [1.0]], distant=[False, True], core=[True, False])
    ratio = rate_ratio_to_log_odds(np.full(n, 0.6), 0.12)
    found = shares(places, effects(n, places, spread=0.0, distant=ratio))
    np.testing.assert_allclose(found, (0.12 + 0.6 * 0.12) / 2)
    # Observed among the distant: the others are 1 / ratio as far, in odds.
    found = shares(region([[1.0], [1.0]], distant=[True, False]), effects(n, places, spread=0.0, distant=ratio))
    np.testing.assert_allclose(found, (0.12 + expit(THETA - ratio)) / 2)


def test_several_observed_areas_keep_their_rates_whatever_they_are():
    n = 300
    places = region([[1.0], [1.0]], city=[True, False], observed=[0, 1])
    logits = np.tile(logit([0.06, 0.12]), (n, 1))
    drawn = effects(n, places, spread=1.0, logits=logits, city=np.full(n, -0.7))
    np.testing.assert_allclose(shares(places, drawn), 0.09)


@pytest.mark.parametrize("which", ["distant", "city", "group"])
def test_ratio_of_nothing_leaves_nobody(which):
    n = 300
    places = region([[1.0, 0.0], [1.0, 2.0]], distant=[0, 1], city=[0, 1])
    never = rate_ratio_to_log_odds(np.zeros(n), 0.12)
    if which == "group":
        drawn = effects(n, places, spread=0.0, group=np.column_stack([np.zeros(n), never]))
        asked, expected = [part("second", places=2)], 0.0
    else:
        drawn = effects(n, places, spread=0.0, **{which: never})
        asked, expected = [part("first", places=2)], 0.06
    np.testing.assert_allclose(shares(places, drawn, parts=asked), expected, atol=1e-12)


def test_ratio_of_nothing_holds_under_endless_spread():
    n = 2_000
    places = region(np.ones((20, 1)), parents=np.arange(20), distant=np.arange(20) > 0)
    never = rate_ratio_to_log_odds(np.zeros(n), 0.12)
    found = shares(places, effects(n, places, spread=1e4, rho=0.0, distant=never))
    np.testing.assert_allclose(found, 0.12 / 20)


def test_population_factors_and_area_errors():
    n = 20_000
    places = region([[100.0], [300.0]], core=[True, False])
    drawn = effects(
        n,
        places,
        core_factor=np.full(n, 1.1),
        other_factor=np.full(n, 0.9),
        area_error_sd=np.array([0.0, 0.2]),
    )
    people = held_in(places, drawn, [part(places=2), part(areas=[0])]).people
    np.testing.assert_allclose(people[:, 1], 110.0)
    # Derivation: log population of the second area is normal around log 270 with SD 0.2.
    second = np.log(people[:, 0] - 110.0)
    assert second.mean() == pytest.approx(np.log(270), abs=4 * 0.2 / np.sqrt(n))
    assert second.std() == pytest.approx(0.2, rel=4 / np.sqrt(2 * n))


def test_people_of_a_group_are_those_of_its_area_by_one_error():
    # METHODS eq. 8: one error for all groups of an area, so that groups keep their proportion.
    places = region([[100.0, 20.0]])
    people = held_in(
        places, effects(600, places, error_sd=0.3), [part("first", places=1), part("second", places=1)]
    ).people
    np.testing.assert_allclose(people[:, 1] / people[:, 0], 0.2, rtol=1e-12)
    assert people[:, 0].std() > 20


def test_weights_of_observed_areas_are_people_of_the_first_group_or_even():
    places = region([[300.0, 9.0], [100.0, 0.0], [50.0, 1.0]], observed=[0, 1])
    np.testing.assert_allclose(observed_weights(places), [0.75, 0.25])
    nobody = replace(places, adults=places.adults * [0.0, 1.0])
    np.testing.assert_allclose(observed_weights(nobody), [0.5, 0.5])


# --- camp and prison --------------------------------------------------------------------------------------------------


def sentenced_logits(places, drawn, divided, at, **options):
    """Log-odds of having been sentenced, among those ever held, of one area each."""
    held = held_in(places, drawn, [part(areas=[each]) for each in at], division=divided, **options)
    return logit(held.prison / held.either)


def test_division_leaves_the_people_held_as_they_are():
    places = region(np.ones((4, 1)), parents=[0, 0, 1, 1])
    drawn = effects(1_000, places, error_sd=0.1)
    alone, divided = held_in(places, drawn), held_in(places, drawn, division=division(1_000, spread=1.0))
    np.testing.assert_array_equal(divided.either, alone.either)
    assert alone.prison.shape == (1_000, 0)
    assert np.all(divided.prison <= divided.either)


def test_without_spread_every_area_has_the_observed_composition():
    places = region(np.ones((4, 1)), parents=[0, 0, 1, 1])
    own = np.random.default_rng(2).normal(-0.5, 0.3, 1_000)
    drawn = effects(1_000, places)
    found = sentenced_logits(places, drawn, division(1_000, observed_logit=own, correlation=0.4, shift=1.0), range(4))
    np.testing.assert_allclose(found, np.repeat(own[:, None], 4, axis=1), rtol=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("tie", [-0.8, 0.0, 0.6, 1.0])
def test_composition_of_areas_has_its_spread_and_correlates_with_their_rates(rho, tie):
    """METHODS eq. 49: h_i = gamma e_i + sqrt(1 - gamma^2) (sqrt(rho) a_q + sqrt(1 - rho) b_i).

    Derivation: e_i is standard normal with correlation rho within a parent and 0 between parents (38), and so is the
    bracket, independently. So h_i is too: its variance is gamma^2 + (1 - gamma^2) = 1, and it correlates with e_i by
    gamma. Log-odds less the observed area's are sigma (h_i - h_o - chi): SD sigma sqrt(2 (1 - rho)) within the
    observed area's parent (area 1) and sigma sqrt(2) outside it (area 2), mean -sigma chi. Their covariance is that of
    h_1 - h_o and h_2 - h_o, 0 - rho - 0 + 1, times sigma^2.
    """
    n, sigma, chi = 20_000, 0.7, 0.4
    places = region(np.ones((3, 1)), parents=[0, 0, 1])
    drawn = effects(n, places, rho=rho, spread=0.5)
    divided = division(n, observed_logit=-0.3, spread=sigma, correlation=tie, shift=chi)
    found = sentenced_logits(places, drawn, divided, range(3))
    away = found - found[:, :1]
    np.testing.assert_allclose(found[:, 0], -0.3, rtol=1e-9)
    expected = sigma * np.sqrt(2 * np.array([1 - rho, 1.0]))
    for area in (1, 2):
        # Four standard errors of a mean and of a normal sample's SD.
        sd = expected[area - 1]
        assert away[:, area].mean() == pytest.approx(-sigma * chi, abs=4 * sd / np.sqrt(n) + 1e-9)
        assert away[:, area].std() == pytest.approx(sd, rel=4 / np.sqrt(2 * n), abs=1e-6)
    if rho < 1:
        together = np.corrcoef(away[:, 1], away[:, 2])[0, 1]
        exact = (1 - rho) / np.sqrt((1 - rho) * 2 * 2)
        assert together == pytest.approx(exact, abs=4 * (1 - exact**2) / np.sqrt(n))
    # h_2 - h_o against e_2 - e_o, both with variance 2: covariance 2 gamma, so the correlation is gamma.
    rates = logit(held_in(places, drawn, [part(areas=[each]) for each in (0, 2)]).alike)
    ties = np.corrcoef(away[:, 2], rates[:, 1] - rates[:, 0])[0, 1]
    assert ties == pytest.approx(tie, abs=4 * (1 - tie**2) / np.sqrt(n) + 1e-6)


def test_everybody_of_an_area_has_its_share_sentenced():
    # METHODS, assumption under eq. 49: the share is one for all groups of an area.
    places = region([[3.0, 2.0], [1.0, 5.0]])
    drawn = effects(600, places, group=np.tile([0.0, -0.8], (600, 1)))
    asked = [r.Part("p", np.array([1]), (group,)) for group in ("first", "second")]
    held = held_in(places, drawn, asked, division=division(600, spread=1.0))
    np.testing.assert_allclose(*(held.prison / held.either).T, rtol=1e-12)
    assert np.all(held.either[:, 1] < 5 * held.either[:, 0])


def test_division_from_several_observed_areas_is_refused():
    places = region(np.ones((2, 1)), observed=[0, 1])
    drawn = effects(10, places, logits=np.full((10, 2), THETA))
    with pytest.raises(EstimationError, match="split from one observed area; got 2 of them"):
        held_in(places, drawn, division=division(10))


# --- reproducible -----------------------------------------------------------------------------------------------------


def test_number_of_threads_and_blocks_change_nothing():
    places = region(np.arange(1.0, 9.0)[:, None], parents=[0, 0, 1, 1, 2, 2, 3, 3])
    n = 3 * BLOCK + 17
    drawn, divided = effects(n, places, error_sd=0.1), division(n, spread=1.0)
    one, two = (held_in(places, drawn, seed=5, threads=threads, division=divided) for threads in (1, 2))
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name))
    # A longer run begins with the shorter one, block by block.
    head = {key: value[:BLOCK] for key, value in vars(drawn).items() if np.shape(value)[0] == n}
    short = held_in(places, replace(drawn, **head), seed=5)
    np.testing.assert_array_equal(short.either, one.either[:BLOCK])


def test_single_and_double_precision_agree():
    places = region(np.arange(1.0, 9.0)[:, None], parents=[0, 0, 1, 1, 2, 2, 3, 3])
    drawn, divided = effects(2_000, places, error_sd=0.1), division(2_000, spread=1.0)
    single, double = (
        held_in(places, drawn, division=divided, precision=precision) for precision in (np.float32, np.float64)
    )
    for field in fields(single):
        # Log-odds of 20 at most, rounded to 6e-8 of themselves, move odds by 20 * 6e-8; sums of eight terms.
        np.testing.assert_allclose(getattr(single, field.name), getattr(double, field.name), rtol=2e-5)
        assert getattr(single, field.name).dtype == np.float64


def test_visitors_see_the_odds_of_every_area():
    places = region(np.arange(1.0, 9.0)[:, None], parents=[0, 0, 1, 1, 2, 2, 3, 3], city=np.arange(8) > 5)
    drawn = effects(600, places, city=np.full(600, -0.7))
    rates = np.full((600, 8), np.nan)

    def visit(rows, odds_against):
        rates[rows] = 1 / (1 + odds_against)

    held = held_in(places, drawn, visit=visit)
    np.testing.assert_allclose(rates @ places.adults[:, 0], held.either[:, 0], rtol=1e-12)
    np.testing.assert_allclose(rates[:, 0], 0.12, rtol=1e-12)


def test_same_seed_same_totals_other_seed_other_totals():
    places = region(np.ones((4, 1)), parents=[0, 0, 1, 1])
    drawn = effects(1_000, places)
    first, again, other = (shares(places, drawn, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_adding_a_part_leaves_the_others():
    places = region(np.ones((4, 2)), parents=[0, 0, 1, 1], core=[1, 1, 0, 0])
    drawn = effects(1_000, places)
    alone = held_in(places, drawn, [part(places=4)], seed=5).either
    both = held_in(places, drawn, [part(places=4), part("first", "second", places=4)], seed=5).either
    # Sums over areas may be added up in another order.
    np.testing.assert_allclose(both[:, 0], alone[:, 0], rtol=1e-12)


def test_progress_counts_every_draw():
    places = region(np.ones((2, 1)))
    seen = []
    held_in(places, effects(600, places), progress=seen.append)
    assert seen == [256, 256, 88]


def test_inputs_are_left_as_they_were():
    places = region(np.ones((4, 2)), parents=[0, 0, 1, 1])
    drawn, divided = effects(600, places, error_sd=0.1), division(600, spread=1.0)
    before = [{key: np.copy(value) for key, value in vars(each).items()} for each in (drawn, divided)]
    held_in(places, drawn, division=divided)
    for each, kept in zip((drawn, divided), before, strict=True):
        for key, value in vars(each).items():
            np.testing.assert_array_equal(value, kept[key])


# --- properties -------------------------------------------------------------------------------------------------------


@QUIET
@given(st.floats(0, 5), st.floats(0.001, 0.19))
def test_rate_ratio_turns_into_log_odds_and_back(ratio, rate):
    found = float(expit(logit(rate) + rate_ratio_to_log_odds(ratio, rate)))
    assert found == pytest.approx(ratio * rate, abs=1e-9)


@QUIET
@given(
    adults=st.lists(st.floats(0, 1e6), min_size=1, max_size=6).filter(lambda x: sum(x) > 1),
    spread=st.floats(0, 50),
    rho=st.floats(0, 1),
    kappa=st.floats(-3, 3),
    rate=st.floats(1e-4, 0.999),
    low=st.floats(-30, 0),
)
def test_totals_lie_between_nobody_and_everybody(adults, spread, rho, kappa, rate, low):
    size = len(adults)
    places = region(np.array(adults)[:, None], parents=np.arange(size) % 2, city=np.arange(size) % 3 == 1)
    drawn = effects(
        40, places, spread=spread, rho=rho, kappa=kappa, observed=logit(rate), city=np.full(40, low), error_sd=0.1
    )
    held = held_in(places, drawn)
    for rung in RUNGS:
        count = of(held, drawn, rung)
        assert np.all(np.isfinite(count))
        assert np.all(count >= 0)
        assert np.all(count <= held.people * (1 + 1e-12))
    # Lower rates in cities can only lower the total; beside a city that was observed they would raise it.
    assert np.all(held.either <= held.alike * (1 + 1e-9))


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_observed_area_where_nobody_could_have_been_held():
    places = region(np.ones((2, 1)), city=[True, False])
    drawn = effects(10, places, city=np.full(10, -np.inf))
    with pytest.raises(EstimationError, match="observed area cannot lie where the rate is nothing"):
        held_in(places, drawn)


def test_part_with_an_unknown_group():
    places = region(np.ones((2, 1)))
    with pytest.raises(EstimationError, match="all may name only groups of the region; got 'ninth'"):
        held_in(places, effects(10, places), [part("ninth", places=2)])


@pytest.mark.parametrize("areas", [[0], []])
def test_part_that_counts_nobody(areas):
    places = region([[0.0], [1.0]])
    with pytest.raises(EstimationError, match="every scope and every source must count somebody; got all"):
        held_in(places, effects(10, places), [part(areas=areas)])


def test_ratio_that_leaves_no_rate():
    with pytest.raises(EstimationError, match=r"ratio of rates must leave a rate below 1; got 1\.2"):
        rate_ratio_to_log_odds([1.0, 10.0], 0.12)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_memory_is_bounded_in_the_areas_too(precision):
    # 200,000 areas: one array of shape (256, areas) alone would take 400 MB.
    places = region(np.full((200_000, 1), 10.0))
    drawn = effects(20, places, rho=0.0)
    tracemalloc.start()
    held = held_in(places, drawn, precision=precision)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6
    # Derivation: with rho = 0 the share of so many areas is the mean of expit over a normal, here by Gauss-Hermite.
    node, weight = np.polynomial.hermite.hermgauss(60)
    expected = expit(drawn.centre[:, None] + 0.8 * np.sqrt(2) * node) @ weight / np.sqrt(np.pi)
    np.testing.assert_allclose(held.alike[:, 0] / held.people[:, 0], expected, atol=0.003)


def test_memory_does_not_grow_with_the_draws():
    # What is kept is three columns of eight bytes. Beside these, ten times the draws must not need a tenth of one array
    # of shape (draws, areas) in single precision.
    places = region(np.ones((40, 1)))
    sizes, peaks = (10_000, 100_000), []
    for n in sizes:
        drawn = effects(n, places)
        tracemalloc.start()
        held_in(places, drawn)
        peaks.append(tracemalloc.get_traced_memory()[1] - 3 * 8 * n)
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 0.1 * (sizes[1] - sizes[0]) * 40 * 4
