"""Power-scaling: a distance known by integration, and the one prior that moves the answer."""

import numpy as np
import pytest
from scipy import special

from estimation.challenge.sensitivity import power_scaling
from estimation.evidence.distributions.distributions import Normal, Point


def test_distance_is_that_of_two_normals():
    # Kallioinen et al. 2023, equation 6, by integration on a grid: N(0, 1) against its square, N(0, 1/2).
    rng = np.random.default_rng(2)
    x = rng.standard_normal(200_000)
    at = np.linspace(x.min(), x.max(), 20_001)

    def integral(sign):
        p, q = special.ndtr(sign * at), special.ndtr(sign * at * np.sqrt(2))
        mid = (p + q) / 2
        return np.sqrt((special.rel_entr(p, mid) + special.rel_entr(q, mid)).sum() / np.log(2) / (p + q).sum())

    expected = max(integral(1), integral(-1))
    # The power below leaves all as it is, at distance 0: what is found is half the distance at power 2.
    found = power_scaling.sensitivity(x, (np.zeros(x.size), -(x**2) / 2), (0.5, 2.0))
    assert 2 * found == pytest.approx(expected, rel=0.03)


def test_only_the_prior_that_counts_is_sensitive(judgements):
    rng = np.random.default_rng(3)
    register = judgements.override(selection_shift=Normal(0.0, 1.0))
    inputs = {key: entry.distribution.ppf(rng.random(20_000)) for key, entry in register.items()}
    found = power_scaling.prior_sensitivity(register, inputs, inputs["selection_shift"])
    assert found["sensitivity"].idxmax() == "selection_shift"
    assert found.loc["selection_shift", "sensitivity"] > 5 * found["sensitivity"].drop("selection_shift").max()
    assert "county_error_sd_south" not in found.index
    assert isinstance(register["county_error_sd_south"].distribution, Point)
