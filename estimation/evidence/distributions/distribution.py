"""What every distribution offers: quantiles, probabilities, density, mean, and a line in words."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from estimation.errors import AssumptionError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Distribution:
    """Distribution of one number; each shape defines the underscored methods below for arrays.

    Attributes
    ----------
    name : str
        The word used for it in an assumptions file.
    """

    name: ClassVar[str] = ""

    def ppf(self, q: npt.ArrayLike) -> Array:
        """Quantile function: `q` in [0, 1], any shape; same shape out, in the distribution's unit."""
        return self._ppf(np.asarray(q, float))

    def cdf(self, x: npt.ArrayLike) -> Array:
        """Probability of a value at or below `x`, any shape."""
        return self._cdf(np.asarray(x, float))

    def pdf(self, x: npt.ArrayLike) -> Array:
        """Density at `x`, any shape, per unit of `x`."""
        return self._pdf(np.asarray(x, float))

    def logpdf(self, x: npt.ArrayLike) -> Array:
        """Logarithm of the density at `x`; minus infinity outside the support."""
        return self._logpdf(np.asarray(x, float))

    def mean(self) -> float:
        """Expected value; infinite where the integral diverges."""
        return self._mean()

    def median(self) -> float:
        """Value with probability one half on either side."""
        return float(self.ppf(0.5))

    def support(self) -> tuple[float, float]:
        """Smallest and largest possible value."""
        return float(self.ppf(0.0)), float(self.ppf(1.0))

    @classmethod
    def parameter_fields(cls) -> dict[str, str]:
        """Fields by the names that files give them: `mean` and `median` there, methods here."""
        return {field.name.removesuffix("_value"): field.name for field in fields(cls)}

    def parameters(self) -> dict[str, Any]:
        """Parameters by name, as an assumptions file writes them."""
        return {key: getattr(self, field) for key, field in self.parameter_fields().items()}

    def describe(self) -> str:
        """One line for tables, such as ``pert(low=0, mode=0.5, high=1)``."""
        inside = ", ".join(f"{key}={_plain(value)}" for key, value in self.parameters().items())
        return f"{self.name}({inside})"

    def _ppf(self, q: Array) -> Array:
        raise NotImplementedError

    def _cdf(self, x: Array) -> Array:
        raise NotImplementedError

    def _pdf(self, x: Array) -> Array:
        raise NotImplementedError

    def _logpdf(self, x: Array) -> Array:
        with np.errstate(divide="ignore"):
            return np.log(self._pdf(x))

    def _mean(self) -> float:
        raise NotImplementedError

    def _require(self, holds: bool, rule: str) -> None:
        if not holds:
            raise AssumptionError(
                f"{self.name} needs {rule}", self.describe(), "correct the parameters of the distribution"
            )


def _plain(value: Any) -> str:
    return f"[{', '.join(map(_plain, value))}]" if isinstance(value, tuple) else f"{value:g}"
