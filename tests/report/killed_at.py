"""Write a set of files and be killed at the n-th call that touches the disk.

Usage: killed_at.py FOLDER. For n = 0, 1, 2, ... a child of this process, which has one thread, writes the set `new`
into a copy of a folder with the set `old` and ends without warning at its n-th call; the last one ends by itself.
"""

import os
import shutil
import sys
from pathlib import Path

from estimation.report.record import record

OLD = {"a.csv": b"old a", "sub/b.csv": b"old b", "run.json": b"old card"}
NEW = {"run.json": b"new card", "a.csv": b"new a", "sub/b.csv": b"new b", "c.csv": b"new c"}
CALLS = ("mkdir", "open", "fsync", "chmod", "rename", "replace", "unlink", "rmdir")


def main(folder: Path) -> int:
    """Make folders killed_0, killed_1, ... and print how many."""
    number = 0
    while True:
        place = folder / f"killed_{number}"
        record.write(place, OLD)
        child = os.fork()
        if child == 0:
            left = [number]
            for name in CALLS:
                _count(name, left)
            record.write(place, NEW)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            shutil.rmtree(place)
            sys.stdout.write(f"{number}\n")
            return 0
        number += 1


def _count(name: str, left: list[int]) -> None:
    real = getattr(os, name)

    def counted(*given: object, **named: object) -> object:
        if left[0] == 0:
            os._exit(9)
        left[0] -= 1
        return real(*given, **named)

    setattr(os, name, counted)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
