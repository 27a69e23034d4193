"""Tensions between sources: what matters, and which figure surprises."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from estimation.challenge.sources import conflict
from estimation.challenge.sources.influence import influence
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run
from estimation.model.ladder.summary import Sample


def test_power_scaling_sees_what_matters(sources_run):
    table = conflict.power_scaling(sources_run, scope="uyghur").set_index("part")["sensitivity"]
    assert table["sources"] > 0
    assert table["court"] > table["prior: between_prefecture_share"]


def test_power_scaling_of_a_source_is_that_of_runs_with_its_reliability(sources_run):
    # Derivation: a power of 0.5 on one kind is its source's reliability; weights of a run made with it have that ratio.
    run, seen = sources_run, sources_run.likelihood
    (court,) = (name for name, kind in seen.kinds.items() if kind == "court")
    half = seen.log(run.power | {court: 0.5}) - seen.log(run.power)
    whole = seen.log({court: 1.0})
    # The court's entries are integrated under each power apart, so the ratio is no power of the integral, but near it.
    assert np.corrcoef(half, -whole)[0, 1] > 0.9


def test_entries_rest_on_their_prior_or_on_both(shipped, judgements):
    # Reports are of unlike rates, so the sources speak of the spread, and its prior does. Which prefecture a county
    # lies in is hardly spoken of by any source, so its share of the spread keeps its prior.
    found = run(case_of(shipped, judgements), judgements, draws=20_000, pilot=5_000, seed=3, enforce=False)
    table = conflict.prior_and_sources(found).set_index("entry")
    assert table.loc["between_county_sd", "verdict"] == "possible conflict"
    assert table.loc["between_prefecture_share", "verdict"] == "rests on the prior"


def test_surprise_of_a_figure_far_off(sources_run):
    table = conflict.surprise(sources_run)
    assert table["two_sided"].between(0, 1).all()
    alone = table[table["given"] == "county alone"].set_index("source")["two_sided"]
    # 40 percent of a village in camps lies further out than 10 percent of a township of the county itself.
    assert alone["kar_chinibagh"] < alone["kon_bullaqsu"]


def test_surprise_given_nothing_is_the_mean_of_the_chances(sources_run):
    # Derivation: with probability 1 - w the figure is at most as large if t(4) lies below its score, and with w, if a
    # figure that is even on the log scale does; averaged over the draws.
    run = sources_run
    found = next(each for each in run.likelihood.predictions if each.source.kind == "court")
    source, inputs = found.source, run.inputs
    said = found.reported({name: inputs[name] for name in run.case.own})
    score = (np.log(source.value / said) - np.log(inputs["coverage_court"])) / source.log_sd
    even = 1 + np.log(source.value / found.whole) / np.log(1000)
    silent = inputs["uninformative_court"]
    expected = np.mean((1 - silent) * stats.t.cdf(score, 4) + silent * even)
    table = conflict.surprise(run).set_index(["source", "given"])
    assert table.loc[(source.name, "county alone"), "p_below"] == pytest.approx(expected, rel=1e-6)


def test_surprise_given_all_other_kinds_weighs_by_their_likelihood(sources_run):
    # Derivation: (61) with the weights of a run without the court's kind; its own entries keep their prior.
    run, seen = sources_run, sources_run.likelihood
    (court,) = (each for each in seen.predictions if each.source.kind == "court")
    entries = {name: run.inputs[name] for name in run.case.own}
    says = court.reported(entries) * entries["coverage_court"]
    score = np.log(court.source.value / says) / court.source.log_sd
    silent = entries["uninformative_court"]
    even = 1 + np.log(court.source.value / court.whole) / np.log(1000)
    chances = (1 - silent) * stats.t.cdf(score, 4) + silent * even
    share = np.exp(seen.log({name: float(kind != "court") for name, kind in seen.kinds.items()}))
    table = conflict.surprise(run).set_index(["source", "given"])
    found = table.loc[(court.source.name, conflict.OTHER_KINDS)]
    assert found["p_below"] == pytest.approx(np.average(chances, weights=share), rel=1e-6)
    assert found["two_sided"] == pytest.approx(2 * min(found["p_below"], 1 - found["p_below"]))


def test_the_kind_farthest_from_the_rest_is_named_with_both_sides():
    # Medians by hand: the survey is 4 times below the rest, the court 2 times above it.
    def row(choice, kind, median):
        return {"choice": choice, "source": kind, "low": median / 2, "median": median, "high": 2 * median}

    table = pd.DataFrame(
        [
            *(row("all", "all", 400.0), row("kind alone", "survey", 200.0), row("without kind", "survey", 800.0)),
            *(row("kind alone", "court", 800.0), row("without kind", "court", 400.0)),
        ]
    )
    found = conflict.sides(table)
    assert (found.kind, found.alone["high"], found.others["low"]) == ("survey", 400.0, 400.0)
    assert found.times == pytest.approx(4)
    assert conflict.sides(table[table["source"] != "court"]) is None


def test_sides_of_a_run_are_its_weighings_with_and_without_the_kind(sources_run):
    found = conflict.sides(influence(sources_run, scope="uyghur", enforce=False))
    seen = sources_run.likelihood
    for row, inside in ((found.alone, True), (found.others, False)):
        weights = seen.weigh(
            {name: float((kind == found.kind) is inside) for name, kind in seen.kinds.items()}, enforce=False
        )
        assert row["median"] == Sample(sources_run.totals.count("uyghur"), weights).quantile(0.5)[0]
