"""The draws that travel inside the page: a few thousand of a run's, chosen so that every setting is served.

What the page computes from them is `page_arithmetic`.

Notes
-----
A setting of the page is a weighting of the run's draws. Three facts make few draws enough for all settings.

*Switches.* For a set of kinds of source the weight of draw i is the product over the kinds of their density, averaged
over the sources' own entries (`other_sources.Likelihood`). Weights are smoothed as published, so that the logarithm is
kept for each of the 64 sets of six kinds.

*Sliders.* An entry x drawn from p and judged to follow q instead gives draw i the further weight ``q(x_i) / p(x_i)``.
The ladder's rungs before an entry enters keep the weights they had. With one observed area and a flat centre, nothing
depends on the observed county's own standing e (standard normal) and its selection k (normal) but through their sum,
so it is the sum that is weighed: ``e + k`` is normal with variance ``1 + sd(k)^2``, and moving the mean of k by one
keeps a third to a half of the effective draws, where weighing k alone would keep a fiftieth (conditioning, or
Rao-Blackwell: Robert and Casella 2004, doi:10.1007/978-1-4757-4145-2, section 4.2).

*Few draws.* `ladder.thinning` keeps each draw with a probability that follows a mixture of these weightings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.challenge.sources.influence import likelihood_of
from estimation.evidence.distributions.distributions import (
    Distribution,
    HalfNormal,
    HalfT,
    Lognormal,
    LogT,
    Normal,
    Pert,
    Point,
)
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import SELECTION, SPREAD
from estimation.model.case.inputs import OBSERVED_Z
from estimation.model.ladder.ladder import Run
from estimation.model.ladder.thinning import mixture, thin
from estimation.model.region.region import Array
from estimation.report.page.page_columns import Column, Table, column, table
from estimation.report.record.csv_table import DIGITS

SIZE: Final = 6000
"""Draws of each basis in the page."""
# The field of each family of spreads that a slider moves; other families have no slider.
_MOVED: Final = {
    LogT: "median_value",
    Lognormal: "median_value",
    HalfT: "scale",
    HalfNormal: "scale",
    Pert: "mode",
}
# How far sliders go: factors on the spread, SDs of selection, and parts of the way between the ends of a base.
_SPREADS: Final = (0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.4)
_SHIFTS: Final = (-1.25, -1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
_BASES: Final = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

_SOME: Final = 30.0
"""How much all sets of some kinds count at most in the choice of draws, where none and all kinds count 8 each."""


# A text, because Sphinx takes an alias of a tuple for a class and fails.
Bounds: TypeAlias = "tuple[float, float, float, float, float, float]"
"""Low, median and high, and their simulation errors: persons."""


@dataclass(frozen=True, eq=False)
class Slider:
    """One judgement that the page can move."""

    entry: str  # of the register
    rung: str  # the first whose weights it changes
    carrier: Column  # draws of what is weighed
    shape: Distribution  # what they were drawn from
    moved: str  # the field of `shape` that moves with the slider
    offsets: tuple[float, ...]  # value of that field at each stop, in the unit of `shape`
    shown: tuple[float, ...]  # value of the entry at each stop, as the reader sees it
    default: int  # the register's own stop
    centres: tuple[float, ...] = ()  # median at each stop, for an entry that the rung *sampling* rests on

    @property
    def what(self) -> str:
        """``spread``, ``selection`` or ``base``, by which its words are found."""
        return {SPREAD: "spread", SELECTION: "selection"}.get(self.entry, "base")

    def log_ratio(self, stop: int, at: Array | None = None) -> Array:
        """Log of the new density over the register's, at values of the entry or else at each draw."""
        values = self.carrier.values() if at is None else at
        other = replace(self.shape, **{self.moved: self.offsets[stop]})
        return np.asarray(other.logpdf(values) - self.shape.logpdf(values))

    @cached_property
    def table(self) -> Table:
        """`log_ratio` of every stop, as the page reads it."""
        return table(self.carrier, lambda at: np.stack([self.log_ratio(stop, at) for stop in range(len(self.offsets))]))

    def log_weight(self, stop: int) -> Array:
        """`log_ratio` at each draw, read from the table as the page reads it."""
        return self.table.read(stop, self.carrier.codes)


