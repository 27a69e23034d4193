import numpy as np
import pytest
from scipy import stats

from estimation.model.ladder.summary import LEVELS, chance_error, quantile, summary_rows


def test_quantile_and_its_error_by_order_statistics():
    # Derivation: of 0, 1, ..., 10,000 the median is 5,000; √(n p (1 - p)) = √(10,001 / 4) = 50.0 ranks to either side.
    assert quantile(np.arange(10_001.0), 0.5) == (5000.0, 50.0)
    # √(10,001 · 0.1 · 0.9) = 30.0: ranks 1,000.1 - 30.0 and 1,000.1 + 30.0, rounded down, are 970 and 1,030.
    assert quantile(np.arange(10_001.0), 0.1) == (1000.0, 30.0)


def test_error_of_a_quantile_is_about_that_of_normal_draws():
    # Derivation: the standard error of a sample's p-quantile is √(p (1 - p) / n) / density (large samples).
    draws = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    for at in (0.025, 0.5, 0.9):
        expected = np.sqrt(at * (1 - at) / draws.size) / stats.norm.pdf(stats.norm.ppf(at))
        assert quantile(draws, at)[1] == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("worth", [10_001, 2_500.25, 100.01])
def test_draws_worth_fewer_have_a_wider_error(worth):
    # Derivation: the error of n draws worth E is that of E draws, so wider by √(n / E), here 50 ranks times 1, 2, 10.
    _, error = quantile(np.arange(10_001.0), 0.5, effective=worth)
    assert error == pytest.approx(50 * np.sqrt(10_001 / worth), abs=1)


def test_ends_of_an_error_stay_within_the_draws():
    # Derivation: at the first and last rank one side is cut off; ranks 0 and 99 are the least and the largest.
    assert quantile(np.arange(100.0), 0.0) == (0.0, 0.0)
    assert quantile(np.arange(100.0), 1.0) == (99.0, 0.0)
    # √(100 · 0.995 · 0.005) = 0.71: ranks 98 and 99, the last.
    assert quantile(np.arange(100.0), 0.995)[1] == 0.5
    # Worth 4 draws, five times as wide: 1 - 4.97 < 0, and 1 + 4.97 is rank 5.
    assert quantile(np.arange(100.0), 0.01, effective=4.0)[1] == 2.5
    # √(100 · 0.005 · 0.995) = 0.71, ranks 0.5 - 0.71 < 0 and 0.5 + 0.71 = 1.21: half of 1 - 0.
    assert quantile(np.arange(100.0), 0.005)[1] == 0.5


def test_chance_error_counts_half_a_draw_on_either_side():
    # Derivation: (c n + 1/2) / (n + 1) for c, then √(c (1 - c) / n).
    assert chance_error(0.5, 100) == pytest.approx(0.05)
    assert chance_error(0.0, 100) == pytest.approx(np.sqrt(0.5 / 101 * (100.5 / 101) / 100))
    assert chance_error(1.0, 400) == pytest.approx(np.sqrt(0.5 / 401 * (400.5 / 401) / 400))


def test_rows_of_one_scope_and_rung():
    rng = np.random.default_rng(1)
    share = rng.permutation(np.arange(10_001.0)) / 10_000
    count = rng.permutation(np.arange(10_001.0)) * 10
    rows = summary_rows(
        {"scope": "all"}, count, share, levels=(0.5, 0.9), thresholds=(25_000, 200_000), effective=10_001
    )
    assert [(row["scope"], row["level"]) for row in rows] == [("all", 0.5), ("all", 0.9)]
    # Derivation: even steps, so the p-quantile is p times the largest; errors √(n p (1 - p)) steps.
    assert [rows[0][f"count_{end}"] for end in ("low", "median", "high")] == [25_000, 50_000, 75_000]
    assert [rows[1][f"share_{end}"] for end in ("low", "median", "high")] == pytest.approx([0.05, 0.5, 0.95])
    assert rows[0]["count_median_error"] == 500
    assert rows[1]["share_low_error"] == pytest.approx(0.0022, abs=1e-4)
    # 7,501 of 10,001 draws are 25,000 or more; none reaches 200,000.
    for row in rows:
        assert row["p_at_least_25000"] == pytest.approx(7501 / 10_001)
        assert row["p_at_least_25000_error"] == pytest.approx(chance_error(7501 / 10_001, 10_001))
        assert row["p_at_least_200000"] == 0.0
        assert row["p_at_least_200000_error"] == pytest.approx(chance_error(0.0, 10_001))


def test_rows_of_weighed_draws_have_the_errors_of_fewer():
    count = np.arange(10_001.0)
    (row,) = summary_rows({}, count, count / 20_000, levels=(0.8,), thresholds=(5_000,), effective=100.01)
    # Derivation: draws worth a hundredth have ten times the error.
    assert row["count_median_error"] == pytest.approx(500, abs=1)
    assert row["share_median_error"] == pytest.approx(500 / 20_000, abs=1e-4)
    assert row["p_at_least_5000_error"] == pytest.approx(chance_error(5001 / 10_001, 100.01))


def test_levels_of_intervals_that_are_published():
    assert LEVELS == (0.5, 0.8, 0.9, 0.95)
