"""Draws from a proposal: the same answer as draws of the prior, from far fewer."""

import numpy as np
import pytest
from scipy import special

from estimation.model.case.build import case_of
from estimation.model.case.inputs import OBSERVED_Z
from estimation.model.ladder import kernel
from estimation.model.ladder.ladder import run
from estimation.model.ladder.proposal import NOTHING, PRIOR, SIZE, WIDER, Proposal, _fit, _input_scores, fitted
from estimation.model.ladder.thinning import systematic
from estimation.model.region.random_numbers import Stream, Tilted, keep
from estimation.model.synthesis.weights import weigh


@pytest.fixture(scope="module")
def case(shipped, judgements):
    return case_of(shipped, judgements)


@pytest.fixture(scope="module")
def made():
    means = np.array([[1.0, -0.5], [-2.0, 0.0]])
    factors = np.array([[[0.8, 0.0], [0.3, 0.6]], [[0.5, 0.0], [0.0, 1.2]]])
    return Proposal((OBSERVED_Z, ("rates", "areas", 3)), means, factors)


def test_draws_follow_the_mixture_and_carry_the_ratio_of_densities(made):
    # Moments of a mixture by hand: shares 0.2, 0.4, 0.4 of means 0, 1, -2 and of variances 1, 0.64, 0.25 about them.
    drawn = made.draw(200_000, 4)
    first = drawn.inputs[OBSERVED_Z]
    mean = 0.4 * 1.0 + 0.4 * -2.0
    assert first.mean() == pytest.approx(mean, abs=0.02)
    second = 0.2 * 1 + 0.4 * (0.64 + 1) + 0.4 * (0.25 + 4)
    assert (first**2).mean() == pytest.approx(second, abs=0.04)

    # The ratio at single draws, with densities of normals written out.
    def normal(x, mean, factor):
        away = np.linalg.solve(factor, x - mean)
        return np.exp(-away @ away / 2) / (2 * np.pi * np.prod(np.diag(factor)))

    for row in (0, 1, 2, 3, 17):
        x = np.array([first[row], drawn.areas["rates", "areas", 3][row]])
        prior = normal(x, np.zeros(2), np.eye(2))
        mixed = sum(normal(x, mean, factor) for mean, factor in zip(made.means, made.factors, strict=True)) / 2
        expected = np.log(prior / (PRIOR * prior + (1 - PRIOR) * mixed))
        assert drawn.base[row] == pytest.approx(expected, rel=1e-9)


def test_without_a_pilot_it_is_the_prior(case, judgements):
    assert fitted(case, judgements, pilot=0, seed=1) is NOTHING
    drawn = NOTHING.draw(1_000, 1)
    assert not drawn.inputs
    assert not drawn.areas
    assert (drawn.base == 0).all()


def test_a_fit_has_the_weighted_moments_of_the_scores_that_move_most():
    # By hand: weights 1/2, 1/4, 1/4 of three draws; "flat" is not moved from mean 0 and variance 1 and comes last.
    share = np.array([0.5, 0.25, 0.25])
    scores = {"flat": np.array([1.0, -1.0, -1.0]), "near": np.array([0.0, 1.0, -1.0]), "far": np.array([2.0, 4.0, 4.0])}
    found = _fit(scores, [share])
    # |mean| + |log variance| / 2: far 3 + 0 (variance 1), near 0 + log(2) / 2 (variance 1/2), flat 0 + 0.
    assert found.names == ("far", "near", "flat")
    np.testing.assert_allclose(found.means, [[3.0, 0.0, 0.0]], atol=1e-12)
    covariance = np.array([[1.0, 0.0, -1.0], [0.0, 0.5, 0.0], [-1.0, 0.0, 1.0]])
    made = found.factors[0] @ found.factors[0].T
    np.testing.assert_allclose(made, WIDER * covariance + 1e-6 * np.eye(3), atol=1e-12)
    # A score that one of two sets of weights moves counts by that one; no more than SIZE are kept.
    many = {f"number {at}": np.array([0.0, at / 10, -at / 10]) for at in range(1, SIZE + 5)}
    both = _fit(many, [np.full(3, 1 / 3), np.array([0.0, 0.5, 0.5])])
    assert len(both.names) == SIZE
    assert both.means.shape == (2, SIZE)


def test_scores_of_inputs_are_the_numbers_behind_them(case, judgements):
    scores = dict(_input_scores(case, judgements, 500, 7))
    drawn = judgements.draw(500, 7)
    assert not set(scores) & set(case.own)
    for name in ("selection_shift", "composition_sd", "between_county_sd"):
        np.testing.assert_allclose(
            judgements[name].distribution.ppf(special.ndtr(scores[name])), drawn[name], rtol=1e-6
        )


