"""A case with its random numbers kept: every question is the model called again with other inputs."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from estimation.challenge.claims import Claim
from estimation.errors import UnreliableError, require
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Case
from estimation.model.case.inputs import Inputs, Scores, changed, draw_inputs
from estimation.model.ladder.kernel import Totals, likelihood, totals
from estimation.model.ladder.proposal import Entries, fitted
from estimation.model.ladder.summary import Sample
from estimation.model.region.random_numbers import Kept, Stream, Tilted, keep
from estimation.model.region.region import RUNGS, SOURCES, Array
from estimation.model.synthesis.other_sources import Likelihood, powers
from estimation.model.synthesis.weights import Weights, equal

POINTS: Final = 32
"""Points at which the sources' own entries are tried: few, as every setting is a weighing of its own."""


def chance(sample: Sample | None, claim: Claim) -> tuple[float, float]:
    """Probability of a claim, 0-1, and its simulation error; NaN without draws that can be relied on."""
    return (np.nan, np.nan) if sample is None else sample.chance(claim.holds(sample.values))


@dataclass(frozen=True, eq=False)
class Stage:
    """A case with its random numbers kept."""

    case: Case
    register: Register
    inputs: Inputs = field(repr=False)  # draws under the register
    numbers: Kept = field(repr=False)  # random numbers of the areas
    pool: int  # size of the pool that the draws come from
    seed: int
    sources: bool = False  # whether the case's other sources weigh the draws
    rows: npt.NDArray[np.intp] | None = field(default=None, repr=False)  # draws of the pool that were chosen
    scores: Scores = field(default_factory=dict, repr=False)  # numbers behind some inputs, from a proposal
    base: Array | None = field(default=None, repr=False)  # log of the prior's density over the proposal's
    points: int = POINTS  # at which the sources' own entries are tried

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.pool if self.rows is None else int(self.rows.size)

    @property
    def rung(self) -> str:
        """The last rung of what it computes."""
        return SOURCES if self.sources else RUNGS[-1]

    @property
    def entries(self) -> tuple[str, ...]:
        """Entries that can act on what it computes: those of other sources only where they weigh the draws."""
        return tuple(key for key, entry in self.register.items() if entry.rung != SOURCES or self.sources)

    def of_case(self, case: Case) -> "Stage":
        """The same random numbers for another case of the same areas, such as one on another basis."""
        inputs = draw_inputs(case, self.register, self.pool, self.seed, rows=self.rows, scores=self.scores)
        return replace(self, case=case, inputs=inputs)

    def changed(self, entries: Entries) -> dict[str, Array]:
        """Inputs with some entries set anew: a distribution keeps the entry's own random numbers."""
        return changed(
            self.case, self.register, self.inputs, entries, self.pool, self.seed, rows=self.rows, scores=self.scores
        )

    def totals(self, entries: Entries | None = None, *, inputs: Inputs | None = None) -> Totals:
        """Totals with some entries set anew, or of inputs that hold them already."""
        asked = entries or {}
        here = self.changed(asked) if inputs is None else inputs
        register = self.register.override(**asked)
        return totals(self.case, register, here, self.numbers, sources=self.sources, threads=1)

    def likelihood(self, found: Totals) -> Likelihood:
        """What weighs the draws of some totals by the other sources."""
        return likelihood(found, points=self.points, base=self.base)

    def weights(self, found: Totals) -> Weights:
        """Weights by all other sources; `UnreliableError` if they cannot be relied on."""
        seen = self.likelihood(found)
        return seen.weigh(powers(seen.kinds))

    def sample(self, scope: str, entries: Entries | None = None) -> Sample | None:
        """Draws of a scope's total on the last rung, with some entries set anew.

        None if weights by the sources cannot be relied on. Raises `EstimationError` for an unknown scope, or impossible
        inputs.
        """
        return self.samples((scope,), entries)[0]

    def samples(self, scopes: Iterable[str], entries: Entries | None = None) -> list[Sample | None]:
        """The same for several scopes, from one run."""
        found = self.totals(entries)
        counts = [found.count(scope) for scope in scopes]
        if not self.sources:
            return [Sample(count, equal(self.draws)) for count in counts]
        try:
            weights = self.weights(found)
        except UnreliableError:
            return [None for _ in counts]
        return [Sample(count, weights) for count in counts]


def stage(case: Case, register: Register, *, draws: int, seed: int) -> Stage:
    """Draw all random numbers of a case once, for questions about its observed areas alone.

    Raises `EstimationError` for fewer than 1000 draws.
    """
    require(draws >= 1000, "a stage needs at least 1000 draws", draws, "raise the number of draws")
    numbers = keep(Stream(seed), case.region, draws)
    return Stage(case, register, draw_inputs(case, register, draws, seed), numbers, draws, seed)


def stage_with_sources(
    case: Case,
    register: Register,
    *,
    draws: int,
    seed: int,
    pilot: int = 0,
    looks: Iterable[Entries] = ({},),
    points: int = POINTS,
) -> Stage:
    """Draw all random numbers of a case where its other sources give weight.

    Parameters
    ----------
    case, register, draws, seed
        As in `stage`.
    pilot, looks : int, iterable of mapping
        As in `proposal.fitted`; without a pilot run the draws are those of the prior.
    points : int
        Points at which the sources' own entries are tried.

    Returns
    -------
    Stage
        Its draws carry log-weights that make up for where they were drawn.

    Raises
    ------
    EstimationError
        Fewer than 1000 draws.
    """
    require(draws >= 1000, "a stage needs at least 1000 draws", draws, "raise the number of draws")
    drawn = fitted(case, register, pilot=pilot, seed=seed, looks=looks).draw(draws, seed)
    return Stage(
        case,
        register,
        draw_inputs(case, register, draws, seed, scores=drawn.inputs),
        keep(Tilted(Stream(seed), drawn.areas), case.region, draws, prison=case.custody is not None),
        draws,
        seed,
        sources=True,
        scores=drawn.inputs,
        base=drawn.base,
        points=points,
    )
