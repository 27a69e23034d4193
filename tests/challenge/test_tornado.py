"""Judgements moved alone: against the case run again with the judgement, and against what moves by derivation."""

from dataclasses import replace

import numpy as np
import pytest
from other_sources import loaded, row, write
from shipped_case import STANDARD

from estimation.challenge.claims import claims_of
from estimation.challenge.rerun.stage import stage, stage_with_sources
from estimation.challenge.sensitivity import tornado
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Normal, Point
from estimation.evidence.register import choices
from estimation.evidence.register.choices import Option
from estimation.evidence.tables import sources
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run
from estimation.model.synthesis.other_sources import POINTS

DRAWS = 4_000
BIAS = '{ name = "normal", mean = 0.0, sd = 0.3 }'


@pytest.fixture(scope="module")
def sets(shipped):
    return shipped.table("reference_sets")


# --- the case that ships ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grid():
    return choices.load(sources.PUBLIC / choices.FILE)


@pytest.fixture(scope="module")
def case(shipped, judgements):
    return case_of(shipped, judgements)


@pytest.fixture(scope="module")
def at(case, judgements):
    return stage(case, judgements, draws=DRAWS, seed=1)


@pytest.fixture(scope="module")
def alone(at, sets, grid):
    others = tornado.alternatives(sets, grid, at.register)
    return tornado.tornado(at, scope="turkic", claims=STANDARD[:2], others=others)


@pytest.fixture(scope="module")
def weighed(case, judgements):
    ends = ({key: float(judgements[key].distribution.ppf(q))} for key in ("selection_shift",) for q in (0.05, 0.95))
    return stage_with_sources(case, judgements, pilot=10_000, draws=4_000, seed=1, looks=({}, *ends), points=32)


def test_first_nothing_is_moved_and_a_larger_base_moves_by_its_ratio(alone, at):
    moved, chances = alone
    assert moved.iloc[0][["entry", "move", "rung", "setting"]].tolist() == [
        "as judged",
        0.0,
        "differences",
        "the register",
    ]
    # Derivation: a base a fifth higher than one whose own spread is about 1% moves every total by log 1.2.
    fifth = moved[moved["at"] == "regional base: a fifth more"].iloc[0]
    assert fifth["move"] == pytest.approx(np.log(1.2), abs=0.02)
    assert set(moved["entry"]) - {"as judged"} <= set(at.entries)
    assert set(moved["scope"]) == {"turkic"}
    assert set(moved["reliable"]) == {"yes"}
    # What an entry is held at stands in `value`, which describes no distribution.
    held = moved["setting"] == "held at a value"
    assert (moved["value"].notna() == held).all()
    end = moved.set_index(["entry", "at"]).loc[("missing_share", "5%"), "value"]
    assert end == pytest.approx(float(at.register["missing_share"].distribution.ppf(0.05)))
    assert len(chances) == 2 * len(moved)


def test_a_setting_is_the_case_run_with_it(alone, at):
    moved, chances = alone
    for entry, name in (("selection_shift", "95%"), ("between_county_sd", "5%")):
        row = moved.set_index(["entry", "at"]).loc[(entry, name)]
        again = run(at.case, at.register.override(**{entry: row["value"]}), draws=DRAWS, seed=1, sources=False)
        expected = np.quantile(again.count("turkic"), list(tornado.QUANTILES.values()), method="inverted_cdf")
        assert row[list(tornado.QUANTILES)].to_list() == pytest.approx(expected, rel=1e-12)
        for claim in STANDARD[:2]:
            own = chances.set_index(["entry", "at", "claim"]).loc[(entry, name, claim.label)]
            assert own["probability"] == pytest.approx(claim.holds(again.count(claim.scope)).mean())


