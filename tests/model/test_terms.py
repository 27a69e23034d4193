"""Terms by which entries enter a rate, a base and populations: expected values are the arithmetic beside them."""

import numpy as np
import pytest

from estimation.evidence.case_folder.case_file import statement_of
from estimation.evidence.case_folder.case_register import Term
from estimation.evidence.tables.sources import PUBLIC
from estimation.model.case.terms import area_error, factors_of, mending, multiplied


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("missing", 10 / (1 - 0.2)),
        ("repeated", 10 * (1 - 0.2)),
        ("share", 10 * 0.2),
        ("ratio", 10 * 0.2),
        ("persons", 10 * 0.2),
        ("adult share", 10 * (1 + 0.2 / 0.8)),
    ],
)
def test_what_each_role_does(role, expected):
    assert multiplied(10.0, [Term("x", "region", role)], {"x": 0.2}, adult_share=0.8) == pytest.approx(expected)


def test_terms_are_those_of_their_basis_areas_and_part():
    terms = [
        Term("lost", "count", "missing", areas=("a",)),
        Term("people", "base", "persons", basis="here"),
        Term("many", "core", "ratio"),
        Term("all", "region", "ratio", basis="there"),
        Term("error", "elsewhere", "area error"),
    ]
    values = {"lost": np.array([0.5]), "people": np.array([200.0]), "many": np.array([3.0]), "all": np.array([7.0])}
    mend, base = mending(terms, ["a", "b"], {"people": 100.0}, basis="here")
    assert base == 100.0
    # Twice the people halve the rate; half of those counted in a are missing, which doubles it there.
    np.testing.assert_allclose(mend(np.array([[0.1, 0.1]]), values), [[0.1, 0.05]])
    core, elsewhere = factors_of(terms, basis="here")(values)
    assert (float(core[0]), float(elsewhere)) == (3.0, 1.0)
    np.testing.assert_array_equal(area_error(terms, {"error": 0.3}, np.array([True, False])), [0.0, 0.3])


@pytest.mark.parametrize(
    ("quantity", "expected"), [("region", [0.3, 0.3]), ("core", [0.3, 0.0]), ("elsewhere", [0.0, 0.3])]
)
def test_errors_of_areas_are_those_of_their_part_of_the_region(quantity, expected):
    terms = [Term("ratio", "region", "ratio"), Term("error", quantity, "area error")]
    found = area_error(terms, {"error": 0.3, "ratio": 2.0}, np.array([True, False]))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("basis", ["registered", "resident"])
def test_terms_of_the_case_that_ships_are_the_formulas_of_the_methods(shipped, judgements, basis):
    stated = statement_of(PUBLIC)
    drawn = judgements.draw(1_000, 3)
    mend, base = mending(stated.terms, ["653121"], judgements.medians(), basis=basis, base_scale=1.1, first_share=0.9)
    # METHODS eq. 6: those missing join both the count and, among residents, the base; repeated rows leave the count.
    unseen = drawn["census_missing_share_south"] if basis == "resident" else 0.0
    true_base = drawn[f"county_adults_{basis}"] * 1.1 / (1 - unseen)
    middle = judgements.medians()
    hidden = middle["census_missing_share_south"] if basis == "resident" else 0.0
    assert base == pytest.approx(middle[f"county_adults_{basis}"] * 1.1 / (1 - hidden))
    record = 0.12 * base * (1 - drawn["duplicate_share"]) / (1 - drawn["missing_share"])
    expected = record * drawn["numerator_uyghur_share"] / 0.9 / true_base
    np.testing.assert_allclose(mend(np.full((1_000, 1), 0.12), drawn)[:, 0], expected, rtol=1e-14)
    # METHODS eq. 7.
    common = drawn["regional_base_ratio"] * (1 + drawn["adult_share_error"] / 0.8)
    core, elsewhere = factors_of(stated.terms, basis=basis, adult_share=0.8)(drawn)
    if basis == "registered":
        factors = (drawn["registered_over_resident_south"], drawn["registered_over_resident_elsewhere"])
    else:
        factors = (1 / (1 - drawn["census_missing_share_south"]), 1.0)
    np.testing.assert_allclose(core, common * factors[0], rtol=1e-14)
    np.testing.assert_allclose(elsewhere, common * factors[1], rtol=1e-14)
