"""Slopes of log-odds on the areas' covariates, integrated out on nodes of their own.

Given the slopes a data set is one without covariates whose areas lie some offset above or below the centre; `grid`
fits it. Here are the nodes at which that is done, what each weighs, and draws between them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from estimation.errors import require
from estimation.model.fit.grid import crossings, rough_evidence
from estimation.model.fit.posterior_tables import distribution, invert
from estimation.model.fit.priors import SpreadScale
from estimation.model.fit.quadrature import Accuracy, barycentric, interpolation, legendre
from estimation.model.region.region import Array

_FARTHEST = 8.0  # normal score of a prior beyond which no slope is looked for
_SCAN = 13  # slopes of each covariate looked at in each pass that locates the posterior
_SCANS = 6  # such passes
_CORE = 0.5  # fall of the log posterior by which the crowding of nodes goes
_FINE = 41  # and at which a range is checked
_OPEN, _NEEDED = 0.5, 0.6  # shares: of the drop that an end must reach, and of a range that the posterior takes up
_PASSES = 5  # fits of the nodes of one data set, at most
_LONGEST = 1000  # draws of several slopes made together


@dataclass(frozen=True)
class SlopeScale:
    """Slopes of C covariates as functions of their priors' normal scores: b(z) = Q(Phi(z)), Q a quantile function."""

    priors: tuple[Any, ...]  # a number where the slope is known

    def known(self, column: int) -> bool:
        """Whether the slope of a covariate is a number, not a distribution."""
        return isinstance(self.priors[column], int | float | np.number)

    def slopes(self, z: Array) -> Array:
        """Slopes, log-odds per unit of the covariate, at normal scores of shape (..., C); same shape."""
        found = np.empty_like(z)
        for column in range(len(self.priors)):
            found[..., column] = self.slope(column, z[..., column])
        return found

    def slope(self, column: int, z: Array) -> Array:
        """Slopes of one covariate at normal scores `z` of any shape."""
        prior = self.priors[column]
        if self.known(column):
            return np.full_like(z, float(prior))
        upper = prior.isf if hasattr(prior, "isf") else lambda q: prior.ppf(1 - q)
        return np.asarray(np.where(z <= 0, prior.ppf(ndtr(z)), upper(ndtr(-z))), dtype=np.float64)


def slope_scale(prior: Any, columns: int) -> SlopeScale:
    """Check the priors of the slopes: one for all covariates, or a list with one for each.

    Each is a known slope or a continuous distribution with `ppf`; `isf` is used where there is one.

    METHODS eq. 16.
    """
    priors = tuple(prior) if isinstance(prior, list | tuple) else (prior,) * columns
    rule, remedy = "slope_prior needs one prior for each covariate", "pass one for all, or a list"
    require(len(priors) == columns, rule, f"{len(priors)} for {columns}", remedy)
    for each in priors:
        if isinstance(each, int | float | np.number):
            require(bool(np.isfinite(each)), "a known slope must be finite", each, "pass log-odds per unit")
            continue
        require(
            hasattr(each, "ppf"),
            "slope_prior has no default and must be a number or have a quantile function ppf(q)",
            type(each).__name__,
            "pass a distribution fitted on areas whose rates are all known, or a number for a known slope",
        )
        ends = np.asarray(each.ppf(ndtr(np.array([-_FARTHEST, _FARTHEST]))), dtype=np.float64)
        rule = "slope_prior must have finite quantiles, the lower ones below the upper"
        require(bool(np.all(np.isfinite(ends)) and ends[0] < ends[1]), rule, ends.tolist(), "use a normal or a t")
    return SlopeScale(priors)


