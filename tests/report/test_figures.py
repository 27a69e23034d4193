import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text

from estimation.model.region.region import RUNGS
from estimation.report.figures import figures
from estimation.report.figures.interval_rows import WIDTHS
from estimation.report.figures.look import contrast, svg_bytes
from estimation.report.wording.wording import span


@pytest.fixture(autouse=True)
def look():
    with plt.rc_context():
        figures.style()
        yield


@pytest.fixture(scope="module")
def table(small_run) -> pd.DataFrame:
    return small_run.table()


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def bubbles(shipped):
    units = shipped.table("units").set_index("gb_code")
    size = pd.Series(np.arange(1.0, len(units) + 1), index=units.index)
    return figures.bubble_map(units, size / size.max(), size=size, title="Adults", label="share", marked=["653121"])


def test_ladder_has_its_labels(table):
    found = texts(figures.ladder(table, scope="turkic", stated={"press: 1.2 million": 1.2e6}))
    assert {figures.RUNG_NAMES[rung] for rung in RUNGS} <= set(found)
    assert "press: 1.2 million" in found
    assert "persons (log scale)" in found
    assert any(text.startswith("Uyghur, Kazakh and Kyrgyz adults of Xinjiang who were held") for text in found)
    for rung in RUNGS:
        row = table[(table["scope"] == "turkic") & (table["rung"] == rung) & (table["level"] == 0.95)].iloc[0]
        assert span(row, joined=" – ") in found


def test_ladder_draws_the_bounds_it_is_given(table):
    axes = figures.ladder(table, scope="uyghur").axes[0]
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


@pytest.mark.parametrize("kind", ["ladder", "map"])
def test_same_picture_same_bytes_and_well_formed(table, shipped, kind):
    def draw() -> bytes:
        return svg_bytes(figures.ladder(table, scope="turkic") if kind == "ladder" else bubbles(shipped))

    first = draw()
    assert first == draw()
    root = ET.fromstring(first)
    assert root.tag.endswith("svg")
    assert b"<dc:date>" not in first
    assert b"image/png" not in first or kind == "map"  # lines, not pixels, but for the map's scale of colours
    assert len(first) < 1_000_000


def test_map_has_its_labels_and_credit(shipped):
    figure = bubbles(shipped)
    found = texts(figure)
    assert "share" in found
    assert "Adults" in found
    assert figures.OSM in found
    assert shipped.table("units").set_index("gb_code").loc["653121", "name_en"] in found
    offsets = figure.axes[0].collections[0].get_offsets()
    assert len(offsets) == len(shipped.table("units"))


def test_area_of_a_bubble_is_in_proportion_to_people(shipped):
    sizes = bubbles(shipped).axes[0].collections[0].get_sizes()
    people = np.arange(len(sizes), 0, -1)
    np.testing.assert_allclose(sizes, 900 * people / people.max() + 4)


def test_pictures_are_closed_so_that_none_piles_up(table):
    before = plt.get_fignums()
    figures.ladder(table, scope="turkic")
    assert plt.get_fignums() == before


def test_share_axis_is_in_percent():
    figure, axes = plt.subplots()
    figures.share_axis(axes)
    assert axes.xaxis.get_major_formatter()(0.12) == "12%"
    assert axes.xaxis.get_major_formatter()(0.125) == "12.5%"
    plt.close(figure)


def test_colours_of_notebooks_differ_in_lightness_for_readers_without_colour():
    # The pair of most two-coloured pictures.
    assert contrast(figures.BLUE, figures.ORANGE) > 2
