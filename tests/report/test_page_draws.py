"""The few draws of the page against the run they stand for, and moved judgements against runs made with them."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.model.case.build import case_of
from estimation.model.case.case import SELECTION, SPREAD
from estimation.model.case.inputs import OBSERVED_Z
from estimation.model.ladder.ladder import run as model_run
from estimation.model.ladder.summary import Sample
from estimation.model.region.region import ALL_RUNGS, SOURCES
from estimation.model.synthesis.weights import equal
from estimation.report.page.page_arithmetic import Setting, log_persons, spread, weights
from estimation.report.page.page_columns import _ERROR
from estimation.report.page.page_draws import page_draws

ENDS = (0.025, 0.1, 0.5, 0.9, 0.975)
BASE = "county_adults_registered"


def agree(draws, setting, rung, sample, *, over=4.0):
    """Quantiles of the page against those of full draws, in standard errors of the difference."""
    found = spread(draws, setting, rung)
    for at in ENDS:
        value, error = sample.quantile(at)
        own = found.error(at)
        # Six digits of coding are the least that can be told apart.
        allowed = over * np.hypot(error, own) + 1e-4 * value
        assert abs(found.quantile(at) - value) <= allowed, (setting, rung, at)


@pytest.mark.parametrize("basis", ["registered", "resident"])
@pytest.mark.parametrize("rung", ALL_RUNGS)
def test_every_scope_and_rung_is_that_of_the_run(page_case, basis, rung):
    run = page_case.runs[basis]
    draws = next(each for each in page_case.data.draws if each.basis == basis)
    for scope in draws.named:
        setting = Setting(scope, kinds=2 ** len(draws.kinds) - 1)
        agree(draws, setting, rung, run.counts(scope, rung))


def test_every_set_of_kinds_is_that_of_the_run(page_case):
    run, draws = page_case.runs["registered"], page_case.data.draws[0]
    kind = {source.name: source.kind for source in run.case.sources}
    for number in range(1, 2 ** len(draws.kinds)):
        chosen = {name: float(number >> draws.kinds.index(own) & 1) for name, own in kind.items()}
        whole = run.likelihood.weigh(chosen, enforce=False)
        agree(draws, Setting("uyghur", kinds=number), SOURCES, Sample(run.totals.count("uyghur"), whole))


@pytest.mark.parametrize("part", ["camp", "prison"])
def test_camp_and_prison_are_those_of_the_run(page_case, part):
    run, draws = page_case.runs["registered"], page_case.data.draws[0]
    either, prison = run.totals.count("uyghur"), run.totals.prison("uyghur")
    for number in (0, 63):
        values = prison if part == "prison" else either - (1 - run.inputs["camp_before_prison"]) * prison
        rung, weights_of = (SOURCES, run.weights) if number else ("differences", equal(run.draws))
        agree(draws, Setting("uyghur", part, number), rung, Sample(values, weights_of))


def other_run(evidence, register, entry, slider, stop):
    shape = register[entry].distribution
    field = {SPREAD: "median_value", SELECTION: "mean_value", BASE: "mode"}[entry]
    changed = register.override(**{entry: replace(shape, **{field: slider.shown[stop]})})
    return model_run(case_of(evidence, changed), changed, draws=20_000, seed=99, sources=False, threads=1)


@pytest.mark.parametrize(
    ("entry", "stop"), [(SPREAD, 3), (SPREAD, 11), (SELECTION, 2), (SELECTION, 8), (BASE, 3), (BASE, -1)]
)
def test_a_moved_judgement_is_that_of_a_run_made_with_it(page_case, shipped, judgements, entry, stop):
    draws = page_case.data.draws[0]
    slider = next(each for each in draws.sliders if each.entry == entry)
    stop = stop % len(slider.shown)
    whole = other_run(shipped, judgements, entry, slider, stop)
    setting = Setting("turkic", stops={entry: stop})
    for rung in ("sampling", "record", "population", "spread", "differences"):
        agree(draws, setting, rung, whole.counts("turkic", rung))


@pytest.mark.parametrize("scope", ["uyghur_south", "turkic"])
def test_moved_adults_of_the_region_are_those_of_a_run_with_them(page_case, shipped, judgements, scope):
    draws = page_case.data.draws[0]
    base = {scope: draws.central[scope] * 1.2}
    case = case_of(shipped, judgements)
    whole = model_run(case, judgements, draws=20_000, seed=99, sources=False, threads=1, base=base)
    setting = Setting(scope, kinds=63, people=1.2)
    for rung in ("sampling", "record", "population", "spread", "differences"):
        agree(draws, setting, rung, whole.counts(scope, rung))


def test_two_judgements_moved_with_sources_are_those_of_the_whole_run_weighed(page_case):
    # Derivation: the same ratio of densities on all draws of the run, not on those kept.
    run, draws = page_case.runs["registered"], page_case.data.draws[0]
    spread_of, selection = (next(each for each in draws.sliders if each.entry == name) for name in (SPREAD, SELECTION))
    inputs = run.inputs
    s, standing = inputs[SPREAD], inputs[OBSERVED_Z] + inputs[SELECTION]
    log = np.log(run.weights.share)
    for slider, values, stop in ((spread_of, s, 5), (selection, standing, 7)):
        other = replace(slider.shape, **{slider.moved: slider.offsets[stop]})
        log = log + other.logpdf(values) - slider.shape.logpdf(values)
    share = np.exp(log - log.max())
    share /= share.sum()
    count = run.totals.count("uyghur")
    order = np.argsort(count)
    place = np.cumsum(share[order]) - share[order] / 2
    found = spread(draws, Setting("uyghur", kinds=63, stops={SPREAD: 5, SELECTION: 7}), SOURCES)
    for at in ENDS:
        assert abs(found.quantile(at) - np.interp(at, place, count[order])) <= 3 * found.error(
            at
        ) + 1e-3 * found.quantile(at)


def test_what_the_page_reads_from_its_tables_is_the_ratio_of_the_densities(page_case):
    # Expected values: the densities of evidence.distributions at every draw, and quantiles of draws weighed by them.
    # Derivation: log-weights within e of the exact ones move the weight below any draw by at most e, so the exact
    # quantile at p lies between those read at p - e and p + e.
    for draws in page_case.data.draws:
        for slider in draws.sliders:
            for stop in range(len(slider.offsets)):
                at = slider.log_weight(stop) - slider.log_ratio(stop)
                assert np.abs(at).max() <= _ERROR, (slider.entry, stop)
                setting = Setting("uyghur", stops={slider.entry: stop})
                found, log = spread(draws, setting, "differences"), log_persons(draws, setting, "differences")
                order = np.argsort(log, kind="stable")
                share = (np.exp(slider.log_ratio(stop)) / draws.inclusion.values())[order]
                place = (np.cumsum(share) - share / 2) / share.sum()
                for level in ENDS:
                    exact = np.exp(np.interp(level, place, log[order]))
                    assert found.quantile(level - _ERROR) <= exact <= found.quantile(level + _ERROR)


def test_the_standing_is_normal_with_the_variances_added(page_case):
    # Derivation: a standard normal and the register's normal(0, 0.5), independent: normal with variance 1.25.
    slider = next(each for each in page_case.data.draws[0].sliders if each.entry == SELECTION)
    assert slider.shape.sd == pytest.approx(np.sqrt(1.25))
    run = page_case.runs["registered"]
    inputs, drawn = run.inputs, run.totals.effects
    standing = (drawn.logits[:, 0] - drawn.centre) / inputs[SPREAD]
    assert np.std(standing) == pytest.approx(np.sqrt(1.25), rel=4 / np.sqrt(2 * len(standing)))
    assert np.corrcoef(standing, inputs[SPREAD])[0, 1] == pytest.approx(0, abs=4 / np.sqrt(len(standing)))


def test_earlier_rungs_keep_their_weights(page_case):
    draws = page_case.data.draws[0]
    plain, moved = Setting("uyghur", kinds=63), Setting("uyghur", kinds=63, stops={SPREAD: 0, SELECTION: 0})
    for rung in ("sampling", "record", "population"):
        assert np.array_equal(weights(draws, plain, rung), weights(draws, moved, rung))
    base = Setting("uyghur", kinds=63, stops={BASE: 0})
    assert not np.array_equal(weights(draws, plain, "record"), weights(draws, base, "record"))


def test_no_setting_of_one_switch_or_slider_is_too_thin(page_case):
    # The page must be able to answer each of its own controls moved alone, up to what the run itself can carry.
    draws = page_case.data.draws[0]
    for number in range(32):
        assert spread(draws, Setting("uyghur", kinds=number), SOURCES if number else "differences").effective > 100
    for slider in draws.sliders:
        for stop in range(len(slider.shown)):
            assert spread(draws, Setting("uyghur", stops={slider.entry: stop}), "differences").effective > 100


def test_camp_and_prison_stay_within_both(page_case):
    draws = page_case.data.draws[0]
    for scope, number in itertools.product(draws.named, (0, 5, 63)):
        rung = SOURCES if number else "differences"
        either, camp, prison = (
            log_persons(draws, Setting(scope, part, number), rung) for part in ("either", "camp", "prison")
        )
        assert np.all(camp <= either + 1e-9)
        assert np.all(prison <= either + 1e-3)


def test_a_run_without_sources_has_no_switches(small_run, judgements):
    draws = page_draws(small_run, judgements, size=500, seed=1)
    assert (draws.kinds, draws.prison, draws.evidence) == ((), {}, ())
    assert [slider.entry for slider in draws.sliders] == [SPREAD, SELECTION, BASE]


def test_more_draws_than_there_are(small_run, judgements):
    with pytest.raises(
        EstimationError, match=r"draws to keep must be some of those with a chance; got 5000\. Do this: keep 1 to 4000"
    ):
        page_draws(small_run, judgements, size=5000, seed=1)
