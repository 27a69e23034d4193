import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.challenge.calibration.designs import System, draw_design, reference_systems, top_quarter
from estimation.errors import EstimationError
from estimation.evidence.tables.sources import load

SMALL = System("small", "x", "control", np.array([5, 1, 9, 2, 7]), np.array([10, 10, 20, 30, 30]))


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_one_area_uses_every_area_with_its_chance():
    design = draw_design(SMALL, 1, "by population", sets=3, rng=rng())
    assert design.observed.tolist() == [[0], [1], [2], [3], [4]]
    np.testing.assert_allclose(design.weights, [0.1, 0.1, 0.2, 0.3, 0.3])
    np.testing.assert_allclose(draw_design(SMALL, 1, "equal chances", sets=3, rng=rng()).weights, 0.2)


def test_all_choices_are_taken_when_there_are_few():
    design = draw_design(SMALL, 3, "equal chances", sets=10, rng=rng())
    assert len({tuple(row) for row in design.observed.tolist()}) == 10  # 5 choose 3
    np.testing.assert_allclose(design.weights, 0.1)


def test_top_quarter_is_rounded_up_and_ranked_by_rate():
    # Rates 0.5, 0.1, 0.45, 0.07, 0.23: of five areas the two highest.
    assert top_quarter(SMALL).tolist() == [0, 2]
    assert draw_design(SMALL, 1, "top quarter", sets=5, rng=rng()).observed.tolist() == [[0], [2]]


def test_draws_by_population_take_the_left_over_in_proportion():
    design = draw_design(SMALL, 2, "by population", sets=40_000, rng=rng())
    inclusion = np.bincount(design.observed.ravel(), minlength=5) / 40_000
    p = SMALL.populations / SMALL.populations.sum()
    # Derivation: drawn first, or second after some other area j: p_i + sum over j of p_j p_i / (1 - p_j).
    expected = p + p * ((p / (1 - p)).sum() - p / (1 - p))
    np.testing.assert_allclose(inclusion, expected, atol=4 * np.sqrt(0.25 / 40_000))


@settings(max_examples=50, deadline=None)
@given(size=st.integers(4, 30), k=st.integers(1, 3), seed=st.integers(0, 9))
def test_no_area_is_observed_twice_in_a_data_set(size, k, seed):
    system = System("x", "x", "control", np.arange(size), np.full(size, 100))
    design = draw_design(system, k, "by population", sets=20, rng=np.random.default_rng(seed))
    assert all(len(set(row)) == k for row in design.observed.tolist())
    assert design.weights.sum() == pytest.approx(1)


def test_reference_systems_have_the_totals_of_the_summary():
    evidence = load()
    sets = evidence.table("reference_sets")
    systems = reference_systems(evidence.table("reference_areas"), sets)
    # Origin: total_count and n_areas of reference_sets.csv.
    for system in systems:
        row = sets[sets["dataset"] == system.name].iloc[0]
        assert (system.total, system.counts.size) == (row["total_count"], row["n_areas"])
    assert {system.kind for system in systems if system.family == "union"} == {"executed_campaign", "quota_as_set"}
    assert [system.name for system in systems if not system.votes] == ["us_county_murder_arrests_1990_96__parents"]


@pytest.mark.parametrize(
    ("k", "scheme", "message"),
    [
        (5, "equal chances", "the areas observed must be at least one and fewer than all; got 5 of 5 in small"),
        (0, "equal chances", "at least one and fewer than all"),
        (3, "top quarter", "the top quarter must hold the areas to be observed; got 3 areas, 2 in the top quarter"),
        (1, "by luck", "the scheme must be a known one; got 'by luck'"),
    ],
)
def test_impossible_designs_are_refused(k, scheme, message):
    with pytest.raises(EstimationError, match=message):
        draw_design(SMALL, k, scheme, sets=5, rng=rng())
