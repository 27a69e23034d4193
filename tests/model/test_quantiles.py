"""Equally likely totals."""

import numpy as np
import pytest
from shipped_case import SCOPES

from estimation.errors import EstimationError
from estimation.model.ladder.quantiles import equally_likely


def test_totals_are_quantiles_at_the_middles_of_equal_chances(small_run):
    table = equally_likely(small_run, totals=4)
    assert len(table) == 4 * len(SCOPES)
    assert set(table["rung"]) == {"differences"}
    for scope, rows in table.groupby("scope"):
        # Four equal chances: middles at 1/8, 3/8, 5/8 and 7/8.
        assert rows["probability"].tolist() == [0.125, 0.375, 0.625, 0.875]
        assert rows["number"].tolist() == [1, 2, 3, 4]
        expected = np.quantile(small_run.count(scope), rows["probability"], method="inverted_cdf")
        np.testing.assert_allclose(rows["count"], expected)
        assert (rows["count_error"] > 0).all()


def test_one_total_is_the_median_and_fifty_are_the_default(small_run):
    table = equally_likely(small_run, totals=1)
    medians = [np.quantile(small_run.count(scope.name), 0.5, method="inverted_cdf") for scope in SCOPES]
    np.testing.assert_allclose(table["count"], medians)
    assert table["probability"].tolist() == [0.5] * len(SCOPES)
    assert list(equally_likely(small_run)["number"]) == list(range(1, 51)) * len(SCOPES)


def test_no_totals_are_refused(small_run):
    with pytest.raises(EstimationError, match="a rung needs at least one total; got 0"):
        equally_likely(small_run, totals=0)
