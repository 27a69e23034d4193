import html
import re

import pandas as pd
import pytest

from estimation.report.page import page, page_doubt
from estimation.report.page.page_arithmetic import Setting, ladder
from estimation.report.page.page_words import row_of
from estimation.report.record import results_folder
from estimation.report.wording import estimate_words
from estimation.report.wording.picture_texts import entry_words


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


@pytest.mark.parametrize(("weighed", "rung"), [(False, "differences"), (True, "sources")])
def test_the_table_of_judgements_says_whom_it_counts_and_where_it_starts(page_case, weighed, rung):
    draws = page_case.data.draws[0]
    setting = Setting("turkic", kinds=2 ** len(draws.kinds) - 1)
    step = next(step for step in ladder(draws, setting) if step.rung == rung)
    start = estimate_words.span(row_of(draws, setting, step))
    told = page_doubt.moved_from(draws, "turkic", weighed=weighed)
    assert told.startswith("Counted in this table: Uyghur, Kazakh and Kyrgyz adults of Xinjiang")
    assert f"the 95% interval is {start}" in told
    assert (html.escape(told, quote=False) in page.render(page_case.data).decode()) == weighed


def test_judgements_move_the_printed_figure_where_its_weights_can_be_relied_on(judgements):
    tables = {name: results_folder.published(name) for name in ("tornado.csv", "tornado_sources.csv", "shapley.csv")}
    names = {"observed": "x", "areas": "y"}
    found = page_doubt.doubt(tables, judgements, names)
    assert found.weighed
    assert found.moved == page_doubt.moved(tables["tornado_sources.csv"].dropna(subset=["move"]), judgements)
    # Without weights that can be relied on, and without sources, the answer is the county's alone.
    unsure = tables["tornado_sources.csv"].assign(move=float("nan"))
    effects = tables["shapley.csv"]
    for few in (
        {**tables, "tornado_sources.csv": unsure},
        {key: tables[key] for key in ("tornado.csv", "shapley.csv")},
    ):
        other = page_doubt.doubt(few, judgements, names)
        assert (other.weighed, other.moved) == (False, page_doubt.moved(tables["tornado.csv"], judgements))
        assert other.shares == page_doubt.shares(effects[effects["rung"] == "differences"], names) != found.shares
    assert page_doubt.doubt({}, judgements, names) is None


def test_the_other_chance_is_told_from_the_first_step(page_case):
    data = page_case.data
    assert data.doubt.shares[0][0].startswith("where Konasheher (Shufu) county happened to stand among counties")
    assert "“Sampling only”" in data.doubt.shares_note
    assert page_doubt.shares_note(data.doubt.shares[1:], {"observed": "x", "areas": "y"}) == ""
