"""Every choice of sources, against the run itself and runs made with that choice."""

import numpy as np
import pytest

from estimation.challenge.sources import common_scale, influence
from estimation.errors import EstimationError, UnreliableError
from estimation.model.ladder.ladder import run as model_run
from estimation.report.figures import interval_figures, look
from estimation.report.terminal import tables


@pytest.fixture(scope="module")
def run(sources_run):
    return sources_run


@pytest.fixture(scope="module")
def moved(run):
    return influence.influence(run, scope="uyghur", enforce=False)


def test_every_choice_of_sources_is_there(run, moved):
    kinds = moved.groupby("choice").size()
    names = len(run.case.sources)
    assert kinds.to_dict() == {
        "all": 1,
        "none": 1,
        "without": names,
        "alone": names,
        "without kind": 6,
        "kind alone": 6,
    }
    none = moved[moved["choice"] == "none"].iloc[0]
    # Without a source: the draws of the rung before.
    expected = np.quantile(run.count("uyghur", "differences"), [0.025, 0.5, 0.975], method="inverted_cdf")
    assert none[["low", "median", "high"]].to_list() == pytest.approx(expected)
    whole = moved[moved["choice"] == "all"].iloc[0]
    assert whole["median"] == pytest.approx(run.counts("uyghur").quantile(0.5)[0])
    # A kind with one source alone is that source alone.
    pairs = moved.set_index(["choice", "source"])
    assert pairs.loc[("kind alone", "court"), "high"] == pairs.loc[("alone", "sent_2017_18"), "high"]


@pytest.mark.parametrize(
    ("choice", "source", "options"),
    [
        ("without", "sent_2017_18", {"without": ["sent_2017_18"]}),
        ("kind alone", "phone", {"kinds": ["phone"]}),
        ("without kind", "court", {"reliability": {"sent_2017_18": 0.0}}),
    ],
)
def test_a_choice_is_the_run_made_with_it(run, moved, choice, source, options):
    again = model_run(run.case, run.register, draws=run.draws, seed=run.seed, enforce=False, **options)
    row = moved.set_index(["choice", "source"]).loc[(choice, source)]
    expected = [again.counts("uyghur").quantile(level)[0] for level in influence.LEVELS.values()]
    assert row[list(influence.LEVELS)].to_list() == pytest.approx(expected, rel=1e-12)
    assert row["effective"] == pytest.approx(again.weights.effective, rel=1e-12)


def test_an_unreliable_choice_is_refused(run):
    with pytest.raises(UnreliableError, match="weights need a Pareto k"):
        influence.influence(run, scope="uyghur")


def test_a_run_without_sources_is_refused(run):
    with pytest.raises(EstimationError, match="the run must have other sources; got none"):
        influence.influence(run.without_sources(), scope="uyghur")


def test_stress_is_the_ratio_of_prison_rates(run):
    table = influence.stress(run).set_index("when")
    found = run.totals
    county, region = found.column("observed county"), found.column("all groups")
    rate = found.held.prison.sum(axis=0) / found.held.people.sum(axis=0)
    assert 0.3 < rate[county] / rate[region] < 3  # before the sources nothing says that the county is apart
    assert table.loc["after", "median"] > 2  # konasheher.md's arithmetic: 2.27 to 2.65, all crimes counted
    assert table.loc["after", "p_above_1"] > table.loc["before", "p_above_1"]
    # Derivation: the standard error of a share of independent draws, weighed ones after, each squared by its weight.
    chance = table.loc["before", "p_above_2"]
    assert table.loc["before", "p_above_2_error"] == pytest.approx(np.sqrt(chance * (1 - chance) / run.draws), rel=0.05)
    ratio = (found.held.prison / found.held.people)[:, [county, region]]
    above, share = ratio[:, 0] / ratio[:, 1] > 2, run.weights.share
    chance = share[above].sum()
    assert table.loc["after", "p_above_2"] == pytest.approx(chance)
    error = np.hypot(np.sqrt(np.sum((share * (above - chance)) ** 2)), 0.5 / run.weights.effective)
    assert table.loc["after", "p_above_2_error"] == pytest.approx(error)


def test_biases_before_are_the_register(run, judgements):
    table = influence.biases(run).set_index("entry")
    low, high = judgements["bias_table"].distribution.ppf([0.025, 0.975])
    assert table.loc["bias_table", ["prior_low", "prior_high"]].to_list() == pytest.approx([low, high], abs=0.06)
    # The table's 890,000 is above what the county alone implies, so its bias shifts up.
    assert table.loc["bias_table", "median"] > table.loc["bias_table", "prior_median"]


def test_county_rates_keep_the_observed_county(run):
    rates = influence.county_rates(run)
    assert len(rates) == 106
    region = run.case.region
    own = region.areas[int(region.observed[0])]
    logits = run.totals.effects.logits[run.positions, 0]
    assert rates.loc[own, "median"] == pytest.approx(np.median(1 / (1 + np.exp(-logits))), rel=1e-5)
    assert (rates["low"] <= rates["high"]).all()


def test_pictures_and_table(run, moved, capsys):
    said = common_scale.common_scale(run, seed=1)
    words = [text.get_text() for text in interval_figures.forest_plot(said).findobj() if hasattr(text, "get_text")]
    assert any("30,000" in word for word in words)
    drawn = interval_figures.source_choices_chart(moved, title="Whose count")
    labels = [text.get_text() for text in drawn.findobj() if hasattr(text, "get_text")]
    assert [label for label in labels if label in ("all sources", "county alone")] == ["all sources", "county alone"]
    assert look.svg_bytes(drawn).startswith(b"<?xml")
    tables.show_sources(said, used=["onsu_county"], weights=run.weights, about=run.named("uyghur"))
    shown = capsys.readouterr().out
    assert "Adults of Xinjiang who were held in a camp or prison at some time in 2017-2018: each source" in shown
    assert "left out" in shown
    assert "effective draws" in shown
