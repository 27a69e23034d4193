"""What the page computes, in Python: a setting and the embedded draws in, quantiles and chances out.

`page_files/draws.js` does the same in the same order; a browser test holds the two together.

Notes
-----
One rule for quantiles, here and there: draws in increasing order (equal ones in the order kept) with weights w, each
standing at ``(w_1 + .. + w_i - w_i / 2) / sum(w)``; straight lines between their logarithms, flat beyond the ends. This
is Hazen's rule with weights (Hyndman and Fan 1996, doi:10.2307/2684934, definition 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.model.region.region import RUNGS, SOURCES, Array
from estimation.report.page.page_draws import Bounds, PageDraws, Slider

PARTS: Final = ("either", "camp", "prison")
"""Camp or prison, ever in a camp, sentenced to prison."""
LEVELS: Final = (0.95, 0.8, 0.5)
DOTS: Final = 50
"""Dots of the dot plot: each stands for one of fifty equally likely totals."""
FEW: Final = 400.0
"""Below this many effective draws a warning is shown; the ends of a 95% interval then rest on fewer than ten."""
TOO_FEW: Final = 100.0
"""Below this many no sentence is given."""
HEAVIEST: Final = 0.05
"""Nor where one draw carries more than this share."""


@dataclass(frozen=True)
class Setting:
    """What the reader chose."""

    scope: str  # whom to count
    part: str = "either"  # one of `PARTS`
    kinds: int = 0  # set of kinds of other sources in use: bit b for kind b
    stops: Mapping[str, int] = field(default_factory=dict)  # of sliders; the register's own where silent
    # Factor on the region's adults. Other than 1 it leaves the other sources out, whose figures were weighed with the
    # adults of the tables.
    people: float = 1.0
    level: float = 0.95  # one of `LEVELS`


@dataclass(frozen=True)
class Step:
    """One rung under a setting: median and ends of its interval, and their simulation errors, persons."""

    rung: str
    low: float
    median: float
    high: float
    low_error: float
    median_error: float
    high_error: float
    effective: float  # effective draws, by Kish
    heaviest: float  # largest share of the weight on one draw

    def reliability(self) -> str:
        """``good``, ``thin`` (a warning) or ``too thin`` (no sentence)."""
        if self.effective < TOO_FEW or self.heaviest > HEAVIEST:
            return "too thin"
        return "thin" if self.effective < FEW else "good"


def rungs(draws: PageDraws, setting: Setting) -> tuple[str, ...]:
    """The rungs a setting has: camp and prison part only on the last, other sources only if some are in use.

    Raises `EstimationError` for a scope, part or set of kinds that the draws do not have.
    """
    for name, known in ((setting.scope, tuple(draws.central)), (setting.part, PARTS if draws.prison else PARTS[:1])):
        if name not in known:
            raise EstimationError("a setting must be one the draws have", name, f"use one of {', '.join(known)}")
    if not 0 <= setting.kinds < 2 ** len(draws.kinds):
        raise EstimationError("a set of kinds must be one the draws have", setting.kinds, f"{draws.kinds}")
    first = RUNGS if setting.part == "either" else RUNGS[-1:]
    return (*first, SOURCES) if setting.kinds and setting.people == 1 else first


def moved_at(draws: PageDraws, setting: Setting, rung: str) -> tuple[Slider, ...]:
    """The sliders that are off the register's own stop and have a part in a rung."""
    at = len(RUNGS) if rung == SOURCES else RUNGS.index(rung)
    return tuple(
        slider
        for slider in draws.sliders
        if setting.stops.get(slider.entry, slider.default) != slider.default and RUNGS.index(slider.rung) <= at
    )


def weights(draws: PageDraws, setting: Setting, rung: str) -> Array:
    """Weights of the draws at a rung, the largest 1: shape (m,).

    Notes
    -----
    A slider counts from the first rung its entry is part of, the sources on the last.
    """
    log = -draws.inclusion.stored()
    for slider in moved_at(draws, setting, rung):
        log = log + slider.log_weight(setting.stops[slider.entry])
    if rung == SOURCES:
        log = log + draws.evidence[setting.kinds - 1].stored()
    return np.asarray(np.exp(log - log.max()))


