import base64

import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.report.page.page_columns import column


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
