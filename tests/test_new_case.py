"""A new user's run: the template, a wrong table, the error, the fix, and what comes out."""

import io
import json
import re
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pandas as pd
import pytest

from estimation import cli
from estimation.errors import EstimationError
from estimation.evidence.case_folder.new_case import files
from estimation.evidence.tables import sources
from estimation.report.record import record

# Words of the case that ships; none may stand in what is made of another.
XINJIANG = ("Xinjiang", "Konasheher", "Shufu", "Uyghur", "Kazakh", "camp or prison", "police files")
DRAWS = "1000"
pytestmark = pytest.mark.usefixtures("only_systems")


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["estimation", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        out = capsys.readouterr()
        return int(code or 0), out.out, out.err

    return call


@pytest.fixture
def case(run, tmp_path) -> Path:
    folder = tmp_path / "my case"
    assert run("new-case", str(folder))[0] == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_template_wrong_table_error_fix_and_results(run, case):
    code, out, _ = run("check", str(case))
    assert (code, "12 areas, 1 observed, 8 judgements, no fault found" in out) == (0, True)

    # The new user's own case, with a wrong table.
    edit(case / "case.toml", "Exampleland", "Ruritania")
    edit(case / "areas.csv", "Stonewell", "Strelsau")
    edit(case / "observed.csv", "ex04,adults,2480", "ex44,adults,2480")
    before = contents(case)
    said = "observed.csv, row 2, column area: an observed area must be in areas.csv; got 'ex44'. Do this: add it there"
    for command in ("check", "reproduce"):
        code, out, err = run(command, str(case))
        assert code == 2
        assert said in err
        assert "Traceback" not in err
    assert contents(case) == before

    # The fix, and what comes out.
    edit(case / "observed.csv", "ex44", "ex04")
    code, out, _ = run("reproduce", str(case), "--draws", DRAWS)
    assert code == 0
    results = contents(case / "results")
    assert {
        *("estimates.csv", "assumptions.csv", "spread.csv", "tornado.csv", "sensitivity.csv", "shapley.csv"),
        *(
            "bounds.csv",
            "chances.csv",
            "tipping.csv",
            "quantiles.csv",
            "figures/captions.csv",
            "page/index.html",
            "run.json",
        ),
        *("fact_sheet/fact_sheet.html", "fact_sheet/fact_sheet.pdf"),
        *(f"figures/{name}.{kind}" for name in ("ladder", "dots", "tornado") for kind in ("svg", "png")),
    } <= set(results)
    assert all(f"written {case / 'results' / name}" in out for name in results)
    estimates = pd.read_csv(io.BytesIO(results["estimates.csv"]))
    assert set(estimates["territory"]) == {"Ruritania"}
    assert set(estimates["observed"]) == {"Strelsau"}
    assert "adults of Ruritania" in results["figures/captions.csv"].decode()
    page = results["page/index.html"].decode()
    assert "How many adults of Ruritania were held in a jail at some time in 2031?" in page
    assert "2,480 of 52,600 people were counted in Strelsau" in page
    assert "camp" not in re.sub(r"<script.*?</script>|campaign", "", page, flags=re.DOTALL)
    for name, content in results.items():
        text = content.decode(errors="replace")
        assert not [word for word in XINJIANG if word in text], name
    card = json.loads(results["run.json"])
    assert set(card["outputs_sha256"]) == set(results) - {"run.json"}
    assert set(card["inputs_sha256"]) == set(files())
    assert str(case) not in results["run.json"].decode()


def test_same_case_and_seed_same_bytes_and_the_folder_is_checked_again(run, case, tmp_path):
    for name in ("one", "two"):
        assert run("reproduce", str(case), "--draws", DRAWS, "--results", str(tmp_path / name))[0] == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_template_goes_into_an_empty_folder_but_not_into_a_full_one(run, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("new-case", str(empty))[0] == 0
    before = contents(empty)
    assert set(before) == set(files())
    code, _, err = run("new-case", str(empty))
    assert code == 2
    assert "a new folder must be absent or empty" in err
    assert contents(empty) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


def test_template_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(directory, files):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record, "write", full)
    with pytest.raises(EstimationError, match=r"the place of a new folder must be writable; got .*No space left"):
        record.write_new(tmp_path / "new", files())
    assert list(tmp_path.iterdir()) == []


def test_options_of_the_case_that_ships_are_refused(run, case, tmp_path):
    code, _, err = run("reproduce", str(case), "--assumptions", "mine.toml")
    assert (code, "--changelog, --assumptions and --data are for the case that ships" in err) == (2, True)
    shutil.copy(sources.PUBLIC / "datapackage.json", tmp_path)
    code, _, err = run("reproduce", str(tmp_path))
    assert (code, "the folder must be a case" in err) == (2, True)


OWN_SPREAD = """
[between_county_sd]
statement = "How unlike one another the districts are."
distribution = { name = "half_normal", scale = 0.5 }
unit = "log-odds"
source = "judgement"
rationale = "invented"
disputed = "nobody"
"""


def test_case_about_something_else_than_custody_and_without_claims_or_reference_classes(run, case):
    edit(case / "case.toml", 'measure = "ever held" ', 'measure = "other" ')
    edit(case / "case.toml", 'custody = "jail"', '# custody = "jail"')
    edit(case / "case.toml", "were held in a jail at some time in 2031", "had left by the end of 2031")
    edit(case / "case.toml", "how many people of Exampleland were held in a jail in 2031", "how many left")
    text = (case / "case.toml").read_text(encoding="utf-8")
    (case / "case.toml").write_text(text[: text.index("[[claim]]")], encoding="utf-8")
    assert run("reproduce", str(case), "--draws", DRAWS)[0] == 0
    results = contents(case / "results")
    assert not {"chances.csv", "tipping.csv"} & set(results)
    page = re.sub(r"<script.*?</script>", "", results["page/index.html"].decode(), flags=re.DOTALL)
    assert "adults of Exampleland had left by the end of 2031" in page
    assert "jail" not in page

    # With a spread of its own the case says so, on its page too.
    edit(case / "case.toml", 'prior = "reference classes"', 'prior = "register"')
    with (case / "assumptions.toml").open("a", encoding="utf-8") as file:
        file.write(OWN_SPREAD)
    own = case.parent / "own"
    code, _, err = run("reproduce", str(case), "--draws", DRAWS, "--results", str(own))
    assert code == 0, err
    captions = (own / "figures" / "captions.csv").read_text(encoding="utf-8")
    page = (own / "page" / "index.html").read_text(encoding="utf-8")
    for told in (captions, page):
        assert "as much as the register of this case supposes" in told
        assert "campaigns and crackdowns" not in re.sub(r"<script.*?</script>", "", told, flags=re.DOTALL)
    assert "“How unlike one another the districts are.”" in page
    # Origin: the quantiles of a half-normal are those of |N(0, 1)|: 0.0627, 0.6745 and 1.9600.
    assert "in log-odds: 0.34, and between 0.031 and 0.98 with 90% probability" in page
    estimates = pd.read_csv(own / "estimates.csv")
    [embedded] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, flags=re.DOTALL)
    published = json.loads(embedded)["bases"][0]["published"]
    for row in estimates.to_dict(orient="records"):
        found = published[f"{row['scope']}|{row['rung']}|{row['level']:g}"]
        assert found[:3] == [row[f"count_{end}"] for end in ("low", "median", "high")]


