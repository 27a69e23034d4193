"""Integrate each area's own effect out of a binomial likelihood by quadrature adapted to every integrand.

Nothing here knows of priors: in go counts, centres and spreads, out come log marginal likelihoods. It serves the grid
of `transfer`: many data sets at once, zeros among the counts, nodes shared by neighbouring centres. `marginal` has the
same integral with the derivatives in the spread that a maximum-likelihood fit needs.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from estimation.model.proportion import empirical_logit
from estimation.model.region.region import Array

_MANY = 16  # areas from which neighbouring centres share the placing of nodes
BLOCK = 16_384  # elements worked on at a time: a dozen float64 work arrays of this size stay in a 2 MB cache


@dataclass(frozen=True)
class Accuracy:
    """Numbers of quadrature nodes, and how far into the tails they reach.

    Attributes
    ----------
    effect_nodes : int
        Gauss-Legendre nodes on each side of the mode of one area's effect, where its integrand is skew.
    hermite_nodes : int
        Gauss-Hermite nodes where the integrand is nearly normal.
    hermite_skewness : float
        Skewness of the integrand up to which it counts as nearly normal.
    centre_nodes : int
        Gauss-Legendre nodes on each side of the mode of the centre `m` given the spread.
    spread_nodes : int
        Gauss-Legendre nodes over the spread `s`.
    fine_centre, fine_spread : int
        Nodes to which the log density is interpolated before it is integrated: of each side, and of the spread.
    slope_nodes : int
        Gauss-Legendre nodes over the slope of each covariate.
    log_drop : float
        Integrals stop where the integrand has fallen to `exp(-log_drop)` of its mode.
    symmetric : bool
        Whether the centre given the spread is taken to fall alike to both sides when its nodes are placed.

    Examples
    --------
    >>> HIGH.spread_nodes > DEFAULT.spread_nodes
    True
    """

    effect_nodes: int
    hermite_nodes: int
    hermite_skewness: float
    centre_nodes: int
    spread_nodes: int
    fine_centre: int
    fine_spread: int
    slope_nodes: int
    log_drop: float
    symmetric: bool = False

    def suited(self, areas: int, *, many_cases: bool) -> "Accuracy":
        """Fewer nodes where the likelihood is smoother.

        With many cases it is nearly normal in the centre; the more areas, the shorter the range of spreads; with
        one area it hardly depends on the spread.
        """
        if not many_cases:
            return replace(self, spread_nodes=self.spread_nodes // (2 if areas == 1 else 1))
        many = areas >= _MANY
        twelfths = 6 if areas == 1 else 5 if many else 8
        return replace(
            self,
            centre_nodes=self.centre_nodes // 2,
            spread_nodes=twelfths * self.spread_nodes // 12,
            hermite_nodes=self.hermite_nodes - 2 * many,
            symmetric=True,
        )


DEFAULT = Accuracy(
    effect_nodes=8,
    hermite_nodes=7,
    hermite_skewness=0.1,
    centre_nodes=10,
    spread_nodes=24,
    fine_centre=20,
    fine_spread=72,
    slope_nodes=14,
    log_drop=14.0,
)
HIGH = Accuracy(
    effect_nodes=16,
    hermite_nodes=13,
    hermite_skewness=0.05,
    centre_nodes=24,
    spread_nodes=72,
    fine_centre=80,
    fine_spread=320,
    slope_nodes=24,
    log_drop=22.0,
)


@lru_cache(maxsize=64)
def legendre(nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    t, w = np.polynomial.legendre.leggauss(nodes)
    return (t + 1) / 2, w / 2


@lru_cache(maxsize=64)
def hermite(nodes: int) -> tuple[Array, Array]:
    """Gauss-Hermite nodes for the standard normal, and log weights that include its density's inverse."""
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    return x, np.log(w) + x * x / 2


@lru_cache(maxsize=64)
def interpolation(nodes: int, points: tuple[float, ...]) -> Array:
    """Matrix from values at `legendre(nodes)` to the polynomial through them at `points` of [0, 1]."""
    t, _ = legendre(nodes)
    vandermonde = np.polynomial.legendre.legvander(2 * t - 1, nodes - 1)
    target = np.polynomial.legendre.legvander(2 * np.asarray(points) - 1, nodes - 1)
    return np.asarray(np.linalg.solve(vandermonde.T, target.T).T, dtype=np.float64)


@lru_cache(maxsize=64)
def smoother(nodes: int, degree: int) -> Array:
    """Matrix that projects values at `legendre(nodes)` on polynomials of a lower degree."""
    t, w = legendre(nodes)
    basis = np.polynomial.legendre.legvander(2 * t - 1, min(degree, nodes - 1))
    return (basis * (2 * np.arange(basis.shape[1]) + 1)) @ (basis * w[:, None]).T


