"""What many tests share: the data that ships, the register, and one small run."""

from pathlib import Path

import comparison_systems
import matplotlib as mpl
import pandas as pd
import pytest
from a_browser import NONE
from a_browser import browser as browser
from page_case import PageCase, made

from estimation.challenge.sources import reconcile
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables import sources
from estimation.evidence.tables.sources import Evidence
from estimation.model.case.build import case_of, register_of
from estimation.model.ladder.ladder import Run, run

# Run by hand, or by targets of their own, with programs that are not needed here.
collect_ignore_glob = ["reference/*.py", "fuzz/coverage_guided.py"]
mpl.use("Agg")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shipped() -> Evidence:
    return sources.load()


@pytest.fixture(scope="session")
def sets() -> pd.DataFrame:
    """Systems by which a case's spread is fitted; invented."""
    return comparison_systems.SETS


@pytest.fixture
def only_systems(tmp_path_factory, monkeypatch) -> None:
    """In place of the data that ship: invented systems and nothing else."""
    folder = comparison_systems.write(tmp_path_factory.mktemp("systems"))
    monkeypatch.setattr(sources, "PUBLIC", folder)


@pytest.fixture(scope="session")
def judgements(shipped) -> Register:
    return register_of(shipped)


@pytest.fixture(scope="session")
def small_run(shipped, judgements) -> Run:
    return run(case_of(shipped, judgements), judgements, draws=4_000, seed=11, sources=False, threads=1)


@pytest.fixture(scope="session")
def sources_run(shipped, judgements) -> Run:
    """One run with other sources, for every reading of them."""
    case = case_of(shipped, judgements)
    places = reconcile.places(shipped, case)
    return run(case, judgements, draws=8_000, seed=2, places=places, county_rates=True, enforce=False)


@pytest.fixture(scope="session")
def page_case(shipped, judgements) -> PageCase:
    return made(shipped, judgements)


def pytest_terminal_summary(terminalreporter) -> None:
    # Here and not beside the browser: with several workers only this file speaks at the end.
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    if any(NONE in each for each in skipped):
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        said = "No browser was found: page for reporters, fact sheet and documentation were NOT opened in one."
        terminalreporter.write_line(said, red=True)
