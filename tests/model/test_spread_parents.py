import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special, stats

from estimation.errors import EstimationError
from estimation.evidence.tables.sources import PUBLIC
from estimation.model.spread.spread import fit_spread
from estimation.model.spread.spread_parents import decompose


def simulate(rng, parents, areas, between, within, population=3000):
    parent = np.repeat(np.arange(parents), areas)
    log_odds = -2.0 + between * rng.standard_normal(parents)[parent] + within * rng.standard_normal(parent.size)
    return rng.binomial(population, special.expit(log_odds)), np.full(parent.size, population), parent


def brute_force(y, n, parents, centre, between, within):
    """Both integrals by the trapezoid rule; shares no code with the library."""
    u, v = np.linspace(-6, 6, 121), np.linspace(-7, 7, 351)
    total = 0.0
    for parent in np.unique(parents):
        mine = parents == parent
        log_odds = centre + between * u[:, None, None] + within * v
        logpmf = stats.binom.logpmf(y[mine][:, None], n[mine][:, None], special.expit(log_odds))
        areas = special.logsumexp(logpmf + stats.norm.logpdf(v), axis=2) + np.log(v[1] - v[0])
        total += special.logsumexp(areas.sum(axis=1) + stats.norm.logpdf(u)) + np.log(u[1] - u[0])
    return total


def test_log_likelihood_and_maximum_agree_with_brute_force():
    rng = np.random.default_rng(11)
    y, n, parents = simulate(rng, 4, 5, 0.8, 0.5, population=150)
    split = decompose(y, n, parents)
    at = np.array([split.centre, split.tau_between, split.tau_within])
    top = brute_force(y, n, parents, *at)
    assert split.log_likelihood == pytest.approx(top, abs=1e-4)
    # Derivation: at a maximum no step in any direction leads higher.
    for k in range(3):
        for step in (-0.03, 0.03):
            assert brute_force(y, n, parents, *(at + step * (np.arange(3) == k))) < top


def test_recovers_the_split_it_was_given():
    rng = np.random.default_rng(12)
    splits = [decompose(*simulate(rng, 40, 8, 0.6, 0.8)) for _ in range(12)]
    for name, truth, low_by in (("tau_between", 0.6, 1 / 80), ("tau_within", 0.8, 0.0)):
        found = np.array([getattr(split, name) for split in splits])
        # Derivation: with 40 parents ML understates the SD between them by about 1 / (2 · 40).
        assert found.mean() == pytest.approx(truth * (1 - low_by), abs=3 * found.std(ddof=1) / np.sqrt(found.size))
    covered = [split.rho_low <= 0.36 <= split.rho_high for split in splits]
    # Derivation: 12 intervals of 95% miss more than 3 times with probability 0.002.
    assert np.mean(covered) >= 9 / 12
    assert all(split.rho == pytest.approx(split.tau_between**2 / split.tau**2) for split in splits)


def test_no_difference_between_parents_gives_rho_near_zero():
    rng = np.random.default_rng(13)
    y, n, parents = simulate(rng, 30, 10, 0.0, 0.8)
    split = decompose(y, n, parents)
    assert split.rho < 0.08
    assert split.rho_low == 0.0
    # Derivation: without a part between parents the model is the one fit_spread fits.
    assert split.tau == pytest.approx(fit_spread(y, n).tau, rel=0.01)
    assert split.log_likelihood >= fit_spread(y, n).log_likelihood - 1e-3


def test_no_difference_within_parents_gives_rho_near_one():
    rng = np.random.default_rng(14)
    split = decompose(*simulate(rng, 12, 6, 1.0, 0.0))
    assert split.rho > 0.98
    assert split.rho_high == 1.0
    assert split.tau_within < 0.1


def test_noise_only_has_no_split():
    split = decompose([50, 60, 70, 80], [500, 600, 700, 800], list("aabb"))
    assert split.tau == split.tau_between == split.tau_within == 0.0
    assert np.isnan(split.rho)
    assert (split.rho_low, split.rho_high) == (0.0, 1.0)
    assert not split.curve_log_likelihood.any()


def test_order_and_names_of_parents_do_not_matter():
    rng = np.random.default_rng(15)
    y, n, parents = simulate(rng, 6, 5, 0.7, 0.5)
    order = rng.permutation(y.size)
    one = decompose(y, n, parents)
    other = decompose(y[order], n[order], [f"parent {5 - k}" for k in parents[order]])
    assert other.rho == pytest.approx(one.rho, abs=2e-3)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-5)


