"""The likelihood of one area's count, its own effect integrated out.

Fits of whole systems, where the likelihood is maximised, need the integral

    L_i(m, s) = ∫ Binomial(y_i | n_i, expit(m + s z)) φ(z) dz,        (METHODS eq. 14)

with its derivatives in centre and spread. `quadrature` has the same integral for the grid of `transfer`, without
derivatives in the spread, laid out for thousands of data sets and exact where few areas have no case; a test holds the
two together.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.model.proportion import empirical_logit
from estimation.model.region.region import Array

NODES = 21
"""Quadrature nodes per area."""


@dataclass(frozen=True)
class AreaMarginal:
    """Log marginal likelihood of each area and its derivatives per log-odds of centre and spread, of shape (..., K)."""

    log_likelihood: Array  # log L_i(m, s), binomial coefficient included
    d_centre: Array
    d_spread: Array
    dd_centre: Array  # never positive, because log L_i is concave in m


@cache
def gauss_hermite(nodes: int) -> tuple[Array, Array]:
    """Abscissae x and log-weights log w + x² of the Gauss-Hermite rule, so that ∫ f(x) dx ≈ Σ exp(log-weight) f(x)."""
    x, w = np.polynomial.hermite.hermgauss(nodes)
    return x, np.log(w) + x**2


def _log_binomial_coefficient(counts: Array, populations: Array) -> Array:
    """Log of the number of ways to choose the counts, exact enough for populations of 10^8."""
    return np.asarray(
        -np.log1p(populations) - special.betaln(counts + 1.0, populations - counts + 1.0), dtype=np.float64
    )


def log_marginal(
    counts: npt.ArrayLike,
    populations: npt.ArrayLike,
    centre: npt.ArrayLike,
    spread: npt.ArrayLike,
    *,
    nodes: int = NODES,
) -> AreaMarginal:
    """Integrate each area's effect out of its binomial likelihood.

    `counts` and `populations` (persons) have shape (K,); `centre` and `spread` >= 0 (log-odds) broadcast to (..., K),
    so that leading axes evaluate many of them at once. Inputs are not checked here: callers check once, and call this
    thousands of times.

    Notes
    -----
    **Assumes:** counts are binomial given the area's share, and effects are normal on the log-odds scale.

    Adaptive Gauss-Hermite: nodes are centred on the mode ẑ of each area's integrand and scaled by its curvature,
    z = ẑ + x √(2 / h) with h = 1 + s² n p (1 - p) at ẑ. Derivatives are posterior means over the same nodes:
    ∂ log L/∂m = E[y - n p], ∂ log L/∂s = E[z (y - n p)],
    ∂² log L/∂m² = Var(y - n p) - E[n p (1 - p)] (Louis 1982).

    References
    ----------
    METHODS eq. 14, 19, 20.
    Liu and Pierce (1994), Biometrika 81, 624-629, doi:10.1093/biomet/81.3.624.
    Louis (1982), J. R. Stat. Soc. B 44, 226-233, doi:10.1111/j.2517-6161.1982.tb01203.x.
    """
    y = np.asarray(counts, dtype=np.float64)
    n = np.asarray(populations, dtype=np.float64)
    m, s = np.broadcast_arrays(np.asarray(centre, dtype=np.float64), np.asarray(spread, dtype=np.float64))
    shape = np.broadcast_shapes(m.shape, y.shape)
    m, s = np.broadcast_to(m, shape), np.broadcast_to(s, shape)

    mode, precision = _mode(y, n, m, s)
    x, log_weight = gauss_hermite(nodes)
    scale = np.sqrt(2.0 / precision)
    z = mode[..., None] + scale[..., None] * x
    log_odds = m[..., None] + s[..., None] * z
    softplus, p = _softplus_and_share(log_odds)
    log_terms = y[..., None] * log_odds - n[..., None] * softplus - 0.5 * z**2 + log_weight
    top = log_terms.max(axis=-1)
    weight = np.exp(log_terms - top[..., None])
    total = weight.sum(axis=-1)
    weight /= total[..., None]

    residual = y[..., None] - n[..., None] * p
    d_centre = np.einsum("...q,...q->...", weight, residual)
    d_spread = np.einsum("...q,...q,...q->...", weight, residual, z)
    variance = np.einsum("...q,...q->...", weight, (residual - d_centre[..., None]) ** 2)
    information = np.einsum("...q,...q,...q->...", weight, p, 1.0 - p) * n
    log_likelihood = _log_binomial_coefficient(y, n) + top + np.log(total) + np.log(scale) - 0.5 * np.log(2.0 * np.pi)
    # Concave in m by Prékopa's theorem; the minimum with 0 only removes rounding.
    return AreaMarginal(log_likelihood, d_centre, d_spread, np.minimum(variance - information, 0.0))


def _softplus_and_share(log_odds: Array) -> tuple[Array, Array]:
    """log(1 + exp(η)) and expit(η) from one exponential."""
    small = np.exp(-np.abs(log_odds))
    softplus = np.maximum(log_odds, 0.0) + np.log1p(small)
    share = np.where(log_odds >= 0.0, 1.0, small) / (1.0 + small)
    return softplus, share


def _mode(y: Array, n: Array, m: Array, s: Array) -> tuple[Array, Array]:
    """Mode of each integrand in z and the curvature there, by Newton from the normal approximation."""
    observed, sampling = empirical_logit(y, n)
    z = s * (observed - m) / (s**2 + sampling)
    for _ in range(60):
        _, p = _softplus_and_share(m + s * z)
        gradient = s * (y - n * p) - z
        step = gradient / (1.0 + s**2 * n * p * (1.0 - p))
        # A step of more than 3 log-odds leaves the region where the curvature means anything.
        limit = 3.0 / np.maximum(s, 1e-300)
        step = np.clip(step, -limit, limit)
        z = z + step
        if float(np.abs(step).max(initial=0.0)) < 1e-9:
            break
    _, p = _softplus_and_share(m + s * z)
    return z, 1.0 + s**2 * n * p * (1.0 - p)
