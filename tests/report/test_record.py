import errno
import os
from pathlib import Path

import pytest

from estimation.errors import EstimationError
from estimation.report.record import record


def listing(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_writes_into_new_folders_with_the_usual_rights(tmp_path):
    record.write(tmp_path / "results", {"a.csv": b"a", "sub/b.csv": b"b"})
    assert listing(tmp_path / "results") == {"a.csv": b"a", "sub/b.csv": b"b"}
    assert (tmp_path / "results" / "a.csv").stat().st_mode & 0o777 == 0o644


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("broken", ["replace", "fsync"])
def test_a_full_disk_leaves_earlier_files_and_no_rubbish(tmp_path, monkeypatch, broken):
    record.write(tmp_path, {"a.csv": b"old a", "b.csv": b"old b"})
    monkeypatch.setattr(os, broken, full_disk)
    with pytest.raises(EstimationError, match=r"results folder must be writable; got .*No space left on device"):
        record.write(tmp_path, {"a.csv": b"new a", "b.csv": b"new b", "c.csv": b"c"})
    assert listing(tmp_path) == {"a.csv": b"old a", "b.csv": b"old b"}


def test_disk_that_fills_up_at_the_second_file(tmp_path, monkeypatch):
    record.write(tmp_path, {"a.csv": b"old a", "b.csv": b"old b"})
    calls, fsync = [], os.fsync

    def second(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            full_disk()
        fsync(handle)

    monkeypatch.setattr(os, "fsync", second)
    with pytest.raises(EstimationError, match="must be writable"):
        record.write(tmp_path, {"a.csv": b"new a", "b.csv": b"new b"})
    assert listing(tmp_path) == {"a.csv": b"old a", "b.csv": b"old b"}


def test_interruption_leaves_earlier_files_and_no_rubbish(tmp_path, monkeypatch):
    record.write(tmp_path, {"a.csv": b"old"})

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        record.write(tmp_path, {"a.csv": b"new"})
    assert listing(tmp_path) == {"a.csv": b"old"}


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "results").write_bytes(b"")
    with pytest.raises(EstimationError, match=r"results folder must be writable; got .*results: "):
        record.write(tmp_path / "results", {"a.csv": b"a"})
