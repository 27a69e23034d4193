"""The page in a browser: its numbers against Python's, its controls, its manners."""

import csv
import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from estimation.challenge.claims import Claim
from estimation.challenge.review.claim_check import LEVELS as OFFERED
from estimation.challenge.review.claim_check import Bound, Chance, Checked
from estimation.model.case.case import SELECTION, SPREAD
from estimation.report.page import page
from estimation.report.page.page_arithmetic import LEVELS, Setting, dots, ladder, rungs, spread
from estimation.report.page.page_data import Doubt, Moved, Preset, Quote, Source
from estimation.report.page.page_words import _CUSTODY, alone, condition, headline, in_list, row_of
from estimation.report.record import results_folder, run_card
from estimation.report.wording import claim_words, numbers, statements
from estimation.report.wording.likelihood import likelihood

PUBLISHED = results_folder.RESULTS / "page" / "index.html"


@pytest.fixture(scope="session")
def file_of_page(page_case, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_bytes(page.render(page_case.data))
    return path


class Opened:
    """A page in a context of its own, with all it said and asked for."""

    def __init__(self, browser, path, *, address="", **context):
        self.context = browser.new_context(**context)
        self.tab = self.context.new_page()
        self.said, self.asked = [], []
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.tab.goto(path.as_uri() + address)
        self.tab.wait_for_selector("html.ready")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.context.close()
        if failure[0] is None:
            assert self.said == []
            # The page itself, what it makes itself, and nothing else.
            foreign = [url for url in self.asked if not url.startswith(("file:", "blob:", "data:"))]
            assert foreign == []
            assert sum(url.startswith("file:") for url in self.asked) == 1

    @property
    def sentence(self):
        return self.tab.text_content("#sentence")


@pytest.fixture
def opened(browser, file_of_page):
    with Opened(browser, file_of_page, viewport={"width": 1280, "height": 900}) as found:
        yield found


def asked_of(draws, setting):
    """A setting as the page's program has it."""
    return {
        "basis": draws.basis,
        "scope": setting.scope,
        "part": setting.part,
        "kinds": setting.kinds,
        "stops": dict(setting.stops),
        "people": setting.people,
        "level": setting.level,
    }


def settings(data):
    """A few hundred settings: every set of kinds, every stop of every slider, and random mixtures of all controls."""
    rng = np.random.default_rng(12)
    for draws in data.draws:
        every = 2 ** len(draws.kinds)
        yield from ((draws, Setting("uyghur", kinds=number)) for number in range(every))
        for slider in draws.sliders:
            yield from (
                (draws, Setting("turkic", "either", every - 1, {slider.entry: stop}))
                for stop in range(len(slider.shown))
            )
    for _ in range(120):
        draws = data.draws[rng.integers(len(data.draws))]
        yield (
            draws,
            Setting(
                str(rng.choice(list(draws.named))),
                str(rng.choice(["either", "camp", "prison"])),
                int(rng.integers(2 ** len(draws.kinds))),
                {slider.entry: int(rng.integers(len(slider.shown))) for slider in draws.sliders if rng.random() < 0.6},
                float(rng.choice([1.0, 1.0, *page._PEOPLE])),
                float(rng.choice(LEVELS)),
            ),
        )


PROGRAM = """settings => settings.map(([setting, low, high]) => {
  const steps = window.page.ladder(setting), last = steps.at(-1);
  const { probability, error } = window.page.chanceOf(setting, last.rung, low, high ?? Infinity);
  return { steps, dots: window.page.dots(setting), sentence: window.page.sentence(setting, last),
           one: window.page.sentence(setting, last, "one_number"),
           condition: window.page.condition(setting, last.rung), probability, error,
           alone: window.page.aloneWords(setting, steps),
           claim: window.page.claimSentence(setting, last.rung, low, high ?? Infinity),
           verdict: window.page.verdict(setting, last.rung, low, high ?? Infinity),
           offered: ["at_least", "at_most", "between"].map(sides => window.page.supported(setting, sides)) };
})"""


def bound_of(found, sides, level):
    """As `claim_check` has it, from the page's draws."""
    tail = (1 - level) / 2 if sides == "between" else 1 - level
    low = (found.quantile(tail), found.error(tail)) if sides != "at most" else (0.0, 0.0)
    high = (found.quantile(1 - tail), found.error(1 - tail)) if sides != "at least" else (np.inf, 0.0)
    return Bound(level, low[0], high[0], low[1], high[1])


def test_numbers_and_sentences_are_pythons_over_a_grid_of_settings(opened, page_case):
    asked = list(settings(page_case.data))
    assert len(asked) >= 200
    claims = [(float(low), high) for low, high in itertools.product((4e5, 1_125_000, 2.5e6), (None, 3e6))]
    limits = [claims[place % len(claims)] for place in range(len(asked))]
    found = opened.tab.evaluate(
        PROGRAM, [[asked_of(*each), low, high] for each, (low, high) in zip(asked, limits, strict=True)]
    )
    grades, stands_alone = set(), set()
    for (draws, setting), (low, high), page_said in zip(asked, limits, found, strict=True):
        steps = ladder(draws, setting)
        assert [each["rung"] for each in page_said["steps"]] == list(rungs(draws, setting))
        for ours, theirs in zip(steps, page_said["steps"], strict=True):
            for name in ("low", "median", "high", "low_error", "median_error", "high_error", "effective", "heaviest"):
                assert theirs[name] == pytest.approx(getattr(ours, name), rel=1e-9), (setting, ours.rung, name)
        assert page_said["dots"] == pytest.approx(dots(draws, setting), rel=1e-9)
        last = steps[-1]
        grades.add(last.reliability())
        assert page_said["condition"] == condition(draws, setting, last.rung)
        assert page_said["sentence"] == headline(draws, setting, last)
        assert page_said["alone"] == alone(draws, setting, steps)
        stands_alone.add(bool(page_said["alone"]))
        whole = spread(draws, setting, last.rung)
        chance, error = whole.chance(low, high or np.inf)
        assert page_said["probability"] == pytest.approx(chance, rel=1e-9, abs=1e-12)
        assert page_said["error"] == pytest.approx(error, rel=1e-9)
        if last.reliability() != "too thin":
            row = row_of(draws, setting, last)
            assert page_said["one"] == statements.say(row).one_number
            said = claim_words.claim_sentence(row, low=low, high=high or np.inf, probability=chance, error=error)
            assert page_said["claim"] == said
            known = {**draws.named[setting.scope], "condition": row["condition"]}
            chances = (Chance(last.rung, chance, error),)
            for form, theirs in zip(((low, np.inf), (0.0, low), (low, 4 * low)), page_said["offered"], strict=True):
                claim = Claim(setting.scope, *form)
                bounds = tuple(bound_of(whole, claim.sides(), level) for level in OFFERED)
                told = claim_words.say_claim(Checked(claim, *_CUSTODY[setting.part], chances, bounds), known)
                assert theirs == list(told.instead)
            assert page_said["verdict"] == told.verdict
    # The grid must reach what is refused too.
    assert grades == {"good", "thin", "too thin"}
    assert stands_alone == {True, False}


@pytest.mark.parametrize("value", [0, 1, 999_499, 999_999, 1e6, 1_125_000, 1_135_000, 1_777_000, 12_345_678, 2.5e9])
def test_persons_in_words_are_pythons(opened, value):
    assert opened.tab.evaluate("value => window.page.persons(value)", value) == numbers.persons(value)
    assert opened.tab.evaluate("value => window.page.figure(value)", value) == numbers.stated_figure(value)


@pytest.mark.parametrize("error", [0.0, 0.004, 0.013, 0.03])
def test_likelihood_words_are_pythons(opened, error):
    chances = [float(each) for each in np.linspace(0, 1, 201)]
    said = opened.tab.evaluate("([p, e]) => p.map(each => window.page.likelihood(each, e))", [chances, error])
    assert said == [likelihood(each, error=error) for each in chances]


def test_what_it_does_not_mean_and_strength_are_pythons(opened, page_case):
    draws = page_case.data.draws[0]
    for part in ("either", "prison"):
        opened.tab.check(f"input[name=part][value={part}]")
        setting = Setting("turkic", part, 63)
        row = row_of(draws, setting, ladder(draws, setting)[-1])
        said = statements.say(row)
        assert opened.tab.locator("#meanings li").all_text_contents() == list(statements.say(in_list(row)).not_meaning)
        assert opened.tab.text_content("#strength") == said.strength


# --- controls ---------------------------------------------------------------------------------------------------------


def test_every_control_by_mouse(opened):
    tab = opened.tab

    def shown():
        # Two settings can round to one sentence: the numbers behind it tell them apart.
        return opened.sentence, tab.evaluate("() => JSON.stringify(window.page.ladder(window.page.state).at(-1))")

    seen = {shown()}

    def changed(what):
        assert shown() not in seen, what
        seen.add(shown())

    tab.select_option("#scope", "uyghur")
    changed("scope")
    for slider in tab.locator("[data-entry]:visible input").all():
        box = slider.bounding_box()
        slider.scroll_into_view_if_needed()
        slider.click(position={"x": box["width"] * 0.3, "y": box["height"] / 2})
        changed(slider.get_attribute("id"))
    tab.locator("#people").scroll_into_view_if_needed()
    tab.click("#reset")
    seen.clear()
    tab.locator("#people").click(position={"x": 300, "y": 10})
    changed("people")
    assert tab.is_disabled("input[name=kind][value=phone]")
    tab.click("#reset")
    seen.clear()
    seen.add(shown())
    for kind in tab.locator("input[name=kind]").all():
        kind.click()
        changed(kind.get_attribute("value"))
    tab.click("#reset")
    for name, value in (
        ("part", "camp"),
        ("basis", "resident"),
        ("part", "prison"),
        ("level", "0.8"),
        ("level", "0.5"),
    ):
        tab.click(f"input[name={name}][value='{value}']")
        changed(value)
    claimed = tab.text_content("#claim-sentence")
    tab.select_option("#claim-sides", "at_most")
    assert tab.text_content("#claim-sentence") != claimed
    tab.select_option("#claim-sides", "between")
    tab.fill("#claim-low", "500000")
    tab.fill("#claim-high", "900000")
    assert "between 500,000 and 900,000" in tab.text_content("#claim-sentence")
    tab.select_option("#claim-sides", "about")
    assert "between 450,000 and 550,000" in tab.text_content("#claim-sentence")
    tab.select_option("#claim-preset", index=1)
    assert tab.text_content("#claim-sentence")
    tab.click("#table summary")
    assert tab.locator("#numbers tr").count() == tab.locator("#claim-ladder tr").count()


SHOWN = """() => JSON.stringify(
  [window.page.state, ...["claim-low", "claim-sides", "claim-preset"].map(id => document.getElementById(id).value)])"""


def test_every_control_by_keyboard_alone(opened):
    tab = opened.tab
    keys = {"range": "ArrowLeft", "radio": "ArrowRight", "checkbox": "Space", "select": "ArrowDown", "number": "1"}
    operated = set()
    for _ in range(120):
        tab.keyboard.press("Tab")
        now = tab.evaluate(
            """() => { const { id, name = "", value = "", tagName: tag, type = "" } = document.activeElement;
              return { id: id || name + value, name, tag, type,
                       outline: getComputedStyle(document.activeElement).outlineStyle } }"""
        )
        if now["tag"] not in ("INPUT", "SELECT", "BUTTON", "SUMMARY"):
            continue
        if now["id"] == "copy" and "copy" in operated:
            break  # once around
        assert now["outline"] != "none", now  # where the focus is can be seen
        kind = "select" if now["tag"] == "SELECT" else now["type"]
        if now["tag"] in ("INPUT", "SELECT"):
            before = tab.evaluate(SHOWN)
            tab.keyboard.press(keys[kind])
            after = tab.evaluate(SHOWN)
            assert after != before, now
            if kind == "checkbox":
                tab.keyboard.press("Space")
            if now["id"] == "people":
                tab.keyboard.press("ArrowRight")
        operated.add(now["name"] if kind == "radio" else now["id"])
    names = {
        "part",
        "basis",
        "level",
        "scope",
        "people",
        "claim-sides",
        "claim-low",
        "claim-preset",
        "reset",
        "copy",
        "link",
    }
    sliders = {f"slider-{entry}" for entry in (SPREAD, SELECTION, "county_adults_registered")}
    kinds = {f"kind{kind}" for kind in ("phone", "village", "table", "capacity", "court")}
    assert names | sliders | kinds | {"save-svg", "save-png", "save-csv", "save-json"} <= operated | {"reset"}


def test_the_first_claim_is_about_those_counted_and_stays_about_them(opened):
    tab = opened.tab
    uyghur, press = "Uyghur adults of Xinjiang", "Uyghur, Kazakh and Kyrgyz adults of Xinjiang"
    # data/public/case.toml: the press's figure, of those whom the page counts first.
    assert tab.input_value("#scope") == "turkic"
    assert (tab.input_value("#claim-sides"), tab.input_value("#claim-low")) == ("at_least", "1200000")
    assert f"at least 1.2 million {press} were held" in tab.text_content("#claim-sentence")
    assert f"“at least 1.2 million” {press} below" in tab.text_content("#dots-said")
    assert tab.is_hidden("#claim-whose")
    tab.select_option("#claim-preset", index=1)
    assert tab.input_value("#scope") == "turkic"
    # The claim stays what it was about when the page counts others, and the page says so.
    tab.select_option("#scope", "uyghur")
    told = tab.text_content("#claim-whose")
    assert f"is about {press} who" in told
    assert f"but the page now counts {uyghur} who" in told
    assert f"“at least 1.2 million” {uyghur} below" in tab.text_content("#dots-said")
    tab.select_option("#scope", "turkic")
    tab.check("input[name=part][value=prison]")
    assert "but the page now counts" in tab.text_content("#claim-whose")
    # A number of one's own is nobody's claim.
    tab.fill("#claim-low", "700000")
    assert tab.is_hidden("#claim-whose")
    assert tab.input_value("#claim-preset") == ""


def test_the_condition_stands_whole_in_what_is_copied_and_once_in_a_list(opened):
    tab, condition = opened.tab, "If other counties resembled"
    assert tab.text_content("#one-number").startswith(condition)
    assert tab.text_content("#claim-sentence").startswith(condition)
    first, *rest = tab.locator("#claim-supported li").all_text_contents()
    assert first.startswith(condition)
    assert rest
    assert all(each.startswith("Under the condition above, with ") for each in rest)


def test_the_county_alone_stands_beside_the_range_and_follows_the_settings(opened, page_case):
    tab, draws = opened.tab, page_case.data.draws[0]

    def said(setting):
        return alone(draws, setting, ladder(draws, setting))

    assert tab.text_content("#alone") == said(Setting("turkic", kinds=63))
    tab.locator(f"#slider-{SPREAD}").fill("4")
    assert tab.text_content("#alone") == said(Setting("turkic", kinds=63, stops={SPREAD: 4}))
    # The 95% interval, whichever the sentence gives.
    tab.check("input[name=level][value='0.5']")
    assert tab.text_content("#alone") == said(Setting("turkic", kinds=63, stops={SPREAD: 4}))
    for kind in tab.locator("input[name=kind]").all():
        kind.uncheck()
    assert tab.is_hidden("#alone")


def test_undo_brings_the_projects_own_sentence_back(opened):
    first = opened.sentence
    opened.tab.locator(f"#slider-{SPREAD}").fill("2")
    assert "0.32" in opened.tab.text_content("#state")
    opened.tab.click("#reset")
    assert opened.sentence == first
    assert opened.tab.is_hidden("#reset")


def test_few_draws_warn_and_too_few_give_no_sentence(opened):
    tab = opened.tab
    assert tab.locator(f"#slider-{SELECTION}").get_attribute("aria-valuetext").startswith("0.00")
    tab.locator(f"#slider-{SPREAD}").fill("0")
    tab.locator(f"#slider-{SELECTION}").fill("10")
    tab.locator("#slider-county_adults_registered").fill("7")
    assert opened.sentence.startswith("No sentence: these settings leave only")
    assert tab.is_visible("#warning")
    assert tab.is_disabled("#copy")
    assert tab.text_content("#range-0") == "—"
    assert tab.text_content("#claim-sentence").startswith("No sentence")
    assert tab.locator("#claim-supported li").count() == 0


def test_a_link_restores_the_settings(browser, file_of_page, opened):
    tab = opened.tab
    tab.select_option("#scope", "minority")
    tab.check("input[name=part][value=camp]")
    tab.uncheck("input[name=kind][value=court]")
    tab.locator(f"#slider-{SPREAD}").fill("10")
    tab.select_option("#claim-sides", "at_most")
    tab.fill("#claim-low", "1500000")
    address = tab.evaluate("() => location.hash")
    with Opened(browser, file_of_page, address=address) as again:
        assert again.sentence == opened.sentence
        assert again.tab.text_content("#claim-sentence") == tab.text_content("#claim-sentence")
        assert again.tab.evaluate("() => window.page.state") == tab.evaluate("() => window.page.state")
        again.tab.evaluate("() => { location.hash = '#scope=turkic&part=prison' }")
        again.tab.wait_for_function("() => document.querySelector('#scope').value === 'turkic'")


@pytest.mark.parametrize(
    "address",
    [
        "#scope=<script>alert(1)</script>&part=jail",
        "#level=7&people=abc&sources=x.y",
        "#claim=at_least.-5.z",
        "#%",
        "#sources",
    ],
)
def test_an_address_that_is_nonsense_changes_nothing_it_should_not(browser, file_of_page, opened, address):
    with Opened(browser, file_of_page, address=address) as odd:
        if "sources" not in address:
            assert odd.sentence == opened.sentence
        assert odd.tab.locator("script").count() == 2


def test_sentence_and_link_are_copied(browser, file_of_page):
    with Opened(browser, file_of_page, permissions=["clipboard-read", "clipboard-write"]) as found:
        found.tab.click("#copy")
        found.tab.wait_for_function("() => document.querySelector('#done').textContent.includes('copied')")
        assert found.tab.evaluate("() => navigator.clipboard.readText()") == found.sentence
        found.tab.click("#link")
        found.tab.wait_for_function("() => document.querySelector('#done').textContent.includes('Link')")
        assert found.tab.evaluate("() => navigator.clipboard.readText()").endswith(found.tab.evaluate("location.hash"))


def test_downloads_hold_what_the_page_shows(browser, opened, page_case):
    tab, content = opened.tab, {}
    tab.select_option("#scope", "turkic")
    for kind in ("csv", "json", "svg", "png"):
        with tab.expect_download() as waiting:
            tab.click(f"#save-{kind}")
        assert waiting.value.suggested_filename == f"{page_case.data.facts['file']}.{kind}"
        content[kind] = Path(waiting.value.path()).read_bytes()
    draws = page_case.data.draws[0]
    rows = list(csv.DictReader(io.StringIO(content["csv"].decode())))
    steps = [step for level in LEVELS for step in ladder(draws, Setting("turkic", kinds=63, level=level))]
    assert [float(row["high"]) for row in rows] == pytest.approx([step.high for step in steps], rel=1e-5)
    # Labels of rungs begin with a plus, which a spreadsheet would run.
    assert not [cell for row in rows for cell in row.values() if re.match(r"\s*[=+@\t]", cell)]
    told = json.loads(content["json"])
    assert told["sentence"] == opened.sentence
    assert told["dots"] == pytest.approx(dots(draws, Setting("turkic", kinds=63)))
    drawing = ET.fromstring(content["svg"])
    words = " ".join("".join(drawing.itertext()).split())
    assert opened.sentence.split()[-1] in words
    assert b"var(" not in content["svg"]
    # No line of the picture runs over its edge.
    paper = browser.new_page()
    paper.set_content(content["svg"].decode())
    over = """() => [...document.querySelectorAll("svg text")].filter(each => {
      const box = each.getBBox(), at = each.getCTM(); return at.e + box.x + box.width > 1000 || at.e + box.x < 0 })"""
    assert paper.evaluate(f"({over})().map(each => each.textContent)") == []
    paper.close()
    assert content["png"].startswith(b"\x89PNG")
    assert int.from_bytes(content["png"][16:20]) == 2000


# --- manners ----------------------------------------------------------------------------------------------------------

SCREENS = [(320, 640), (360, 740), (768, 1024), (1280, 900)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_nothing_runs_off_the_screen(browser, file_of_page, width, height, scheme):
    with Opened(browser, file_of_page, viewport={"width": width, "height": height}, color_scheme=scheme) as found:
        found.tab.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
        assert found.tab.evaluate("() => document.documentElement.scrollWidth") <= width
        for picture in ("dots", "ladder"):
            # No word of a picture is cut at its edges.
            cut = found.tab.evaluate(
                """id => {
                  const box = each => each.getBoundingClientRect(), frame = box(document.getElementById(id));
                  return [...document.querySelectorAll(`#${id} text`)]
                    .filter(each => box(each).left < frame.left - 1 || box(each).right > frame.right + 1)
                    .map(each => each.textContent) }""",
                picture,
            )
            assert cut == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_accessibility(browser, file_of_page, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    with Opened(
        browser, file_of_page, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    ) as found:
        found.tab.evaluate("() => document.querySelectorAll('details').forEach(each => each.open = true)")
        report = Axe().run(found.tab).response
        grave = [
            (each["id"], each["nodes"][0]["html"][:120])
            for each in report["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert grave == []
        assert len(report["passes"]) > 20


def test_what_a_screen_reader_is_told(opened):
    tab = opened.tab
    assert tab.get_attribute("#sentence", "aria-live") == "polite"
    assert tab.get_by_role("slider").count() == 4
    for name in ("How unlike one another were the counties?", "Adults of the region"):
        assert tab.get_by_role("slider", name=name).count() == 1
    tab.locator(f"#slider-{SPREAD}").fill("3")
    assert tab.get_attribute(f"#slider-{SPREAD}", "aria-valuetext") == "0.40: 0.5 times this page's own 0.80"
    for picture in ("dots", "ladder"):
        words = tab.get_attribute(f"#{picture}", "aria-label")
        assert tab.get_attribute(f"#{picture}", "role") == "img"
        assert re.search(r"\d", words)
    assert tab.locator("#numbers tr").last.locator("td").nth(1).text_content() == tab.text_content("#range-0")


def test_paper_and_reduced_motion(browser, file_of_page):
    with Opened(browser, file_of_page, reduced_motion="reduce") as found:
        assert found.tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        found.tab.emulate_media(media="print", color_scheme="dark")
        assert found.tab.is_hidden("#settings")
        assert found.tab.is_visible("#sentence")
        assert found.tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_without_scripts_the_answer_is_there(browser, file_of_page, page_case):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(file_of_page.as_uri())
    draws = page_case.data.draws[0]
    setting = Setting("turkic", kinds=63)
    assert tab.text_content("#sentence") == headline(draws, setting, ladder(draws, setting)[-1])
    assert tab.locator("#numbers tr").count() == 6
    assert tab.is_hidden("#settings")
    context.close()


def test_it_is_quick(browser):
    # The page as published, with all its draws. The best of several tries: other work on the machine is not the page's.
    with Opened(browser, PUBLISHED, viewport={"width": 1280, "height": 900}) as found:
        tab, ready = found.tab, []
        ready.append(tab.evaluate("window.readyAfter"))
        updates = {}
        for name, change in {
            "spread": lambda turn: tab.locator(f"#slider-{SPREAD}").fill(str(turn)),
            "selection": lambda turn: tab.locator(f"#slider-{SELECTION}").fill(str(turn)),
            "people": lambda turn: tab.locator("#people").fill(str(turn)),
            "kinds": lambda turn: tab.locator("input[name=kind]").nth(turn).click(force=True),
            "scope": lambda turn: tab.select_option("#scope", index=turn),
            "part": lambda turn: tab.locator("input[name=part]").nth(turn % 3).click(),
        }.items():
            tab.evaluate("() => { window.page.reset(); window.page.show() }")
            times = []
            for turn in range(4):
                change(turn)
                times.append(tab.evaluate("window.lastUpdate"))
            updates[name] = min(times)
    for _ in range(4):
        with Opened(browser, PUBLISHED) as found:
            ready.append(found.tab.evaluate("window.readyAfter"))
    rounded = {name: round(value) for name, value in updates.items()}
    print(f"interactive after {min(ready):.0f} ms; updates in ms: {rounded}")
    # The bounds only catch a change of order: other work on the machine is not the page's.
    assert min(ready) < 10_000
    assert max(updates.values()) < 1000


# --- hostile texts ----------------------------------------------------------------------------------------------------

HOSTILE = (
    '</script><script>window.hit=1</script><img src=x onerror=\'window.hit=2\'>" onload="window.hit=3" '
    "{low} ${1} \u2028 =cmd() <!-- ]]>"
)


def test_texts_of_the_data_cannot_run(browser, page_case, tmp_path):
    def named(draws):
        cards = {
            scope: {**card, "population": HOSTILE, "territory": HOSTILE, "observed": HOSTILE}
            for scope, card in draws.named.items()
        }
        rungs_said = dict.fromkeys(draws.rungs, (f"={HOSTILE}", HOSTILE))
        return replace(draws, named=cards, rungs=rungs_said)

    data = replace(
        page_case.data,
        title=HOSTILE,
        question=HOSTILE,
        lead=HOSTILE,
        draws=tuple(map(named, page_case.data.draws)),
        presets=(Preset(HOSTILE, "uyghur", "at_least", 1e6),),
        doubt=Doubt((Moved(HOSTILE, ((HOSTILE, HOSTILE),), HOSTILE, 1.0),), True, ((HOSTILE, HOSTILE),), HOSTILE),
        checked=HOSTILE,
        quotes=(Quote(HOSTILE, HOSTILE),),
        sources=(Source(HOSTILE, HOSTILE, HOSTILE, "javascript:window.hit=4", HOSTILE, HOSTILE),),
        facts={**page_case.data.facts, "answer": f"={HOSTILE}", "version": HOSTILE},
    )
    path = tmp_path / "hostile.html"
    path.write_bytes(page.render(data))
    with Opened(browser, path) as found:
        tab = found.tab
        assert tab.locator("script").count() == 2
        assert tab.locator("img").count() == 0
        assert tab.locator("a[href^=javascript]").count() == 0
        tab.locator(f"#slider-{SPREAD}").fill("5")
        tab.select_option("#claim-preset", index=1)
        assert "{low}" in found.sentence  # a placeholder within a text stays text
        with tab.expect_download() as waiting:
            tab.click("#save-csv")
        rows = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8"))))
        with tab.expect_download() as waiting:
            tab.click("#save-svg")
        assert b"<script" not in Path(waiting.value.path()).read_bytes()
        assert tab.evaluate("window.hit") is None
    texts = [cell for row in rows[1:] for cell in row if "cmd" in cell]
    assert texts
    assert all(not re.match(r"\s*[=+\-@\t\r]", cell) for cell in texts)


def test_the_published_page_is_well_behaved(browser):
    with Opened(browser, PUBLISHED, viewport={"width": 360, "height": 740}) as found:
        assert found.tab.evaluate("document.documentElement.scrollWidth") <= 360
        assert found.tab.evaluate("window.page.data.facts.answer") == run_card.answer_id(
            (results_folder.RESULTS / "estimates.csv").read_bytes()
        )
