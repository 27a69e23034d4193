"""Shapes of judgements in closed form, frozen; Student's are in `student_shapes`.

They use `scipy.special` because importing `scipy.stats` takes longer than a whole run.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.errors import AssumptionError
from estimation.evidence.distributions.distribution import Array, Distribution

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

# Quantiles of a beta asked for at once from which on a spline is worth making; log-odds that it reaches, and shapes
# below which its knots would lie too far apart.
_MANY: Final = 5_000
_FAR: Final = 8.0
_STEEP: Final = 0.3


@dataclass(frozen=True)
class Point(Distribution):
    """A value held fixed.

    Examples
    --------
    >>> float(Point(18).ppf(0.3))
    18.0
    """

    value: float
    name: ClassVar[str] = "point"

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        return np.full(np.shape(q), float(self.value))

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        return (np.asarray(x, float) >= self.value).astype(float)

    def pdf(self, x: npt.ArrayLike) -> Array:  # noqa: ARG002
        """See `Distribution.pdf`; a point has no density, so this raises."""
        raise AssumptionError(
            "a fixed value has no density",
            self.describe(),
            "give a distribution, or treat the value as known",
        )

    def mean(self) -> float:
        """See `Distribution.mean`."""
        return float(self.value)


@dataclass(frozen=True)
class Uniform(Distribution):
    """Every value between `low` and `high` equally likely."""

    low: float
    high: float
    name: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        self._require(self.low < self.high, "uniform needs low below high")

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        return self.low + (self.high - self.low) * np.asarray(q, float)

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        return np.clip((np.asarray(x, float) - self.low) / (self.high - self.low), 0.0, 1.0)

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        at = np.asarray(x, float)
        return np.where((at >= self.low) & (at <= self.high), 1.0 / (self.high - self.low), 0.0)

    def mean(self) -> float:
        """See `Distribution.mean`."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Normal(Distribution):
    """Normal with `mean_value` and `sd`."""

    mean_value: float
    sd: float
    name: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        self._require(self.sd > 0, "normal needs sd above 0")

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        return self.mean_value + self.sd * special.ndtri(np.asarray(q, float))

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        return special.ndtr((np.asarray(x, float) - self.mean_value) / self.sd)

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        return np.exp(self.logpdf(x))

    def logpdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.logpdf`; finite where the density itself is too small for a float."""
        z = (np.asarray(x, float) - self.mean_value) / self.sd
        return -0.5 * z * z - math.log(self.sd * math.sqrt(2 * math.pi))

    def mean(self) -> float:
        """See `Distribution.mean`."""
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
        self._require(self.scale > 0, "half_normal needs scale above 0")

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        return self.scale * special.ndtri(0.5 + 0.5 * np.asarray(q, float))

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        return np.asarray(special.erf(np.maximum(np.asarray(x, float), 0.0) / (self.scale * math.sqrt(2))))

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        return np.exp(self.logpdf(x))

    def logpdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.logpdf`; finite where the density itself is too small for a float."""
        at = np.asarray(x, float)
        value = -0.5 * (at / self.scale) ** 2 + 0.5 * math.log(2 / math.pi) - math.log(self.scale)
        return np.where(at >= 0, value, -np.inf)

    def mean(self) -> float:
        """See `Distribution.mean`."""
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
        self._require(self.median_value > 0 and self.sigma > 0, "lognormal needs median and sigma above 0")

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        return self.median_value * np.exp(self.sigma * special.ndtri(np.asarray(q, float)))

    def _z(self, x: Array) -> Array:
        return (np.log(x) - math.log(self.median_value)) / self.sigma

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        at = np.asarray(x, float)
        return np.where(at > 0, special.ndtr(self._z(np.where(at > 0, at, 1.0))), 0.0)

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        return np.exp(self.logpdf(x))

    def logpdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.logpdf`."""
        at = np.asarray(x, float)
        inside = at > 0
        positive = np.where(inside, at, 1.0)
        value = -0.5 * self._z(positive) ** 2 - np.log(positive * self.sigma * math.sqrt(2 * math.pi))
        return np.where(inside, value, -np.inf)

    def mean(self) -> float:
        """See `Distribution.mean`."""
        return self.median_value * math.exp(self.sigma**2 / 2)


