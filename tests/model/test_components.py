import numpy as np
import pytest
import small_world as w
from scipy import special, stats

from estimation.errors import EstimandError, EstimationError
from estimation.model.region.poststratify import simulate
from estimation.model.region.region import Scope
from estimation.model.synthesis import components as c
from estimation.model.synthesis import likelihood as lk

N = 2_000


def run(n=N, seed=3, **changes):
    rng = np.random.default_rng(1)
    drawn = w.latent(n, rng) | {name: np.full(n, value) for name, value in changes.items()}
    observed = np.full(n, -2.0)
    return drawn, *w.observe(drawn, observed, observed - drawn["spread"] * rng.standard_normal(n), seed=seed)


def test_split_counts_the_people_of_the_ladder():
    rng = np.random.default_rng(1)
    drawn = w.latent(N, rng)
    observed = np.full(N, -2.0)
    centre = observed - drawn["spread"] * rng.standard_normal(N)
    effects = w.effects(observed, centre, drawn["spread"], drawn["rho"], drawn["kappa"])
    total = simulate(w.REGION, [Scope("all", "people", "there", ("first",))], effects, seed=3, threads=1)
    _, _, _, held = run()
    assert held.either.shape == (N, len(w.PARTS))
    same = w.observe(drawn, observed, centre, seed=3)[1]
    np.testing.assert_allclose(same, total.count["differences"][:, 0], rtol=1e-12)


def test_without_spread_every_county_has_the_observed_composition():
    drawn, _, _, held = run(composition_sd=0.0)
    expected = np.repeat(drawn["sent"][:, None], held.prison.shape[1], axis=1)
    np.testing.assert_allclose(held.prison / held.either, expected, rtol=1e-9)


def test_correlation_and_shift_have_their_sign():
    # With correlation near 1, counties with high rates have high prison shares.
    drawn, _, _, held = run(correlation=0.99, composition_sd=1.0, shift=0.0)
    high = held.either[:, 3] / held.base[:, 3] > 1 / (1 + np.exp(2.0))
    share = held.prison[:, 3] / held.either[:, 3]
    assert np.median(share[high]) > np.median(share[~high]) + 0.1
    # The observed county above the others by two SDs: the others lower.
    _, _, _, low = run(shift=2.0, composition_sd=1.0, correlation=0.0)
    others = low.prison[:, 2] / low.either[:, 2]
    assert np.median(others) < 0.6 * np.median(drawn["sent"])


@pytest.mark.parametrize("correlation", [-0.8, 0.0, 0.6])
def test_composition_has_its_spread_and_its_correlations(correlation):
    n, rho = 20_000, 0.5
    one = np.ones(n)
    rng = np.random.default_rng(4)
    effects = w.effects(-2 * one, -2 - rng.standard_normal(n), one, rho * one, 0 * one)
    shape = c.Composition(0 * one, one, correlation * one, 0 * one)
    areas = [c.Part(name, np.array([place]), ("first",)) for place, name in enumerate(w.REGION.areas)]
    held = c.split(w.REGION, areas, effects, shape, seed=5, threads=1)
    rate = special.logit(held.either / held.base)
    sent = special.logit(held.prison / held.either)
    rate, sent = (values - values[:, [0]] for values in (rate, sent))
    # Derivation (METHODS eq. 49): effects e and deviations d of areas are standard normal, those of one prefecture
    # correlated by rho; less the observed area's, the SD is √2 in another prefecture and √(2 - 2 rho) in its own.
    # Simulation error of an SD is 1 / √(2n) = 0.5% of it, of a correlation at most 1 / √n = 0.007.
    for values in (rate, sent):
        assert values[:, 4].std() == pytest.approx(np.sqrt(2), rel=0.02)
        assert values[:, 1].std() == pytest.approx(np.sqrt(2 - 2 * rho), rel=0.02)
        # Two areas of another prefecture share rho and the observed area: (1 + rho) / 2.
        assert np.corrcoef(values[:, 4], values[:, 5])[0, 1] == pytest.approx((1 + rho) / 2, abs=0.02)
    for area in (1, 4):
        assert np.corrcoef(rate[:, area], sent[:, area])[0, 1] == pytest.approx(correlation, abs=0.025)


def test_threads_do_not_matter():
    rng = np.random.default_rng(1)
    drawn = w.latent(N, rng)
    effects = w.effects(np.full(N, -2.0), np.full(N, -2.0), drawn["spread"], drawn["rho"], drawn["kappa"])
    zero = np.zeros(N)
    shape = c.Composition(zero, zero + 1, zero, zero)
    one, two = (c.split(w.REGION, w.PARTS, effects, shape, seed=1, counties=True, threads=t) for t in (1, 2))
    assert one.prison.tobytes() == two.prison.tobytes()
    assert one.county_rate.tobytes() == two.county_rate.tobytes()
    assert one.county_rate.shape == (N, w.AREAS)


