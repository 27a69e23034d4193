import hashlib
import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from estimation.errors import DriftError, EstimationError
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run as model_run
from estimation.report.documents.readme import END, START
from estimation.report.publish.publish import publish
from estimation.report.publish.runs import BASES, ladders, runs
from estimation.report.publish.table_set import GATED
from estimation.report.record import csv_table, drift_gate

KEYS = GATED["estimates.csv"]
ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "results"
FILES = {"estimates.csv", "published.csv", "quantiles.csv", "assumptions.csv", "run.json"}


def prepare(room: Path) -> Path:
    (room / "README.md").write_text(f"# Title\n{START}\n{END}\nend\n", encoding="utf-8")
    (room / "CHANGELOG.md").write_text("# Changelog\n", encoding="utf-8")
    return room


@pytest.fixture
def room(tmp_path) -> Path:
    return prepare(tmp_path)


@pytest.fixture(scope="module")
def first(shipped, judgements, tmp_path_factory) -> Path:
    """A room after one run; read only."""
    made = prepare(tmp_path_factory.mktemp("first"))
    run(shipped, judgements, made)
    return made


@pytest.fixture
def lived_in(first, tmp_path) -> Path:
    return shutil.copytree(first, tmp_path / "room")


def run(shipped, register, room: Path, *, draws=1_000, seed=1):
    return publish(
        shipped,
        register,
        directory=room / "results",
        changelog=room / "CHANGELOG.md",
        readme=room / "README.md",
        draws=draws,
        seed=seed,
    )


def listing(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_estimates_have_both_bases_and_unique_rows(shipped, judgements):
    seen = []
    table = ladders(runs(shipped, judgements, draws=1_000, seed=1, progress=seen.append))
    assert list(dict.fromkeys(table["basis"])) == list(BASES)
    assert not table.duplicated(list(KEYS)).any()
    assert sum(seen) == 2_000


def test_writes_everything_and_lists_it(shipped, judgements, first):
    written = listing(first / "results")
    assert set(written) >= FILES
    card = json.loads(written["run.json"])
    assert card["settings"] == {"draws": 1_000, "seed": 1}
    for name, digest in card["outputs_sha256"].items():
        assert hashlib.sha256(written[name]).hexdigest() == digest
    # The page takes words from the challenge too, and may be written again on its own.
    assert set(card["outputs_sha256"]) == set(written) - {
        "run.json",
        "page/index.html",
        "README.md",
        "datapackage.json",
    }
    assert card["inputs_sha256"] == {**shipped.hashes, **judgements.hashes}
    assert "even odds of more or less than" in (first / "README.md").read_text(encoding="utf-8")


def test_again_gives_the_same_bytes(shipped, judgements, lived_in):
    before = listing(lived_in)
    assert {f"results/{name}" for name in run(shipped, judgements, lived_in)} < set(before)
    assert listing(lived_in) == before


def test_a_table_edited_by_hand_is_computed_again(shipped, judgements, lived_in):
    # A blank line at the end lies within the gate's tolerance, which an edit could hide in.
    before, table = listing(lived_in), lived_in / "results" / "estimates.csv"
    table.write_bytes(table.read_bytes() + b"\n")
    run(shipped, judgements, lived_in)
    assert listing(lived_in) == before


def test_a_moved_answer_writes_nothing_until_it_is_explained(shipped, judgements, lived_in):
    room, before = lived_in, listing(lived_in)
    changed = judgements.override(missing_share=0.3)
    with pytest.raises(DriftError, match="may move only with a reason") as caught:
        run(shipped, changed, room)
    assert listing(room) == before
    line = caught.value.remedy.split("'")[1].replace("<why it moved>", "a test")
    (room / "CHANGELOG.md").write_text(line, encoding="utf-8")
    run(shipped, changed, room)
    assert listing(room)["results/estimates.csv"] != before["results/estimates.csv"]


def test_another_seed_lies_within_the_errors(shipped, judgements, lived_in):
    # Simulation errors are themselves rough at 1,000 draws: of ten pairs of the seeds 0 to 4 one is stopped by
    # chance, and none at 4,000 or 20,000 draws.
    run(shipped, judgements, lived_in, seed=3)


@pytest.mark.parametrize("text", ["", f"{START} without an end"])
def test_a_readme_without_markers_writes_nothing(shipped, judgements, room, text):
    (room / "README.md").write_text(text, encoding="utf-8")
    before = listing(room)
    with pytest.raises(EstimationError, match="two marker lines"):
        run(shipped, judgements, room)
    assert listing(room) == before


def test_without_a_readme(shipped, judgements, room):
    (room / "README.md").unlink()
    run(shipped, judgements, room)
    assert not (room / "README.md").exists()


def test_bad_options_write_nothing(shipped, judgements, room):
    before = listing(room)
    with pytest.raises(EstimationError, match="at least 1000 draws"):
        run(shipped, judgements, room, draws=10)
    assert listing(room) == before


# --- what is committed -----------------------------------------------------------------------------------------------


def test_committed_results_fit_their_card_and_the_data(shipped, judgements):
    card = json.loads((RESULTS / "run.json").read_text(encoding="utf-8"))
    for name, digest in card["outputs_sha256"].items():
        assert hashlib.sha256((RESULTS / name).read_bytes()).hexdigest() == digest, f"{name}: run make reproduce"
    assert card["inputs_sha256"] == {**shipped.hashes, **judgements.hashes}, "data changed: run make reproduce"


def test_committed_bounds_hold_for_other_draws(shipped, judgements):
    # Bounds alone: the error of a chance that came out as 0 or 1 is 0, which fits other draws of the same number only.
    old = pd.read_csv(RESULTS / "estimates.csv")
    new = pd.read_csv(io.BytesIO(csv_table.csv_bytes(ladders(runs(shipped, judgements, draws=4_000, seed=5)))))
    bounds = [name for name in old if not name.startswith("p_at_least")]
    # So few draws cannot carry the last rung, and the run leaves it out.
    assert "sources" not in set(new["rung"])
    old = old[old["rung"] != "sources"]
    assert drift_gate.moved(old[bounds], new[bounds], keys=KEYS).empty


@pytest.mark.slow
def test_the_committed_last_rung_holds_for_other_draws(shipped, judgements):
    old = pd.read_csv(RESULTS / "estimates.csv").query("rung == 'sources' and basis == 'registered'")
    new = model_run(case_of(shipped, judgements), judgements, draws=80_000, seed=6).table()
    new = pd.read_csv(io.BytesIO(csv_table.csv_bytes(new[new["rung"] == "sources"])))
    bounds = [name for name in old if not name.startswith("p_at_least")]
    assert drift_gate.moved(old[bounds], new[bounds], keys=KEYS).empty


def test_committed_assumptions_are_the_register(judgements):
    assert (RESULTS / "assumptions.csv").read_bytes() == csv_table.csv_bytes(judgements.frame())
