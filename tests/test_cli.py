import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import estimation
from estimation import cli
from estimation.evidence.tables import sources

ROOT = Path(__file__).resolve().parents[1]
FEW = ["--draws", "1000"]


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process: exit code, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["estimation", *words])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def toml(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def outside(*words: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "estimation", *words], capture_output=True, text=True, **options)


# --- refusals: exit code 2, one line, nothing printed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--scope", "all"], "scope must be a known one; got 'all'. Do this: use one of uyghur_south, uyghur"),
        (["--level", "95"], "level must lie in (0, 1); got 95.0. Do this: write 0.95 for 95 percent"),
        (["--level", "0.9", "--level", "0"], "level must lie in (0, 1); got 0.0"),
        (["--level", "nan"], "level must lie in (0, 1); got nan"),
        (["--assumptions", "none.toml"], "assumptions file must be readable; got none.toml: No such file"),
        (["--draws", "10"], "at least 1000 draws; got 10. Do this: raise --draws"),
        (["--draws", "-1"], "at least 1000 draws; got -1"),
        (["--seed", "-1", *FEW], "seed must not be negative; got -1"),
        (["--adult-age", "15", *FEW], "known for adults of 18 only; got 15. Do this: use --basis resident"),
        (["--adult-age", "16", "--basis", "resident", *FEW], "adult_age must be 15 or 18; got 16"),
        (["--year", "1999", *FEW], "2010 to 2020"),
        (["--data", "nowhere"], "a data folder must declare its tables; got no file"),
    ],
)
def test_bad_options_of_estimate(run, words, message):
    code, out, err = run("estimate", *words)
    assert code == 2
    assert out == ""
    assert err.startswith("estimation: ")
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[missing_share\n", "mine.toml must be TOML in UTF-8"),
        ("[mising_share]\n", "got 'mising_share'. Do this: did you mean 'missing_share'?"),
        ("[missing_share]\nrationale = 'x'\n", "a changed entry needs a distribution (mine.toml, missing_share)"),
        (
            "[missing_share]\nrationale = 'x'\ndistribution = { name = 'point', value = 2 }\n",
            "missing_share must lie between 0 and 1",
        ),
        (
            "[missing_share]\nrationale = 'x'\ndistribution = { name = 'petr', value = 2 }\n",
            "did you mean 'pert'",
        ),
        (
            "[missing_share]\nrationale = 'x'\ndistribution = { name = 'point', value = 0.9 }\n",
            "must stay below 1 under every draw",
        ),
    ],
)
def test_bad_assumptions(run, toml, text, message):
    code, out, err = run("estimate", "--assumptions", toml(text), *FEW)
    assert (code, out) == (2, "")
    assert err.startswith("estimation: ")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["estimate", "--draws", "many"],
        ["estimate", "--basis", "yearbook"],
        ["estimate", "--nothing"],
        ["estimte"],
        ["check", "a", "b"],
    ],
)
def test_usage_errors(run, words):
    code, out, err = run(*words)
    assert code == 2
    assert out == ""
    assert "Usage" in err


@pytest.mark.parametrize("command", ["published", "reproduce", "estimate"])
def test_missing_data_folder(run, tmp_path, command):
    results = ["--results", str(tmp_path / "results")] if command == "reproduce" else []
    code, out, err = run(command, "--data", str(tmp_path / "none"), *results)
    assert (code, out) == (2, "")
    assert "a data folder must declare its tables" in err
    assert list(tmp_path.iterdir()) == []


def test_check_of_a_missing_folder(run, tmp_path):
    code, _, err = run("check", str(tmp_path))
    assert code == 2
    assert "case.toml: a case must have this file; got no file" in err


def test_interruption(run, monkeypatch):
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("estimation.cli.command_line.app", interrupt)
    code, _, err = run("estimate")
    assert code == 130
    assert "what was published before is as it was" in err


# --- what commands print --------------------------------------------------------------------------------------------


def test_estimate_prints_the_ladder_of_each_scope_asked_for(run):
    code, out, err = run("estimate", "--scope", "uyghur", "--scope", "turkic", "--scope", "uyghur", *FEW)
    assert (code, err) == (0, "")
    assert out.count("Sampling only") == 2
    assert "Uyghur adults (18 and over, registered) of Xinjiang ever held" in out


