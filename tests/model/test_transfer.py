"""Limits, exact cases, properties and errors of the fit of areas."""

import numpy as np
import pytest
from scipy import stats

from estimation.errors import EstimationError
from estimation.model.transfer import HIGH, fit_areas

HALF_NORMAL = stats.halfnorm(scale=0.5)


def test_one_area_and_a_flat_centre_leave_the_spread_at_its_prior():
    fit = fit_areas([22_762], [187_000], spread_prior=HALF_NORMAL)
    # Derivation: with J = 1 the integral of the likelihood over a flat centre does not depend on s.
    expected = HALF_NORMAL.ppf([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    np.testing.assert_allclose(fit.batch.spread_quantiles[0], expected, rtol=1e-4)


def test_no_spread_gives_the_pooled_rate():
    fit = fit_areas([3, 40], [10, 300], spread_prior=0.0, accuracy=HIGH)
    # Derivation: s = 0 and m flat on log-odds make the share Beta(43, 267).
    expected = stats.beta(43, 267).ppf([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    np.testing.assert_allclose(fit.batch.centre_quantiles[0], np.log(expected / (1 - expected)), atol=1e-3)


def test_whole_region_observed_gives_its_count():
    fit = fit_areas([3, 40], [10, 300], spread_prior=HALF_NORMAL)
    total = fit.predict_total([], 50, np.random.default_rng(1))
    assert (total == 43).all()


def test_missing_spread_prior_is_refused():
    with pytest.raises(EstimationError, match="spread_prior has no default"):
        fit_areas([3], [10], spread_prior=None)
