"""Build wheel and sdist into dist/, and see that they are complete, the same twice, and run from an empty folder.

Run: python release/packages.py --uv "COMMAND" ; hatchling must be importable (make release sees to it).
"""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from archive import ROOT, listing

DIST = ROOT / "dist"
DATA = "data/public/"


def build(root: Path, output: Path) -> tuple[Path, Path]:
    """Build both from a folder and give the paths of wheel and sdist."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(output)]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"the packages must build; hatchling says:\n{done.stderr}")
    (wheel,), (sdist,) = output.glob("*.whl"), output.glob("*.tar.gz")
    return wheel, sdist


def inside(wheel: Path, sdist: Path) -> None:
    """Refuse a wheel or sdist that lacks a file of the library or the data, or brings others."""
    names = listing()
    with zipfile.ZipFile(wheel) as packed:
        carried = {name for name in packed.namelist() if ".dist-info/" not in name}
    wanted = {name for name in names if name.startswith("estimation/")}
    wanted |= {f"estimation/_data/{name.removeprefix(DATA)}" for name in names if name.startswith(DATA)}
    if carried != wanted:
        raise SystemExit(f"the wheel must hold the library and its data; differs in {sorted(carried ^ wanted)}")
    with tarfile.open(sdist) as packed_source:
        found = {name.partition("/")[2] for name in packed_source.getnames()}
    if found != {*names, "PKG-INFO"}:
        raise SystemExit(f"the sdist must hold the project; differs in {sorted(found ^ {*names, 'PKG-INFO'})}")


def same_twice(wheel: Path, sdist: Path) -> None:
    """Refuse packages that come out otherwise from another folder and another umask."""
    with tempfile.TemporaryDirectory() as folder:
        old = os.umask(0o077)
        try:
            for name in listing():
                target = Path(folder, "copy", name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, target)
                target.chmod(0o700 if os.access(ROOT / name, os.X_OK) else 0o600)
            again = build(Path(folder, "copy"), Path(folder, "dist"))
        finally:
            os.umask(old)
        for one, other in zip((wheel, sdist), again, strict=True):
            if one.read_bytes() != other.read_bytes():
                raise SystemExit(f"{one.name} must come out the same twice; keep SOURCE_DATE_EPOCH set")


def runs_alone(wheel: Path, uv: list[str]) -> None:
    """Install the wheel with the locked versions into an empty environment and use it from an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder, "venv", "bin", "python")
        quiet = {"check": True, "cwd": ROOT}
        subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(python.parents[1])], **quiet)
        locked = ["--constraint", "requirements.lock"]
        subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(python), *locked, str(wheel)], **quiet)
        empty = Path(folder, "empty")
        empty.mkdir()
        estimate = ["-m", "estimation", "estimate", "--draws", "2000", "--json"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        alone = subprocess.run([python, *estimate], cwd=empty, env=clean, check=True, stdout=subprocess.PIPE)
        subprocess.run([python, "-m", "estimation", "check"], cwd=empty, env=clean, check=True)
        here = subprocess.run([ROOT / ".venv/bin/python", *estimate], cwd=ROOT, check=True, stdout=subprocess.PIPE)
        if alone.stdout != here.stdout:
            raise SystemExit("the wheel must give the same answer as the checkout; it does not")
        if any(empty.iterdir()):
            raise SystemExit("an estimate must write nothing; it did")


def main() -> int:
    """Build and check; what is in dist/ afterwards has passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uv", type=shlex.split, required=True, help="command that runs uv")
    options = parser.parse_args()
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        wheel, sdist = build(ROOT, Path(folder))
        inside(wheel, sdist)
        same_twice(wheel, sdist)
        runs_alone(wheel, options.uv)
        DIST.mkdir()
        for path in (wheel, sdist):
            shutil.copyfile(path, DIST / path.name)
            sys.stdout.write(f"written {path.name}, {path.stat().st_size / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
