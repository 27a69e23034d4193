import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.model.ladder import climb
from estimation.report import page, page_content, page_publish, record
from estimation.report.page_data import PageData, Preset
from estimation.report.page_draws import page_draws
from estimation.report.picture_texts import entry
from estimation.report.runs import runs

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
    table = record.published("tornado.csv")
    found = page_content.moved(table, judgements)
    assert [each.part for each in found] == sorted((each.part for each in found), reverse=True)
    assert found[0].part == 1.0
    assert found[0].what == entry("between_county_sd")


def test_the_governments_words_are_quoted_and_named(shipped):
    found = page_content.quotes(shipped)
    assert any("fabricated" in each.words for each in found)
    assert all(each.who.startswith("Government of China: ") for each in found)


def test_every_source_is_listed_with_its_position(shipped):
    found = page_content.sources(shipped)
    assert len(found) == len(shipped.table("sources"))
    assert all(each.position for each in found)
    assert len(page_content.figures(shipped)) == (shipped.table("synthesis_sources")["use"] == "yes").sum()


def test_publishing_needs_the_tables_of_the_same_run(shipped, judgements, tmp_path):
    options = {"directory": tmp_path, "draws": 2000, "seed": 3, "size": 400}
    with pytest.raises(EstimationError, match=r"a page quotes published estimates; got estimates\.csv"):
        page_publish.publish_page(shipped, judgements, **options)
    found = runs(shipped, judgements, draws=2000, seed=3)
    table = pd.concat([run.table() for run in found.values()], ignore_index=True)
    record.write(tmp_path, {"estimates.csv": record.csv_bytes(table)})
    assert page_publish.publish_page(shipped, judgements, **options) == ("page/index.html",)
    first = (tmp_path / "page" / "index.html").read_bytes()
    assert embedded(first)["facts"]["answer"] == record.answer_id((tmp_path / "estimates.csv").read_bytes())
    with pytest.raises(EstimationError, match="a page must rest on the run that was published"):
        page_publish.publish_page(shipped, judgements, **{**options, "seed": 4})
    assert (tmp_path / "page" / "index.html").read_bytes() == first


def test_a_spread_held_fixed_or_of_a_family_that_cannot_be_moved_has_no_slider(shipped, judgements):
    fixed = judgements.override(between_county_sd=0.5)
    run = climb(shipped, fixed, draws=1000, seed=1, threads=1)
    draws = page_draws(run, fixed, size=200, seed=1)
    assert [slider.entry for slider in draws.sliders] == ["selection_shift", "county_adults_registered"]
    # Without a spread the standing is nothing; selection alone is weighed.
    assert draws.sliders[0].shape == fixed["selection_shift"].distribution
    assert page.render(replace(bare(run, fixed), draws=(draws,)))
