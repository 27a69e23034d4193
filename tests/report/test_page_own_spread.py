"""The page of a case that judges its spread itself: sliders that its family allows, against runs made with them."""

from dataclasses import replace

import numpy as np
import pytest

from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.new_case import files
from estimation.evidence.distributions.distributions import (
    HalfNormal,
    HalfT,
    Lognormal,
    LogT,
    Pert,
    Point,
    Uniform,
)
from estimation.model.case.build import case_of, register_of
from estimation.model.ladder.ladder import run as model_run
from estimation.model.region.region import RUNGS
from estimation.report.page.page_arithmetic import Setting, spread
from estimation.report.page.page_columns import _ERROR
from estimation.report.page.page_draws import SPREAD, Slider, page_draws

FAMILIES = {
    "half_normal": HalfNormal(0.5),
    "half_t": HalfT(0.5, 4.0, 10.0),
    "lognormal": Lognormal(0.5, 0.4),
    "log_t": LogT(0.5, 0.4, 5.0, 10.0),
    "pert": Pert(0.1, 0.5, 1.4),
}
FIXED = {"point": Point(0.5), "uniform": Uniform(0.0, 1.0), "pert that ends at its mode": Pert(0.0, 0.0, 1.0)}


@pytest.fixture(scope="module")
def template(sets, tmp_path_factory):
    place = tmp_path_factory.mktemp("case")
    for name, content in files().items():
        (place / name).write_bytes(content)
    folder = case_folder.load(place, families=set(sets["family"]))
    register = register_of(folder, sets)
    return case_of(folder, register), register


def slider_of(draws) -> "Slider | None":
    return next((each for each in draws.sliders if each.entry == SPREAD), None)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("end", [0, -1])
def test_a_moved_spread_is_that_of_a_run_made_with_it(template, family, end):
    case, register = template
    judged = register.override(**{SPREAD: FAMILIES[family]})
    run = model_run(case, judged, draws=20_000, seed=5, threads=1)
    draws = page_draws(run, judged, size=4000, seed=5)
    slider = slider_of(draws)
    stop = end % len(slider.shown)
    assert np.abs(slider.log_weight(stop) - slider.log_ratio(stop)).max() <= _ERROR
    moved = replace(FAMILIES[family], **{slider.moved: slider.offsets[stop]})
    # The reader is shown the median of what is judged, whatever parameter the family has; that it is cut off far
    # above moves the median of a log-t by less than is printed.
    assert slider.shown[stop] == pytest.approx(moved.median(), rel=2e-3)
    again = model_run(case, judged.override(**{SPREAD: moved}), draws=20_000, seed=6, threads=1)
    table = again.table(levels=(0.8,)).set_index("rung")
    scope = case.scopes[0].name
    for rung in RUNGS:
        found, row = spread(draws, Setting(scope, stops={SPREAD: stop}), rung), table.loc[rung]
        for at, name in ((0.1, "low"), (0.5, "median"), (0.9, "high")):
            allowed = 4 * (found.error(at) + row[f"count_{name}_error"]) + 1e-4 * row[f"count_{name}"]
            assert abs(found.quantile(at) - row[f"count_{name}"]) <= allowed, (rung, name)


@pytest.mark.parametrize("family", FIXED)
def test_a_spread_that_cannot_be_moved_has_no_slider(template, family):
    case, register = template
    judged = register.override(**{SPREAD: FIXED[family]})
    draws = page_draws(model_run(case, judged, draws=1000, seed=5, threads=1), judged, size=200, seed=5)
    assert slider_of(draws) is None


def test_a_half_normal_goes_no_further_than_its_weights_allow(template):
    # Derivation: the mean of the squared ratio is finite only below the root of 2 times the scale.
    case, register = template
    judged = register.override(**{SPREAD: HalfNormal(0.5)})
    slider = slider_of(page_draws(model_run(case, judged, draws=1000, seed=5, threads=1), judged, size=200, seed=5))
    assert max(slider.offsets) / 0.5 == pytest.approx(1.3)
