from dataclasses import fields, replace

import pytest

from estimation.errors import EstimandError
from estimation.model.region.estimand import Estimand

CARD = Estimand("Uyghur", "Xinjiang", "2017-2018", "camp or prison", "ever held", 18, "registered")


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
