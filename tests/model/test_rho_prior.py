import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from estimation.errors import EstimationError
from estimation.evidence.tables.sources import PUBLIC
from estimation.model.spread.rho_prior import RhoEvidence, fit_rho_prior, rho_from_within
from estimation.model.spread.spread_parents import decompose

# Stated for the sets with two levels: tau over the whole, quartiles of tau within a parent, parents with at least eight
# areas and thirty events (reference analysis, "within parents").
WITHIN = {
    "guatemala": (4.66, 1.91, 2.64, 3.40, 11),
    "spain": (1.62, 1.06, 1.28, 1.47, 32),
    "us_incarceration_oppatlas": (0.48, 0.28, 0.35, 0.43, 47),
}


def from_within(family, figures):
    tau, low, median, high, parents = figures
    return rho_from_within(family, tau=tau, within_low=low, within_median=median, within_high=high, parents=parents)


def from_counts(family, dataset):
    table = pd.read_csv(PUBLIC / "reference_areas.csv", dtype={"area": str}, keep_default_na=False)
    rows = table[table["dataset"] == dataset]
    split = decompose(rows["count"], rows["population"], rows["parent"])
    return RhoEvidence(family, split.rho, split.curve_rho, split.curve_log_likelihood)


@pytest.fixture(scope="module")
def evidence():
    held = [
        from_counts("japanese_american", "japanese_american_not_back_1945"),
        from_counts("us_murder_arrests", "us_county_murder_arrests_1990_96"),
    ]
    return held + [from_within(family, figures) for family, figures in WITHIN.items()]


def test_the_prior_from_five_systems(evidence):
    prior = fit_rho_prior(evidence)
    beta = stats.beta(prior.a, prior.b)
    # Stated: tau within a parent is three to four fifths of the whole, so rho is 0.36 to 0.64 or thereabouts.
    assert 0.36 < beta.mean() < 0.64
    # Five systems cannot give a narrow prior: wider than their own range, 0.23 to 0.68.
    low, high = beta.ppf([0.025, 0.975])
    assert low < 0.23
    assert high > 0.68
    # The Beta must stand for the mixture it replaces.
    assert low == pytest.approx(prior.mixture_low, abs=0.05)
    assert high == pytest.approx(prior.mixture_high, abs=0.05)
    assert beta.median() == pytest.approx(prior.mixture_median, abs=0.02)


def test_summary_statistics_agree_with_counts_where_both_are_known(evidence):
    # Stated for the US murder arrests: whole 0.97, within 0.50 / 0.60 / 0.72 over 39 states.
    rebuilt = from_within("us_murder_arrests", (0.97, 0.50, 0.60, 0.72, 39))
    exact = next(item for item in evidence if item.family == "us_murder_arrests")
    assert rebuilt.rho == pytest.approx(exact.rho, abs=0.06)
    inside = [item.grid[item.log_likelihood > item.log_likelihood.max() - 1.92] for item in (exact, rebuilt)]
    assert np.ptp(inside[1]) == pytest.approx(np.ptp(inside[0]), rel=0.3)


def test_leaving_one_system_out_moves_little(evidence):
    whole = fit_rho_prior(evidence)
    for k in range(len(evidence)):
        rest = fit_rho_prior(evidence[:k] + evidence[k + 1 :])
        assert rest.a / (rest.a + rest.b) == pytest.approx(whole.a / (whole.a + whole.b), abs=0.08)


def sharp(family, rho):
    grid = np.linspace(0.001, 0.999, 999)
    return RhoEvidence(family, rho, grid, -0.5 * ((special.logit(grid) - special.logit(rho)) / 0.1) ** 2)


def test_many_systems_recover_the_beta_they_came_from():
    draws = np.random.default_rng(41).beta(3.0, 5.0, 300)
    prior = fit_rho_prior([sharp(str(k), rho) for k, rho in enumerate(draws)])
    # Derivation: ML of a Beta from 300 draws has standard errors near 8% of each shape.
    assert prior.a == pytest.approx(3.0, rel=0.25)
    assert prior.b == pytest.approx(5.0, rel=0.25)


def test_two_alike_systems_do_not_make_a_sharp_prior():
    prior = fit_rho_prior([sharp("a", 0.5), sharp("b", 0.5)])
    low, high = stats.beta(prior.a, prior.b).ppf([0.025, 0.975])
    assert high - low > 0.5


