"""Weighs the draws of the ladder by other sources; every later question is another weighing of the same draws.

The densities are in `likelihood`, what they are compared with in `predictions`, weights and their limits in `weights`.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_register import CONVERSIONS
from estimation.evidence.population.composition import adult_shares
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.sources import headline as headline_rows
from estimation.evidence.tables.synthesis_sources import SourceRow, sentenced_in_first_year, usable_rows
from estimation.model.case.case_shipped import survival_of
from estimation.model.ladder.ladder import Ladder, climb
from estimation.model.ladder.summary import LEVELS, summary_rows
from estimation.model.region.estimand import Basis
from estimation.model.region.region import SOURCES, Array, Scope
from estimation.model.synthesis.components import Held, Part, composition_of, course_of, split
from estimation.model.synthesis.likelihood import log_density
from estimation.model.synthesis.predictions import Prediction, adult_shares_of, part_of, parts_of, predictions
from estimation.model.synthesis.weights import Weights, weigh

# Sets of the sources' own entries that each draw of the counties is tried with; 64 give ten times the effective
# draws of one.
SETS = 64
# Entries that shape the counties' draws; the other entries of this rung are the sources' own.
COMPOSITION = (
    "county_prison_count",
    "prison_list_inside",
    "composition_sd",
    "composition_correlation",
    "composition_shift",
)
INCLUDES = "officials' estimates, a leaked table, villages, courts and capacity, each with its bias"
LEAVES_OUT = "biases that all these sources share, and what none of them saw"

# Draws whose sums over sources and sets are made at a time.
_BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Densities:
    """Log-densities of every source's figure, for each draw of the counties and each set of the sources' own entries.

    Attributes
    ----------
    names : tuple of str
        The sources, S of them.
    values : ndarray of shape (S, M, n), float32
        Set m of draw i holds the sources' own entries of draw ``(i + m stride) mod n``.
    """

    names: tuple[str, ...]
    values: npt.NDArray[np.float32]

    @property
    def stride(self) -> int:
        """Distance in draws between the sets that one draw is tried with."""
        return max(1, int(self.values.shape[2] // self.values.shape[1]))

    def joint(self, reliability: Mapping[str, float], draws: slice | npt.NDArray[np.intp]) -> Array:
        """Sum over sources of their log-densities times their reliability, of some draws: shape (M, draws)."""
        total = np.zeros(self.values[0][:, draws].shape)
        for name, values in zip(self.names, self.values, strict=True):
            if reliability.get(name, 0.0) > 0:
                total += reliability[name] * values[:, draws]
        return total

    def mean(self, reliability: Mapping[str, float]) -> Array:
        """Logarithm of the mean over sets of the joint density: shape (n,)."""

        def work(start: int) -> Array:
            total = self.joint(reliability, slice(start, start + _BLOCK))
            top = total.max(axis=0)
            with np.errstate(invalid="ignore"):
                total -= np.where(np.isfinite(top), top, 0.0)
            return np.asarray(np.log(np.exp(total, out=total).mean(axis=0)) + top)

        return _in_blocks(work, self.values.shape[2])

    def weigh(self, reliability: Mapping[str, float], *, enforce: bool = True) -> Weights:
        """Weights of the draws, the sources' own entries averaged over.

        Parameters
        ----------
        reliability : dict of str to float
            Power of each source's density; absent is 0.
        enforce : bool
            Whether to refuse weights that cannot be relied on.

        Returns
        -------
        Weights

        Raises
        ------
        UnreliableError
            See `weights.weigh`.

        Notes
        -----
        **Assumes:** the sources' own entries are independent of the counties' draws before any source is seen. The
        mean density over sets is an unbiased estimate of the draw's density, so that weights by it have the right
        expectation.

        References
        ----------
        METHODS eq. 55.
        Andrieu and Roberts 2009, doi:10.1214/07-AOS574: the same device in Markov chains.
        """
        return weigh(self.mean(reliability), enforce=enforce)

    def own_entries(self, reliability: Mapping[str, float], positions: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """For each position, the draw whose own entries of the sources go with it, by their densities.

        References
        ----------
        METHODS eq. 55.
        """
        _, sets, n = self.values.shape
        if not any(reliability.get(name, 0.0) > 0 for name in self.names):
            return positions
        # Evenly spread points that do not follow the order of the positions: the golden ratio's sequence.
        points = (np.arange(positions.size) * 0.6180339887498949) % 1.0

        def work(start: int) -> npt.NDArray[np.intp]:
            block = slice(start, start + _BLOCK)
            total = self.joint(reliability, positions[block])
            steps = np.cumsum(np.exp(total - total.max(axis=0)), axis=0)
            chosen = np.minimum((steps < points[block] * steps[-1]).sum(axis=0), sets - 1)
            return np.asarray((positions[block] + chosen * self.stride) % n, dtype=np.intp)

        return _in_blocks(work, positions.size)


def _in_blocks(work: Callable[[int], npt.NDArray[Any]], count: int) -> npt.NDArray[Any]:
    """Results of each block's first number, joined: block by block what is added up stays in the processor's cache."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return np.concatenate(list(pool.map(work, range(0, count, _BLOCK))))


