"""Draws of what goes into the model: entries, observed rates, what is changed and what stays."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import logit

from estimation.errors import AssumptionError, EstimationError
from estimation.evidence.distributions.distributions import Normal
from estimation.model.case.build import case_of
from estimation.model.case.inputs import OBSERVED_Z, SAMPLING, changed, division, draw_inputs, effects
from estimation.model.fit.transfer import fit_areas

DRAWS, SEED = 2_000, 4


@pytest.fixture(scope="module")
def case(shipped, judgements):
    return case_of(shipped, judgements)


@pytest.fixture(scope="module")
def inputs(case, judgements):
    return draw_inputs(case, judgements, DRAWS, SEED)


def several(case):
    """The same region with three observed areas, no flaws of the record and no sources."""
    region = replace(case.region, observed=np.array([3, 40, 41]))
    counts, people = np.array([900, 2_000, 300]), np.array([9_000, 16_000, 5_000])
    return replace(
        case,
        region=region,
        counts=counts,
        populations=people,
        mend=lambda share, drawn: share * (1 - np.asarray(drawn["missing_share"])[:, None]),
        sources=(),
        custody=None,
    )


def test_one_observed_area_has_a_beta_share_and_leaves_the_rest_at_its_prior(case, judgements, inputs):
    # METHODS eq. 21.
    assert inputs[SAMPLING].shape == (DRAWS, 1)
    beta = stats.beta(22_762, case.populations[0] - 22_762)
    assert stats.kstest(inputs[SAMPLING][:, 0], beta.cdf).pvalue > 0.001
    assert stats.kstest(inputs[OBSERVED_Z], "norm").pvalue > 0.001
    spread = judgements["between_county_sd"].distribution
    at = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(np.mean(inputs["between_county_sd"][:, None] < spread.ppf(at), axis=0), at, atol=0.04)
    names = (SAMPLING, OBSERVED_Z, "between_county_sd")
    columns = np.column_stack([inputs[name].reshape(DRAWS) for name in names])
    ranks = stats.spearmanr(columns).statistic
    assert np.all(np.abs(ranks[np.triu_indices(3, 1)]) < 4 / np.sqrt(DRAWS))


def test_every_entry_is_drawn_from_a_stream_of_its_own(case, judgements, inputs):
    assert set(inputs) == {entry.id for entry in judgements.values()} | {SAMPLING, OBSERVED_Z}
    other = draw_inputs(case, judgements.override(city_rate_ratio=0.5), DRAWS, SEED)
    assert {name for name in inputs if not np.array_equal(inputs[name], other[name])} == {"city_rate_ratio"}
    rows = np.array([3, 77, 1_500])
    some = draw_inputs(case, judgements, DRAWS, SEED, rows=rows)
    for name, values in inputs.items():
        np.testing.assert_array_equal(some[name], values[rows])


def test_a_change_is_a_run_with_that_entry(case, judgements, inputs):
    for entries in ({"selection_shift": 1.0}, {"selection_shift": Normal(0.5, 0.2)}, {"between_county_sd": 0.4}):
        found = changed(case, judgements, inputs, entries, DRAWS, SEED)
        expected = draw_inputs(case, judgements.override(**entries), DRAWS, SEED)
        assert set(found) == set(expected)
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values)
    with pytest.raises(AssumptionError):
        changed(case, judgements, inputs, {"no_such_entry": 1.0}, DRAWS, SEED)


def test_a_change_of_the_spread_fits_several_observed_areas_anew(case, judgements):
    more = several(case)
    before = draw_inputs(more, judgements, DRAWS, SEED)
    found = changed(more, judgements, before, {"between_county_sd": 0.3}, DRAWS, SEED)
    np.testing.assert_array_equal(found["between_county_sd"], 0.3)
    expected = draw_inputs(more, judgements.override(between_county_sd=0.3), DRAWS, SEED)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)
    # Another entry leaves the fit as it was.
    same = changed(more, judgements, before, {"city_rate_ratio": 0.5}, DRAWS, SEED)
    np.testing.assert_array_equal(same[SAMPLING], before[SAMPLING])


@pytest.mark.parametrize("observed", [slice(1), slice(2), slice(3)])
def test_some_draws_of_a_change_are_those_draws(case, judgements, observed):
    more = several(case)
    used = replace(
        more,
        region=replace(more.region, observed=more.region.observed[observed]),
        counts=more.counts[observed],
        populations=more.populations[observed],
    )
    rows = np.array([3, 77, 1_500])
    for entries in ({"between_county_sd": 0.3}, {"selection_shift": Normal(0.5, 0.2)}):
        whole = changed(used, judgements, draw_inputs(used, judgements, DRAWS, SEED), entries, DRAWS, SEED)
        some = draw_inputs(used, judgements, DRAWS, SEED, rows=rows)
        some = changed(used, judgements, some, entries, DRAWS, SEED, rows=rows)
        for name, values in whole.items():
            np.testing.assert_array_equal(some[name], values[rows])
    # Two areas and more are fitted anew with another spread.
    before = draw_inputs(used, judgements, DRAWS, SEED)
    after = changed(used, judgements, before, {"between_county_sd": 0.3}, DRAWS, SEED)
    assert np.array_equal(after[SAMPLING], before[SAMPLING]) == (used.counts.size == 1)


def test_a_change_of_the_spread_leaves_a_single_areas_rate_as_it_was_given(case, judgements, inputs):
    given = {**inputs, SAMPLING: np.full((DRAWS, 1), 0.12)}
    found = changed(case, judgements, given, {"between_county_sd": 0.4}, DRAWS, SEED)
    np.testing.assert_array_equal(found[SAMPLING], 0.12)


@pytest.mark.parametrize("kappa", [-1.0, 0.0, 1.5])
def test_selection_moves_the_centre_by_kappa_spreads(case, judgements, inputs, kappa):
    # METHODS eq. 37 with one observed area: m = theta - s (e + kappa).
    drawn = effects(case, {**inputs, "selection_shift": np.full(DRAWS, kappa)})
    none = effects(case, {**inputs, "selection_shift": np.zeros(DRAWS)})
    np.testing.assert_allclose(none.centre - drawn.centre, kappa * inputs["between_county_sd"], atol=1e-9)
    np.testing.assert_allclose(
        none.centre, drawn.logits[:, 0] - inputs["between_county_sd"] * inputs[OBSERVED_Z], rtol=1e-12
    )


def test_centre_of_several_observed_areas_is_that_of_the_fit_moved_by_the_flaws_and_selection(case, judgements):
    """METHODS eq. 37: m = m' + mean(theta_j - theta'_j) - kappa s, with m', s and theta' of the fit (13)-(15).

    m' has here the distribution that a fit with random numbers of its own gives, and all areas lose the same people.
    """
    more = several(case)
    register = judgements.override(missing_share=0.1, selection_shift=0.7, between_county_sd=0.5)
    inputs = draw_inputs(more, register, DRAWS, SEED)
    drawn = effects(more, inputs)
    moved = (logit(0.9 * inputs[SAMPLING]) - logit(inputs[SAMPLING])).mean(axis=1)
    before = drawn.centre - moved + 0.7 * 0.5
    fit = fit_areas(more.counts, more.populations, spread_prior=0.5, centre_prior=None)
    own = fit.draw(DRAWS, np.random.default_rng(17))
    assert stats.ks_2samp(before, own.centre).pvalue > 0.001
    for area in range(3):
        assert stats.ks_2samp(inputs[SAMPLING][:, area], 1 / (1 + np.exp(-own.observed_logits[:, area]))).pvalue > 0.001
    # The centre and the areas belong together: their distance has the fit's spread of it.
    mine, theirs = (
        centre - logits.mean(axis=1)
        for centre, logits in ((before, logit(inputs[SAMPLING])), (own.centre, own.observed_logits))
    )
    assert stats.ks_2samp(mine, theirs).pvalue > 0.001


def test_no_spread_leaves_several_observed_areas_on_their_centre(case, judgements):
    inputs = draw_inputs(several(case), judgements.override(between_county_sd=0.0), DRAWS, SEED)
    np.testing.assert_array_equal(inputs[OBSERVED_Z], 0.0)
    np.testing.assert_allclose(inputs[SAMPLING], inputs[SAMPLING][:, :1].repeat(3, axis=1), rtol=1e-9)


def test_rates_of_several_observed_areas_are_averaged_by_those_whose_rates_they_are(case, judgements):
    # METHODS eq. 43: as counted by the people counted among, mended by people of the first group.
    more = several(case)
    inputs = draw_inputs(more, judgements, DRAWS, SEED)
    found = effects(more, inputs)
    expected = inputs[SAMPLING] @ np.array([9_000, 16_000, 5_000]) / 30_000
    np.testing.assert_allclose(found.counted, expected, rtol=1e-12)
    people = more.region.adults[[3, 40, 41], 0]
    expected = more.mend(inputs[SAMPLING], inputs) @ (people / people.sum())
    np.testing.assert_allclose(found.rate, expected, rtol=1e-12)


def test_division_is_the_list_inside_over_the_count(case, inputs):
    # METHODS eq. 48, with the 22,762 people counted in the county.
    found = division(case, inputs)
    share = inputs["county_prison_count"] * inputs["prison_list_inside"] / 22_762
    np.testing.assert_allclose(found.observed_logit, np.log(share / (1 - share)), rtol=1e-12)
    np.testing.assert_array_equal(found.spread, inputs["composition_sd"])
    np.testing.assert_array_equal(found.correlation, inputs["composition_correlation"])
    np.testing.assert_array_equal(found.shift, inputs["composition_shift"])
    assert division(replace(case, custody=None), inputs) is None


def test_more_sentenced_than_held_is_refused(case, inputs):
    many = {**inputs, "county_prison_count": np.full(DRAWS, 60_000.0)}
    with pytest.raises(EstimationError, match="people sentenced must be fewer than people ever held"):
        division(case, many)


def test_as_many_sentenced_as_held_is_refused(case, inputs):
    # 22,762 of 22,762 are a share of 1; two fewer are below it.
    for count, refused in ((22_762.0, True), (22_760.0, False), (30_000.0, True)):
        given = {**inputs, "county_prison_count": np.full(DRAWS, count), "prison_list_inside": np.ones(DRAWS)}
        if refused:
            with pytest.raises(EstimationError, match="fewer than people ever held"):
                division(case, given)
        else:
            assert np.isfinite(division(case, given).observed_logit).all()


@pytest.mark.parametrize("count", [1, 9])
def test_one_person_counted_or_not_is_enough(case, judgements, count):
    few = replace(case, counts=np.array([count]), populations=np.array([10]))
    share = draw_inputs(few, judgements, DRAWS, SEED)[SAMPLING]
    # Beta(1, 9) and Beta(9, 1) have the mean 0.1 and 0.9 and the SD sqrt(0.09 / 11) = 0.0905.
    assert share.mean() == pytest.approx(count / 10, abs=4 * 0.0905 / np.sqrt(DRAWS))


def test_effects_have_the_cases_factors_and_entries(case, inputs):
    drawn = effects(case, inputs)
    core, other = case.factors(inputs)
    np.testing.assert_array_equal(drawn.core_factor, core)
    np.testing.assert_array_equal(drawn.other_factor, other)
    assert not np.array_equal(drawn.core_factor, drawn.other_factor)
    np.testing.assert_array_equal(drawn.area_error_sd, case.area_error_sd)
    np.testing.assert_array_equal(drawn.spread, inputs["between_county_sd"])
    np.testing.assert_array_equal(drawn.parent_share, inputs["between_prefecture_share"])
    # METHODS eq. 40: the log-odds that a ratio of rates adds at the observed rate.
    rate = case.mend(inputs[SAMPLING], inputs)[:, 0]
    np.testing.assert_allclose(drawn.rate, rate, rtol=1e-12)
    entries = ("north_east_rate_ratio", "city_rate_ratio", "kazakh_rate_ratio", "other_minority_rate_ratio")
    found = (drawn.distant, drawn.city, drawn.group[:, 1], drawn.group[:, 4])
    for entry, added in zip(entries, found, strict=True):
        np.testing.assert_allclose(added, logit(inputs[entry] * rate) - logit(rate), rtol=1e-9, atol=1e-12)
    assert not drawn.group[:, 0].any()


@pytest.mark.parametrize("count", [0, 10])
def test_nobody_or_everybody_in_the_one_observed_area_is_refused(case, judgements, count):
    with pytest.raises(EstimationError, match=r"must have somebody counted and somebody not; got \d+ of 10"):
        draw_inputs(replace(case, counts=np.array([count]), populations=np.array([10])), judgements, DRAWS, SEED)


def test_a_mended_share_of_everybody_is_refused(case, inputs):
    with pytest.raises(EstimationError, match="must stay below 1 under every draw of the record's flaws; got 1"):
        effects(case, {**inputs, "missing_share": np.full(DRAWS, 0.9)})


def test_a_case_without_differences_has_none(case, inputs):
    plain = effects(replace(case, elsewhere=None, city=None), inputs)
    assert not plain.distant.any()
    assert not plain.city.any()
