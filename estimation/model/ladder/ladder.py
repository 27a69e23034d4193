"""The ladder of intervals: one set of draws of a case, read rung by rung, the last with other sources."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError, require
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Case
from estimation.model.case.inputs import Inputs, draw_inputs
from estimation.model.ladder.kernel import Totals, central_people, likelihood, totals
from estimation.model.ladder.proposal import fitted
from estimation.model.ladder.summary import LEVELS, Sample, summary_rows
from estimation.model.region.random_numbers import Numbers, Real, Stream, Tilted
from estimation.model.region.region import ALL_RUNGS, RUNGS, SOURCES, Array, Part, Region
from estimation.model.synthesis.other_sources import Likelihood, powers
from estimation.model.synthesis.weights import Weights, equal

_MOST_DRAWS: Final = 10_000_000
"""Ten million draws keep about four gigabytes of totals and inputs."""


@dataclass(frozen=True, eq=False)
class Run:
    """Draws of a case, with weights where it has other sources.

    Attributes
    ----------
    case : Case
        What was run.
    register : Register
        The judgements.
    inputs : mapping of str to ndarray
        Draws of the inputs.
    totals : Totals
        Draws of the totals.
    draws, seed : int
        Size and seed of the run.
    likelihood : Likelihood or None
        Of the other sources; None without them.
    power : mapping of str to float
        Reliability of each source, 0-1.
    weights : Weights or None
        Of the draws, by the other sources; None without them.
    county_rates : ndarray of shape (n, K), float32
        Rate ever held of the first group in each area; no columns unless asked for.
    before : Run or None
        Draws of the prior, not weighed, which all rungs but the last are read from; None if this run's own draws
        are those of the prior.
    """

    case: Case
    register: Register
    inputs: Inputs = field(repr=False)
    totals: Totals = field(repr=False)
    draws: int
    seed: int
    likelihood: Likelihood | None = field(default=None, repr=False)
    power: Mapping[str, float] = field(default_factory=dict)
    weights: Weights | None = field(default=None, repr=False)
    county_rates: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), np.float32), repr=False)
    before: "Run | None" = None

    @property
    def plain(self) -> "Run":
        """The draws of the prior: itself, unless it was drawn from a proposal."""
        return self.before or self

    @property
    def rungs(self) -> tuple[str, ...]:
        """The rungs it has: without other sources all but the last."""
        return RUNGS if self.weights is None else ALL_RUNGS

    @cached_property
    def positions(self) -> npt.NDArray[np.intp]:
        """Positions of n draws that are equally likely once other sources are seen."""
        if self.weights is None:
            return np.arange(self.draws)
        return self.weights.resampled()

    def sample(self, rung: str | None, of: Callable[[Totals, str], Array]) -> Sample:
        """Weighed draws of a quantity at a rung, the last by default: `of` takes totals and the rung to read."""
        asked = self.rungs[-1] if rung is None else rung
        if asked not in self.rungs:
            raise EstimationError("the rung must be a known one", repr(asked), f"use one of {', '.join(self.rungs)}")
        if asked == SOURCES and self.weights is not None:
            return Sample(of(self.totals, RUNGS[-1]), self.weights)
        return Sample(of(self.plain.totals, asked), equal(self.plain.draws))

    def counts(self, scope: str, rung: str | None = None) -> Sample:
        """Weighed draws of the count of a scope at a rung, the last by default: persons."""
        return self.sample(rung, lambda totals, below: totals.count(scope, below))

    def shares(self, scope: str, rung: str | None = None) -> Sample:
        """Weighed draws of the share of adults, 0-1."""
        return self.sample(rung, lambda totals, below: totals.count(scope, below) / totals.people(scope, below))

    def count(self, scope: str, rung: str | None = None) -> Array:
        """Equally likely draws of the count of a scope at a rung, the last by default: persons, shape (n,)."""
        sample = self.counts(scope, rung)
        return np.asarray(sample.values[sample.weights.resampled()])

    def entry(self, name: str) -> Array:
        """Equally likely draws of an entry that is not the sources' own, once they are seen, shape (n,)."""
        return np.asarray(self.inputs[name][self.positions])

    def named(self, scope: str) -> dict[str, str | int]:
        """Columns that name a scope in every table: its card, what was observed and the kind of area that is."""
        return {
            "scope": scope,
            **self.case.cards[scope].row(),
            "observed": self.case.observed,
            "area_kind": self.case.area_kind,
        }

    def without_sources(self) -> "Run":
        """The same draws before other sources are seen."""
        return replace(self.plain, likelihood=None, power={}, weights=None)

    def table(self, *, levels: Sequence[float] = LEVELS, thresholds: Sequence[int] | None = None) -> pd.DataFrame:
        """The ladder as a table: one row per scope, rung and level.

        Parameters
        ----------
        levels : sequence of float
            Levels of the equal-tailed intervals, in (0, 1).
        thresholds : sequence of int, optional
            Persons; the probability of at least as many is given. The case's own by default.

        Returns
        -------
        DataFrame
            Columns: those of `named`, `rung`, `includes` and `leaves_out` of the rung, `count_low`, `count_median`,
            `count_high` (persons) and `share_low`, `share_median`, `share_high` (0-1), each with its simulation
            error `.._error`, and `p_at_least_<persons>` with errors.

        Raises
        ------
        EstimationError
            A level outside (0, 1).
        """
        for level in levels:
            require(0 < level < 1, "level must lie in (0, 1)", level, "write 0.95 for 95 percent")
        at_least = self.case.thresholds if thresholds is None else thresholds
        rows: list[dict[str, object]] = []
        for scope in self.case.scopes:
            for rung in self.rungs:
                includes, leaves_out = self.case.rungs[rung]
                known = {**self.named(scope.name), "rung": rung, "includes": includes, "leaves_out": leaves_out}
                rows += summary_rows(
                    known,
                    self.counts(scope.name, rung),
                    self.shares(scope.name, rung),
                    levels=levels,
                    thresholds=at_least,
                )
        return pd.DataFrame(rows)