@dataclass(frozen=True)
class Triangular(Distribution):
    """Straight lines up from `low` to `mode` and down to `high`."""

    low: float
    mode: float
    high: float
    name: ClassVar[str] = "triangular"

    def __post_init__(self) -> None:
        self._require(
            self.low <= self.mode <= self.high and self.low < self.high,
            "triangular needs low at most mode at most high, low below high",
        )

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        p = np.asarray(q, float)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        # Ratios first: products of widths can pass the largest number there is.
        rising = self.low + width * np.sqrt(p * (left / width))
        falling = self.high - width * np.sqrt((1 - p) * (right / width))
        return np.where(p * width < left, rising, falling)

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        at = np.clip(np.asarray(x, float), self.low, self.high)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = (at - self.low) / width * ((at - self.low) / left)
            falling = 1 - (self.high - at) / width * ((self.high - at) / right)
        return np.where(at < self.mode, rising, np.where(right > 0, falling, 1.0))

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        at = np.asarray(x, float)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = 2 * ((at - self.low) / left) / width
            falling = 2 * ((self.high - at) / right) / width
        inside = (at >= self.low) & (at <= self.high)
        return np.where(inside, np.where((at < self.mode) | (right == 0), rising, falling), 0.0)

    def mean(self) -> float:
        """See `Distribution.mean`."""
        return (self.low + self.mode + self.high) / 3


@dataclass(frozen=True)
class Beta(Distribution):
    """Beta with shapes `a` and `b`, on 0-1."""

    a: float
    b: float
    name: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        self._require(self.a > 0 and self.b > 0, "beta needs a and b above 0")

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        p = np.asarray(q, float)
        if p.size < _MANY or min(self.a, self.b) < _STEEP:
            return special.betaincinv(self.a, self.b, p)
        # Smooth in the log-odds of p: a spline through 4,097 exact values is right to ten digits and ten times as fast.
        odds = special.logit(p)
        found = np.asarray(_beta_spline(self.a, self.b)(odds))
        beyond = ~(np.abs(odds) <= _FAR)
        found[beyond] = special.betaincinv(self.a, self.b, p[beyond])
        return found

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        return np.asarray(special.betainc(self.a, self.b, np.clip(np.asarray(x, float), 0.0, 1.0)))

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        at = np.asarray(x, float)
        inside = (at >= 0) & (at <= 1)
        at = np.where(inside, at, 0.5)
        value = np.exp(
            special.xlogy(self.a - 1, at) + special.xlog1py(self.b - 1, -at) - special.betaln(self.a, self.b)
        )
        return np.where(inside, value, 0.0)

    def mean(self) -> float:
        """See `Distribution.mean`."""
        return self.a / (self.a + self.b)


@lru_cache(maxsize=64)
def _beta_spline(a: float, b: float) -> "CubicSpline":
    from scipy.interpolate import CubicSpline  # here, because an import takes longer than most estimates need

    odds = np.linspace(-_FAR, _FAR, 4097)
    return CubicSpline(odds, special.betaincinv(a, b, special.expit(odds)))


@dataclass(frozen=True)
class Pert(Distribution):
    """A beta stretched over `low` to `high` with its peak at `mode`; mean (low + 4 mode + high) / 6.

    References
    ----------
    Malcolm et al. 1959, doi:10.1287/opre.7.5.646: the mean; the beta with shape sum 6 that has it is the usual form.

    Examples
    --------
    >>> Pert(0, 0.5, 1).mean()
    0.5
    """

    low: float
    mode: float
    high: float
    name: ClassVar[str] = "pert"

    def __post_init__(self) -> None:
        self._require(
            self.low <= self.mode <= self.high and self.low < self.high,
            "pert needs low at most mode at most high, low below high",
        )

    def _beta(self) -> Beta:
        width = self.high - self.low
        return Beta(1 + 4 * (self.mode - self.low) / width, 1 + 4 * (self.high - self.mode) / width)

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        return self.low + (self.high - self.low) * self._beta().ppf(q)

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        return self._beta().cdf((np.asarray(x, float) - self.low) / (self.high - self.low))

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        width = self.high - self.low
        return self._beta().pdf((np.asarray(x, float) - self.low) / width) / width

    def mean(self) -> float:
        """See `Distribution.mean`."""
        return (self.low + 4 * self.mode + self.high) / 6


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
        self._require(len(p) == len(x) >= 2, "quantiles needs as many probabilities as values, two or more")
        self._require(p[0] == 0 and p[-1] == 1, "quantiles needs probabilities that start at 0 and end at 1")
        self._require(
            bool(np.all(np.diff(p) > 0) and np.all(np.diff(x) > 0)),
            "quantiles needs probabilities and values that increase",
        )

    def ppf(self, q: npt.ArrayLike) -> Array:
        """See `Distribution.ppf`."""
        return np.asarray(np.interp(np.asarray(q, float), self.probabilities, self.values))

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        return np.asarray(np.interp(np.asarray(x, float), self.values, self.probabilities))

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        at = np.asarray(x, float)
        slopes = np.diff(self.probabilities) / np.diff(self.values)
        inside = (at >= self.values[0]) & (at <= self.values[-1])
        segment = np.clip(np.searchsorted(self.values, at, side="right") - 1, 0, len(slopes) - 1)
        return np.where(inside, slopes[segment], 0.0)

    def mean(self) -> float:
        """See `Distribution.mean`."""
        x = np.asarray(self.values)
        return float(np.sum(np.diff(self.probabilities) * (x[1:] + x[:-1]) / 2))
