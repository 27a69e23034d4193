"""The binomial likelihood of one area's count, as a function of the area's effect.

The area has log-odds m + s e, its effect e is standard normal. Integrals over e are in `quadrature` here and in
`marginal` of the spread.
"""

import numpy as np

from estimation.model.fit.gauss import Array


def softplus(theta: Array) -> Array:
    """Log of 1 + exp(theta)."""
    return np.maximum(theta, 0.0) + np.log1p(np.exp(-np.abs(theta)))


def share(theta: Array) -> Array:
    """Share at log-odds `theta`; far below zero the exponential overflows and the share is rightly 0."""
    with np.errstate(over="ignore"):
        odds_against = np.exp(-theta)
    odds_against += 1
    return np.asarray(1 / odds_against, dtype=np.float64)


def log_likelihood(y: Array, n: Array, theta: Array) -> Array:
    """Binomial log-likelihood at log-odds `theta`, without its constant: y theta - n log(1 + exp(theta))."""
    return y * theta - n * softplus(theta)


def empirical_logit(y: Array, n: Array) -> tuple[Array, Array]:
    """Log-odds with half a case added to either side, and their sampling variance: the usual normal approximation."""
    cases, others = y + 0.5, n - y + 0.5
    return np.log(cases / others), 1 / cases + 1 / others


def effect_mode(y: Array, n: Array, m: Array, s: Array, *, tolerance: float = 0.04) -> tuple[Array, Array, Array]:
    """Mode of log L(m + s e) - e**2 / 2 in the effect e, the curvature there (METHODS eq. 19), and the skewness.

    Newton's method stops at a step whose square, in units of the integrand's width, is below the tolerance; its
    error is then about that. The function is strictly concave, so the step is safe once it is kept short on the scale
    of log-odds, where the likelihood changes by factors of e. Skewness is the third derivative over curvature**1.5.
    """
    logit, variance = empirical_logit(y, n)
    e = s * (logit - m) / (variance + s * s)
    # With no case the mode lies below m, with nothing but cases above it.
    e = np.where(y == 0, np.minimum(e, 0.0), np.where(y == n, np.maximum(e, 0.0), e))
    longest, weight, offset = 4.0 / np.maximum(s, 1e-300), s * n, s * y
    squares = s * weight
    for _ in range(60):
        p = share(m + s * e)
        information = p * (1 - p)
        information *= squares
        curvature = 1 + information
        step = offset - weight * p
        step -= e
        step /= curvature
        e += np.clip(step, -longest, longest)
        if np.max(step * step * curvature) < tolerance:
            break
    return e, curvature, s * information * (1 - 2 * p) / curvature**1.5


def effect_widths(
    y: Array, n: Array, m: Array, s: Array, e: Array, curvature: Array, drop: float
) -> tuple[Array, Array]:
    """Distances left and right of the mode `e` at which the integrand has fallen by about `drop` in log."""
    top = log_likelihood(y, n, m + s * e) - e * e / 2
    widths = []
    for side in (-1.0, 1.0):
        d = np.sqrt(2 * drop / curvature)
        for _ in range(30):
            x = e + side * d
            theta = m + s * x
            fall = top - (log_likelihood(y, n, theta) - x * x / 2)
            done = (fall > 0.9 * drop) & (fall < 1.3 * drop)
            if done.all():
                break
            slope = -side * (s * (y - n * share(theta)) - x)
            step = (1.1 * drop - fall) / np.maximum(slope, 1e-100)
            d = np.where(done, d, np.clip(d + step, d / 3, d * 3))
        widths.append(d)
    return widths[0], widths[1]
