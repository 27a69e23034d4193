"""Posterior of centre and spread on a grid of its own for every data set.

Takes checked arrays and wrapped priors. Tables made from the grid are in `posterior_tables`, public functions in
`transfer`.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from estimation.errors import UnreliableError
from estimation.model.fit.priors import Centre, SpreadScale
from estimation.model.fit.quadrature import Accuracy, legendre, log_marginal, smoother
from estimation.model.proportion import empirical_logit
from estimation.model.region.region import Array

_SCAN = 7  # spreads looked at in each pass that locates the posterior
_OPEN, _FAR = 0.75, 1.7  # falls, in units of the drop, between which a side of the range stays where it is
_SMOOTH = 7  # degree in `smooth_scale` of the panels' places and widths
_Cells = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Posterior of B data sets on S spreads, each with two panels of P centres meeting near the conditional mode."""

    low: Array  # first of the spread's normal scores, shape (B,)
    high: Array  # and the last
    sampling: Array  # least sampling variance of an area's log-odds, shape (B,)
    start: Array  # `smooth_scale` of the first spread, shape (B,); the S spreads are its Gauss-Legendre nodes
    stop: Array  # and of the last
    mode: Array  # conditional mode of the centre (log-odds), shape (B, S)
    left: Array  # widths of its two panels (log-odds), shape (B, S)
    right: Array
    log_density: Array  # log of likelihood times centre prior at rising centres, shape (B, S, 2 * P)

    def score(self, part: Array) -> Array:
        """Normal score of the spread at parts (B, Q) of the way from `low` to `high`."""
        return self.low[:, None] + (self.high - self.low)[:, None] * part


def smooth_scale(s: Array, sampling: Array) -> Array:
    """Log of sqrt(sampling + s**2), in which likelihoods change smoothly from no spread to any (METHODS eq. 17)."""
    return np.asarray(0.5 * np.log(sampling + s * s))


@dataclass(frozen=True)
class Problem:
    """Data and centre prior as the functions below need them: `y`, `n` of shape (B, J)."""

    y: Array
    n: Array
    centre: Centre
    accuracy: Accuracy
    offset: Array | None = None  # by which an area's own centre lies above the common one (log-odds), shape (B, J)

    @cached_property
    def normal(self) -> tuple[Array, Array]:
        """Log-odds of each area less its offset, and their sampling variance, (B, J): the normal approximation."""
        log_odds, variance = empirical_logit(self.y, self.n)
        return log_odds if self.offset is None else log_odds - self.offset, variance

    @property
    def rough(self) -> "Problem":
        """The same with few nodes, enough to place others."""
        return replace(self, accuracy=replace(self.accuracy, hermite_nodes=5))

    def pooled(self, sets: _Cells, s: Array) -> tuple[Array, Array]:
        """Centre given spreads (B, S), and its precision, in some data sets under the normal approximation."""
        guess, variance = (each[sets] for each in self.normal)
        total, weighted = np.zeros_like(s), np.zeros_like(s)
        for j in range(guess.shape[1]):
            precision = 1 / (variance[:, j, None] + s * s)
            total += precision
            weighted += guess[:, j, None] * precision
        return weighted / total, total

    def log_density(self, owner: _Cells, m: Array, s: Array, *, derivatives: bool = False) -> tuple[Array, ...]:
        """Log of likelihood times centre prior in cells (C,) at centres (C, M); on request two derivatives."""
        likelihood = log_marginal(
            self.y, self.n, owner, m, s, self.accuracy, offset=self.offset, derivatives=derivatives
        )
        return tuple(a + b for a, b in zip(likelihood, self.centre.value(m, derivatives=derivatives), strict=True))


def _conditional_mode(problem: Problem, sets: _Cells, s: Array) -> tuple[Array, Array, Array]:
    """Mode of the centre at spreads `s` (B, S) of some data sets, log density and curvature there, each of (B * S,).

    A twentieth of the normal approximation's precision is the least curvature trusted.
    """
    m, precision = (each.ravel() for each in problem.pooled(sets, s))
    owner, s = np.repeat(sets, s.shape[1]), s.ravel()
    value, curvature = np.empty_like(m), np.empty_like(m)
    active = np.arange(m.size)
    for _ in range(40):
        here, first, second = (
            a[:, 0] for a in problem.log_density(owner[active], m[active, None], s[active], derivatives=True)
        )
        bend = np.maximum(-second, 0.05 * precision[active])
        longest = 2 + 2 * s[active]
        step = np.clip(first / bend, -longest, longest)
        value[active], curvature[active] = here + 0.5 * first * step, bend
        m[active] += step
        # The mode only places nodes, and Laplace's value is off by half the square of this bound.
        active = active[step * step * bend > 0.01]
        if active.size == 0:
            break
    return m, value, curvature