@dataclass(frozen=True, eq=False)
class Synthesis:
    """The ladder with its last rung.

    Attributes
    ----------
    ladder : Ladder
        The rungs from the county alone; the same draws.
    held : Held
        Draws for the scopes, each source, the observed county, all groups, and the places asked for.
    parts : tuple of Part
        The columns of `held`.
    sources : tuple of Prediction
        What each source would have said, each draw with its own entries.
    densities : Densities
        Of the sources' figures.
    reliability : dict of str to float
        Power to which each source's density was raised, 0-1.
    weights : Weights
        Of the draws.
    positions : ndarray of int, shape (n,)
        Equally weighted draws.
    entries : ndarray of int, shape (n,)
        The draws whose entries of the sources' own go with them.
    first_year : float
        Share of the sentences of 2017-18 passed in 2017.
    """

    ladder: Ladder
    held: Held
    parts: tuple[Part, ...]
    sources: tuple[Prediction, ...]
    densities: Densities
    reliability: Mapping[str, float]
    weights: Weights
    positions: npt.NDArray[np.intp] = field(repr=False)
    entries: npt.NDArray[np.intp] = field(repr=False)
    first_year: float

    def count(self, scope: str) -> Array:
        """Draws of the count of a scope at the rung *sources*: persons, shape (n,)."""
        return self.ladder.count(scope)[self.positions]

    def column(self, name: str) -> int:
        """The column of `held` of a scope or source."""
        return [part.name for part in self.parts].index(name)

    def entry(self, name: str) -> Array:
        """Draws of an entry of the register after the sources are weighed in, shape (n,)."""
        values = self.ladder.inputs[name].to_numpy(float)
        return np.asarray(values[self.entries if name in self.own else self.positions])

    @property
    def kinds(self) -> dict[str, str]:
        """Kind of each source, by name."""
        return {each.row.name: each.row.kind for each in self.sources}

    @property
    def own(self) -> tuple[str, ...]:
        """Entries of the register that are the sources' own."""
        return own_entries(self.ladder.inputs.columns)

    def table(self, *, levels: Sequence[float] = LEVELS, thresholds: Sequence[int] | None = None) -> pd.DataFrame:
        """The ladder with the rung *sources*: rows and columns as in `Ladder.table`."""
        words = (INCLUDES, LEAVES_OUT)
        return with_rung(self.ladder, self.positions, self.weights, words, levels=levels, thresholds=thresholds)


