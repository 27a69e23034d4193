"""The synthesis of a small region against MCMC.

Expected values are in tests/reference/synthesis_mcmc.json, written by tests/reference/synthesis_mcmc.py (PyMC and
nutpie, which names their versions and settings inside); nothing here needs them.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import small_world as w
from scipy import stats

from estimation.model.fit.transfer import fit_areas
from estimation.model.synthesis import weights

RECORD = json.loads((Path(__file__).resolve().parents[1] / "reference" / "synthesis_mcmc.json").read_text())
BATCHES, SIZE = 10, 60_000


@pytest.fixture(scope="module")
def quantiles():
    """Quantiles of each quantity in ten independent batches, whose scatter gives their error."""
    fit = fit_areas(
        [RECORD["count"]],
        [RECORD["people"]],
        spread_prior=stats.lognorm(0.5, scale=0.6),
        centre_prior=stats.norm(-2.0, 0.8),
    )
    sources = [w.source(place, figure) for place, figure in enumerate(RECORD["figures"])]
    found = {name: [] for name in RECORD["posterior"]}
    for batch in range(BATCHES):
        rng = np.random.default_rng([4, batch])
        drawn = fit.draw(SIZE, rng)
        prior = w.latent(SIZE, rng) | {"spread": drawn.spread}
        said, total, held = w.observe(prior, drawn.observed_logits[:, 0], drawn.centre, seed=100 + batch)
        kept = weights.weigh(w.log_densities(said, prior, sources).sum(axis=1)).resampled()
        values = {"total": total, "total_prison": held.prison[:, 0], "shape": prior["a"], **prior}
        for name, rows in found.items():
            rows.append(np.quantile(values[name][kept], RECORD["levels"]))
    return {name: np.array(rows) for name, rows in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(RECORD["posterior"]))
def test_quantiles_agree_within_monte_carlo_error(quantiles, name):
    expected = RECORD["posterior"][name]
    assert expected["r_hat"] < 1.01
    assert RECORD["divergences"] == 0
    mine = quantiles[name]
    error = np.hypot(mine.std(axis=0, ddof=1) / np.sqrt(BATCHES), expected["errors"])
    # Seven quantiles of six quantities, errors from ten batches: t with 9 degrees of freedom, 5 leaves 0.0007 a side.
    assert np.all(np.abs(mine.mean(axis=0) - expected["quantiles"]) < 5 * error)
