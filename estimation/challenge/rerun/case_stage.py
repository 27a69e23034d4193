"""A case where judgements are moved one at a time: its model run again on the same random numbers.

Slower than `tornado.Stage`, which knows the case that ships; right for any number of observed areas.
"""

from dataclasses import dataclass
from functools import cached_property

from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import SPREAD, Case, effects_of, fit
from estimation.model.fit.transfer import Draws
from estimation.model.region.poststratify import simulate
from estimation.model.region.region import RUNGS, Array


@dataclass(frozen=True, eq=False)
class CaseStage:
    """What `tornado.tornado` and `tipping.tips` ask of a model, for any case.

    Attributes
    ----------
    case : Case
        The region and what was observed.
    register : Register
        The judgements.
    draws, seed : int
        Size, at least 1000, and seed.

    Notes
    -----
    **Assumes:** what `ladder.carry` does; its totals for the same draws and seed are these. A stream of random numbers
    depends on the seed and an entry's id alone, and those of the places on the seed alone: what changes between two
    runs is the entry that was changed.
    """

    case: Case
    register: Register
    draws: int
    seed: int

    @cached_property
    def inputs(self) -> dict[str, Array]:
        """Draws of every entry as judged, each of shape (n,)."""
        return self.register.draw(self.draws, self.seed)

    @cached_property
    def _fitted(self) -> Draws:
        return fit(self.case, self.register, draws=self.draws, seed=self.seed)

    def totals(self, **changed: Distribution | float) -> Array:
        """Totals of each scope on the last rung, persons, shape (n, S), with some entries as given."""
        register = self.register.override(**changed)
        moved = Register(tuple(register[key] for key in changed)).draw(self.draws, self.seed)
        anew = SPREAD in changed
        fitted = fit(self.case, register, draws=self.draws, seed=self.seed) if anew else self._fitted
        effects, _ = effects_of(self.case, register, self.inputs | moved, fitted)
        drawn = simulate(self.case.region, self.case.scopes, effects, seed=self.seed, threads=1)
        return drawn.count[RUNGS[-1]]

    def column(self, scope: str) -> int:
        """Where a scope stands in the totals; raises `EstimationError` for one that is not known."""
        names = [each.name for each in self.case.scopes]
        if scope not in names:
            raise EstimationError("the scope must be one that was run", repr(scope), f"use one of {', '.join(names)}")
        return names.index(scope)
