import bad_inputs
import pytest

ROWS = bad_inputs.rows()


def test_every_door_is_tried_and_no_row_stands_twice():
    assert {row.door for row in ROWS} == set(bad_inputs.DOORS)
    assert len({row.id for row in ROWS}) == len(ROWS) >= 150
    assert len({(row.door, row.file, row.old, row.new) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_it_is_refused_with_its_rule(row, tmp_path):
    assert bad_inputs.outcome(row, tmp_path) == "refused"


def test_what_is_good_is_not_refused(tmp_path):
    good = bad_inputs.BadInput("good", "system file", "", "nothing", b"south", b"west", "none")
    assert bad_inputs.outcome(good, tmp_path) == "accepted"
