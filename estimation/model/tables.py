"""Distribution functions, quantiles and draws read off a posterior grid.

The grid holds log densities at few nodes; here they are interpolated to many and integrated.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.special import ndtr, ndtri

from estimation.model.grid import Grid, smooth_scale
from estimation.model.priors import SpreadScale
from estimation.model.quadrature import Accuracy, Array, barycentric, integration, interpolation, legendre

CELLS_SPREAD = 128
CELLS_DRAW = 64
TOLERANCE = 2e-3  # of Newton's last step, in SDs
SCORES = np.linspace(-5.5, 5.5, 45)  # normal scores at which the centre given the spread is tabulated for draws


@dataclass(frozen=True)
class Centres:
    """Distribution of the centre at Z spreads of each of B data sets.

    Attributes
    ----------
    mode, left, right : ndarray of shape (B, Z)
        Middle and widths of the two panels (log-odds).
    cdf : ndarray of shape (B, Z, 2 * cells + 1)
        Distribution function at even steps within each panel.
    pdf : ndarray of shape (B, Z, 2 * cells + 2)
        Density (per cell), each panel with both its ends.
    """

    mode: Array
    left: Array
    right: Array
    cdf: Array
    pdf: Array


def even(cells: int) -> tuple[float, ...]:
    """Even steps from 0 to 1."""
    return tuple(float(t) for t in np.linspace(0, 1, cells + 1))


def panels(grid: Grid, cells: int) -> tuple[Array, Array, Array, Array, Array]:
    """Log of the integral over the centre, mean and variance of the centre, and `cdf`, `pdf` as in `Centres`."""
    P = grid.log_density.shape[2] // 2
    t, w = legendre(max(cells, 2 * P))
    top = grid.log_density.max(axis=2, keepdims=True)
    # A centre prior with bounded support gives -inf; the floor keeps the interpolation finite.
    value = np.maximum(grid.log_density - top, -300.0)
    inner = interpolation(P, tuple(t)).T
    outer = interpolation(P, even(cells)).T
    whole = integration(max(cells, 2 * P), even(cells)).T
    masses, firsts, seconds, areas, densities = [], [], [], [], []
    for log_panel, width, side in (
        (value[:, :, P - 1 :: -1], grid.left, -1.0),
        (value[:, :, P:], grid.right, 1.0),
    ):
        density = np.exp(log_panel @ inner) * width[:, :, None]
        masses.append(density @ w)
        firsts.append(side * width * (density @ (w * t)))
        seconds.append(width**2 * (density @ (w * t * t)))
        areas.append(density @ whole)
        densities.append(np.exp(log_panel @ outer) * (width / cells)[:, :, None])
    total = masses[0] + masses[1]
    mean = (firsts[0] + firsts[1]) / total
    variance = (seconds[0] + seconds[1]) / total - mean**2
    cdf = np.concatenate(
        [(masses[0][:, :, None] - areas[0])[:, :, ::-1], masses[0][:, :, None] + areas[1][:, :, 1:]], 2
    )
    cdf /= total[:, :, None]
    pdf = np.stack([densities[0][:, :, ::-1], densities[1]], axis=2) / total[:, :, None, None]
    return top[:, :, 0] + np.log(total), grid.mode + mean, variance, cdf, pdf


def interpolate(grid: Grid, scale: SpreadScale, z: Array) -> Array:
    """Weights (B, Z, S) that interpolate from the grid's spreads to normal scores `z` (B, Z)."""
    if scale.known:
        return np.ones((*z.shape, 1))
    tau = smooth_scale(scale.spread(z), grid.sampling[:, None])
    return barycentric(grid.mode.shape[1], (tau - grid.start[:, None]) / (grid.stop - grid.start)[:, None])


def at_scores(grid: Grid, cdf: Array, pdf: Array, W: Array) -> Centres:
    """Conditional distributions of the centre at other spreads, by the weights `W` of `interpolate`.

    Measured from its mode in units of its width, the conditional distribution changes slowly with the spread.
    """
    mode, left, right = ((W @ a[:, :, None])[:, :, 0] for a in (grid.mode, np.log(grid.left), np.log(grid.right)))
    return Centres(mode, np.exp(left), np.exp(right), W @ cdf, W @ pdf.reshape(*pdf.shape[:2], -1))


@dataclass(frozen=True)
class Scores:
    """Posterior of the spread's normal score.

    Attributes
    ----------
    z, weight : ndarray of shape (B, Z)
        Normal scores and posterior weights.
    W : ndarray of shape (B, Z, S)
        Interpolation to them, see `interpolate`.
    cdf, pdf : ndarray of shape (B, CELLS_SPREAD + 1)
        Distribution function and density (per cell) at even steps of the range.
    """

    z: Array
    weight: Array
    W: Array
    cdf: Array
    pdf: Array