def run(
    case: Case,
    register: Register,
    *,
    draws: int,
    seed: int,
    pilot: int = 0,
    sources: bool = True,
    reliability: Mapping[str, float] | None = None,
    without: Collection[str] = (),
    kinds: Sequence[str] | None = None,
    base: Mapping[str, float] | None = None,
    places: Sequence[Part] = (),
    county_rates: bool = False,
    enforce: bool = True,
    precision: type[np.floating[Any]] = np.float32,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Run:
    """Apply the rate of a case's observed areas to its region, and combine it with its other sources.

    Parameters
    ----------
    case : Case
        The region, what was observed in it, what other sources say, and which judgements enter where.
    register : Register
        The judgements.
    draws, seed : int
        Size and seed of the run.
    pilot : int
        Draws of the pilot runs that say where to draw for the last rung, as in `proposal.fitted`, and no more than
        `draws`; by default the last rung weighs the draws of the prior.
    sources : bool
        Whether to use the case's other sources, if it has any.
    reliability, without, kinds
        As in `other_sources.powers`.
    base : mapping of str to float, optional
        A stated base in persons for one scope, by its name: the region is scaled so that this scope has it.
    places : sequence of Part
        Others to count besides scopes and sources.
    county_rates : bool
        Whether to keep each area's rate.
    enforce : bool
        Whether to refuse weights that cannot be relied on.
    precision : type
        Floating-point type of the arithmetic on areas.
    threads : int, optional
        Threads; all cores by default. The result does not depend on it.
    progress : callable, optional
        Called with the number of draws done.

    Raises
    ------
    EstimationError
        Impossible options, an observed share that reaches 1, or an unknown source.
    UnreliableError
        The weights cannot be relied on.

    Notes
    -----
    **Assumes:** the count of the record, less duplicates and plus those missing, is a binomial count of the adults of
    the observed areas; given the draw and the biases of their kinds, other sources err independently; their figures
    played no part in the rungs before.

    References
    ----------
    METHODS, in `kernel` and what it calls.
    """
    base = base or {}
    require(draws >= 1000, "a run needs at least 1000 draws", draws, "raise --draws")
    most = f"a run keeps its totals: at most {_MOST_DRAWS:,} draws"
    require(draws <= _MOST_DRAWS, most, draws, "lower --draws")
    require(seed >= 0, "seed must not be negative", seed, "give a whole number from 0")
    require(len(base) <= 1, "a stated base is that of one scope", ", ".join(base), "run once for each")
    for name, persons in base.items():
        case = replace(case, region=_rescaled(case, register, name, persons))
    known = {source.name: source.kind for source in case.sources} if sources else {}
    asked = bool(known)
    power = powers(known, reliability=reliability, without=without, kinds=kinds) if asked else {}

    def made(inputs: Inputs, numbers: Numbers, base: Array | None = None, *, first: bool, last: bool) -> Run:
        rates = np.empty((draws, len(case.region.areas) if county_rates else 0), np.float32)

        def visit(rows: slice, odds_against: Real) -> None:
            rates[rows] = 1 / (1 + odds_against)

        found = totals(
            case,
            register,
            inputs,
            numbers,
            ladder=first,
            sources=asked,
            places=places,
            visit=visit if county_rates else None,
            threads=threads,
            progress=progress if last else None,
        )
        run = Run(case, register, inputs, found, draws, seed, county_rates=rates)
        if not asked:
            return run
        seen = likelihood(found, base=base)
        weights = seen.weigh(power, enforce=enforce) if last else None
        return replace(run, likelihood=seen, power=power, weights=weights)

    tilted = pilot > 0 and any(power.values())
    plain = made(draw_inputs(case, register, draws, seed), Stream(seed, precision), first=True, last=not tilted)
    if not tilted:
        return plain
    proposal = fitted(case, register, pilot=min(pilot, draws), seed=seed, power=power, threads=threads)
    drawn = proposal.draw(draws, seed)
    inputs = draw_inputs(case, register, draws, seed, scores=drawn.inputs)
    numbers = Tilted(Stream(seed, precision), drawn.areas)
    return replace(made(inputs, numbers, drawn.base, first=False, last=True), before=plain)


def _rescaled(case: Case, register: Register, name: str, persons: float) -> Region:
    """The region with people scaled so that a scope has as many, before their uncertainty enters."""
    finite = bool(np.isfinite(persons) and persons > 0)
    require(finite, "a stated base must be positive", persons, "give a number of persons")
    now = central_people(case, register, case.column(name))
    return replace(case.region, adults=case.region.adults * (persons / now))
