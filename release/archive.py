"""Write dist/estimation-<version>-reproducibility.zip: data, locks, code, results and the hash of every file.

The same files give the same bytes, whoever builds it where: names sorted, one date, two modes, and nothing
compressed, because compressors of different versions differ. Needs Python's own library only.
Run: python release/archive.py [--root FOLDER] [--output FOLDER]
"""

import argparse
import fnmatch
import hashlib
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUMS, MANUAL = "SHA256SUMS", "REBUILD.txt"
# Zip knows no earlier date.
DATE = (1980, 1, 1, 0, 0, 0)
TEXT = """How to rebuild

This archive holds everything that {name} {version} was computed from, and what came out.

1. Unpack it into an empty folder and go there. The path must hold no blank.
2. See that nothing changed on the way:      sha256sum --check --quiet SHA256SUMS
3. Compute everything again:                 make reproduce
4. See that the same bytes came out:         sha256sum --check --quiet SHA256SUMS
5. Build this archive again:                 python3 release/archive.py
   dist/ then holds a file with the same bytes as the archive you unpacked.

Needed: Python 3.11 to 3.14 with pip, make, and the packages of requirements.lock, which are fetched and checked by
their hashes. README.md says what the results mean.
results/calibration.csv, calibration_undefined.csv and sbc.csv come from a longer run: make calibrate
"""


def ignored(root: Path) -> list[str]:
    """Patterns of .gitignore, without the marks of folders; the file holds plain names and stars only."""
    lines = (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.strip().rstrip("/") for line in lines if line.strip() and not line.startswith("#")]


def listing(root: Path = ROOT) -> list[str]:
    """Names of the files that belong to the project, sorted byte by byte; the same with and without git."""
    patterns = [".git", SUMS, MANUAL, *ignored(root)]
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not any(fnmatch.fnmatchcase(name, each) for each in patterns)]
        for name in names:
            if not any(fnmatch.fnmatchcase(name, each) for each in patterns):
                found.append((Path(folder) / name).relative_to(root).as_posix())
    return sorted(found, key=str.encode)


def contents(root: Path = ROOT) -> dict[str, bytes]:
    """Every file of the archive by name, with the manual and the hashes."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    files = {name: (root / name).read_bytes() for name in listing(root)}
    files[MANUAL] = TEXT.format_map(project).encode()
    sums = [
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files, key=lambda name: name.encode())
    ]
    return {**files, SUMS: "".join(sums).encode()}


def build(root: Path = ROOT, output: Path | None = None) -> Path:
    """Write the archive into `output`, dist/ of `root` by default, and give its path."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stem = f"{project['name']}-{project['version']}"
    target = (output or root / "dist") / f"{stem}-reproducibility.zip"
    files = sorted(contents(root).items(), key=lambda item: item[0].encode())
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(f"{stem}/{name}", DATE)
            # As on Unix, wherever it is built; scripts are known by their first line, not by the mode on this disk.
            entry.create_system = 3
            entry.external_attr = (0o100755 if content.startswith(b"#!") else 0o100644) << 16
            archive.writestr(entry, content)
    temporary.replace(target)
    return target


def uncommitted(root: Path = ROOT) -> str:
    """What git says has changed or is unknown to it; nothing where there is no git."""
    if not (root / ".git").exists():
        return ""
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Build the archive from a checkout without changes, or from an unpacked archive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="folder to pack; the project's by default")
    parser.add_argument("--output", type=Path, help="folder to write to; dist/ by default")
    options = parser.parse_args()
    if changed := uncommitted(options.root):
        sys.stderr.write(f"an archive holds committed files only; commit or remove these first:\n{changed}")
        return 2
    made = build(options.root, options.output)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    sys.stdout.write(f"written {made.name}, {made.stat().st_size / 1e6:.1f} MB, sha256 {digest}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