def barycentric(nodes: int, points: Array) -> Array:
    """As `interpolation`, for points of any shape (...): weights of shape (..., nodes).

    Berrut and Trefethen 2004, doi:10.1137/S0036144502417715, equation (4.2), with the weights of Gauss-Legendre nodes.
    """
    t, w = legendre(nodes)
    scale = np.sqrt(t * (1 - t) * w) * (-1.0) ** np.arange(nodes)
    gap = points[..., None] - t
    gap[np.abs(gap) < 1e-14] = 1e-14
    weights = scale / gap
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights)


@lru_cache(maxsize=64)
def integration(nodes: int, points: tuple[float, ...]) -> Array:
    """Matrix from values at `legendre(nodes)` to the polynomial's integral from 0 to each of `points`."""
    t, _ = legendre(nodes)
    vandermonde = np.polynomial.legendre.legvander(2 * t - 1, nodes - 1)
    x = 2 * np.asarray(points) - 1
    integrals = [
        np.polynomial.legendre.legval(x, np.polynomial.legendre.legint(row, lbnd=-1)) / 2 for row in np.eye(nodes)
    ]
    return np.asarray(np.linalg.solve(vandermonde.T, np.asarray(integrals)).T, dtype=np.float64)


def softplus(theta: Array) -> Array:
    """log(1 + exp(theta))."""
    return np.maximum(theta, 0.0) + np.log1p(np.exp(-np.abs(theta)))


def log_likelihood(y: Array, n: Array, theta: Array) -> Array:
    """Binomial log-likelihood at log-odds `theta`, without its constant: y theta - n log(1 + exp(theta))."""
    return y * theta - n * softplus(theta)


def share(theta: Array) -> Array:
    """Share at log-odds `theta`; far below zero the exponential overflows and the share is rightly 0."""
    with np.errstate(over="ignore"):
        odds_against = np.exp(-theta)
    odds_against += 1
    return np.asarray(1 / odds_against, dtype=np.float64)


def effect_mode(y: Array, n: Array, m: Array, s: Array) -> tuple[Array, Array, Array]:
    """Mode of log L(m + s e) - e**2 / 2 in the standardised effect e, the curvature and the skewness there.

    The function is strictly concave, so Newton's step is safe once it is kept short on the scale of log-odds,
    where the likelihood changes by factors of e. Skewness is the third derivative over curvature**1.5.
    """
    guess, variance = empirical_logit(y, n)
    e = s * (guess - m) / (variance + s * s)
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
        # Newton's error is about the square of its last step, here 0.2 of the integrand's width.
        if np.max(step * step * curvature) < 0.04:
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


def _accumulate(
    y: Array, n: Array, m: Array, s: Array, e: Array, nodes: list[tuple[Array, float, float]], derivatives: bool
) -> tuple[Array, ...]:
    """Sum of weight times integrand over nodes e + width x, given as (width, x, log weight), as in `_integrate`."""
    theta0 = m + s * e
    plus0 = n * softplus(theta0)
    widths = {id(width): width for width, _, _ in nodes}
    # Far from overflow the short form of log(1 + exp(theta)) serves.
    plain = bool(np.max(np.abs(theta0)) + 10 * max(np.max(s * width) for width in widths.values()) < 700.0)
    slope_of_f = s * y - e
    parts = {key: (s * width, slope_of_f * width, -0.5 * width * width) for key, width in widths.items()}
    total = np.zeros_like(e)
    e1, e2, g1, g2 = np.zeros((4, *e.shape)) if derivatives else (total,) * 4
    odds, f, work = np.empty_like(e), np.empty_like(e), np.empty_like(e)
    for width, x, log_weight in nodes:
        stride, linear, square = parts[id(width)]
        np.multiply(stride, x, out=odds)
        odds += theta0
        # f = log integrand less its value at the mode.
        if plain:
            np.exp(odds, out=odds)
            np.log1p(odds, out=f)
        else:
            f[...] = softplus(odds)
            np.exp(np.minimum(odds, 300.0), out=odds)
        f *= n
        np.subtract(plus0, f, out=f)
        np.multiply(square, x, out=work)
        work += linear
        work *= x
        f += work
        f += log_weight
        # Where badly placed nodes could overflow the sum is worked again (see `_integrate`).
        np.minimum(f, 600.0, out=f)
        np.exp(f, out=f)
        f *= width
        total += f
        if derivatives:
            p = odds / (1 + odds)
            g = y - n * p
            d = width * x
            e1 += f * d
            e2 += f * d * d
            g1 += f * g
            g2 += f * (g * g - n * p * (1 - p))
    value = y * theta0 - plus0 - e * e / 2 + np.log(total) - 0.5 * np.log(2 * np.pi)
    if not derivatives:
        return (value,)
    # Two forms of the derivatives in m: through e where the data rule or the spread is wide, and through the score
    # g = d log L / d theta elsewhere. The first cancels for small s, the second where L has an edge narrower than s.
    information = s * s * n * (p := share(theta0)) * (1 - p)
    through_e = (information > 1) | (s > 0.5)
    safe = np.where(through_e, s, 1.0)
    e1, g1 = e1 / total, g1 / total
    first = np.where(through_e, (e + e1) / safe, g1)
    second = np.where(through_e, (e2 / total - e1 * e1 - 1) / (safe * safe), g2 / total - g1 * g1)
    return value, first, second