def test_estimate_as_json(run):
    words = ["estimate", "--scope", "uyghur", "--level", "0.9", "--basis", "resident", "--json", *FEW]
    code, out, _ = run(*words)
    assert code == 0
    content = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert content["settings"]["draws"] == 1000
    assert [row["rung"] for row in content["rows"]] == ["sampling", "record", "population", "spread", "differences"]
    assert {(row["scope"], row["basis"], row["level"]) for row in content["rows"]} == {("uyghur", "resident", 0.9)}
    assert run(*words)[1] == out


def test_estimate_with_changed_assumptions(run, toml):
    path = toml("[between_county_sd]\nrationale = 'test'\ndistribution = { name = 'point', value = 0 }\n")
    rows = [
        json.loads(run("estimate", "--scope", "uyghur", "--json", *words, *FEW)[1])["rows"][9]
        for words in ([], ["--assumptions", path])
    ]
    assert rows[0]["rung"] == "spread"
    width = [row["count_high"] - row["count_low"] for row in rows]
    assert width[1] < width[0] / 5


def test_check_counts_tables_and_rows(run):
    code, out, _ = run("check")
    assert code == 0
    assert out.startswith(f"{sources.PUBLIC}: ")
    assert out.endswith("no fault found\n")


def test_published_as_table_and_json(run):
    code, out, _ = run("published")
    assert code == 0
    assert "Published estimates" in out
    rows = json.loads(run("published", "--json")[1])["rows"]
    assert {"estimate_id", "verdict"} <= set(rows[0])


def test_version_and_help(run):
    assert run("--version") == (0, f"{estimation.__version__}\n", "")
    code, out, _ = run("--help")
    assert code == 0
    for command in ("estimate", "check", "published", "reproduce"):
        assert command in out
    assert run()[0] == 2  # no command: the help, and the code of a usage error


def test_the_readme_lists_every_command_once():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^    estimation ([a-z-]+)", text.split("Every command, once")[1], re.MULTILINE)
    known = [command.name or command.callback.__name__.replace("_", "-") for command in cli.app.registered_commands]
    assert sorted(listed) == sorted(known)


# --- reproduce ------------------------------------------------------------------------------------------------------


def listing(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_reproduce_twice_gives_the_same_bytes_and_leaves_the_checkout_alone(run, tmp_path):
    before = {name: (ROOT / name).stat().st_mtime_ns for name in ("README.md", "CHANGELOG.md", "results/run.json")}
    for name in ("one", "two"):
        code, out, err = run("reproduce", "--results", str(tmp_path / name), *FEW)
        assert (code, err) == (0, "")
        assert "written estimates.csv\n" in out
    assert listing(tmp_path / "one") == listing(tmp_path / "two") != {}
    assert before == {name: (ROOT / name).stat().st_mtime_ns for name in before}


def test_reproduce_stops_when_the_answer_moves(run, tmp_path, toml):
    results = tmp_path / "results"
    log = tmp_path / "CHANGELOG.md"
    words = ["reproduce", "--results", str(results), "--changelog", str(log), *FEW]
    assert run(*words)[0] == 0
    before = listing(results)
    path = toml("[missing_share]\nrationale = 'test'\ndistribution = { name = 'point', value = 0.4 }\n")
    code, out, err = run(*words, "--assumptions", path)
    assert (code, out) == (2, "")
    assert "may move only with a reason in CHANGELOG.md" in err
    assert listing(results) == before
    log.write_text(err.split("add a line '")[1].split("'")[0].replace("<why it moved>", "more are missing"))
    assert run(*words, "--assumptions", path)[0] == 0


def test_reproduce_into_a_file_writes_nothing(run, tmp_path):
    (tmp_path / "results").write_text("mine")
    code, out, err = run("reproduce", "--results", str(tmp_path / "results"), *FEW)
    assert (code, out) == (2, "")
    assert "results folder must be writable" in err
    assert listing(tmp_path) == {"results": b"mine"}


@pytest.mark.parametrize("command", ["reproduce", "challenge", "calibrate", "figures", "fact-sheet", "page"])
def test_an_installed_package_is_no_place_for_results(run, monkeypatch, tmp_path, command):
    # As from a wheel: beside the package lies no data/public.
    monkeypatch.setattr(sources, "IN_CHECKOUT", False)
    monkeypatch.setattr("estimation.report.record.results_folder.RESULTS", tmp_path / "site-packages" / "results")
    assert run(command) == (
        2,
        "",
        "estimation: outside a checkout of the project, the folder of results must be named; got none, with the "
        f"package installed in {tmp_path / 'site-packages'}. Do this: add --results FOLDER.\n",
    )
    assert listing(tmp_path) == {}


def test_a_run_too_large_for_memory_says_so(run, monkeypatch):
    def grow() -> None:
        raise MemoryError

    monkeypatch.setattr("estimation.cli.command_line.app", grow)
    code, out, err = run("estimate")
    assert (code, out) == (2, "")
    assert err == "estimation: a run must fit into memory; got a larger one. Do this: lower --draws.\n"


# --- as a program of its own ----------------------------------------------------------------------------------------


def test_works_from_another_folder_without_a_home(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "USER", "LOGNAME")}
    environment |= {"MPLCONFIGDIR": str(tmp_path / "mpl"), "OMP_NUM_THREADS": "1"}
    (tmp_path / "here").mkdir()
    done = outside("reproduce", "--results", "out", *FEW, cwd=tmp_path / "here", env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "here" / "out" / "run.json").exists()
    assert str(tmp_path) not in (tmp_path / "here" / "out" / "run.json").read_text()