@pytest.mark.slow
def test_with_sources_chances_moved_are_those_of_runs_with_the_setting(weighed):
    # Against plain runs of other random numbers, whose chances have errors of their own: four of both.
    moved, chances = tornado.tornado(weighed, scope="turkic", claims=STANDARD[:3])
    assert set(moved["rung"]) == set(chances["rung"]) == {"sources"}
    assert {"bias_table", "uninformative_phone", "stock_to_ever_ratio", "composition_sd"} <= set(moved["entry"])
    table = chances.set_index(["entry", "at", "claim"])
    rows = moved.set_index(["entry", "at"])
    for entry, name in (("as judged", "as judged"), ("selection_shift", "5%"), ("bias_table", "95%")):
        entries = {} if entry == "as judged" else {entry: rows.loc[(entry, name), "value"]}
        again = run(weighed.case, weighed.register.override(**entries), draws=40_000, seed=9, enforce=False)
        for claim in STANDARD[:3]:
            chance = claim.holds(again.count(claim.scope)).mean()
            own = table.loc[(entry, name, claim.label)]
            error = np.sqrt(max(chance * (1 - chance), 1e-3) / again.weights.effective)
            assert own["probability"] == pytest.approx(chance, abs=4 * np.hypot(error, own["probability_error"]))


def test_alternatives_name_what_was_shipped(sets, judgements, grid):
    mine = judgements.override(missing_share=0.3)
    found = tornado.alternatives(sets, grid, mine, shipped=judgements)
    assert found["missing_share"]["as shipped"] == judgements["missing_share"].distribution
    assert "as shipped" not in found["duplicate_share"]
    assert "campaigns and crackdowns" not in found["between_county_sd"]


def test_refusals_and_progress(at, sets):
    bad = Option("x", "r", {}, {"spread_of": "nothing"})
    with pytest.raises(EstimationError, match="a named fit of the spread must be known; got 'nothing'"):
        tornado.entries_of(bad, sets)
    with pytest.raises(EstimationError, match="the scope must be a known one; got 'all'"):
        tornado.tornado(at, scope="all")
    seen = []
    rows, _ = tornado.tornado(at, scope="uyghur", progress=seen.append)
    assert len(seen) == len(rows) - 1


# --- a case with other sources ----------------------------------------------------------------------------------------


def every(case, register):
    return stage_with_sources(case, register, draws=DRAWS, seed=1, points=POINTS)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    rows = (row("one", 12000), row("two", 0.05, unit="share", area="Upper Exampleland", kind="court"))
    return write(tmp_path_factory.mktemp("case"), *rows, kinds=("survey", "court"))


@pytest.fixture(scope="module")
def own(place, sets):
    return loaded(place, sets)


@pytest.fixture(scope="module")
def tables(own):
    folder, case, register = own
    found = tornado.tornado(every(case, register), scope="everyone", claims=claims_of(folder.statement))
    return tuple(table.set_index(["entry", "at"]) for table in found)


def test_a_moved_judgement_is_the_case_written_with_it_and_run_again(place, sets, tables, tmp_path):
    moved, chances = tables
    for name in place.iterdir():
        (tmp_path / name.name).write_bytes(name.read_bytes())
    path, value = tmp_path / "assumptions.toml", Normal(0.0, 0.3).ppf(0.95)
    text = path.read_text(encoding="utf-8")
    head, mark, tail = text.rpartition("\n[bias_survey]\n")
    fixed = f'{{ name = "point", value = {float(value)!r} }}'
    assert BIAS in tail
    path.write_text(f"{head}{mark}{tail.replace(BIAS, fixed, 1)}", encoding="utf-8")
    folder, case, register = loaded(tmp_path, sets)
    assert isinstance(folder.entries["bias_survey"].distribution, Point)
    again = run(case, register, draws=DRAWS, seed=1)
    row = moved.loc[("bias_survey", "95%")]
    for name, quantile in (("low", 0.025), ("median", 0.5), ("high", 0.975)):
        assert float(row[f"count_{name}"]) == pytest.approx(again.counts("everyone").quantile(quantile)[0], rel=1e-5)
    assert float(row["effective"]) == pytest.approx(again.weights.effective, rel=1e-5)
    # Origin: the claim of the template is at least 20,000.
    chance = float(chances.loc[("bias_survey", "95%"), "probability"])
    sample = again.counts("everyone")
    assert chance == pytest.approx(sample.chance(sample.values >= 20_000)[0], rel=1e-5)


