import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from estimation.report.figures.figure_layout import Axis, LegendKey, set_across, titled_axes, width_of, wrapped
from estimation.report.figures.look import LOOKS, drawn_as


def test_lines_are_no_wider_than_the_room():
    text = "If other counties resembled this one as much as areas resemble one another elsewhere " * 3
    for room in (1.0, 2.5, 7.0):
        lines = wrapped(text, room, 9)
        assert " ".join(lines) == text.strip()
        assert max(width_of(line, 9) for line in lines) <= room


def test_a_word_longer_than_the_room_stands_alone():
    assert wrapped("a Xinjianguygurautonomousregion b", 0.5, 12) == ["a", "Xinjianguygurautonomousregion", "b"]


def test_measured_width_is_the_width_drawn():
    with drawn_as(LOOKS["screen"]) as _:
        figure, _ = titled_axes(LOOKS["screen"], title="", inside=1)
        text = figure.text(0, 0, "2,300,000 to 5 million", size=14)
        drawn = text.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width / figure.dpi
    assert width_of("2,300,000 to 5 million", 14) == pytest.approx(drawn, rel=0.03)


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("room", [2.0, 3.0, 7.0])
def test_tick_labels_do_not_touch(log, room):
    axis = Axis("persons", 2e5 if log else 0.0, 6e6, log=log)
    places = axis.ticks(room, 9)
    assert len(places) >= 2
    for left, right in itertools.pairwise(places):
        apart = room * (axis.at(right) - axis.at(left))
        assert apart > (width_of(axis.write(left), 9) + width_of(axis.write(right), 9)) / 2


def test_ticks_of_shares_end_at_one():
    axis = Axis("share", 0.01, 1.05, "share")
    assert axis.ticks(7, 9)[-1] == 1.0
    assert axis.write(0.02) == "2%"
    assert axis.write(1.0) == "100%"


@pytest.mark.parametrize("look", LOOKS.values(), ids=lambda look: look.name)
def test_axes_stand_between_the_words(look):
    with drawn_as(look):
        figure, axes = titled_axes(
            look, title="T " * 80, subtitle="S", note="N " * 200, inside=2, keys=[LegendKey("k" * 20)] * 6
        )
        set_across(axes, Axis("persons", 1e5, 1e7), look)
        assert axes.get_position().height * figure.get_size_inches()[1] == pytest.approx(2)
