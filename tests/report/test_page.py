import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from estimation.errors import EstimationError
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run as model_run
from estimation.report.page import page
from estimation.report.page.page_data import PageData, Preset
from estimation.report.page.page_draws import page_draws
from estimation.report.record import results_folder
from estimation.report.wording import headline_facts

HOSTILE = '</script><script>x</script> " onload="y" {low} \u2028 <!--'


def embedded(html: bytes):
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


def bare(small_run, judgements, **other) -> PageData:
    """A page of a case without other sources, with the least there can be."""
    given = {"title": "t", "question": "q", "lead": "l", "scope": "uyghur", **other}
    facts = {"answer": "a", "data": "d", "version": "1", "draws": "4,000", "seed": "1", "file": "f"}
    draws = page_draws(small_run, judgements, size=300, seed=1)
    return PageData(draws=(draws,), presets=(Preset("p", "uyghur", "at_least", 1e6),), facts=facts, **given)


def test_same_data_same_bytes(page_case):
    assert page.render(page_case.data) == page.render(page_case.data)


def test_the_program_is_all_its_files_and_computes_no_density(page_case):
    folder = Path(page.__file__).parent / "page_files"
    assert sorted(path.stem for path in folder.glob("*.js")) == sorted(page._PROGRAM)
    said = page.render(page_case.data).decode()
    places = [said.index((folder / f"{name}.js").read_text(encoding="utf-8")) for name in page._PROGRAM]
    assert places == sorted(places)
    slider = embedded(said.encode())["bases"][0]["sliders"][0]
    assert not {"family", "parameters"} & set(slider)
    assert not re.search(r"\b(?:log1p|sigma|half_t|pert)\b", said[places[0] :].split("</script>")[0])


def test_dots_and_levels_are_those_that_are_drawn(page_case, monkeypatch):
    monkeypatch.setattr(page, "DOTS", 40)
    monkeypatch.setattr(page, "LEVELS", (0.95, 0.8))
    said = page.render(page_case.data).decode()
    assert "40 equally likely totals: each dot is one<" in said
    assert "Each dot is one chance in 40." in said
    assert "Thin bar: 95% interval; thicker: 80%; upright line" in said


def test_nothing_is_asked_of_a_network_and_only_its_own_script_may_run(page_case):
    html = page.render(page_case.data).decode()
    assert not re.findall(r'(?:src|href)="(?!#|data:,)[^"]*"', html)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy
    assert len(re.findall(r"sha256-[A-Za-z0-9+/]{43}=", policy)) == 2
    assert not re.findall(r"\\son[a-z]+=|style=", html.split("<script")[0].split("</style>")[1])


def test_texts_are_text(small_run, judgements):
    texts = {"title": HOSTILE, "question": HOSTILE, "lead": HOSTILE, "checked": HOSTILE}
    html = page.render(bare(small_run, judgements, **texts, sources=(), quotes=()))
    assert html.count(b"<script") == 2
    assert b"<!--" not in html
    assert "\u2028".encode() not in html.split(b'id="data">')[1].split(b"</script>")[0]


def test_a_case_without_other_sources_has_a_page(small_run, judgements):
    html = page.render(bare(small_run, judgements)).decode()
    content = embedded(html.encode())
    assert content["bases"][0]["kinds"] == []
    assert 'name="kind"' not in html
    assert 'name="part"' not in html
    assert 'id="depends"' not in html
    assert len(content["bases"]) == 1
    assert 'name="basis"' not in html


def test_the_page_holds_only_aggregates(page_case):
    content = embedded(page.render(page_case.data))
    assert set(content["bases"][0]["central"]) == set(page_case.data.draws[0].named)


def test_a_page_that_grows_too_large(small_run, judgements, monkeypatch):
    monkeypatch.setattr(page, "LARGEST", 10_000)
    with pytest.raises(EstimationError, match=r"a page must stay small; got [\d,]+ bytes"):
        page.render(bare(small_run, judgements))


def test_the_slider_of_selection_says_how_the_method_did_where_the_worst_was_picked(page_case):
    calibration = results_folder.published("calibration.csv")
    share = headline_facts.coverage_of_worst_quarter(calibration)
    assert f"held in {share}." in headline_facts.coverage_words(calibration)
    rendered = page.render(page_case.data).decode()
    assert re.search(rf'id="help-selection_shift">[^<]*80% interval held the truth in {share}\.', rendered)


def test_the_claim_it_begins_with(small_run, judgements):
    first = bare(small_run, judgements)
    assert embedded(page.render(first))["claim"]["low"] == 1e6  # the one in print about those counted first
    others = replace(first, presets=(Preset("p", "turkic", "at_most", 3e6),))
    content = embedded(page.render(others))
    low = content["claim"]["low"]
    assert low != 3e6  # a round number instead of a claim about others
    assert low == float(f"{low:.1g}")
    assert content["claim"]["sides"] == "at_least"


def test_a_spread_held_fixed_or_of_a_family_that_cannot_be_moved_has_no_slider(shipped, judgements):
    fixed = judgements.override(between_county_sd=0.5)
    run = model_run(case_of(shipped, fixed), fixed, draws=1000, seed=1, sources=False, threads=1)
    draws = page_draws(run, fixed, size=200, seed=1)
    assert [slider.entry for slider in draws.sliders] == ["selection_shift", "county_adults_registered"]
    # Without a spread the standing is nothing; selection alone is weighed.
    assert draws.sliders[0].shape == fixed["selection_shift"].distribution
    assert page.render(replace(bare(run, fixed), draws=(draws,)))
