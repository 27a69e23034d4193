"""Posterior of centre and spread on a grid of its own for every data set.

Takes checked arrays and wrapped priors; the public functions are in `transfer`.
"""

from dataclasses import dataclass

import numpy as np

from estimation.errors import UnreliableError
from estimation.model.priors import Centre, SpreadScale
from estimation.model.quadrature import Accuracy, Array, integration, interpolation, legendre, log_marginal

FIRST_SCAN = np.array([-8, -5.5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5.5, 8, 12, 18, 30], dtype=np.float64)
SCAN_NODES = 4
FINE = 16  # cells of the tables of distribution functions, for each panel of the centre
FINE_SPREAD = 128


@dataclass(frozen=True)
class Grid:
    """Posterior of B data sets on S spreads, each with two panels of centres meeting at the conditional mode.

    Attributes
    ----------
    low, high : ndarray of shape (B,)
        Range of the spread's normal scores.
    z, spread, weight : ndarray of shape (B, S)
        Normal scores, spreads (log-odds) and posterior weights that integrate smooth functions of z.
    z_cdf, z_pdf : ndarray of shape (B, FINE_SPREAD + 1)
        Posterior distribution function and density of (z - low) / (high - low) on an even grid.
    mode, left, right : ndarray of shape (B, S)
        Conditional mode of the centre and the widths of its two panels (log-odds).
    mean, variance : ndarray of shape (B, S)
        Conditional moments of the centre.
    cdf, pdf : ndarray of shape (B, S, 2 * FINE + 1)
        Conditional distribution function and density of the centre at even steps within each panel.
    """

    low: Array
    high: Array
    z: Array
    spread: Array
    weight: Array
    z_cdf: Array
    z_pdf: Array
    mode: Array
    left: Array
    right: Array
    mean: Array
    variance: Array
    cdf: Array
    pdf: Array


def even(cells: int) -> tuple[float, ...]:
    """Even steps from 0 to 1."""
    return tuple(float(t) for t in np.linspace(0, 1, cells + 1))


def log_density(
    y: Array, n: Array, m: Array, s: Array, centre: Centre, nodes: int, drop: float, *, slopes: bool = False
) -> tuple[Array, ...]:
    """Log of likelihood times centre prior at centres `m` (B, S, M); with `slopes` also two derivatives."""
    likelihood = log_marginal(y, n, m, s, nodes, drop, slopes=slopes)
    return tuple(a + b for a, b in zip(likelihood, centre.value(m, slopes=slopes), strict=True))


def conditional_mode(
    y: Array, n: Array, s: Array, centre: Centre, nodes: int, drop: float
) -> tuple[Array, Array, Array]:
    """Mode of the centre given each spread, log density and its second derivative there; each (B, S)."""
    guess = np.log((y + 0.5) / (n - y + 0.5))
    variance = 1 / (y + 0.5) + 1 / (n - y + 0.5)
    precision = 1 / (variance[:, None, :] + (s * s)[:, :, None])
    m = (guess[:, None, :] * precision).sum(axis=2) / precision.sum(axis=2)
    m = np.clip(m, centre.low + 1e-6, centre.high - 1e-6)
    for _ in range(40):
        value, first, second = (
            a[:, :, 0] for a in log_density(y, n, m[:, :, None], s, centre, nodes, drop, slopes=True)
        )
        curvature = np.maximum(-second, 1e-12)
        step = np.clip(first / curvature, -2 - 2 * s, 2 + 2 * s)
        if np.all(np.abs(step) * np.sqrt(curvature) < 0.05):
            break
        m = np.clip(m + step, centre.low + 1e-6, centre.high - 1e-6)
    return m, value, -curvature


def conditional_widths(
    y: Array, n: Array, s: Array, centre: Centre, m: Array, second: Array, accuracy: Accuracy
) -> tuple[Array, Array]:
    """Distances left and right of the conditional mode at which the density has fallen by `log_drop`."""
    drop = accuracy.log_drop
    top = log_density(y, n, m[:, :, None], s, centre, SCAN_NODES, drop)[0]
    widths = []
    for side, room in ((-1.0, m - centre.low), (1.0, centre.high - m)):
        d = np.minimum(np.sqrt(2 * drop / -second), room)
        for _ in range(30):
            value, first, _ = log_density(y, n, (m + side * d)[:, :, None], s, centre, SCAN_NODES, drop, slopes=True)
            fall = (top - value)[:, :, 0]
            done = ((fall > 0.9 * drop) & (fall < 1.3 * drop)) | ((fall < drop) & (d >= room))
            if np.all(done):
                break
            slope = np.maximum(-side * first[:, :, 0], 1e-100)
            step = np.where(np.isfinite(fall), (1.1 * drop - fall) / slope, -np.inf)
            d = np.where(done, d, np.minimum(np.clip(d + step, d / 3, d * 3), room))
        widths.append(d)
    return widths[0], widths[1]


