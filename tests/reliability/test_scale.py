"""The picture of scale can be drawn from its published table, so that minutes of measuring are not lost at the end."""

from pathlib import Path

import matplotlib as mpl

from estimation.report.record import results_folder

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def test_picture_from_the_published_table(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import scale

    table = results_folder.published("reliability/scale.csv")
    with mpl.rc_context():  # the look it sets is for a program of its own
        drawn = scale.draw(table).decode()
    assert drawn.startswith("<?xml")
    assert "<title>Time and memory by size</title>" in drawn
    # A mark for every row of the table.
    assert drawn.count("<use ") >= len(table)
    assert "mathdefault" not in drawn
