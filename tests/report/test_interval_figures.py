import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text
from picture_checks import svg_drawn_twice

from estimation.model.region.region import RUNGS
from estimation.report.figures import look
from estimation.report.figures.interval_figures import ladder_chart
from estimation.report.figures.interval_rows import WIDTHS
from estimation.report.wording import picture_texts
from estimation.report.wording.estimate_words import span


@pytest.fixture(autouse=True)
def notebook_style():
    with plt.rc_context():
        look.style()
        yield


@pytest.fixture(scope="module")
def table(small_run) -> pd.DataFrame:
    return small_run.table()


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_ladder_has_its_labels(table):
    found = texts(ladder_chart(table, scope="turkic", stated={"press: 1.2 million": 1.2e6}))
    assert {picture_texts.RUNG_NAMES[rung] for rung in RUNGS} <= set(found)
    assert "press: 1.2 million" in found
    assert "persons (log scale)" in found
    assert any(text.startswith("Uyghur, Kazakh and Kyrgyz adults of Xinjiang who were held") for text in found)
    for rung in RUNGS:
        row = table[(table["scope"] == "turkic") & (table["rung"] == rung) & (table["level"] == 0.95)].iloc[0]
        assert span(row, joined=" – ") in found


def test_ladder_draws_the_bounds_it_is_given(table):
    axes = ladder_chart(table, scope="uyghur").axes[0]
    row = table[(table["scope"] == "uyghur") & (table["rung"] == "spread") & (table["level"] == 0.95)].iloc[0]
    height = RUNGS.index("spread")
    drawn = [line.get_xdata() for line in axes.lines if line.get_linewidth() == WIDTHS[0]]
    assert [row["count_low"], row["count_high"]] == list(drawn[height])
    assert axes.get_xscale() == "log"
    # Everything lies inside the axis.
    left, right = axes.get_xlim()
    rows = table[table["scope"] == "uyghur"]
    assert left < rows["count_low"].min()
    assert right > rows["count_high"].max()


def test_same_ladder_same_bytes(table):
    # Lines, not pixels.
    assert b"image/png" not in svg_drawn_twice(lambda: ladder_chart(table, scope="turkic"))


def test_pictures_are_closed_so_that_none_piles_up(table):
    before = plt.get_fignums()
    ladder_chart(table, scope="turkic")
    assert plt.get_fignums() == before
