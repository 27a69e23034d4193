"""Distributions in closed form; those with Student's heavy tails are in `student_shapes`.

They use `scipy.special` because importing `scipy.stats` takes longer than a whole run.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from scipy import special

from estimation.errors import AssumptionError
from estimation.evidence.distributions.distribution import Array, Distribution

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

# A beta asked for at least so many quantiles at once gets a spline over these log-odds; with a shape parameter below
# the last number its knots would lie too far apart.
_MANY: Final = 5_000
_FAR: Final = 8.0
_STEEP: Final = 0.3


@dataclass(frozen=True)
class Point(Distribution):
    """A value held fixed; it has no density.

    Examples
    --------
    >>> float(Point(18).ppf(0.3))
    18.0
    """

    value: float
    name: ClassVar[str] = "point"

    def _ppf(self, q: Array) -> Array:
        return np.full(q.shape, float(self.value))

    def _cdf(self, x: Array) -> Array:
        return (x >= self.value).astype(float)

    def _pdf(self, x: Array) -> Array:  # noqa: ARG002
        remedy = "give a distribution, or treat the value as known"
        raise AssumptionError("a fixed value has no density", self.describe(), remedy)

    def _mean(self) -> float:
        return float(self.value)


@dataclass(frozen=True)
class Uniform(Distribution):
    """Every value between `low` and `high` equally likely."""

    low: float
    high: float
    name: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        self._require(self.low < self.high, "low below high")

    def _ppf(self, q: Array) -> Array:
        return self.low + (self.high - self.low) * q

    def _cdf(self, x: Array) -> Array:
        return np.clip((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def _pdf(self, x: Array) -> Array:
        return np.where((x >= self.low) & (x <= self.high), 1.0 / (self.high - self.low), 0.0)

    def _mean(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal with `mean_value` and `sd`."""

    mean_value: float
    sd: float
    name: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        self._require(self.sd > 0, "sd above 0")

    def _ppf(self, q: Array) -> Array:
        return self.mean_value + self.sd * special.ndtri(q)

    def _cdf(self, x: Array) -> Array:
        return special.ndtr((x - self.mean_value) / self.sd)

    def _pdf(self, x: Array) -> Array:
        return np.exp(self._logpdf(x))

    def _logpdf(self, x: Array) -> Array:  # finite where the density is too small for a float
        z = (x - self.mean_value) / self.sd
        return -0.5 * z * z - math.log(self.sd * math.sqrt(2 * math.pi))

    def _mean(self) -> float:
        return self.mean_value


@dataclass(frozen=True)
class HalfNormal(Distribution):
    """Absolute value of a normal with mean 0 and standard deviation `scale`.

    Examples
    --------
    >>> round(HalfNormal(1.0).median(), 4)
    0.6745
    """

    scale: float
    name: ClassVar[str] = "half_normal"

    def __post_init__(self) -> None:
        self._require(self.scale > 0, "scale above 0")

    def _ppf(self, q: Array) -> Array:
        return self.scale * special.ndtri(0.5 + 0.5 * q)

    def _cdf(self, x: Array) -> Array:
        return np.asarray(special.erf(np.maximum(x, 0.0) / (self.scale * math.sqrt(2))))

    def _pdf(self, x: Array) -> Array:
        return np.exp(self._logpdf(x))

    def _logpdf(self, x: Array) -> Array:  # finite where the density is too small for a float
        value = -0.5 * (x / self.scale) ** 2 + 0.5 * math.log(2 / math.pi) - math.log(self.scale)
        return np.where(x >= 0, value, -np.inf)

    def _mean(self) -> float:
        return self.scale * math.sqrt(2 / math.pi)


@dataclass(frozen=True)
class Lognormal(Distribution):
    """The logarithm is normal around log `median_value` with standard deviation `sigma`.

    Examples
    --------
    >>> Lognormal(0.8, 0.76).ppf([0.025, 0.975]).round(2).tolist()
    [0.18, 3.55]
    """

    median_value: float
    sigma: float
    name: ClassVar[str] = "lognormal"

    def __post_init__(self) -> None:
        self._require(self.median_value > 0 and self.sigma > 0, "median and sigma above 0")

    def _z(self, x: Array) -> Array:
        return (np.log(x) - math.log(self.median_value)) / self.sigma

    def _ppf(self, q: Array) -> Array:
        return self.median_value * np.exp(self.sigma * special.ndtri(q))

    def _cdf(self, x: Array) -> Array:
        return np.where(x > 0, special.ndtr(self._z(np.where(x > 0, x, 1.0))), 0.0)

    def _pdf(self, x: Array) -> Array:
        return np.exp(self._logpdf(x))

    def _logpdf(self, x: Array) -> Array:
        positive = np.where(x > 0, x, 1.0)
        value = -0.5 * self._z(positive) ** 2 - np.log(positive * self.sigma * math.sqrt(2 * math.pi))
        return np.where(x > 0, value, -np.inf)

    def _mean(self) -> float:
        return self.median_value * math.exp(self.sigma**2 / 2)


