"""The spread of one system split into a part between parents and a part within them.

A parent is the larger unit an area lies in: a prefecture for counties, a state for US counties.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import interpolate, optimize, stats

from estimation.errors import EstimationError, require
from estimation.model.region.region import Array
from estimation.model.spread.area_checks import check_areas
from estimation.model.spread.marginal import gauss_hermite, log_marginal
from estimation.model.spread.spread import fit_spread
from estimation.model.spread.spread_profile import LARGEST_SPREAD, Profile

_PARENT_NODES = 9
_AREA_NODES = 15
_DENSE = np.linspace(0.0, 1.0, 199)
_CURVE = np.array([0.0, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0])


@dataclass(frozen=True, eq=False)
class SpreadDecomposition:
    """Spread between and within the parents of one system, by maximum likelihood."""

    areas: int  # their number
    parents: int
    centre: float  # mean of log-odds
    tau: float  # SD of an area's log-odds over the whole, √(tau_between² + tau_within²)
    tau_between: float  # SD of the parents' effects, log-odds
    tau_within: float  # SD of areas within a parent, log-odds
    rho: float  # tau_between² / tau², share of the variance between parents, 0-1; NaN if tau is 0
    rho_low: float  # 95% profile-likelihood interval of rho; 0 or 1 where that end is not excluded
    rho_high: float
    log_likelihood: float  # at the maximum, binomial coefficients included
    curve_rho: Array  # values of rho, shape (R,)
    curve_log_likelihood: Array  # and there the profile log-likelihood less its maximum: what `rho_prior` combines


def decompose(counts: npt.ArrayLike, populations: npt.ArrayLike, parents: npt.ArrayLike) -> SpreadDecomposition:
    """Split the spread of log-odds into a part between parents and a part within them.

    Parameters
    ----------
    counts, populations : array_like, shape (K,)
        persons, as in `spread.fit_spread`.
    parents : array_like, shape (K,)
        Name or code of the parent of each area.

    Raises
    ------
    EstimationError
        As `spread.fit_spread`; also if parents are missing, fewer than two, or each holds one area only.

    Notes
    -----
    **Assumes:** logit p_i = centre + u_[parent of i] + v_i, u ~ Normal(0, tau_between²), v ~ Normal(0, tau_within²),
    independent, the same within-parent spread in every parent; counts binomial.

    Exact up to quadrature, by nesting: with L_i of METHODS eq. 14,
    L_j = ∫ Π_{i in j} L_i(centre + tau_between u, tau_within) φ(u) du by adaptive Gauss-Hermite (9 nodes for a
    parent, 15 for an area). Gradients are posterior means over the same nodes. With few parents maximum likelihood
    understates tau_between by about √((J - 1) / J); the profile of rho is then wide, and says so.

    References
    ----------
    METHODS eq. 32.
    Rabe-Hesketh, Skrondal and Pickles (2005), J. Econometrics 128, 301-323, doi:10.1016/j.jeconom.2004.08.017
    (nested adaptive quadrature).

    Examples
    --------
    >>> split = decompose([12, 15, 11, 60, 55, 70, 30, 25], [400] * 8, list("aaabbbcc"))
    >>> print(f"{split.tau_between:.2f} {split.tau_within:.2f} {split.rho:.2f}")
    0.69 0.00 1.00
    """
    y, n = check_areas(counts, populations)
    start = fit_spread(y, n)
    codes, number = _codes(parents, y.size)
    order = np.argsort(codes, kind="stable")
    model = _Nested(y[order], n[order], codes[order], number)

    guess = np.array([start.centre, np.log(max(start.tau, 0.02))])
    curve = np.empty(_CURVE.size)
    best = np.empty((_CURVE.size, 2))
    middle = _CURVE.size // 2
    for path in (range(middle, _CURVE.size), range(middle - 1, -1, -1)):
        at = guess if path.start == middle else best[middle]
        for k in path:
            best[k], curve[k] = model.maximise(float(_CURVE[k]), at)
            if best[k][1] < guess[1] - 1.0:  # Near tau = 0 the likelihood is flat; the hill may lie elsewhere.
                again, height = model.maximise(float(_CURVE[k]), guess)
                best[k], curve[k] = (again, height) if height > curve[k] else (best[k], curve[k])
            at = best[k]
    rho, theta, top = _peak(model, best, curve)
    if top - Profile(y, n, np.ones(y.size))(0.0)[0] < 1e-4:
        # Binomial noise explains all: no spread to split, every rho as likely as any other.
        nothing = np.zeros(_DENSE.size)
        return SpreadDecomposition(
            y.size, number, float(theta[0]), 0.0, 0.0, 0.0, float("nan"), 0.0, 1.0, top, _DENSE, nothing
        )
    points = dict(zip(_CURVE.tolist(), curve.tolist(), strict=True)) | {rho: top}
    exact = cache(lambda value: model.maximise(value, theta)[1])
    target = top - 0.5 * float(stats.chi2.ppf(0.95, 1))
    spread = float(np.exp(theta[1]))
    rho_low, rho_high = (_crossing(points, exact, target, end) for end in (0.0, 1.0))
    return SpreadDecomposition(
        areas=y.size,
        parents=number,
        centre=float(theta[0]),
        tau=spread,
        tau_between=spread * float(np.sqrt(rho)),
        tau_within=spread * float(np.sqrt(1.0 - rho)),
        rho=rho,
        rho_low=rho_low,
        rho_high=rho_high,
        log_likelihood=top,
        curve_rho=_DENSE,
        curve_log_likelihood=np.asarray(_interpolator(points)(_DENSE) - top, dtype=np.float64),
    )


def _codes(parents: npt.ArrayLike, size: int) -> tuple[npt.NDArray[np.intp], int]:
    """Position of each area's parent among the parents' sorted names, and the number of parents."""
    names = np.asarray(parents, dtype=object)
    got = f"shape {names.shape} for {size} areas"
    require(names.shape == (size,), "parents must name one parent per area", got, "give one per area")
    missing = [k for k, name in enumerate(names) if name is None or name == "" or name != name]
    if missing:
        raise EstimationError(
            "every area needs a parent", f"none for area {missing[0]} ({len(missing)} such)", "name it or drop the area"
        )
    unique, codes = np.unique(names.astype(str), return_inverse=True)
    require(
        unique.size >= 2,
        "a split between and within parents needs at least two parents",
        f"one parent, {str(unique[0])!r}",
        "use fit_spread for the spread within this one parent",
    )
    require(
        unique.size < size,
        "a split between and within parents needs a parent with two areas or more",
        f"{size} areas in {size} parents",
        "use fit_spread, or coarser parents",
    )
    return np.asarray(codes, dtype=np.intp), int(unique.size)


class _Nested:
    """Log-likelihood of (centre, log tau) at a fixed rho, areas sorted by parent."""

    def __init__(self, y: Array, n: Array, codes: npt.NDArray[np.intp], parents: int) -> None:
        self.y, self.n, self.codes = y, n, codes
        self.first = np.searchsorted(codes, np.arange(parents))
        self.mode = np.zeros(parents)

    def maximise(self, rho: float, start: Array) -> tuple[Array, float]:
        """Best (centre, log tau) for this rho, and the log-likelihood there.

        log tau moves by one at most before the search starts afresh: a longer step can end where tau is so small that
        the likelihood is flat.
        """
        theta, value = start, -np.inf
        for _ in range(25):
            found, better = self._maximise_near(rho, theta)
            stuck = abs(found[1] - theta[1]) < 0.999 or better < value + 1e-7
            theta, value = found, better
            if stuck:
                break
        return theta, value

    def _maximise_near(self, rho: float, start: Array) -> tuple[Array, float]:
        # Steps in rough standard errors, so that the first one is neither too long nor too short.
        tau = float(np.exp(start[1]))
        errors = np.array([tau / np.sqrt(self.first.size), 1.0 / np.sqrt(2.0 * self.y.size)])

        def objective(steps: Array) -> tuple[float, Array]:
            theta = start + errors * steps
            value, gradient = self(float(theta[0]), float(np.exp(theta[1])), rho)
            return -value, -gradient * errors

        high = min(1.0, np.log(LARGEST_SPREAD) - start[1])
        found = optimize.minimize(
            objective,
            np.zeros(2),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-30.0 / errors[0], 30.0 / errors[0]), (-1.0 / errors[1], float(high / errors[1]))],
            options={"ftol": 1e-12, "gtol": 1e-4},
        )
        return start + errors * np.asarray(found.x, dtype=np.float64), -float(found.fun)

    def __call__(self, centre: float, tau: float, rho: float) -> tuple[float, Array]:
        """Log-likelihood and its gradient in (centre, log tau)."""
        between, within = tau * np.sqrt(rho), tau * np.sqrt(1.0 - rho)
        precision = self._find_mode(centre, between, within)
        x, log_weight = gauss_hermite(_PARENT_NODES)
        scale = np.sqrt(2.0 / precision)
        u = self.mode + scale * x[:, None]
        area = log_marginal(self.y, self.n, centre + between * u[:, self.codes], within, nodes=_AREA_NODES)
        log_terms = self._by_parent(area.log_likelihood) - 0.5 * u**2 + log_weight[:, None]
        log_parent = np.logaddexp.reduce(log_terms, axis=0)
        weight = np.exp(log_terms - log_parent)
        d_centre = self._by_parent(area.d_centre)
        d_log_tau = between * u * d_centre + within * self._by_parent(area.d_spread)
        value = float(np.sum(log_parent + np.log(scale)) - 0.5 * scale.size * np.log(2.0 * np.pi))
        return value, np.array([np.sum(weight * d_centre), np.sum(weight * d_log_tau)])

    def _by_parent(self, values: Array) -> Array:
        return np.add.reduceat(values, self.first, axis=-1)

    def _find_mode(self, centre: float, between: float, within: float) -> Array:
        """Newton on the concave log integrand of each parent, from where it stood last; its curvature."""
        for _ in range(30):
            area = log_marginal(self.y, self.n, centre + between * self.mode[self.codes], within, nodes=_AREA_NODES)
            gradient = between * self._by_parent(area.d_centre) - self.mode
            precision = 1.0 - between**2 * self._by_parent(area.dd_centre)
            limit = 3.0 / max(between, 1e-3)
            step = np.clip(gradient / precision, -limit, limit)
            if float(np.max(step**2 * precision)) < 1e-4:
                break
            self.mode = self.mode + step
        return precision


def _peak(model: _Nested, best: Array, curve: Array) -> tuple[float, Array, float]:
    """Refine the maximum over rho between the neighbours of the best point of the curve."""
    k = int(np.argmax(curve))
    low, high = _CURVE[max(k - 1, 0)], _CURVE[min(k + 1, _CURVE.size - 1)]
    found = optimize.minimize_scalar(
        lambda rho: -model.maximise(float(rho), best[k])[1],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-4},
    )
    if -found.fun <= curve[k]:  # The maximum sits on a point of the curve, as it does when rho is 0 or 1.
        return float(_CURVE[k]), best[k], float(curve[k])
    theta, top = model.maximise(float(found.x), best[k])
    return float(found.x), theta, top


def _crossing(points: dict[float, float], exact: Callable[[float], float], target: float, end: float) -> float:
    """Where the profile of rho falls to the target between its peak and one end; the end if it never does.

    The curve is interpolated and made exact where it seems to cross, twice; `points` keeps what is learnt.
    """
    peak = max(points, key=lambda rho: points[rho])
    crossing = end
    if peak == end or points[end] >= target:
        return end
    low, high = sorted((peak, end))
    for _ in range(3):
        height = _interpolator(points)
        crossing = float(optimize.brentq(lambda rho, at: float(at(rho)) - target, low, high, args=(height,), xtol=1e-7))
        if crossing in points or abs(exact(crossing) - target) < 1e-3:
            break
        points[crossing] = exact(crossing)
    return crossing


def _interpolator(points: dict[float, float]) -> interpolate.PchipInterpolator:
    return interpolate.PchipInterpolator(sorted(points), [points[rho] for rho in sorted(points)])