def _conditional_widths(
    problem: Problem, owner: _Cells, s: Array, m: Array, top: Array, curvature: Array
) -> tuple[Array, Array]:
    """Distances left and right of the mode in each cell at which the density has fallen by `log_drop`."""
    drop = problem.accuracy.log_drop
    if problem.accuracy.symmetric and problem.centre.log_density is None:
        d = np.sqrt(2.2 * drop / curvature)
        return d, d
    widths = []
    for side in (-1.0, 1.0):
        d = np.sqrt(2 * drop / curvature)
        active = np.arange(m.size)
        for _ in range(30):
            at = (m[active] + side * d[active])[:, None]
            value, first, _ = (a[:, 0] for a in problem.log_density(owner[active], at, s[active], derivatives=True))
            fall = top[active] - value
            step = (1.1 * drop - fall) / np.maximum(-side * first, 1e-100)
            kept = (fall > 0.9 * drop) & (fall < 1.25 * drop)
            old = d[active]
            d[active] = np.where(kept, old, np.clip(old + step, old / 3, old * 3))
            active = active[~kept]
            if active.size == 0:
                break
        widths.append(d)
    return widths[0], widths[1]


def _rough_posterior(guess: Array, variance: Array, s: Array, z: Array) -> Array:
    """Log posterior (B, Z) of the spreads `s` with normal scores `z` under the normal approximation of every area."""
    log_posterior = -z * z / 2
    total, weighted, square = np.zeros_like(z), np.zeros_like(z), np.zeros_like(z)
    for j in range(guess.shape[1]):
        v = variance[:, j, None] + s * s
        total += 1 / v
        weighted += guess[:, j, None] / v
        square += guess[:, j, None] ** 2 / v
        log_posterior -= 0.5 * np.log(v)
    log_posterior -= 0.5 * (square - weighted**2 / total) + 0.5 * np.log(total)
    return np.asarray(log_posterior)


def _rough_range(guess: Array, variance: Array, scale: SpreadScale, drop: float) -> tuple[Array, Array]:
    """Range of the spread's normal scores under the normal approximation of every area."""
    z = np.tile(np.linspace(scale.start, scale.stop, 41), (len(guess), 1))
    for _ in range(4):
        low, high, _, _ = crossings(z, _rough_posterior(guess, variance, scale.spread(z), z), drop)
        if np.all(high - low > 0.3 * (z[:, -1] - z[:, 0])):
            break
        z = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 41)
    return low, high


def rough_evidence(guess: Array, variance: Array, scale: SpreadScale, drop: float) -> Array:
    """Log of the likelihood (B,) with centre and spread integrated out, under the normal approximation of every area.

    `guess` and `variance`, of shape (B, J), are log-odds and their sampling variances. The centre is taken as flat.
    """
    if scale.known:
        z = np.zeros((len(guess), 1))
        return _rough_posterior(guess, variance, scale.spread(z), z)[:, 0]
    low, high = _rough_range(guess, variance, scale, drop)
    z = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 41)
    log_posterior = _rough_posterior(guess, variance, scale.spread(z), z)
    return np.asarray(np.logaddexp.reduce(log_posterior, axis=1) + np.log(high - low))


def crossings(z: Array, log_posterior: Array, drop: float) -> tuple[Array, Array, Array, Array]:
    """Where the log posterior crosses its maximum less `drop`, and how far below it is at the first and last z."""
    fall = np.sqrt(np.maximum(log_posterior.max(axis=1, keepdims=True) - log_posterior, 0.0))
    alive = fall < np.sqrt(drop)
    rows, points = np.arange(z.shape[0]), z.shape[1]
    ends = []
    for inner, step in ((np.argmax(alive, axis=1), -1), (points - 1 - np.argmax(alive[:, ::-1], axis=1), 1)):
        outer = np.clip(inner + step, 0, points - 1)
        # The root of the fall is nearly linear; inside it curves outward, so this errs on the wide side.
        span = np.maximum(fall[rows, outer] - fall[rows, inner], 1e-12)
        part = np.where(outer == inner, 0.0, (np.sqrt(drop) - fall[rows, inner]) / span)
        part = np.clip(1.1 * part + 0.05, 0.0, 1.0)
        ends.append(z[rows, inner] + part * (z[rows, outer] - z[rows, inner]))
    return ends[0], ends[1], fall[:, 0] ** 2, fall[:, -1] ** 2


