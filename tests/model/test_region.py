import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit

from estimation.errors import EstimationError
from estimation.model.region import region as r
from estimation.model.region.poststratify import BLOCK, rate_ratio_to_log_odds, simulate

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
    """Draws with one observed area: its own deviation is standard normal, so that centre = observed - spread * dev."""
    rng = np.random.default_rng(seed)
    logits = np.broadcast_to(np.asarray(observed, float), (n,)).copy()
    spread = np.broadcast_to(np.asarray(spread, float), (n,)).copy()
    zero = np.zeros(n)
    settings_ = {
        "share": expit(logits),
        "adjusted_logits": logits[:, None],
        "core_factor": zero + 1,
        "other_factor": zero + 1,
        "central_factors": (1.0, 1.0),
        "area_error_sd": np.full(len(places.areas), error_sd),
        "centre": logits - spread * rng.standard_normal(n),
        "spread": spread,
        "parent_share": zero + rho,
        "selection": zero + kappa,
        "elsewhere": zero,
        "city": zero,
        "group": np.zeros((n, len(places.groups))),
    }
    return r.Effects(**{**settings_, **changes})


def scope(*groups, core_only=False) -> r.Scope:
    return r.Scope("all", "people", "everywhere", groups or ("first",), core_only)


def shares(places, drawn, rung="differences", *, scopes=None, seed=1, threads=1):
    totals = simulate(places, scopes or [scope()], drawn, seed=seed, threads=threads)
    return totals.count[rung][:, 0] / totals.base[rung][:, 0]


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rung", r.RUNGS)
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


@pytest.mark.parametrize("rung", r.RUNGS)
def test_one_area_that_is_the_whole_region_gives_the_observed_rate(rung):
    places = region([[1_000.0]], city=[True], distant=[True])
    drawn = effects(3_000, places, spread=2.0, kappa=1.0, elsewhere=np.full(3_000, -0.5), city=np.full(3_000, -1.0))
    np.testing.assert_allclose(shares(places, drawn, rung), 0.12, rtol=1e-12)


def test_all_areas_observed_leave_nothing_to_guess():
    places = region([[100.0], [300.0]], observed=[0, 1])
    logits = np.tile(logit([0.1, 0.2]), (2_000, 1))
    drawn = effects(2_000, places, adjusted_logits=logits)
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
        split = effects(n, halves, rho=1.0, seed=9, adjusted_logits=np.full((n, 2), THETA))
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
    known = {"elsewhere": np.full(n, -0.4), "city": np.full(n, -0.6), "group": np.tile([0.0, -0.7], (n, 1))}
    both = [scope("first", "second")]
    first, second = (
        shares(each, effects(n, each, error_sd=0.05, seed=seed, **known), scopes=both, seed=seed)
        for each, seed in ((places, 4), (moved, 5))
    )
    assert same_distribution(first, second)


# --- the model --------------------------------------------------------------------------------------------------------


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
        selection=y["kappa"],
        elsewhere=y["elsewhere"],
        city=y["city"],
        group=np.column_stack([np.zeros(n), y["group"]]),
        core_factor=y["core_factor"],
        other_factor=y["other_factor"],
        area_error_sd=error_sd,
        seed=8,
    )
    scopes = [scope("first", "second"), scope("first", core_only=True)]
    fast = simulate(places, scopes, drawn, seed=3, threads=1).count["differences"]
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
        core = [k == other for k in range(3)]
        places = region(np.ones((3, 1)), parents=[0, 0, 1], core=core)
        drawn = effects(n, places, rho=rho)
        share = shares(places, drawn, "spread", scopes=[scope(core_only=True)])
        deviation = (logit(share) - drawn.centre) / drawn.spread
        seen = (drawn.adjusted_logits[:, 0] - drawn.centre) / drawn.spread
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
    places = region(np.ones((4, 1)), core=[0, 0, 0, 1], observed=[0, 1, 2])
    drawn = effects(n, places, rho=rho, centre=np.full(n, THETA), adjusted_logits=np.tile(THETA + 0.8 * d, (n, 1)))
    share = shares(places, drawn, "spread", scopes=[scope(core_only=True)])
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
    places = region(np.ones((2, 1)), core=[False, True])
    drawn = effects(n, places, rho=0.0, kappa=kappa)
    found = logit(shares(places, drawn, "spread", scopes=[scope(core_only=True)]))
    assert found.mean() == pytest.approx(THETA - kappa * 0.8, abs=4 * 0.8 * np.sqrt(2 / n))
    assert found.std() == pytest.approx(0.8 * np.sqrt(2), rel=4 / np.sqrt(2 * n))


