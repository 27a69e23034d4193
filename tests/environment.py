"""Write environment.yml for conda users from the lock; `text()` is what a test compares it with.

conda installs Python and pip, pip installs the same hashed lock as `make reproduce`: one set of versions for everybody.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
CORE = ("jupyter", "matplotlib", "numpy", "pandas", "scipy", "seaborn", "statsmodels")


def locked(lock: str = "requirements.lock") -> dict[str, list[str]]:
    """Versions of each package named in a lock."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


def text() -> str:
    """The content environment.yml must have."""
    versions = locked()
    lines = [
        "# Written by `make lock` from requirements.lock; do not edit.",
        "# conda env create -f environment.yml && conda activate estimation && pip install --no-deps -e .",
        "# The core versions below are what the lock installs:",
        *(f"#   {name} {versions[name][0]}" for name in CORE),
        "name: estimation",
        "channels:",
        "  - conda-forge",
        "  - nodefaults",
        "dependencies:",
        "  - python=3.11",
        "  - pip",
        "  - pip:",
        "      - --require-hashes",
        "      - -r requirements.lock",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(text())
    sys.stdout.write("environment.yml written\n")
