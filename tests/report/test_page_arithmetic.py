import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.model.case.case import SELECTION, SPREAD
from estimation.report.page.page_arithmetic import Setting, Spread, Step, dots, ladder, rungs, spread
from estimation.report.page.page_words import condition, headline
from estimation.report.wording import statements

GRADE = ("effective", "heaviest")


def of(values, weight):
    share = np.asarray(weight, float) / np.sum(weight)
    return Spread(np.log(values), np.cumsum(share) - share / 2, share)


def test_quantiles_follow_the_stated_rule():
    # Derivation: weights 1, 2, 1 stand at 1/8, 1/2, 7/8; halfway between the first two is the mean of the logarithms.
    found = of([1.0, 100.0, 10_000.0], [1, 2, 1])
    assert found.quantile(0.5) == pytest.approx(100)
    assert found.quantile(0.3125) == pytest.approx(10)
    assert (found.quantile(0.0), found.quantile(1.0)) == (pytest.approx(1), pytest.approx(10_000))


def test_equal_weights_are_hazens_rule():
    # Hyndman and Fan 1996, definition 5, as NumPy has it, on the logarithms.
    values = np.sort(np.random.default_rng(1).lognormal(size=101))
    found = of(values, np.ones(101))
    for at in (0.025, 0.31, 0.5, 0.9):
        assert np.log(found.quantile(at)) == pytest.approx(np.quantile(np.log(values), at, method="hazen"))
    assert found.effective == pytest.approx(101)


def test_effective_draws_and_chances():
    # Derivation: weights 1 and 3 of 4 give 1 / (1/16 + 9/16) = 1.6 effective draws.
    found = of([10.0, 20.0], [1, 3])
    assert found.effective == pytest.approx(1.6)
    # Shares 1/4 and 3/4: the root of (1/4 · 3/4)² + (3/4 · 1/4)², and half a draw of 1.6.
    error = np.hypot(np.sqrt(2 * (3 / 16) ** 2), 0.5 / 1.6)
    assert found.chance(15, float("inf")) == pytest.approx((0.75, error))
    assert found.chance(0, 15) == pytest.approx((0.25, error))


@pytest.mark.parametrize(
    ("effective", "heaviest", "said"),
    [(400.0, 0.01, "good"), (399.0, 0.01, "thin"), (99.0, 0.01, "too thin"), (5000.0, 0.06, "too thin")],
)
def test_few_draws_warn_and_fewer_give_no_sentence(page_case, effective, heaviest, said):
    step = Step("sources", 1e5, 2e5, 3e5, 1e3, 1e3, 1e3, effective, heaviest)
    assert step.reliability() == said
    sentence = headline(page_case.data.draws[0], Setting("uyghur", kinds=63), step)
    assert sentence.startswith("No sentence: these settings leave only") == (said == "too thin")


def test_which_rungs_a_setting_has(page_case):
    draws = page_case.data.draws[0]
    assert rungs(draws, Setting("uyghur"))[-1] == "differences"
    assert rungs(draws, Setting("uyghur", kinds=3))[-1] == "sources"
    assert rungs(draws, Setting("uyghur", "camp", 3)) == ("differences", "sources")
    assert rungs(draws, Setting("uyghur", "prison")) == ("differences",)
    # Other sources were weighed with the adults of the tables, and are left out where these are moved.
    assert rungs(draws, Setting("uyghur", kinds=3, people=1.1))[-1] == "differences"


@pytest.mark.parametrize("wrong", [Setting("nobody"), Setting("uyghur", "jail")])
def test_settings_that_there_are_not(page_case, wrong):
    with pytest.raises(EstimationError, match=r"a setting must be one the draws have; got (nobody|jail)"):
        rungs(page_case.data.draws[0], wrong)


def test_a_set_of_kinds_that_there_is_not(page_case):
    with pytest.raises(EstimationError, match="a set of kinds must be one the draws have; got 64"):
        rungs(page_case.data.draws[0], Setting("uyghur", kinds=64))


