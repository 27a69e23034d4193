import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text
from picture_checks import svg_drawn_twice

from estimation.report.figures import look
from estimation.report.figures.bubble_map import OSM, bubble_map


@pytest.fixture(autouse=True)
def notebook_style():
    with plt.rc_context():
        look.style()
        yield


def bubbles(shipped):
    units = shipped.table("units").set_index("gb_code")
    size = pd.Series(np.arange(1.0, len(units) + 1), index=units.index)
    return bubble_map(units, size / size.max(), size=size, title="Adults", label="share", marked=["653121"])


def test_same_map_same_bytes(shipped):
    svg_drawn_twice(lambda: bubbles(shipped))


def test_map_has_its_labels_and_credit(shipped):
    figure = bubbles(shipped)
    found = [text.get_text() for text in figure.findobj(Text)]
    assert "share" in found
    assert "Adults" in found
    assert OSM in found
    assert shipped.table("units").set_index("gb_code").loc["653121", "name_en"] in found
    offsets = figure.axes[0].collections[0].get_offsets()
    assert len(offsets) == len(shipped.table("units"))


def test_area_of_a_bubble_is_in_proportion_to_people(shipped):
    sizes = bubbles(shipped).axes[0].collections[0].get_sizes()
    people = np.arange(len(sizes), 0, -1)
    np.testing.assert_allclose(sizes, 900 * people / people.max() + 4)
