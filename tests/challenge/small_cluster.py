"""A cluster of separate processes on this machine, and a task to see who does it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import estimation


def slow_draw(rng: np.random.Generator, *, seconds: float) -> tuple[float, int]:
    """A number of the task's own stream, and the process that drew it."""
    time.sleep(seconds)
    return float(rng.standard_normal()), os.getpid()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and plain workers; the address and the workers' processes."""
    # Workers must find these tests, and the package where this process found it.
    paths = [str(Path(__file__).parent), str(Path(estimation.__file__).resolve().parents[1])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": folder}
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", "scheduler", *local, "--port", "0", "--scheduler-file", str(file)], **quiet
        )
    ]
    try:
        address = ""
        for _ in range(300):
            try:
                address = json.loads(file.read_text())["address"]
                break
            except (OSError, ValueError):
                time.sleep(0.1)
        command = [sys.executable, "-m", "dask", "worker", address, *local, "--no-nanny", "--nthreads", "1"]
        started += [subprocess.Popen([*command, "--name", str(number)], **quiet) for number in range(workers)]
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
