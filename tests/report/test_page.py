import html
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.model.case.case_shipped import shipped_case
from estimation.model.ladder.ladder import run as model_run
from estimation.report.page import page, page_content, page_doubt
from estimation.report.page.page_arithmetic import Setting, ladder
from estimation.report.page.page_data import PageData, Preset
from estimation.report.page.page_draws import page_draws
from estimation.report.page.page_words import row_of
from estimation.report.publish import page_publish
from estimation.report.publish.runs import runs
from estimation.report.record import csv_table, record, results_folder, run_card
from estimation.report.wording import estimate_words, headline_facts
from estimation.report.wording.picture_texts import entry_words

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
    assert sorted(path.stem for path in folder.glob("*.js")) == sorted(page.PROGRAM)
    said = page.render(page_case.data).decode()
    places = [said.index((folder / f"{name}.js").read_text(encoding="utf-8")) for name in page.PROGRAM]
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


def test_claims_in_print_count_people_ever_held(shipped):
    found = page_content.presets(shipped)
    assert (found[0].sides, found[0].low, found[0].scope) == ("at_least", 1_200_000, "turkic")
    cards = shipped.table("reconciliation").set_index("estimate_id")
    labels = shipped.table("published").set_index("label")["estimate_id"]
    for each in found:
        assert cards.loc[labels[each.label], "measure"] == "ever held"
        assert each.low > 0
        assert (each.high > each.low) == (each.sides == "between")


def test_what_matters_most_is_in_order_and_within_the_table(judgements):
    table = results_folder.published("tornado.csv")
    found = page_doubt.moved(table, judgements)
    assert [each.part for each in found] == sorted((each.part for each in found), reverse=True)
    assert found[0].part == 1.0
    assert found[0].what == entry_words("between_county_sd")


def test_ends_of_judgements_have_units_and_words(judgements):
    found = {each.what: each.ends for each in page_doubt.moved(results_folder.published("tornado.csv"), judgements)}
    low, high = (value for value, _ in found[entry_words("between_county_sd")])
    assert re.fullmatch(r"spread 0\.\d+ \(places nearly alike\)", low)
    assert re.fullmatch(r"spread \d\.\d+ \(places very unlike\)", high)
    low, high = (value for value, _ in found[entry_words("selection_shift")])
    assert re.fullmatch(r"0\.\d+ standard deviations below the average \(seen though milder\)", low)
    assert re.fullmatch(r"0\.\d+ standard deviations above the average \(seen because worse\)", high)
    assert all(value.endswith(" people") for value, _ in found[entry_words("county_adults_registered")])


def test_every_unit_of_the_register_has_words(judgements):
    for each in judgements.entries:
        ends = pd.DataFrame(
            {
                "entry": [each.id] * 2,
                "at": ["5%", "95%"],
                "value": [0.2, 0.4],
                "move": [0.1, 0.2],
                **{f"count_{end}": [1e6] * 2 for end in ("low", "median", "high")},
                **{f"count_{end}_error": [0.0] * 2 for end in ("low", "median", "high")},
            }
        )
        assert len(page_doubt.moved(ends, judgements)[0].ends) == 2, each.id


def test_the_table_of_judgements_says_whom_it_counts_and_where_it_starts(page_case):
    draws = page_case.data.draws[0]
    step = ladder(draws, Setting("turkic"))[-1]
    start = estimate_words.span(row_of(draws, Setting("turkic"), step))
    told = page_doubt.moved_from(draws, "turkic", "uyghur")
    assert told.startswith("Counted in this table: Uyghur, Kazakh and Kyrgyz adults of Xinjiang. ")
    assert f"the 95% interval is {start}. " in told
    assert told.endswith("begins with others: Uyghur adults of Xinjiang.")
    assert "begins with others" not in page_doubt.moved_from(draws, "uyghur", "uyghur")
    assert html.escape(told, quote=False) in page.render(page_case.data).decode()


def test_the_other_chance_is_told_from_the_first_step(page_case):
    data = page_case.data
    assert data.shares[0][0].startswith("where Konasheher (Shufu) county happened to stand among counties")
    assert "“Chance alone”" in data.shares_note
    assert page_doubt.shares_note(data.shares[1:], {"observed": "x", "areas": "y"}) == ""


