"""Tensions between sources: what matters, and which figure surprises."""

import numpy as np
import pytest
from scipy import stats

from estimation.challenge.sources import conflict
from estimation.evidence.distributions.distributions import Normal
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run


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


def test_an_entry_on_which_prior_and_sources_disagree(shipped, judgements):
    # A county judged far worse than others, against sources that need others to be as bad: both move it.
    register = judgements.override(selection_shift=Normal(3.0, 0.5), bias_court=0.0, uninformative_court=0.0)
    found = run(case_of(shipped, register), register, draws=20_000, pilot=5_000, seed=3, enforce=False)
    table = conflict.prior_and_sources(found).set_index("entry")
    assert table.loc["selection_shift", "verdict"] == "possible conflict"
    # Which prefecture a county lies in is hardly spoken of by any source, so its share of the spread keeps its prior.
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
    score = (np.log(source.value / said) - inputs["bias_court"]) / source.log_sd
    even = 1 + np.log(source.value / found.whole) / np.log(1000)
    silent = inputs["uninformative_court"]
    expected = np.mean((1 - silent) * stats.t.cdf(score, 4) + silent * even)
    table = conflict.surprise(run).set_index(["source", "given"])
    assert table.loc[(source.name, "county alone"), "p_below"] == pytest.approx(expected, rel=1e-6)