def spread_range(y: Array, n: Array, scale: SpreadScale, centre: Centre, accuracy: Accuracy) -> tuple[Array, Array]:
    """Range of the spread's normal scores that holds the posterior, by scans of Laplace's approximation."""
    B = y.shape[0]
    if scale.known:
        return np.zeros(B), np.zeros(B)
    z = np.unique(np.clip(FIRST_SCAN, scale.start, scale.stop))
    grid = np.tile(z, (B, 1))
    rows = np.arange(B)
    for _ in range(12):
        s = scale.spread(grid)
        _, value, second = conditional_mode(y, n, s, centre, SCAN_NODES, accuracy.log_drop)
        log_posterior = value - 0.5 * np.log(-second) - grid * grid / 2
        alive = log_posterior > log_posterior.max(axis=1, keepdims=True) - accuracy.log_drop
        first = np.argmax(alive, axis=1)
        last = alive.shape[1] - 1 - np.argmax(alive[:, ::-1], axis=1)
        low = grid[rows, np.maximum(first - 1, 0)]
        high = grid[rows, np.minimum(last + 1, alive.shape[1] - 1)]
        if np.any(grid[rows, last] >= scale.stop):
            raise UnreliableError(
                "the posterior of the spread must lie within reach of its prior",
                f"a posterior at or beyond the largest spread the prior gives, {np.exp(scale.log_spread[-1]):.3g}",
                "use a spread_prior with a longer upper tail; data and prior contradict each other",
            )
        if np.all(high - low > 0.55 * (grid[:, -1] - grid[:, 0])):
            break
        grid = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 9)
    return low, high


def fit_grid(y: Array, n: Array, scale: SpreadScale, centre: Centre, accuracy: Accuracy) -> Grid:
    """Posterior grids of B data sets; `y` and `n` have shape (B, J)."""
    low, high = spread_range(y, n, scale, centre, accuracy)
    S = 1 if scale.known else accuracy.spread_nodes
    P = accuracy.centre_nodes
    t, w = legendre(S)
    z = low[:, None] + (high - low)[:, None] * t
    s = scale.spread(z)
    mode, _, second = conditional_mode(y, n, s, centre, SCAN_NODES, accuracy.log_drop)
    left, right = conditional_widths(y, n, s, centre, mode, second, accuracy)
    u, v = legendre(P)
    # Nodes run from left to right: the left panel is read backwards from the mode.
    m = mode[:, :, None] + np.concatenate([-left[:, :, None] * u[::-1], right[:, :, None] * u], axis=2)
    (value,) = log_density(y, n, m, s, centre, accuracy.effect_nodes, accuracy.log_drop)
    top = value.max(axis=2, keepdims=True)
    node_weight = np.concatenate([left[:, :, None] * v[::-1], right[:, :, None] * v], axis=2)
    mass = node_weight * np.exp(value - top)
    total = mass.sum(axis=2)
    log_z = top[:, :, 0] + np.log(total)
    mean = (mass * (m - mode[:, :, None])).sum(axis=2) / total
    variance = (mass * (m - (mode + mean)[:, :, None]) ** 2).sum(axis=2) / total
    cdf, pdf = _centre_tables(value - top, left, right, P)
    weight, z_cdf, z_pdf = _spread_tables(log_z, z, low, high, S, w)
    return Grid(
        low, high, z, s, weight, z_cdf, z_pdf, mode, left, right, mode + mean, variance, cdf / total[..., None],
        pdf / total[..., None],
    )  # fmt: skip


def _centre_tables(value: Array, left: Array, right: Array, P: int) -> tuple[Array, Array]:
    """Unnormalised distribution function and density of the centre at even steps of both panels."""
    floor = np.maximum(value, -700.0)
    dense = 2 * P
    fine_nodes = tuple(legendre(dense)[0])
    log_left, log_right = floor[:, :, P - 1 :: -1], floor[:, :, P:]
    steps = even(FINE)
    parts = []
    for log_panel, width in ((log_left, left), (log_right, right)):
        inner = np.exp(log_panel @ interpolation(P, fine_nodes).T)
        cumulative = width[:, :, None] * (inner @ integration(dense, steps).T)
        density = np.exp(log_panel @ interpolation(P, steps).T)
        parts.append((cumulative, density))
    (area_left, density_left), (area_right, density_right) = parts
    whole = area_left[:, :, -1:]
    cdf = np.concatenate([(whole - area_left)[:, :, ::-1], whole + area_right[:, :, 1:]], axis=2)
    pdf = np.concatenate([density_left[:, :, ::-1], density_right[:, :, 1:]], axis=2)
    return cdf, pdf


def _spread_tables(log_z: Array, z: Array, low: Array, high: Array, S: int, w: Array) -> tuple[Array, Array, Array]:
    """Posterior weights of the S spreads, and distribution function and density on an even grid."""
    if S == 1:
        ones = np.ones((z.shape[0], FINE_SPREAD + 1))
        return np.ones_like(z), ones * np.linspace(0, 1, FINE_SPREAD + 1), ones
    log_z = log_z - log_z.max(axis=1, keepdims=True)
    dense = 4 * S
    steps = even(FINE_SPREAD)
    fine_nodes, fine_weights = legendre(dense)

    def density(matrix: Array, points: Array) -> Array:
        at = low[:, None] + (high - low)[:, None] * points
        return np.exp(np.minimum(log_z @ matrix.T - at * at / 2, 50.0))

    inner = density(interpolation(S, tuple(fine_nodes)), fine_nodes)
    total = (inner @ fine_weights)[:, None]
    weight = w * np.exp(log_z - z * z / 2)
    cdf = inner @ integration(dense, steps).T / total
    pdf = density(interpolation(S, steps), np.asarray(steps)) / total
    return weight / weight.sum(axis=1, keepdims=True), cdf, pdf
