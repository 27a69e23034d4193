"""Worlds made up from draws: what figures they get, and whether the interval of a known case holds."""

from dataclasses import replace

import numpy as np
import pytest
from other_sources import loaded, row, write
from scipy import stats

from estimation.challenge.sources import worlds
from estimation.challenge.sources.worlds import World
from estimation.model.ladder.ladder import run
from estimation.model.synthesis.likelihood import LOWEST_SHARE


@pytest.fixture(scope="module")
def own(shipped, tmp_path_factory):
    """A case with a figure of each of two kinds."""
    rows = (row("one", 12000), row("two", 0.05, unit="share", area="Upper Exampleland", kind="court"))
    place = write(tmp_path_factory.mktemp("case"), *rows, kinds=("survey", "court"))
    case, register = loaded(place, shipped.table("reference_sets"))[1:]
    return case, register.override(uninformative_survey=0.0, uninformative_court=0.0)


def made(case, register, world, repeats, draws=4_000):
    found = run(case, register, draws=draws, seed=2, enforce=False)
    asked = [
        task for task in worlds.tasks(found, scope="everyone", repeats=repeats) if task.arguments["world"].name == world
    ]
    results = [task.function(np.random.default_rng(number), **task.arguments) for number, task in enumerate(asked)]
    return asked, results


def test_ranks_are_even_in_worlds_as_modelled(own):
    # Derivation: a world and its figures are drawn as the model says, so the weight below its total is uniform.
    asked, results = made(*own, "as modelled", 300)
    below = np.concatenate(results)[:, 0]
    assert stats.kstest(below, "uniform").pvalue > 0.01
    table = worlds.table(asked, results, scope="everyone").set_index("level")
    assert table["repeats"].eq(300).all()
    for level, each in table.iterrows():
        assert each["coverage"] == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 300))
        assert each["missed_low"] + each["missed_high"] == pytest.approx(1 - each["coverage"])


def test_a_kind_that_says_half_pulls_the_interval_down(own):
    case, register = own
    sharp = replace(case, sources=tuple(replace(source, log_sd=0.02) for source in case.sources[:1]))
    sure = register.override(bias_survey=0.0)
    asked, results = made(sharp, sure, "survey: figures are half of what they would be", 40, draws=20_000)
    table = worlds.table(asked, results, scope="everyone").set_index("level")
    # A survey of the whole with an error of 2% and no bias that says half: every total lies above its interval.
    assert table.loc[0.95, "missed_high"] > 0.9
    assert table.loc[0.95, "missed_low"] == 0


def test_figures_made_up(own):
    case, register = own
    found = run(case, register.override(bias_survey=0.0), draws=1_000, seed=2, enforce=False)
    (each, other) = found.likelihood.predictions
    entries = {name: found.inputs[name] for name in case.own}
    rng = np.random.default_rng(1)

    def values(world, shared=0.0):
        return np.array([worlds._reported(each, entries, 7, world, shared, rng).source.value for _ in range(2_000)])

    said = float(each.counted[7])
    # Derivation: log figures are those of the draw and a t with four degrees of freedom of the stated scale.
    score = (np.log(values(World("as modelled"))) - np.log(said)) / each.source.log_sd
    assert stats.kstest(score, stats.t(4).cdf).pvalue > 0.01
    misled = np.log(values(World("half", kind="survey", factor=0.5), shared=0.1))
    half = (misled - np.log(said) - 0.1 + np.log(2)) / each.source.log_sd
    assert stats.kstest(half, stats.t(4).cdf).pvalue > 0.01
    nothing = np.log(values(World("nothing", kind="survey", invented=1.0)) / each.whole) / np.log(LOWEST_SHARE)
    assert stats.kstest(nothing, "uniform").pvalue > 0.01
    # Another kind errs as the model says, and a bound stays as it was.
    unlike = worlds._reported(other, entries, 7, World("nothing", kind="survey", invented=1.0), 0.0, rng)
    assert unlike.source.value != other.source.value
    floor = replace(each, source=replace(each.source, bound="floor"))
    assert worlds._reported(floor, entries, 7, World("x", kind="survey", factor=0.5), 0.0, rng) is floor


def test_worlds_stand_where_they_are_asked_to(own):
    case, register = own
    found = run(case, register, draws=2_000, seed=2, enforce=False)
    task = next(task for task in worlds.tasks(found, scope="everyone", repeats=20) if "mildest" in task.key)
    # With the observed area among the mildest, others are worse and totals high: the interval misses them above.
    results = task.function(np.random.default_rng(1), **task.arguments)
    assert results[:, 0].mean() > 0.55
    assert len({task.key for task in worlds.tasks(found, scope="everyone", repeats=60)}) == 3 * (4 + 2 * 2)


def test_a_kind_says_nothing_as_a_whole_as_often_as_it_may():
    # Derivation: of a chance of 0.4 that a figure says nothing, half is a chance of 0.2 that all do; where not all do,
    # one does with (0.4 - 0.2) / (1 - 0.2) = 0.25. A figure by itself does with 0.2 + 0.8 * 0.25 = 0.4, as before.
    entries = {
        "uninformative_a": np.full(40_000, 0.4),
        "together_a": np.full(40_000, 0.5),
        "uninformative_b": np.ones(3),
    }
    found = worlds._with_silence(entries, {"a", "b"}, np.random.default_rng(1))
    silent = found["uninformative_a"] == 1
    assert silent.mean() == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 40_000))
    np.testing.assert_allclose(found["uninformative_a"][~silent], 0.25)
    np.testing.assert_array_equal(found["uninformative_b"], entries["uninformative_b"])
