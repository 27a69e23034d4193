"""Exact draws of observed areas' log-odds given centre and spread.

Only this conditional draw; centre and spread are drawn in `posterior_tables`.
"""

import numpy as np
from numpy.typing import NDArray

from estimation.model.fit.quadrature import effect_mode, effect_widths, log_likelihood, share
from estimation.model.region.region import Array


def draw_effects(y: Array, n: Array, m: Array, s: Array, rng: np.random.Generator) -> Array:
    """Draw log-odds theta with density proportional to L(theta) Normal(theta; m, s), one per element.

    Counts and populations `y` and `n` (persons), centre `m` and spread `s` (log-odds) broadcast to the shape of the
    draws. The standardised effect e has a log-concave density, which lies below its tangents: two exponential tails
    that touch it either side of the mode and a flat roof at the mode. Draws from that envelope are accepted
    with probability density / envelope (Devroye 1986, doi:10.1007/978-1-4613-8643-8, section VII.2), so they are
    exact, not approximate. METHODS eq. 18.
    """
    y, n, m, s = np.broadcast_arrays(y, n, m, s)
    shape = m.shape
    y, n, m, s = (np.ascontiguousarray(a, dtype=np.float64).ravel() for a in (y, n, m, s))

    def log_target(x: Array, rows: NDArray[np.int64]) -> Array:
        return log_likelihood(y[rows], n[rows], m[rows] + s[rows] * x) - x * x / 2

    def slope(x: Array) -> Array:
        return s * (y - n * share(m + s * x)) - x

    everything = np.arange(m.size)
    mode, curvature, _ = effect_mode(y, n, m, s)
    left, right = effect_widths(y, n, m, s, mode, curvature, drop=1.0)
    a, b = mode - left, mode + right
    roof = log_target(mode, everything)
    rise, fall = slope(a), -slope(b)
    # Where the tangents at a and b reach the roof.
    from_x = a + (roof - log_target(a, everything)) / rise
    to_x = b - (roof - log_target(b, everything)) / fall
    tail_left, flat, tail_right = 1 / rise, np.maximum(to_x - from_x, 0.0), 1 / fall
    total = tail_left + flat + tail_right

    x = np.empty(m.size)
    rows = everything
    while rows.size:
        u = rng.random(rows.size) * total[rows]
        tail = rng.exponential(size=rows.size)
        in_left, in_right = u < tail_left[rows], u > tail_left[rows] + flat[rows]
        trial = np.where(
            in_left,
            from_x[rows] - tail * tail_left[rows],
            np.where(in_right, to_x[rows] + tail * tail_right[rows], from_x[rows] + u - tail_left[rows]),
        )
        envelope = roof[rows] - np.where(in_left | in_right, tail, 0.0)
        accepted = -rng.exponential(size=rows.size) < log_target(trial, rows) - envelope
        x[rows[accepted]] = trial[accepted]
        rows = rows[~accepted]
    return (m + s * x).reshape(shape)
