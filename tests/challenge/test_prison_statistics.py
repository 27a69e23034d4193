"""Prisons from the courts' total: its arithmetic, and what it leaves as it was."""

from dataclasses import replace

import numpy as np
import pytest

from estimation.challenge.multiverse.prison_statistics import prison_from_statistics
from estimation.challenge.rerun.stage import stage_with_sources
from estimation.errors import EstimationError
from estimation.model.case.build import case_of
from estimation.model.ladder.kernel import EVERYBODY, OBSERVED
from estimation.model.synthesis.predictions import predict


@pytest.fixture(scope="module")
def at(shipped, judgements):
    return stage_with_sources(case_of(shipped, judgements), judgements, draws=20_000, seed=2)


@pytest.fixture(scope="module")
def before(at):
    return at.totals()


@pytest.fixture(scope="module")
def after(at, before):
    return prison_from_statistics(before, at.inputs)


def test_everyone_sentenced_is_the_courts_total(at, before, after):
    # Derivation: everyone sentenced is the courts' figure over the share counted, times the register's three shares.
    inputs = at.inputs
    (court,) = (source for source in at.case.sources if source.kind == "court")
    share = inputs["minority_share_of_sentenced"] * inputs["custodial_share"] * (1 - inputs["ordinary_crime_share"])
    expected = court.value / inputs["coverage_court"] * share
    total = after.held.prison[:, after.column(EVERYBODY)]
    free = total < 0.999 * before.held.prison[:, before.column(EVERYBODY)]
    assert free.sum() > 1_000
    np.testing.assert_allclose(total[free], expected[free], rtol=1e-6)


def test_the_observed_county_keeps_its_own_and_nobody_is_counted_twice(at, before, after):
    here = after.column(OBSERVED)
    np.testing.assert_allclose(after.held.prison[:, here], before.held.prison[:, here], rtol=1e-5)
    assert (after.held.either <= after.held.people * (1 + 1e-6)).all()
    assert (after.held.either >= after.held.prison).all()
    # Camps stay as the county's rate gives them: ever held less those sentenced without a camp.
    apart = 1 - at.inputs["camp_before_prison"][:, None]
    was, now = (found.held.either - apart * found.held.prison for found in (before, after))
    free = after.held.prison < 0.999 * before.held.prison
    np.testing.assert_allclose(now[free], was[free], rtol=1e-6)


def test_what_sources_speak_about_moves_with_it(at, before, after):
    again = predict(at.case, after.held, at.inputs)
    for moved, found in zip(after.predictions, again, strict=True):
        np.testing.assert_array_equal(moved.counted, found.counted)
    changed = [
        one.source.kind
        for one, other in zip(before.predictions, after.predictions, strict=True)
        if not np.allclose(one.counted, other.counted)
    ]
    assert "court" in changed


def test_one_figure_on_people_sentenced_is_needed(at, before):
    (court,) = (source for source in at.case.sources if source.custody == "prison")
    without = tuple(source for source in at.case.sources if source is not court)
    for given, count in ((without, 0), ((*at.case.sources, replace(court, name="again")), 2)):
        found = replace(before, case=replace(at.case, sources=given))
        with pytest.raises(EstimationError, match=f"from one figure on people sentenced; got {count} of them"):
            prison_from_statistics(found, at.inputs)
