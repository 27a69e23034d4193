"""Tipping points: values that plug back, a case with a known answer, and the same with other sources."""

from dataclasses import replace

import numpy as np
import pytest
from shipped_case import STANDARD

from estimation.challenge.claims import Claim
from estimation.challenge.rerun.stage import stage, stage_with_sources
from estimation.challenge.sensitivity import tipping
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Uniform
from estimation.model.case.build import case_of
from estimation.model.case.inputs import SAMPLING
from estimation.model.ladder.ladder import run
from estimation.model.ladder.summary import Sample
from estimation.model.synthesis.weights import equal


@pytest.fixture(scope="module")
def at(shipped, judgements):
    return stage(case_of(shipped, judgements), judgements, draws=4_000, seed=1)


@pytest.fixture(scope="module")
def found(at):
    entries = ("between_county_sd", "selection_shift", "missing_share", "north_east_rate_ratio")
    return tipping.tips(at, STANDARD, entries)


def test_points_plug_back(at, found):
    # The claim has its level at the value and loses it a step further, on the same random numbers and on others.
    crossed = [tip for tip in found if not np.isnan(tip.value)]
    assert len(crossed) > 8
    other = stage(at.case, at.register, draws=20_000, seed=99)

    def chance(where, tip, value):
        return tip.claim.holds(where.totals({tip.entry: value}).count(tip.claim.scope)).mean()

    for tip in crossed:
        again = chance(at, tip, tip.value)
        assert again == pytest.approx(tip.probability)
        assert tip.probability >= tip.level
        step = 2e-4 * (tip.high - tip.low) * (1 if tip.reached == "below" else -1)
        assert chance(at, tip, tip.value + step) < tip.level + 0.003
        elsewhere = chance(other, tip, tip.value)
        assert elsewhere == pytest.approx(tip.level, abs=4.5 * tip.probability_error + 0.002)


def test_never_and_always_are_said(found):
    missing = {(tip.claim, tip.level): tip for tip in found if tip.entry == "missing_share"}
    never = missing[STANDARD[0], 0.95]
    assert (np.isnan(never.value), never.reached) == (True, "never")
    assert never.probability < 0.95
    always = missing[STANDARD[4], 0.5]
    assert (np.isnan(always.value), always.reached) == (True, "always")


def test_a_case_with_a_known_answer(shipped, judgements):
    # Derivation: with places alike and ratios 1, the total is in proportion to 1 / (1 - missing): it reaches 1.05 times
    # its value at missing = 0.05 at missing = 1 - 0.95 / 1.05. Other uncertainty is taken out.
    fixed = {key: entry.distribution.median() for key, entry in judgements.items()}
    fixed |= {key: 1.0 for key in judgements if key.endswith("rate_ratio")}
    del fixed["missing_share"]
    register = judgements.override(**(fixed | {"between_county_sd": 0.0, "selection_shift": 0.0}))
    at = stage(case_of(shipped, register), register, draws=4_000, seed=1)
    at = replace(
        at,
        inputs={**at.inputs, SAMPLING: np.full((4_000, 1), 0.125)},
        numbers=replace(at.numbers, errors=np.zeros_like(at.numbers.errors)),
    )
    claim = Claim("uyghur", low=1.05 * float(at.totals({"missing_share": 0.05}).count("uyghur")[0]))
    tip = tipping.tips(at, [claim], ["missing_share"], levels=[0.5])[0]
    assert (tip.reached, tip.value) == ("above", pytest.approx(1 - 0.95 / 1.05, abs=5e-5))


def test_table_names_units_and_says_why_a_number_is_missing(found, at):
    table = tipping.table(found, at)
    assert not table.drop(columns=["value", "high"]).isna().any().any()
    assert (table["value"].isna() == table["reached"].isin(["never", "always"])).all()
    assert (table["high"].isna() == table["sides"].eq("at least")).all()
    assert set(table["unit"]) == {"log-odds", "SDs", "share", "ratio"}
    assert {"never", "above"} <= set(table["reached"])
    assert set(table["rung"]) == {"differences"}


def test_contour_agrees_with_single_runs(at):
    table = tipping.contour(at, STANDARD[2], "between_county_sd", "selection_shift", points=3)
    assert len(table) == 9
    row = table.iloc[4]
    values = {"between_county_sd": row["between_county_sd"], "selection_shift": row["selection_shift"]}
    assert row["probability"] == pytest.approx(STANDARD[2].holds(at.totals(values).count("turkic")).mean())
    falling = table[table["between_county_sd"] == row["between_county_sd"]]["probability"].diff().dropna()
    assert (falling <= 0).all()


