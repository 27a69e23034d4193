import hashlib
import json

import pandas as pd
import pytest

from estimation.cli.academics import CODE
from estimation.errors import DriftError, EstimationError
from estimation.evidence.register import choices
from estimation.evidence.tables import sources
from estimation.report.publish import challenge_publish, table_set
from estimation.report.record import codebook, csv_table, results_folder, run_card

RESULTS = results_folder.RESULTS


def small(probability: float = 0.5, median: float = 100.0, chance: float = 0.3) -> dict[str, pd.DataFrame]:
    """One row of each table with simulation errors, and one without."""
    tip = {"scope": "a", "rung": "sources", "claim": "c", "sides": "at least", "entry": "e", "level": 0.5}
    return {
        "tipping.csv": pd.DataFrame([{**tip, "probability": probability, "probability_error": 0.01}]),
        "tornado.csv": pd.DataFrame([{"entry": "e", "at": "5%", "count_median": median, "count_median_error": 1.0}]),
        "contour.csv": pd.DataFrame(
            [{"between_county_sd": 0.1, "selection_shift": 0.2, "probability": chance, "probability_error": 0.01}]
        ),
        "bounds.csv": pd.DataFrame([{"scope": "a", "low": 1.0}]),
    }


def publish(found, folder, hashes=None):
    return table_set.publish(
        found,
        card=challenge_publish.CARD,
        directory=folder / "results",
        changelog=folder / "CHANGELOG.md",
        settings={"seed": 1},
        hashes=hashes or {"multiverse.toml": "00"},
    )


def test_the_card_lists_inputs_and_outputs(tmp_path):
    written = publish(small(), tmp_path)
    assert written[-1] == "challenge.json"
    card = json.loads((tmp_path / "results" / "challenge.json").read_text(encoding="utf-8"))
    assert card["inputs_sha256"] == {"multiverse.toml": "00"}
    assert card["settings"] == {"seed": 1}
    for name, digest in card["outputs_sha256"].items():
        assert hashlib.sha256((tmp_path / "results" / name).read_bytes()).hexdigest() == digest
    assert set(card["outputs_sha256"]) == set(small())


@pytest.mark.parametrize(
    ("change", "name"),
    [({"probability": 0.6}, "tipping"), ({"median": 110.0}, "tornado"), ({"chance": 0.4}, "contour")],
)
def test_a_figure_that_moved_beyond_its_error_stops_every_table(tmp_path, change, name):
    publish(small(), tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()}
    with pytest.raises(DriftError, match=r"1 moved: .* -> ") as caught:
        publish(small(**change), tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "results").iterdir()} == before
    line = caught.value.remedy.split("'")[1].replace("<why it moved>", "a test")
    (tmp_path / "CHANGELOG.md").write_text(line, encoding="utf-8")
    publish(small(**change), tmp_path)
    assert (tmp_path / "results" / f"{name}.csv").read_bytes() != before[f"{name}.csv"]


def test_within_its_error_nothing_stops(tmp_path):
    publish(small(), tmp_path)
    # Derivation: four standard errors of a difference of two with error 1 each are 5.66.
    publish(small(median=105.0), tmp_path)


def test_the_study_has_a_card_of_its_own(tmp_path):
    hashes = {"reference_areas.csv": "00", "reference_sets.csv": "01"}
    table = pd.DataFrame([{"system": "a", "coverage": 0.8}])
    written = table_set.publish(
        {"calibration.csv": table},
        card="calibrate.json",
        directory=tmp_path,
        changelog=tmp_path / "CHANGELOG.md",
        settings={"seed": 1},
        hashes=hashes,
    )
    assert written == ("calibration.csv", "calibrate.json")
    card = json.loads((tmp_path / "calibrate.json").read_text(encoding="utf-8"))
    assert card["inputs_sha256"] == hashes
    assert card["outputs_sha256"]["calibration.csv"] == hashlib.sha256(csv_table.csv_bytes(table)).hexdigest()


# --- what is committed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", sorted(set(RESULTS.glob("*.json")) - {RESULTS / codebook._PACKAGE}), ids=lambda path: path.name
)
def test_committed_tables_fit_their_card_and_the_data(path, shipped, judgements):
    card = json.loads(path.read_text(encoding="utf-8"))
    for name, digest in card["outputs_sha256"].items():
        assert hashlib.sha256((RESULTS / name).read_bytes()).hexdigest() == digest, f"{name}: run {path.stem} again"
    grid = choices.load(sources.PUBLIC / choices.FILE)
    now = {**shipped.hashes, **judgements.hashes, choices.FILE: grid.sha256}
    assert {name: now[name] for name in card["inputs_sha256"]} == card["inputs_sha256"], f"data changed: {path.stem}"


def test_the_committed_study_is_of_the_code_that_ships():
    # It takes too long to be run with every test. Results of other code are a claim that nothing bears out.
    card = json.loads((RESULTS / "calibrate_sources.json").read_text(encoding="utf-8"))
    assert card["settings"]["code_sha256"] == run_card.code_hash(*CODE), "run `make calibrate` again"


def test_no_card_without_its_tables(tmp_path):
    with pytest.raises(EstimationError, match="results have no blanks"):
        publish({**small(), "bounds.csv": pd.DataFrame([{"scope": None}])}, tmp_path)
    assert not (tmp_path / "results").exists()
