"""A stage against runs: of the same seed to the last digit, of another seed within the errors of both."""

from dataclasses import replace

import numpy as np
import pytest
from other_sources import loaded, row, write
from shipped_case import SCOPES

from estimation.challenge.rerun.stage import Stage, stage, stage_with_sources
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Normal, Uniform
from estimation.model.case.build import case_of
from estimation.model.case.inputs import FITTED, OBSERVED_Z, SAMPLING
from estimation.model.ladder.kernel import totals
from estimation.model.ladder.ladder import run
from estimation.model.ladder.proposal import PRIOR
from estimation.model.region.region import RUNGS, SOURCES
from estimation.model.synthesis.other_sources import POINTS, powers

DRAWS, SEED = 1_200, 3
RUNGS_OF_TOTALS = tuple(rung for rung in RUNGS if rung != "spread")
"""Rungs that totals have without being asked for the whole ladder."""


@pytest.fixture(scope="module")
def case(shipped, judgements):
    return case_of(shipped, judgements)


@pytest.fixture(scope="module")
def at(case, judgements):
    return stage(case, judgements, draws=DRAWS, seed=SEED)


def every(case, register, draws=DRAWS, **options) -> Stage:
    """A stage with sources that keeps every draw."""
    return stage_with_sources(case, register, draws=draws, seed=SEED, points=POINTS, **options)


@pytest.fixture(scope="module")
def weighed(case, judgements):
    return every(case, judgements)


# --- the same random numbers: kept for a stage, made anew for a run ---------------------------------------------------


@pytest.mark.parametrize("basis", ["registered", "resident"])
def test_totals_are_those_of_a_run_of_the_seed(shipped, judgements, basis):
    case = case_of(shipped, judgements, basis=basis)
    found = stage(case, judgements, draws=DRAWS, seed=SEED).totals()
    again = run(case, judgements, draws=DRAWS, seed=SEED, sources=False, threads=2)
    for scope in SCOPES:
        for rung in RUNGS_OF_TOTALS:
            np.testing.assert_array_equal(found.count(scope.name, rung), again.count(scope.name, rung))
        np.testing.assert_array_equal(found.people(scope.name), again.totals.people(scope.name))


@pytest.mark.parametrize(
    "entries",
    [
        {"selection_shift": 1.0},
        {"between_county_sd": 0.4},
        {"missing_share": Uniform(0.1, 0.2)},
        {"selection_shift": Normal(0.5, 1.0), "city_rate_ratio": 0.0},
    ],
)
def test_a_setting_moved_is_a_run_of_the_register_with_it(at, entries):
    again = run(at.case, at.register.override(**entries), draws=DRAWS, seed=SEED, sources=False)
    np.testing.assert_array_equal(at.totals(entries).count("turkic"), again.count("turkic"))
    np.testing.assert_array_equal(at.sample("turkic", entries).values, again.count("turkic"))
    assert at.sample("turkic", entries).effective == DRAWS


@pytest.mark.parametrize("entries", [{}, {"composition_sd": 1.2}, {"camp_before_prison": 0.5}, {"coverage_court": 0.7}])
def test_with_every_draw_kept_weights_are_those_of_a_run_of_the_seed(weighed, entries):
    again = run(weighed.case, weighed.register.override(**entries), draws=DRAWS, seed=SEED, enforce=False)
    found = weighed.totals(entries)
    np.testing.assert_array_equal(found.prison("turkic"), again.totals.prison("turkic"))
    seen = weighed.likelihood(found)
    for kinds in (None, ("court",), ("phone", "village")):
        power = powers(seen.kinds, kinds=kinds)
        np.testing.assert_allclose(seen.log(power), again.likelihood.log(power), rtol=1e-12)


def test_draws_of_a_pilot_are_weighed_back_to_the_prior(case, judgements):
    # Derivation: the mean of prior over proposal is 1, and weighed means of the scores are those of standard normals.
    at = stage_with_sources(case, judgements, pilot=2_000, draws=20_000, seed=SEED)
    weights = np.exp(at.base)
    assert weights.max() <= 1 / PRIOR
    assert weights.mean() == pytest.approx(1, abs=4 * weights.std() / np.sqrt(at.draws))
    for values in at.scores.values():
        for power in (1, 2):
            moment = weights * values**power
            assert moment.mean() == pytest.approx(power - 1, abs=4 * moment.std() / np.sqrt(at.draws))
    # A setting moved is on the entry's own scores.
    (name, scores), *_ = at.scores.items()
    moved = at.changed({name: judgements[name].distribution})[name] if name in judgements else at.inputs[name]
    np.testing.assert_array_equal(moved, at.inputs[name])
    assert at.draws == scores.size == 20_000


