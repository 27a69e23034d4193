import subprocess
import sys
import threading
import time
from pathlib import Path

import killed_at
import pytest

from estimation.errors import EstimationError
from estimation.report.record import record
from estimation.report.record.folder_lock import alone

HOLD = """
import sys, time, pathlib
from estimation.report.record.folder_lock import alone
with alone(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def listing(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_a_folder_held_by_another_run_is_refused_and_free_once_that_run_is_killed(tmp_path):
    pytest.importorskip("fcntl")
    record.write(tmp_path, {"a.csv": b"old"})
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        message = "one run at a time may write to a results folder; got another that is writing"
        with pytest.raises(EstimationError, match=message), alone(tmp_path, patience=0.1):
            pass
        assert listing(tmp_path) == {"a.csv": b"old"}
    finally:
        holder.kill()
        holder.communicate()
    record.write(tmp_path, {"a.csv": b"new"})
    assert listing(tmp_path) == {"a.csv": b"new"}


def test_the_holder_may_ask_again_and_leaves_no_file(tmp_path):
    with alone(tmp_path), alone(tmp_path / ".", patience=0):
        record.write(tmp_path, {"a.csv": b"a"})
    assert listing(tmp_path) == {"a.csv": b"a"}


def test_a_disk_without_locks_is_written_to_all_the_same(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def none(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", none)
    record.write(tmp_path, {"a.csv": b"a"})
    assert listing(tmp_path) == {"a.csv": b"a"}


def test_sets_of_two_writers_never_mix(tmp_path):
    names = [f"{i}.csv" for i in range(6)]
    seen = set()
    stop = threading.Event()

    def writer(mark: bytes) -> None:
        for _ in range(15):
            record.write(tmp_path, dict.fromkeys(names, mark))

    def reader() -> None:
        while not stop.is_set():
            with record.session(tmp_path):
                seen.add(frozenset(listing(tmp_path).values()))
            time.sleep(0.002)

    record.write(tmp_path, dict.fromkeys(names, b"0"))
    threads = [threading.Thread(target=writer, args=(mark,)) for mark in (b"1", b"2")]
    watching = threading.Thread(target=reader)
    for thread in (*threads, watching):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watching.join()
    assert seen <= {frozenset({mark}) for mark in (b"0", b"1", b"2")}
    assert len(set(listing(tmp_path).values())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_killed_at_any_call_the_old_set_or_the_new_one_is_there_after_the_next_run(tmp_path):
    done = subprocess.run(
        [sys.executable, killed_at.__file__, str(tmp_path)], capture_output=True, text=True, check=True
    )
    points = int(done.stdout)
    assert points > 20
    outcomes = set()
    for number in range(points):
        place = tmp_path / f"killed_{number}"
        files = {name: content for name, content in listing(place).items() if not name.startswith(".")}
        # The card that lists the others is never newer than they are.
        if files["run.json"] == killed_at.NEW["run.json"]:
            assert files == killed_at.NEW
        with record.session(place):
            found = listing(place)
        assert found in (killed_at.OLD, killed_at.NEW)
        outcomes.add(found["run.json"])
        record.write(place, killed_at.NEW)
        assert listing(place) == killed_at.NEW
        assert not [path for path in place.iterdir() if path.name.startswith(".")]
    assert outcomes == {b"old card", b"new card"}
