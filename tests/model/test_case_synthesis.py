"""Other sources of a case: against weighing by hand, and what must hold whatever the numbers."""

from dataclasses import replace

import numpy as np
import pytest
from estimation.challenge.sensitivity.case_challenge import claim_rows
from estimation.challenge.sources.case_sources import source_rows
from estimation.model.synthesis.case_synthesis import weigh_sources
from estimation.model.synthesis.quantiles import equally_likely
from other_sources import row, write
from scipy import stats

from estimation.challenge.claims import claims_of
from estimation.errors import UnreliableError
from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.case_other import weighed_rows
from estimation.model.case.case_from_folder import from_folder, register_of
from estimation.model.ladder.ladder import carry
from estimation.model.region.region import RUNGS
from estimation.model.synthesis import case_synthesis

AT = (0.1, 0.5, 0.9)


@pytest.fixture(scope="module")
def sets(shipped):
    return shipped.table("reference_sets")


@pytest.fixture
def weighed(sets, tmp_path):
    def run(*rows, draws=20_000, tried=64, **options):
        folder = case_folder.load(write(tmp_path, *rows, **options), families=set(sets["family"]))
        ladder = carry(from_folder(folder), register_of(folder, sets), draws=draws, seed=1, threads=1)
        return folder, weigh_sources(ladder, weighed_rows(folder.other), folder.areas, sets=tried, threads=1)

    return run


def by_hand(values, weights):
    """Quantiles of weighted draws."""
    order = np.argsort(values)
    steps = np.cumsum(weights[order]) / weights.sum()
    return np.interp(AT, steps, values[order])


def density(figure, predicted, error, silent, *, bias_sd):
    """(52)-(53) with the bias integrated on a grid, from SciPy's t: nothing of the library's own."""
    biases = np.linspace(-5, 5, 401) * bias_sd if bias_sd else np.zeros(1)
    share = stats.norm.pdf(biases, scale=bias_sd or 1.0)
    share /= share.sum()
    score = (np.log(figure) - np.log(predicted)[:, None] - biases) / error
    return (1 - silent) * (stats.t.pdf(score, df=4) / error) @ share + silent / np.log(1000)


def test_a_count_of_everybody_is_weighed_as_by_hand(weighed):
    _, run = weighed(row("one", 15000))
    total = run.ladder.count("everyone")
    expected = by_hand(total, density(15000, total, 0.4, 0.1, bias_sd=0.3))
    # 64 biases a draw instead of all, and a smoothed tail: within two percent.
    assert np.quantile(run.count("everyone"), AT) == pytest.approx(expected, rel=0.02)
    assert np.quantile(total, AT) != pytest.approx(expected, rel=0.02)


def test_a_share_of_one_area_speaks_of_that_area(weighed):
    # The observed area's rate is known before the split: that of the mended record.
    _, run = weighed(row("one", 0.049, unit="share", area="ex04", error=0.05, kind="survey"), bias=0.0, silent=0.0)
    rate = 1 / (1 + np.exp(-run.ladder.effects.adjusted_logits[:, 0]))
    weights = density(0.049, rate, 0.05, 0.0, bias_sd=0.0)
    expected = by_hand(run.ladder.count("everyone"), weights)
    assert np.quantile(run.count("everyone"), AT) == pytest.approx(expected, rel=0.01)
    assert np.exp(run.densities.values[0, 0]) == pytest.approx(weights, rel=1e-4)


def test_two_kinds_multiply_and_a_kind_shares_its_bias(weighed):
    rows = (row("one", 12000), row("two", 14000), row("three", 30000, kind="court"))
    _, run = weighed(*rows, kinds=("survey", "court"), silent=0.0)
    total = run.ladder.count("everyone")[:, None]
    biases = np.linspace(-5, 5, 401) * 0.3
    share = stats.norm.pdf(biases, scale=0.3)
    share /= share.sum()

    def of(figure):
        return stats.t.pdf((np.log(figure) - np.log(total) - biases) / 0.4, df=4)

    expected = by_hand(total[:, 0], (of(12000) * of(14000)) @ share * (of(30000) @ share))
    assert np.quantile(run.count("everyone"), AT) == pytest.approx(expected, rel=0.03)


def test_a_range_adds_its_variance_and_a_floor_only_bounds(weighed):
    _, run = weighed(row("one", 15000, low=10000, high=20000), row("two", 9000, floor="yes"))
    first, second = run.sources
    # Even on the log scale between 10,000 and 20,000: variance log(2)^2 / 12.
    assert first.log_sd == pytest.approx(np.sqrt(0.4**2 + np.log(2) ** 2 / 12))
    assert (second.bound, second.log_sd) == ("floor", 0.4)


