"""A case with its random numbers kept: every question is the model called again with other inputs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError, UnreliableError
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Case
from estimation.model.case.inputs import Inputs, Scores, changed, draw_inputs
from estimation.model.ladder.kernel import Totals, likelihood, totals
from estimation.model.ladder.proposal import Entries, fitted
from estimation.model.region.poststratify import Visit
from estimation.model.region.random_numbers import Kept, Stream, Tilted, keep
from estimation.model.region.region import RUNGS, SOURCES, Array, Part
from estimation.model.synthesis.other_sources import POINTS, Likelihood, powers
from estimation.model.synthesis.weights import Weights


@dataclass(frozen=True, eq=False)
class Sample:
    """Equally likely draws of a total.

    Attributes
    ----------
    values : ndarray of shape (n,)
        persons.
    effective : float
        Independent draws that they are worth.
    """

    values: Array
    effective: float


@dataclass(frozen=True, eq=False)
class Stage:
    """A case with its random numbers kept.

    Attributes
    ----------
    case : Case
        The region, what was observed, and what other sources say.
    register : Register
        The judgements.
    inputs : mapping of str to ndarray
        Draws of the inputs under the register.
    numbers : Kept
        Random numbers of the areas.
    pool, seed : int
        Size of the pool that the draws come from, and seed.
    sources : bool
        Whether the draws are weighed by the case's other sources.
    rows : ndarray of int, optional
        Which draws of the pool were chosen; all by default.
    scores : mapping, optional
        Numbers behind some inputs that come from a proposal.
    base : ndarray of shape (n,), optional
        Log of the prior's density over the proposal's.
    points : int
        Points at which the sources' own entries are tried.
    """

    case: Case
    register: Register
    inputs: Inputs = field(repr=False)
    numbers: Kept = field(repr=False)
    pool: int
    seed: int
    sources: bool = False
    rows: npt.NDArray[np.intp] | None = field(default=None, repr=False)
    scores: Scores = field(default_factory=dict, repr=False)
    base: Array | None = field(default=None, repr=False)
    points: int = POINTS

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

    def changed(self, entries: Entries, inputs: Inputs | None = None) -> dict[str, Array]:
        """Inputs with some entries set anew: a distribution keeps the entry's own random numbers."""
        start = self.inputs if inputs is None else inputs
        return changed(
            self.case, self.register, start, entries, self.pool, self.seed, rows=self.rows, scores=self.scores
        )

    def totals(
        self,
        entries: Entries | None = None,
        *,
        inputs: Inputs | None = None,
        places: tuple[Part, ...] = (),
        visit: Visit | None = None,
        threads: int = 1,
    ) -> Totals:
        """Totals with some entries set anew, or of inputs that hold them already."""
        asked = entries or {}
        return totals(
            self.case,
            self.register.override(**asked),
            self.changed(asked) if inputs is None else inputs,
            self.numbers,
            sources=self.sources,
            places=places,
            visit=visit,
            threads=threads,
        )

    def likelihood(self, found: Totals) -> Likelihood:
        """What weighs the draws of some totals by the other sources."""
        return likelihood(found, points=self.points, base=self.base)

    def weights(self, found: Totals, kinds: tuple[str, ...] | None = None) -> Weights:
        """Weights by some kinds of source, all by default; `UnreliableError` if they cannot be relied on."""
        seen = self.likelihood(found)
        return seen.weigh(powers(seen.kinds, kinds=kinds))

    def sample(self, scope: str, entries: Entries | None = None) -> Sample | None:
        """Draws of a scope's total on the last rung, with other sources if the stage has them.

        Parameters
        ----------
        scope : str
            Whose total.
        entries : mapping, optional
            Entries set anew: distributions or values.

        Returns
        -------
        Sample or None
            None if weights by the sources cannot be relied on.

        Raises
        ------
        EstimationError
            An unknown scope, or inputs that are impossible.
        """
        return self.samples((scope,), entries)[0]

    def samples(self, scopes: Iterable[str], entries: Entries | None = None) -> list[Sample | None]:
        """The same for several scopes, from one run."""
        found = self.totals(entries)
        counts = [found.count(scope) for scope in scopes]
        if not self.sources:
            return [Sample(count, float(self.draws)) for count in counts]
        try:
            weights = self.weights(found)
        except UnreliableError:
            return [None for _ in counts]
        positions = weights.resampled()
        return [Sample(count[positions], weights.effective) for count in counts]


def stage(case: Case, register: Register, *, draws: int, seed: int) -> Stage:
    """Draw all random numbers of a case once, for questions about its observed areas alone.

    Parameters
    ----------
    case : Case
        The case.
    register : Register
        The judgements.
    draws, seed : int
        Size, at least 1000, and seed.

    Returns
    -------
    Stage

    Raises
    ------
    EstimationError
        Fewer than 1000 draws.
    """
    if draws < 1000:
        raise EstimationError("a stage needs at least 1000 draws", draws, "raise the number of draws")
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
    threads: int | None = None,
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
    threads : int, optional
        Threads; the result does not depend on their number.

    Returns
    -------
    Stage
        Its draws carry log-weights that make up for where they were drawn.

    Raises
    ------
    EstimationError
        Fewer than 1000 draws.
    """
    if draws < 1000:
        raise EstimationError("a stage needs at least 1000 draws", draws, "raise the number of draws")
    drawn = fitted(case, register, pilot=pilot, seed=seed, looks=looks, threads=threads).draw(draws, seed)
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