@dataclass(frozen=True)
class _Peaked(Distribution):
    """A range with a peak inside it."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        inside = self.low <= self.mode <= self.high and self.low < self.high
        self._require(inside, "low at most mode at most high, low below high")

    def _widths(self) -> tuple[float, float, float]:
        """Width of the range, and of its parts below and above the peak."""
        return self.high - self.low, self.mode - self.low, self.high - self.mode


@dataclass(frozen=True)
class Triangular(_Peaked):
    """Straight lines up from `low` to `mode` and down to `high`."""

    name: ClassVar[str] = "triangular"

    def _ppf(self, q: Array) -> Array:
        width, left, right = self._widths()
        # Ratios first: products of widths can pass the largest number there is.
        rising = self.low + width * np.sqrt(q * (left / width))
        falling = self.high - width * np.sqrt((1 - q) * (right / width))
        return np.where(q * width < left, rising, falling)

    def _cdf(self, x: Array) -> Array:
        width, left, right = self._widths()
        at = np.clip(x, self.low, self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = (at - self.low) / width * ((at - self.low) / left)
            falling = 1 - (self.high - at) / width * ((self.high - at) / right)
        return np.where(at < self.mode, rising, np.where(right > 0, falling, 1.0))

    def _pdf(self, x: Array) -> Array:
        width, left, right = self._widths()
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = 2 * ((x - self.low) / left) / width
            falling = 2 * ((self.high - x) / right) / width
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, np.where((x < self.mode) | (right == 0), rising, falling), 0.0)

    def _mean(self) -> float:
        return (self.low + self.mode + self.high) / 3


@dataclass(frozen=True)
class Pert(_Peaked):
    """A beta stretched over `low` to `high` with its peak at `mode`; mean (low + 4 mode + high) / 6.

    References
    ----------
    Malcolm et al. 1959, doi:10.1287/opre.7.5.646: the mean; the beta with shape sum 6 that has it is the usual form.

    Examples
    --------
    >>> Pert(0, 0.5, 1).mean()
    0.5
    """

    name: ClassVar[str] = "pert"

    def _beta(self) -> "Beta":
        width, left, right = self._widths()
        return Beta(1 + 4 * left / width, 1 + 4 * right / width)

    def _ppf(self, q: Array) -> Array:
        return self.low + (self.high - self.low) * self._beta().ppf(q)

    def _cdf(self, x: Array) -> Array:
        return self._beta().cdf((x - self.low) / (self.high - self.low))

    def _pdf(self, x: Array) -> Array:
        width = self.high - self.low
        return self._beta().pdf((x - self.low) / width) / width

    def _mean(self) -> float:
        return (self.low + 4 * self.mode + self.high) / 6


@dataclass(frozen=True)
class Beta(Distribution):
    """Beta with shapes `a` and `b`, on 0-1."""

    a: float
    b: float
    name: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        self._require(self.a > 0 and self.b > 0, "a and b above 0")

    def _ppf(self, q: Array) -> Array:
        if q.size < _MANY or min(self.a, self.b) < _STEEP:
            return special.betaincinv(self.a, self.b, q)
        # Smooth in the log-odds of q: a spline through 4,097 exact values is right to ten digits and ten times as fast.
        odds = special.logit(q)
        found = np.asarray(_beta_spline(self.a, self.b)(odds))
        beyond = ~(np.abs(odds) <= _FAR)
        found[beyond] = special.betaincinv(self.a, self.b, q[beyond])
        return found

    def _cdf(self, x: Array) -> Array:
        return np.asarray(special.betainc(self.a, self.b, np.clip(x, 0.0, 1.0)))

    def _pdf(self, x: Array) -> Array:
        inside = (x >= 0) & (x <= 1)
        at = np.where(inside, x, 0.5)
        constant = special.betaln(self.a, self.b)
        value = np.exp(special.xlogy(self.a - 1, at) + special.xlog1py(self.b - 1, -at) - constant)
        return np.where(inside, value, 0.0)

    def _mean(self) -> float:
        return self.a / (self.a + self.b)


@lru_cache(maxsize=64)
def _beta_spline(a: float, b: float) -> "CubicSpline":
    from scipy.interpolate import CubicSpline  # here, because an import takes longer than most estimates need

    odds = np.linspace(-_FAR, _FAR, 4097)
    return CubicSpline(odds, special.betaincinv(a, b, special.expit(odds)))


@dataclass(frozen=True)
class Quantiles(Distribution):
    """Values stated at probabilities, straight lines between them; the first is 0 and the last 1.

    Examples
    --------
    >>> float(Quantiles((0, 0.5, 1), (0.2, 0.6, 1.0)).ppf(0.25))
    0.4
    """

    probabilities: tuple[float, ...]
    values: tuple[float, ...]
    name: ClassVar[str] = "quantiles"

    def __post_init__(self) -> None:
        p, x = self.probabilities, self.values
        self._require(len(p) == len(x) >= 2, "as many probabilities as values, two or more")
        self._require(p[0] == 0 and p[-1] == 1, "probabilities that start at 0 and end at 1")
        increase = bool(np.all(np.diff(p) > 0) and np.all(np.diff(x) > 0))
        self._require(increase, "probabilities and values that increase")

    def _ppf(self, q: Array) -> Array:
        return np.asarray(np.interp(q, self.probabilities, self.values))

    def _cdf(self, x: Array) -> Array:
        return np.asarray(np.interp(x, self.values, self.probabilities))

    def _pdf(self, x: Array) -> Array:
        slopes = np.diff(self.probabilities) / np.diff(self.values)
        inside = (x >= self.values[0]) & (x <= self.values[-1])
        segment = np.clip(np.searchsorted(self.values, x, side="right") - 1, 0, len(slopes) - 1)
        return np.where(inside, slopes[segment], 0.0)

    def _mean(self) -> float:
        x = np.asarray(self.values)
        return float(np.sum(np.diff(self.probabilities) * (x[1:] + x[:-1]) / 2))
