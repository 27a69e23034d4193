"""Integrate each area's own effect out of a binomial likelihood by quadrature adapted to every integrand.

Nothing here knows of priors: in go counts, centres and spreads, out come log marginal likelihoods.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK = 16_384  # elements worked on at a time: a dozen float64 work arrays of this size stay in a 2 MB cache


@dataclass(frozen=True)
class Accuracy:
    """Numbers of quadrature nodes, and how far into the tails they reach.

    Attributes
    ----------
    effect_nodes : int
        Gauss-Legendre nodes on each side of the mode of one area's effect.
    centre_nodes : int
        The same for the centre `m` given the spread.
    spread_nodes : int
        Gauss-Legendre nodes over the spread `s`.
    log_drop : float
        Integrals stop where the integrand has fallen to `exp(-log_drop)` of its mode.

    Examples
    --------
    >>> HIGH.spread_nodes > DEFAULT.spread_nodes
    True
    """

    effect_nodes: int
    centre_nodes: int
    spread_nodes: int
    log_drop: float


DEFAULT = Accuracy(effect_nodes=8, centre_nodes=8, spread_nodes=20, log_drop=14.0)
HIGH = Accuracy(effect_nodes=16, centre_nodes=16, spread_nodes=48, log_drop=24.0)


@lru_cache(maxsize=64)
def legendre(nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    t, w = np.polynomial.legendre.leggauss(nodes)
    return (t + 1) / 2, w / 2


@lru_cache(maxsize=64)
def interpolation(nodes: int, points: tuple[float, ...]) -> Array:
    """Matrix from values at `legendre(nodes)` to the polynomial through them at `points` of [0, 1]."""
    t, _ = legendre(nodes)
    vandermonde = np.polynomial.legendre.legvander(2 * t - 1, nodes - 1)
    target = np.polynomial.legendre.legvander(2 * np.asarray(points) - 1, nodes - 1)
    return np.linalg.solve(vandermonde.T, target.T).T


@lru_cache(maxsize=64)
def integration(nodes: int, points: tuple[float, ...]) -> Array:
    """Matrix from values at `legendre(nodes)` to the polynomial's integral from 0 to each of `points`."""
    t, _ = legendre(nodes)
    vandermonde = np.polynomial.legendre.legvander(2 * t - 1, nodes - 1)
    x = 2 * np.asarray(points) - 1
    integrals = [
        np.polynomial.legendre.legval(x, np.polynomial.legendre.legint(row, lbnd=-1)) / 2 for row in np.eye(nodes)
    ]
    return np.linalg.solve(vandermonde.T, np.asarray(integrals)).T


def log_likelihood(y: Array, n: Array, theta: Array) -> Array:
    """Binomial log-likelihood at log-odds `theta`, without its constant: y theta - n log(1 + exp(theta))."""
    return y * theta - n * (np.maximum(theta, 0.0) + np.log1p(np.exp(-np.abs(theta))))


def effect_mode(y: Array, n: Array, m: Array, s: Array) -> tuple[Array, Array]:
    """Mode of log L(m + s e) - e**2 / 2 in the standardised effect e, and the curvature there.

    The function is strictly concave, so Newton's step is safe once it is kept short on the scale of log-odds,
    where the likelihood changes by factors of e.
    """
    guess = np.log((y + 0.5) / (n - y + 0.5))
    variance = 1 / (y + 0.5) + 1 / (n - y + 0.5)
    e = s * (guess - m) / (variance + s * s)
    # With no case the mode lies below m, with nothing but cases above it.
    e = np.where(y == 0, np.minimum(e, 0.0), np.where(y == n, np.maximum(e, 0.0), e))
    longest = 4.0 / np.maximum(s, 1e-300)
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(m + s * e, -700.0, 700.0)))
        curvature = 1 + s * s * n * p * (1 - p)
        step = (s * (y - n * p) - e) / curvature
        e = e + np.clip(step, -longest, longest)
        if np.all(np.abs(step) * np.sqrt(curvature) < 0.02):
            break
    return e, curvature


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
            if np.all(done):
                break
            p = 1 / (1 + np.exp(-np.clip(theta, -700.0, 700.0)))
            slope = -side * (s * (y - n * p) - x)
            step = (1.1 * drop - fall) / np.maximum(slope, 1e-100)
            d = np.where(done, d, np.clip(d + step, d / 3, d * 3))
        widths.append(d)
    return widths[0], widths[1]


