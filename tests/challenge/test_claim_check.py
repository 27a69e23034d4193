import math

import numpy as np
import pandas as pd
import pytest

from estimation.challenge.claims import Claim
from estimation.challenge.rerun.stage import stage
from estimation.challenge.review.claim_check import LEVELS, UNLIKE, _require_comparable, asked, check, tipping_points
from estimation.challenge.review.claims_stated import stated
from estimation.errors import EstimandError, EstimationError
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run as model_run
from estimation.model.region.region import RUNGS


@pytest.fixture(scope="module")
def run(shipped, judgements):
    return model_run(case_of(shipped, judgements), judgements, draws=4_000, seed=3, enforce=False, threads=1)


def test_probabilities_along_the_ladder_are_shares_of_its_draws(run):
    claim = Claim("uyghur", low=1_000_000)
    found = check(run, claim)
    assert [each.rung for each in found.chances] == [*RUNGS, "sources"]
    for each in found.chances[:-1]:
        assert each.probability == pytest.approx(np.mean(run.totals.count("uyghur", each.rung) >= 1_000_000))
    weight = run.weights.share[run.totals.count("uyghur") >= 1_000_000].sum()
    assert found.at("sources").probability == pytest.approx(weight)
    # Weighed draws are worth fewer than there are.
    assert found.at("sources").error > found.at("differences").error


@pytest.mark.parametrize(("low", "high"), [(900_000, math.inf), (0, 900_000), (700_000, 1_500_000)])
def test_a_bound_offered_has_its_probability(small_run, low, high):
    found = check(small_run, Claim("uyghur", low=low, high=high))
    draws = small_run.count("uyghur")
    assert [each.level for each in found.bounds] == list(LEVELS)
    for each in found.bounds:
        held = np.mean((draws >= each.low) & (draws <= each.high))
        assert held == pytest.approx(each.level, abs=0.001)
        assert (each.low == 0) == (low == 0)
        assert (each.high == math.inf) == (high == math.inf)


def test_camp_and_prison_are_parts_of_both(run):
    claim = Claim("uyghur", low=600_000)
    both, camp, prison = (check(run, claim, custody=each) for each in ("camp or prison", "camp", "prison"))
    for rung in ("differences", "sources"):
        assert camp.at(rung).probability <= both.at(rung).probability
        assert prison.at(rung).probability <= both.at(rung).probability
    assert prison.measure == "sentenced"
    assert [each.rung for each in camp.chances] == ["differences", "sources"]
    with pytest.raises(EstimationError, match="the rung must be one that was run; got 'sampling'"):
        camp.at("sampling")


def test_a_ladder_has_no_sources_and_does_not_tell_camp_from_prison(small_run):
    claim = Claim("uyghur", low=1_000_000)
    assert [each.rung for each in check(small_run, claim).chances] == list(RUNGS)
    with pytest.raises(EstimandError, match="camp and prison are told apart where other sources are weighed"):
        check(small_run, claim, custody="camp")


@pytest.mark.parametrize("custody", ["camp or prison", "camp", "prison"])
def test_where_draws_with_sources_come_from_does_not_touch_the_county_alone(run, shipped, judgements, custody):
    case = case_of(shipped, judgements)
    elsewhere = model_run(case, judgements, draws=4_000, seed=3, pilot=2_000, enforce=False, threads=1)
    claim = Claim("uyghur", low=600_000)
    one, other = (check(each, claim, custody=custody).at("differences").probability for each in (run, elsewhere))
    assert one == pytest.approx(other, abs=0.001)


def test_an_unknown_scope_is_refused(run):
    for custody in ("camp or prison", "camp"):
        with pytest.raises(EstimationError, match="the scope must be a known one"):
            check(run, Claim("nobody", low=1), custody=custody)


@pytest.mark.parametrize("measure", list(UNLIKE))
def test_unlike_counts_are_refused_with_the_reason_and_what_can_be_asked(measure):
    with pytest.raises(EstimandError) as refused:
        _require_comparable(measure, "camp or prison")
    assert UNLIKE[measure] in str(refused.value)
    assert "ask about people ever held in a camp or prison, ever held in a camp or sentenced to prison" in str(
        refused.value
    )


