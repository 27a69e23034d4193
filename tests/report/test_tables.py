import pandas as pd

from estimation.model.region.region import RUNGS
from estimation.report.terminal import tables


def test_ladder_shows_every_rung_level_and_chance(small_run, capsys):
    table = small_run.table(levels=[0.8, 0.95])
    tables.show_ladder(table[table["scope"] == "turkic"], card=small_run.case.cards["turkic"].sentence())
    shown = capsys.readouterr().out
    words = " ".join(shown.replace("│", " ").split())
    for text in ("80% interval", "95% interval", "Sampling only", "+ known differences", "IPCC likelihood scale"):
        assert text in words
    assert words.count(" to ") >= 2 * len(RUNGS)
    assert "ever held in a camp or prison in 2017-2018" in words
    for threshold in ("500,000", "1 million", "1.2 million", "1.5 million", "2 million"):
        assert f"at least {threshold}: " in words
    assert "What it still leaves out: other sources" in words
    assert max(map(len, shown.splitlines())) <= 110


def test_published_shows_every_estimate(shipped, capsys):
    from estimation.evidence.published.published import reproduce

    frame = reproduce(shipped)
    tables.show_published(frame)
    shown = capsys.readouterr().out
    assert "Published estimates, recomputed from their own inputs" in shown
    assert shown.count("\n") > len(frame)


def test_published_passes_over_columns_it_does_not_know(capsys):
    tables.show_published(pd.DataFrame({"label": ["BBC 2022"], "verdict": ["agreement"], "other": ["hidden"]}))
    shown = capsys.readouterr().out
    assert "BBC 2022" in shown
    assert "hidden" not in shown