def with_rung(
    ladder: Ladder,
    positions: npt.NDArray[np.intp],
    weights: Weights,
    words: tuple[str, str],
    *,
    levels: Sequence[float],
    thresholds: Sequence[int] | None,
) -> pd.DataFrame:
    """The ladder's table with the rung *sources* after each scope's own.

    Parameters
    ----------
    ladder : Ladder
        The rungs before.
    positions : ndarray of int, shape (n,)
        Equally weighted draws.
    weights : Weights
        Theirs.
    words : tuple of str
        What the rung includes and leaves out.
    levels, thresholds : sequence
        As in `Ladder.table`.

    Returns
    -------
    DataFrame
    """
    first = ladder.table(levels=levels, thresholds=thresholds)
    at_least = ladder.thresholds if thresholds is None else thresholds
    parts = []
    for scope in ladder.scopes:
        parts.append(first[first["scope"] == scope.name])
        known = {**ladder.named(scope.name), "rung": SOURCES, "includes": words[0], "leaves_out": words[1]}
        parts.append(
            pd.DataFrame(
                summary_rows(
                    known,
                    ladder.count(scope.name)[positions],
                    ladder.share(scope.name)[positions],
                    levels=levels,
                    thresholds=at_least,
                    effective=weights.effective,
                )
            )
        )
    return pd.concat(parts, ignore_index=True)