@pytest.mark.parametrize(("measure", "custody"), [("ever held", "prison"), ("sentenced", "camp"), ("other", "camp")])
def test_custody_and_measure_that_do_not_go_together(measure, custody):
    with pytest.raises(EstimandError, match="prison is counted by sentences passed in the window"):
        _require_comparable(measure, custody)


@pytest.mark.parametrize(
    ("options", "low", "high", "custody"),
    [
        ({"at_least": 1e6}, 1e6, math.inf, "camp or prison"),
        ({"at_most": 2e6, "custody": "camp"}, 0, 2e6, "camp"),
        ({"between": (1e6, 2e6), "estimand": "ever-held"}, 1e6, 2e6, "camp or prison"),
        # Derivation: within a tenth.
        ({"about": 500_000, "custody": "prison"}, 450_000, 550_000, "prison"),
    ],
)
def test_what_is_asked(options, low, high, custody):
    found = asked("uyghur", **options)
    assert (found.claim.low, found.claim.high, found.custody) == (low, high, custody)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, EstimationError, "a claim has one limit or range; got 0 given"),
        ({"at_least": 1, "at_most": 2}, EstimationError, "a claim has one limit or range; got 2 given"),
        ({"at_least": 0}, EstimationError, "a claim is a range of persons with at least one limit"),
        ({"at_least": math.nan}, EstimationError, "a claim is a range of persons with at least one limit"),
        ({"at_most": -5}, EstimationError, "a claim is a range of persons with at least one limit"),
        ({"between": (2, 1)}, EstimationError, "a claim is a range of persons with at least one limit"),
        ({"at_least": 5, "estimand": "held-on-a-day"}, EstimandError, "on any one day fewer people were held"),
        ({"at_least": 5, "estimand": "capacity"}, EstimandError, "places are not people"),
        ({"at_least": 5, "estimand": "flagged", "custody": "camp"}, EstimandError, "people flagged were not all held"),
    ],
)
def test_what_cannot_be_asked(options, error, message):
    with pytest.raises(error, match=message):
        asked("uyghur", **options)


def test_every_published_figure_is_compared_or_has_its_reason(shipped):
    found, left_out = stated(shipped)
    published = set(shipped.table("published")["estimate_id"])
    compared = {each.name for each in found if each.source_id != "none"}
    assert compared | set(left_out["claim_id"]) == published
    assert compared & set(left_out["claim_id"]) == set()
    assert left_out["reason"].str.len().min() > 10
    # Design, section 4: unverified figures never feed a headline; here they are not even compared.
    status = shipped.table("published").set_index("estimate_id")["verification"]
    assert "unverified" not in set(status[sorted(compared)])
    reasons = left_out.set_index("claim_id")["reason"]
    assert reasons["cerd_1m"].startswith("Counts people held at a moment: on any one day fewer people were held")
    assert reasons["hrw_800k_2018"] == "Its window ends in 2018-01; the totals run to the end of 2018."
    assert left_out.set_index("claim_id")["stated"]["chrd_2_3m"] == "range: 2,000,000 to 3,000,000 persons"


def test_published_claims_have_the_limits_their_sources_state(shipped):
    claims = {each.name: each for each in stated(shipped)[0]}
    # Origin: published.csv, columns value, low, high, bound.
    assert (claims["ext_bbc_1_2m"].claim.low, claims["ext_bbc_1_2m"].claim.high) == (1_200_000, math.inf)
    assert (claims["zenz_jul2019"].claim.low, claims["zenz_jul2019"].claim.high) == (0, 1_500_000)
    assert (claims["zenz_nov2019"].claim.low, claims["zenz_nov2019"].claim.high) == (900_000, 1_800_000)
    assert claims["zenz_nov2019"].custody == "camp"


def test_tipping_points_only_where_totals_can_be_moved(run):
    claim, at = Claim("uyghur", low=1_000_000), stage(run.case, run.register, draws=1_000, seed=1)
    # An entry held fixed has none.
    asked_of = ("missing_share", "county_error_sd_south")
    found = tipping_points(at, check(run, claim), asked_of)
    assert {(tip.entry, tip.level) for tip in found} == {("missing_share", level) for level in LEVELS}
    assert tipping_points(at, check(run, claim, custody="camp"), asked_of) == ()


def test_left_out_has_no_blank(shipped):
    left_out = stated(shipped)[1]
    assert isinstance(left_out, pd.DataFrame)
    assert not (left_out.astype(str).map(str.strip) == "").any().any()
