import numpy as np
import pandas as pd
import pytest
from scipy import stats

from estimation.errors import EstimationError
from estimation.evidence.tables.sources import PUBLIC
from estimation.model.spread.area_checks import check_areas
from estimation.model.spread.reference_fits import QUANTITIES, _naive_coverage, fit_reference_sets

TEXT = {"area": str, "parent": str}


@pytest.fixture(scope="module")
def areas():
    return pd.read_csv(PUBLIC / "reference_areas.csv", dtype=TEXT, keep_default_na=False)


@pytest.fixture(scope="module")
def sets():
    return pd.read_csv(PUBLIC / "reference_sets.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def refit(areas, sets):
    return fit_reference_sets(areas, sets)


def test_every_set_whose_rows_are_held_is_refitted(refit, sets):
    held = set(sets.loc[sets["rows_included"] == "yes", "dataset"])
    assert set(refit["dataset"]) == held
    assert len(refit) == 13 * len(QUANTITIES)


@pytest.mark.parametrize("quantity", [name for name in QUANTITIES if name != "tau_moment"])
def test_stated_figures_are_reproduced(refit, quantity):
    # Expected values: the stated summary of the reference sets, five digits each. The ends of profile intervals were
    # stated to about three parts in ten thousand, everything else to its last digit but one.
    rows = refit[refit["quantity"] == quantity]
    tolerance = 5e-4 if quantity in ("tau_low", "tau_high") else 1e-4
    np.testing.assert_allclose(rows["fitted"], rows["stated"], rtol=tolerance, atol=1e-5)


def test_stated_moment_estimates_divide_the_noise_by_one_area_less(refit, areas):
    # Cause of the one difference: the stated figures subtract Σ noise / (K - 1), the documented formula mean noise,
    # Σ noise / K. It is largest for the set with the most empty areas, 1.041 against 1.031 stated.
    rows = refit[refit["quantity"] == "tau_moment"].set_index("dataset")
    for dataset, group in areas.groupby("dataset"):
        y, n = check_areas(group["count"].to_numpy(), group["population"].to_numpy())
        noise = 1 / (y + 0.5) + 1 / (n - y + 0.5)
        as_stated = np.sqrt(np.var(np.log((y + 0.5) / (n - y + 0.5)), ddof=1) - noise.sum() / (y.size - 1))
        assert as_stated == pytest.approx(rows.loc[dataset, "stated"], rel=1e-4)
        assert rows.loc[dataset, "fitted"] == pytest.approx(rows.loc[dataset, "stated"], abs=0.01)
    assert rows["difference"].abs().idxmax() == "iran_protesters_killed_2022"


def test_naive_coverage_counts_areas_and_people():
    # Derivation: whole 60 of 1,000. 95% Clopper-Pearson, statsmodels 0.15.0 proportion_confint(method="beta"):
    # 5/100 -> 0.0164-0.1128 holds 0.06; 40/400 -> 0.0724-0.1337 does not; 15/500 -> 0.0169-0.0490 does not.
    by_area, by_population = _naive_coverage(np.array([5.0, 40.0, 15.0]), np.array([100.0, 400.0, 500.0]))
    assert by_area == pytest.approx(1 / 3)
    assert by_population == pytest.approx(0.1)


def test_empty_and_full_areas_have_one_sided_intervals():
    # Derivation: 0 of 5 -> upper limit 1 - 0.025^(1/5) = 0.522; 5 of 5 -> lower limit 0.478; the whole, 25/50, lies in
    # both and in the interval of 20 of 40.
    assert _naive_coverage(np.array([0.0, 5.0, 20.0]), np.array([5.0, 5.0, 40.0])) == (1.0, 1.0)
    assert 1 - 0.025 ** (1 / 5) > 0.5 > 0.025 ** (1 / 5)


def test_naive_coverage_holds_its_level_when_areas_do_not_differ():
    rng = np.random.default_rng(31)
    y = rng.binomial(2000, 0.1, 3000).astype(float)
    # Derivation: exact intervals cover at least 95% when every area has the same share.
    assert _naive_coverage(y, np.full(3000, 2000.0))[0] >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 3000)


def test_rank_correlation_of_rate_and_size():
    areas = pd.DataFrame({"dataset": "x", "count": [1, 4, 30, 10], "population": [10, 50, 60, 80]})
    stated = pd.DataFrame({"dataset": ["x"], **{name: [0.0] for name in QUANTITIES}})
    table = fit_reference_sets(areas, stated).set_index("quantity")
    # Derivation: rates .1, .08, .5, .125 rank 2 1 4 3 against sizes 1 2 3 4: 1 - 6 · 4 / 60 = 0.6.
    assert table.loc["rate_size_rho", "fitted"] == pytest.approx(0.6)
    assert stats.spearmanr([2, 1, 4, 3], [1, 2, 3, 4]).statistic == pytest.approx(0.6)


def test_areas_without_a_summary_are_refused(areas, sets):
    with pytest.raises(EstimationError, match="exactly one summary row; got 0 for chile"):
        fit_reference_sets(areas, sets[sets["dataset"] != "chile_rettig_victims_1973_90"])
    with pytest.raises(EstimationError, match="exactly one summary row; got 2 for chile"):
        fit_reference_sets(areas, pd.concat([sets, sets]))