def test_systems_that_say_nothing_leave_the_prior_symmetric_and_flat():
    grid = np.linspace(0.0, 1.0, 101)
    prior = fit_rho_prior([RhoEvidence(name, 0.5, grid, np.zeros(101)) for name in "ab"])
    assert prior.a == pytest.approx(prior.b, rel=0.02)
    assert prior.a < 1.2


def test_turning_rho_round_turns_the_prior_round():
    one = fit_rho_prior([sharp("a", 0.2), sharp("b", 0.4)])
    other = fit_rho_prior([sharp("a", 0.8), sharp("b", 0.6)])
    assert one.a == pytest.approx(other.b, rel=1e-3)
    assert one.b == pytest.approx(other.a, rel=1e-3)


def test_rho_from_within_by_hand():
    item = from_within("x", (1.0, 0.5, 0.6, 0.7, 30))
    # Derivation: 1 - 0.6² = 0.64; variance of its logit 2/29 + 4 (1.2533 · log(1.4) / 1.349)² / 30 = 0.0820.
    assert item.rho == pytest.approx(0.64)
    at = special.expit(special.logit(0.64) + np.sqrt(0.0820))
    assert np.interp(at, item.grid, item.log_likelihood) == pytest.approx(-0.5, abs=2e-3)


def test_two_parents_and_equal_quartiles_are_enough():
    item = from_within("x", (1.0, 0.6, 0.6, 0.6, 2))
    # By hand: without a spread of the spreads the variance of the logit is 2 / (2 - 1) = 2, an SD of 1.4142.
    assert item.family == "x"
    at = special.expit(special.logit(0.64) - np.sqrt(2.0))
    assert np.interp(at, item.grid, item.log_likelihood) == pytest.approx(-0.5, abs=2e-3)


def test_prior_of_two_systems_by_plain_sums():
    """METHODS eq. 34-35 with sums over another grid, of Betas as scipy has them."""
    evidence = [sharp("a", 0.3), sharp("b", 0.6)]
    rho = np.linspace(0.0025, 0.9975, 1_000)
    log_posterior, rows = [], []
    for mean in np.linspace(0.01, 0.99, 99):
        for width in np.linspace(0.02, 1.0, 99):
            a, b = mean / width**2, (1 - mean) / width**2
            density = stats.beta.pdf(rho, a, b)
            density /= density.sum()
            rows.append(density)
            seen = [np.exp(np.interp(rho, each.grid, each.log_likelihood)) @ density for each in evidence]
            log_posterior.append(np.log(np.maximum(seen, 1e-300)).sum())
    mixture = special.softmax(log_posterior) @ np.array(rows)
    prior = fit_rho_prior(evidence)
    low, median, high = np.interp([0.025, 0.5, 0.975], np.cumsum(mixture), rho)
    found = (prior.mixture_low, prior.mixture_median, prior.mixture_high)
    assert found == pytest.approx((low, median, high), abs=0.01)
    # The Beta has the mixture's means of log rho and log(1 - rho); both have the mixture's mean nearly.
    shapes = np.array([prior.a, prior.b])
    means = special.digamma(shapes) - special.digamma(shapes.sum())
    assert means == pytest.approx([mixture @ np.log(rho), mixture @ np.log1p(-rho)], abs=0.01)


@pytest.mark.parametrize(
    "figures",
    [
        (1.0, 0.6, 0.5, 0.7, 9),
        (1.0, 0.4, 0.5, 0.45, 9),
        (1.0, 0.0, 0.5, 0.7, 9),
        (0.5, 0.4, 0.5, 0.7, 9),
        (0.4, 0.4, 0.5, 0.7, 9),
    ],
    ids=str,
)
def test_impossible_quartiles_are_refused(figures):
    with pytest.raises(EstimationError, match="quartiles of the spread within parents must be ordered"):
        from_within("x", figures)


def test_too_few_parents_or_families_are_refused():
    with pytest.raises(EstimationError, match="a share between parents needs at least two parents"):
        from_within("x", (1.0, 0.5, 0.6, 0.7, 1))
    with pytest.raises(EstimationError, match="two families or more, each once"):
        fit_rho_prior([sharp("a", 0.5)])
    with pytest.raises(EstimationError, match="two families or more, each once"):
        fit_rho_prior([sharp("a", 0.5), sharp("a", 0.6)])
