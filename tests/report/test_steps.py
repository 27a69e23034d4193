"""A step is kept only if nothing that goes in or comes out has changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from estimation.report.documents import fact_sheet
from estimation.report.figures import gallery
from estimation.report.publish import page_publish
from estimation.report.record import steps

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def room(tmp_path, monkeypatch) -> Path:
    """A small project: code, inputs and outputs."""
    for name in ("code/model.py", "code/__pycache__/model.pyc", "data/a.csv", "results/out.csv", "results/sub/b.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "README.md").write_text("words", encoding="utf-8")
    monkeypatch.setattr(steps, "PACKAGE", tmp_path / "code")
    return tmp_path


def step(room: Path, **settings) -> steps.Step:
    return steps.step(
        "one",
        inputs=[room / "data"],
        settings=settings or {"seed": 1},
        stamps=room / "stamps",
    )


def seal(room: Path, running: steps.Step | None = None) -> None:
    (running or step(room)).seal(room / name for name in ("results/out.csv", "results/sub/b.csv", "README.md"))


@pytest.fixture
def sealed(room) -> Path:
    seal(room)
    return room


def test_a_fresh_clone_computes(room):
    assert not step(room).kept()


def test_nothing_changed_is_kept(sealed):
    assert step(sealed).kept()


@pytest.mark.parametrize("name", ["code/model.py", "data/a.csv", "results/out.csv", "results/sub/b.csv", "README.md"])
def test_a_changed_file_computes_again(sealed, name):
    (sealed / name).write_text("edited", encoding="utf-8")
    assert not step(sealed).kept()
    (sealed / name).write_text("words" if name == "README.md" else name, encoding="utf-8")
    assert step(sealed).kept()


@pytest.mark.parametrize("name", ["code/model.py", "data/a.csv", "results/out.csv", "README.md"])
def test_a_missing_file_computes_again(sealed, name):
    (sealed / name).unlink()
    assert not step(sealed).kept()


@pytest.mark.parametrize("name", ["code/new.py", "data/new.csv"])
def test_a_new_file_computes_again(sealed, name):
    (sealed / name).write_text("", encoding="utf-8")
    assert not step(sealed).kept()


def test_what_another_step_writes_beside_it_does_not_count(sealed):
    (sealed / "results/of_another.csv").write_text("", encoding="utf-8")
    assert step(sealed).kept()


def test_a_stamp_moves_with_the_project(sealed, monkeypatch):
    moved = sealed.parent / "moved"
    sealed.rename(moved)
    monkeypatch.setattr(steps, "PACKAGE", moved / "code")
    assert step(moved).kept()
    moved.rename(sealed)


def test_tables_are_what_other_steps_read(room):
    for name in ("results/run.json", "results/figures/captions.json", "results/page/index.html", "results/note.txt"):
        (room / name).parent.mkdir(parents=True, exist_ok=True)
        (room / name).write_text(name, encoding="utf-8")
    found = [path.relative_to(room).as_posix() for path in steps.tables(room / "results")]
    assert found == ["results/out.csv", "results/run.json", "results/sub/b.csv"]


def test_what_is_made_of_tables_is_known_by_its_folders():
    written = {gallery.FOLDER, fact_sheet.FOLDER, Path(page_publish.NAME).parent.name}
    assert set(steps.MADE_OF_TABLES) == written


def test_a_renamed_file_computes_again(sealed):
    (sealed / "data/a.csv").rename(sealed / "data/b.csv")
    assert not step(sealed).kept()


def test_compiled_code_and_hidden_files_do_not_count(sealed):
    (sealed / "code/__pycache__/model.pyc").write_text("compiled again", encoding="utf-8")
    (sealed / "results/.out.csv.part").write_text("left by a killed run", encoding="utf-8")
    assert step(sealed).kept()


def test_other_settings_environment_or_packages_compute_again(sealed, monkeypatch):
    assert not step(sealed, seed=2).kept()
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONHASHSEED", "another")
        assert not step(sealed).kept()
    monkeypatch.setattr(steps, "installed", lambda: {"numpy": "another"})
    assert not step(sealed).kept()


def test_an_absent_output_is_never_kept(room):
    seal(room)
    (room / "README.md").unlink()
    assert not step(room).kept()


def test_a_step_that_wrote_nothing_is_never_kept(room):
    step(room).seal([])
    assert not step(room).kept()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"outputs": 1, "made_from": 2}'])
def test_a_broken_stamp_computes_again(sealed, text):
    (sealed / "stamps/one.json").write_text(text, encoding="utf-8")
    assert not step(sealed).kept()


def test_an_input_edited_during_the_run_computes_again(room):
    running = step(room)
    (room / "data/a.csv").write_text("edited while it ran", encoding="utf-8")
    seal(room, running)
    assert not step(room).kept()


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The project copied, without results: with few draws its gate would stop."""
    room = tmp_path_factory.mktemp("project")
    for name in ("estimation", "data"):
        shutil.copytree(ROOT / name, room / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, room / name)
    return room


@pytest.mark.slow
def test_reproduce_runs_again_only_after_a_change(project):
    def reproduce(*words: str) -> str:
        command = [sys.executable, "-m", "estimation", "reproduce", "--draws", "1000", *words]
        env = {**os.environ, "PYTHONPATH": str(project)}
        return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=True).stdout

    kept = "reproduce: unchanged, kept\n"
    assert "written estimates.csv" in reproduce()
    table = project / "results" / "estimates.csv"
    before = table.read_bytes()
    assert reproduce() == kept
    # Within the gate's tolerance, which an edit by hand could hide in.
    table.write_bytes(before + b"\n")
    assert "written estimates.csv" in reproduce()
    assert table.read_bytes() == before
    assert "written estimates.csv" in reproduce("--force")
