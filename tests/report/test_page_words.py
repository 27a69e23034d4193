"""Words of kinds of source and of sliders' stops."""

from dataclasses import replace

from estimation.evidence.distributions.distributions import Normal
from estimation.model.case.case import SPREAD
from estimation.report.page.page_draws import Slider
from estimation.report.page.page_words import kind_names, kinds_words, slider_words

NAMES = {"areas": "counties"}


def test_kinds_in_words(page_case):
    kinds = kind_names(page_case.data.draws[0])[:3]
    assert kinds_words(kinds, 7) == "officials by telephone, reports from villages and leaked county figures"
    assert kinds_words(kinds, 2) == "reports from villages"


def test_values_of_neighbours_differ():
    shown = (0.01, 0.012, 0.014)
    slider = Slider(SPREAD, "spread", None, Normal(0, 1), "mean_value", shown, shown, 1)
    assert slider_words(slider, NAMES, own=True)["said"] == ["0.01", "0.012", "0.014"]
    two = replace(slider, offsets=(0.5, 1.0), shown=(0.5, 1.0))
    assert slider_words(two, NAMES, own=True)["said"][1] == "1.00"