def scores(grid: Grid, scale: SpreadScale, log_z: Array, Z: int) -> Scores:
    """Posterior of the spread's normal score; `log_z` (B, S) is the log likelihood of the grid's spreads."""
    B = log_z.shape[0]
    steps = even(CELLS_SPREAD)
    if scale.known:
        cdf = np.tile(steps, (B, 1))
        return Scores(np.zeros((B, 1)), np.ones((B, 1)), np.ones((B, 1, 1)), cdf, np.full_like(cdf, 1 / CELLS_SPREAD))
    t, w = legendre(Z)
    z = grid.low[:, None] + (grid.high - grid.low)[:, None] * t
    W = interpolate(grid, scale, z)
    log_density = (W @ (log_z - log_z.max(axis=1, keepdims=True))[:, :, None])[:, :, 0] - z * z / 2
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    density /= (density @ w)[:, None]
    return Scores(
        z, density * w, W, density @ integration(Z, steps).T, density @ interpolation(Z, steps).T / CELLS_SPREAD
    )


def _hermite(f0: Array, f1: Array, g0: Array, g1: Array, t: Array) -> tuple[Array, Array]:
    """Cubic Hermite value and slope at `t` of a cell with end values f and slopes g, both per cell."""
    rise = f1 - f0
    c2, c3 = 3 * rise - 2 * g0 - g1, g0 + g1 - 2 * rise
    return f0 + t * (g0 + t * (c2 + t * c3)), g0 + t * (2 * c2 + 3 * t * c3)


def invert(cdf: Array, pdf: Array, panels: int, q: Array) -> Array:
    """Positions, in cells from the left, where tabulated distribution functions (R, cells + 1) reach `q` (R, Q).

    `pdf` holds the densities of `panels` panels side by side, each with both its ends.
    """
    cells = cdf.shape[1] - 1
    i = np.clip((cdf[:, None, :] <= q[:, :, None]).sum(axis=2) - 1, 0, cells - 1)
    k = i + i // (cells // panels)
    f0, f1, g0, g1 = (np.take_along_axis(a, j, axis=1) for a, j in ((cdf, i), (cdf, i + 1), (pdf, k), (pdf, k + 1)))
    t = np.clip((q - f0) / np.maximum(f1 - f0, 1e-300), 0.0, 1.0)
    for _ in range(6):
        value, slope = _hermite(f0, f1, g0, g1, t)
        t = np.clip(t - (value - q) / np.maximum(slope, 1e-300), 0.0, 1.0)
    return i + t


def cubics(centres: Centres) -> Array:
    """Cubic of every cell of the tables, coefficients last: shape (B, Z, cells, 4)."""
    f, g = centres.cdf, centres.pdf
    half = g.shape[2] // 2
    rise = np.diff(f, axis=2)
    out = np.empty((*rise.shape, 4))
    out[..., 0] = f[:, :, :-1]
    for panel, at in ((slice(0, half - 1), slice(0, half)), (slice(half - 1, None), slice(half, None))):
        ends, step = g[:, :, at], rise[:, :, panel]
        out[:, :, panel, 1] = ends[:, :, :-1]
        out[:, :, panel, 2] = 3 * step - 2 * ends[:, :, :-1] - ends[:, :, 1:]
        out[:, :, panel, 3] = ends[:, :, :-1] + ends[:, :, 1:] - 2 * step
    return out


