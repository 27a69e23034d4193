"""Priors as the fit uses them: the spread on its prior's normal scores, the centre by its log density.

No prior is chosen here; the caller passes them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from estimation.errors import EstimationError, require
from estimation.model.region.region import Array

STEP = 1 / 32  # of the table of log spread against normal score
_LOWEST, _HIGHEST = -8.0, 30.0
_HIGHEST_BY_PPF = 7.5  # beyond, 1 - q is too coarse a number for a quantile function


@dataclass(frozen=True)
class SpreadScale:
    """The spread as a function of its normal score: s(z) = Q(Phi(z)), Q the prior's quantile function.

    In z every continuous prior is the standard normal, so one integration rule fits all of them.
    """

    start: float  # first normal score covered
    stop: float
    log_spread: Array  # log s at `start`, `start + STEP`, ...; a single value for a known spread

    @property
    def known(self) -> bool:
        """Whether the spread is a number, not a distribution."""
        return self.log_spread.size == 1

    def spread(self, z: Array) -> Array:
        """Spread (log-odds) at normal scores `z`, by cubic interpolation of log s."""
        if self.known:
            return np.full_like(z, np.exp(self.log_spread[0]))
        x = (z - self.start) / STEP
        i = np.clip(x.astype(np.int64), 1, self.log_spread.size - 3)
        t = x - i
        a, b, c, d = (self.log_spread[i + k] for k in (-1, 0, 1, 2))
        # Lagrange's cubic through four neighbours.
        return np.exp(
            -a * t * (t - 1) * (t - 2) / 6
            + b * (t + 1) * (t - 1) * (t - 2) / 2
            - c * (t + 1) * t * (t - 2) / 2
            + d * (t + 1) * t * (t - 1) / 6
        )


def spread_scale(prior: Any) -> SpreadScale:
    """Check a spread prior and tabulate it on its normal scores.

    The prior is a known spread >= 0 (log-odds), or a distribution on (0, inf) with `ppf`; `isf`, `mean` and `cdf` are
    used where it has them. An `EstimationError` says if it is missing, negative, has mass at 0 or no finite mean.

    **Assumes:** the prior is continuous with one connected support.

    METHODS eq. 16.
    """
    if prior is None:
        raise EstimationError(
            "spread_prior has no default: one county cannot estimate the spread between counties",
            prior,
            "pass a distribution fitted on areas whose rates are all known, or a number for a known spread",
        )
    if isinstance(prior, int | float | np.number):
        finite = bool(np.isfinite(prior) and prior >= 0)
        require(finite, "a known spread must be a finite number >= 0", prior, "pass an SD in log-odds")
        with np.errstate(divide="ignore"):
            return SpreadScale(0.0, 0.0, np.log(np.array([float(prior)])))
    if not hasattr(prior, "ppf"):
        raise EstimationError(
            "spread_prior must be a number or have a quantile function ppf(q)",
            type(prior).__name__,
            "pass a frozen scipy distribution or an entry of the register",
        )
    lowest = float(prior.ppf(0.0))
    if not lowest >= 0:
        raise EstimationError(
            "spread_prior must not reach below 0", lowest, "use a distribution on (0, inf), such as a half-normal"
        )
    # A heavy lower tail may round to 0 without any mass there: the distribution function says which it is.
    if float(prior.cdf(0.0)) > 0 if hasattr(prior, "cdf") else float(prior.ppf(1e-9)) <= 0:
        raise EstimationError(
            "spread_prior must have no mass at 0",
            prior.ppf(1e-9),
            "use a continuous prior, and fit spread_prior=0 apart to see the limit of no spread",
        )
    mean = float(prior.mean()) if hasattr(prior, "mean") and callable(prior.mean) else _mean(prior.ppf)
    if not np.isfinite(mean):
        raise EstimationError(
            "spread_prior must have a finite mean, or the centre has none",
            mean,
            "use a lighter tail (half-normal, half-t with 3 degrees of freedom) or truncate it",
        )
    exact = hasattr(prior, "isf")
    z = np.arange(_LOWEST, (_HIGHEST if exact else _HIGHEST_BY_PPF) + STEP / 2, STEP)
    upper = prior.isf if exact else lambda q: prior.ppf(1 - q)
    with np.errstate(all="ignore"):
        s = np.where(z <= 0, prior.ppf(ndtr(z)), upper(ndtr(-z)))
        log_spread = np.log(s)
    good = np.isfinite(log_spread)
    middle = int(np.searchsorted(z, 0.0))
    bad_low = np.flatnonzero(~good[:middle])
    bad_high = np.flatnonzero(~good[middle:])
    first = int(bad_low[-1]) + 1 if bad_low.size else 0
    last = middle + int(bad_high[0]) if bad_high.size else z.size
    return SpreadScale(float(z[first]), float(z[last - 1]), log_spread[first:last])


def _mean(ppf: Callable[[Any], Any]) -> float:
    """Mean by quantiles, infinite when the far tail carries more than a tenth of it."""
    q = 1 - np.logspace(0, -15, 4001)
    values = np.asarray(ppf((q[1:] + q[:-1]) / 2), dtype=float) * np.diff(q)
    return float(values.sum()) if values[q[1:] > 1 - 1e-9].sum() < 0.1 * values.sum() else np.inf


@dataclass(frozen=True)
class Centre:
    """Log prior density of the centre and a step for its derivatives; flat when `log_density` is None."""

    log_density: Callable[[Array], Array] | None
    step: float = 1.0

    def value(self, m: Array, *, derivatives: bool) -> tuple[Array, ...]:
        """Log density at `m`; with `derivatives` also two, by central differences."""
        if self.log_density is None:
            return (np.zeros_like(m),) * (3 if derivatives else 1)
        here = self.log_density(m)
        if not derivatives:
            return (here,)
        h = self.step
        below, above = self.log_density(m - h), self.log_density(m + h)
        return here, (above - below) / (2 * h), (above - 2 * here + below) / h**2


def centre_density(prior: Any) -> Centre:
    """Wrap a centre prior: None (flat), or a distribution with `logpdf` or `pdf`, and `ppf`."""
    if prior is None:
        return Centre(None)
    if not hasattr(prior, "ppf") or not (hasattr(prior, "logpdf") or hasattr(prior, "pdf")):
        raise EstimationError(
            "centre_prior must be None (flat) or have ppf(q) and logpdf(x) or pdf(x)",
            type(prior).__name__,
            "pass a frozen scipy distribution or an entry of the register",
        )
    if np.isfinite(prior.ppf(0.0)) or np.isfinite(prior.ppf(1.0)):
        raise EstimationError(
            "centre_prior must reach over all log-odds",
            f"one from {float(prior.ppf(0.0)):.3g} to {float(prior.ppf(1.0)):.3g}",
            "use a normal, logistic or t distribution, whose density is smooth",
        )

    def log_density(m: Array) -> Array:
        if hasattr(prior, "logpdf"):
            return np.asarray(prior.logpdf(m), dtype=np.float64)
        with np.errstate(divide="ignore"):
            return np.log(np.asarray(prior.pdf(m), dtype=np.float64))

    quartiles = float(prior.ppf(0.75)) - float(prior.ppf(0.25))
    return Centre(log_density, 1e-3 * quartiles)
