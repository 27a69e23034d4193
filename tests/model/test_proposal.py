"""Draws from a proposal: the same answer as draws of the prior, from far fewer."""

import numpy as np
import pytest

from estimation.model.case.build import case_of
from estimation.model.case.inputs import OBSERVED_Z
from estimation.model.ladder.ladder import run
from estimation.model.ladder.proposal import NOTHING, PRIOR, Proposal, fitted


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