def _spread_range(problem: Problem, scale: SpreadScale) -> tuple[Array, Array]:
    """Range of the spread's normal scores that holds the posterior, by passes of Laplace's approximation.

    Raises `UnreliableError` if the posterior reaches beyond the largest spread the prior can give.
    """
    B, J = problem.y.shape
    drop = problem.accuracy.log_drop
    if scale.known:
        return np.zeros(B), np.zeros(B)
    if J == 1 and problem.centre.log_density is None:
        # The likelihood, integrated over a flat centre, does not depend on the spread: the prior is the posterior.
        reach = np.full(B, np.sqrt(2 * drop))
        return np.maximum(-reach, scale.start), np.minimum(reach, scale.stop)
    low, high = _rough_range(*problem.normal, scale, drop)
    rough = problem.rough
    active = np.arange(B)
    brackets = np.tile(np.array([-np.inf, np.inf])[:, None], (2, 1, B))
    for _ in range(40):
        a, b = low[active], high[active]
        z = a[:, None] + (b - a)[:, None] * np.linspace(0, 1, _SCAN)
        _, value, curvature = _conditional_mode(rough, active, scale.spread(z))
        log_posterior = (value - 0.5 * np.log(curvature)).reshape(z.shape) - z * z / 2
        crossing_low, crossing_high, fall_low, fall_high = crossings(z, log_posterior, drop)
        if np.any((fall_high < _OPEN * drop) & (b >= scale.stop)):
            break
        new_low = -_move(-a, -crossing_low, fall_low / drop, 0.4 * (b - a), -scale.start, brackets[0], active)
        new_high = _move(b, crossing_high, fall_high / drop, 0.4 * (b - a), scale.stop, brackets[1], active)
        low[active], high[active] = new_low, new_high
        active = active[np.abs(new_low - a) + np.abs(new_high - b) > 0.12 * (b - a)]
        if active.size == 0:
            return low, high
    raise UnreliableError(
        "the posterior of the spread must lie within reach of its prior",
        f"one that was not located up to {np.exp(scale.log_spread[-1]):.3g}, the largest spread the prior gives",
        "use a spread_prior with a longer upper tail: data and prior contradict each other",
    )


def _move(x: Array, crossing: Array, fall: Array, step: Array, limit: float, bracket: Array, active: _Cells) -> Array:
    """Next place of one side of the range, outward counted as positive; `fall` is in units of the drop.

    A side stays where the posterior has fallen by about the drop. It moves out where it has not and in where it has
    fallen much further, halving the way once both kinds of places are known (`bracket`, (2, B), is updated).
    """
    short, far = fall < _OPEN, fall > _FAR
    inner = np.where(short, x, bracket[0, active])
    outer = np.where(far, x, bracket[1, active])
    bracket[0, active], bracket[1, active] = inner, outer
    both = np.isfinite(inner) & np.isfinite(outer)
    with np.errstate(invalid="ignore"):
        halfway = (inner + outer) / 2
    moved = np.where(both, halfway, np.where(short, np.minimum(x + step, limit), crossing))
    return np.where(short | far, moved, x)


def _smooth_mode(mode: Array, width: Array) -> Array:
    """Polynomials (B, S) through the modes, by least squares with errors in units of the width."""
    t, w = legendre(mode.shape[1])
    basis = np.polynomial.legendre.legvander(2 * t - 1, _SMOOTH)
    weighted = basis * (w / width**2)[:, :, None]
    normal = np.swapaxes(weighted, 1, 2) @ basis
    coefficients = np.linalg.solve(normal, (mode[:, None, :] @ weighted)[:, 0, :, None])
    return np.asarray((basis @ coefficients)[:, :, 0])


def fit_grid(problem: Problem, scale: SpreadScale) -> Grid:
    """Posterior grids of all data sets of a problem."""
    accuracy, rough = problem.accuracy, problem.rough
    low, high = _spread_range(problem, scale)
    B = low.size
    S = 1 if scale.known else accuracy.spread_nodes
    sampling = problem.normal[1].min(axis=1)
    start_tau, stop_tau = (smooth_scale(scale.spread(z), sampling) for z in (low, high))
    t, _ = legendre(S)
    tau = start_tau[:, None] + (stop_tau - start_tau)[:, None] * t
    s = scale.spread(low[:, None]) if S == 1 else np.sqrt(np.maximum(np.exp(2 * tau) - sampling[:, None], 0.0))
    mode, top, curvature = _conditional_mode(rough, np.arange(B), s)
    owner = np.repeat(np.arange(B), S)
    left, right = _conditional_widths(rough, owner, s.ravel(), mode, top, curvature)
    if S > 1:
        # Panels that change smoothly with the spread let the tables be interpolated between spreads.
        width = (left + right).reshape(B, S)
        left, right = (np.exp(np.log(a).reshape(B, S) @ smoother(S, _SMOOTH).T).ravel() for a in (left, right))
        mode = _smooth_mode(mode.reshape(B, S), width).ravel()
    u, _ = legendre(accuracy.centre_nodes)
    m = mode[:, None] + np.concatenate([-left[:, None] * u[::-1], right[:, None] * u], axis=1)
    (value,) = problem.log_density(owner, m, s.ravel())
    mode, left, right = (a.reshape(B, S) for a in (mode, left, right))
    return Grid(low, high, sampling, start_tau, stop_tau, mode, left, right, value.reshape(B, S, -1))
