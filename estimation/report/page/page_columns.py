"""Draws as whole numbers of one or two bytes, small enough to travel inside a page.

The same numbers are read back here and in the page, so that both compute from one set of draws.
"""

import base64
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.model.region.region import Array


@dataclass(frozen=True, eq=False)
class Column:
    """Draws of one quantity: ``low + step * code``, the quantity or its logarithm.

    Attributes
    ----------
    codes : ndarray of unsigned int, shape (m,)
        One or two bytes each.
    low, step : float
        Value of code 0, and of one step.
    log : bool
        Whether the values are logarithms of the quantity.
    """

    codes: npt.NDArray[np.uint8 | np.uint16]
    low: float
    step: float
    log: bool

    def stored(self) -> Array:
        """The values as stored: the quantity, or its logarithm if `log`; shape (m,)."""
        return np.asarray(self.low + self.step * self.codes.astype(float))

    def values(self) -> Array:
        """The quantity, shape (m,)."""
        return np.exp(self.stored()) if self.log else self.stored()

    def card(self) -> dict[str, object]:
        """What the page reads: `bytes` each, `low`, `step`, `log` and the codes in base64, low byte first."""
        size = self.codes.dtype.itemsize
        data = base64.b64encode(self.codes.astype(f"<u{size}").tobytes()).decode()
        return {"bytes": size, "low": self.low, "step": self.step, "log": self.log, "data": data}


def column(values: Array, *, log: bool, size: int = 2) -> Column:
    """Code draws in even steps between their ends.

    Parameters
    ----------
    values : ndarray of shape (m,)
        Finite; above 0 if `log`.
    log : bool
        Whether steps are even on the log scale.
    size : {1, 2}
        Bytes each.

    Returns
    -------
    Column

    Raises
    ------
    EstimationError
        A value that cannot be coded.

    Notes
    -----
    Two bytes over a thousandfold range are steps of a hundredth of a percent, far below any simulation error.

    Examples
    --------
    >>> column(np.array([1.0, 10.0, 100.0]), log=True).values().round(3).tolist()
    [1.0, 10.0, 100.0]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.log(values) if log else np.asarray(values, float)
    if kept.size == 0 or not np.isfinite(kept).all():
        raise EstimationError(
            "draws for a page must be finite numbers" + (" above 0" if log else ""), "some are not", "check the run"
        )
    most = 256**size - 1
    low, high = float(kept.min()), float(kept.max())
    step = (high - low) / most
    codes = np.zeros(kept.size) if step == 0 else np.rint((kept - low) / step)
    return Column(codes.astype(np.uint8 if size == 1 else np.uint16), low, step, log)