@dataclass(frozen=True)
class SlopeNodes:
    """Slopes at which B data sets are fitted: a product of Gauss-Legendre nodes, P in all, over each set's own box."""

    scale: SlopeScale
    counts: tuple[int, ...]  # nodes for each covariate: one where the slope is known or the data do not speak of it
    low: Array  # normal scores where each box begins, shape (B, C)
    high: Array  # and where it ends
    mode: Array  # normal scores about which the nodes crowd, shape (B, C)
    width: Array  # and how closely
    log_evidence: Array  # log of the likelihood at the nodes with centre and spread integrated out, shape (B, P)

    @property
    def size(self) -> int:
        """Number of nodes P."""
        return int(np.prod(self.counts))

    @cached_property
    def scores(self) -> Array:
        """Normal scores of the slopes at the nodes, shape (B, P, C)."""
        return self.at(_product([legendre(count)[0] for count in self.counts]))

    def at(self, part: Array) -> Array:
        """Normal scores (B, P, C) of the slopes at parts (P, C) of the way through their ranges."""
        z = np.empty((len(self.low), *part.shape))
        for column in range(part.shape[1]):
            z[..., column] = self.score(column, part[None, :, column])
        return z

    @cached_property
    def weights(self) -> Array:
        """Posterior weights of the nodes, shape (B, P), each row adding to 1."""
        log_density = self.log_evidence.reshape(-1, *self.counts)
        for column, count in enumerate(self.counts):
            log_density = log_density + self._along(column, legendre(count)[0], np.log(legendre(count)[1]))
        log_density = log_density.reshape(self.log_evidence.shape)
        weight = np.exp(log_density - log_density.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    def marginal(self, column: int) -> Array:
        """Log likelihood (B, K) of one slope at its own nodes, the others integrated out, up to a constant."""
        log_density = self.log_evidence.reshape(-1, *self.counts)
        others = [other for other in range(len(self.counts)) if other != column]
        for other in others:
            t, w = legendre(self.counts[other])
            log_density = log_density + self._along(other, t, np.log(w))
        return np.asarray(np.logaddexp.reduce(log_density, axis=tuple(1 + other for other in others)))

    def score(self, column: int, part: Array, rows: slice = slice(None)) -> Array:
        """Normal scores of a slope at parts (B, Q) of the way through its range: more of them about the mode."""
        mode, width, start, stop = self._range(column, rows)
        return np.asarray(mode + width * np.sinh(start + (stop - start) * part))

    def log_prior(self, column: int, part: Array, rows: slice = slice(None)) -> Array:
        """Log density of the prior of a slope per part of the way through its range, up to a constant."""
        mode, width, start, stop = self._range(column, rows)
        x = start + (stop - start) * part
        return np.asarray(np.log(np.cosh(x)) - 0.5 * (mode + width * np.sinh(x)) ** 2)

    def _range(self, column: int, rows: slice) -> tuple[Array, Array, Array, Array]:
        mode, width = self.mode[rows, column, None], self.width[rows, column, None]
        low, high = (np.arcsinh((each[rows, column, None] - mode) / width) for each in (self.low, self.high))
        return mode, width, low, high

    def _along(self, column: int, part: Array, more: Array) -> Array:
        """Log prior of a slope at its nodes and something more, on an axis of its own."""
        own = self.log_prior(column, part[None]) + more
        return own.reshape(-1, *(own.shape[1] if each == column else 1 for each in range(len(self.counts))))

    def summary(self, nodes: int, levels: Array) -> tuple[Array, Array, Array]:
        """Means and SDs (B, C) and quantiles (B, C, Q) of the slopes, by interpolation to so many `nodes`."""
        B, C = self.low.shape
        mean, sd, quantiles = np.empty((B, C)), np.empty((B, C)), np.empty((B, C, levels.size))
        for column in range(C):
            weight, cubic, _ = distribution(self._fine(self.marginal(column), column, nodes))
            value = self.scale.slope(column, self.score(column, legendre(nodes)[0][None]))
            mean[:, column] = (weight * value).sum(axis=1)
            sd[:, column] = np.sqrt((weight * (value - mean[:, column, None]) ** 2).sum(axis=1))
            at = invert(cubic, np.tile(levels, (B, 1))) / cubic.shape[1]
            quantiles[:, column] = self.scale.slope(column, self.score(column, at))
        return mean, sd, quantiles

    def draw(self, b: int, nodes: int, u: Array) -> tuple[Array, Array]:
        """Slopes (n, C) of data set `b` at uniform `u` (n, C), and weights (n, P) that interpolate between its nodes.

        Covariate by covariate, from the posterior of each slope given those before it.
        """
        if u.shape[1] > 1 and len(u) > _LONGEST:
            parts = [self.draw(b, nodes, u[start : start + _LONGEST]) for start in range(0, len(u), _LONGEST)]
            return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
        row = slice(b, b + 1)
        slopes, W = np.empty_like(u), np.ones((len(u), 1))
        rest = self.log_evidence[row].reshape(1, *self.counts)
        for column, count in enumerate(self.counts):
            own = rest
            for later in range(len(self.counts) - 1, column, -1):
                t, w = legendre(self.counts[later])
                own = np.logaddexp.reduce(own + self.log_prior(later, t[None], row)[0] + np.log(w), axis=-1)
            _, cubic, _ = distribution(self._fine(own, column, nodes, row))
            q = u[:, column, None] if len(own) > 1 else u[None, :, column]
            at = (invert(cubic, q) / cubic.shape[1]).reshape(-1, 1)
            slopes[:, column] = self.scale.slope(column, self.score(column, at, row))[:, 0]
            here = barycentric(count, at[:, 0])
            W = (W[:, :, None] * here[:, None, :]).reshape(len(u), -1)
            rest = np.einsum("nk,nk...->n...", here, np.broadcast_to(rest, (len(u), *rest.shape[1:])))
        return slopes, W

    def _fine(self, own: Array, column: int, nodes: int, rows: slice = slice(None)) -> Array:
        """Log posterior (B, `nodes`) of a slope from its log likelihood at its own nodes."""
        t, _ = legendre(nodes)
        between = interpolation(self.counts[column], tuple(t))
        return np.asarray(own @ between.T + self.log_prior(column, t[None], rows))


def _product(steps: Sequence[Array]) -> Array:
    """Every combination of steps, a row each, shape (P, C): a single row for no steps."""
    grids = np.meshgrid(*steps, indexing="ij")
    return np.stack([grid.ravel() for grid in grids], axis=-1) if grids else np.empty((1, 0))


def locate(
    log_odds: Array, variance: Array, covariates: Array, slopes: SlopeScale, spread: SpreadScale, accuracy: Accuracy
) -> SlopeNodes:
    """Nodes over the slopes' posterior under the normal approximation of every area.

    Log-odds of the areas and their sampling variances have shape (B, J), the covariates (B, J, C). The evidence is left
    empty: it is for `refined`.
    """
    B, _, C = covariates.shape
    speaks = [not slopes.known(column) and bool(covariates[..., column].any()) for column in range(C)]
    counts = tuple(accuracy.slope_nodes if each else 1 for each in speaks)
    high = np.full((B, C), np.sqrt(2 * accuracy.log_drop))
    nodes = SlopeNodes(
        slopes, counts, -high, high, np.zeros((B, C)), np.ones((B, C)), np.zeros((B, int(np.prod(counts))))
    )
    part = _product([np.linspace(0, 1, _SCAN) if each else np.array([0.5]) for each in speaks])
    for _ in range(_SCANS if any(speaks) else 0):
        z = nodes.at(part)
        offset = np.einsum("bpc,bjc->bpj", slopes.slopes(z), covariates)
        guess = (log_odds[:, None] - offset).reshape(-1, log_odds.shape[1])
        evidence = rough_evidence(guess, np.repeat(variance, len(part), axis=0), spread, accuracy.log_drop)
        log_posterior = evidence.reshape(B, -1) - 0.5 * (z**2).sum(axis=-1)
        ends = nodes
        for column in np.flatnonzero(speaks).tolist():
            steps, first = np.unique(part[:, column], return_inverse=True)
            own = np.stack([log_posterior[:, first == k].max(axis=1) for k in range(steps.size)], axis=1)
            at = nodes.score(column, steps[None])
            ends, _ = _moved(ends, column, at, own, accuracy.log_drop, needed=1.0)
            left, right, _, _ = crossings(at, own, _CORE)
            mode, width = ends.mode.copy(), ends.width.copy()
            mode[:, column], width[:, column] = at[np.arange(B), own.argmax(axis=1)], (right - left) / 2
            ends = replace(ends, mode=mode, width=width)
        nodes = ends
    return nodes


def refined(nodes: SlopeNodes, fit: Callable[[NDArray[np.int64], Array], Array], drop: float) -> SlopeNodes:
    """The nodes with their evidence, moved until they hold the posterior.

    `fit` gives the log evidence (R * P,) of some data sets (R,) at slopes (R, P, C).
    """
    evidence = nodes.log_evidence.copy()
    active = np.arange(len(evidence))
    part = np.linspace(0, 1, _FINE)
    for passes in range(_PASSES):
        some = _of(nodes, active)
        evidence[active] = fit(active, nodes.scale.slopes(some.scores)).reshape(len(active), -1)
        some = replace(some, log_evidence=evidence[active])
        moved, ends = np.zeros(active.size, bool), some
        for column, count in enumerate(nodes.counts):
            if count > 1 and passes < _PASSES - 1:
                z = some.score(column, part[None])
                own = some.marginal(column) @ interpolation(count, tuple(part)).T - 0.5 * z * z
                ends, changed = _moved(ends, column, z, own, drop, needed=_NEEDED)
                moved |= changed
        low, high = nodes.low.copy(), nodes.high.copy()
        low[active], high[active] = ends.low, ends.high
        nodes, active = replace(nodes, low=low, high=high), active[moved]
        if active.size == 0:
            break
    return replace(nodes, log_evidence=evidence)


def _of(nodes: SlopeNodes, sets: NDArray[np.int64]) -> SlopeNodes:
    """The nodes of some data sets."""
    arrays = (getattr(nodes, name)[sets] for name in ("low", "high", "mode", "width", "log_evidence"))
    return SlopeNodes(nodes.scale, nodes.counts, *arrays)


def _moved(
    nodes: SlopeNodes, column: int, z: Array, log_posterior: Array, drop: float, *, needed: float
) -> tuple[SlopeNodes, NDArray[np.bool_]]:
    """Nodes with the range of one slope moved to hold its posterior, given at `z` (B, Z), and for which data sets.

    A range stays if the posterior has fallen by `_OPEN` of the drop at both ends, and its part above the drop takes up
    as much of the range as is `needed`.
    """
    first, last, fall_low, fall_high = crossings(z, log_posterior, drop)
    low, high = nodes.low.copy(), nodes.high.copy()
    a, b = low[:, column], high[:, column]
    width = b - a
    open_low, open_high = (fall_low < _OPEN * drop) & (a > -_FARTHEST), (fall_high < _OPEN * drop) & (b < _FARTHEST)
    moved = open_low | open_high | (last - first < needed * width)
    a[moved], b[moved] = (
        np.where(open_low, np.maximum(a - 0.4 * width, -_FARTHEST), first)[moved],
        np.where(open_high, np.minimum(b + 0.4 * width, _FARTHEST), last)[moved],
    )
    return replace(nodes, low=low, high=high), moved