def test_results_lead_with_the_total_that_the_case_says(run, case):
    text = (case / "case.toml").read_text(encoding="utf-8")
    other = '[[scope]]\nname = "again"\nwho = "grown-ups"\ngroups = ["adults"]\n'
    lead = '[lead]\nscope = "again"\n'
    (case / "case.toml").write_text(text.replace("[spread]", f"{other}{lead}[spread]", 1), encoding="utf-8")
    assert run("reproduce", str(case), "--draws", DRAWS)[0] == 0
    results = contents(case / "results")
    assert set(pd.read_csv(io.BytesIO(results["tornado.csv"]))["scope"]) == {"again"}
    assert "How many grown-ups of Exampleland" in results["page/index.html"].decode()
    assert "grown-ups of Exampleland" in results["figures/captions.csv"].decode()


TEXTS = ("<script>alert(1)</script> {{ 7 * 7 }}", "%s %(x)s {0} {who} $\\alpha$ ‰ é &amp; $\\q{$")


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_is_text(run, case, text):
    for old in ("Exampleland", "Stonewell"):
        for name in ("case.toml", "areas.csv"):
            shown = text.replace("\\", "\\\\") if name == "case.toml" else text
            path = case / name
            path.write_text(path.read_text(encoding="utf-8").replace(old, shown), encoding="utf-8")
    code, _, err = run("reproduce", str(case), "--draws", DRAWS)
    assert code == 0, err
    estimates = pd.read_csv(case / "results" / "estimates.csv")
    assert set(estimates["observed"]) == {text}
    page = (case / "results" / "page" / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    for picture in (case / "results" / "figures").glob("*.svg"):
        ElementTree.parse(picture)  # well formed: the text is escaped
        assert "<script" not in picture.read_text(encoding="utf-8")
