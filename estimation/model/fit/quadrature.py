"""Integrals of areas' binomial likelihoods over the areas' own effects, by quadrature adapted to every integrand.

Nothing here knows of priors: in go counts, centres and spreads, out come log marginal likelihoods. It serves the grid
of `transfer`: many data sets at once, zeros among the counts, nodes shared by neighbouring centres. `marginal` has the
same integral with the derivatives in the spread that a maximum-likelihood fit needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from estimation.model.fit.binomial import effect_mode, effect_widths, share, softplus
from estimation.model.fit.gauss import Array, hermite, legendre

_Side: TypeAlias = tuple[Array, Array, Array]

MANY = 16  # areas from which neighbouring centres share the placing of nodes
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
    log_drop: float
    symmetric: bool = False

    def suited(self, areas: int, *, many_cases: bool) -> "Accuracy":
        """Fewer nodes where the likelihood is smoother.

        With many cases it is nearly normal in the centre; the more areas, the shorter the range of spreads; with
        one area it hardly depends on the spread.
        """
        if not many_cases:
            return replace(self, spread_nodes=self.spread_nodes // (2 if areas == 1 else 1))
        many = areas >= MANY
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
    log_drop=22.0,
)


def _accumulate(
    y: Array, n: Array, m: Array, s: Array, e: Array, sides: Sequence[_Side], slopes: bool
) -> tuple[Array, ...]:
    """Integral as in `_integrate` by nodes e + width x; a side is its width, its nodes x and their log weights."""
    theta0 = m + s * e
    plus0 = n * softplus(theta0)
    # Far from overflow the short form of log(1 + exp(theta)) serves.
    plain = bool(np.max(np.abs(theta0)) + 10 * max(np.max(s * width) for width, _, _ in sides) < 700.0)
    slope_of_f = s * y - e
    total = np.zeros_like(e)
    e1, e2, g1, g2 = np.zeros((4, *e.shape)) if slopes else (total,) * 4
    odds, f, work = np.empty_like(e), np.empty_like(e), np.empty_like(e)
    for width, nodes, log_weights in sides:
        stride, linear, square = s * width, slope_of_f * width, -0.5 * width * width
        for x, log_weight in zip(nodes.tolist(), log_weights.tolist(), strict=True):
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
            if slopes:
                p = odds / (1 + odds)
                g = y - n * p
                d = width * x
                e1 += f * d
                e2 += f * d * d
                g1 += f * g
                g2 += f * (g * g - n * p * (1 - p))
    value = y * theta0 - plus0 - e * e / 2 + np.log(total) - 0.5 * np.log(2 * np.pi)
    if not slopes:
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
    y: Array, n: Array, m: Array, s: Array, accuracy: Accuracy, slopes: bool, anchored: bool
) -> tuple[Array, ...]:
    """Log of the integral of L(m + s e) phi(e) over e; with `slopes` also its first two derivatives in m.

    `y`, `n`, `s` have shape (R,), `m` and the results (M, R): the long axis last, where NumPy is fast. With
    `anchored`, mode and width are found at three of the M centres and interpolated to the rest, for they only place
    the nodes; areas for which that will not do are worked again.
    """
    at = m[[0, m.shape[0] // 2, -1]] if anchored else m
    e, curvature, skewness = effect_mode(y, n, at, s)
    skew = np.abs(skewness).max(axis=0) > accuracy.hermite_skewness
    again = ~skew
    out = np.empty((3 if slopes else 1, *m.shape))
    if skew.mean() < 0.5:
        # Copying out the nearly normal rows would cost more than working the few others twice.
        centre, width = e, 1 / np.sqrt(curvature)
        again[:] = False
        if anchored:
            centre, width = _through_three(at, e, m), np.exp(_through_three(at, np.log(width), m))
            p = share(m + s * centre)
            gap = s * (y - n * p) - centre
            again = ~skew & np.any(gap * gap > 0.25 * (1 + s * s * n * p * (1 - p)), axis=0)
        out[:] = _accumulate(y, n, m, s, centre, [(width, *hermite(accuracy.hermite_nodes))], slopes)
    if skew.any():
        rest = np.flatnonzero(skew)
        yr, nr, sr, mr = y[rest], n[rest], s[rest], m[:, rest]
        er, cr = (e[:, rest], curvature[:, rest]) if not anchored else effect_mode(yr, nr, mr, sr)[:2]
        left, right = effect_widths(yr, nr, mr, sr, er, cr, accuracy.log_drop)
        t, w = legendre(accuracy.effect_nodes)
        out[:, :, rest] = _accumulate(yr, nr, mr, sr, er, [(left, -t, np.log(w)), (right, t, np.log(w))], slopes)
    if again.any():
        redo = np.flatnonzero(again)
        out[:, :, redo] = _integrate(y[redo], n[redo], m[:, redo], s[redo], accuracy, slopes, False)
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
    y: Array, n: Array, owner: NDArray[np.int64], m: Array, s: Array, accuracy: Accuracy, *, slopes: bool = False
) -> tuple[Array, ...]:
    """Log-likelihood of centre and spread given all areas; with `slopes` also two derivatives in the centre.

    Parameters
    ----------
    y, n : ndarray of shape (B, J)
        Counts and populations (persons) of B data sets.
    owner : ndarray of shape (C,)
        Data set of each cell.
    m : ndarray of shape (C, M)
        Centres (log-odds), in rising order.
    s : ndarray of shape (C,)
        Spreads (log-odds).
    accuracy : Accuracy
        Nodes of the areas' effects.
    slopes : bool
        Whether to give the derivatives.

    Returns
    -------
    tuple of ndarray of shape (C, M)
        The value; with `slopes` also the first and second derivative.

    References
    ----------
    METHODS eq. 14.
    """
    C, M = m.shape
    J = y.shape[1]
    out = np.zeros((3 if slopes else 1, M, C))
    centres = m.T
    areas = max(1, min(J, BLOCK // M))
    cells = max(1, BLOCK // (M * areas))
    anchored = M > 4 and J >= MANY
    for i in range(0, C, cells):
        at = slice(i, i + cells)
        count = owner[at].size
        for j in range(0, J, areas):
            ys, ns = y[owner[at], j : j + areas], n[owner[at], j : j + areas]
            width = ys.shape[1]
            parts = _integrate(
                ys.ravel(),
                ns.ravel(),
                np.repeat(centres[:, at], width, axis=1),
                np.repeat(s[at], width),
                accuracy,
                slopes,
                anchored,
            )
            for k, part in enumerate(parts):
                out[k, :, at] += part.reshape(M, count, width).sum(axis=2)
    return tuple(np.ascontiguousarray(a.T) for a in out)
