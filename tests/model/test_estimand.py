from dataclasses import fields, replace

import pytest

from estimation.errors import EstimandError
from estimation.model.region.estimand import Estimand, Figure, add, at_least, ratio, require_same

CARD = Estimand("Uyghur", "Xinjiang", "2017-2018", "camp or prison", "ever held", 18, "registered")
OTHER = {
    "population": "Kazakh",
    "territory": "Gansu",
    "window": "2018",
    "custody": "prison",
    "measure": "sentenced",
    "adult_age": 15,
    "basis": "resident",
}


def test_every_field_has_another_value_in_these_tests():
    assert set(OTHER) == {field.name for field in fields(Estimand)}


def test_like_cards_pass():
    require_same(CARD, replace(CARD), doing="compared")


@pytest.mark.parametrize("field", list(OTHER))
@pytest.mark.parametrize("operation", [ratio, at_least])
def test_every_field_that_differs_is_named(field, operation):
    first, second = Figure(1.0, CARD), Figure(2.0, replace(CARD, **{field: OTHER[field]}))
    message = rf"must count the same thing when \w+; got {field}: .* and .*convert one of them in {field} first"
    with pytest.raises(EstimandError, match=message):
        operation(first, second)


def test_all_differences_are_named_at_once():
    with pytest.raises(EstimandError, match=f"convert one of them in {', '.join(OTHER)} first"):
        require_same(CARD, Estimand(**OTHER), doing="compared")


@pytest.mark.parametrize("field", list(OTHER))
def test_adding_needs_cards_alike_elsewhere(field):
    over = "territory" if field == "population" else "population"
    second = replace(CARD, **{over: OTHER[over], field: OTHER[field]})
    with pytest.raises(EstimandError, match=f"same thing when added; got {field}: "):
        add(Figure(1.0, CARD), Figure(2.0, second), over=over)


def test_adding_two_populations_and_two_territories():
    found = add(Figure(1.0, CARD), Figure(2.0, replace(CARD, population="Kazakh")), over="population")
    assert (found.value, found.unit) == (3.0, "persons")
    assert found.estimand == replace(CARD, population="Uyghur and Kazakh")
    found = add(Figure(1.0, CARD), Figure(2.0, replace(CARD, territory="Gansu")), over="territory")
    assert found.estimand == replace(CARD, territory="Xinjiang and Gansu")


@pytest.mark.parametrize(
    ("over", "first", "second"),
    [
        ("population", "Uyghur", "Uyghur"),
        ("population", "Uyghur", "Uyghur, Kazakh and Kyrgyz"),
        ("population", "Uyghur and Kazakh", "Kazakh and Hui"),
        ("territory", "Xinjiang", "the four southern prefectures of Xinjiang"),
        ("territory", "Kashgar and Hotan", "Hotan"),
    ],
)
def test_people_never_count_twice(over, first, second):
    one, other = (Figure(1.0, replace(CARD, **{over: name})) for name in (first, second))
    for pair in ((one, other), (other, one)):
        with pytest.raises(EstimandError, match=f"must share nothing in {over}, or people count twice"):
            add(*pair, over=over)


def test_shares_cannot_be_added():
    shares = [Figure(0.1, replace(CARD, population=name), "share") for name in ("Uyghur", "Kazakh")]
    with pytest.raises(EstimandError, match="only persons can be added"):
        add(*shares, over="population")


@pytest.mark.parametrize(("operation", "doing"), [(ratio, "divided"), (at_least, "compared")])
def test_units_must_agree(operation, doing):
    with pytest.raises(EstimandError, match=f"one unit when {doing}; got persons and share"):
        operation(Figure(1.0, CARD), Figure(0.5, CARD, "share"))


def test_units_must_agree_when_added():
    with pytest.raises(EstimandError, match="one unit when added"):
        add(Figure(1.0, CARD), Figure(0.5, replace(CARD, population="Hui"), "share"), over="population")


def test_ratio_and_comparison():
    assert ratio(Figure(3.0, CARD), Figure(2.0, CARD)) == 1.5
    assert ratio(Figure(3.0, CARD), Figure(0.0, CARD)) == float("inf")
    assert at_least(Figure(3.0, CARD), Figure(3.0, CARD))
    assert not at_least(Figure(2.9, CARD), Figure(3.0, CARD))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"custody": "school"}, "custody must be one of camp or prison, camp, prison; got 'school'"),
        ({"measure": "flagged"}, "measure must be one of ever held, held at a moment, sentenced; got 'flagged'"),
        ({"basis": "yearbook"}, "basis must be one of resident, registered; got 'yearbook'"),
        ({"population": " "}, "population must not be blank"),
        ({"territory": ""}, "territory must not be blank"),
        ({"window": ""}, "window must not be blank"),
        ({"adult_age": -1}, "adult_age must lie between 0 and 100; got -1"),
        ({"adult_age": 101}, "adult_age must lie between 0 and 100; got 101"),
    ],
)
def test_cards_that_are_refused(change, message):
    with pytest.raises(EstimandError, match=message):
        replace(CARD, **change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "Uyghur adults (18 and over, registered) of Xinjiang ever held in a camp or prison in 2017-2018"),
        (
            {"measure": "held at a moment", "custody": "camp"},
            "Uyghur adults (18 and over, registered) of Xinjiang held in a camp at one moment of 2017-2018",
        ),
        (
            {"measure": "sentenced", "custody": "prison", "adult_age": 0},
            "Uyghur people of all ages (registered) of Xinjiang sentenced to prison in 2017-2018",
        ),
    ],
)
def test_sentence_says_measure_and_window(change, sentence):
    assert replace(CARD, **change).sentence() == sentence
    assert "are detained" not in sentence


def test_row_holds_every_field():
    assert CARD.row() == {field.name: getattr(CARD, field.name) for field in fields(Estimand)}