def test_exit_code_and_message_reach_the_shell(tmp_path):
    done = outside("estimate", "--level", "95", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "estimation: level must lie in (0, 1); got 95.0. Do this: write 0.95 for 95 percent.\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to print to")
@pytest.mark.parametrize("words", [["--version"], ["assumptions"], ["assumptions", "--json"]])
def test_output_to_a_full_disk(words):
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "estimation", *words], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "estimation: what is printed must have a place; got No space left on device. Do this: print to another place.\n"
    )


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are text there")
def test_names_that_are_no_text_are_spelt_out(tmp_path):
    folder = os.fsencode(tmp_path) + b"/n\xff x"
    shutil.copytree(os.fsencode(sources.PUBLIC), folder)
    done = subprocess.run([sys.executable, "-m", "estimation", "check", folder], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"no fault found\n")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-m", "estimation", "check", folder], capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b" x: 2" in done.stdout


@pytest.mark.parametrize("name", ["estimation", "estimation.cli"])
def test_import_is_light(tmp_path, name):
    code = f"import sys, {name}; print([m for m in ('numpy', 'pandas', 'scipy', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "[]\n"


# --- other sources ---------------------------------------------------------------------------------------------------


def test_synthesise_prints_the_last_rung_and_each_source(run):
    code, out, err = run("synthesise", "--only", "phone", "--scope", "uyghur", "--draws", "4000")
    assert (code, err) == (0, "")
    assert "+ other sources" in out
    assert "effective draws" in out
    assert "bfn_cap (left out)" in " ".join(out.replace("│", " ").split())


def test_synthesise_as_json(run):
    names = ["onsu_county", "kashgar_pref_rate", "kon_bullaqsu", "kar_aqsaray2", "kar_chinibagh", "chrd_10pct"]
    names += ["istiqlal_890k", "bfn_cap", "sent_2017_18", "yar_parents", "yar_villages"]
    words = [word for name in names for word in ("--without", name)]
    code, out, _ = run("synthesise", *words, "--scope", "uyghur", "--json", *FEW)
    assert code == 0
    said = json.loads(out)
    assert said["settings"]["sources"] == []
    rungs = {row["rung"]: row["count_median"] for row in said["rows"]}
    assert rungs["sources"] == rungs["differences"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--without", "hearsay", *FEW], "the source must be one that enters; got 'hearsay'"),
        (["--only", "rumour", *FEW], "the kind of source must be a known one; got 'rumour'"),
        (FEW, "weights need a Pareto k of at most 0.7 and at least 400 effective draws"),
    ],
)
def test_synthesise_refuses(run, words, message):
    code, out, err = run("synthesise", *words)
    assert code == 2
    assert out == ""
    assert message in err