def _integrate(
    y: Array, n: Array, m: Array, s: Array, accuracy: Accuracy, derivatives: bool, anchored: bool
) -> tuple[Array, ...]:
    """Log of the integral of L(m + s e) phi(e) over e; with `derivatives` also its first two derivatives in m.

    `y`, `n`, `s` have shape (R,), `m` and the results (M, R): the long axis last, where NumPy is fast. With
    `anchored`, mode and width are found at three of the M centres and interpolated to the rest, for they only place
    the nodes; areas for which that will not do are worked again.
    """
    at = m[[0, m.shape[0] // 2, -1]] if anchored else m
    e, curvature, skewness = effect_mode(y, n, at, s)
    skew = np.abs(skewness).max(axis=0) > accuracy.hermite_skewness
    again = np.zeros(y.size, dtype=bool)
    out = np.empty((3 if derivatives else 1, *m.shape))
    if skew.mean() < 0.5:
        # Copying out the nearly normal rows would cost more than working the few others twice.
        centre, scale = e, 1 / np.sqrt(curvature)
        if anchored:
            centre, scale = _through_three(at, e, m), np.exp(_through_three(at, np.log(scale), m))
            p = share(m + s * centre)
            gap = s * (y - n * p) - centre
            again = np.any(gap * gap > 0.25 * (1 + s * s * n * p * (1 - p)), axis=0)
        x, log_weight = hermite(accuracy.hermite_nodes)
        nodes = [(scale, float(a), float(b)) for a, b in zip(x, log_weight, strict=True)]
        for k, part in enumerate(_accumulate(y, n, m, s, centre, nodes, derivatives)):
            out[k] = part
        again &= ~skew
        rest = np.flatnonzero(skew)
    else:
        again = ~skew
        rest = np.flatnonzero(skew)
    if rest.size:
        yr, nr, sr, mr = y[rest], n[rest], s[rest], m[:, rest]
        er, cr = (e[:, rest], curvature[:, rest]) if not anchored else effect_mode(yr, nr, mr, sr)[:2]
        t, w = legendre(accuracy.effect_nodes)
        nodes = [
            (width, float(side * a), float(np.log(b)))
            for width, side in zip(effect_widths(yr, nr, mr, sr, er, cr, accuracy.log_drop), (-1.0, 1.0), strict=True)
            for a, b in zip(t, w, strict=True)
        ]
        for k, part in enumerate(_accumulate(yr, nr, mr, sr, er, nodes, derivatives)):
            out[k][:, rest] = part
    if again.any():
        redo = np.flatnonzero(again)
        for k, part in enumerate(_integrate(y[redo], n[redo], m[:, redo], s[redo], accuracy, derivatives, False)):
            out[k][:, redo] = part
    return tuple(out)


def _through_three(at: Array, values: Array, m: Array) -> Array:
    """Parabola through `values` at three centres `at`, both (3, R), taken at `m` (M, R), by Newton's differences."""
    a, b, c = at
    first = (values[1] - values[0]) / (b - a)
    second = ((values[2] - values[1]) / (c - b) - first) / (c - a)
    out = m - b
    out *= second
    out += first
    out *= m - a
    out += values[0]
    return np.asarray(out)


def log_marginal(
    y: Array,
    n: Array,
    owner: NDArray[np.int64],
    m: Array,
    s: Array,
    accuracy: Accuracy,
    *,
    offset: Array | None = None,
    derivatives: bool = False,
) -> tuple[Array, ...]:
    """Log-likelihood of centre and spread given all areas, (C, M); on request also two derivatives in the centre.

    `y` and `n` are counts and populations (persons) of B data sets, (B, J). Each of C cells belongs to the data set
    `owner`, (C,), has centres `m` in rising order, (C, M), and a spread `s`, (C,), all in log-odds. An area's own
    centre lies `offset`, (B, J), above the common one. METHODS eq. 14.
    """
    C, M = m.shape
    J = y.shape[1]
    out = np.zeros((3 if derivatives else 1, M, C))
    centres = m.T
    areas = max(1, min(J, BLOCK // M))
    cells = max(1, BLOCK // (M * areas))
    anchored = M > 4 and J >= _MANY
    for i in range(0, C, cells):
        at = slice(i, i + cells)
        count = owner[at].size
        for j in range(0, J, areas):
            ys, ns = y[owner[at], j : j + areas], n[owner[at], j : j + areas]
            width = ys.shape[1]
            own = np.repeat(centres[:, at], width, axis=1)
            if offset is not None:
                own += offset[owner[at], j : j + areas].ravel()
            parts = _integrate(ys.ravel(), ns.ravel(), own, np.repeat(s[at], width), accuracy, derivatives, anchored)
            for k, part in enumerate(parts):
                out[k, :, at] += part.reshape(M, count, width).sum(axis=2)
    return tuple(np.ascontiguousarray(a.T) for a in out)
