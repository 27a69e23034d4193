"""Coverage-guided fuzzing of the parsers, with Atheris: the first bytes choose one, the rest is its file.

Usage: python tests/fuzz/coverage_guided.py [-runs=N] [other options of libFuzzer]
It needs the packages of requirements.lock and Atheris, which has wheels for Linux; `make fuzz` sets that up.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["estimation.evidence", "tomllib", "json", "csv"]):
    from estimation.errors import EstimationError
    from estimation.evidence.checks.arithmetic import evaluate
    from estimation.evidence.checks.descriptor import read_descriptor
    from estimation.evidence.register import assumptions, choices
    from estimation.evidence.tables import sources
    from estimation.evidence.tables.synthesis_sources import citable
    from estimation.evidence.tables.system_file import read_system
    from estimation.model.case.build import register_of

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz"))
EVIDENCE = sources.load()
KNOWN = citable(EVIDENCE)
REGISTER = register_of(EVIDENCE)


def _written(name: str, content: bytes) -> Path:
    path = FOLDER / name
    path.write_bytes(content)
    return path


PARSERS = (
    lambda content: read_system(_written("system.csv", content)),
    lambda content: assumptions.amend(REGISTER, _written("mine.toml", content), citable=KNOWN),
    lambda content: choices.load(_written("grid.toml", content)),
    lambda content: read_descriptor(_written("datapackage.json", content).parent),
    lambda content: evaluate(content.decode("utf-8", errors="replace")),
)


def one_input(data: bytes) -> None:
    """Hand the bytes to a parser; anything but a value or an EstimationError ends the run."""
    if not data:
        return
    try:
        PARSERS[data[0] % len(PARSERS)](data[1:])
    except EstimationError as error:
        if not (error.rule and error.remedy):
            raise AssertionError(str(error)) from error


if __name__ == "__main__":
    seeds = FOLDER / "seeds"
    seeds.mkdir()
    good = {
        0: b"area,count,population\nnorth,12,400\nsouth,0,500\n",
        1: b'[missing_share]\nrationale = "r"\ndistribution = { name = "point", value = 0.1 }\n',
        2: (sources.PUBLIC / choices.FILE).read_bytes()[:2000],
        3: (sources.PUBLIC / "datapackage.json").read_bytes()[:3000],
        4: b"1200000 / 0.12",
    }
    for kind, content in good.items():
        (seeds / str(kind)).write_bytes(bytes([kind]) + content)
    atheris.Setup([*sys.argv, "-max_len=4000", "-rss_limit_mb=2000", str(seeds)], one_input)
    atheris.Fuzz()