def test_a_small_run_is_the_model_on_scores_of_the_proposal(case, judgements):
    seen = []
    found = run(case, judgements, draws=1_000, seed=5, pilot=1_000, enforce=False, progress=seen.append)
    assert sum(seen) == 1_000
    drawn = fitted(case, judgements, pilot=1_000, seed=5).draw(1_000, 5)
    assert len(drawn.inputs) + len(drawn.areas) == SIZE
    for name, scores in drawn.inputs.items():
        if name in judgements:
            expected = judgements[name].distribution.ppf(special.ndtr(scores))
            np.testing.assert_allclose(found.inputs[name], expected, rtol=1e-9)
    numbers = Tilted(Stream(5), drawn.areas)
    again = kernel.totals(case, judgements, found.inputs, numbers, ladder=True, sources=True)
    np.testing.assert_array_equal(found.totals.held.either, again.held.either)
    np.testing.assert_array_equal(found.totals.held.prison, again.held.prison)
    logs = kernel.likelihood(again).log(found.power) + drawn.base
    np.testing.assert_allclose(found.weights.share, weigh(logs, enforce=False).share, rtol=1e-9)
    for area, scores in keep(numbers, case.region, 1_000, prison=True).scores():
        if area in drawn.areas:
            np.testing.assert_allclose(scores, drawn.areas[area], rtol=1e-6)
    # Another look adds a distribution; without sources there is none to draw from.
    two = fitted(case, judgements, pilot=1_000, seed=5, looks=({}, {"between_county_sd": 1.5}))
    assert two.means.shape == (2, SIZE)
    assert run(case, judgements, draws=1_000, seed=5, pilot=1_000, sources=False).before is None
    every = [source.name for source in case.sources]
    assert run(case, judgements, draws=1_000, seed=5, pilot=1_000, without=every).before is None
    # The rungs before are of the prior's draws, and rows of the table are of their own rung.
    assert found.before is not None
    table = found.table(levels=(0.8,)).set_index(["scope", "rung"])
    for rung in ("record", "sources"):
        row = table.loc[("uyghur", rung)]
        assert row["share_median"] == found.shares("uyghur", rung).quantile(0.5)[0]
        assert row["count_median"] == found.counts("uyghur", rung).quantile(0.5)[0]
        assert row["count_median"] == pytest.approx(np.quantile(found.count("uyghur", rung), 0.5), rel=1e-2)
        assert row["observed"] == case.observed


def test_systematic_rows_are_those_whose_chances_pass_a_whole_number():
    chance = np.array([1.0, 0.5, 0.5, 0.25, 1.0, 0.75])
    rng = np.random.default_rng(3)
    kept = [systematic(chance, rng) for _ in range(400)]
    assert {rows.size for rows in kept} == {4}
    share = np.array([sum(at in rows for rows in kept) for at in range(6)]) / 400
    np.testing.assert_allclose(share, chance, atol=0.1)


@pytest.mark.slow
def test_the_answer_is_that_of_the_prior_and_worth_more(case, judgements):
    plain = run(case, judgements, draws=200_000, seed=21)
    found = run(case, judgements, draws=20_000, seed=22, pilot=10_000)
    # In a run of 100,000 draws 14 percent were effective, against 1.5 percent of draws of the prior.
    assert found.weights.effective / 20_000 > 5 * plain.weights.effective / 200_000
    assert found.before is not None
    for scope in ("uyghur", "turkic"):
        values, weights = found.totals.count(scope), found.weights.share
        for level in (0.025, 0.1, 0.5, 0.9, 0.975):
            end = float(plain.weights.quantiles(plain.totals.count(scope), np.array([level]))[0])
            below = np.array(
                [
                    share[each.totals.count(scope) <= end].sum()
                    for each, share in ((plain, plain.weights.share), (found, weights))
                ]
            )
            error = np.sqrt(
                sum(
                    (each.weights.share**2 * ((each.totals.count(scope) <= end) - level) ** 2).sum()
                    for each in (plain, found)
                )
            )
            assert abs(below[1] - below[0]) < 4 * error
        assert values.size == 20_000
    # The rungs before are those of the prior's draws.
    again = run(case, judgements, draws=20_000, seed=22, sources=False)
    np.testing.assert_allclose(found.count("uyghur", "differences"), again.count("uyghur"), rtol=1e-5)