@dataclass(frozen=True, eq=False)
class PageDraws:
    """Draws of one basis, m of them."""

    basis: str
    of: int  # draws of the run that these stand for
    inclusion: Column  # probability with which each was kept, 0-1
    central: dict[str, float]  # adults of each scope in the tables, on which the first two rungs rest: persons
    counted: Column  # share of the observed county's adults as counted, 0-1
    rate: Column  # the same with the record's flaws mended
    base: dict[str, Column]  # adults of each scope: persons
    spread: dict[str, Column]  # people ever held of each scope on this rung: persons
    differences: dict[str, Column]  # the same on this rung
    prison: dict[str, Column]  # people sentenced on it; empty if there are no other sources
    kinds: tuple[str, ...]  # of other sources
    evidence: tuple[Column, ...]  # log weight under each set of kinds, from set 1; bit b of the set is kind b
    before: tuple[Column, ...]  # share of those sentenced who had been in a camp before
    sliders: tuple[Slider, ...]
    named: dict[str, dict[str, str | int]]  # columns that name each scope in every table
    published: dict[tuple[str, str, float], Bounds]  # by scope, rung and level, what the whole run gave
    rungs: dict[str, tuple[str, str]]  # what each includes and leaves out, in words


def page_draws(run: Run, register: Register, *, size: int = SIZE, seed: int) -> PageDraws:
    """Choose and code draws of one run and its register; the seed is for the one random start.

    Without other sources in the run the page has no switches for them. Raises `EstimationError` if more draws are to be
    kept than the run has.
    """
    basis, rows = _basis(run), run.table(thresholds=())
    run = run.plain
    with_sources = run.likelihood is not None
    weights = _weights(run) if with_sources else [np.ones(run.draws)]
    everything = np.arange(run.draws)
    sliders = _sliders(run, register, everything)
    scopes = [scope.name for scope in run.case.scopes]
    widest = max(scopes, key=lambda scope: float(np.median(run.totals.people(scope))))
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x9A6E]))
    kept = thin(mixture(_mixture(weights, sliders)), run.totals.count(widest), size, rng)
    at = kept.positions

    def totals(values: Callable[[str], Array]) -> dict[str, Column]:
        return {scope: column(values(scope)[at], log=True) for scope in scopes}

    # Weights below a billionth of the largest are raised to it: they are nothing either way.
    logs = [np.log(np.maximum(share[at] / share.max(), 1e-9)) for share in weights[1:]]
    custody = with_sources and run.case.custody is not None
    return PageDraws(
        basis=basis,
        of=run.draws,
        inclusion=column(kept.inclusion, log=True),
        central={scope: float(run.totals.people(scope, "sampling")[0]) for scope in scopes},
        counted=column(run.totals.effects.counted[at], log=True),
        rate=column(run.totals.effects.rate[at], log=True),
        base=totals(run.totals.people),
        spread=totals(lambda scope: run.totals.count(scope, "spread")),
        differences=totals(run.totals.count),
        prison=totals(run.totals.prison) if custody else {},
        kinds=run.case.kinds if with_sources else (),
        evidence=tuple(column(each, log=False) for each in logs),
        before=(column(run.inputs["camp_before_prison"][at], log=False, size=1),) if custody else (),
        sliders=tuple(_sliders(run, register, at)),
        named={scope: run.named(scope) for scope in scopes},
        published=_published(rows),
        rungs={
            str(rung): (str(each["includes"].iloc[0]), str(each["leaves_out"].iloc[0]))
            for rung, each in rows.groupby("rung", sort=False)
        },
    )


def _published(rows: pd.DataFrame) -> dict[tuple[str, str, float], Bounds]:
    names = [f"count_{end}{kind}" for kind in ("", "_error") for end in ("low", "median", "high")]
    keys = zip(rows["scope"], rows["rung"], rows["level"].astype(float), strict=True)
    counts = rows[names].itertuples(index=False, name=None)
    # As results/estimates.csv has them, so that page and table agree to the last digit.
    found: dict[tuple[str, str, float], Bounds] = {}
    for (scope, rung, level), row in zip(keys, counts, strict=True):
        low, median, high, *errors = (float(f"{value:.{DIGITS}g}") for value in row)
        found[str(scope), str(rung), level] = (low, median, high, errors[0], errors[1], errors[2])
    return found