def test_chances_with_nothing_moved_are_those_of_the_run(own, tables):
    folder, case, register = own
    again = run(case, register, draws=DRAWS, seed=1)
    (claim,) = claims_of(folder.statement)
    found = tables[1].loc[("as judged", "as judged")]
    sample = again.counts(claim.scope)
    assert found["probability"] == pytest.approx(sample.chance(claim.holds(sample.values))[0])
    assert (found["scope"], found["sides"]) == (claim.scope, claim.sides())


def test_a_bias_moves_the_answer_against_itself_and_the_entry_held_fixed_does_not_move(tables):
    moved, chances = tables
    median = moved["count_median"].astype(float)
    for kind in ("survey", "court"):
        # If the kind says too little, the truth is higher; if too much, lower.
        low, judged, high = (
            median[each] for each in ((f"bias_{kind}", "95%"), ("as judged",) * 2, (f"bias_{kind}", "5%"))
        )
        assert low < judged < high
    assert not {"uninformative_survey", "area_error_sd"} & set(moved.index.get_level_values("entry"))
    assert float(moved.loc[("as judged", "as judged"), "move"]) == 0
    assert list(chances.index) == list(moved.index)


def test_errors_go_by_what_the_weights_leave(tables):
    # Origin: the error of a quantile grows as one over the root of what the draws are worth.
    moved, _ = tables
    row = moved.loc[("as judged", "as judged")]
    assert 400 < float(row["effective"]) < DRAWS
    width = np.log(float(row["count_q90"]) / float(row["count_q10"]))
    # Of a normal, whose 80% interval is 2.56 standard deviations, the median's error is 1.25 of them over the root.
    expected = 1.25 * width / 2.56 / np.sqrt(float(row["effective"]))
    assert float(row["count_median_error"]) / float(row["count_median"]) == pytest.approx(expected, rel=0.5)


def test_named_alternatives_are_run_and_those_that_cannot_be_relied_on_say_so(own):
    # A survey that is never silent and said 4 log units too much or too little contradicts the count.
    folder, case, register = own
    others = {"bias_survey": {"far too low": Point(-4.0)}, "uninformative_survey": {"nothing": Point(0.0)}}
    sharp = replace(
        case, sources=tuple(replace(each, log_sd=sd) for each, sd in zip(case.sources, (0.2, 0.4), strict=True))
    )
    never = register.override(uninformative_survey=0.0)
    claims = claims_of(folder.statement)
    moved, chances = tornado.tornado(every(sharp, never), scope="everyone", claims=claims, others=others)
    table = moved.set_index(["entry", "at"])
    # Held fixed at 0 already: an alternative that changes nothing moves nothing.
    assert float(table.loc[("uninformative_survey", "nothing"), "move"]) == 0
    refused = table.loc[("bias_survey", "far too low")].drop(["scope", "rung", "setting", "value"])
    assert refused.pop("reliable") == "no"
    assert refused.isna().all()
    assert np.isnan(chances.set_index(["entry", "at"]).loc[("bias_survey", "far too low"), "probability"])
    # Moves from an answer that cannot be relied on cannot be either, though a setting may be.
    moved, chances = tornado.tornado(
        every(sharp, never.override(bias_survey=-4.0)), scope="everyone", others={"bias_survey": {"none": Point(0.0)}}
    )
    table = moved.set_index(["entry", "at"])
    assert table["move"].isna().all()
    assert table.loc[("as judged", "as judged"), "reliable"] == "no"
    assert float(table.loc[("bias_survey", "none"), "effective"]) > 400
    assert chances.empty
