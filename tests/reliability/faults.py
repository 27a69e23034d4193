"""Faults: what a machine, a disk, a user or another run can do to this one, done on purpose.

Each fault is a function that makes it in an empty folder and gives "" if all is as it should be, else what was wrong.
The quick ones are tests; `make reliability` does all of them and writes results/reliability/faults.csv.
"""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "report"))
import killed_at

from estimation.errors import EstimationError
from estimation.evidence.tables import sources
from estimation.report.record import record, run_card

FEW = ["--draws", "1000"]
ANSWER = ["estimate", "--scope", "uyghur", "--json", *FEW]
SYSTEM = "area,count,population\nnorth,12,400\nsouth,0,500\n"
OLD, NEW = {"a.csv": b"old a", "b.csv": b"old b"}, {"a.csv": b"n" * 300_000, "b.csv": b"new b"}
_known: dict[str, bytes] = {}


@dataclass(frozen=True)
class Fault:
    """One fault: what happens, how it is made, and what it does in a folder."""

    name: str
    how: str
    make: Callable[[Path], str]
    tries: int = 1
    quick: bool = True


def command(*words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run the command line as a program of its own, for at most ten minutes."""
    given = {"capture_output": True, "timeout": 600, **options}
    return subprocess.run([sys.executable, "-m", "estimation", *words], **given)  # type: ignore[call-overload]


def listing(folder: Path) -> dict[str, bytes]:
    """Files of a folder, hidden ones too."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(done: subprocess.CompletedProcess[bytes], said: str) -> str:
    """Whether a command ended with code 2, one error on standard error and nothing else."""
    error = done.stderr.decode(errors="replace")
    if done.returncode != 2 or done.stdout or "Traceback" in error or said not in error:
        return f"code {done.returncode}: {error[-200:]}"
    return ""


def whole(folder: Path) -> str:
    """Whether a set of results is what its own card lists."""
    card = json.loads((folder / run_card.CARD).read_bytes())["outputs_sha256"]
    wrong = [name for name, digest in card.items() if sha256((folder / name).read_bytes()).hexdigest() != digest]
    return f"not of the set of run.json: {', '.join(wrong)}" if wrong else ""


# --- killed -----------------------------------------------------------------------------------------------------------


def killed_while_writing(folder: Path) -> str:
    words = [sys.executable, killed_at.__file__, str(folder)]
    points = int(subprocess.run(words, capture_output=True, check=True).stdout)
    for number in range(points):
        place = folder / f"killed_{number}"
        with record.session(place):
            pass
        if listing(place) not in (killed_at.OLD, killed_at.NEW):
            return f"killed at call {number}, a mixture is left"
        record.write(place, killed_at.NEW)
        if listing(place) != killed_at.NEW:
            return f"killed at call {number}, the next run leaves {sorted(listing(place))}"
    return "" if points > 20 else "too few calls"


def _stopped(folder: Path, number: int) -> str:
    """Publish, publish again and be stopped at a random moment; then publish once more."""
    results = folder / "results"
    words = ["reproduce", "--results", str(results), *FEW]
    if "reproduce" not in _known:
        if command(*words).returncode:
            return "the first run failed"
        _known["reproduce"] = json.dumps({name: each.hex() for name, each in listing(results).items()}).encode()
    before = {name: bytes.fromhex(each) for name, each in json.loads(_known["reproduce"]).items()}
    record.write(results, before)
    run = subprocess.Popen([sys.executable, "-m", "estimation", *words], stdout=-1, stderr=-1)
    try:
        run.wait(random.uniform(1.0, 12.0))  # any moment will do
    except subprocess.TimeoutExpired:
        run.send_signal(number)
    said = run.communicate()[1].decode(errors="replace")
    if "Traceback" in said:
        return f"a traceback: {said[-200:]}"
    if {name: each for name, each in listing(results).items() if not name.startswith(".")} != before:
        return "earlier results are not as they were"
    if command(*words).returncode or listing(results) != before:
        return "the next run does not give the same bytes"
    return ""


def killed_at_random(folder: Path) -> str:
    return _stopped(folder, signal.SIGKILL)


def interrupted_at_random(folder: Path) -> str:
    return _stopped(folder, signal.SIGINT)


# --- disks ------------------------------------------------------------------------------------------------------------


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which the child does not use
        return os.fork()


def _in_child(act: Callable[[], None], folder: Path) -> str:
    """Write NEW over OLD in a process on which something has been imposed: it must be refused and OLD intact."""
    record.write(folder, OLD)
    child = _fork()
    if child == 0:
        code = 1
        try:
            act()
            record.write(folder, NEW)
        except EstimationError as error:
            code = 0 if "must be writable" in str(error) else 2
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        return {1: "it was written, or ended in a traceback"}.get(code, "another error")
    return "" if listing(folder) == OLD else f"left: {sorted(listing(folder))}"


def full_disk(folder: Path) -> str:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    return _in_child(limit, folder)


def full_file_system(folder: Path) -> str:
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        return "not tried: it needs the right to mount"
    try:
        return _in_child(lambda: None, disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def read_only_folder(folder: Path) -> str:
    place = folder / "results"
    record.write(place, OLD)
    place.chmod(0o555)

    def nobody() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)

    child = _fork()
    if child == 0:
        code = 1
        try:
            os.chdir(place)
            nobody()
            record.write(Path("."), NEW)
        except EstimationError as error:
            code = 0 if "must be writable" in str(error) else 2
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    place.chmod(0o755)
    return "" if code == 0 and listing(place) == OLD else f"code {code}, {sorted(listing(place))}"


def output_to_a_full_disk(folder: Path) -> str:
    if not Path("/dev/full").exists():
        return "not tried: no /dev/full"
    with open("/dev/full", "wb") as full:
        done = command("assumptions", stdout=full, stderr=subprocess.PIPE, capture_output=False)
    done.stdout = b""
    return refused(done, "what is printed must have a place; got No space left on device")


def reader_goes_away(folder: Path) -> str:
    run = subprocess.Popen([sys.executable, "-m", "estimation", "assumptions", "--json"], stdout=-1, stderr=-1)
    run.stdout.close()
    said = run.stderr.read().decode(errors="replace")
    run.stderr.close()
    run.wait()
    return said


# --- other runs -------------------------------------------------------------------------------------------------------


def two_runs_at_once(folder: Path) -> str:
    results = folder / "results"
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "estimation", "reproduce", "--results", str(results), "--seed", seed, *FEW],
            stdout=-1,
            stderr=-1,
        )
        for seed in ("1", "2")
    ]
    said = [run.communicate()[1].decode(errors="replace") for run in runs]
    if sorted(run.returncode for run in runs) not in ([0, 0], [0, 2]) or any("Traceback" in each for each in said):
        return " ".join(said)[-300:]
    return whole(results)