def test_known_differences_multiply_the_rates_they_name():
    # No spread: the area's rate is the observed one; each ratio holds at that rate, and both in log-odds.
    n = 300
    places = region([[1.0], [1.0]], distant=[False, True], core=[True, False])
    ratio = rate_ratio_to_log_odds(np.full(n, 0.6), 0.12)
    found = shares(places, effects(n, places, spread=0.0, elsewhere=ratio))
    np.testing.assert_allclose(found, (0.12 + 0.6 * 0.12) / 2)
    # Observed among the distant: the others are 1 / ratio as far, in odds.
    found = shares(region([[1.0], [1.0]], distant=[True, False]), effects(n, places, spread=0.0, elsewhere=ratio))
    np.testing.assert_allclose(found, (0.12 + expit(THETA - ratio)) / 2)


def test_several_observed_areas_keep_their_rates_whatever_they_are():
    n = 300
    places = region([[1.0], [1.0]], city=[True, False], observed=[0, 1])
    logits = np.tile(logit([0.06, 0.12]), (n, 1))
    drawn = effects(n, places, spread=1.0, adjusted_logits=logits, city=np.full(n, -0.7))
    np.testing.assert_allclose(shares(places, drawn), 0.09)


@pytest.mark.parametrize("which", ["elsewhere", "city", "group"])
def test_ratio_of_nothing_leaves_nobody(which):
    n = 300
    places = region([[1.0, 0.0], [1.0, 2.0]], distant=[0, 1], city=[0, 1])
    never = rate_ratio_to_log_odds(np.zeros(n), 0.12)
    if which == "group":
        drawn = effects(n, places, spread=0.0, group=np.column_stack([np.zeros(n), never]))
        scopes, expected = [scope("second")], 0.0
    else:
        drawn = effects(n, places, spread=0.0, **{which: never})
        scopes, expected = [scope("first")], 0.06
    np.testing.assert_allclose(shares(places, drawn, scopes=scopes), expected, atol=1e-12)


def test_ratio_of_nothing_holds_under_endless_spread():
    n = 2_000
    places = region(np.ones((20, 1)), parents=np.arange(20), distant=np.arange(20) > 0)
    never = rate_ratio_to_log_odds(np.zeros(n), 0.12)
    found = shares(places, effects(n, places, spread=1e4, rho=0.0, elsewhere=never))
    np.testing.assert_allclose(found, 0.12 / 20)


def test_population_factors_and_area_errors():
    n = 20_000
    places = region([[100.0], [300.0]], core=[True, False])
    drawn = effects(
        n,
        places,
        core_factor=np.full(n, 1.1),
        other_factor=np.full(n, 0.9),
        central_factors=(1.05, 0.95),
        area_error_sd=np.array([0.0, 0.2]),
    )
    totals = simulate(places, [scope(), scope(core_only=True)], drawn, seed=1, threads=1)
    np.testing.assert_allclose(totals.base["sampling"], np.tile([100 * 1.05 + 300 * 0.95, 105.0], (n, 1)))
    np.testing.assert_allclose(totals.base["spread"][:, 1], 110.0)
    # Derivation: log population of the second area is normal around log 270 with SD 0.2.
    second = np.log(totals.base["spread"][:, 0] - 110.0)
    assert second.mean() == pytest.approx(np.log(270), abs=4 * 0.2 / np.sqrt(n))
    assert second.std() == pytest.approx(0.2, rel=4 / np.sqrt(2 * n))


# --- reproducible -----------------------------------------------------------------------------------------------------


def test_number_of_threads_and_blocks_change_nothing():
    places = region(np.arange(1.0, 9.0)[:, None], parents=[0, 0, 1, 1, 2, 2, 3, 3])
    drawn = effects(3 * BLOCK + 17, places, error_sd=0.1)
    one, two = (simulate(places, [scope()], drawn, seed=5, threads=threads) for threads in (1, 2))
    for rung in r.RUNGS:
        np.testing.assert_array_equal(one.count[rung], two.count[rung])
        np.testing.assert_array_equal(one.base[rung], two.base[rung])
    # A longer run begins with the shorter one, block by block.
    head = {key: value[:BLOCK] for key, value in vars(drawn).items() if np.shape(value)[0] == drawn.share.size}
    short = simulate(places, [scope()], replace(drawn, **head), seed=5, threads=1)
    np.testing.assert_array_equal(short.count["differences"], one.count["differences"][:BLOCK])


