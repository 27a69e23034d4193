"""Distribution functions, quantiles and draws read off a posterior grid.

The grid holds log densities at few nodes; here they are interpolated to many and integrated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.special import ndtr, ndtri

from estimation.model.fit.grid import Grid, smooth_scale
from estimation.model.fit.priors import SpreadScale
from estimation.model.fit.quadrature import Accuracy, barycentric, integration, interpolation, legendre
from estimation.model.region.region import Array

_CELLS_DRAW = 64
_TOGETHER = 32  # data sets summarised together: their tables stay in the cache
_TOLERANCE = 2e-3  # of Newton's last step, in SDs
_SCORES = np.linspace(-5.5, 5.5, 45)  # normal scores at which the centre given the spread is tabulated for draws


@dataclass(frozen=True)
class _Centres:
    """Distribution of the centre at Z spreads of each of B data sets."""

    mode: Array  # middle of the two panels (log-odds), shape (B, Z)
    left: Array  # and their widths
    right: Array
    cubic: Array  # distribution function in each cell by `cubics`, half to each panel, shape (B, Z, cells, 4)


_Tables = TypeVar("_Tables", Grid, _Centres)


def rows_of(tables: _Tables, rows: slice | NDArray[np.int64]) -> _Tables:
    """Some data sets' tables."""
    return type(tables)(*(getattr(tables, field.name)[rows] for field in fields(tables)))


def _even(cells: int) -> tuple[float, ...]:
    """Even steps from 0 to 1."""
    return tuple(float(t) for t in np.linspace(0, 1, cells + 1))


def _panels(grid: Grid, cells: int) -> tuple[Array, Array, Array, Array]:
    """Log of the integral over the centre, mean and variance of the centre (B, S), and `cubic` as in `_Centres`."""
    P = grid.log_density.shape[2] // 2
    t, w = legendre(max(cells, 2 * P))
    top = grid.log_density.max(axis=2, keepdims=True)
    value = grid.log_density - top
    inner = interpolation(P, tuple(t)).T
    outer = interpolation(P, _even(cells)).T
    whole = integration(max(cells, 2 * P), _even(cells)).T
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
    left = np.concatenate([densities[0][:, :, :0:-1], densities[1][:, :, :-1]], 2)
    right = np.concatenate([densities[0][:, :, -2::-1], densities[1][:, :, 1:]], 2)
    return top[:, :, 0] + np.log(total), grid.mode + mean, variance, cubics(cdf, left, right) / total[..., None, None]


def cubics(f: Array, left: Array, right: Array) -> Array:
    """Cubic of every cell from its values `f` (..., cells + 1) and slopes per cell at its two ends (..., cells).

    Coefficients of 1, t, t**2 and t**3, t from 0 to 1, on a last axis.
    """
    rise = np.diff(f, axis=-1)
    return np.stack([f[..., :-1], left, 3 * rise - 2 * left - right, left + right - 2 * rise], axis=-1)


def _interpolate(grid: Grid, scale: SpreadScale, z: Array) -> Array:
    """Weights (B, Z, S) that interpolate from the grid's spreads to normal scores `z` (B, Z)."""
    if scale.known:
        return np.ones((*z.shape, 1))
    tau = smooth_scale(scale.spread(z), grid.sampling[:, None])
    return barycentric(grid.mode.shape[1], (tau - grid.start[:, None]) / (grid.stop - grid.start)[:, None])


def _at_scores(grid: Grid, cubic: Array, W: Array) -> _Centres:
    """Conditional distributions of the centre at other spreads, by the weights `W` of `_interpolate`.

    Measured from its mode in units of its width, the conditional distribution changes slowly with the spread.
    """
    mode, left, right = ((W @ a[:, :, None])[:, :, 0] for a in (grid.mode, np.log(grid.left), np.log(grid.right)))
    B, S, cells, _ = cubic.shape
    return _Centres(mode, np.exp(left), np.exp(right), (W @ cubic.reshape(B, S, -1)).reshape(B, -1, cells, 4))


@dataclass(frozen=True)
class _Scores:
    """Posterior of the spread's normal score."""

    z: Array  # normal scores, shape (B, Z)
    weight: Array  # and their posterior weights
    W: Array  # interpolation to them by `_interpolate`, shape (B, Z, S)
    cubic: Array  # distribution function in even cells of the range, shape (B, 2 * Z, 4); see `cubics`
    log_evidence: Array  # log of the likelihood with centre and spread integrated out, shape (B,), up to a constant


def _scores(grid: Grid, scale: SpreadScale, log_z: Array, Z: int) -> _Scores:
    """Posterior of the spread's normal score; `log_z` (B, S) is the log likelihood of the grid's spreads."""
    B = log_z.shape[0]
    if scale.known:
        cells = 2 * Z
        even_slope = np.full((B, cells), 1 / cells)
        cubic = cubics(np.tile(_even(cells), (B, 1)), even_slope, even_slope)
        return _Scores(np.zeros((B, 1)), np.ones((B, 1)), np.ones((B, 1, 1)), cubic, log_z[:, 0])
    z = grid.score(legendre(Z)[0])
    W = _interpolate(grid, scale, z)
    top = log_z.max(axis=1, keepdims=True)
    weight, cubic, log_total = distribution((W @ (log_z - top)[:, :, None])[:, :, 0] - z * z / 2)
    return _Scores(z, weight, W, cubic, top[:, 0] + log_total + np.log(grid.high - grid.low))


