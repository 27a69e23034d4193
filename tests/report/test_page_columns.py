import base64

import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.report.page.page_columns import _ERROR, column, table


@pytest.mark.parametrize(("log", "size", "finest"), [(True, 2, 2e-4), (False, 2, 2e-5), (False, 1, 4e-3)])
def test_what_is_read_back_is_what_was_put_in_to_a_step(log, size, finest):
    values = np.random.default_rng(1).uniform(0.1, 1.0, 500)
    found = column(values, log=log, size=size)
    assert np.abs(found.values() - values).max() <= finest
    assert found.codes.dtype.itemsize == size


def test_the_card_holds_the_codes_low_byte_first():
    card = column(np.array([0.0, 1.0, 256.0, 65535.0]), log=False).card()
    assert base64.b64decode(str(card["data"])) == bytes([0, 0, 1, 0, 0, 1, 255, 255])
    assert {key: card[key] for key in ("bytes", "low", "step", "log")} == {
        "bytes": 2,
        "low": 0.0,
        "step": 1.0,
        "log": False,
    }


def test_one_value_everywhere():
    assert column(np.full(3, 7.0), log=True).values() == pytest.approx([7.0, 7.0, 7.0])


@pytest.mark.parametrize(("values", "log"), [([1.0, np.nan], False), ([1.0, 0.0], True), ([], False), ([-1.0], True)])
def test_what_cannot_be_coded(values, log):
    with pytest.raises(EstimationError, match="draws for a page must be finite numbers"):
        column(np.array(values), log=log)


# --- tables ----------------------------------------------------------------------------------------------------------


def test_a_cubic_is_tabulated_as_one_cell():
    # Derivation: four values determine a cubic, so one cell holds it but for the rounding of its values.
    drawn = column(np.linspace(-1.0, 1.0, 50), log=False)
    found = table(drawn, lambda x: np.stack([x**3 - x, np.zeros(x.size)]))
    assert found.ends.tolist() == [0, 65535]
    assert found.values.shape == (2, 4)
    # Rounding to six places moves a value by half a millionth, and a cubic through four by at most 1.63 times that.
    np.testing.assert_allclose(found.read(0, drawn.codes), drawn.values() ** 3 - drawn.values(), atol=1e-6)
    assert not found.read(1, drawn.codes).any()


def test_a_function_that_bends_has_its_cells_where_it_bends():
    drawn = column(np.linspace(0.001, 1.0, 400), log=False)
    found = table(drawn, lambda x: np.log(x)[None])
    assert np.abs(found.read(0, drawn.codes) - np.log(drawn.values())).max() <= _ERROR
    wide = np.diff(found.ends)
    assert wide[0] < wide[-1] / 10


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0], [1.0, 3.0]])
def test_few_values_are_tabulated(values):
    drawn = column(np.array(values), log=True)
    found = table(drawn, lambda x: np.stack([x, 1 / x]))
    np.testing.assert_allclose(found.read(1, drawn.codes), 1 / np.array(values), atol=_ERROR)
