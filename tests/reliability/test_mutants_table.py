import pandas as pd
import pytest
from mutants_table import by_room, with_equivalent


def test_mutants_are_counted_by_room():
    rows = [
        ("model/spread/spread.py", "f", "", "", "killed"),
        ("model/spread/spread.py", "f", "a", "b", "survived"),
        ("model/spread/spread.py", "f", "", "", "not tried"),
        ("model/spread/marginal.py", "g", "", "", "timeout"),
        ("model/spread/marginal.py", "g", "c", "d", "no tests"),
        ("model/bounds.py", "f", "a", "b", "survived"),
        ("model/bounds.py", "f", "", "", "killed"),
    ]
    read = pd.DataFrame(rows, columns=["module", "function", "before", "after", "status"])
    table = by_room(with_equivalent(read, {("model/spread/spread.py", "f", "a", "b")})).set_index("room")
    counts = ["modules", "mutants", "tried", "killed", "equivalent", "survived", "score"]
    # By hand: in spread two of three count as killed, the fourth changes nothing; in bounds one of two.
    assert table.loc["spread", counts].tolist() == [2, 5, 4, 2, 1, 1, 2 / 3]
    assert table.loc["bounds", counts].tolist() == [1, 2, 2, 1, 0, 1, 0.5]
    assert table.loc["all", counts].tolist() == [3, 7, 6, 3, 1, 2, 0.6]
    # Clopper-Pearson by hand for 1 of 2: 1 - 0.975^(1/2) and 0.975^(1/2).
    ends = table.loc["bounds", ["score_low", "score_high"]].tolist()
    assert ends == pytest.approx([1 - 0.975**0.5, 0.975**0.5], abs=1e-12)


def test_only_survivors_can_change_nothing():
    columns = ["module", "function", "before", "after", "status"]
    read = pd.DataFrame([("model/a.py", "f", "a", "b", status) for status in ("no tests", "survived")], columns=columns)
    marked = with_equivalent(read, {("model/a.py", "f", "a", "b")})
    assert marked["status"].tolist() == ["no tests", "equivalent"]
