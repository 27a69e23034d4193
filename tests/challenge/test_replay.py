import numpy as np
import pytest
from shipped_case import SCOPES

from estimation.challenge.rerun import areas, replay
from estimation.errors import EstimationError
from estimation.model.ladder.ladder import climb


@pytest.mark.parametrize("basis", ["registered", "resident"])
def test_same_distribution_as_the_ladder(shipped, judgements, basis):
    # Two runs of one model on other random numbers: quantiles agree within their simulation errors (four of them).
    world = replay.build(shipped, judgements, basis=basis)
    inputs, places = replay.draw_inputs(world, judgements, 40_000, 3), replay.draw_places(world, 40_000, 3)
    totals = replay.evaluate(world, inputs, places)
    table = climb(shipped, judgements, draws=20_000, seed=4, basis=basis).table(levels=(0.5, 0.8, 0.95))
    for column, scope in enumerate(SCOPES):
        rows = table[(table["scope"] == scope.name) & (table["rung"] == "differences")]
        for row in rows.to_dict(orient="records"):
            for end, at in (("low", (1 - row["level"]) / 2), ("median", 0.5), ("high", (1 + row["level"]) / 2)):
                error = 4 * 1.3 * row[f"count_{end}_error"]
                assert abs(np.quantile(totals[:, column], at) - row[f"count_{end}"]) < error


def test_places_alike_give_the_observed_share_times_the_people(shipped, judgements):
    # Derivation: without spread and with ratios of 1 everybody has the observed rate.
    alike = {name: 1.0 for name in judgements if name.endswith("rate_ratio")}
    register = judgements.override(between_county_sd=0.0, **alike)
    world = replay.build(shipped, register)
    inputs, places = replay.draw_inputs(world, register, 1_000, 1), replay.draw_places(world, 1_000, 1)
    same = areas.Places(places.between, places.within, np.ones_like(places.people))
    totals = replay.evaluate(world, inputs, same)
    core = world.region.adults[world.region.core, 0].sum()
    south = inputs["registered_over_resident_south"] * inputs["regional_base_ratio"]
    south = south * (1 + inputs["adult_share_error"] / world.minority_adult_share)
    np.testing.assert_allclose(totals[:, 0], replay.observed_share(world, inputs) * core * south, rtol=2e-6)


def test_threads_do_not_matter_and_rates_of_nothing_are_allowed(shipped, judgements):
    register = judgements.override(hui_rate_ratio=0.0, north_east_rate_ratio=0.0, between_county_sd=9.0)
    world = replay.build(shipped, register)
    inputs, places = replay.draw_inputs(world, register, 1_200, 1), replay.draw_places(world, 1_200, 1)
    one, two = (replay.evaluate(world, inputs, places, threads=threads) for threads in (1, 2))
    assert (one == two).all()
    assert np.isfinite(one).all()
    names = [scope.name for scope in SCOPES]
    assert (one[:, names.index("turkic")] == one[:, names.index("turkic_hui")]).all()


def test_refusals(shipped, judgements):
    with pytest.raises(EstimationError, match=r"known for adults of 18 only; got 15\. Do this: use --basis resident"):
        replay.build(shipped, judgements, adult_age=15)
    world = replay.build(shipped, judgements)
    inputs = replay.draw_inputs(world, judgements, 100, 1)
    with pytest.raises(EstimationError, match="must stay below 1 under every value tried; got 1"):
        replay.observed_share(world, inputs | {"missing_share": np.full(100, 0.9)})
    assert replay.build(shipped, judgements, basis="resident", adult_age=15).base_scale > 1
