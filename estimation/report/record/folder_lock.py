"""One writer at a time: a lock on the folder that is written to, which ends with the process that holds it."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from estimation.errors import EstimationError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

# Writing takes less than a second; who waits longer than this waits for something that is stuck.
_PATIENCE: Final = 60.0
_BUSY: Final = (errno.EAGAIN, errno.EACCES)
_held = threading.local()


@contextmanager
def alone(folder: Path, *, patience: float = _PATIENCE) -> Iterator[None]:
    """Keep other runs from writing to an existing folder, after waiting so many seconds for one that does.

    Raises `EstimationError` if another run was writing all that time.

    Notes
    -----
    **Assumes:** a system with `flock`, and a file system that knows it; elsewhere (Windows, some network disks) two
    runs into one folder are not kept apart. The lock is on the folder itself: there is no lock file that a killed run
    could leave behind. A thread that holds the lock may ask for it again.
    """
    held: set[Path] = _held.__dict__.setdefault("folders", set())
    place = folder.resolve()
    if fcntl is None or place in held:
        yield
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        _wait(handle, place, time.monotonic() + patience)
        held.add(place)
        yield
    finally:
        held.discard(place)
        os.close(handle)


def _wait(handle: int, place: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                return  # a disk without locks
            if time.monotonic() >= until:
                raise EstimationError(
                    "one run at a time may write to a results folder",
                    f"another that is writing to {place}",
                    "wait for it, stop it, or choose another folder",
                ) from error
            time.sleep(0.05)
        else:
            return
