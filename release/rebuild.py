"""Unpack the archive in an empty folder, as another user with another home and locale, and compute everything again.

Every file must come out as SHA256SUMS says, and the archive built there must have the same bytes. As root the other
user is `nobody`; otherwise only home, names, locale, time zone and umask differ.
Run: python release/rebuild.py [ARCHIVE] [--python COMMAND]
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from archive import ROOT, SUMS, listing

NOBODY = 65534
# A virtual environment, a shell's own settings and make's own state stay behind; how packages are reached comes along.
LEFT = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "LANGUAGE", "LANG", "LC_")


def stranger(folder: Path) -> dict[str, str]:
    """Environment of somebody else on another machine."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(LEFT)}
    home, temporary = folder / "home", folder / "tmp"
    for each in (home, temporary):
        each.mkdir()
    places = {"HOME": home, "TMPDIR": temporary, "XDG_CACHE_HOME": home / ".cache", "UV_CACHE_DIR": home / ".uv"}
    return {
        **env,
        **{name: str(path) for name, path in places.items()},
        "USER": "stranger",
        "LOGNAME": "stranger",
        "LC_ALL": "C",
        "TZ": "Asia/Kathmandu",
    }


def changed(root: Path) -> list[str]:
    """Files that are not as the hashes say, or that the hashes do not know."""
    lines = (root / SUMS).read_text(encoding="utf-8").splitlines()
    stated = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    found = [
        name
        for name, digest in stated.items()
        if not (root / name).is_file() or hashlib.sha256((root / name).read_bytes()).hexdigest() != digest
    ]
    return sorted({*found, *(set(listing(root)) - set(stated))})


def main() -> int:
    """Rebuild and compare; exit code 1 says what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", help="the one in dist/ by default")
    parser.add_argument("--python", default="python3", help="Python that sets up the environment there")
    options = parser.parse_args()
    packed = options.archive or next(iter((ROOT / "dist").glob("*-reproducibility.zip")), None)
    if packed is None:
        sys.stderr.write("there must be an archive to rebuild; run make release\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="rebuild-") as name:
        folder = Path(name)
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(folder / "empty")
        (root,) = (folder / "empty").iterdir()
        env = stranger(folder)
        options_of_user = {}
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", str(NOBODY), str(folder)], check=True)
            options_of_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}

        def run(*command: str) -> None:
            subprocess.run(command, cwd=root, env=env, check=True, umask=0o077, **options_of_user)

        run("make", "reproduce", f"PYTHON={options.python}")
        different = changed(root)
        run(".venv/bin/python", "release/archive.py")
        again = (root / "dist" / packed.name).read_bytes()
        if different or again != packed.read_bytes():
            sys.stderr.write(f"rebuilt otherwise: {', '.join(different) or 'the archive alone'}\n")
            return 1
    sys.stdout.write(f"{packed.name}: the same bytes, rebuilt by another user, in another folder, home and locale\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
