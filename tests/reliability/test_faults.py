import sys

import pytest

pytest.importorskip("resource", reason="faults of a Unix machine")
import faults


@pytest.mark.parametrize("fault", [each for each in faults.FAULTS if each.quick], ids=lambda fault: fault.name)
@pytest.mark.skipif(sys.platform == "darwin", reason="limits mean other things there")
def test_a_fault_leaves_all_as_it_should_be(fault, tmp_path):
    said = fault.make(tmp_path)
    if said.startswith("not tried"):
        pytest.skip(said)
    assert said == ""


def test_a_mixture_of_two_sets_would_be_seen(tmp_path):
    faults.record.write(tmp_path, {"a.csv": b"a", "run.json": faults.run_card.card({}, {}, {"a.csv": b"a"})})
    assert faults.whole(tmp_path) == ""
    (tmp_path / "a.csv").write_bytes(b"b")
    assert faults.whole(tmp_path) == "not of the set of run.json: a.csv"