def test_a_source_that_says_nothing_changes_nothing(weighed):
    _, run = weighed(row("one", 15000, error=100))
    ladder = run.ladder.count("everyone")
    assert np.quantile(run.count("everyone"), AT) == pytest.approx(np.quantile(ladder, AT), rel=1e-3)
    assert run.weights.effective == pytest.approx(ladder.size, rel=1e-4)


def test_a_sharp_source_on_everybody_pulls_to_its_value(weighed):
    _, run = weighed(row("one", 26000, error=0.03), bias=0.0, silent=0.0)
    low, middle, high = np.quantile(run.count("everyone"), AT)
    # Nearly the source's own t: median at its figure, the 10% and 90% points of t(4) times 0.03 away.
    reach = 0.03 * stats.t.ppf(0.9, df=4)
    assert middle == pytest.approx(26000, rel=0.01)
    assert np.log([middle / low, high / middle]) == pytest.approx([reach, reach], rel=0.2)


def test_order_of_rows_and_rows_that_are_not_weighed_are_immaterial(weighed):
    rows = [row("b", 15000), row("a", 30000, kind="court"), row("c", 0.05, unit="share", area="Lower Exampleland")]
    kinds = ("survey", "court")
    runs = [
        weighed(*lines, kinds=kinds, draws=2_000)[1]
        for lines in (
            rows,
            rows[::-1],
            [*rows, row("d", 400000, error=0.01, verification="unverified"), row("e", 400000, used="no")],
        )
    ]
    for other in runs[1:]:
        assert other.table().equals(runs[0].table())


def test_contradiction_is_refused(weighed):
    with pytest.raises(UnreliableError, match="weights need a Pareto k of at most"):
        weighed(
            *(row("one", 5000, error=0.01), row("two", 300000, error=0.01, kind="court")),
            kinds=("survey", "court"),
            bias=0.0,
            silent=0.0,
            draws=2_000,
        )


def test_sets_shrink_where_memory_would_not_hold_them(weighed, monkeypatch):
    monkeypatch.setattr(case_synthesis, "_CELLS", 8_000)
    _, run = weighed(row("one", 15000), draws=2_000)
    assert run.densities.values.shape == (1, 4, 2_000)


def test_tables_have_the_rung_and_say_which_sources(weighed):
    folder, run = weighed(row("one", 15000), row("not_read", 3, verification="unverified"), draws=4_000)
    table = run.table(levels=(0.95,))
    assert list(table["rung"]) == [*RUNGS, "sources"]
    last = table.iloc[-1]
    assert last["includes"] == "other sources, each with its bias: one (survey)"
    assert last["count_median"] == np.median(run.count("everyone"))
    assert "p_at_least_20000" in table  # the case's own claim
    assert list(table["rung"].iloc[:-1]) == list(run.ladder.table(levels=(0.95,))["rung"])
    assert set(equally_likely(run)["rung"]) == {"differences", "sources"}
    chances = claim_rows(run, claims_of(folder.statement)).set_index("rung")["probability"]
    assert chances["sources"] == np.mean(run.count("everyone") >= 20000)
    assert chances["differences"] == np.mean(run.ladder.count("everyone") >= 20000)


def test_each_source_left_out_and_alone(weighed):
    rows = (row("one", 12000), row("two", 30000, kind="court"), row("unread", 9, verification="unverified"))
    folder, run = weighed(*rows, row("unused", 9, used="no"), kinds=("survey", "court"), draws=4_000)
    table = source_rows(folder.other, run, scope="everyone").set_index("row_id")
    assert dict(table["weighed"]) == {"one": "yes", "two": "yes", "unread": "no", "unused": "no"}
    assert list(table["reason"]) == ["used and verified", "used and verified", "unverified", "not used"]
    # With two sources, one left out is the other alone.
    assert table.loc["one", "without_median"] == table.loc["two", "alone_median"]
    other = replace(folder, other=folder.other[folder.other["row_id"] == "two"])
    again = weigh_sources(run.ladder, weighed_rows(other.other), folder.areas, threads=1)
    assert float(table.loc["two", "alone_median"]) == pytest.approx(np.median(again.count("everyone")), rel=1e-5)
    assert table.loc["unread", "alone_low"] == "not weighed in"
    refused = source_rows(folder.other, None, scope="everyone").set_index("row_id")
    assert refused.loc["one", "reason"] == "weights of all together not reliable"