def test_course_by_hand():
    one = np.ones(1)
    course = c.Course(0.5 * one, 0.6 * one, 0.25 * one, 0.4)
    # Half the window (1.75 years from 2017.25) has passed at 2018.125; 0.5 ** 0.5 of entries; 1 - 0.4 * 0.5 kept;
    # sentences 0.4 + 0.6 * 0.125 = 0.475. Camp: 1000 - 0.75 * 400 = 700.
    said = {
        ("camp", "ever held"): 700 * 0.5**0.5,
        ("camp", "held at a moment"): 700 * 0.5**0.5 * 0.8,
        ("prison", "sentenced"): 400 * 0.475,
        ("camp or prison", "ever held"): 1000 * 0.5**0.5,
        ("camp or prison", "held at a moment"): 700 * 0.5**0.5 * 0.8 + 400 * 0.475,
    }
    for (custody, measure), expected in said.items():
        value = c.persons(1000 * one, 400 * one, course, custody=custody, measure=measure, year=2018.125)
        assert value[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("custody", "measure", "year", "match"),
    [
        ("camp", "held at a moment", 2019.4, "only within spring 2017"),
        ("camp", "held at a moment", 2017.0, "only within spring 2017"),
        ("camp", "sentenced", 2018.0, "counted by sentences"),
        ("prison", "ever held", 2018.0, "counted by sentences"),
    ],
)
def test_unlike_counts_are_refused(custody, measure, year, match):
    one = np.ones(1)
    with pytest.raises(EstimandError, match=match):
        c.persons(one, one, c.Course(one, one, one, 0.4), custody=custody, measure=measure, year=year)


def test_parts_are_checked():
    zero = np.zeros(4)
    effects = w.effects(zero, zero, zero + 1, zero + 0.5, zero)
    shape = c.Composition(zero, zero + 1, zero, zero)
    for part, match in [
        (c.Part("p", np.array([0]), ("nobody",)), "only groups of the region"),
        (c.Part("p", np.array([], int), ("first",)), "must count somebody"),
    ]:
        with pytest.raises(EstimationError, match=match):
            c.split(w.REGION, [part], effects, shape, seed=1)


# --- the density of one figure ---------------------------------------------------------------------------------------


def density(source, predicted, *, bias=0.0, nothing=0.0, place_sd=0.0):
    one = np.ones(1)
    return lk.log_density(
        source, predicted * one, bias=bias * one, uninformative=nothing * one, place_sd=place_sd * one
    )[0]


def test_density_is_students_t_on_the_log_scale():
    source = lk.Source("s", "phone", 100.0, 1_000.0, "about", 0.3)
    expected = stats.t(4, scale=0.3).logpdf(np.log(100 / 80) - 0.1)  # scipy.stats
    assert density(source, 80.0, bias=0.1) == pytest.approx(expected)
    # Says nothing with probability 0.4: log-uniform over a thousandfold range has density 1 / log(1000).
    mixed = np.log(0.6 * np.exp(expected) + 0.4 / np.log(1_000))
    assert density(source, 80.0, bias=0.1, nothing=0.4) == pytest.approx(mixed)


def test_floor_and_ceiling_are_tail_probabilities():
    for bound, tail in (("floor", stats.t(4).sf), ("ceiling", stats.t(4).cdf)):
        source = lk.Source("s", "village", 0.1, 1.0, bound, 0.3)
        assert np.exp(density(source, 0.2)) == pytest.approx(tail(np.log(0.1 / 0.2) / 0.3))  # scipy.stats
    # Log-uniform from 0.001 to 1: a third of it lies above 0.1.
    assert np.exp(density(lk.Source("s", "village", 0.1, 1.0, "floor", 0.3), 0.2, nothing=1.0)) == pytest.approx(1 / 3)


def test_places_widen_the_error():
    one, eight = (lk.Source("s", "village", 0.2, 1.0, "about", 0.3, places) for places in (1, 8))
    # A log-odds SD of 0.6 at a rate of 0.2 is 0.48 on the log scale, over root 8 for eight places.
    for source, sd in ((one, 0.48), (eight, 0.48 / np.sqrt(8))):
        expected = stats.t(4, scale=np.hypot(0.3, sd)).logpdf(0.0)
        assert density(source, 0.2, place_sd=0.6) == pytest.approx(expected)


def test_below_counts_what_density_weighs():
    source = lk.Source("s", "phone", 100.0, 1_000.0, "about", 0.3)
    one = np.ones(1)
    below = lk.at_most(source, 80 * one, bias=0 * one, uninformative=0.25 * one, place_sd=0 * one)[0]
    # Log-uniform from 1 to 1,000: two thirds lie below 100.
    assert below == pytest.approx(0.75 * stats.t(4).cdf(np.log(100 / 80) / 0.3) + 0.25 * 2 / 3)


@pytest.mark.parametrize(
    ("value", "bound", "match"), [(2.0, "about", "not exceed everybody"), (0.5, "roughly", "bound must be about")]
)
def test_bad_sources(value, bound, match):
    with pytest.raises(EstimationError, match=match):
        lk.Source("s", "phone", value, 1.0, bound, 0.3)
