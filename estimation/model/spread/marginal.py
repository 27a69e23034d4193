"""The likelihood of one area's count with the area's own effect integrated out, and its derivatives.

Fits of whole systems, where the likelihood is maximised, need the integral

    L_i(m, s) = ∫ Binomial(y_i | n_i, expit(m + s z)) φ(z) dz,        (METHODS eq. 14)

with its derivatives in centre and spread. `quadrature` of the fit has the same integral for the grid of `transfer`,
without derivatives in the spread, laid out for thousands of data sets and exact where few areas have no case; a test
holds the two together.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.model.fit.binomial import effect_mode, log_likelihood, share
from estimation.model.fit.gauss import Array, hermite

NODES = 21
"""Quadrature nodes per area."""

_MODE_TOLERANCE = 1e-16


@dataclass(frozen=True)
class AreaMarginal:
    """Log marginal likelihood of each area, shape (..., K), with derivatives in the centre and the spread.

    Attributes
    ----------
    log_likelihood : ndarray
        log L_i(m, s), binomial coefficient included.
    d_centre, d_spread : ndarray
        ∂ log L_i / ∂m and ∂ log L_i / ∂s, per log-odds.
    dd_centre : ndarray
        ∂² log L_i / ∂m²; never positive, because log L_i is concave in m.
    """

    log_likelihood: Array
    d_centre: Array
    d_spread: Array
    dd_centre: Array


def log_binomial_coefficient(counts: Array, populations: Array) -> Array:
    """Log of the number of ways to choose the counts, exact enough for populations of 10^8.

    >>> log_binomial_coefficient(np.array([2.0]), np.array([4.0])).round(6)
    array([1.791759])
    """
    return np.asarray(-np.log1p(populations) - special.betaln(counts + 1.0, populations - counts + 1.0))


def area_marginal(
    counts: npt.ArrayLike,
    populations: npt.ArrayLike,
    centre: npt.ArrayLike,
    spread: npt.ArrayLike,
    *,
    nodes: int = NODES,
) -> AreaMarginal:
    """Likelihood of each area's count, its effect integrated out by adaptive Gauss-Hermite (METHODS eq. 14, 19-20).

    `counts` and `populations` (persons) have shape (K,); `centre` and `spread` (log-odds) broadcast to (..., K), so
    that leading axes evaluate many of them at once. Nothing is checked here: callers check once, and call this
    thousands of times.

    Nodes are centred on the mode ẑ of each area's integrand and scaled by its curvature h = 1 + s² n p (1 - p) at ẑ,
    z = ẑ + x / √h (Liu and Pierce 1994, doi:10.1093/biomet/81.3.624). Derivatives are posterior means over the same
    nodes: ∂ log L/∂m = E[y - n p], ∂ log L/∂s = E[z (y - n p)], ∂² log L/∂m² = Var(y - n p) - E[n p (1 - p)]
    (Louis 1982, doi:10.1111/j.2517-6161.1982.tb01203.x).

    Without spread it is the binomial probability:

    >>> from scipy import stats
    >>> area_marginal([3], [10], -1.0, 0.0).log_likelihood.round(4)
    array([-1.3451])
    >>> round(float(stats.binom.logpmf(3, 10, 1 / (1 + np.exp(1.0)))), 4)
    -1.3451
    """
    y, n, m, s = (np.asarray(given, dtype=np.float64) for given in (counts, populations, centre, spread))
    m, s, _ = np.broadcast_arrays(m, s, y)
    mode, curvature, _ = effect_mode(y, n, m, s, tolerance=_MODE_TOLERANCE)
    x, log_weight = hermite(nodes)
    scale = 1.0 / np.sqrt(curvature)
    z = mode[..., None] + scale[..., None] * x
    log_odds = m[..., None] + s[..., None] * z
    log_terms = log_likelihood(y[..., None], n[..., None], log_odds) - 0.5 * z**2 + log_weight
    top = log_terms.max(axis=-1)
    weight = np.exp(log_terms - top[..., None])
    total = weight.sum(axis=-1)
    weight /= total[..., None]

    p = share(log_odds)
    residual = y[..., None] - n[..., None] * p
    d_centre = np.einsum("...q,...q->...", weight, residual)
    d_spread = np.einsum("...q,...q,...q->...", weight, residual, z)
    variance = np.einsum("...q,...q->...", weight, (residual - d_centre[..., None]) ** 2)
    information = np.einsum("...q,...q,...q->...", weight, p, 1.0 - p) * n
    value = log_binomial_coefficient(y, n) + top + np.log(total) + np.log(scale) - 0.5 * np.log(2.0 * np.pi)
    # Concave in m by Prékopa's theorem; the minimum with 0 only removes rounding.
    return AreaMarginal(value, d_centre, d_spread, np.minimum(variance - information, 0.0))
