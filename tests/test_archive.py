"""The reproducibility archive: complete, verifiable with ordinary tools, and the same bytes wherever it is built."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "release" / "archive.py"


@pytest.fixture(scope="module")
def archive():
    spec = importlib.util.spec_from_file_location("archive", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fill(folder: Path, *, order: int = 1, mode: int = 0o644) -> Path:
    """A small project; files made in either order, with either mode."""
    content = {
        "pyproject.toml": '[project]\nname = "small"\nversion = "1.2"\n',
        ".gitignore": "build/\ndist/\n*.egg-info/\n.coverage\n",
        "results/a.csv": "a\n1\n",
        "results/é.csv": "b\n2\n",
        "run": "#!/bin/sh\n",
        "build/left_out": "x",
        "small.egg-info/left_out": "x",
        "code/build/left_out": "x",
        ".coverage": "x",
    }
    for name, text in list(content.items())[::order]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
    return folder


def run(root: Path, output: Path, **environment: str) -> bytes:
    command = [sys.executable, str(SCRIPT), "--root", str(root), "--output", str(output)]
    subprocess.run(command, check=True, capture_output=True, env={"PATH": os.environ["PATH"], **environment})
    (made,) = output.iterdir()
    assert made.name == "small-1.2-reproducibility.zip"
    return made.read_bytes()


def test_two_builds_elsewhere_give_the_same_bytes(tmp_path):
    first = fill(tmp_path / "here")
    old = os.umask(0o077)
    try:
        second = fill(tmp_path / "other place" / "there", order=-1, mode=0o755)
        os.utime(second / "results" / "a.csv", (1, 1))
        built = run(second, tmp_path / "two", LC_ALL="C", TZ="Asia/Kathmandu", HOME=str(tmp_path), PYTHONHASHSEED="7")
    finally:
        os.umask(old)
    assert run(first, tmp_path / "one", LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="1") == built


def test_an_unpacked_archive_builds_itself_again(archive, tmp_path):
    made = archive.build(fill(tmp_path / "here"))
    with zipfile.ZipFile(made) as packed:
        packed.extractall(tmp_path / "there")
    again = archive.build(tmp_path / "there" / "small-1.2")
    assert again.read_bytes() == made.read_bytes()


def test_what_is_inside(archive, tmp_path):
    with zipfile.ZipFile(archive.build(fill(tmp_path))) as packed:
        names = [name.removeprefix("small-1.2/") for name in packed.namelist()]
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in packed.infolist()}
    assert names == sorted(
        [".gitignore", "REBUILD.txt", "SHA256SUMS", "pyproject.toml", "results/a.csv", "results/é.csv", "run"],
        key=str.encode,
    )
    assert modes["small-1.2/run"] == "0o100755"
    assert set(modes.values()) == {"0o100755", "0o100644"}


def test_hashes_are_those_of_the_files_and_sha256sum_reads_them(archive, tmp_path):
    with zipfile.ZipFile(archive.build(fill(tmp_path / "here"))) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / "small-1.2"
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    stated = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert set(stated) == present - {"SHA256SUMS"}
    for name, digest in stated.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    if shutil.which("sha256sum"):
        command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
        assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
        (folder / "results" / "a.csv").write_text("a\n2\n", encoding="utf-8")
        assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 1


def test_one_changed_byte_changes_the_archive(archive, tmp_path):
    before = archive.build(fill(tmp_path)).read_bytes()
    (tmp_path / "results" / "a.csv").write_text("a\n2\n", encoding="utf-8")
    assert archive.build(tmp_path).read_bytes() != before


def test_uncommitted_files_are_refused(tmp_path):
    fill(tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    command = [sys.executable, str(SCRIPT), "--root", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "an archive holds committed files only" in done.stderr
    assert "results/" in done.stderr
    assert not (tmp_path / "dist").exists()


def test_the_listing_is_what_git_knows(archive):
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        known = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    present = {name for name in known.split("\0") if name and (ROOT / name).is_file()}
    assert set(archive.listing()) == present