def _basis(run: Run) -> str:
    return str(next(iter(run.case.cards.values())).row()["basis"])


def _weights(run: Run) -> list[Array]:
    """Weights of the draws under each set of kinds of other sources, from none to all."""
    likelihood, kinds = likelihood_of(run), run.case.kinds
    reliabilities = (
        {each.name: run.power[each.name] * float(number >> kinds.index(each.kind) & 1) for each in run.case.sources}
        for number in range(2 ** len(kinds))
    )
    return [likelihood.weigh(each, enforce=False).share for each in reliabilities]


def _mixture(weights: Sequence[Array], sliders: Sequence[Slider]) -> list[tuple[float, Array]]:
    """The weightings that the draws kept must serve, and how much each counts."""
    none, every = weights[0], weights[-1]
    some = weights[1:-1]
    parts = [(8.0, none), (8.0, every), *((min(1.0, _SOME / len(some)), each) for each in some)]
    for slider in sliders:
        for stop in (0, len(slider.offsets) - 1):
            ratio = np.exp(slider.log_ratio(stop))
            parts += [(1.0, ratio * none), (1.0, ratio * every)]
    return parts


def _sliders(run: Run, register: Register, at: npt.NDArray[np.intp]) -> list[Slider]:
    """Sliders for those entries whose family can be moved; in the order of the page."""
    inputs, one_area = run.inputs, run.case.region.observed.size == 1
    found = []
    spread = register[SPREAD].distribution
    factors = _factors(spread)
    if factors:
        field = _MOVED[type(spread)]
        values = tuple(getattr(spread, field) * factor for factor in factors)
        # A scale or a mode says little to a reader; the median of what is judged does.
        median = field == "median_value"
        shown = values if median else tuple(replace(spread, **{field: value}).median() for value in values)
        drawn = column(inputs[SPREAD][at], log=True)
        found.append(Slider(SPREAD, "spread", drawn, spread, field, values, shown, factors.index(1.0)))
    selection = register[SELECTION].distribution
    if isinstance(selection, Normal):
        values = tuple(selection.mean_value + shift for shift in _SHIFTS)
        carried, shape = inputs[SELECTION][at], selection
        if one_area and not isinstance(spread, Point):
            carried, shape = (
                carried + inputs[OBSERVED_Z][at],
                Normal(selection.mean_value, float(np.hypot(1.0, selection.sd))),
            )
        drawn = column(carried, log=False)
        found.append(Slider(SELECTION, "spread", drawn, shape, "mean_value", values, values, _SHIFTS.index(0.0)))
    entry = f"county_adults_{_basis(run)}"
    base = register[entry].distribution if entry in register else None
    if isinstance(base, Pert) and one_area:
        stops = sorted({base.mode, *(round(base.low + part * (base.high - base.low), -3) for part in _BASES)})
        drawn = column(inputs[entry][at], log=False)
        centres = tuple(replace(base, mode=stop).median() for stop in stops)
        place = stops.index(base.mode)
        found.append(Slider(entry, "record", drawn, base, "mode", tuple(stops), tuple(stops), place, centres))
    return found


def _factors(spread: Distribution) -> tuple[float, ...]:
    """How far the slider of a spread goes, as factors on what it moves; none for a family that cannot be moved."""
    if isinstance(spread, HalfNormal):
        # The square of the ratio of two half-normals has a mean only while the variance is less than doubled.
        return tuple(factor for factor in _SPREADS if factor**2 < 2)
    if isinstance(spread, Pert):
        inside = tuple(factor for factor in _SPREADS if factor == 1 or spread.low < spread.mode * factor < spread.high)
        return inside if len(inside) > 1 else ()
    return _SPREADS if type(spread) in _MOVED else ()
