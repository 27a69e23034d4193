"""How far the answer moves when a prior is made a little stronger or weaker: power-scaling, by reweighting draws."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.assumptions import Register
from estimation.evidence.distributions import Point
from estimation.model.region import RUNGS, Array

ALPHA: Final = 1.01
"""Power on the density, and its inverse: small, so that the slope at 1 is read."""
SENSITIVE: Final = 0.05
"""From it a prior, or a source, is said to matter (Kallioinen et al. 2023, section 2.4)."""


def cumulative_distance(x: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Cumulative Jensen-Shannon distance between draws as they are and weighted, 0-1.

    Parameters
    ----------
    x : array_like of shape (n,)
        Draws of equal weight.
    weights : array_like of shape (n,)
        Weights of the same draws, any scale.

    Returns
    -------
    float
        Square root of the normalised divergence, with logarithms to base 2, the larger over x and -x.

    References
    ----------
    METHODS eq. 66.
    Kallioinen, Paananen, Buerkner and Vehtari 2023, doi:10.1007/s11222-023-10366-5, section 2.3, equation 6;
    Nguyen and Vreeken 2015, doi:10.1007/978-3-319-23525-7_11.

    Examples
    --------
    >>> cumulative_distance([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    0.0
    """
    values, weight = np.asarray(x, float), np.asarray(weights, float)
    if values.shape != weight.shape or values.ndim != 1 or values.size < 2:
        raise EstimationError("draws and weights must be two lists of one length", values.shape, "pass like arrays")

    def one(sign: float) -> float:
        order = np.argsort(sign * values)
        step = np.diff(sign * values[order])
        p = np.arange(1, values.size) / values.size
        q = np.cumsum(weight[order])[:-1] / weight.sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            pq = np.where(p > 0, p * np.log2(p / ((p + q) / 2)), 0.0) @ step
            qp = np.where(q > 0, q * np.log2(q / ((p + q) / 2)), 0.0) @ step
        # The extra terms of the cumulative divergence, (sum q - sum p) / 2 ln 2 and its mirror, cancel in the sum.
        bound = (p + q) @ step
        return float(np.sqrt(max(0.0, (pq + qp) / bound))) if bound > 0 else 0.0

    return max(one(1.0), one(-1.0))


def prior_sensitivity(register: Register, inputs: Mapping[str, Array], output: npt.ArrayLike) -> pd.DataFrame:
    """Power-scaling sensitivity of an output to each entry's prior.

    Parameters
    ----------
    register : Register
        The priors.
    inputs : mapping
        Draws of the entries, shape (n,).
    output : array_like of shape (n,)
        The quantity asked about, same draws.

    Returns
    -------
    DataFrame
        Index the entries of the ladder that are not fixed: `sensitivity`, the distance per doubling of the power at
        power 1, and
        `smallest_ess`, the smaller effective share of draws of the two reweightings, 0-1.

    Notes
    -----
    **Assumes:** draws follow the priors, so that the weight of a draw is its density to the power alpha - 1.

    References
    ----------
    Kallioinen et al. 2023, doi:10.1007/s11222-023-10366-5, section 2.3 and equation 8.
    """
    y = np.asarray(output, float)
    rows = {}
    for key, entry in register.items():
        if entry.rung not in RUNGS or isinstance(entry.distribution, Point):
            continue
        log_density = entry.distribution.logpdf(inputs[key])
        log_density = np.where(np.isfinite(log_density), log_density, np.min(log_density[np.isfinite(log_density)]))
        distances, kept = [], []
        for alpha in (1 / ALPHA, ALPHA):
            log_weight = (alpha - 1) * log_density
            weight = np.exp(log_weight - log_weight.max())
            distances.append(cumulative_distance(y, weight))
            kept.append(float(weight.sum() ** 2 / (weight**2).sum() / y.size))
        slope = (distances[0] + distances[1]) / (2 * np.log2(ALPHA))
        rows[key] = {"sensitivity": float(slope), "smallest_ess": min(kept)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("entry")