def test_the_lead_names_the_leak_and_its_date(shipped):
    # Sources bbc_2022_xpf and zenz_2022_jeacs, and the window of observation kon_bbc.
    found = {"leak": "Xinjiang Police Files", "publisher": "BBC News", "date": "24 May 2022", "window": "2017-18"}
    assert page_content.leak(shipped) == found


def test_the_slider_of_selection_says_how_the_method_did_where_the_worst_was_picked(page_case):
    calibration = results_folder.published("calibration.csv")
    share = headline_facts.coverage_of_worst_quarter(calibration)
    assert f"held in {share}." in headline_facts.coverage_words(calibration)
    rendered = page.render(page_case.data).decode()
    assert re.search(rf'id="help-selection_shift">[^<]*80% interval held the truth in {share}\.', rendered)


def test_only_figures_of_the_observed_county_say_that_they_speak_for_it(shipped):
    marked = [each for each in page_content.figures(shipped) if "It lies in Konasheher (Shufu) county" in each.note]
    assert [each.place for each in marked] == ["Bullaqsu township, Konasheher county"]


def test_the_claim_it_begins_with(small_run, judgements):
    first = bare(small_run, judgements)
    assert embedded(page.render(first))["claim"]["low"] == 1e6  # the one in print about those counted first
    others = replace(first, presets=(Preset("p", "turkic", "at_most", 3e6),))
    content = embedded(page.render(others))
    assert content["claim"]["low"] not in (1e6, 3e6)  # a round number instead of a claim about others
    assert content["claim"]["sides"] == "at_least"


def test_the_governments_words_are_quoted_and_named(shipped):
    found = page_content.quotes(shipped)
    assert any("fabricated" in each.words for each in found)
    assert all(each.who.startswith("Government of China: ") for each in found)


def test_every_source_is_listed_with_its_position(shipped):
    found = page_content.sources(shipped)
    assert len(found) == len(shipped.table("sources"))
    assert all(each.position for each in found)
    assert len(page_content.figures(shipped)) == (shipped.table("synthesis_sources")["use"] == "yes").sum()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_nobody_waits_for_a_pipe_in_place_of_the_estimates(shipped, judgements, tmp_path):
    os.mkfifo(tmp_path / "estimates.csv")
    with pytest.raises(EstimationError, match=r"estimates\.csv: a pipe or a device, not a file"):
        page_publish.publish_page(shipped, judgements, directory=tmp_path, draws=2000, seed=3)


def test_publishing_needs_the_tables_of_the_same_run(shipped, judgements, tmp_path):
    options = {"directory": tmp_path, "draws": 2000, "seed": 3, "size": 400}
    with pytest.raises(EstimationError, match=r"a page quotes published estimates; got estimates\.csv"):
        page_publish.publish_page(shipped, judgements, **options)
    found = runs(shipped, judgements, draws=2000, seed=3)
    table = pd.concat([run.table() for run in found.values()], ignore_index=True)
    record.write(tmp_path, {"estimates.csv": csv_table.csv_bytes(table)})
    assert page_publish.publish_page(shipped, judgements, **options) == ("page/index.html",)
    first = (tmp_path / "page" / "index.html").read_bytes()
    assert embedded(first)["facts"]["answer"] == run_card.answer_id((tmp_path / "estimates.csv").read_bytes())
    with pytest.raises(EstimationError, match="a page must rest on the run that was published"):
        page_publish.publish_page(shipped, judgements, **{**options, "seed": 4})
    assert (tmp_path / "page" / "index.html").read_bytes() == first


def test_a_spread_held_fixed_or_of_a_family_that_cannot_be_moved_has_no_slider(shipped, judgements):
    fixed = judgements.override(between_county_sd=0.5)
    run = model_run(shipped_case(shipped, fixed), fixed, draws=1000, seed=1, sources=False, threads=1)
    draws = page_draws(run, fixed, size=200, seed=1)
    assert [slider.entry for slider in draws.sliders] == ["selection_shift", "county_adults_registered"]
    # Without a spread the standing is nothing; selection alone is weighed.
    assert draws.sliders[0].shape == fixed["selection_shift"].distribution
    assert page.render(replace(bare(run, fixed), draws=(draws,)))
