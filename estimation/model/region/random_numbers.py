"""Standard normals of the areas, made anew for each block of draws or kept, in single or double precision.

A block's numbers depend on the seed and the block alone, so that a run gives the same for any number of threads, and
kept numbers are those of a run that makes them anew.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from estimation.model.region.region import Region

Real: TypeAlias = npt.NDArray[np.floating[Any]]
# One of these numbers: ``rates`` or ``prison``, ``parents`` or ``areas``, and the position.
AreaNumber: TypeAlias = tuple[str, str, int]
BLOCK: Final = 256
_CELLS: Final = 2**18
_PEOPLE: Final = 0x9E09
_PRISON: Final = 0xC0


@dataclass(frozen=True, eq=False)
class Normals:
    """Standard normals of n draws."""

    parents: Real  # of the areas' parents, shape (n, P)
    areas: Real  # of the areas themselves, shape (n, K)


class Numbers(Protocol):
    """Where a run has its random numbers from."""

    def rates(self, region: Region, number: int, rows: slice, /) -> Normals:
        """Standard normals of the areas' log-odds, for one block of draws."""

    def people(self, region: Region, number: int, rows: slice, /) -> Real:
        """Standard normals of the errors of the areas' people, shape (rows, K)."""

    def prison(self, region: Region, number: int, rows: slice, /) -> Normals:
        """Standard normals of how people held divide into camp and prison."""


def block_rows(areas: int) -> int:
    """Rows of draws worked on at a time: few enough for a processor's cache, and one for a million areas.

    Examples
    --------
    >>> block_rows(106), block_rows(1_000_000)
    (256, 1)
    """
    return max(1, min(BLOCK, _CELLS // areas))


@dataclass(frozen=True)
class Stream:
    """Random numbers that each block makes anew; `precision` is their type, and that of all arithmetic on areas."""

    seed: int
    precision: type[np.floating[Any]] = np.float32

    def rates(self, region: Region, number: int, rows: slice) -> Normals:
        """Standard normals of the areas' log-odds, for one block of draws."""
        return self._by_parent_and_area(self._rng(number), region, rows)

    def people(self, region: Region, number: int, rows: slice) -> Real:
        """Standard normals of the errors of the areas' people."""
        return self._normals(self._rng(number, _PEOPLE), rows, len(region.areas))

    def prison(self, region: Region, number: int, rows: slice) -> Normals:
        """Standard normals of how people held divide into camp and prison."""
        return self._by_parent_and_area(self._rng(number, _PRISON), region, rows)

    def _rng(self, number: int, *purpose: int) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence([self.seed, number, *purpose]))

    def _by_parent_and_area(self, rng: np.random.Generator, region: Region, rows: slice) -> Normals:
        return Normals(self._normals(rng, rows, region.parent_count), self._normals(rng, rows, len(region.areas)))

    def _normals(self, rng: np.random.Generator, rows: slice, columns: int) -> Real:
        # Always drawn in single precision, so that both precisions see the same numbers.
        size = (rows.stop - rows.start, columns)
        return rng.standard_normal(size, dtype=np.float32).astype(self.precision, copy=False)


@dataclass(frozen=True, eq=False)
class Tilted:
    """A stream with the numbers of some areas drawn elsewhere.

    Attributes
    ----------
    stream : Stream
        All others.
    areas : mapping of AreaNumber to ndarray of shape (n,)
        Those.
    """

    stream: Stream
    areas: Mapping[AreaNumber, npt.NDArray[np.float64]]

    def rates(self, region: Region, number: int, rows: slice) -> Normals:
        """Standard normals of the areas' log-odds, for one block of draws."""
        return self._with("rates", self.stream.rates(region, number, rows), rows)

    def people(self, region: Region, number: int, rows: slice) -> Real:
        """Standard normals of the errors of the areas' people."""
        return self.stream.people(region, number, rows)

    def prison(self, region: Region, number: int, rows: slice) -> Normals:
        """Standard normals of how people held divide into camp and prison."""
        return self._with("prison", self.stream.prison(region, number, rows), rows)

    def _with(self, purpose: str, made: Normals, rows: slice) -> Normals:
        for (of, level, position), values in self.areas.items():
            if of == purpose:
                getattr(made, level)[:, position] = values[rows]
        return made


@dataclass(frozen=True, eq=False)
class Kept:
    """Random numbers of some draws of a stream, for runs that are asked again and again."""

    normals: Normals  # of the areas' log-odds, n rows
    errors: Real | None  # of the errors of the areas' people, shape (n, K); None if these are without error
    division: Normals | None  # into camp and prison; None if the two are not told apart

    def scores(self) -> Iterator[tuple[AreaNumber, Real]]:
        """Every random number of areas and parents, except errors of population, each of shape (n,)."""
        for purpose, made in (("rates", self.normals), ("prison", self.division)):
            for level in ("parents", "areas") if made is not None else ():
                for position, values in enumerate(getattr(made, level).T):
                    yield (purpose, level, position), values

    def rates(self, _region: Region, _number: int, rows: slice) -> Normals:
        """Standard normals of the areas' log-odds, for some rows."""
        return Normals(self.normals.parents[rows], self.normals.areas[rows])

    def people(self, _region: Region, _number: int, rows: slice) -> Real:
        """Standard normals of the errors of the areas' people."""
        assert self.errors is not None, "kept without errors of people"
        return self.errors[rows]

    def prison(self, _region: Region, _number: int, rows: slice) -> Normals:
        """Standard normals of how people held divide into camp and prison."""
        assert self.division is not None, "kept without the division into camp and prison"
        return Normals(self.division.parents[rows], self.division.areas[rows])


def keep(
    stream: Stream | Tilted,
    region: Region,
    draws: int,
    *,
    rows: npt.NDArray[np.intp] | None = None,
    errors: bool = True,
    prison: bool = False,
) -> Kept:
    """Keep the random numbers of a stream.

    Parameters
    ----------
    stream : Stream or Tilted
        Where they come from.
    region : Region
        For the numbers of areas and parents.
    draws : int
        Draws of the stream.
    rows : ndarray of int, optional
        Which of them, in increasing order; all by default.
    errors, prison : bool
        Whether the areas' people have errors, and whether camp and prison are told apart.
    """
    wanted = np.arange(draws) if rows is None else rows
    step = block_rows(len(region.areas))
    starts = range(0, draws, step)
    ends = np.searchsorted(wanted, [*starts, draws])

    def joined(made: Callable[[int, slice], tuple[Real, ...]]) -> tuple[Real, ...]:
        parts = []
        for number, start in enumerate(starts):
            at = wanted[ends[number] : ends[number + 1]] - start
            if at.size:
                parts.append([each[at] for each in made(number, slice(start, min(start + step, draws)))])
        return tuple(np.concatenate(each) for each in zip(*parts, strict=True))

    def pair(made: Normals) -> tuple[Real, Real]:
        return made.parents, made.areas

    rates = joined(lambda number, block: pair(stream.rates(region, number, block)))
    people = joined(lambda number, block: (stream.people(region, number, block),)) if errors else (None,)
    divided = joined(lambda number, block: pair(stream.prison(region, number, block))) if prison else None
    return Kept(Normals(*rates), people[0], None if divided is None else Normals(*divided))
