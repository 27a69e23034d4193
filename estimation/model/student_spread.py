"""Predictive distributions of a spread whose prior was fitted to a handful of families."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from estimation.model.marginal import Floats
from estimation.model.spread_profile import LARGEST_SPREAD

Form: TypeAlias = Literal["lognormal", "half_normal"]


@dataclass(frozen=True)
class StudentSpread:
    """Predictive distribution of a spread: log-t or half-t, cut off at an upper limit.

    Attributes
    ----------
    form : {"lognormal", "half_normal"}
        "lognormal": log tau ~ location + scale t(df). "half_normal": tau ~ scale |t(df)|.
    df : float
        Degrees of freedom: what the number of families allows.
    location : float
        Of log tau; 0 for the half-t.
    scale : float
        Of log tau, or of tau in log-odds.
    upper : float
        Largest spread, log-odds. A log-t without one has no mean.

    Notes
    -----
    **Assumes:** spreads above `upper` are not told apart from `upper`: areas are then all or nothing.

    Examples
    --------
    >>> predictive = StudentSpread("lognormal", df=6, location=np.log(0.8), scale=0.81)
    >>> predictive.ppf([0.025, 0.5, 0.975]).round(2)
    array([0.11, 0.8 , 5.66])
    """

    form: Form
    df: float
    location: float
    scale: float
    upper: float = LARGEST_SPREAD

    def _z(self, x: npt.ArrayLike) -> Floats:
        spread = np.asarray(x, dtype=np.float64)
        if self.form == "half_normal":
            return spread / self.scale
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((np.log(spread) - self.location) / self.scale)

    def _whole(self) -> float:
        """Probability below `upper` before the cut; for the half-t, of one side."""
        below = float(special.stdtr(self.df, self._z(self.upper)))
        return below - 0.5 if self.form == "half_normal" else below

    def logpdf(self, x: npt.ArrayLike) -> Floats:
        """Log density at spreads x (log-odds), any shape; -inf outside (0, upper]."""
        spread = np.asarray(x, dtype=np.float64)
        inside = (spread > 0.0) & (spread <= self.upper)
        at = np.where(inside, spread, self.scale)
        slope = np.log(self.scale) + (np.log(at) if self.form == "lognormal" else 0.0)
        density = stats.t.logpdf(self._z(at), self.df) - slope - np.log(self._whole())
        return np.where(inside, density, -np.inf)

    def pdf(self, x: npt.ArrayLike) -> Floats:
        """Density at spreads x (log-odds), any shape."""
        return np.exp(self.logpdf(x))

    def cdf(self, x: npt.ArrayLike) -> Floats:
        """Probability of a spread at or below x, any shape."""
        at = np.clip(np.asarray(x, dtype=np.float64), 0.0, self.upper)
        start = 0.5 if self.form == "half_normal" else 0.0
        return np.asarray((special.stdtr(self.df, self._z(at)) - start) / self._whole())

    def ppf(self, q: npt.ArrayLike) -> Floats:
        """Spread (log-odds) with probability q in [0, 1] below it, any shape."""
        start = 0.5 if self.form == "half_normal" else 0.0
        return self._spread(special.stdtrit(self.df, start + np.asarray(q, dtype=np.float64) * self._whole()))

    def isf(self, q: npt.ArrayLike) -> Floats:
        """Spread (log-odds) with probability q in [0, 1] above it, any shape; exact far in the tail."""
        beyond = special.stdtr(self.df, -self._z(self.upper))
        above = beyond + np.asarray(q, dtype=np.float64) * self._whole()
        return self._spread(-special.stdtrit(self.df, above))

    def _spread(self, quantile: npt.ArrayLike) -> Floats:
        t = np.asarray(quantile, dtype=np.float64)
        with np.errstate(over="ignore"):
            spread = self.scale * t if self.form == "half_normal" else np.exp(self.location + self.scale * t)
        return np.clip(spread, 0.0, self.upper)

    def mean(self) -> float:
        """Mean spread, log-odds."""
        z = np.linspace(-8.5, 8.5, 20_001)  # trapezoid over normal scores: the spread is bounded there
        spread = np.where(z < 0, self.ppf(special.ndtr(z)), self.isf(special.ndtr(-z)))
        return float(np.trapezoid(spread * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi), z))

    def median(self) -> float:
        """Median spread, log-odds."""
        return float(self.ppf(0.5))

    def rvs(self, size: int | tuple[int, ...], random_state: np.random.Generator) -> Floats:
        """Independent draws, log-odds, from an explicit generator."""
        return self.ppf(random_state.random(size))
