"""The commands of this floor, run as a user runs them."""

import json
import sys

import pandas as pd
import pytest

from estimation import cli
from estimation.evidence.tables.sources import load

AREAS = load().table("reference_areas")


def run(monkeypatch, capsys, *arguments: object) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["estimation", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


@pytest.fixture
def cuba(tmp_path):
    path = tmp_path / "cuba.csv"
    AREAS[AREAS["dataset"] == "cuba_11j_arrests_2021"][["area", "count", "population"]].to_csv(path, index=False)
    return path


def test_backtest_prints_coverage_beside_peers(monkeypatch, capsys, cuba):
    code, out, _ = run(monkeypatch, capsys, "backtest", cuba, "--exclude-family", "cuba")
    assert code == 0
    assert "cuba.csv: 1 of 16 areas observed, equal chances" in out
    assert "this suite's model" in out
    assert "A+B without Holocaust, without cuba" in out
    assert "random effects: no interval" in " ".join(out.split())


def test_backtest_gives_json_with_the_options_asked_for(monkeypatch, capsys, cuba):
    asked = ["--areas", 3, "--level", 0.8, "--level", 0.95, "--population-weighted", "--json"]
    code, out, _ = run(monkeypatch, capsys, "backtest", cuba, *asked)
    found = json.loads(out)
    assert code == 0
    assert found["settings"]["scheme"] == "by population"
    assert {row["level"] for row in found["rows"]} == {0.8, 0.95}
    assert {row["method"] for row in found["rows"]} == {"hierarchical", "binomial", "ratio estimator", "random effects"}
    assert found["undefined"] == []
    again = json.loads(run(monkeypatch, capsys, "backtest", cuba, *asked)[1])
    assert again == found


def test_spread_prints_and_gives_json(monkeypatch, capsys, cuba):
    code, out, _ = run(monkeypatch, capsys, "spread", cuba)
    assert (code, "cuba.csv: between-area spread of log-odds" in out) == (0, True)
    _, out, _ = run(monkeypatch, capsys, "spread", cuba, "--json")
    # Origin: reference_sets.csv, tau of cuba_11j_arrests_2021: 1.0122.
    assert json.loads(out)["spread"]["tau"] == pytest.approx(1.0122, rel=0.005)


@pytest.mark.parametrize("command", ["backtest", "spread"])
def test_a_faulty_file_ends_with_its_faults_and_code_2(monkeypatch, capsys, tmp_path, command):
    path = tmp_path / "bad.csv"
    path.write_text("area,count,population\nnorth,9,4\nsouth,1,4\n")
    code, out, err = run(monkeypatch, capsys, command, path)
    assert (code, out) == (2, "")
    assert "bad.csv, row 2, column count: a count must not exceed its population; got 9 of 4" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--areas", 16], "the areas observed must be at least one and fewer than all; got 16 of 16"),
        (["--level", 95], "level must lie in (0, 1); got 95"),
        (["--exclude-family", "nobody"], "a family left out must be in the table; got ['nobody']"),
    ],
)
def test_impossible_options_end_with_code_2(monkeypatch, capsys, cuba, options, message):
    code, _, err = run(monkeypatch, capsys, "backtest", cuba, *options)
    assert code == 2
    assert message in err


def test_calibrate_writes_its_tables(monkeypatch, capsys, tmp_path):
    import estimation.challenge.calibration.calibration as study

    small = study.Settings

    def settings(**given):
        return small(**given | {"areas": (1,), "systems": ("cuba_11j_arrests_2021", "nkvd_00447_quota_republics")})

    monkeypatch.setattr(study, "Settings", settings)
    asked = ["--replicates", 60, "--sets", 10, "--draws", 100, "--repeats", 1, "--results", tmp_path]
    code, out, _ = run(monkeypatch, capsys, "calibrate", *asked)
    assert code == 0
    names = ["calibration.csv", "calibration_undefined.csv", "sbc.csv", "calibrate.json"]
    assert out.split()[1::2] == [*names, "calibration_sources.csv", "calibrate_sources.json"]
    table = pd.read_csv(tmp_path / "calibration.csv")
    assert {"classes A and B", "cuba_11j_arrests_2021"} <= set(table["system"])
    assert pd.read_csv(tmp_path / "sbc.csv")["replicates"].unique().tolist() == [60]
    assert pd.read_csv(tmp_path / "calibration_sources.csv")["repeats"].eq(1).all()


def test_calibrate_without_its_scheduler_ends_with_code_2(monkeypatch, capsys, tmp_path):
    import estimation.challenge.jobs as work

    monkeypatch.setattr(work, "_CONNECT_SECONDS", 0.5)
    asked = ["--scheduler", "nonsense://x", "--results", tmp_path, "--replicates", 10]
    code, _, err = run(monkeypatch, capsys, "calibrate", *asked)
    assert code == 2
    assert "the scheduler must answer; got nonsense://x: ValueError" in err
    assert list(tmp_path.iterdir()) == []
