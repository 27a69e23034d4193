"""Sites by county beside the register: figures of the data folder's own account, and arithmetic by hand."""

import numpy as np
import pytest
from scipy import stats

from estimation.challenge.sources.sites import sites_beside_register


@pytest.fixture(scope="module")
def table(shipped, judgements):
    return sites_beside_register(shipped, judgements).set_index("of")


def test_spreads_are_those_of_the_data_folders_account(table):
    # data/public/README.md: 0.34 (0.17 to 0.50), and 0.26 (0.01 to 0.51) in the four southern prefectures.
    region, south = table.loc["sites, all counties"], table.loc["sites, the four southern prefectures"]
    assert region[["low", "middle", "high"]].to_numpy(float) == pytest.approx([0.17, 0.34, 0.50], abs=0.01)
    assert south[["low", "middle", "high"]].to_numpy(float) == pytest.approx([0.01, 0.26, 0.51], abs=0.015)


def test_the_observed_county_and_the_north_by_hand(shipped, judgements, table):
    # The evidence's own account: the county has 1.2 to 1.7 times the southern mean of sites per minority adult; the
    # pooled southern rate gives the upper end. Seven sites have the exact interval 2.81 to 14.42 (Garwood 1936).
    found = table.loc["sites of the observed county over the southern rate"]
    spread = judgements["between_county_sd"].distribution.median()
    ratio = np.exp(found[["low", "middle", "high"]].to_numpy(float) * spread)
    assert ratio[1] == pytest.approx(1.69, abs=0.01)
    assert ratio[[0, 2]] / ratio[1] == pytest.approx([2.814 / 7, 14.423 / 7], rel=1e-3)
    # Sites per minority adult are not lower in the north, where the register has rates that are.
    north = table.loc["sites elsewhere over sites in the south"]
    assert north["low"] > 1
    assert north["entry_high"] < 1
    assert north["middle"] ** 2 == pytest.approx(north["low"] * north["high"])


def test_entries_stand_beside_with_their_own_quantiles(judgements, table):
    found = table.set_index("entry")[["entry_low", "entry_median", "entry_high"]]
    for entry in ("between_county_sd", "selection_shift", "north_east_rate_ratio"):
        expected = judgements[entry].distribution.ppf(np.array([0.025, 0.5, 0.975]))
        np.testing.assert_allclose(np.atleast_2d(found.loc[entry])[0], expected)
    # N(0, 0.5), so the ends are half of a standard normal's.
    assert found.loc["selection_shift", "entry_high"] == pytest.approx(0.5 * stats.norm.ppf(0.975))