def mixture(centres: Centres, cubic: Array, weight: Array, c: Array) -> tuple[Array, Array]:
    """Posterior distribution function and density of the centre at `c` (B, Q)."""
    B, Z, cells, _ = cubic.shape
    half = float(cells // 2)
    x = c[:, None, :] - centres.mode[:, :, None]
    scale = np.where(x < 0, half / centres.left[:, :, None], half / centres.right[:, :, None])
    x *= scale
    np.clip(x, -half, half, out=x)
    x += half
    i = np.minimum(x.astype(np.int64), cells - 1)
    t = x - i
    i += (np.arange(B * Z) * cells).reshape(B, Z, 1)
    # One row of four coefficients per lookup.
    k = cubic.reshape(-1, 4).take(i, axis=0)
    value = k[..., 0] + t * (k[..., 1] + t * (k[..., 2] + t * k[..., 3]))
    slope = k[..., 1] + t * (2 * k[..., 2] + 3 * t * k[..., 3])
    slope *= scale
    slope[(x <= 0) | (x >= 2 * half)] = 0.0
    return (weight[:, None, :] @ value)[:, 0], (weight[:, None, :] @ slope)[:, 0]


def centre_quantiles(centres: Centres, weight: Array, mean: Array, variance: Array, levels: Array) -> Array:
    """Quantiles (B, Q) of the centre, given conditional moments (B, Z).

    Newton's method, first on the mixture of normals with the same moments, then on the tables; kept in a bracket.
    """
    m1 = (weight * mean).sum(axis=1, keepdims=True)
    sd = np.sqrt((weight * (variance + (mean - m1) ** 2)).sum(axis=1, keepdims=True))
    low = np.repeat((centres.mode - centres.left).min(axis=1)[:, None], levels.size, axis=1)
    high = np.repeat((centres.mode + centres.right).max(axis=1)[:, None], levels.size, axis=1)
    c = np.clip(m1 + sd * ndtri(levels), low, high)
    inverse = 1 / np.sqrt(variance[:, ::3, None])
    some = weight[:, ::3] / weight[:, ::3].sum(axis=1, keepdims=True)
    for _ in range(5):
        x = (c[:, None, :] - mean[:, ::3, None]) * inverse
        gap = (some[:, None, :] @ ndtr(x))[:, 0] - levels
        x *= x
        x *= -0.5
        density = (some[:, None, :] @ (np.exp(x, out=x) * inverse))[:, 0] / np.sqrt(2 * np.pi)
        c = np.clip(c - np.clip(gap / np.maximum(density, 1e-300), -sd, sd), low, high)
    cubic = cubics(centres)
    active = np.arange(weight.shape[0])
    for _ in range(60):
        some_centres = centres if active.size == weight.shape[0] else _rows(centres, active)
        some_cubic = cubic if active.size == weight.shape[0] else cubic[active]
        here, lo, hi = c[active], low[active], high[active]
        value, slope = mixture(some_centres, some_cubic, weight[active], here)
        lo, hi = np.where(value < levels, here, lo), np.where(value < levels, hi, here)
        new = here - (value - levels) / np.maximum(slope, 1e-300)
        new = np.where((new >= lo) & (new <= hi), new, (lo + hi) / 2)
        c[active], low[active], high[active] = new, lo, hi
        # Newton's error is about the square of its last step, in units of the SD.
        active = active[(np.abs(new - here) > TOLERANCE * sd[active]).any(axis=1)]
        if active.size == 0:
            break
    return c


def _rows(centres: Centres, rows: Array) -> Centres:
    """Some data sets' tables."""
    return Centres(*(getattr(centres, f)[rows] for f in ("mode", "left", "right", "cdf", "pdf")))


def summarise(grid: Grid, scale: SpreadScale, accuracy: Accuracy, levels: Array) -> tuple[Array, ...]:
    """Means, SDs (B,) and quantiles (B, Q): of the centre, then of the spread."""
    log_z, mean, variance, cdf, pdf = panels(grid, accuracy.fine_centre)
    post = scores(grid, scale, log_z, accuracy.fine_spread)
    weight, B = post.weight, log_z.shape[0]
    mean = (post.W @ mean[:, :, None])[:, :, 0]
    variance = np.exp((post.W @ np.log(variance)[:, :, None])[:, :, 0])
    m1 = (weight * mean).sum(axis=1)
    sd = np.sqrt((weight * (variance + (mean - m1[:, None]) ** 2)).sum(axis=1))
    s = scale.spread(post.z)
    s1 = (weight * s).sum(axis=1)
    s_sd = np.sqrt((weight * (s - s1[:, None]) ** 2).sum(axis=1))
    centres = at_scores(grid, cdf, pdf, post.W)
    centre = centre_quantiles(centres, weight, mean, variance, levels)
    position = invert(post.cdf, post.pdf, 1, np.broadcast_to(levels, (B, levels.size))) / CELLS_SPREAD
    return m1, sd, centre, s1, s_sd, scale.spread(grid.low[:, None] + (grid.high - grid.low)[:, None] * position)


def draw(grid: Grid, scale: SpreadScale, accuracy: Accuracy, u: Array, r: Array) -> tuple[Array, Array]:
    """Centre and spread (B, n) at uniform `u` for the spread and standard normal `r` for the centre given it."""
    log_z, _, _, cdf, pdf = panels(grid, accuracy.fine_centre)
    post = scores(grid, scale, log_z, accuracy.fine_spread)
    z = grid.low[:, None] + (grid.high - grid.low)[:, None] * np.asarray(even(1 if scale.known else CELLS_DRAW))
    centres = at_scores(grid, cdf, pdf, interpolate(grid, scale, z))
    centre, spread = np.empty_like(u), np.empty_like(u)
    Z = centres.mode.shape[1]
    q = np.broadcast_to(ndtr(SCORES), (Z, SCORES.size))
    column = np.clip((r - SCORES[0]) / (SCORES[1] - SCORES[0]), 0, SCORES.size - 1)
    for b in range(u.shape[0]):
        position = invert(post.cdf[b : b + 1], post.pdf[b : b + 1], 1, u[b : b + 1])[0] / CELLS_SPREAD
        spread[b] = scale.spread(grid.low[b] + (grid.high[b] - grid.low[b]) * position)
        d = invert(centres.cdf[b], centres.pdf[b], 2, q) / (centres.cdf.shape[2] // 2) - 1
        m = centres.mode[b, :, None] + d * np.where(d < 0, centres.left[b, :, None], centres.right[b, :, None])
        row = position * (Z - 1)
        centre[b] = map_coordinates(m, [row, column[b]], order=3, mode="nearest")
    return centre, spread
