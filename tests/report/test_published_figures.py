import matplotlib.pyplot as plt
import pytest

from estimation.evidence.published import published
from estimation.evidence.tables.sources import load
from estimation.report.figures import published_figures as figures


@pytest.fixture(scope="module")
def shown():
    return published.intervals(load())


@pytest.fixture(scope="module")
def drawn():
    return published.bases_side_by_side(published.reproduce(load()))


@pytest.fixture(autouse=True)
def close_all():
    yield
    plt.close("all")


def test_one_panel_per_thing_counted(shown):
    figure = figures.published_ranges(shown)
    titles = [(axes.get_title() or axes.get_title(loc="left")) for axes in figure.axes]
    assert titles == ["People ever held in the window", "People held at one moment", "People sentenced"]
    labels = [tick.get_text() for axes in figure.axes for tick in axes.get_yticklabels()]
    assert labels == shown["label"].tolist()


def test_every_mark_lies_on_the_common_axis(shown, drawn):
    for figure, largest in (
        (figures.published_ranges(shown), shown["high"].max()),
        (figures.published_bases(drawn), drawn["persons"].max()),
    ):
        for axes in figure.axes:
            low, high = axes.get_xlim()
            assert low == 0
            assert high > largest


def test_one_sided_figures_have_an_arrow_and_no_others(shown):
    figure = figures.published_ranges(shown)
    arrows = sum(len(axes.texts) for axes in figure.axes)
    assert arrows == shown["bound"].isin(["floor", "ceiling"]).sum()


def test_an_unknown_kind_of_custody_is_not_drawn_unmarked(shown):
    with pytest.raises(KeyError, match="elsewhere"):
        figures.published_ranges(shown.assign(custody="elsewhere"))


def test_marks_differ_in_shape_and_colour():
    for marks in (figures._CUSTODY_MARKS, figures._BASE_MARKS):
        colours, shapes = zip(*marks.values(), strict=True)
        assert len(set(colours)) == len(set(shapes)) == len(marks)


def test_words_say_what_the_ranges_show(shown):
    words = figures.ranges_in_words(shown)
    # Derivation: the one figure of people sentenced is half a million, with no open end.
    assert words.endswith("People sentenced: one figure, 500,000.")
    assert "without an upper end" in words


def test_words_say_what_the_bases_show(drawn):
    words = figures.bases_in_words(drawn)
    # 1,200,000 / 0.12 = 10.0 million; 8.5 million Turkic adults (population_model, section 7).
    assert "(implied by the figure: 10.0, census model: 8.5, census model, from age 15: 9.0)" in words
    assert "in million persons" in words