def integrate_effect(
    y: Array, n: Array, m: Array, s: Array, nodes: int, drop: float, *, slopes: bool = False
) -> tuple[Array, ...]:
    """Log of the integral of L(m + s e) phi(e) over e; with `slopes` also its first two derivatives in m.

    All arguments broadcast; results have the broadcast shape.
    """
    y, n, m, s = np.broadcast_arrays(y, n, m, s)
    e, curvature = effect_mode(y, n, m, s)
    left, right = effect_widths(y, n, m, s, e, curvature, drop)
    base = log_likelihood(y, n, m + s * e) - e * e / 2
    total = np.zeros_like(base)
    # Posterior moments of e, and of the score g = d log L / d theta.
    e1, e2, g1, g2 = np.zeros((4, *base.shape)) if slopes else (total,) * 4
    for width, side in ((left, -1.0), (right, 1.0)):
        for t, weight in zip(*legendre(nodes), strict=True):
            d = side * t * width
            x = e + d
            theta = m + s * x
            mass = weight * width * np.exp(log_likelihood(y, n, theta) - x * x / 2 - base)
            total += mass
            if slopes:
                p = 1 / (1 + np.exp(-np.clip(theta, -700.0, 700.0)))
                g = y - n * p
                e1 += mass * d
                e2 += mass * d * d
                g1 += mass * g
                g2 += mass * (g * g - n * p * (1 - p))
    value = base + np.log(total) - 0.5 * np.log(2 * np.pi)
    if not slopes:
        return (value,)
    # Two forms of the same derivatives: through e where the data rule, through g where the prior of e rules.
    # Each cancels where the other does not.
    data_rule = curvature > 2
    safe = np.where(data_rule, s, 1.0)
    e1, g1 = e1 / total, g1 / total
    first = np.where(data_rule, (e + e1) / safe, g1)
    second = np.where(data_rule, (e2 / total - e1 * e1 - 1) / (safe * safe), g2 / total - g1 * g1)
    return value, first, second


def log_marginal(
    y: Array, n: Array, m: Array, s: Array, nodes: int, drop: float, *, slopes: bool = False
) -> tuple[Array, ...]:
    """Log-likelihood of centre and spread given all areas; with `slopes` also two derivatives in the centre.

    Parameters
    ----------
    y, n : ndarray of shape (B, J)
        Counts and populations (persons) of B data sets.
    m : ndarray of shape (B, S, M)
        Centres (log-odds).
    s : ndarray of shape (B, S)
        Spreads (log-odds).
    nodes : int
        Nodes on each side of the mode of an area's effect.
    drop : float
        Where to stop in the tails, see `Accuracy`.

    Returns
    -------
    tuple of ndarray of shape (B, S, M)
        The value; with `slopes` also the first and second derivative.
    """
    B, S, M = m.shape
    J = y.shape[1]
    out = np.zeros((3 if slopes else 1, B * S, M))
    cell_m, cell_s, owner = m.reshape(B * S, M), s.reshape(B * S), np.repeat(np.arange(B), S)
    areas = max(1, min(J, BLOCK // M))
    cells = max(1, BLOCK // (M * areas))
    for i in range(0, B * S, cells):
        rows = slice(i, i + cells)
        for j in range(0, J, areas):
            columns = slice(j, j + areas)
            parts = integrate_effect(
                y[owner[rows], columns, None],
                n[owner[rows], columns, None],
                cell_m[rows, None, :],
                cell_s[rows, None, None],
                nodes,
                drop,
                slopes=slopes,
            )
            for k, part in enumerate(parts):
                out[k, rows] += part.sum(axis=1)
    return tuple(out.reshape(-1, B, S, M))
