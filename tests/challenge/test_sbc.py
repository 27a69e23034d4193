import numpy as np
import pytest
from scipy import stats

from estimation.challenge.calibration import sbc
from estimation.challenge.calibration.ecdf_band import ecdf_band
from estimation.errors import EstimationError


def test_band_holds_uniform_samples_as_often_as_it_says():
    # Own Monte Carlo: 20,000 samples of 100, error 0.0015; the band's exact coverage is 0.952.
    band = ecdf_band(100, 20)
    u = np.random.default_rng(1).random((20_000, 100))
    at = np.stack([(u <= z).sum(axis=1) for z in band.points], axis=1)
    inside = ((at >= band.low) & (at <= band.high)).all(axis=1).mean()
    assert inside == pytest.approx(band.coverage, abs=4 * np.sqrt(0.05 * 0.95 / 20_000))
    assert 0.95 <= band.coverage < 0.96


def test_band_of_two_points_is_the_binomial_interval():
    # Derivation: at K = 2 only the middle point varies, so the band is one binomial interval of level at least 0.9.
    band = ecdf_band(30, 2, level=0.9)
    inside = stats.binom.cdf(band.high[0], 30, 0.5) - stats.binom.cdf(band.low[0] - 1, 30, 0.5)
    assert band.coverage == pytest.approx(inside)
    narrower = stats.binom.cdf(band.high[0] - 1, 30, 0.5) - stats.binom.cdf(band.low[0], 30, 0.5)
    assert narrower < 0.9 <= inside


def test_band_of_more_points_is_wider_at_each():
    # Säilynoja et al. 2022: gamma shrinks as more points must hold at once, and never below Bonferroni's.
    gammas = [ecdf_band(200, points).gamma for points in (2, 10, 50)]
    assert gammas == sorted(gammas, reverse=True)
    assert gammas[-1] > 0.05 / 50


@pytest.mark.parametrize(
    ("sample", "points", "level", "message"),
    [
        (0, 10, 0.95, "a sample of at least 1 and at least 2 points; got 0 and 10"),
        (10, 1, 0.95, "a sample of at least 1 and at least 2 points; got 10 and 1"),
        (10, 10, 1.0, "level must lie in"),
    ],
)
def test_impossible_bands_are_refused(sample, points, level, message):
    with pytest.raises(EstimationError, match=message):
        ecdf_band(sample, points, level=level)


def table(ranks: np.ndarray) -> dict[str, str]:
    frame = sbc.sbc_table(ranks, observed=1, draws=99, rng=np.random.default_rng(1))
    return frame.groupby("quantity")["verdict"].first().to_dict()


def test_uniform_ranks_pass_and_biased_or_narrow_ones_do_not():
    rng = np.random.default_rng(2)
    fair = rng.integers(0, 100, 1000)
    high = np.minimum(rng.integers(0, 110, 1000), 99)
    narrow = np.rint(99 * rng.beta(0.7, 0.7, 1000)).astype(int)  # posterior too narrow: ranks pile up at the ends
    assert table(np.stack([fair, high, narrow], 1)) == {"centre": "inside", "spread": "outside", "total": "outside"}


def test_table_counts_every_rank_once():
    ranks = np.random.default_rng(1).integers(0, 100, (300, 3))
    frame = sbc.sbc_table(ranks, observed=8, draws=99, rng=np.random.default_rng(1))
    assert (frame.groupby("quantity")["count"].sum() == 300).all()
    assert frame.groupby("quantity")["ecdf"].last().tolist() == [1.0, 1.0, 1.0]
    # Origin: scipy 1.17.1, binom.ppf([0.025, 0.975], 300, 1 / 50).
    assert frame[["count_low", "count_high"]].iloc[0].tolist() == [2, 11]


@pytest.mark.parametrize("observed", [1, 8])
def test_fit_and_total_are_calibrated(observed):
    # 600 replicates; the seed is fixed, so that the 5% of chance failures do not come and go.
    found = sbc.ranks(
        np.random.default_rng(observed),
        observed=observed,
        spread_prior=stats.halfnorm(scale=1.0),
        replicates=600,
        draws=199,
    )
    frame = sbc.sbc_table(found, observed=observed, draws=199, rng=np.random.default_rng(1))
    assert set(frame["verdict"]) == {"inside"}


def test_a_wrong_spread_prior_is_caught():
    class Truth:
        """Draws spreads twice as large as the fit believes."""

        def __init__(self) -> None:
            self.drawn = False

        def ppf(self, q):
            first, self.drawn = not self.drawn, True
            return stats.halfnorm(scale=2.0 if first else 1.0).ppf(q)

    found = sbc.ranks(np.random.default_rng(1), observed=8, spread_prior=Truth(), replicates=400, draws=99)
    assert table(found)["spread"] == "outside"


def test_tasks_add_up_to_the_replicates():
    tasks = sbc.sbc_tasks(observed=1, spread_prior=stats.halfnorm(), replicates=230, draws=9)
    assert [task.arguments["replicates"] for task in tasks] == [100, 100, 30]
    assert len({task.key for task in tasks}) == 3
