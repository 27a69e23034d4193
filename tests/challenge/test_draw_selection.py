"""Chances of being kept: their sum, their least, and sums over kept draws that need no correction."""

import numpy as np
import pytest

from estimation.challenge.rerun import draw_selection


def test_chances_of_being_kept():
    rng = np.random.default_rng(1)
    logs = [3 * rng.standard_normal(5_000) for _ in range(3)]
    chance = draw_selection.chances(logs, 800)
    assert chance.sum() == pytest.approx(800)
    assert chance.min() >= draw_selection.EVEN * 0.5 * 800 / 5_000
    assert chance.max() == 1.0
    rows = draw_selection.chosen(chance, rng)
    assert abs(rows.size - 800) <= 1
    # Derivation: sums over kept draws with one over the chance are unbiased; the standard error of a count of 5,000.
    totals = [(1 / chance[draw_selection.chosen(chance, rng)]).sum() for _ in range(400)]
    assert np.mean(totals) == pytest.approx(5_000, abs=4 * np.std(totals) / 20)
    assert (draw_selection.chances(logs, 9_000) == 1).all()
