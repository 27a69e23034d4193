import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from estimation.errors import EstimationError
from estimation.model.proportion import share_interval

QUIET = settings(deadline=None, derandomize=True, max_examples=80)
PEERS = {"wilson": "wilson", "jeffreys": "jeffreys", "clopper-pearson": "beta"}
CASES = [(22_762, 189_683), (1, 40), (20, 40), (39, 40), (3, 10)]


@pytest.mark.parametrize("method", list(PEERS))
@pytest.mark.parametrize(("count", "total"), CASES)
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_same_as_statsmodels(count, total, level, method):
    # statsmodels.stats.proportion.proportion_confint of the locked version; "beta" is its name of Clopper-Pearson.
    expected = proportion_confint(count, total, alpha=1 - level, method=PEERS[method])
    found = share_interval(count, total, level=level, method=method)
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)
    assert found.share == count / total


@pytest.mark.parametrize(("method", "peer"), [("wilson", "wilson"), ("clopper-pearson", "exact")])
@pytest.mark.parametrize(("count", "total"), [*CASES, (0, 40), (40, 40)])
def test_same_as_scipy_binomtest(count, total, method, peer):
    expected = stats.binomtest(count, total).proportion_ci(0.95, method=peer)
    found = share_interval(count, total, level=0.95, method=method)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)


def test_textbook_values_of_wilson():
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3:
    # 81 of 263: 0.2553 to 0.3662; 15 of 148: 0.0624 to 0.1605; 0 of 20: 0 to 0.1611; 1 of 29: 0.0061 to 0.1718.
    for count, total, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = share_interval(count, total, level=0.95, method="wilson")
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("method", ["jeffreys", "clopper-pearson"])
def test_ends_stay_at_zero_and_one(method):
    assert share_interval(0, 30, level=0.95, method=method).low == 0.0
    assert share_interval(30, 30, level=0.95, method=method).high == 1.0


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_jeffreys_covers_what_its_prior_promises(level):
    # Derivation: over shares drawn from its own prior, beta(1/2, 1/2), a credible interval covers exactly `level`;
    # setting the ends to 0 and 1 adds one tail wherever the count is 0 or n.
    n, tries = 30, 20_000
    rng = np.random.default_rng(5)
    truth = rng.beta(0.5, 0.5, tries)
    counts = rng.binomial(n, truth)
    intervals = [share_interval(count, n, level=level) for count in range(n + 1)]
    low, high = (np.array([getattr(each, end) for each in intervals])[counts] for end in ("low", "high"))
    covered = np.mean((low <= truth) & (truth <= high))
    expected = level + np.mean((counts == 0) | (counts == n)) * (1 - level) / 2
    assert covered == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / tries))


@pytest.mark.parametrize("share", [0.05, 0.12, 0.4])
def test_clopper_pearson_never_covers_too_little(share):
    counts = np.arange(61)
    intervals = [share_interval(count, 60, level=0.9, method="clopper-pearson") for count in counts]
    hit = np.array([each.low <= share <= each.high for each in intervals])
    assert stats.binom(60, share).pmf(counts)[hit].sum() >= 0.9


@pytest.mark.parametrize("method", list(PEERS))
class TestFinitePopulation:
    def test_everybody_looked_at_leaves_no_error(self, method):
        found = share_interval(30, 200, level=0.95, method=method, population=200)
        assert (found.share, found.low, found.high) == (0.15, 0.15, 0.15)

    @pytest.mark.parametrize("population", [1e13, math.inf])
    def test_a_huge_population_changes_nothing(self, method, population):
        without = share_interval(30, 200, level=0.95, method=method)
        found = share_interval(30, 200, level=0.95, method=method, population=population)
        assert (found.low, found.high) == pytest.approx((without.low, without.high), rel=1e-9)

    def test_width_shrinks_by_the_finite_population_correction(self, method):
        # Cochran 1977: the variance of a share shrinks by (N - n) / (N - 1), for large counts.
        with_population = share_interval(30_000, 200_000, level=0.95, method=method, population=400_000)
        without = share_interval(30_000, 200_000, level=0.95, method=method)
        shrunk = (with_population.high - with_population.low) / (without.high - without.low)
        assert shrunk == pytest.approx(math.sqrt(200_000 / 399_999), rel=2e-3)

    def test_a_sample_from_few_counts_for_more(self, method):
        # By hand: 10 of 20 count for 10 (20 - 1) / (20 - 10) = 19 persons, 0.3 of whom are 5.7.
        found = share_interval(3, 10, level=0.95, method=method, population=20)
        plain = share_interval(5.7, 19, level=0.95, method=method)
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), rel=1e-12)
        assert (found.share, found.level, found.method) == (0.3, 0.95, method)

    def test_width_only_grows_with_the_population(self, method):
        widths = [
            (found := share_interval(30, 200, level=0.95, method=method, population=size)).high - found.low
            for size in (200, 201, 300, 1_000, 100_000)
        ]
        assert widths == sorted(widths)


@QUIET
@given(
    st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.01, 0.999),
    st.sampled_from(list(PEERS)),
)
def test_interval_holds_the_share_and_mirrors(count_total, level, method):
    count, total = count_total
    found = share_interval(count, total, level=level, method=method)
    assert 0 <= found.low <= found.high <= 1
    # Jeffreys and Wilson may leave out the share itself only at a count of 0 or n, where they reach the end.
    if level > 0.5:
        assert found.low <= found.share + 1e-12
        assert found.share <= found.high + 1e-12
    mirrored = share_interval(total - count, total, level=level, method=method)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


@pytest.mark.parametrize(
    ("count", "total", "options", "message"),
    [
        (1, 0, {}, "total must be above 0 and finite; got 0"),
        (1, math.inf, {}, "total must be above 0 and finite; got inf"),
        (1, math.nan, {}, "total must be above 0 and finite; got nan"),
        (-1, 10, {}, "count must lie between 0 and total; got -1 of 10"),
        (11, 10, {}, "count must lie between 0 and total; got 11 of 10"),
        (math.nan, 10, {}, "count must lie between 0 and total; got nan of 10"),
        (1, 10, {"level": 95}, r"level must lie in \(0, 1\); got 95.*write 0\.95"),
        (1, 10, {"level": 0}, r"level must lie in \(0, 1\)"),
        (1, 10, {"level": 1}, r"level must lie in \(0, 1\)"),
        (1, 10, {"level": 1.5}, r"level must lie in \(0, 1\)"),
        (1, 10, {"method": "wald"}, "method must be known; got 'wald'.*use wilson, jeffreys, clopper-pearson"),
        (1, 10, {"population": 9}, "population must be at least the total; got 9"),
        (1, 10, {"population": math.nan}, "population must be at least the total; got nan"),
    ],
)
def test_refused(count, total, options, message):
    with pytest.raises(EstimationError, match=message):
        share_interval(count, total, **{"level": 0.95, **options})
