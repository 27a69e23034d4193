import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from population_tables import small

from estimation.errors import EstimandError, EstimationError
from estimation.evidence.population import population as pop


@given(st.permutations(range(3)))
def test_order_of_units_does_not_change_totals(order):
    table = small()
    moved = small(table.adults.to_numpy()[order], units=[("a", "b", "c")[i] for i in order])
    assert moved.total(pop.GROUPS) == table.total(pop.GROUPS)
    assert moved.total("hui", ["b"]) == table.total("hui", ["b"])


def test_total_adds_what_was_asked():
    # Cells are 0 to 14 in rows of five: kazakh and hui of unit b are 6 and 7.
    assert small().total(["kazakh", "hui"], ["b"]) == 13.0
    assert small().total("uyghur") == 0 + 5 + 10


def test_a_unit_stands_once():
    with pytest.raises(EstimationError, match="a unit stands once in a population table; got a"):
        small(units=("a", "a", "b"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"basis": "hukou"}, "basis must be resident or registered; got hukou"),
        ({"adult_age": 16}, "a table counts from age 0, 15 or 18; got 16"),
    ],
)
def test_a_table_names_its_kind(fields, message):
    with pytest.raises(EstimandError, match=message):
        small(**fields)


def test_a_table_has_the_groups_as_columns():
    with pytest.raises(EstimationError, match="one column per group, in order"):
        pop.PopulationTable(small().adults.drop(columns="hui"), "resident", 18, 2018, "x")


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_a_table_holds_persons(bad):
    values = np.ones((3, 5))
    values[1, 2] = bad
    with pytest.raises(EstimationError, match="persons must be numbers from 0 up; got another value in b"):
        small(values)


@pytest.mark.parametrize("groups", ["han", ["uyghur", "han"]])
def test_unknown_group(groups):
    with pytest.raises(EstimationError, match=r"groups must be known; got \['han'\]"):
        small().total(groups)


def test_no_group():
    with pytest.raises(EstimationError, match="groups must be known; got none"):
        small().total([])


def test_unknown_unit():
    with pytest.raises(EstimationError, match="units must stand in the table; got z"):
        small().total("hui", ["a", "z"])
