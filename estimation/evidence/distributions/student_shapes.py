"""Shapes of judgements with heavy tails: Student's t carried to positive values and cut off above."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.evidence.distributions.distribution import Array, Distribution


@dataclass(frozen=True)
class _Student(Distribution):
    """Student's t carried to positive values and cut off above: what LogT and HalfT share."""

    def _limits(self) -> tuple[float, float, float]:
        """Degrees of freedom, cut, and where the t starts: 0 for one half of it, 1/2 of the probability below."""
        raise NotImplementedError

    def _score(self, x: Array) -> Array:
        """The t of a value."""
        raise NotImplementedError

    def _value(self, t: Array) -> Array:
        """The value of a t."""
        raise NotImplementedError

    def _log_slope(self, x: Array) -> Array:
        """Log of d score / d x."""
        raise NotImplementedError

    def _whole(self) -> float:
        df, high, start = self._limits()
        return float(special.stdtr(df, self._score(np.asarray(high)))) - start

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        df, high, start = self._limits()
        p = np.asarray(q, float)
        with np.errstate(over="ignore"):
            value = self._value(np.asarray(special.stdtrit(df, start + p * self._whole()), float))
        # SciPy puts the quantile of probability 0 at plus infinity.
        return np.asarray(np.where(p > 0, np.clip(value, 0.0, high), np.where(p == 0, 0.0, np.nan)))

    def isf(self, q: npt.ArrayLike) -> Array:
        """Value with probability `q` above it; exact far in the tail, where `ppf` has no digits left."""
        df, high, _ = self._limits()
        beyond = special.stdtr(df, -self._score(np.asarray(high)))
        with np.errstate(over="ignore"):
            value = self._value(-np.asarray(special.stdtrit(df, beyond + np.asarray(q, float) * self._whole()), float))
        return np.asarray(np.clip(value, 0.0, high))

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        df, high, start = self._limits()
        at = np.clip(np.asarray(x, float), 0.0, high)
        return np.asarray((special.stdtr(df, self._score(at)) - start) / self._whole())

    def logpdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.logpdf`."""
        df, high, _ = self._limits()
        at = np.asarray(x, float)
        inside = (at > 0) & (at <= high)
        at = np.where(inside, at, high / 2)
        constant = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - 0.5 * math.log(df * math.pi)
        density = constant - (df + 1) / 2 * np.log1p(self._score(at) ** 2 / df) + self._log_slope(at)
        return np.where(inside, density - math.log(self._whole()), -np.inf)

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        return np.exp(self.logpdf(x))

    def mean(self) -> float:
        """See `Distribution.mean`."""
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

    def __post_init__(self) -> None:
        self._require(
            min(self.median_value, self.sigma, self.df) > 0 and self.high > self.median_value,
            "log_t needs median, sigma and df above 0, and high above the median",
        )

    def _limits(self) -> tuple[float, float, float]:
        return self.df, self.high, 0.0

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

    def __post_init__(self) -> None:
        self._require(min(self.scale, self.df, self.high) > 0, "half_t needs scale, df and high above 0")

    def _limits(self) -> tuple[float, float, float]:
        return self.df, self.high, 0.5

    def _score(self, x: Array) -> Array:
        return np.asarray(x / self.scale)

    def _value(self, t: Array) -> Array:
        return np.asarray(self.scale * t)

    def _log_slope(self, x: Array) -> Array:
        return np.full(np.shape(x), -math.log(self.scale))
