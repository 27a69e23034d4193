"""A case with other sources from folder to results, through the command line."""

import io
import json
import re

import pandas as pd
import pytest
from other_sources import ENTRY, row, write

from estimation import cli
from estimation.report.wording import statements

DRAWS = "2000"
pytestmark = pytest.mark.usefixtures("only_systems")


@pytest.fixture
def reproduce(monkeypatch, capsys):
    def call(folder) -> tuple[dict[str, bytes], str]:
        monkeypatch.setattr("sys.argv", ["estimation", "reproduce", str(folder), "--draws", DRAWS])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out = capsys.readouterr()
        assert ended.value.code in (0, None), out.err
        results = folder / "results"
        found = {str(path.relative_to(results)): path.read_bytes() for path in results.rglob("*") if path.is_file()}
        return found, out.out

    return call


@pytest.fixture
def said(monkeypatch, capsys):
    """What a command prints of a case."""

    def call(*words: object) -> str:
        size = ("--draws", DRAWS) if words[0] in ("estimate", "synthesise") else ()
        monkeypatch.setattr("sys.argv", ["estimation", *map(str, words), *size])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out = capsys.readouterr()
        assert ended.value.code in (0, None), out.err
        return out.out

    return call


def table(found, name):
    return pd.read_csv(io.BytesIO(found[name]))


def test_everything_that_is_written_has_the_sources(reproduce, tmp_path):
    rows = (
        row("one", 15000, note="a telephone survey"),
        row("two", 0.05, unit="share", area="Upper Exampleland", low=0.04, high=0.06, kind="court"),
        row("unread", 300000, verification="unverified", note="seen in no source itself"),
    )
    found, out = reproduce(write(tmp_path, *rows, kinds=("survey", "court")))
    assert "Note:" not in out
    estimates = table(found, "estimates.csv")
    assert estimates["rung"].iloc[-1] == "sources"
    sources = table(found, "sources.csv").set_index("row_id")
    assert dict(sources["weighed"]) == {"one": "yes", "two": "yes", "unread": "no"}
    assert set(table(found, "chances.csv")["rung"]) == {"differences", "sources"}
    assert set(table(found, "quantiles.csv")["rung"]) == {"differences", "sources"}
    assert {"bias_survey", "uninformative_court"} <= set(table(found, "assumptions.csv")["id"])
    # What would change the answer is asked of the answer without other sources.
    assert not set(table(found, "sensitivity.csv")["input"]) & {"bias_survey", "bias_court"}
    # And of the answer with them, in tables of its own.
    moved, chances = table(found, "tornado_sources.csv"), table(found, "chances_moved.csv")
    assert {"bias_survey", "bias_court", "between_county_sd", "as judged"} <= set(moved["entry"])
    assert set(chances["entry"]) == set(moved["entry"])
    for name in ("shapley.csv", "tipping.csv"):
        assert list(dict.fromkeys(table(found, name)["rung"])) == ["differences", "sources"]
    tips = table(found, "tipping.csv").query("rung == 'sources'")
    assert set(tips["entry"]) == {"between_county_sd", "selection_shift"}
    # And where sources contradict one another, the count or the register.
    parts = set(table(found, "power_scaling.csv")["part"])
    assert {"sources", "survey", "court", "prior: between_county_sd"} <= parts
    surprise = table(found, "surprise.csv")
    assert set(surprise["source"]) == {"one", "two"}
    assert set(surprise["given"]) == {"county alone", "one", "two", "all other kinds"}
    described = {each["path"] for each in json.loads(found["datapackage.json"])["resources"]}
    assert described == {name for name in found if name.endswith(".csv")}
    card = json.loads(found["run.json"])
    assert card["settings"]["other_sources"] == "weighed in"
    assert "other_sources.csv" in card["inputs_sha256"]
    page = found["page/index.html"].decode()
    assert re.findall(r'name="kind" value="([a-z]+)"', page) == ["survey", "court"]  # in the order of the rows
    assert "a telephone survey" in page
    assert "court statistics" not in page  # what the case that ships calls a kind of that name
    assert "seen in no source itself" not in page
    assert "5% (4% to 6%)" in page
    # The picture of the sources, its words and the fact sheet have what is weighed in, in the case's own words.
    scale = table(found, "common_scale.csv")
    assert list(scale["source"]) == ["one", "two"]
    assert {"figures/sources.svg", "figures/sources-dark.svg", "figures/sources.png"} <= set(found)
    captions = table(found, "figures/captions.csv").set_index("figure")
    assert "2 sources on people of Exampleland who were held in a jail" in captions.loc["sources", "caption"]
    assert "Upper Exampleland: alone" in captions.loc["sources", "alt"]
    assert "with the other sources weighed in" in captions.loc["tornado_sources", "caption"]
    assert "without the other sources" in captions.loc["tornado", "caption"]
    assert {"figures/tornado_sources.svg", "figures/tornado_sources-dark.svg"} <= set(found)
    picture = found["figures/sources.svg"].decode()
    sheet = found["fact_sheet/fact_sheet.html"].decode()
    assert "Upper Exampleland: court" in sheet
    for said in (picture, sheet):
        assert "court statistics" not in said
        assert "adults (log" not in said
    last = estimates[(estimates["level"] == 0.95)].iloc[-1]
    assert statements.headline(last) in page
    assert "other sources erred no more widely than assumed here" in statements.headline(last)
    assert (
        "With other sources weighed in" in found["figures/dots.svg"].decode() + found["figures/captions.csv"].decode()
    )


