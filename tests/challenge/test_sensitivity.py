"""Indices, effects and their table: of this model by other programs, and where a wrong entry shows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from other_sources import loaded, row, write
from SALib.analyze import sobol as salib_sobol
from scipy import stats

from estimation.challenge.rerun.stage import stage, stage_with_sources
from estimation.challenge.sensitivity import sensitivity, sobol, tornado
from estimation.challenge.sensitivity.power_scaling import prior_sensitivity
from estimation.challenge.sensitivity.sensitivity import _OBSERVED_AREAS, _PLACES
from estimation.evidence.register import choices
from estimation.evidence.tables import sources
from estimation.model.case.build import case_of
from estimation.model.case.case import SPREAD
from estimation.model.case.inputs import OBSERVED_Z, SAMPLING


@pytest.fixture(scope="module")
def grid():
    return choices.load(sources.PUBLIC / choices.FILE)


@pytest.fixture(scope="module")
def case(shipped, judgements):
    return case_of(shipped, judgements)


def prior_power(at, scope):
    """Power-scaling sensitivity of the log of a total to each prior."""
    return prior_sensitivity(at.register, at.inputs, np.log(at.totals().count(scope)))


@pytest.fixture(scope="module")
def at(case, judgements):
    return stage(case, judgements, draws=4_000, seed=1)


def summarised(at, shipped, grid):
    others = tornado.alternatives(shipped.table("reference_sets"), grid, at.register)
    moved, _ = tornado.tornado(at, scope="turkic", others=others)
    found = sensitivity.indices(at, scope="turkic", base=4096, seed=2, moved=moved)
    return moved, found, sensitivity.summary(at, moved, found, prior_power(at, "turkic"))


@pytest.fixture(scope="module")
def whole(at, shipped, grid):
    return summarised(at, shipped, grid)


def test_spread_matters_most_and_only_inputs_of_the_basis_matter(whole):
    _, found, table = whole
    assert table["input"].iloc[0] == SPREAD
    assert found.table["total"].idxmax() == OBSERVED_Z
    assert {_PLACES, SAMPLING} <= set(found.table.index)
    assert "county_adults_resident" not in found.table.index
    assert not table.isna().any().any()


def test_indices_of_this_model_are_those_of_scipy_and_salib(at, whole, monkeypatch):
    # scipy.stats.sobol_indices 1.17 and SALib 1.5 are given the model's own outputs, so that samples agree.
    given = []
    estimate = sobol.estimate
    monkeypatch.setattr(sobol, "estimate", lambda *f, **options: given.append(f) or estimate(*f, **options))
    ours = sensitivity.indices(at, scope="turkic", base=1024, seed=4, moved=whole[0]).table
    (f_a, f_b, f_ab), size = given[0], len(ours)
    scipy = stats.sobol_indices(func={"f_A": f_a[None], "f_B": f_b[None], "f_AB": f_ab[:, None]}, n=1024)
    problem = {"num_vars": size, "names": list(ours.index), "bounds": [[0, 1]] * size}
    salib = salib_sobol.analyze(
        problem, np.column_stack([f_a, *f_ab, f_b]).ravel(), calc_second_order=False, num_resamples=10, seed=1
    )
    for kind, theirs, key in (("first", scipy.first_order, "S1"), ("total", scipy.total_order, "ST")):
        np.testing.assert_allclose(ours[kind], np.ravel(theirs), atol=2e-3)
        np.testing.assert_allclose(ours[kind], salib[key], atol=2e-3)


def test_a_wrong_entry_is_caught(shipped, judgements, grid):
    # A spread of 0 gives a narrow answer whose indices say nothing of the spread; its alternatives do.
    wrong = judgements.override(between_county_sd=0.0)
    at = stage(case_of(shipped, wrong), wrong, draws=2_000, seed=1)
    _, found, table = summarised(at, shipped, grid)
    first = table.iloc[0]
    assert (first["input"], first["held_fixed"]) == (SPREAD, "yes")
    assert first["move"] > 3 * table["move"].iloc[1]
    assert SPREAD not in found.table.index


# --- several observed areas -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def several(shipped, tmp_path_factory):
    """A case with two observed areas, whose shares, spread and standing one fit draws together."""
    _, case, register = loaded(
        write(tmp_path_factory.mktemp("case"), row("one", 12000)), shipped.table("reference_sets")
    )
    region = replace(case.region, observed=np.array([0, 1]))
    counts, populations = np.array([30, 400]), np.array([1000, 9000])
    case = replace(case, region=region, counts=counts, populations=populations, mend=lambda share, _: share, sources=())
    return stage(case, register, draws=2_000, seed=1)


def test_several_observed_areas_are_one_input(several):
    moved, _ = tornado.tornado(several, scope="everyone")
    found = sensitivity.indices(several, scope="everyone", base=2**13, seed=2, moved=moved)
    assert {_OBSERVED_AREAS, _PLACES} <= set(found.table.index)
    assert not {SPREAD, SAMPLING, OBSERVED_Z} & set(found.table.index)
    table = found.table
    # By definition a total index is no less than the first-order one, and first-order ones sum to 1 at most.
    assert (table["total_high"] >= table["first_low"]).all()
    assert table["first_low"].sum() <= 1
    # The first-order index by its definition, Var E(Y | X) / Var Y, from a plane through neighbours on other draws: of
    # 12 areas the two observed ones' spread and standing set nearly everything, and places the rest.
    assert table.loc[_OBSERVED_AREAS, "total"] > 0.5
    assert table["total"].idxmax() == _OBSERVED_AREAS
    summary = sensitivity.summary(several, moved, found, prior_power(several, "everyone"))
    assert {SPREAD, _OBSERVED_AREAS, _PLACES} <= set(summary["input"])
    # The spread moves the answer alone; its share of the variance is that of what the areas set together.
    assert summary.set_index("input").loc[SPREAD, ["first", "total"]].tolist() == [0.0, 0.0]


def test_an_input_taken_from_the_other_sample_is_the_whole_group(several):
    # Derivation: with everything but one input the same in both samples, the total index of that input is 1.
    moved, _ = tornado.tornado(several, scope="everyone")
    fixed = {key: entry.distribution.median() for key, entry in several.register.items() if key != SPREAD}
    calm = several.register.override(**(fixed | {"area_error_sd": 0.0}))
    flat = replace(several.case, area_error_sd=np.zeros(len(several.case.region.areas)))
    at = replace(several, case=flat, register=calm)
    # Two observed areas, which are all the places counted: nothing is left to differ but what they set.
    seen = np.zeros_like(flat.region.adults)
    seen[flat.region.observed] = flat.region.adults[flat.region.observed]
    at = replace(at, case=replace(flat, region=replace(flat.region, adults=seen)))
    table = sensitivity.indices(at, scope="everyone", base=2**11, seed=3, moved=moved).table
    assert table.loc[_OBSERVED_AREAS, "total"] == pytest.approx(1.0, abs=0.05)
    assert table.loc[_OBSERVED_AREAS, "first"] == pytest.approx(1.0, abs=0.1)
    assert table.loc[_PLACES, "total"] == 0


# --- Shapley effects --------------------------------------------------------------------------------------------------


def test_effects_are_shares_of_what_varies(at):
    table = sensitivity.effects(at, scope="turkic", seed=1)
    assert list(table.columns) == ["scope", "rung", "input", "effect", "low", "high"]
    assert set(table["rung"]) == {"differences"}
    effects = table.set_index("input")["effect"]
    # By definition effects are shares of the variance, and sum to 1 with what is not explained.
    assert effects.sum() == pytest.approx(1.0)
    assert effects[OBSERVED_Z] == effects.max()
    assert set(effects.index) == {*sensitivity._EXPLAINED, "not explained"}


def test_effects_with_sources_leave_less_to_the_county(case, judgements, at):
    weighed = stage_with_sources(case, judgements, pilot=10_000, draws=6_000, seed=1)
    table = sensitivity.effects(weighed, scope="turkic", seed=1)
    assert set(table["rung"]) == {"sources"}
    effects = table.set_index("input")["effect"]
    assert effects.sum() == pytest.approx(1.0)
    before = sensitivity.effects(at, scope="turkic", seed=1).set_index("input")["effect"]
    # Sources speak of the region, so that how far the county lies above it is no longer what matters most by as much.
    assert effects[OBSERVED_Z] < before[OBSERVED_Z]


def test_effects_where_nothing_varies_or_weights_are_none(shipped, judgements):
    fixed = judgements.override(between_county_sd=0.0, selection_shift=0.0, between_prefecture_share=0.5)
    at = stage(case_of(shipped, fixed), fixed, draws=1_000, seed=1)
    at = replace(at, inputs={**at.inputs, OBSERVED_Z: np.zeros(1_000)})
    table = sensitivity.effects(at, scope="turkic", seed=1)
    assert table[["input", "effect"]].to_numpy().tolist() == [["not explained", 1.0]]
    sure = {f"uninformative_{kind}": 0.0 for kind in ("phone", "village", "table", "capacity", "court", "school")}
    mine = judgements.override(selection_shift=6.0, between_county_sd=0.5, **sure)
    contradicting = stage_with_sources(case_of(shipped, mine), mine, draws=1_000, seed=1)
    nothing = sensitivity.effects(contradicting, scope="turkic", seed=1)
    assert isinstance(nothing, pd.DataFrame)
    assert nothing.empty