def test_another_case_is_drawn_at_the_same_scores(shipped, judgements, case):
    # Weights make up for where scores were drawn, so every case that they weigh has to be drawn there.
    at = stage_with_sources(case, judgements, pilot=6_000, draws=1_000, seed=SEED)
    other = at.of_case(case_of(shipped, judgements, basis="resident"))
    assert OBSERVED_Z in at.scores
    for name in {*at.inputs} - {*FITTED} | {*at.scores}:
        np.testing.assert_array_equal(other.inputs[name], at.inputs[name])
    again = other.of_case(case)
    np.testing.assert_array_equal(again.totals().count("turkic"), at.totals().count("turkic"))
    assert (other.totals().count("turkic") != at.totals().count("turkic")).all()


def test_threads_do_not_matter_and_rates_of_nothing_are_allowed(case, judgements):
    register = judgements.override(hui_rate_ratio=0.0, north_east_rate_ratio=0.0, between_county_sd=9.0)
    at = every(case, register)
    one, two = (totals(case, register, at.inputs, at.numbers, sources=True, threads=threads).held for threads in (1, 2))
    for name in ("either", "prison", "people"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        assert np.isfinite(getattr(one, name)).all()
    found = at.totals()
    np.testing.assert_array_equal(found.count("turkic"), found.count("turkic_hui"))


# --- other random numbers ---------------------------------------------------------------------------------------------


def quantiles(weights, values, at):
    order = np.argsort(values)
    return values[order][np.searchsorted(np.cumsum(weights.share[order]), at)]


@pytest.fixture(scope="module")
def chosen(case, judgements):
    looks = ({}, {"selection_shift": 0.5})
    return stage_with_sources(case, judgements, pilot=10_000, draws=6_000, seed=2, looks=looks, points=POINTS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kinds", "entries"),
    [
        (("phone", "village", "table", "capacity", "court"), {}),
        (("phone", "village"), {}),
        (("court",), {}),
        (None, {"selection_shift": 0.5}),
        (None, {"bias_table": 0.2, "between_county_sd": 0.6}),
    ],
)
def test_draws_chosen_give_the_answer_of_a_large_run(case, judgements, chosen, kinds, entries):
    found = chosen.totals(entries)
    seen = chosen.likelihood(found)
    weights = seen.weigh(powers(seen.kinds, kinds=kinds), enforce=False)
    other = run(case, judgements.override(**entries), draws=40_000, seed=7, kinds=kinds, enforce=False)
    for scope in ("uyghur", "turkic"):
        for level in (0.1, 0.5, 0.9):
            ours = quantiles(weights, found.count(scope), level)
            theirs = np.quantile(other.count(scope), level)
            # Standard error of a quantile of logs near normal, from the effective draws of both; four of them.
            spread = np.log(np.divide(*np.quantile(other.count(scope), [0.84, 0.16]))) / 2
            both = 1 / weights.effective + 1 / other.weights.effective
            assert abs(np.log(ours / theirs)) < 4 * 1.7 * spread * np.sqrt(both), (scope, level)


# --- a case of its own ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(shipped, tmp_path_factory):
    rows = (row("one", 12000), row("two", 0.05, unit="share", area="Upper Exampleland", kind="court"))
    place = write(tmp_path_factory.mktemp("case"), *rows, kinds=("survey", "court"))
    return loaded(place, shipped.table("reference_sets"))[1:]


@pytest.mark.parametrize("entries", [{}, {"bias_survey": -0.4}, {"between_county_sd": 0.4}])
def test_a_case_with_sources_gives_the_draws_of_its_run(own, entries):
    case, register = own
    at = every(case, register, draws=4_000)
    again = run(case, register.override(**entries), draws=4_000, seed=SEED)
    sample = at.sample("everyone", entries)
    np.testing.assert_array_equal(sample.values, again.totals.count("everyone"))
    np.testing.assert_allclose(sample.weights.share, again.weights.share, rtol=1e-9)
    assert sample.effective == pytest.approx(again.weights.effective, rel=1e-12)
    assert (at.rung, stage(case, register, draws=1_000, seed=1).rung) == (SOURCES, RUNGS[-1])
    assert {"bias_survey", "uninformative_court"} <= set(at.entries)
    assert not {"bias_survey", "uninformative_court"} & set(stage(case, register, draws=1_000, seed=1).entries)


@pytest.mark.parametrize("entries", [{}, {"between_county_sd": 0.4}, {"between_county_sd": Uniform(0.1, 2.0)}])
def test_a_stage_of_several_observed_areas_gives_the_totals_of_its_run(own, entries):
    case, register = own
    several = replace(
        case,
        region=replace(case.region, observed=np.array([0, 1])),
        counts=np.array([30, 400]),
        populations=np.array([1000, 9000]),
        mend=lambda share, drawn: share,
        sources=(),
    )
    at = stage(several, register, draws=1_000, seed=5)
    again = run(several, register.override(**entries), draws=1_000, seed=5)
    np.testing.assert_array_equal(at.totals(entries).count("everyone"), again.count("everyone"))


def test_weights_that_cannot_be_relied_on_give_no_sample(own):
    # A survey that is never silent and said 4 log units too little contradicts the count.
    case, register = own
    sharp = replace(case, sources=tuple(replace(source, log_sd=0.05) for source in case.sources))
    at = every(sharp, register.override(uninformative_survey=0.0, uninformative_court=0.0))
    assert at.sample("everyone", {"bias_survey": -4.0}) is None
    assert at.samples(("everyone", "everyone"), {"bias_survey": -4.0}) == [None, None]


# --- by derivation ----------------------------------------------------------------------------------------------------


def test_places_alike_give_the_observed_share_times_the_people(case, judgements):
    # Derivation: without spread and with ratios of 1 everybody has the observed rate.
    alike = {name: 1.0 for name in judgements if name.endswith("rate_ratio")}
    register = judgements.override(between_county_sd=0.0, **alike)
    at = stage(case, register, draws=1_000, seed=1)
    at = replace(at, numbers=replace(at.numbers, errors=np.zeros_like(at.numbers.errors)))
    scope = SCOPES[0]
    assert (scope.core_only, scope.groups) == (True, (case.region.groups[0],))
    core = case.region.adults[case.region.core, 0].sum()
    south = case.factors(at.inputs)[0]
    expected = case.mend(at.inputs[SAMPLING], at.inputs)[:, 0] * core * south
    np.testing.assert_allclose(at.totals().count(scope.name), expected, rtol=2e-6)


def test_without_spread_of_division_every_part_divides_as_the_county_does(weighed):
    found = weighed.totals({"composition_sd": 0.0})
    inputs = weighed.inputs
    share = inputs["county_prison_count"] * inputs["prison_list_inside"] / weighed.case.custody.observed_count
    np.testing.assert_allclose(
        found.held.prison / found.held.either, np.broadcast_to(share[:, None], found.held.either.shape), rtol=1e-5
    )


def test_changing_nothing_changes_nothing_and_a_fixed_value_is_that_value(at, judgements):
    same = at.totals({"missing_share": judgements["missing_share"].distribution})
    np.testing.assert_array_equal(same.held.either, at.totals().held.either)
    assert set(at.changed({"missing_share": 0.02})["missing_share"]) == {0.02}


def test_refusals(shipped, judgements, at, weighed):
    with pytest.raises(EstimationError, match=r"known for adults of 18 only; got 15\. Do this: use --basis resident"):
        case_of(shipped, judgements, adult_age=15)
    other = stage(case_of(shipped, judgements, basis="resident", adult_age=15), judgements, draws=1_000, seed=1)
    assert np.isfinite(other.totals().held.either).all()
    with pytest.raises(EstimationError, match="a stage needs at least 1000 draws; got 10"):
        stage(at.case, judgements, draws=10, seed=1)
    with pytest.raises(EstimationError, match="a stage needs at least 1000 draws; got 10"):
        stage_with_sources(at.case, judgements, draws=10, seed=1)
    with pytest.raises(EstimationError, match=r"must stay below 1 under every draw of the record's flaws; got 1\."):
        at.totals({"missing_share": 0.9})
    with pytest.raises(EstimationError, match="people sentenced must be fewer than people ever held"):
        weighed.totals(inputs={**weighed.inputs, "county_prison_count": np.full(DRAWS, 30_000.0)})
    with pytest.raises(EstimationError, match="the scope must be a known one; got 'all'"):
        at.sample("all")
