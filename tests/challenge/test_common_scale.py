"""Other sources on one scale: figures that are known, and words."""

import numpy as np
import pytest
from other_sources import loaded, row, write
from scipy import stats

from estimation.challenge.sources.common_scale import common_scale
from estimation.model.ladder.ladder import run as model_run


def test_common_scale_has_the_raw_figure_and_an_interval(sources_run):
    said = common_scale(sources_run, seed=1).set_index("source")
    assert said.loc["onsu_county", "raw"] == "30,000"
    ends = said[["low", "low_50", "median", "high_50", "high"]]
    assert (ends.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert ends.min(axis=None) > 0
    assert ends.max(axis=None) <= 1


# --- a case of its own ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(shipped, tmp_path_factory):
    sets = shipped.table("reference_sets")
    rows = (
        row("b_share", 0.045, unit="share", area="Upper Exampleland", low=0.04, high=0.05, kind="court"),
        row("a_count", 4000, area="ex04", error=0.05),
        row("c_floor", 9000, floor="yes", error=1.0, group="adults"),
        row("d_unread", 5, verification="unverified"),
    )
    place = write(tmp_path_factory.mktemp("case"), *rows, kinds=("survey", "court"), bias=0.0, silent=0.5)
    sources = (place / "sources.csv").read_text(encoding="utf-8").replace(",2031,", ",,")
    (place / "sources.csv").write_text(sources, encoding="utf-8")
    _, case, register = loaded(place, sets)
    run = model_run(case, register, draws=40_000, seed=1, threads=1)
    return run, common_scale(run, seed=3).set_index("source")


def test_a_share_stays_as_it_is_and_a_count_is_divided_by_its_people(found):
    _, table = found
    # Origin: without bias, the figure times exp(error x t(4)); the range adds log(5/4)^2 / 12 to the error's square.
    error = np.hypot(0.4, np.log(0.05 / 0.04) / np.sqrt(12))
    for name, at in (("low", 0.025), ("low_50", 0.25), ("median", 0.5), ("high_50", 0.75), ("high", 0.975)):
        expected = 0.045 * np.exp(error * stats.t.ppf(at, 4))
        assert table.loc["b_share", name] == pytest.approx(expected, rel=0.05), name
    # Origin: ex04 of the template has 53,800 people, true over tabled near 1.
    assert table.loc["a_count", "median"] == pytest.approx(4000 / 53_800, rel=0.01)
    # Origin: sqrt(0.05^2 + the spread of that ratio) is below 0.06.
    assert table.loc["a_count", "high"] / table.loc["a_count", "median"] < np.exp(0.06 * stats.t.ppf(0.975, 4))


def test_all_together_is_the_weighed_share_of_the_same_place(found):
    run, table = found
    people = run.totals.held.people[run.positions, run.totals.column("c_floor")]
    whole = run.count("everyone") / people
    for end, at in (("low", 0.025), ("median", 0.5), ("high", 0.975)):
        assert table.loc["c_floor", f"model_{end}"] == pytest.approx(np.quantile(whole, at), rel=1e-9)


def test_words_are_those_of_the_case(found):
    _, table = found
    assert list(table.index) == ["a_count", "b_share", "c_floor"]  # what is not verified is not shown
    assert list(table["place"]) == ["Stonewell", "Upper Exampleland", "Exampleland"]
    assert list(table["raw"]) == ["4,000", "4.5% (4% to 5%)", "9,000"]
    assert list(table["bound"]) == ["about", "about", "floor"]
    assert set(table["counts"]) == {"ever held, jail"}
    assert set(table["date"]) == {"undated"}
