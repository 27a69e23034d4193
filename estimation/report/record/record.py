"""The one way out: files are written as a whole set or not at all, by one run at a time."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from estimation.errors import EstimationError
from estimation.report.record.folder_lock import alone
from estimation.report.record.run_card import CARD

# Where a set of files waits: until it is complete, and until each file is in its place.
_STAGED, _READY = ".estimation-staged", ".estimation-ready"


def write(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files, given as content by name, which may hold a subfolder: all of them or none.

    Raises `EstimationError` if the folder cannot be written to, or another run has been writing to it for a minute.

    Notes
    -----
    **Assumes:** renaming within the folder is atomic. All files are written to a folder beside their places, which is
    then renamed: at that moment the set is complete. Only then does each file take its place. A run that is killed
    before that moment leaves the earlier files as they were; one that is killed after it leaves the rest of its set
    to be put in place by the next run, which does that first.
    """
    try:
        with session(directory):
            staged, ready = directory / _STAGED, directory / _READY
            try:
                for name, content in files.items():
                    _stage(staged, directory, name, content)
                staged.replace(ready)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
            try:
                _finish(directory)
            except KeyboardInterrupt:  # the set is complete: what was begun is ended
                _finish(directory)
                raise
    except OSError as error:
        raise _unwritable(directory, error) from error


@contextmanager
def session(directory: Path) -> Iterator[None]:
    """Keep other runs out of a folder, which is made if absent, while it is compared with, read and written to.

    What a killed run left there is put in order first. Raises `EstimationError` as `write` does.
    """
    with ExitStack() as stack:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            stack.enter_context(alone(directory))
            _finish(directory)
        except OSError as error:
            raise _unwritable(directory, error) from error
        yield


def _unwritable(directory: Path, error: OSError) -> EstimationError:
    return EstimationError(
        "the results folder must be writable",
        f"{directory}: {error.strerror}",
        "free space or choose another folder",
    )


def _stage(staged: Path, directory: Path, name: str, content: bytes) -> None:
    """Write one file beside its place, and make sure that it can take it."""
    target, temporary = directory / name, staged / name
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{name}: {os.strerror(errno.EISDIR)}")
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(errno.EACCES, f"{name}: {os.strerror(errno.EACCES)}")
    if target.parent.stat().st_dev != temporary.parent.stat().st_dev:
        raise OSError(errno.EXDEV, f"{name}: {os.strerror(errno.EXDEV)}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(0o644)


def _finish(directory: Path) -> None:
    """Put a complete set in place, and clear away one that a killed run left incomplete."""
    shutil.rmtree(directory / _STAGED, ignore_errors=True)
    ready = directory / _READY
    if not ready.is_dir():
        return
    # The card comes last: when it is there, so is everything it lists.
    for path in sorted((path for path in ready.rglob("*") if path.is_file()), key=lambda path: path.name == CARD):
        path.replace(directory / path.relative_to(ready))
    shutil.rmtree(ready)


def write_new(directory: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder, absent or empty so far, with files in it, given as content by plain name: all of them or none.

    Raises `EstimationError` if the folder holds something, or cannot be made.
    """
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise EstimationError("a new folder must be absent or empty", directory, "choose another name")
        directory.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}."))
        try:
            write(staged, files)
            staged.chmod(0o755)
            if directory.is_dir():
                directory.rmdir()
            staged.rename(directory)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise EstimationError(
            "the place of a new folder must be writable", f"{directory}: {error.strerror}", "choose another place"
        ) from error