def test_sources_that_contradict_are_left_out_and_it_is_said(reproduce, tmp_path):
    sharp = {"error": 0.01}
    rows = (row("one", 5000, **sharp), row("two", 300000, kind="court", **sharp))
    found, out = reproduce(write(tmp_path, *rows, kinds=("survey", "court"), bias=0.0, silent=0.0))
    said = "The other sources are not weighed in, and every table ends without them: they contradict"
    assert f"Note: {said}" in out
    assert "weights need a Pareto k of at most 0.7" in out
    assert json.loads(found["run.json"])["settings"]["other_sources"].startswith(said)
    assert set(table(found, "estimates.csv")["rung"]) == {"sampling", "record", "population", "spread", "differences"}
    assert set(table(found, "chances.csv")["rung"]) == {"differences"}
    assert set(table(found, "sources.csv")["reason"]) == {"weights of all together not reliable"}
    absent = {"common_scale.csv", "tornado_sources.csv", "chances_moved.csv", "figures/sources.png"}
    absent |= {"power_scaling.csv", "prior_and_sources.csv", "surprise.csv"}
    assert set(table(found, "tipping.csv")["rung"]) == {"differences"}
    assert not absent & set(found)
    page = found["page/index.html"].decode()
    assert said in page
    assert 'name="kind"' not in page


def test_only_unverified_rows_are_listed_and_weigh_nothing(reproduce, tmp_path):
    found, out = reproduce(write(tmp_path, row("unread", 300000, verification="unverified")))
    assert "Note: No other source is weighed in: none is both used and verified." in out
    assert "sources" not in set(table(found, "estimates.csv")["rung"])
    assert list(table(found, "sources.csv")["reason"]) == ["unverified"]


def test_own_spread_is_named_in_the_condition(reproduce, tmp_path):
    folder = write(tmp_path, row("one", 15000))
    text = (folder / "case.toml").read_text(encoding="utf-8")
    (folder / "case.toml").write_text(text.replace('"reference classes"\n', '"register"\n'), encoding="utf-8")
    entry = ENTRY.format(key="between_county_sd", shape='{ name = "half_normal", scale = 0.5 }', unit="log-odds")
    with (folder / "assumptions.toml").open("a", encoding="utf-8") as file:
        file.write(entry)
    found, _ = reproduce(folder)
    last = table(found, "estimates.csv").iloc[-1]
    said = statements.headline(last)
    assert "as much as the register of this case supposes, and other sources erred no more widely" in said


GRID = """
[[choice]]
name = "sources"
asks = "Which other sources?"
[[choice.option]]
name = "none"
reason = "invented"
[[choice.option]]
name = "all"
reason = "invented"
sources = ["survey"]

[[choice]]
name = "cities"
asks = "Do cities differ?"
[[choice.option]]
name = "as judged"
reason = "invented"
[[choice.option]]
name = "alike"
reason = "invented"
set = { city_rate_ratio = { name = "point", value = 1.0 } }
"""