def test_curve_peaks_at_rho_and_falls_to_the_interval():
    rng = np.random.default_rng(16)
    split = decompose(*simulate(rng, 10, 6, 0.7, 0.7))
    assert split.curve_log_likelihood.max() == pytest.approx(0.0, abs=1e-3)
    assert split.curve_rho[np.argmax(split.curve_log_likelihood)] == pytest.approx(split.rho, abs=0.01)
    at_ends = np.interp([split.rho_low, split.rho_high], split.curve_rho, split.curve_log_likelihood)
    # Derivation: 95% profile interval, χ²₁(0.95) / 2 = 1.921 below the maximum.
    np.testing.assert_allclose(at_ends, -1.921, atol=0.02)


def test_fields_belong_together():
    rng = np.random.default_rng(17)
    y, n, parents = simulate(rng, 6, 4, 0.7, 0.6, population=400)
    wide = decompose(y, n, parents)
    assert (wide.areas, wide.parents) == (24, 6)
    assert wide.rho_low < wide.rho < wide.rho_high
    assert wide.tau**2 == pytest.approx(wide.tau_between**2 + wide.tau_within**2)
    assert wide.rho == pytest.approx(wide.tau_between**2 / wide.tau**2)
    assert (wide.curve_rho.size, wide.curve_rho[0], wide.curve_rho[-1]) == (199, 0.0, 1.0)
    # The profile at a rho in between is the highest that any centre and spread reach, by brute force around it.
    middle = float(np.interp(0.3, wide.curve_rho, wide.curve_log_likelihood)) + wide.log_likelihood

    def height(at):
        between, within = np.exp(at[1]) * np.sqrt([0.3, 0.7])
        return -brute_force(y, n, parents, at[0], between, within)

    found = optimize.minimize(height, [wide.centre, np.log(wide.tau)], method="Nelder-Mead", options={"xatol": 1e-3})
    assert middle == pytest.approx(-found.fun, abs=0.01)


def test_noise_only_has_every_field():
    split = decompose([50, 60, 70, 80], [500, 600, 700, 800], list("aabb"))
    assert (split.areas, split.parents) == (4, 2)
    # Every area has the rate 0.1: the binomial probabilities of the counts at it.
    assert split.centre == pytest.approx(special.logit(0.1), abs=1e-4)
    expected = stats.binom.logpmf([50, 60, 70, 80], [500, 600, 700, 800], 0.1).sum()
    assert split.log_likelihood == pytest.approx(expected, abs=1e-3)
    np.testing.assert_array_equal(split.curve_rho, np.linspace(0, 1, 199))


def test_japanese_american_counties_by_state():
    table = pd.read_csv(PUBLIC / "reference_areas.csv", dtype={"area": str}, keep_default_na=False)
    rows = table[table["dataset"] == "japanese_american_not_back_1945"]
    split = decompose(rows["count"], rows["population"], rows["parent"])
    assert (split.areas, split.parents) == (86, 3)
    # Stated for this set: tau within CA 1.33, OR 2.07, WA 1.16, which one common spread within must lie among.
    assert 1.16 < split.tau_within < 2.07
    # Three states say little about how states differ.
    assert split.rho_high - split.rho_low > 0.5


@pytest.mark.parametrize(
    ("parents", "message"),
    [
        (["a", "a", "a", "a"], "needs at least two parents; got one parent, 'a'"),
        (["a", "b", "c", "d"], "needs a parent with two areas or more; got 4 areas in 4 parents"),
        (["a", "a", "b"], "parents must name one parent per area"),
        (["a", "", "b", "b"], r"every area needs a parent; got none for area 1 \(1 such\)"),
        (["a", None, float("nan"), "b"], r"every area needs a parent; got none for area 1 \(2 such\)"),
    ],
)
def test_bad_parents_give_one_clear_error(parents, message):
    with pytest.raises(EstimationError, match=message):
        decompose([1, 5, 3, 2], [10, 10, 10, 10], parents)


def test_bad_counts_are_refused_as_for_one_level():
    with pytest.raises(EstimationError, match="no count may exceed its population"):
        decompose([1, 12, 3], [10, 10, 10], ["a", "a", "b"])
