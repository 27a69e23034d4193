"""What a command imports: start-up is the imports, so the slow ones must wait for the command that needs them."""

import subprocess
import sys

import pytest

# Each takes longer to import than the whole of `estimation estimate` takes to start.
SLOW = {"IPython", "arviz_stats", "joblib", "matplotlib", "scipy.optimize", "scipy.stats", "seaborn", "statsmodels"}
AFTER = """
import sys
sys.argv[0] = "estimation"
from estimation.cli import main
try:
    main()
finally:
    sys.stderr.write("\\n".join(["", *sys.modules]))
"""


def imported(folder, *words: str) -> set[str]:
    """Names of all modules that a command had imported at its end, in a process of its own."""
    command = [sys.executable, "-c", AFTER, *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True)
    return set(done.stderr.splitlines())


def test_an_estimate_imports_nothing_slow(tmp_path):
    found = imported(tmp_path, "estimate", "--draws", "1000", "--scope", "uyghur")
    assert "estimation.model.ladder.ladder" in found
    assert found & SLOW == set()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["estimate", "--help"]])
def test_help_and_version_import_nothing_numeric(tmp_path, words):
    found = imported(tmp_path, *words)
    assert "estimation.cli" in found
    assert found & (SLOW | {"numpy", "pandas", "scipy"}) == set()
