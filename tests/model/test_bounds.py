from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

from estimation.errors import EstimationError
from estimation.model.bounds import RUNGS, Bounds, Known, bound, known, smallest_factor
from estimation.model.case.build import case_of
from estimation.model.case.inputs import draw_inputs
from estimation.model.ladder import kernel
from estimation.model.region.random_numbers import Stream
from estimation.model.region.region import Region, Scope

EVERYBODY = Scope("all", "", "", ("a", "b"))


def region(rng: np.random.Generator, areas: int = 6) -> Region:
    return Region(
        areas=tuple(map(str, range(areas))),
        parents=np.zeros(areas, dtype=np.intp),
        groups=("a", "b"),
        adults=rng.uniform(0, 1e5, (areas, 2)) + 1,
        core=np.arange(areas) < 3,
        distant=np.arange(areas) >= 3,
        city=np.arange(areas) % 2 == 1,
        observed=np.array([0]),
    )


def test_by_hand():
    # 100 people seen at 0.2; 300 core others, 600 distant: at k = 4 odds run from 1/16 to 1, shares 1/17 to 1/2.
    adults = np.array([[100.0, 0.0], [300.0, 0.0], [600.0, 0.0]])
    flags = np.array([False, False, True])
    place = Region(
        ("1", "2", "3"), np.zeros(3, np.intp), ("a", "b"), adults, ~flags, flags, flags & False, np.array([0])
    )
    found = {rung: bound(known(place, EVERYBODY, rate=0.2, rung=rung), rung, 4.0) for rung in RUNGS}
    assert (found["no model"].low, found["no model"].high) == pytest.approx((20, 920))
    assert (found["factor"].low, found["factor"].high) == pytest.approx((20 + 900 / 17, 20 + 450))
    assert found["north and east"].high == pytest.approx(20 + 150 + 120)


CITIES = np.array([False, False, True, False, True])
DISTANT = np.array([False, False, False, True, True])
TOWNS = Region(
    tuple("01234"),
    np.zeros(5, np.intp),
    ("a", "b"),
    np.array([[100.0, 10], [300, 20], [200, 30], [600, 40], [50, 60]]),
    ~DISTANT,
    DISTANT,
    CITIES,
    np.array([0]),
)


@pytest.mark.parametrize(
    ("rung", "groups", "core_only", "expected"),
    [
        # By hand, with twice the tabled people in the core and three times elsewhere: a has 200, 600, 400 and 1,800,
        # 150; b has 20, 40, 60 and 120, 180. Known are 0.2 of 200.
        ("no model", "ab", False, (40, 0, 2950 + 420)),
        ("factor", "ab", False, (40, 0, 2950 + 420)),
        ("north and east", "ab", False, (40, 1950 + 300, 1000 + 120)),
        ("cities", "ab", False, (40, 2250 + 400 + 60, 600 + 20 + 40)),
        ("other groups", "ab", False, (40, 2710 + 20 + 40, 600)),
        ("other groups", "ab", True, (40, 400 + 60 + 20 + 40, 600)),
        ("cities", "a", False, (40, 1950 + 400, 600)),
        ("factor", "b", False, (0, 0, 420)),
        ("other groups", "b", False, (0, 420, 0)),
    ],
)
def test_people_are_sorted_by_what_a_rung_says(rung, groups, core_only, expected):
    scope = Scope("s", "", "", tuple(groups), core_only=core_only)
    start = known(TOWNS, scope, rate=0.2, rung=rung, factors=(2.0, 3.0))
    assert (start.known, start.fixed, start.free, start.odds) == pytest.approx((*expected, 0.25))


def test_without_factors_people_are_as_tabled():
    start = known(TOWNS, EVERYBODY, rate=0.2, rung="factor")
    assert (start.known, start.free) == pytest.approx((20, 1150 + 160))


def test_a_fraction_of_a_person_counts():
    few = Region(("0",), np.zeros(1, np.intp), ("a", "b"), np.full((1, 2), 0.2), *np.zeros((3, 1), bool), np.array([0]))
    assert known(few, EVERYBODY, rate=0.5, rung="factor").known == pytest.approx(0.1)


def test_ends_of_bounds_by_hand():
    start = Known(known=40.0, fixed=2250.0, free=1120.0, odds=0.25)
    # Odds of 1/4 are a share of 1/5; at k = 4 they run from 1/16, a share of 1/17, to 1, a share of 1/2.
    close = bound(start, "north and east", 4)
    assert (close.rung, close.k) == ("north and east", 4.0)
    assert (close.low, close.high) == pytest.approx((40 + 3370 / 17, 40 + 450 + 560))
    alike = bound(start, "north and east", 1.0)
    assert (alike.low, alike.high) == pytest.approx((714, 714))
    anything = bound(start, "north and east", np.inf)
    assert (anything.k, anything.low, anything.high) == (np.inf, 40, 40 + 450 + 1120)
    assert bound(start, "no model", 4.0) == Bounds("no model", np.inf, 40, 40 + 3370)