def log_persons(draws: PageDraws, setting: Setting, rung: str) -> Array:
    """Logarithm of the count in each draw at a rung, shape (m,)."""
    more, scope = float(np.log(setting.people)), setting.scope
    if rung == "sampling":
        return draws.counted.stored() + (float(np.log(draws.central[scope] * _centred(draws, setting))) + more)
    if rung == "record":
        return draws.rate.stored() + (float(np.log(draws.central[scope])) + more)
    if rung == "population":
        return draws.rate.stored() + draws.base[scope].stored() + more
    if rung == "spread":
        return draws.spread[scope].stored() + more
    if setting.part == "either":
        return draws.differences[scope].stored() + more
    if setting.part == "prison":
        return draws.prison[scope].stored() + more
    # Those sentenced who had been in a camp before were in both.
    before = draws.before[0].values()
    camp = draws.differences[scope].values() - (1 - before) * draws.prison[scope].values()
    return np.asarray(np.log(camp) + more)


def _centred(draws: PageDraws, setting: Setting) -> float:
    """How the first rung's rate moves with the county's base: it rests on the base's median."""
    factor = 1.0
    for slider in draws.sliders:
        stop = setting.stops.get(slider.entry, slider.default)
        if slider.centres and stop != slider.default:
            factor *= slider.centres[slider.default] / slider.centres[stop]
    return factor


@dataclass(frozen=True, eq=False)
class Spread:
    """Weighted draws in increasing order, m of them."""

    log: Array  # logarithms of persons, shape (m,)
    place: Array  # where each stands, 0-1
    weight: Array  # sum 1

    @property
    def effective(self) -> float:
        """Effective draws (Kish 1965, Survey Sampling, section 11.7): one over the sum of squared weights."""
        return float(1 / np.sum(self.weight**2))

    def quantile(self, at: float) -> float:
        """Persons below which a share `at` of the weight lies; see the module's rule."""
        return float(np.exp(np.interp(at, self.place, self.log)))

    def error(self, at: float) -> float:
        """Simulation error of a quantile: half the distance of those one standard error of `at` to either side."""
        step = self._error_of_share(self.place <= at, at)
        low, high = max(at - step, 0.0), min(at + step, 1.0)
        return (self.quantile(high) - self.quantile(low)) / 2

    def chance(self, low: float, high: float) -> tuple[float, float]:
        """Share of the weight on counts from `low` to `high` persons, both counted in, and its simulation error."""
        with np.errstate(divide="ignore"):
            inside = (self.log >= np.log(low)) & (self.log <= np.log(high))
        found = min(float(self.weight[inside].sum()), 1.0)
        return found, float(np.hypot(self._error_of_share(inside, found), 0.5 / self.effective))

    def _error_of_share(self, true: npt.NDArray[np.bool_], share: float) -> float:
        return float(np.sqrt(np.sum((self.weight * (true - share)) ** 2)))


def spread(draws: PageDraws, setting: Setting, rung: str) -> Spread:
    """The weighted draws of a setting at one of its rungs."""
    log = log_persons(draws, setting, rung)
    weight = weights(draws, setting, rung)
    order = np.argsort(log, kind="stable")
    share = weight[order] / weight.sum()
    return Spread(log[order], np.cumsum(share) - share / 2, share)


def ladder(draws: PageDraws, setting: Setting) -> tuple[Step, ...]:
    """Every rung of a setting, in order; one that stands as published is quoted to its last digit."""
    ends = ((1 - setting.level) / 2, 0.5, (1 + setting.level) / 2)
    found = []
    for rung in rungs(draws, setting):
        each = spread(draws, setting, rung)
        bounds = _published(draws, setting, rung) or _bounds(each, ends)
        found.append(Step(rung, *bounds, each.effective, float(each.weight.max())))
    return tuple(found)


def _bounds(found: Spread, ends: tuple[float, float, float]) -> Bounds:
    low, median, high = (found.quantile(at) for at in ends)
    low_error, median_error, high_error = (found.error(at) for at in ends)
    return low, median, high, low_error, median_error, high_error


def _published(draws: PageDraws, setting: Setting, rung: str) -> "Bounds | None":
    """What the whole run gave, where a rung stands as it was published."""
    as_judged = setting.part == "either" and setting.people == 1 and not moved_at(draws, setting, rung)
    if not as_judged or (rung == SOURCES and setting.kinds != 2 ** len(draws.kinds) - 1):
        return None
    if rung == "sampling" and _centred(draws, setting) != 1:
        return None
    return draws.published.get((setting.scope, rung, setting.level))


def dots(draws: PageDraws, setting: Setting) -> tuple[float, ...]:
    """Fifty equally likely totals on the last rung of a setting: persons, increasing."""
    last = spread(draws, setting, rungs(draws, setting)[-1])
    return tuple(last.quantile((number + 0.5) / DOTS) for number in range(DOTS))