# --- data -------------------------------------------------------------------------------------------------------------


def _damaged(folder: Path, damage: Callable[[Path], None], said: str) -> str:
    copy = folder / "public"
    shutil.copytree(sources.PUBLIC, copy)
    damage(copy)
    return refused(command(*ANSWER, "--data", str(copy)), said)


def truncated_table(folder: Path) -> str:
    def cut(copy: Path) -> None:
        path = copy / "census.csv"
        path.write_bytes(path.read_bytes()[:-1000])

    return _damaged(folder, cut, "a file must have the hash declared")


def swapped_tables(folder: Path) -> str:
    def swap(copy: Path) -> None:
        (copy / "units.csv").rename(copy / "held")
        (copy / "census.csv").rename(copy / "units.csv")
        (copy / "held").rename(copy / "census.csv")

    return _damaged(folder, swap, "a file must have the hash declared")


def table_gone(folder: Path) -> str:
    return _damaged(folder, lambda copy: (copy / "units.csv").unlink(), "a declared file must exist")


def link_out_of_the_folder(folder: Path) -> str:
    def link(copy: Path) -> None:
        (copy / "units.csv").rename(folder / "units.csv")
        (copy / "units.csv").symlink_to(folder / "units.csv")

    return _damaged(folder, link, "a data file must lie in its folder")


def pipe_for_a_table(folder: Path) -> str:
    def pipe(copy: Path) -> None:
        (copy / "units.csv").unlink()
        os.mkfifo(copy / "units.csv")

    return _damaged(folder, pipe, "a pipe or a device, not a file")


def folder_for_a_table(folder: Path) -> str:
    def make(copy: Path) -> None:
        (copy / "units.csv").unlink()
        (copy / "units.csv").mkdir()

    return _damaged(folder, make, "Is a directory")


def links_in_a_circle(folder: Path) -> str:
    path = folder / "system.csv"
    path.symlink_to(path)
    return refused(command("spread", str(path)), "system.csv")


def file_of_a_terabyte(folder: Path) -> str:
    path = folder / "system.csv"
    with path.open("wb") as file:
        file.truncate(2**40)
    return refused(command("spread", str(path)), "larger than 64 MB")


def little_memory(folder: Path) -> str:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))

    done = command("estimate", "--scope", "uyghur", "--draws", "10000000", preexec_fn=limit)
    return refused(done, "a run must fit into memory")


# --- surroundings -----------------------------------------------------------------------------------------------------