def test_smallest_factor_by_hand():
    start = Known(known=40.0, fixed=2250.0, free=1120.0, odds=0.25)
    # Places alike give 40 + 3370 / 5 = 714.
    assert smallest_factor(start) == smallest_factor(start, low=700, high=720) == 1.0
    assert smallest_factor(start, low=714, high=714) == pytest.approx(1.0)
    # A share of 1/17 is odds of 1/16; one of 1/10 odds of 1/9, 9/4 times less than 1/4.
    assert smallest_factor(start, high=40 + 3370 / 17) == pytest.approx(4)
    assert smallest_factor(start, low=1, high=40 + 337) == pytest.approx(2.25)
    # Half of the free, a fifth of the fixed; then all of the free, and more.
    assert smallest_factor(start, low=40 + 450 + 560) == pytest.approx(4)
    assert smallest_factor(start, low=40 + 450 + 1120) == smallest_factor(start, low=1e9) == np.inf
    # Nobody elsewhere, and fewer than are known.
    assert smallest_factor(start, high=40) == smallest_factor(start, high=39) == np.inf


def test_smallest_factor_with_hardly_anybody_or_nobody_else():
    few, none = Known(10.0, 0.0, 0.5, 0.25), Known(10.0, 0.0, 0.0, 0.25)
    assert smallest_factor(few, high=10.05) == pytest.approx(2.25)
    assert smallest_factor(few, low=10.25) == pytest.approx(4)
    assert smallest_factor(none, high=9) == smallest_factor(none, low=11) == np.inf
    # Less than one person at most: the least total is none, not one.
    assert smallest_factor(Known(0.1, 0.0, 90.0, 0.25), high=0.5) > 1


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rate=st.floats(0.001, 0.999),
    k=st.floats(1, 1e6),
    more=st.floats(1, 1e3),
    core_only=st.booleans(),
)
def test_bounds_nest(seed, rate, k, more, core_only):
    place = region(np.random.default_rng(seed))
    scope = Scope("s", "", "", ("a", "b"), core_only=core_only)
    starts = {rung: known(place, scope, rate=rate, rung=rung) for rung in RUNGS}
    found = [bound(starts[rung], rung, k) for rung in RUNGS]
    slack = 1e-9 * found[0].high
    for outer, inner in pairwise(found):
        assert outer.low <= inner.low + slack
        assert inner.high <= outer.high + slack
        assert inner.low <= inner.high + slack
    for rung in RUNGS:  # a larger k allows more
        wide, close = bound(starts[rung], rung, k * more), bound(starts[rung], rung, k)
        assert wide.low <= close.low + slack
        assert close.high <= wide.high + slack


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rate=st.floats(0.01, 0.9), share=st.floats(0.001, 0.999))
def test_smallest_factor_is_where_the_bound_touches_the_claim(seed, rate, share):
    place = region(np.random.default_rng(seed))
    for rung in RUNGS[1:]:
        start = known(place, EVERYBODY, rate=rate, rung=rung)
        claim = share * (start.known + start.fixed + start.free)
        k = smallest_factor(start, low=claim, high=claim)
        if 1 < k < 1e9:
            edge = bound(start, rung, k)
            assert min(abs(edge.low - claim), abs(edge.high - claim)) < 1e-6 * claim


def largest_factors(place, logits, rate):
    """Largest factor, up or down, between the odds of any place and those observed (METHODS eq. 47)."""
    away = np.abs(logits - np.log(rate / (1 - rate)))
    away[:, place.observed, 0] = 0.0
    return np.exp(away.max(axis=(1, 2)))


