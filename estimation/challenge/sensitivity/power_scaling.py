"""How far the answer moves when a prior is made a little stronger or weaker: power-scaling, by reweighting draws."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from arviz_stats.base.array import array_stats

from estimation.evidence.register.assumptions import Register
from estimation.model.region.region import RUNGS, Array

ALPHA: Final = 1.01
"""Power on a density: near 1, so that the slope at 1 is read."""
POWERS: Final = (1 / ALPHA, ALPHA)
SENSITIVE: Final = 0.05
"""From it a prior, or a source, is said to matter (Kallioinen et al. 2023, section 2.4)."""


def sensitivity(values: Array, log_ratios: tuple[Array, Array], powers: tuple[float, float]) -> float:
    """How far a distribution moves as a density in it is raised to a power below and to one above 1.

    `values` are draws of equal weight, shape (n,); `log_ratios` the log of the density raised to each power, over the
    density. Gives the cumulative Jensen-Shannon distance per doubling of the power.

    METHODS eq. 67.
    Kallioinen, Paananen, Bürkner and Vehtari 2023, doi:10.1007/s11222-023-10366-5, equations 4 to 8, by arviz-stats.

    Examples
    --------
    >>> nothing = np.zeros(3)
    >>> sensitivity(np.array([1.0, 2.0, 3.0]), (nothing, nothing), (0.99, 1.01))
    0.0
    """
    sides = [np.exp(ratio - ratio.max()) for ratio in log_ratios]
    lower, upper = (side / side.sum() for side in sides)
    return float(array_stats.power_scale_sense(values[None], lower[None], upper[None], *powers))  # type: ignore[no-untyped-call]


def prior_sensitivity(register: Register, inputs: Mapping[str, Array], output: Array) -> pd.DataFrame:
    """Power-scaling `sensitivity` of an output to the prior of each entry of the ladder that is not fixed.

    `inputs` are draws of the entries and `output` the quantity asked about on the same draws, shape (n,).

    **Assumes:** draws follow the priors, so that the weight of a draw is its density to the power alpha - 1. Powers so
    close to 1 leave nearly all draws their weight.
    """
    rows = {}
    for key, entry in register.items():
        if entry.rung not in RUNGS or not entry.varies:
            continue
        log_density = entry.distribution.logpdf(inputs[key])
        log_density = np.where(np.isfinite(log_density), log_density, np.min(log_density[np.isfinite(log_density)]))
        below, above = ((power - 1) * log_density for power in POWERS)
        rows[key] = {"sensitivity": sensitivity(output, (below, above), POWERS)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("entry")