def test_same_seed_same_totals_other_seed_other_totals():
    places = region(np.ones((4, 1)), parents=[0, 0, 1, 1])
    drawn = effects(1_000, places)
    first, again, other = (shares(places, drawn, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_adding_a_scope_leaves_the_others():
    places = region(np.ones((4, 2)), parents=[0, 0, 1, 1], core=[1, 1, 0, 0])
    drawn = effects(1_000, places)
    alone = simulate(places, [scope()], drawn, seed=5, threads=1).count["differences"]
    both = simulate(places, [scope(), scope("first", "second")], drawn, seed=5, threads=1).count["differences"]
    # Sums over areas may be added up in another order.
    np.testing.assert_allclose(both[:, 0], alone[:, 0], rtol=1e-12)


def test_progress_counts_every_draw():
    places = region(np.ones((2, 1)))
    seen = []
    simulate(places, [scope()], effects(600, places), seed=1, threads=1, progress=seen.append)
    assert seen == [256, 256, 88]


def test_inputs_are_left_as_they_were():
    places = region(np.ones((4, 2)), parents=[0, 0, 1, 1])
    drawn = effects(600, places, error_sd=0.1)
    before = {key: np.copy(value) for key, value in vars(drawn).items()}
    simulate(places, [scope()], drawn, seed=1, threads=1)
    for key, value in vars(drawn).items():
        np.testing.assert_array_equal(value, before[key])


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
    totals = simulate(places, [scope()], drawn, seed=1, threads=1)
    for rung in r.RUNGS:
        assert np.all(np.isfinite(totals.count[rung]))
        assert np.all(totals.count[rung] >= 0)
        assert np.all(totals.count[rung] <= totals.base[rung] * (1 + 1e-12))
    # Lower rates in cities can only lower the total; beside a city that was observed they would raise it.
    assert np.all(totals.count["differences"] <= totals.count["spread"] * (1 + 1e-9))


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"areas": ()}, "a region needs at least one area"),
        ({"adults": np.ones((3, 1))}, r"adults must have shape \(areas, groups\); got \(3, 1\).*make it \(2, 1\)"),
        ({"parents": np.zeros(3, int)}, "parents needs one value an area; got 3.*give 2"),
        ({"core": np.zeros(1, bool)}, "core needs one value an area; got 1"),
        ({"distant": np.zeros(1, bool)}, "distant needs one value an area; got 1"),
        ({"city": np.zeros(1, bool)}, "city needs one value an area; got 1"),
        ({"adults": np.array([[1.0], [-1.0]])}, "adults must be finite and not negative"),
        ({"adults": np.array([[1.0], [np.nan]])}, "adults must be finite and not negative"),
        ({"areas": ("a", "a")}, "areas must differ"),
        ({"observed": np.array([2])}, r"observed areas must be areas of the region; got \[2\]"),
        ({"observed": np.array([-1])}, "observed areas must be areas of the region"),
        ({"observed": np.array([], int)}, "observed areas must be areas of the region"),
    ],
)
def test_regions_that_are_refused(change, message):
    with pytest.raises(EstimationError, match=message):
        replace(region(np.ones((2, 1))), **change)


def test_observed_area_where_nobody_could_have_been_held():
    places = region(np.ones((2, 1)), city=[True, False])
    drawn = effects(10, places, city=np.full(10, -np.inf))
    with pytest.raises(EstimationError, match="observed area cannot lie where the rate is nothing"):
        simulate(places, [scope()], drawn, seed=1, threads=1)


def test_scope_with_an_unknown_group():
    places = region(np.ones((2, 1)))
    with pytest.raises(EstimationError, match="only groups of the region; got 'ninth'"):
        simulate(places, [scope("ninth")], effects(10, places), seed=1, threads=1)


def test_scope_that_counts_nobody():
    places = region(np.ones((2, 1)), core=[False, False])
    with pytest.raises(EstimationError, match="every scope must count somebody"):
        simulate(places, [scope(core_only=True)], effects(10, places), seed=1, threads=1)


def test_ratio_that_leaves_no_rate():
    with pytest.raises(EstimationError, match=r"ratio of rates must leave a rate below 1; got 1\.2"):
        rate_ratio_to_log_odds([1.0, 10.0], 0.12)


def test_memory_is_bounded_in_the_areas_too():
    # 200,000 areas: one array of shape (256, areas) alone would take 400 MB.
    places = region(np.full((200_000, 1), 10.0))
    drawn = effects(20, places, rho=0.0)
    tracemalloc.start()
    totals = simulate(places, [scope()], drawn, seed=1, threads=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6
    # Derivation: with rho = 0 the share of so many areas is the mean of expit over a normal, here by Gauss-Hermite.
    node, weight = np.polynomial.hermite.hermgauss(60)
    expected = expit(drawn.centre[:, None] + 0.8 * np.sqrt(2) * node) @ weight / np.sqrt(np.pi)
    share = totals.count["spread"][:, 0] / totals.base["spread"][:, 0]
    np.testing.assert_allclose(share, expected, atol=0.003)
