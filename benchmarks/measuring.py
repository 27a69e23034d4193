"""Peak memory of a process, and measurements each made in a process of its own so that its peak is its own."""

import json
import resource
import subprocess
import sys


def peak_mb() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def in_child(script: str, *words: object) -> dict[str, float]:
    """What a script prints as JSON when it is called with these words."""
    command = [sys.executable, script, *map(str, words)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
