import numpy as np
import pytest
from shipped_case import STANDARD

from estimation.challenge import claims
from estimation.challenge.claims import Claim
from estimation.challenge.rerun import areas, replay
from estimation.challenge.sensitivity import tipping, tornado
from estimation.errors import EstimandError, EstimationError


@pytest.fixture(scope="module")
def at(shipped, judgements):
    return tornado.stage(replay.build(shipped, judgements), judgements, draws=4_000, seed=1)


@pytest.fixture(scope="module")
def found(at):
    entries = ("between_county_sd", "selection_shift", "missing_share", "north_east_rate_ratio")
    return tipping.tips(at, STANDARD, entries)


def test_points_plug_back(at, found):
    # The claim has its level at the value and loses it a step further, on the same random numbers and on others.
    crossed = [tip for tip in found if tip.value is not None]
    assert len(crossed) > 8
    other = tornado.stage(at.world, at.register, draws=20_000, seed=99)
    for tip in crossed:
        column = at.column(tip.claim.scope)
        again = tip.claim.probability(at.totals(**{tip.entry: tip.value})[:, column])
        assert again == tip.probability >= tip.level
        step = 2e-4 * (tip.high - tip.low) * (1 if tip.reached == "below" else -1)
        assert tip.claim.probability(at.totals(**{tip.entry: tip.value + step})[:, column]) < tip.level + 0.003
        elsewhere = tip.claim.probability(other.totals(**{tip.entry: tip.value})[:, column])
        assert elsewhere == pytest.approx(tip.level, abs=4.5 * tip.probability_error + 0.002)


def test_never_and_always_are_said(found):
    missing = {(tip.claim, tip.level): tip for tip in found if tip.entry == "missing_share"}
    never = missing[STANDARD[0], 0.95]
    assert (never.value, never.reached) == (None, "never")
    assert never.probability < 0.95
    always = missing[STANDARD[4], 0.5]
    assert (always.value, always.reached) == (None, "always")


def test_a_case_with_a_known_answer(shipped, judgements):
    # Derivation: with places alike and ratios 1, the total is in proportion to 1 / (1 - missing): it reaches 1.05 times
    # its value at missing = 0.05 at missing = 1 - 0.95 / 1.05. Other uncertainty is taken out.
    fixed = {key: entry.distribution.median() for key, entry in judgements.items()}
    fixed |= {key: 1.0 for key in judgements if key.endswith("rate_ratio")}
    del fixed["missing_share"]
    register = judgements.override(**(fixed | {"between_county_sd": 0.0, "selection_shift": 0.0}))
    at = tornado.stage(replay.build(shipped, register), register, draws=4_000, seed=1)
    at = tornado.Stage(
        at.world,
        register,
        {**at.inputs, replay.SAMPLING: np.full(4_000, 0.125)},
        areas.Places(at.places.between, at.places.within, np.ones_like(at.places.people)),
        4_000,
        1,
    )
    claim = Claim("uyghur", low=1.05 * float(at.totals(missing_share=0.05)[0, at.column("uyghur")]))
    tip = tipping.tips(at, [claim], ["missing_share"], levels=[0.5])[0]
    assert (tip.reached, tip.value) == ("above", pytest.approx(1 - 0.95 / 1.05, abs=5e-5))


def test_table_names_units_and_says_why_a_number_is_missing(found, judgements):
    table = tipping.table(found, judgements)
    assert not table.drop(columns=["value", "high"]).isna().any().any()
    assert (table["value"].isna() == table["reached"].isin(["never", "always"])).all()
    assert (table["high"].isna() == table["sides"].eq("at least")).all()
    assert set(table["unit"]) == {"log-odds", "SDs", "share", "ratio"}
    assert {"never", "above"} <= set(table["reached"])


def test_contour_agrees_with_single_runs(at):
    table = tipping.contour(at, STANDARD[2], "between_county_sd", "selection_shift", points=3)
    assert len(table) == 9
    row = table.iloc[4]
    values = {"between_county_sd": row["between_county_sd"], "selection_shift": row["selection_shift"]}
    assert row["probability"] == STANDARD[2].probability(at.totals(**values)[:, at.column("uyghur")])
    falling = table[table["between_county_sd"] == row["between_county_sd"]]["probability"].diff().dropna()
    assert (falling <= 0).all()


def test_published_claims_are_of_one_kind(shipped):
    found = claims.published(shipped.table("published"), scope="turkic")
    assert {claim.label for claim in found} >= {"BBC 2022: county rate carried to the region"}
    assert all("CHRD" not in claim.label for claim in found)
    both = claims.published(shipped.table("published"), scope="turkic", custody=("yes", "no", "unclear"))
    assert len(both) > len(found)
    assert any(claim.label.endswith("[camps alone]") for claim in both)
    assert not any("in each system" in claim.label for claim in both)
    assert {claim.sides() for claim in both} == {"at least", "at most", "between"}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda at: Claim("x"), EstimationError, "with at least one limit; got 0 to inf"),
        (lambda at: Claim("x", low=3, high=2), EstimationError, "got 3 to 2"),
        (lambda at: Claim("x", low=1, measure="held at a moment"), EstimandError, "as the totals do; got held at a"),
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
