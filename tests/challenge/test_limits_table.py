"""Bounds: nested, met where places are alike, and never broken by a draw that meets their assumption."""

from dataclasses import replace

import numpy as np
import pytest
from shipped_case import SCOPES

from estimation.challenge import limits_table
from estimation.challenge.claims import Claim
from estimation.model.bounds import RUNGS, bound, known
from estimation.model.case.build import case_of
from estimation.model.case.inputs import draw_inputs
from estimation.model.ladder.kernel import totals
from estimation.model.region.random_numbers import Stream
from estimation.model.region.region import Part, part_of


@pytest.fixture(scope="module")
def case(shipped, judgements):
    return case_of(shipped, judgements)


def test_bounds_of_every_scope_nest_and_meet_where_places_are_alike(case, judgements):
    table = limits_table.bounds_table(case, judgements, factors=(1.0, 4.0))
    assert set(table["scope"]) == {scope.name for scope in SCOPES}
    assert (table["k"].isna() == (table["rung"] == "no model")).all()
    for _, rows in table.groupby("scope"):
        wide = rows[rows["k"] != 1].set_index("rung")
        assert wide.loc[list(RUNGS), "high"].round().is_monotonic_decreasing
        alike = rows[rows["k"] == 1]
        assert alike["low"].tolist() == pytest.approx(alike["high"].tolist())
        assert alike["low"].max() == pytest.approx(alike["low"].min())


def test_least_k_of_a_claim(case, judgements):
    claims = [Claim("turkic", high=1000, label="few"), Claim("turkic", low=3e6, label="many")]
    table = limits_table.compatible(case, judgements, claims).set_index(["claim", "rung"])
    assert (table.loc["few", "possible"] == "no").all()  # fewer than were counted in one county
    assert table.loc["few", "k"].isna().all()
    many = table.loc["many", "k"][list(RUNGS[1:])]
    assert many.is_monotonic_increasing


def test_limits_keep_capacity_apart(shipped, case, judgements):
    capacity = shipped.table("capacity").set_index("capacity_id").loc["bfn_cap"]
    places = (float(capacity["value"]), str(capacity["note"]))
    table = limits_table.limits(case, judgements, places=places).set_index("kind")
    assert table.loc["logical floor", "value"] == 22762  # observations.csv, kon_bbc
    assert table.loc["capacity", "value"] == 1014883  # capacity.csv, bfn_cap
    assert table.loc["capacity", "measure"] != table.loc["logical floor", "measure"]
    assert "capacity" not in limits_table.limits(case, judgements)["kind"].tolist()


# --- draws against bounds ---------------------------------------------------------------------------------------------

DRAWS = 1_000
PLACES = ("north_east_rate_ratio", "city_rate_ratio")
GROUPS = tuple(f"{group}_rate_ratio" for group in ("kazakh", "hui", "kyrgyz", "other_minority"))
REGISTERS = {
    "as it is": {},
    "places far apart": {"between_county_sd": 2.5},
    "places alike": {"between_county_sd": 0.05},
    "a county seen because it was worse": {"selection_shift": 2.0},
    "a county seen because it was milder": {"selection_shift": -2.0},
    "north, cities and others above": dict.fromkeys((*PLACES, *GROUPS), 1.5),
    "north, cities and others far below": dict.fromkeys((*PLACES, *GROUPS), 0.01),
}


def states(case, register):
    """Draws as states of the world: their totals, and in each state everybody's odds and the people of each area."""
    odds_against = np.empty((DRAWS, len(case.region.areas)))

    def visit(rows, values):
        odds_against[rows] = values

    inhabited = np.flatnonzero(case.region.adults.sum(axis=1) > 0)
    places = [Part(f"area {area}", np.array([area]), case.region.groups) for area in inhabited]
    inputs = draw_inputs(case, register, DRAWS, 5)
    found = totals(case, register, inputs, Stream(5, np.float64), places=places, visit=visit)
    people = np.ones((DRAWS, len(case.region.areas)))
    people[:, inhabited] = found.held.people[:, len(case.scopes) :] / case.region.adults[inhabited].sum(axis=1)
    odds = np.exp(found.effects.group)[:, None, :] / odds_against[:, :, None]
    return found, odds, people


def met(region, area, group, relative):
    """Rungs whose assumptions a state meets: who lies above the observed odds (METHODS, bounds)."""
    above = relative > 1 + 1e-9
    north = not above[region.distant[area]].any()
    cities = north and not above[region.city[area]].any()
    others = cities and not above[group > 0].any()
    return ["factor", *("north and east",) * north, *("cities",) * cities, *("other groups",) * others]


@pytest.mark.parametrize("changed", REGISTERS.values(), ids=REGISTERS.keys())
def test_every_draw_lies_within_the_bounds_whose_assumptions_it_meets(case, judgements, changed):
    # A draw is a state of the world with a largest factor between odds of its own. Bounds are of `bounds.bound`, which
    # knows nothing of the model but people and the observed share.
    region = case.region
    found, odds, people = states(case, judgements.override(**changed))
    seen = dict.fromkeys(RUNGS, 0)
    for scope in SCOPES:
        part, total = part_of(scope, region), found.count(scope.name)
        columns = [region.groups.index(group) for group in part.groups]
        area, group = (each.ravel() for each in np.meshgrid(part.areas, columns, indexing="ij"))
        for draw in range(0, DRAWS, 7):
            rate = float(found.effects.rate[draw])
            relative = odds[draw, area, group] / (rate / (1 - rate))
            k = float(np.maximum(relative, 1 / relative).max())
            peopled = replace(region, adults=region.adults * people[draw][:, None])
            for rung in ["no model", *met(region, area, group, relative)]:
                limits = bound(known(peopled, scope, rate=rate, rung=rung), rung, np.inf if rung == "no model" else k)
                assert limits.low * (1 - 1e-9) <= total[draw] <= limits.high * (1 + 1e-9), (scope.name, rung, draw)
                seen[rung] += 1
    assert seen["no model"] == seen["factor"] > 0
    if changed == REGISTERS["north, cities and others far below"]:
        assert min(seen.values()) > 0, "every assumption is met by some draws"


def test_a_bound_that_is_too_narrow_is_broken(case, judgements):
    # A factor that is less than the draw's own must be broken by some draw, or the test above could not fail.
    region, scope = case.region, SCOPES[2]
    found, odds, people = states(case, judgements)
    part, total = part_of(scope, region), found.count(scope.name)
    columns = [region.groups.index(group) for group in part.groups]
    outside = 0
    for draw in range(0, DRAWS, 7):
        rate = float(found.effects.rate[draw])
        relative = odds[draw][np.ix_(part.areas, columns)] / (rate / (1 - rate))
        k = float(np.maximum(relative, 1 / relative).max()) ** 0.1
        peopled = replace(region, adults=region.adults * people[draw][:, None])
        limits = bound(known(peopled, scope, rate=rate, rung="factor"), "factor", k)
        outside += not limits.low <= total[draw] <= limits.high
    assert outside > 0
