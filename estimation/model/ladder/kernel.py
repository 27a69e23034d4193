"""The two functions that every question calls: from inputs and random numbers to totals, and from these to weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Case
from estimation.model.case.inputs import Inputs, division, effects
from estimation.model.region.poststratify import Held, Visit, poststratify
from estimation.model.region.random_numbers import Numbers
from estimation.model.region.region import RUNGS, Array, Effects, Part, part_of
from estimation.model.synthesis.other_sources import POINTS, Likelihood
from estimation.model.synthesis.predictions import Prediction, predict

OBSERVED: Final = "observed county"
EVERYBODY: Final = "all groups"
"""Names of the two parts whose prison rates are compared."""


@dataclass(frozen=True, eq=False)
class Totals:
    """Draws of the totals of a case."""

    case: Case
    register: Register
    effects: Effects  # what the totals were drawn from
    held: Held  # persons, one column for each of `parts`
    parts: tuple[Part, ...]  # scopes and, if asked for, sources, the observed area, everybody, and other places
    predictions: tuple[Prediction, ...]  # what each source speaks about

    def column(self, name: str) -> int:
        """The column of `held` of a scope, source or place."""
        return [part.name for part in self.parts].index(name)

    def count(self, scope: str, rung: str = RUNGS[-1]) -> Array:
        """Persons of a scope at a rung, shape (n,); METHODS eq. 43."""
        at, rates = self.case.column(scope), self.effects
        if rung == "sampling":
            return rates.counted * central_people(self.case, self.register, at)
        if rung == "record":
            return rates.rate * central_people(self.case, self.register, at)
        if rung == "population":
            return np.asarray(rates.rate * self.held.people[:, at])
        return np.asarray((self.held.alike if rung == "spread" else self.held.either)[:, at])

    def people(self, scope: str, rung: str = RUNGS[-1]) -> Array:
        """Adults that the count at a rung is a share of, shape (n,)."""
        at = self.case.column(scope)
        if rung in ("sampling", "record"):
            return np.broadcast_to(central_people(self.case, self.register, at), self.effects.counted.shape)
        return np.asarray(self.held.people[:, at])

    def prison(self, scope: str) -> Array:
        """Persons of a scope sentenced to prison, shape (n,)."""
        return np.asarray(self.held.prison[:, self.case.column(scope)])


def central_people(case: Case, register: Register, at: int) -> float:
    """People of the scope at a column before their uncertainty enters."""
    region, part = case.region, part_of(case.scopes[at], case.region)
    factor = np.where(region.core, *case.factors(register.medians()))[part.areas]
    groups = np.array([region.groups.index(group) for group in part.groups])
    return float(factor @ region.adults[np.ix_(part.areas, groups)].sum(axis=1))


def totals(
    case: Case,
    register: Register,
    inputs: Inputs,
    numbers: Numbers,
    *,
    ladder: bool = False,
    sources: bool = False,
    places: Sequence[Part] = (),
    visit: Visit | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Totals:
    """Totals of a case under some inputs.

    Parameters
    ----------
    case : Case
        The region, what was observed, and whom sources speak about.
    register : Register
        The judgements behind the inputs.
    inputs : mapping of str to ndarray
        Of `inputs.draw_inputs` or `inputs.changed`; any may be replaced by other values.
    numbers : Numbers
        The areas' random numbers, kept or a stream; their type is the precision.
    ladder : bool
        Whether the rung *spread* is asked for too.
    sources : bool
        Whether to count whom sources speak about too, and camps apart from prisons.
    places : sequence of Part
        Others to count, after the sources.
    visit, threads, progress
        As in `poststratify`.

    Raises
    ------
    EstimationError
        Inputs that are impossible together.

    Notes
    -----
    **Assumes:** what `inputs.effects`, `poststratify` and `predict` do.
    """
    drawn = effects(case, inputs)
    scopes = [part_of(scope, case.region) for scope in case.scopes]
    asked = [*(source.part for source in case.sources), *_compared(case), *places] if sources else places
    held = poststratify(
        case.region,
        [*scopes, *asked],
        drawn,
        numbers,
        division=division(case, inputs) if sources else None,
        alike=len(scopes) if ladder else 0,
        visit=visit,
        threads=threads,
        progress=progress,
    )
    return Totals(case, register, drawn, held, (*scopes, *asked), predict(case, held, inputs) if sources else ())


def _compared(case: Case) -> tuple[Part, ...]:
    """The observed area's first group, and everybody: their prison rates are compared where prison is told apart."""
    if case.custody is None:
        return ()
    region = case.region
    everybody = Part(EVERYBODY, np.arange(len(region.areas)), region.groups)
    return Part(OBSERVED, region.observed, region.groups[:1]), everybody


def likelihood(totals: Totals, *, points: int = POINTS, base: Array | None = None) -> Likelihood:
    """What weighs the draws of some totals by the sources of their case: its `weigh` takes any choice of these.

    The sources' own entries are tried at `points` points; `base`, of shape (n,), are log-weights that the draws have
    before any source is seen. METHODS eq. 52, 53, 54, 55, 57.
    """
    return Likelihood(totals.predictions, totals.register, points, base)