class ByHand:
    """A stage whose chance of any claim is a line through three points, at values 0, 1 and 2 of its one entry."""

    rung = "by hand"

    def __init__(self, register, chances):
        self.register, self.line = register.override(between_county_sd=Uniform(0.0, 2.0)), chances

    def samples(self, scopes, entries):
        chance = np.interp(entries["between_county_sd"], [0, 1, 2], self.line)
        return [Sample((np.arange(100_000) < chance * 100_000).astype(float), equal(100_000)) for _ in scopes]


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ([0.2, 0.4, 0.8], ("above", 1.25)),
        ([0.9, 0.7, 0.3], ("below", 1.5)),
        ([0.1, 0.2, 0.3], ("never", np.nan)),
        ([0.8, 0.9, 0.9], ("always", np.nan)),
    ],
)
def test_crossings_by_hand(judgements, chances, expected):
    # Derivation: where the line through the chances is one half.
    (tip,) = tipping.tips(ByHand(judgements, chances), [Claim("all", low=1)], ["between_county_sd"], levels=[0.5])
    # Bisection ends within one part in ten thousand of the range.
    assert (tip.reached, tip.value) == (expected[0], pytest.approx(expected[1], abs=2e-4, nan_ok=True))


@pytest.fixture(scope="module")
def weighed(at):
    ends = [{"selection_shift": float(at.register["selection_shift"].distribution.ppf(q))} for q in (0.05, 0.95)]
    return stage_with_sources(at.case, at.register, pilot=10_000, draws=6_000, seed=1, looks=({}, *ends))


@pytest.mark.slow
def test_with_sources_points_plug_back(weighed):
    # The claim has its level at the value on the stage's own draws, and on those of a plain run within the errors.
    found = tipping.tips(weighed, STANDARD[:4], ["selection_shift"], levels=(0.5, 0.8))
    assert tipping.table(found, weighed)["rung"].eq("sources").all()
    crossed = [tip for tip in found if not np.isnan(tip.value)]
    assert crossed
    for tip in crossed:
        sample = weighed.sample(tip.claim.scope, {tip.entry: tip.value})
        assert sample.chance(tip.claim.holds(sample.values))[0] == tip.probability >= tip.level
        moved = weighed.register.override(**{tip.entry: tip.value})
        again = run(weighed.case, moved, draws=40_000, seed=9, enforce=False)
        error = np.sqrt(tip.probability * (1 - tip.probability) / again.weights.effective)
        chance = tip.claim.holds(again.count(tip.claim.scope)).mean()
        assert chance == pytest.approx(tip.level, abs=4 * np.hypot(error, tip.probability_error))


def test_values_at_which_weights_cannot_be_relied_on_are_passed_over(shipped, judgements):
    # A county that is far worse than others, and sources that are never silent: no value of the table's bias helps.
    sure = {f"uninformative_{kind}": 0.0 for kind in ("phone", "village", "table", "capacity", "court", "school")}
    mine = judgements.override(selection_shift=6.0, between_county_sd=0.5, **sure)
    at = stage_with_sources(case_of(shipped, mine), mine, draws=1_000, seed=1)
    (tip,) = tipping.tips(at, STANDARD[:1], ["bias_table"], levels=[0.5])
    assert tip.reached == "unknown"
    assert np.isnan([tip.value, tip.probability, tip.probability_error]).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda at: Claim("x"), EstimationError, "with at least one limit; got 0 to inf"),
        (lambda at: Claim("x", low=3, high=2), EstimationError, "got 3 to 2"),
        (
            lambda at: tipping.tips(at, [], ["missing_share"], levels=[2]),
            EstimationError,
            r"must lie in \(0, 1\); got 2",
        ),
        (
            lambda at: tipping.tips(at, [], ["county_error_sd_south"]),
            EstimationError,
            "county_error_sd_south is held fixed",
        ),
        (
            lambda at: tipping.contour(at, STANDARD[0], "city_rate_ratio", "city_rate_ratio"),
            EstimationError,
            "two different entries; got city_rate_ratio",
        ),
        (
            lambda at: tipping.contour(at, STANDARD[0], "city_rate_ratio", "missing_share", points=1),
            EstimationError,
            "two points or more a side; got 1",
        ),
    ],
)
def test_refusals(at, call, error, message):
    with pytest.raises(error, match=message):
        call(at)