def test_with_nothing_moved_the_page_quotes_the_tables(page_case):
    for basis, draws in zip(page_case.runs, page_case.data.draws, strict=True):
        table = page_case.runs[basis].table()
        for scope in draws.named:
            for level in (0.95, 0.8, 0.5):
                setting = Setting(scope, kinds=63, level=level)
                for step in ladder(draws, setting):
                    rows = table[(table["scope"] == scope) & (table["rung"] == step.rung) & (table["level"] == level)]
                    row = rows.iloc[0]
                    for end in ("low", "median", "high"):
                        assert getattr(step, end) == float(f"{row[f'count_{end}']:.6g}")
                        assert getattr(step, f"{end}_error") == float(f"{row[f'count_{end}_error']:.6g}")


def test_with_nothing_moved_the_sentence_is_that_of_the_tables(page_case):
    draws, table = page_case.data.draws[0], page_case.runs["registered"].table()
    for scope in draws.named:
        setting = Setting(scope, kinds=63)
        last = ladder(draws, setting)[-1]
        rows = table[(table["scope"] == scope) & (table["rung"] == "sources") & (table["level"] == 0.95)]
        good = Step(*(getattr(last, name) for name in last.__dataclass_fields__ if name not in GRADE), 1e4, 0.0)
        assert headline(draws, setting, good) == statements.headline(rows.iloc[0])


def test_moved_adults_move_every_rung_in_proportion(page_case):
    draws = page_case.data.draws[0]
    for rung in ("sampling", "record", "population", "spread", "differences"):
        plain, more = (spread(draws, Setting("uyghur", people=factor), rung) for factor in (1.0, 1.25))
        assert more.quantile(0.9) == pytest.approx(1.25 * plain.quantile(0.9))


def test_wider_spread_and_worse_selection_move_the_range_as_they_must(page_case):
    draws = page_case.data.draws[0]
    width = []
    for stop in (0, 8, 14):
        found = spread(draws, Setting("uyghur", stops={SPREAD: stop}), "differences")
        width.append(found.quantile(0.975) / found.quantile(0.025))
    assert width == sorted(width)
    # A county seen because it was worse makes the others milder.
    middle = [
        spread(draws, Setting("uyghur", stops={SELECTION: stop}), "differences").quantile(0.5) for stop in (1, 5, 9)
    ]
    assert middle == sorted(middle, reverse=True)


def test_the_condition_says_what_was_moved(page_case):
    draws = page_case.data.draws[0]
    said = condition(draws, Setting("uyghur", kinds=17, stops={SPREAD: 3, SELECTION: 7}), "sources")
    assert said == (
        "if other counties differed from one another with a spread of 0.40 (0.80 is what campaigns and crackdowns "
        "elsewhere suggest), and Konasheher (Shufu) county came to be seen because it stood 0.50 standard deviations "
        "above the average of all counties, and officials by telephone and court statistics erred no more widely than "
        "assumed here"
    )
    said = condition(draws, Setting("uyghur", kinds=63, stops={SELECTION: 4}, people=1.1), "differences")
    assert said.startswith(
        "if other counties resembled Konasheher (Shufu) county as much as areas resembled one another"
    )
    assert "stood 0.25 standard deviations below" in said
    assert said.endswith("the region had 110 adults for every 100 in the population tables")
    said = condition(draws, Setting("uyghur", stops={"county_adults_registered": 0}), "differences")
    assert said.endswith("most likely had 172,000 adults")


def test_dots_are_equally_likely_totals(page_case):
    draws = page_case.data.draws[0]
    found, whole = dots(draws, Setting("uyghur", kinds=63)), spread(draws, Setting("uyghur", kinds=63), "sources")
    assert len(found) == 50
    assert list(found) == sorted(found)
    # Derivation: each dot stands for one chance in fifty, so that 25 lie below the median.
    assert sum(each < whole.quantile(0.5) for each in found) == 25