def synthesise(
    evidence: Evidence,
    register: Register,
    *,
    draws: int,
    seed: int,
    basis: Basis = "registered",
    scopes: Sequence[Scope] | None = None,
    reliability: Mapping[str, float] | None = None,
    without: Collection[str] = (),
    only: str | None = None,
    counties: bool = False,
    places: Collection[tuple[str, tuple[str, ...]]] = (),
    enforce: bool = True,
    sets: int = SETS,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Synthesis:
    """Weigh the ladder's draws by the other sources.

    Parameters
    ----------
    evidence, register : Evidence, Register
        What is known and judged.
    draws, seed, basis, scopes, threads, progress
        As in `ladder.climb`.
    reliability : dict of str to float, optional
        Power to which a source's density is raised, 0-1, by name; 1 where silent. 0 leaves the source out.
    without : collection of str
        Sources to leave out.
    only : str, optional
        The one kind of source to use.
    counties : bool
        Whether to keep each county's rate.
    places : collection of (str, tuple of str)
        Areas and groups to count besides, as in `synthesis_sources.csv`; their columns are named ``area|groups``.
    enforce : bool
        Whether to refuse weights that cannot be relied on.
    sets : int
        Sets of the sources' own entries that each draw is tried with.

    Returns
    -------
    Synthesis

    Raises
    ------
    EstimationError
        Unknown source or kind, a reliability outside 0-1, or what `climb` refuses.
    UnreliableError
        The weights cannot be relied on.

    Notes
    -----
    **Assumes:** given the draw and the biases of their kinds, sources err independently; their figures played no part
    in the rungs from the county alone.

    References
    ----------
    METHODS eq. 48.
    """
    rows = usable_rows(evidence)
    power = _powers([(row.name, row.kind) for row in rows], reliability or {}, without, only)
    ladder = climb(
        evidence, register, draws=draws, seed=seed, basis=basis, scopes=scopes, threads=threads, progress=progress
    )
    region, drawn = ladder.region, {name: ladder.inputs[name].to_numpy(float) for name in register}
    parts = parts_of(region, ladder.scopes, rows)
    parts += [part_of(f"{area}|{'+'.join(groups)}", area, groups, region) for area, groups in places]
    composition = composition_of(drawn, float(headline_rows(evidence).iloc[0]["numerator"]))
    held = split(region, parts, ladder.effects, composition, seed=seed, counties=counties, threads=threads)
    by_unit = adult_shares(evidence, year=2018, adult_age=18, survival=survival_of(register))
    shares = adult_shares_of(rows, parts, region, by_unit)
    first_year = sentenced_in_first_year(evidence)

    def speak(entries: Mapping[str, Array]) -> tuple[Prediction, ...]:
        course = course_of(entries, sentenced_by_2018=first_year)
        return predictions(rows, parts, held, course, entries, adult_shares=shares)

    densities = paired(rows, drawn, speak, sets=sets, threads=threads)
    weights = densities.weigh(power, enforce=enforce)
    positions = weights.resampled()
    entries = densities.own_entries(power, positions)
    return Synthesis(
        ladder, held, tuple(parts), speak(drawn), densities, power, weights, positions, entries, first_year
    )


def own_entries(names: Collection[str]) -> tuple[str, ...]:
    """Those entries of the register, among `names`, that are the sources' own."""
    known = {name for entries in CONVERSIONS.values() for name in entries} - {*COMPOSITION}
    return tuple(name for name in names if name in known or name.startswith(("bias_", "uninformative_")))


def paired(
    rows: Sequence[SourceRow],
    drawn: Mapping[str, Array],
    speak: Callable[[Mapping[str, Array]], tuple[Prediction, ...]],
    *,
    sets: int = SETS,
    threads: int | None = None,
) -> Densities:
    """Densities of the sources' figures with each draw's own entries and with those of other draws.

    Parameters
    ----------
    rows : sequence of SourceRow
        The sources.
    drawn : mapping of str to ndarray of shape (n,)
        The register's entries.
    speak : callable
        Gives what each source would have said from entries.
    sets : int
        Sets each draw is tried with; the first is its own.
    threads : int, optional
        Threads; the result does not depend on it.

    Returns
    -------
    Densities
    """

    def densities(entries: Mapping[str, Array]) -> Iterator[Array]:
        for each in speak(entries):
            yield log_density(each.source, each.value, **each.errors(entries))

    names = tuple(row.name for row in rows)
    return over_sets(names, drawn, densities, own=own_entries(drawn), sets=sets, threads=threads)


def over_sets(
    names: Sequence[str],
    drawn: Mapping[str, Array],
    densities: Callable[[Mapping[str, Array]], Iterable[Array]],
    *,
    own: Collection[str],
    sets: int = SETS,
    threads: int | None = None,
) -> Densities:
    """Log-densities with each draw's own entries and with those of other draws.

    Parameters
    ----------
    names : sequence of str
        The sources.
    drawn : mapping of str to ndarray of shape (n,)
        The register's entries.
    densities : callable
        Gives each source's log-densities, shape (n,), from entries.
    own : collection of str
        Entries that are the sources' own.
    sets, threads : int
        As in `paired`.

    Returns
    -------
    Densities

    References
    ----------
    METHODS eq. 55.
    """
    n = next(iter(drawn.values())).size
    found = Densities(tuple(names), np.empty((len(names), sets, n), np.float32))
    from_draw = going_round(drawn, own)

    def work(number: int) -> None:
        entries = {**drawn, **from_draw(number * found.stride)}
        for place, values in enumerate(densities(entries)):
            found.values[place, number] = values

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for _ in pool.map(work, range(sets)):
            pass
    return found


def going_round(drawn: Mapping[str, Array], names: Collection[str]) -> Callable[[int], dict[str, Array]]:
    """Gives some entries as those of the draws from any one on, after the last the first: views, nothing is copied.

    Examples
    --------
    >>> going_round({"a": np.arange(3.0)}, ["a"])(1)["a"].tolist()
    [1.0, 2.0, 0.0]
    """
    twice = {name: np.concatenate([drawn[name], drawn[name]]) for name in names}

    def from_draw(first: int) -> dict[str, Array]:
        starts = {name: first % (values.size // 2) for name, values in twice.items()}
        return {name: values[starts[name] : starts[name] + values.size // 2] for name, values in twice.items()}

    return from_draw


def _powers(
    known: Sequence[tuple[str, str]], reliability: Mapping[str, float], without: Collection[str], only: str | None
) -> dict[str, float]:
    names = [name for name, _ in known]
    for name in (*reliability, *without):
        if name not in names:
            raise EstimationError("the source must be one that enters", repr(name), f"use one of {', '.join(names)}")
    for name, value in reliability.items():
        if not 0 <= value <= 1:
            raise EstimationError("reliability must lie in 0-1", f"{name}: {value}", "0 leaves a source out")
    kinds = dict.fromkeys(kind for _, kind in known)
    if only is not None and only not in kinds:
        raise EstimationError("the kind of source must be a known one", repr(only), f"use {', '.join(kinds)}")
    return {
        name: 0.0 if name in without or (only is not None and kind != only) else float(reliability.get(name, 1.0))
        for name, kind in known
    }
