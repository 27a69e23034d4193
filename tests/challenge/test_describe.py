import pandas as pd
import pytest

from estimation.challenge.calibration.describe import spread_of
from estimation.errors import EstimationError
from estimation.evidence.tables.sources import load

EVIDENCE = load()
AREAS = EVIDENCE.table("reference_areas")


def test_spread_is_that_of_the_summary():
    name = "japanese_american_not_back_1945"
    found = spread_of(AREAS[AREAS["dataset"] == name])
    # Origin: reference_sets.csv, tau 1.6987 (1.3968-2.1053), weighted 0.96566, moment 1.4954; 2% of the interval's
    # ends for another quadrature.
    assert found["tau"] == pytest.approx(1.6987, rel=0.005)
    assert (found["tau_low"], found["tau_high"]) == pytest.approx((1.3968, 2.1053), rel=0.005)
    assert found["tau_pop_weighted"] == pytest.approx(0.96566, rel=0.005)
    assert (found["areas"], found["total_count"], found["parents"]) == (86, 57_715, 3)
    assert found["tau_between"] ** 2 + found["tau_within"] ** 2 == pytest.approx(found["tau"] ** 2, rel=0.15)


def test_one_parent_for_all_is_no_split():
    found = spread_of(AREAS[AREAS["dataset"] == "cuba_11j_arrests_2021"])
    assert "rho" not in found


def test_a_limit_that_does_not_exist_is_said_in_words():
    frame = pd.DataFrame({"parent": "", "count": [0, 50, 1], "population": [50, 50, 2]})
    assert spread_of(frame)["tau_high"] == "unbounded"


def test_counts_that_tell_no_spread_are_refused():
    frame = pd.DataFrame({"parent": "", "count": [0, 0], "population": [3, 4]})
    with pytest.raises(EstimationError, match="the spread cannot be told when every area is at 0"):
        spread_of(frame)
