"""Draws, and functions of them, coded small enough to travel inside a page.

The same numbers are read back here and in the page, so that both compute from one set of draws.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.model.region.region import Array

_ERROR: Final = 1e-5
"""Largest error of a table, at any draw, in the unit of its function."""
_PLACES: Final = 6
_THIRDS: Final = np.arange(4) / 3


@dataclass(frozen=True, eq=False)
class Column:
    """Draws of one quantity: ``low + step * code``, the quantity or its logarithm."""

    codes: npt.NDArray[np.uint8 | np.uint16]  # one or two bytes each, shape (m,)
    low: float
    step: float
    log: bool  # whether the values are logarithms of the quantity

    def stored(self) -> Array:
        """The values as stored: the quantity, or its logarithm if `log`; shape (m,)."""
        return np.asarray(self.low + self.step * self.codes.astype(float))

    def values(self) -> Array:
        """The quantity, shape (m,)."""
        return self.at(self.codes)

    def at(self, codes: npt.ArrayLike) -> Array:
        """The quantity at codes, which need not be whole: any shape, same shape out."""
        stored = self.low + self.step * np.asarray(codes, float)
        return np.exp(stored) if self.log else stored

    def card(self) -> dict[str, object]:
        """What the page reads: `bytes` each, `low`, `step`, `log` and the codes in base64, low byte first."""
        size = self.codes.dtype.itemsize
        data = base64.b64encode(self.codes.astype(f"<u{size}").tobytes()).decode()
        return {"bytes": size, "low": self.low, "step": self.step, "log": self.log, "data": data}


def column(values: Array, *, log: bool, size: int = 2) -> Column:
    """Code draws, shape (m,), in even steps between their ends, on the log scale if `log`: one or two bytes each.

    Raises `EstimationError` for a value that is not finite, or not above 0 if `log`.

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


@dataclass(frozen=True, eq=False)
class Table:
    """Several functions of one column, each tabulated on the same cells of its codes."""

    ends: npt.NDArray[np.int64]  # codes at which cells begin and end, increasing, shape (cells + 1,)
    values: Array  # of each function at ends and thirds of the cells, shape (functions, 3 * cells + 1)

    def read(self, function: int, codes: npt.NDArray[np.uint8 | np.uint16]) -> Array:
        """One function at codes between the outer ends, shape (m,): in each cell the cubic through its four values."""
        cell = np.maximum(np.searchsorted(self.ends, codes) - 1, 0)
        t = 3 * (codes - self.ends[cell]) / (self.ends[cell + 1] - self.ends[cell])
        a, b, c, d = (self.values[function][3 * cell + third] for third in range(4))
        outer = (a * (1 - t) * (2 - t) * (3 - t) + d * t * (t - 1) * (t - 2)) / 6
        return np.asarray(outer + (b * t * (2 - t) * (3 - t) + c * t * (t - 1) * (3 - t)) / 2)

    def card(self) -> dict[str, object]:
        """Ends and values as the page reads them."""
        return {"ends": self.ends.tolist(), "values": self.values.tolist()}


def table(drawn: Column, functions: Callable[[Array], Array]) -> Table:
    """Tabulate functions of a column, finely where they bend: at each draw the table misses them by at most `_ERROR`.

    The functions take values of the quantity, shape (k,), and give finite values, shape (functions, k).

    Notes
    -----
    A cell in which the cubic misses a draw by more is cut in two. A cell of three codes or fewer is kept: its values
    stand at the codes themselves, or closer to one another than draws are told apart.
    """
    codes = np.unique(drawn.codes)
    true = functions(drawn.at(codes))
    first, last = int(codes[0]), max(int(codes[-1]), int(codes[0]) + 1)
    done: list[tuple[int, Array]] = []
    waiting = [(first, last)]
    while waiting:
        low, high = waiting.pop()
        values = np.round(functions(drawn.at(low + (high - low) * _THIRDS)), _PLACES)
        inside = (codes >= low) & (codes <= high)
        cell = Table(np.array([low, high]), values)
        error = max(
            np.abs(cell.read(row, codes[inside]) - each[inside]).max(initial=0.0) for row, each in enumerate(true)
        )
        if error > _ERROR and high - low > 3:
            middle = (low + high) // 2
            waiting += [(middle, high), (low, middle)]
        else:
            done.append((low, values))
    ends = np.array([*(low for low, _ in done), last])
    return Table(ends, np.hstack([*(values[:, :3] for _, values in done), done[-1][1][:, 3:]]))