def test_a_declared_grid_is_run_in_every_combination(reproduce, tmp_path):
    folder = write(tmp_path, row("one", 15000))
    (folder / "multiverse.toml").write_text(GRID, encoding="utf-8")
    found, _ = reproduce(folder)
    every = table(found, "multiverse_specifications.csv").set_index("specification")
    assert list(every.index) == ["s00", "s01", "s10", "s11"]
    width = every["count_high"] / every["count_low"]
    assert (width[["s10", "s11"]] < width[["s00", "s01"]].min()).all()
    assert set(table(found, "multiverse.csv")["cities"]) == {"as judged", "alike"}
    assert "figures/curve.svg" in found
    assert "multiverse.toml" in json.loads(found["run.json"])["inputs_sha256"]
    moved = table(found, "tornado.csv").query("entry == 'city_rate_ratio'")
    assert "cities: alike" in set(moved["at"])


def not_about_custody(folder):
    """A case of something else than custody, in place of one that is."""
    for name, changes in {
        "case.toml": {'"ever held" ': '"other" ', 'custody = "jail"': "#", "were held in a jail at": "were ill at"},
        "other_sources.csv": {"ever held": "other"},
    }.items():
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def as_it_is(folder):
    return folder


def two_areas(folder):
    """A second observed area."""
    with (folder / "observed.csv").open("a", encoding="utf-8") as file:
        file.write("ex06,adults,900,22100,example_invented,read,invented\n")
    return folder


@pytest.mark.parametrize(
    ("changed", "counted"),
    [
        (as_it_is, "who were held in a jail at some time in 2031"),
        (two_areas, "who were held in a jail at some time in 2031"),
        (not_about_custody, "who were ill at some time in 2031"),
    ],
)
def test_synthesise_shows_each_source_under_its_own_kind(said, tmp_path, changed, counted):
    folder = changed(write(tmp_path, row("one", 15000), row("two", 16000, kind="court"), kinds=("survey", "court")))
    assert "+ other sources" in said("estimate", "--data", folder) + said("synthesise", "--data", folder)
    shown = " ".join(said("synthesise", "--data", folder, "--without", "one").replace("│", " ").split())
    assert f"People of Exampleland {counted}" in shown
    assert "one (left out) survey Exampleland about 15,000" in shown
    # "court statistics" is what the case that ships calls its own court figures.
    assert "two court Exampleland about 16,000" in shown


@pytest.mark.parametrize("changed", [as_it_is, two_areas, not_about_custody])
def test_synthesise_as_json_has_no_prison_ratio_where_prison_is_not_told_apart(said, tmp_path, changed):
    found = json.loads(said("synthesise", "--json", "--data", changed(write(tmp_path, row("one", 15000)))))
    assert list(found) == ["settings", "rows", "sources"]
    assert [(each["source"], each["kind"]) for each in found["sources"]] == [("one", "survey")]


@pytest.mark.parametrize("rows", [(), (row("one", 15000),)])
def test_assumptions_lists_the_judgements_of_a_case(said, tmp_path, rows):
    folder = write(tmp_path, *rows, kinds=("survey",) if rows else ())
    if not rows:
        (folder / "other_sources.csv").unlink()
    found = json.loads(said("assumptions", "--json", "--data", folder))
    assert ("bias_survey" in {each["id"] for each in found["rows"]}) == bool(rows)
    assert "[city_rate_ratio]" in said("assumptions", "--template", "--data", folder)


@pytest.mark.parametrize("words", [("claim", "--at-least", "1"), ("published",), ("page",), ("challenge",)])
def test_commands_that_need_a_data_folder_say_so_of_a_case(monkeypatch, capsys, tmp_path, words):
    folder = write(tmp_path, row("one", 15000))
    monkeypatch.setattr("sys.argv", ["estimation", *words, "--data", str(folder)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = f"this command reads a data folder; got {folder}, a case. Do this: give a case to assumptions, estimate, "
    assert said in " ".join(capsys.readouterr().err.split())
