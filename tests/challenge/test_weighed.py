import numpy as np
import pytest

from estimation.challenge.rerun import areas, replay, weighed, weighed_density, weighed_draws, weighed_people
from estimation.challenge.rerun.weighed_people import living
from estimation.errors import EstimationError
from estimation.model.synthesis.predictions import EVERYONE, OBSERVED
from estimation.model.synthesis.synthesis import synthesise


@pytest.fixture(scope="module")
def world(shipped, judgements):
    return replay.build(shipped, judgements)


@pytest.fixture(scope="module")
def said(shipped, judgements, world):
    return weighed_people.sources_of(shipped, judgements, world)


def drawn(world, register, n, seed):
    return (
        replay.draw_inputs(world, register, n, seed),
        replay.draw_places(world, n, seed),
        areas.draw_division(world.region, n, seed),
    )


def quantiles(values, share, at):
    order = np.argsort(values)
    return values[order][np.searchsorted(np.cumsum(share[order]), at)]


@pytest.fixture(scope="module")
def large(world, judgements, said):
    inputs, places, division = drawn(world, judgements, 40_000, 2)
    people = weighed_people.held(world, said, inputs, places, division, living(said, places), threads=2)
    return inputs, people


@pytest.mark.slow
@pytest.mark.parametrize(
    "kinds", [("phone", "village", "table", "capacity", "court"), ("phone", "village"), ("court",)]
)
def test_same_answer_as_the_synthesis(shipped, judgements, world, said, large, kinds):
    # Two programs of one model on other random numbers: quantiles agree within their simulation errors.
    inputs, people = large
    table = weighed_density.sentences_table(world, said, inputs)
    densities = weighed_density.densities(said, people, inputs, table, threads=2)
    found = weighed.Weighed(people.either[:, : len(world.scopes)], densities)
    weights = found.weights(kinds)
    names = [row.name for row in said.rows if row.kind not in kinds]
    run = synthesise(shipped, judgements, draws=20_000, seed=7, without=names, sets=32, enforce=False)
    for scope in ("uyghur", "turkic"):
        column = [each.name for each in world.scopes].index(scope)
        for at in (0.1, 0.5, 0.9):
            ours = quantiles(found.totals[:, column], weights.share, at)
            theirs = np.quantile(run.count(scope), at)
            # Standard error of a quantile of logs near normal, from the effective draws of both; four of them.
            spread = np.log(np.divide(*np.quantile(run.count(scope), [0.84, 0.16]))) / 2
            both = 1 / weights.effective + 1 / run.weights.effective
            assert abs(np.log(ours / theirs)) < 4 * 1.7 * spread * np.sqrt(both)


def test_prisons_from_statistics_have_the_courts_total(world, said, large):
    # Derivation: everyone sentenced is the courts' figure over its bias, times the three shares of the register.
    inputs, people = large
    found = weighed_people.prison_from_statistics(said, people, inputs)
    (court,) = (row for row in said.rows if row.kind == "court")
    share = inputs["minority_share_of_sentenced"] * inputs["custodial_share"] * (1 - inputs["ordinary_crime_share"])
    expected = court.value / np.exp(inputs["bias_court"]) * share
    total = found.prison[:, said.column(EVERYONE)]
    free = total < 0.999 * people.prison[:, said.column(EVERYONE)]
    np.testing.assert_allclose(total[free], expected[free], rtol=1e-6)
    here = said.column(OBSERVED)
    np.testing.assert_allclose(found.prison[:, here], people.prison[:, here], rtol=1e-5)
    assert (found.either <= people.base * (1 + 1e-6)).all()
    assert (found.either >= found.prison).all()


def test_without_spread_of_division_every_part_divides_as_the_county_does(world, said, judgements):
    alike = judgements.override(composition_sd=0.0)
    inputs, places, division = drawn(world, alike, 1_000, 3)
    found = weighed_people.held(world, said, inputs, places, division, living(said, places))
    share = inputs["county_prison_count"] * inputs["prison_list_inside"] / world.count
    np.testing.assert_allclose(
        found.prison / found.either, np.broadcast_to(share[:, None], found.either.shape), rtol=1e-5
    )


def test_sums_are_those_of_the_replay(world, said, judgements):
    inputs, places, division = drawn(world, judgements, 1_200, 4)
    found = weighed_people.held(world, said, inputs, places, division, living(said, places))
    expected = replay.evaluate(world, inputs, places)
    np.testing.assert_allclose(found.either[:, : len(world.scopes)], expected, rtol=1e-5)


def test_threads_do_not_matter(world, said, judgements):
    rows = np.arange(1_100)
    kept = weighed_draws.keep(world, said, judgements, rows, np.zeros(rows.size), pool=rows.size, seed=4)
    one, two = (kept.weighed(world, said, kept.inputs, threads=n) for n in (1, 2))
    assert (one.totals == two.totals).all()
    assert all((one.kinds[kind] == two.kinds[kind]).all() for kind in one.kinds)


def test_refusals(world, said, judgements):
    inputs, places, division = drawn(world, judgements, 1_000, 1)
    inputs["county_prison_count"] = np.full(1_000, 30_000.0)
    with pytest.raises(EstimationError, match="people sentenced must be fewer than people ever held"):
        weighed_people.held(world, said, inputs, places, division, living(said, places))
    with pytest.raises(EstimationError, match="the kind of source must be a known one; got 'rumour'"):
        weighed.Weighed(np.ones((3, 1)), {"phone": np.zeros((1, 3))}).log_weights(["rumour"])
    twice = weighed_people.Sources(
        (*said.rows, next(row for row in said.rows if row.kind == "court")),
        said.parts, said.weights, said.observed, said.adult_shares, said.first_year,
    )  # fmt: skip
    with pytest.raises(EstimationError, match="a figure on sentences must be the only one of its kind here; got sent"):
        weighed_density.sentences_table(world, twice, inputs)
