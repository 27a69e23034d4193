"""Distributions with the heavy tails of Student's t: on the whole line, and on positive values up to a cut."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.evidence.distributions.distribution import Array, Distribution


@dataclass(frozen=True)
class StudentT(Distribution):
    """Student's t with `df` degrees of freedom times `scale`, around zero.

    The predictive distribution of a normal around zero whose standard deviation was estimated from a few values.

    Examples
    --------
    >>> StudentT(0.3, 17).ppf([0.025, 0.5]).round(2).tolist()
    [-0.63, 0.0]
    """

    scale: float
    df: float
    name: ClassVar[str] = "t"

    def __post_init__(self) -> None:
        self._require(self.scale > 0 and self.df > 1, "scale above 0 and df above 1")

    def _ppf(self, q: Array) -> Array:
        # SciPy puts the quantile of probability 0 at plus infinity.
        return np.where(q > 0, self.scale * special.stdtrit(self.df, q), np.where(q == 0, -np.inf, np.nan))

    def isf(self, q: npt.ArrayLike) -> Array:
        """Value with probability `q` above it; exact far in the tail, where `ppf` has no digits left."""
        return -self.ppf(q)

    def _cdf(self, x: Array) -> Array:
        return np.asarray(special.stdtr(self.df, x / self.scale))

    def _pdf(self, x: Array) -> Array:
        return np.exp(self._logpdf(x))

    def _logpdf(self, x: Array) -> Array:
        return _log_density(x / self.scale, self.df) - math.log(self.scale)

    def _mean(self) -> float:
        return 0.0


def _log_density(t: Array, df: float) -> Array:
    """Log density of Student's t."""
    constant = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * math.log(df * math.pi)
    return np.asarray(constant - (df + 1) / 2 * np.log1p(t**2 / df))


class _Student(Distribution):
    """What LogT and HalfT share: a function of Student's t that is positive and cut off at `high`."""

    df: float
    high: float
    _start: ClassVar[float]  # probability below the part of the t that is used: 0 for all of it, 1/2 for its upper half

    def _score(self, x: Array) -> Array:
        """Student's t of a value."""
        raise NotImplementedError

    def _value(self, t: Array) -> Array:
        """Value of a t."""
        raise NotImplementedError

    def _log_slope(self, x: Array) -> Array:
        """Log of d score / d x."""
        raise NotImplementedError

    def _whole(self) -> float:
        """Probability of the t that the cut leaves."""
        return float(special.stdtr(self.df, self._score(np.asarray(self.high)))) - self._start

    def _ppf(self, q: Array) -> Array:
        value = self._cut(special.stdtrit(self.df, self._start + q * self._whole()))
        # SciPy puts the quantile of probability 0 at plus infinity.
        return np.asarray(np.where(q > 0, value, np.where(q == 0, 0.0, np.nan)))

    def isf(self, q: npt.ArrayLike) -> Array:
        """Value with probability `q` above it; exact far in the tail, where `ppf` has no digits left."""
        beyond = special.stdtr(self.df, -self._score(np.asarray(self.high)))
        return self._cut(-special.stdtrit(self.df, beyond + np.asarray(q, float) * self._whole()))

    def _cut(self, t: npt.ArrayLike) -> Array:
        """Values of t, none above the cut."""
        with np.errstate(over="ignore"):
            return np.asarray(np.clip(self._value(np.asarray(t, float)), 0.0, self.high))

    def _cdf(self, x: Array) -> Array:
        below = special.stdtr(self.df, self._score(np.clip(x, 0.0, self.high)))
        return np.asarray((below - self._start) / self._whole())

    def _pdf(self, x: Array) -> Array:
        return np.exp(self._logpdf(x))

    def _logpdf(self, x: Array) -> Array:
        inside = (x > 0) & (x <= self.high)
        at = np.where(inside, x, self.high / 2)
        density = _log_density(self._score(at), self.df) + self._log_slope(at)
        return np.where(inside, density - math.log(self._whole()), -np.inf)

    def _mean(self) -> float:
        z = np.linspace(-8.5, 8.5, 20_001)  # trapezoid over normal scores: the value is bounded there
        value = np.where(z < 0, self.ppf(special.ndtr(z)), self.isf(special.ndtr(-z)))
        return float(np.trapezoid(value * np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi), z))


@dataclass(frozen=True)
class LogT(_Student):
    """The logarithm follows Student's t with `df` degrees of freedom around log `median_value`, scaled by `sigma`.

    Cut off at `high`, without which it has no mean. The predictive distribution of a lognormal whose parameters were
    estimated from a few values; its own median lies a little below `median_value` for the cut.

    Examples
    --------
    >>> LogT(0.8, 0.81, 6, 50).ppf([0.025, 0.5, 0.975]).round(2).tolist()
    [0.11, 0.8, 5.66]
    """

    median_value: float
    sigma: float
    df: float
    high: float
    name: ClassVar[str] = "log_t"
    _start: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        positive = min(self.median_value, self.sigma, self.df) > 0
        rule = "median, sigma and df above 0, and high above the median"
        self._require(positive and self.high > self.median_value, rule)

    def _score(self, x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(x) - math.log(self.median_value)) / self.sigma)

    def _value(self, t: Array) -> Array:
        return np.asarray(self.median_value * np.exp(self.sigma * t))

    def _log_slope(self, x: Array) -> Array:
        return np.asarray(-np.log(self.sigma * x))


@dataclass(frozen=True)
class HalfT(_Student):
    """Absolute value of Student's t with `df` degrees of freedom times `scale`, cut off at `high`.

    The predictive distribution of a half-normal whose scale was estimated from a few values.

    Examples
    --------
    >>> HalfT(1.07, 7, 50).ppf([0.5, 0.975]).round(2).tolist()
    [0.76, 3.04]
    """

    scale: float
    df: float
    high: float
    name: ClassVar[str] = "half_t"
    _start: ClassVar[float] = 0.5

    def __post_init__(self) -> None:
        self._require(min(self.scale, self.df, self.high) > 0, "scale, df and high above 0")

    def _score(self, x: Array) -> Array:
        return np.asarray(x / self.scale)

    def _value(self, t: Array) -> Array:
        return np.asarray(self.scale * t)

    def _log_slope(self, x: Array) -> Array:
        return np.full(np.shape(x), -math.log(self.scale))