def distribution(log_density: Array) -> tuple[Array, Array, Array]:
    """A density on (0, 1) from its logarithm, up to a constant, at Gauss-Legendre nodes, shape (B, Z).

    Weights of the nodes (B, Z), distribution function in even cells (B, 2 * Z, 4) by `cubics`, and the log of the
    integral (B,).
    """
    Z = log_density.shape[1]
    steps = _even(2 * Z)
    top = log_density.max(axis=1, keepdims=True)
    density = np.exp(log_density - top)
    _, w = legendre(Z)
    total = (density @ w)[:, None]
    density /= total
    cdf, pdf = density @ integration(Z, steps).T, density @ interpolation(Z, steps).T / (2 * Z)
    return density * w, cubics(cdf, pdf[:, :-1], pdf[:, 1:]), (top + np.log(total))[:, 0]


def invert(cubic: Array, q: Array) -> Array:
    """Positions, in cells from the left, where distribution functions `cubic` (R, cells, 4) reach `q` (R, Q)."""
    cells = cubic.shape[1]
    rows = np.arange(len(cubic))[:, None]
    # One search in all rows: each is moved up past the one before it.
    starts = np.maximum.accumulate(cubic[:, :, 0], axis=1).clip(0.0, 1.0) + 2 * rows
    i = np.searchsorted(starts.ravel(), (q + 2 * rows).ravel(), side="right").reshape(q.shape) - 1 - rows * cells
    i = np.clip(i, 0, cells - 1)
    k = cubic.reshape(-1, 4).take(i + rows * cells, axis=0)
    c0, c1, c2, c3 = (k[..., j] for j in range(4))
    t = np.clip((q - c0) / np.maximum(c1 + c2 + c3, 1e-300), 0.0, 1.0)
    for _ in range(5):
        value, slope = c0 + t * (c1 + t * (c2 + t * c3)), c1 + t * (2 * c2 + 3 * t * c3)
        t = np.clip(t - (value - q) / np.maximum(slope, 1e-300), 0.0, 1.0)
    return np.asarray(i + t)


def _mixture(centres: _Centres, weight: Array, c: Array) -> tuple[Array, Array]:
    """Posterior distribution function and density of the centre at `c` (B, Q)."""
    B, Z, cells, _ = centres.cubic.shape
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
    k = centres.cubic.reshape(-1, 4).take(i, axis=0)
    value = k[..., 0] + t * (k[..., 1] + t * (k[..., 2] + t * k[..., 3]))
    slope = k[..., 1] + t * (2 * k[..., 2] + 3 * t * k[..., 3])
    slope *= scale
    slope[(x <= 0) | (x >= 2 * half)] = 0.0
    return (weight[:, None, :] @ value)[:, 0], (weight[:, None, :] @ slope)[:, 0]


def _centre_quantiles(centres: _Centres, weight: Array, mean: Array, variance: Array, levels: Array) -> Array:
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
    active = np.arange(weight.shape[0])
    for _ in range(60):
        some_centres = centres if active.size == weight.shape[0] else rows_of(centres, active)
        here, lo, hi = c[active], low[active], high[active]
        value, slope = _mixture(some_centres, weight[active], here)
        lo, hi = np.where(value < levels, here, lo), np.where(value < levels, hi, here)
        new = here - (value - levels) / np.maximum(slope, 1e-300)
        new = np.where((new >= lo) & (new <= hi), new, (lo + hi) / 2)
        c[active], low[active], high[active] = new, lo, hi
        # Newton's error is about the square of its last step, in units of the SD.
        active = active[(np.abs(new - here) > _TOLERANCE * sd[active]).any(axis=1)]
        if active.size == 0:
            break
    return np.asarray(c)


def log_evidence(grid: Grid, scale: SpreadScale, accuracy: Accuracy) -> Array:
    """Log of the likelihood with centre and spread integrated out, shape (B,), up to a constant of each data set."""
    return np.concatenate(
        [
            _scores(some, scale, _panels(some, accuracy.fine_centre)[0], accuracy.fine_spread).log_evidence
            for some in _together(grid, 1)
        ]
    )


