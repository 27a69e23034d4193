"""The page of a case that is not about custody: its program says what the case says, and nothing of another's."""

from pathlib import Path

import pandas as pd
import pytest
from other_sources import row, write

from estimation.challenge.case_challenge import challenge
from estimation.challenge.case_stage import CaseStage
from estimation.evidence import case_folder
from estimation.model.case_from_folder import from_folder, register_of
from estimation.model.ladder import carry
from estimation.report import case_page, case_publish, page, record, wording

FOLDER = Path(__file__).resolve().parents[2] / "data" / "cases" / "japanese_american_1945"


@pytest.fixture(scope="module")
def row_and_page(shipped, tmp_path_factory):
    sets = shipped.table("reference_sets")
    folder = case_folder.load(FOLDER, families=set(sets["family"]))
    case, register = from_folder(folder), register_of(folder, sets)
    run = carry(case, register, draws=2_000, seed=1, threads=1)
    tables = challenge(CaseStage(case, register, 1_000, 1), run, folder.statement, sets)
    estimates = run.table(levels=(0.5, 0.8, 0.95))
    data = case_page.page_data(folder, run, register, estimates=record.csv_bytes(estimates), tables=tables)
    path = tmp_path_factory.mktemp("case") / "index.html"
    path.write_bytes(page.render(data))
    return estimates[(estimates["level"] == 0.95) & (estimates["rung"] == "differences")].iloc[0], path


def test_the_program_says_what_the_case_says(row_and_page, browser):
    row, path = row_and_page
    said = wording.say(row)
    tab, errors = browser.new_page(), []
    tab.on("console", lambda message: errors.append(message.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(path.as_uri())
    tab.wait_for_selector("html.ready")
    assert tab.text_content("#sentence") == said.headline
    # In a list below the sentence, the condition is pointed to.
    told = wording.say({**row, "condition": "under the condition above"}).not_meaning
    assert [each.text_content() for each in tab.query_selector_all("#meanings li")] == list(told)
    assert tab.is_hidden("#alone")  # no other sources, so the range at the top is that of the place alone
    assert tab.query_selector_all("#claim-usage li") == []
    shown = tab.inner_text("body")
    tab.close()
    assert errors == []
    assert "People of the region" in shown
    assert "Adults" not in shown
    assert "Marin, CA" in shown
    assert not [word for word in ("Xinjiang", "Konasheher", "Uyghur", "prison", "flagged") if word in shown]


def test_other_sources_of_a_case_have_switches(shipped, tmp_path, browser):
    sets = shipped.table("reference_sets")
    rows = (row("one", 12000), row("two", 0.04, unit="share", kind="court", area="Upper Exampleland"))
    folder = case_folder.load(write(tmp_path, *rows, kinds=("survey", "court")), families=set(sets["family"]))
    case_publish.publish(folder, sets, draws=4_000, seed=1)
    estimates = pd.read_csv(tmp_path / "results" / "estimates.csv")
    last = estimates[estimates["level"] == 0.95].iloc[-1]
    tab, errors = browser.new_page(), []
    tab.on("console", lambda message: errors.append(message.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((tmp_path / "results" / "page" / "index.html").as_uri())
    tab.wait_for_selector("html.ready")
    assert tab.text_content("#sentence") == wording.headline(last)
    tab.uncheck("input[name=kind][value=court]")
    assert "survey erred no more widely than assumed here" in tab.text_content("#sentence")
    tab.uncheck("input[name=kind][value=survey]")
    assert tab.text_content("#sentence") == wording.headline(estimates[estimates["level"] == 0.95].iloc[-2])
    tab.close()
    assert errors == []
