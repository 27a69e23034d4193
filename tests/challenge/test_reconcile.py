"""Published figures converted by named steps, or with the reason why not."""

import numpy as np
import pytest

from estimation.challenge.sources import reconcile
from estimation.errors import EstimationError
from estimation.model.ladder.ladder import run


def test_published_figures_are_converted_or_have_a_reason(shipped, sources_run):
    table = reconcile.reconcile(shipped, sources_run)
    assert len(table) == len(shipped.table("published"))
    assert (table["reason"].str.len() > 0).all()
    press = table.set_index("estimate_id").loc["ext_bbc_1_2m"]
    found = sources_run.totals
    base = np.median(found.held.people[sources_run.positions, found.column("region|uyghur+kazakh+kyrgyz")])
    # 1.2 million on an implied base of 10 million, exchanged for the base here.
    assert float(press["converted_low"]) == pytest.approx(1_200_000 * base / 10_000_000, rel=2e-3)
    stock = table.set_index("estimate_id").loc["cerd_1m"]
    assert float(stock["converted_low"]) > 1_000_000  # people held at a moment are fewer than people ever held
    unconverted = table.set_index("estimate_id").loc["istiqlal_892k"]
    assert unconverted["scope"] == "not converted"
    assert np.isnan(unconverted["converted_low"])


def test_places_stand_in_one_order(shipped, sources_run):
    found = [part.name for part in reconcile.places(shipped, sources_run.case)]
    assert found == sorted(set(found))  # a set's order would be the hash seed's


def test_reconciliation_needs_its_places(shipped, sources_run):
    bare = run(sources_run.case, sources_run.register, draws=1_000, seed=1, enforce=False)
    with pytest.raises(EstimationError, match=r"every place of reconciliation\.csv"):
        reconcile.reconcile(shipped, bare)