def _together(grid: Grid, nodes: int) -> Iterator[Grid]:
    """A grid in parts, rows that are nodes of one data set not separated."""
    step = max(1, _TOGETHER // nodes) * nodes
    for start in range(0, grid.low.size, step):
        yield rows_of(grid, slice(start, start + step))


def summarise(grid: Grid, scale: SpreadScale, accuracy: Accuracy, levels: Array, nodes: Array) -> tuple[Array, ...]:
    """Means, SDs (B,) and quantiles (B, Q): of the centre, then of the spread.

    Rows of the grid are B times P nodes of each data set's slopes, whose posterior weights are `nodes` (B, P).
    """
    P = nodes.shape[1]
    parts, start = [], 0
    for some in _together(grid, P):
        count = some.low.size // P
        parts.append(_summarise(some, scale, accuracy, levels, nodes[start : start + count]))
        start += count
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _summarise(grid: Grid, scale: SpreadScale, accuracy: Accuracy, levels: Array, nodes: Array) -> tuple[Array, ...]:
    log_z, mean, variance, cubic = _panels(grid, accuracy.fine_centre)
    post = _scores(grid, scale, log_z, accuracy.fine_spread)
    B = len(nodes)
    weight = (post.weight * nodes.reshape(-1, 1)).reshape(B, -1)
    mean = (post.W @ mean[:, :, None])[:, :, 0].reshape(B, -1)
    variance = np.exp((post.W @ np.log(variance)[:, :, None])[:, :, 0]).reshape(B, -1)
    m1 = (weight * mean).sum(axis=1)
    sd = np.sqrt((weight * (variance + (mean - m1[:, None]) ** 2)).sum(axis=1))
    s = scale.spread(post.z).reshape(B, -1)
    s1 = (weight * s).sum(axis=1)
    s_sd = np.sqrt((weight * (s - s1[:, None]) ** 2).sum(axis=1))
    at = _at_scores(grid, cubic, post.W)
    centres = _Centres(*(each.reshape(*weight.shape, *each.shape[2:]) for each in vars(at).values()))
    centre = _centre_quantiles(centres, weight, mean, variance, levels)
    return m1, sd, centre, s1, s_sd, scale.spread(_score_quantiles(grid, post.cubic, nodes, levels))


def _score_quantiles(grid: Grid, cubic: Array, nodes: Array, levels: Array) -> Array:
    """Quantiles (B, Q) of the spread's normal score over the nodes of slopes, weighted by `nodes` (B, P)."""
    B, P = nodes.shape
    cells = cubic.shape[1]
    q = np.tile(levels, (B, 1))
    if P == 1:
        return grid.score(invert(cubic, q) / cells)
    low, high = grid.low.reshape(B, P, 1), grid.high.reshape(B, P, 1)
    a, b = (np.repeat(edge, levels.size, axis=1) for edge in (low.min(axis=1), high.max(axis=1)))
    first = (np.arange(B * P) * cells).reshape(B, P, 1)
    for _ in range(40):
        middle = (a + b) / 2
        x = np.clip((middle[:, None, :] - low) / np.maximum(high - low, 1e-300), 0.0, 1.0) * cells
        i = np.minimum(x.astype(np.int64), cells - 1)
        t, k = x - i, cubic.reshape(-1, 4).take(i + first, axis=0)
        value = k[..., 0] + t * (k[..., 1] + t * (k[..., 2] + t * k[..., 3]))
        below = (nodes[:, None, :] @ value)[:, 0] < q
        a, b = np.where(below, middle, a), np.where(below, b, middle)
    return np.asarray((a + b) / 2)


def draw(grid: Grid, scale: SpreadScale, accuracy: Accuracy, u: Array, r: Array) -> tuple[Array, Array]:
    """Centre and spread (B, n) at uniform `u` for the spread and standard normal `r` for the centre given it.

    Both have shape (B, n), or (n,) where all data sets are to see the same numbers.
    """
    B = grid.low.size
    u, r = np.broadcast_to(u, (B, u.shape[-1])), np.broadcast_to(r, (B, u.shape[-1]))
    centre, spread = np.empty(u.shape), np.empty(u.shape)
    steps = np.asarray(_even(1 if scale.known else _CELLS_DRAW))
    for start in range(0, B, _TOGETHER):
        at = slice(start, start + _TOGETHER)
        some = rows_of(grid, at)
        log_z, _, _, cubic = _panels(some, accuracy.fine_centre)
        post = _scores(some, scale, log_z, accuracy.fine_spread)
        position = invert(post.cubic, u[at]) / post.cubic.shape[1]
        spread[at] = scale.spread(some.score(position))
        centres = _at_scores(some, cubic, _interpolate(some, scale, some.score(steps)))
        rows, Z, cells = centres.cubic.shape[:3]
        d = invert(centres.cubic.reshape(-1, cells, 4), np.broadcast_to(ndtr(_SCORES), (rows * Z, _SCORES.size)))
        d = (d / (cells // 2) - 1).reshape(rows, Z, -1)
        m = centres.mode[..., None] + d * np.where(d < 0, centres.left[..., None], centres.right[..., None])
        for b in range(rows):
            column = np.clip((r[start + b] - _SCORES[0]) / (_SCORES[1] - _SCORES[0]), 0, _SCORES.size - 1)
            centre[start + b] = map_coordinates(m[b], [position[b] * (Z - 1), column], order=3, mode="nearest")
    return centre, spread
