"""Quantiles and chances of weighed draws with their simulation errors."""

import numpy as np
import pytest
from scipy import stats

from estimation.model.ladder.summary import LEVELS, Sample, summary_rows
from estimation.model.synthesis.weights import Weights, equal


def weighed(values, weights):
    share = np.asarray(weights, float) / np.sum(weights)
    return Sample(np.asarray(values, float), Weights(share, 0.0, float(1 / np.sum(share**2))))


def alike(values):
    return Sample(np.asarray(values, float), equal(len(values)))


def test_quantile_and_its_error_by_order_statistics():
    # Derivation: of 1, 2, ..., 10,000 half the weight is reached at 5,000; √(n p (1 - p)) = 50 ranks to either side.
    assert alike(np.arange(1.0, 10_001.0)).quantile(0.5) == (5000.0, 50.0)
    # √(10,000 · 0.1 · 0.9) = 30 ranks.
    assert alike(np.arange(1.0, 10_001.0)).quantile(0.1) == (1000.0, 30.0)


def test_error_of_a_quantile_is_about_that_of_normal_draws():
    # Derivation: the standard error of a sample's p-quantile is √(p (1 - p) / n) / density (large samples).
    draws = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    for at in (0.025, 0.5, 0.9):
        expected = np.sqrt(at * (1 - at) / draws.size) / stats.norm.pdf(stats.norm.ppf(at))
        assert alike(draws).quantile(at)[1] == pytest.approx(expected, rel=0.02)


def test_draws_said_several_times_are_draws_of_that_weight():
    # Derivation: four draws of weights 1, 2, 3, 4 in tenths; weight up to each: 0.1, 0.3, 0.6, 1.
    sample = weighed([10, 20, 30, 40], [1, 2, 3, 4])
    assert [sample.quantile(at)[0] for at in (0.05, 0.1, 0.2, 0.55, 0.6001, 1.0)] == [10, 10, 20, 30, 40, 40]
    # Of 0.3: 0.7² (0.1² + 0.2²) + 0.3² (0.3² + 0.4²); with half of the effective draws' inverse, here 0.3.
    chance, error = sample.chance(sample.values <= 20)
    assert chance == pytest.approx(0.3)
    assert error == pytest.approx(np.hypot(np.sqrt(0.49 * 0.05 + 0.09 * 0.25), 0.5 * 0.3))


def test_errors_are_those_of_repeated_runs():
    # Normal draws weighed to a normal shifted by 1 with SD 0.8: quantiles are known, errors are seen over 400 runs.
    rng = np.random.default_rng(5)
    levels = (0.025, 0.5, 0.975)
    runs = []
    for _ in range(400):
        values = rng.normal(size=4_000)
        runs.append(
            [weighed(values, np.exp(-(((values - 1) / 0.8) ** 2) / 2 + values**2 / 2)).quantile(p) for p in levels]
        )
    found = np.array(runs)
    truth = 1 + 0.8 * stats.norm.ppf(levels)
    seen = found[:, :, 0].std(axis=0, ddof=1)
    assert np.abs(found[:, :, 0].mean(axis=0) - truth) == pytest.approx(0, abs=3e-2)
    # 400 runs know an SD to 3.5%; ends far out, where weights are few and heavy, are known less well.
    assert found[:, :, 1].mean(axis=0) / seen == pytest.approx(1, abs=0.15)
    # Kish's number of effective draws, for which no draw is nearer to one end than another, is far off at the low end.
    assert seen[0] < seen[2] / 1.5


def test_ends_of_an_error_stay_within_the_draws():
    # Derivation: at the first and last draw one side is cut off.
    sample = alike(np.arange(100.0))
    assert sample.quantile(0.0)[0] == 0.0
    assert sample.quantile(1.0)[0] == 99.0
    # √(0.995 · 0.005 / 100) = 0.007 on a level of 0.995: draws 98 (0.988) and 99.
    assert sample.quantile(0.995) == (99.0, 0.5)


@pytest.mark.parametrize("draws", [100, 400])
def test_a_chance_seen_in_no_draw_is_not_certain(draws):
    # Derivation: half a draw.
    sample = alike(np.arange(float(draws)))
    assert sample.chance(sample.values < 0) == (0.0, pytest.approx(0.5 / draws))
    assert sample.chance(sample.values >= 0) == (pytest.approx(1.0), pytest.approx(0.5 / draws))
    chance, error = sample.chance(sample.values < draws / 2)
    assert (chance, error) == (pytest.approx(0.5), pytest.approx(np.hypot(0.5 / np.sqrt(draws), 0.5 / draws)))


def test_rows_of_one_scope_and_rung():
    rng = np.random.default_rng(1)
    share = alike(rng.permutation(np.arange(1.0, 10_001.0)) / 10_000)
    count = alike(rng.permutation(np.arange(1.0, 10_001.0)) * 10)
    rows = summary_rows({"scope": "all"}, count, share, levels=(0.5, 0.9), thresholds=(25_010, 200_000))
    assert [(row["scope"], row["level"]) for row in rows] == [("all", 0.5), ("all", 0.9)]
    # Derivation: even steps, so the p-quantile is p times the largest; errors √(n p (1 - p)) steps.
    assert [rows[0][f"count_{end}"] for end in ("low", "median", "high")] == [25_000, 50_000, 75_000]
    assert [rows[1][f"share_{end}"] for end in ("low", "median", "high")] == pytest.approx([0.05, 0.5, 0.95])
    assert rows[0]["count_median_error"] == 500
    assert rows[1]["share_low_error"] == pytest.approx(0.0022, abs=1e-4)
    # 7,500 of 10,000 draws are 25,010 or more; none reaches 200,000.
    for row in rows:
        assert row["p_at_least_25010"] == pytest.approx(0.75)
        assert row["p_at_least_25010_error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 10_000), rel=1e-3)
        assert row["p_at_least_200000"] == 0.0
        assert row["p_at_least_200000_error"] == pytest.approx(0.5 / 10_000)


def test_levels_of_intervals_that_are_published():
    assert LEVELS == (0.5, 0.8, 0.9, 0.95)
