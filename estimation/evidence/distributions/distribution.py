"""What every shape of a judgement offers: density, distribution and quantile function, mean, and a line in words."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from estimation.errors import AssumptionError

Array = npt.NDArray[np.float64]
# In files a parameter has its everyday name; `mean` and `median` are methods of the classes below.
SPOKEN = {"mean_value": "mean", "median_value": "median"}


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
        return {SPOKEN.get(field.name, field.name): getattr(self, field.name) for field in fields(self)}

    def describe(self) -> str:
        """One line for tables, such as ``pert(low=0, mode=0.5, high=1)``."""
        inside = ", ".join(f"{key}={_plain(value)}" for key, value in self.parameters().items())
        return f"{self.name}({inside})"

    def _require(self, holds: bool, rule: str) -> None:
        if not holds:
            raise AssumptionError(rule, self.describe(), "correct the parameters of the distribution")


def _plain(value: Any) -> str:
    return f"[{', '.join(map(_plain, value))}]" if isinstance(value, tuple) else f"{value:g}"