def _surroundings(folder: Path, changes: dict[str, str | None], at: bytes = b"here") -> str:
    """The same answer, byte for byte, whatever surrounds the run."""
    if "answer" not in _known:
        _known["answer"] = command(*ANSWER, check=True).stdout
    given = {**os.environ, **{name: value for name, value in changes.items() if value is not None}}
    for name in [name for name, value in changes.items() if value is None]:
        given.pop(name, None)
    place = os.path.join(os.fsencode(folder), at)
    os.makedirs(place)
    done = command(*ANSWER, env=given, cwd=place)
    if done.returncode or done.stderr or done.stdout != _known["answer"]:
        return f"code {done.returncode}: {done.stderr.decode(errors='replace')[-200:] or 'another answer'}"
    return ""


def _in(changes: dict[str, str | None], at: bytes = b"here") -> Callable[[Path], str]:
    return lambda folder: _surroundings(folder, changes, at)


NO_HOME: dict[str, str | None] = {"HOME": None, "USER": None, "LOGNAME": None, "XDG_CACHE_HOME": None}
ALL_AT_ONCE = {**NO_HOME, "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Apia", "PYTHONHASHSEED": "random"}


def home_that_cannot_be_written(folder: Path) -> str:
    """Pictures too: matplotlib keeps its fonts at home."""
    given = {**os.environ, "HOME": "/proc/nowhere"}
    given.pop("MPLCONFIGDIR", None)
    done = command("reproduce", "--results", str(folder / "results"), *FEW, env=given)
    if done.returncode or b"Traceback" in done.stderr:
        return f"code {done.returncode}: {done.stderr.decode(errors='replace')[-200:]}"
    return whole(folder / "results")


FAULTS = [
    Fault("killed while writing", "ended at each call that touches the disk", killed_while_writing, quick=False),
    Fault("killed at any moment", "reproduce ended by SIGKILL at random", killed_at_random, 4, False),
    Fault("interrupted at any moment", "reproduce ended by SIGINT at random", interrupted_at_random, 4, False),
    Fault("full disk", "size of files limited", full_disk),
    Fault("full file system", "a file system of 200 KB", full_file_system),
    Fault("read-only folder", "no right to write, as a user without privileges", read_only_folder),
    Fault("output to a full disk", "standard output to /dev/full", output_to_a_full_disk),
    Fault("reader goes away", "standard output closed by its reader", reader_goes_away),
    Fault("two runs at once", "reproduce with two seeds into one folder", two_runs_at_once, 2, False),
    Fault("table cut short", "the last 1,000 bytes of a table gone", truncated_table, quick=False),
    Fault("tables swapped", "two tables under each other's name", swapped_tables, quick=False),
    Fault("table gone", "a declared table not there", table_gone, quick=False),
    Fault("link out of the folder", "a table that is a link to elsewhere", link_out_of_the_folder, quick=False),
    Fault("pipe for a table", "a pipe nobody writes to in place of a table", pipe_for_a_table),
    Fault("folder for a table", "a folder in place of a table", folder_for_a_table, quick=False),
    Fault("links in a circle", "a file that is a link to itself", links_in_a_circle, quick=False),
    Fault("huge file", "a file of a terabyte without content", file_of_a_terabyte, quick=False),
    Fault("little memory", "ten million draws in 1 GB", little_memory, quick=False),
    Fault("all surroundings at once", "locale, zone, hashing, home and path together", _in(ALL_AT_ONCE, b"a b\xff")),
    *[Fault(f"locale {name}", "LC_ALL", _in({"LC_ALL": name}), quick=False) for name in ("C", "de_DE", "tr_TR", "xx")],
    Fault("no home folder", "HOME and its like not set", _in(NO_HOME), quick=False),
    Fault("home that cannot be written to", "HOME without a right to write", home_that_cannot_be_written, quick=False),
    Fault("random hashing", "PYTHONHASHSEED=random", _in({"PYTHONHASHSEED": "random"}), quick=False),
    Fault("another time zone", "TZ=Pacific/Apia", _in({"TZ": "Pacific/Apia"}), quick=False),
    Fault("blanks in the path", "a working folder with blanks", _in({}, b"a b"), quick=False),
    Fault("a path that is no text", "a working folder whose name is not UTF-8", _in({}, b"n\xff"), quick=False),
    Fault("an encoding of ASCII only", "PYTHONIOENCODING=ascii", _in({"PYTHONIOENCODING": "ascii"}), quick=False),
]  # fmt: skip


def survived() -> Iterator[dict[str, object]]:
    """One row for each fault: what, how, times tried, times survived, what went wrong."""
    for fault in FAULTS:
        wrong = []
        for _ in range(fault.tries):
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)
                try:
                    wrong.append(fault.make(Path(folder)))
                except subprocess.TimeoutExpired:
                    wrong.append("it did not end")
        good = sum(not each for each in wrong)
        first = next((each for each in wrong if each), "as it should be")
        yield {"fault": fault.name, "how": fault.how, "tries": fault.tries, "survived": good, "outcome": first}