def test_any_rates_within_k_give_a_total_within_bounds():
    rng = np.random.default_rng(1)
    place, rate = region(rng), 0.13
    logits = np.log(rate / (1 - rate)) + rng.normal(0, 1.5, (500, 6, 2))
    logits[:, 0, 0] = np.log(rate / (1 - rate))
    totals = (place.adults / (1 + np.exp(-logits))).sum(axis=(1, 2))
    start = known(place, EVERYBODY, rate=rate, rung="factor")
    for total, k in zip(totals, largest_factors(place, logits, rate), strict=True):
        edge = bound(start, "factor", k)
        assert edge.low <= total <= edge.high
    # Narrower by a quarter, some totals fall out: the test can fail.
    tight = [bound(start, "factor", max(1.0, k**0.25)) for k in largest_factors(place, logits, rate)]
    assert any(not each.low <= total <= each.high for each, total in zip(tight, totals, strict=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: known(r, EVERYBODY, rate=0.1, rung="best"), "rung must be a known one; got 'best'"),
        (lambda r: known(r, EVERYBODY, rate=1.0, rung="factor"), "observed rate must lie between 0 and 1; got 1.0"),
        (lambda r: known(r, EVERYBODY, rate=0.0, rung="factor"), "observed rate must lie between 0 and 1; got 0.0"),
        (lambda r: known(r, Scope("x", "", "", ("z",)), rate=0.1, rung="factor"), "may name only groups of the region"),
        (lambda r: known(r, Scope("x", "", "", ()), rate=0.1, rung="factor"), "a bound needs somebody to count"),
        (lambda r: bound(Known(1, 1, 1, 1), "factor", 0.5), "k must be 1 or more; got 0.5"),
        (lambda r: bound(Known(1, 1, 1, 1), "factor", np.nan), "k must be 1 or more; got nan"),
        (lambda r: smallest_factor(Known(1, 1, 1, 1), low=2, high=1), "a claim must run from low to high; got 2 to 1"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EstimationError, match=message):
        call(region(np.random.default_rng(0)))


# --- the model's draws within the bounds whose assumptions they meet --------------------------------------------------

REGISTERS = {
    "as it ships": {},
    "small spread": {"between_county_sd": 0.15},
    "large spread": {"between_county_sd": 3.0},
    "no spread": {"between_county_sd": 0.0},
    "seen for a low rate": {"selection_shift": -2.0, "between_county_sd": 0.3},
    "seen for a high rate": {"selection_shift": 2.0, "between_county_sd": 0.3},
    "no differences": dict.fromkeys(
        [f"{name}_rate_ratio" for name in ("north_east", "city", "kazakh", "kyrgyz", "hui", "other_minority")], 1.0
    ),
    "low elsewhere": {"north_east_rate_ratio": 0.2, "city_rate_ratio": 0.1, "between_county_sd": 0.2},
}
BOUNDED = 600


@pytest.mark.parametrize("name", REGISTERS)
def test_draws_lie_within_the_bounds_whose_assumptions_they_meet(shipped, judgements, name):
    """METHODS eq. 44-47: each draw is a world with its own rate, people and largest factor between odds.

    Odds of areas come from the kernel's own visit of each block; the groups' part is added here by (41). A draw meets
    a monotone assumption if none of its places and groups named there lies above the observed odds.
    """
    register = judgements.override(**REGISTERS[name])
    case = case_of(shipped, register)
    # Errors of single areas would need bounds of their own people: the factors of the core and elsewhere stay.
    case = replace(case, area_error_sd=np.zeros(len(case.region.areas)))
    place = case.region
    inputs = draw_inputs(case, register, BOUNDED, 6)
    odds = np.empty((BOUNDED, len(place.areas)))

    def visit(rows, odds_against):
        odds[rows] = 1 / odds_against

    found = kernel.totals(case, register, inputs, Stream(6, np.float64), visit=visit, threads=1)
    drawn = found.effects
    with np.errstate(divide="ignore"):
        logits = np.log(odds)[:, :, None] + drawn.group[:, None, :]
    above = logits - logit(drawn.rate)[:, None, None]
    above[:, place.observed, 0] = 0.0
    met = dict.fromkeys(RUNGS, 0)
    for scope in case.scopes:
        counted = np.zeros(place.adults.shape, bool)
        counted[:, [place.groups.index(group) for group in scope.groups]] = True
        counted &= place.core[:, None] | (not scope.core_only)
        counted &= place.adults > 0
        count = found.count(scope.name)
        for i in range(BOUNDED):
            own = np.where(counted, above[i], 0.0)
            down = np.zeros(counted.shape, bool)
            meets = {"no model": True, "factor": True}
            for rung, where in (
                ("north and east", np.s_[place.distant, :]),
                ("cities", np.s_[place.city, :]),
                ("other groups", np.s_[:, 1:]),
            ):
                down[where] = True
                meets[rung] = bool(own[down].max(initial=0.0) <= 0)
            k = float(np.exp(np.abs(own).max()))  # (47)
            factors = (float(drawn.core_factor[i]), float(drawn.other_factor[i]))
            for rung in RUNGS:
                if meets[rung]:
                    start = known(place, scope, rate=float(drawn.rate[i]), rung=rung, factors=factors)
                    edge = bound(start, rung, max(k, 1.0))
                    slack = 1e-9 * edge.high
                    assert edge.low - slack <= count[i] <= edge.high + slack, (scope.name, rung, i)
                    met[rung] += 1
    assert met["factor"] == met["no model"] == BOUNDED * len(case.scopes)
    if name == "low elsewhere":  # the monotone bounds are put to the test, not only the wide ones
        assert min(met.values()) > 100
