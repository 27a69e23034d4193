"""One run with other sources, for every reading of them."""

import pytest

from estimation.challenge.sources import reconcile
from estimation.model.case.case_shipped import shipped_case
from estimation.model.ladder.ladder import Run, run


@pytest.fixture(scope="session")
def sources_run(shipped, judgements) -> Run:
    case = shipped_case(shipped, judgements)
    places = reconcile.places(shipped, case)
    return run(case, judgements, draws=8_000, seed=2, places=places, county_rates=True, enforce=False)
