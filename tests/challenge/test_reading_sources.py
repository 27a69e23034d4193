import numpy as np
import pandas as pd
import pytest

from estimation.challenge.sources import common_scale, conflict, influence, reconcile
from estimation.errors import EstimationError, UnreliableError
from estimation.model.synthesis.synthesis import synthesise
from estimation.report.figures import interval_figures, look
from estimation.report.terminal import tables


@pytest.fixture(scope="module")
def run(shipped, judgements):
    return synthesise(
        shipped,
        judgements,
        draws=8_000,
        seed=2,
        sets=16,
        counties=True,
        places=reconcile.places(shipped),
        enforce=False,
    )


@pytest.fixture(scope="module")
def moved(run):
    return influence.influence(run, scope="uyghur", enforce=False)


def test_every_choice_of_sources_is_there(run, moved):
    kinds = moved.groupby("choice").size()
    names = len(run.densities.names)
    assert kinds.to_dict() == {
        "all": 1,
        "none": 1,
        "without": names,
        "alone": names,
        "without kind": 5,
        "kind alone": 5,
    }
    none = moved[moved["choice"] == "none"].iloc[0]
    # Without a source: the draws of the ladder.
    expected = np.quantile(run.ladder.count("uyghur"), [0.025, 0.5, 0.975])
    assert none[["low", "median", "high"]].to_list() == pytest.approx(expected)
    whole = moved[moved["choice"] == "all"].iloc[0]
    assert whole["median"] == pytest.approx(np.median(run.count("uyghur")))
    # A kind with one source alone is that source alone.
    pairs = moved.set_index(["choice", "source"])
    assert pairs.loc[("kind alone", "court"), "high"] == pairs.loc[("alone", "sent_2017_18"), "high"]


def test_an_unreliable_choice_is_refused(run):
    with pytest.raises(UnreliableError, match="weights need a Pareto k"):
        influence.influence(run, scope="uyghur")


def test_stress_is_the_ratio_of_prison_rates(run):
    table = influence.stress(run).set_index("when")
    county, region = run.column("observed county"), run.column("all groups")
    rate = run.held.prison.sum(axis=0) / run.held.base.sum(axis=0)
    assert 0.3 < rate[county] / rate[region] < 3  # before the sources nothing says that the county is apart
    assert table.loc["after", "median"] > 2  # konasheher.md's arithmetic: 2.27 to 2.65, all crimes counted
    assert table.loc["after", "p_above_1"] > table.loc["before", "p_above_1"]
    # Derivation: the standard error of a share of as many independent draws as these are worth.
    for when, worth in (("before", run.ladder.draws), ("after", run.weights.effective)):
        chance = table.loc[when, "p_above_2"]
        # Few effective draws here, so that the half draw more on either side shows.
        assert table.loc[when, "p_above_2_error"] == pytest.approx(np.sqrt(chance * (1 - chance) / worth), rel=0.05)


def test_biases_before_are_the_register(run, judgements):
    table = influence.biases(run).set_index("entry")
    low, high = judgements["bias_table"].distribution.ppf([0.025, 0.975])
    assert table.loc["bias_table", ["prior_low", "prior_high"]].to_list() == pytest.approx([low, high], abs=0.06)
    # The table's 890,000 is above what the county alone implies, so its bias shifts up.
    assert table.loc["bias_table", "median"] > table.loc["bias_table", "prior_median"]


def test_county_rates_keep_the_observed_county(run):
    rates = influence.county_rates(run)
    assert len(rates) == 106
    own = run.ladder.region.areas[int(run.ladder.region.observed[0])]
    assert rates.loc[own, "median"] == pytest.approx(
        np.median(1 / (1 + np.exp(-run.entry("observed_logit")))), rel=1e-5
    )
    assert (rates["low"] <= rates["high"]).all()


def test_power_scaling_sees_what_matters(run, judgements):
    table = conflict.power_scaling(run, judgements, scope="uyghur").set_index("part")["sensitivity"]
    assert table["sources"] > 0
    assert table["court"] > table["prior: between_prefecture_share"]


def test_surprise_of_a_figure_far_off(run):
    table = conflict.surprise(run)
    assert table["two_sided"].between(0, 1).all()
    alone = table[table["given"] == "county alone"].set_index("source")["two_sided"]
    # 40 percent of a village in camps lies further out than 10 percent of a township of the county itself.
    assert alone["kar_chinibagh"] < alone["kon_bullaqsu"]


def test_common_scale_has_the_raw_figure_and_an_interval(run):
    said = common_scale.common_scale(run, rng=np.random.default_rng(1)).set_index("source")
    assert said.loc["onsu_county", "raw"] == "30,000"
    ends = said[["low", "low_50", "median", "high_50", "high"]]
    assert (ends.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert ends.min(axis=None) > 0
    assert ends.max(axis=None) <= 1


def test_published_figures_are_converted_or_have_a_reason(shipped, run):
    table = reconcile.reconcile(shipped, run)
    assert len(table) == len(shipped.table("published"))
    assert (table["reason"].str.len() > 0).all()
    press = table.set_index("estimate_id").loc["ext_bbc_1_2m"]
    base = np.median(run.held.base[run.positions, run.column("region|uyghur+kazakh+kyrgyz")])
    # 1.2 million on an implied base of 10 million, exchanged for the base here.
    assert float(press["converted_low"]) == pytest.approx(1_200_000 * base / 10_000_000, rel=2e-3)
    stock = table.set_index("estimate_id").loc["cerd_1m"]
    assert float(stock["converted_low"]) > 1_000_000  # people held at a moment are fewer than people ever held
    assert table.set_index("estimate_id").loc["istiqlal_892k", "converted_low"] == "not converted"


def test_places_stand_in_one_order(shipped):
    found = reconcile.places(shipped)
    assert list(found) == sorted(set(found))  # a set's order would be the hash seed's


def test_reconciliation_needs_its_places(shipped, judgements):
    bare = synthesise(shipped, judgements, draws=1_000, seed=1, sets=1, enforce=False)
    with pytest.raises(EstimationError, match=r"every place of reconciliation\.csv"):
        reconcile.reconcile(shipped, bare)


def test_pictures_and_table(run, moved, capsys):
    said = common_scale.common_scale(run, rng=np.random.default_rng(1))
    words = [text.get_text() for text in interval_figures.forest_plot(said).findobj() if hasattr(text, "get_text")]
    assert any("30,000" in word for word in words)
    drawn = interval_figures.source_choices_chart(moved, title="Whose count")
    labels = [text.get_text() for text in drawn.findobj() if hasattr(text, "get_text")]
    assert [label for label in labels if label in ("all sources", "county alone")] == ["all sources", "county alone"]
    assert look.svg_bytes(drawn).startswith(b"<?xml")
    tables.show_sources(said, used=["onsu_county"], weights=run.weights, window="1999-2003")
    shown = capsys.readouterr().out
    assert "place ever held in 1999-2003, as" in shown
    assert "left out" in shown
    assert "effective draws" in shown
    assert isinstance(said, pd.DataFrame)
