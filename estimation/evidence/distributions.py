"""The shapes a judgement can take: eleven frozen distributions with density, cdf and quantile function.

Only what the register needs; they use `scipy.special` because importing `scipy.stats` takes longer than a whole run.
"""

import difflib
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.errors import AssumptionError

Array = npt.NDArray[np.float64]
# In files a parameter has its everyday name; `mean` and `median` are methods of the classes below.
_SPOKEN = {"mean_value": "mean", "median_value": "median"}


@dataclass(frozen=True)
class Distribution:
    """What all shapes offer: `ppf`, `cdf`, `pdf`, `logpdf`, `mean`, `median` on numbers or arrays.

    Attributes
    ----------
    name : str
        The word used for it in an assumptions file.
    """

    name: ClassVar[str] = ""

    def ppf(self, q: npt.ArrayLike) -> Array:
        """Quantile function: `q` in [0, 1], any shape; same shape out, in the distribution's unit."""
        raise NotImplementedError

    def cdf(self, x: npt.ArrayLike) -> Array:
        """Probability of a value at or below `x`, any shape."""
        raise NotImplementedError

    def pdf(self, x: npt.ArrayLike) -> Array:
        """Density at `x`, any shape, per unit of `x`."""
        raise NotImplementedError

    def logpdf(self, x: npt.ArrayLike) -> Array:
        """Logarithm of the density at `x`; minus infinity outside the support."""
        with np.errstate(divide="ignore"):
            return np.log(self.pdf(x))

    def mean(self) -> float:
        """Expected value; infinite where the integral diverges."""
        raise NotImplementedError

    def median(self) -> float:
        """Value with probability one half on either side."""
        return float(self.ppf(0.5))

    def support(self) -> tuple[float, float]:
        """Smallest and largest possible value."""
        return float(self.ppf(0.0)), float(self.ppf(1.0))

    def parameters(self) -> dict[str, Any]:
        """Parameters by name, as an assumptions file writes them."""
        return {_SPOKEN.get(field.name, field.name): getattr(self, field.name) for field in fields(self)}

    def describe(self) -> str:
        """One line for tables, such as ``pert(low=0, mode=0.5, high=1)``."""
        inside = ", ".join(f"{key}={_plain(value)}" for key, value in self.parameters().items())
        return f"{self.name}({inside})"

    def _require(self, holds: bool, rule: str) -> None:
        if not holds:
            raise AssumptionError(rule, self.describe(), "correct the parameters of the distribution")


def _plain(value: Any) -> str:
    return f"[{', '.join(map(_plain, value))}]" if isinstance(value, tuple) else f"{value:g}"


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
        rising = self.low + np.sqrt(p * width * left)
        falling = self.high - np.sqrt((1 - p) * width * right)
        return np.where(p * width < left, rising, falling)

    def cdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.cdf`."""
        at = np.clip(np.asarray(x, float), self.low, self.high)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = (at - self.low) ** 2 / (width * left)
            falling = 1 - (self.high - at) ** 2 / (width * right)
        return np.where(at < self.mode, rising, np.where(right > 0, falling, 1.0))

    def pdf(self, x: npt.ArrayLike) -> Array:
        """See `Distribution.pdf`."""
        at = np.asarray(x, float)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = 2 * (at - self.low) / (width * left)
            falling = 2 * (self.high - at) / (width * right)
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
        return special.betaincinv(self.a, self.b, np.asarray(q, float))

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


SHAPES: Mapping[str, type[Distribution]] = {
    shape.name: shape
    for shape in (Point, Uniform, Normal, HalfNormal, HalfT, Lognormal, LogT, Triangular, Pert, Beta, Quantiles)
}


def parse(table: object) -> Distribution:
    """Make a distribution from a table such as ``{"name": "pert", "low": 0, "mode": 1, "high": 2}``.

    Parameters
    ----------
    table : mapping
        `name` and the parameters of that shape, all finite numbers.

    Returns
    -------
    Distribution

    Raises
    ------
    AssumptionError
        No table, unknown name, missing or unknown parameter, a value that is no finite number, or parameters that
        make no distribution.

    Examples
    --------
    >>> parse({"name": "half_normal", "scale": 1.0})
    HalfNormal(scale=1.0)
    """
    if not isinstance(table, Mapping) or "name" not in table:
        raise AssumptionError(
            "a distribution is a table with a name",
            repr(table),
            'write { name = "pert", low = .., mode = .., high = .. }',
        )
    name = table["name"]
    if not isinstance(name, str) or name not in SHAPES:
        close = difflib.get_close_matches(str(name), SHAPES, n=1)
        hint = f"did you mean {close[0]!r}" if close else f"use one of {', '.join(SHAPES)}"
        raise AssumptionError("the distribution must be a known one", repr(name), hint)
    shape = SHAPES[name]
    wanted = {_SPOKEN.get(field.name, field.name): field.name for field in fields(shape)}
    given = {key: value for key, value in table.items() if key != "name"}
    if set(given) != set(wanted):
        raise AssumptionError(
            f"{name} takes the parameters {', '.join(wanted)}",
            ", ".join(given) or "none",
            "give exactly these",
        )
    read = _numbers if shape is Quantiles else _number
    return shape(**{wanted[key]: read(name, key, value) for key, value in given.items()})


def _is_number(value: object) -> bool:
    # The largest float also bounds whole numbers, which a file may write with any number of digits.
    largest = sys.float_info.max
    return isinstance(value, int | float) and not isinstance(value, bool) and -largest <= value <= largest


def _number(name: str, key: str, value: Any) -> float:
    if not _is_number(value):
        raise AssumptionError(f"{key} of {name} must be a finite number", f"{value!r:.40}", "write a plain number")
    return float(value)


def _numbers(name: str, key: str, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or not all(map(_is_number, value)):
        raise AssumptionError(
            f"{key} of {name} must be a list of finite numbers", f"{value!r:.40}", "write [0, 0.5, 1] and the like"
        )
    return tuple(float(item) for item in value)
