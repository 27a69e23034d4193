"""The page of a case that is not about custody: its program says what the case says, and nothing of another's."""

from pathlib import Path

import pandas as pd
import pytest
from other_sources import ENTRY, row, write

from estimation.challenge.claims import claims_of
from estimation.challenge.review.claim_check import chances
from estimation.challenge.sensitivity.challenge import Size, challenge
from estimation.challenge.sensitivity.tornado import alternatives
from estimation.evidence.case_folder import case_folder
from estimation.model.case.build import case_of, register_of
from estimation.model.case.case import SELECTION, SPREAD
from estimation.model.ladder.ladder import run as model_run
from estimation.report.page import case_page, page
from estimation.report.publish import case_publish
from estimation.report.record import csv_table
from estimation.report.wording import statements

FOLDER = Path(__file__).resolve().parents[2] / "data" / "cases" / "japanese_american_1945"


@pytest.fixture(scope="module")
def row_and_page(sets, tmp_path_factory):
    folder = case_folder.load(FOLDER, families=set(sets["family"]))
    register = register_of(folder, sets)
    case = case_of(folder, register)
    run = model_run(case, register, draws=2_000, seed=1, threads=1)
    claims = claims_of(folder.statement)
    tables = challenge(
        case,
        register,
        scope=case.scopes[0].name,
        claims=claims,
        others=alternatives(sets, None, register, without=folder.statement.exclude_families),
        size=Size(draws=1_000, base=512, pilot=1_000, kept=1_000),
        seed=1,
        tipped=(SPREAD, SELECTION),
    )
    tables["chances.csv"] = chances(run, claims)
    estimates = run.table(levels=(0.5, 0.8, 0.95))
    data = case_page.page_data(folder, run, register, estimates=csv_table.csv_bytes(estimates), tables=tables)
    path = tmp_path_factory.mktemp("case") / "index.html"
    path.write_bytes(page.render(data))
    return estimates[(estimates["level"] == 0.95) & (estimates["rung"] == "differences")].iloc[0], path


def test_the_program_says_what_the_case_says(row_and_page, browser):
    row, path = row_and_page
    said = statements.say(row)
    tab, errors = browser.new_page(), []
    tab.on("console", lambda message: errors.append(message.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(path.as_uri())
    tab.wait_for_selector("html.ready")
    assert tab.text_content("#sentence") == said.headline
    # In a list below the sentence, the condition is pointed to.
    told = statements.say({**row, "condition": "under the condition above"}).not_meaning
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


def test_other_sources_of_a_case_have_switches(sets, tmp_path, browser):
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
    assert tab.text_content("#sentence") == statements.headline(last)
    tab.uncheck("input[name=kind][value=court]")
    assert "survey erred no more widely than assumed here" in tab.text_content("#sentence")
    tab.uncheck("input[name=kind][value=survey]")
    assert tab.text_content("#sentence") == statements.headline(estimates[estimates["level"] == 0.95].iloc[-2])
    tab.close()
    assert errors == []


@pytest.mark.parametrize(
    ("shape", "moves"),
    [('{ name = "half_normal", scale = 0.5 }', True), ('{ name = "uniform", low = 0.0, high = 1.0 }', False)],
)
def test_a_case_with_its_own_spread_has_a_page_that_says_so(sets, tmp_path, browser, shape, moves):
    written = write(tmp_path, row("one", 12000))
    text = (written / "case.toml").read_text(encoding="utf-8")
    (written / "case.toml").write_text(text.replace('"reference classes"\n', '"register"\n'), encoding="utf-8")
    with (written / "assumptions.toml").open("a", encoding="utf-8") as file:
        file.write(ENTRY.format(key="between_county_sd", shape=shape, unit="log-odds"))
    folder = case_folder.load(written, families=set(sets["family"]))
    case_publish.publish(folder, sets, draws=4_000, seed=1)
    estimates = pd.read_csv(tmp_path / "results" / "estimates.csv")
    wide = estimates[estimates["level"] == 0.95].set_index("rung", drop=False)
    tab, errors = browser.new_page(viewport={"width": 360, "height": 780}, color_scheme="dark"), []
    tab.on("console", lambda message: errors.append(message.text))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto((tmp_path / "results" / "page" / "index.html").as_uri())
    tab.wait_for_selector("html.ready")
    assert tab.text_content("#sentence") == statements.headline(wide.loc["sources"])
    tab.uncheck("input[name=kind]")
    alone = statements.say(wide.loc["differences"])
    assert tab.text_content("#sentence") == alone.headline
    assert "as much as the register of this case supposes" in alone.headline
    assert tab.text_content("#strength") == alone.strength
    assert "campaigns" not in tab.inner_text("body")
    spread = tab.query_selector("#slider-between_county_sd")
    assert (spread is not None) == moves
    assert f"the {'second' if moves else 'first'} slider" in tab.inner_text("#how")
    if moves:
        tab.evaluate("document.getElementById('slider-between_county_sd').focus()")
        tab.keyboard.press("ArrowLeft")
        # Origin: 0.9 times the median of |N(0, 0.5)|, 0.3372.
        said = "spread of 0.30 (0.34 is what the register of this case supposes)"
        assert said in tab.text_content("#sentence")
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    tab.close()
    assert errors == []
