"""How probable the other sources' figures are under each draw, their own errors integrated out.

Given a draw, kinds of source err independently; what the sources of a kind share (its bias, how likely it says nothing,
how it converts) is integrated over one set of evenly spread points, the same for every draw.
"""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from estimation.errors import EstimationError
from estimation.evidence.register.assumptions import Register
from estimation.model.region.region import Array
from estimation.model.synthesis.likelihood import density
from estimation.model.synthesis.predictions import Prediction
from estimation.model.synthesis.weights import Weights, weigh

POINTS: Final = 128
"""Points at which the entries of a kind of source are tried together."""
_BLOCK: Final = 256


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Likelihood of other sources, for n draws.

    Attributes
    ----------
    predictions : tuple of Prediction
        The sources, and the people each speaks about.
    register : Register
        For the sources' own entries.
    points : int
        Points at which these are tried.
    base : ndarray of shape (n,), optional
        Log-weights that the draws have before any source is seen; equal by default.
    """

    predictions: tuple[Prediction, ...]
    register: Register
    points: int = POINTS
    base: Array | None = None
    _kept: dict[tuple[tuple[str, float], ...], Array] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the sources."""
        return tuple(each.source.name for each in self.predictions)

    @property
    def kinds(self) -> dict[str, str]:
        """Kind of each source, by its name."""
        return {each.source.name: each.source.kind for each in self.predictions}

    def log(self, power: Mapping[str, float]) -> Array:
        """Log-likelihood of each draw, shape (n,).

        Parameters
        ----------
        power : mapping of str to float
            Power to which each source's density is raised, its reliability; absent is 0.

        References
        ----------
        METHODS eq. 55.
        """
        kinds = dict.fromkeys(self.kinds.values())
        return np.asarray(np.sum([self._log_of_kind(kind, power) for kind in kinds], axis=0))

    def weigh(self, power: Mapping[str, float], *, enforce: bool = True) -> Weights:
        """Weights of the draws; `power` as in `log`, `enforce` and errors as in `weights.weigh`."""
        logs = self.log(power)
        return weigh(logs if self.base is None else logs + self.base, enforce=enforce)

    def posterior(self, power: Mapping[str, float], share: Array) -> dict[str, tuple[Array, Array]]:
        """The sources' own entries after the figures are seen.

        Parameters
        ----------
        power : mapping of str to float
            As in `log`.
        share : ndarray of shape (n,)
            Weights of the draws by all sources, sum 1.

        Returns
        -------
        dict of str to tuple of ndarray
            For each entry its points, in its unit, and their weights, sum 1: both of shape (points,).
        """
        found: dict[str, tuple[Array, Array]] = {}
        for kind in dict.fromkeys(self.kinds.values()):
            entries = self.own_points(kind)
            held = np.zeros(self.points)

            def work(rows: slice, kind: str = kind) -> Array:
                joint = self._joint(kind, power, rows)
                total = joint.sum(axis=0)
                return np.asarray((joint / np.where(total > 0, total, 1.0)) @ share[rows])

            held = np.sum(self._in_blocks(work), axis=0)
            found |= {name: (values, held / held.sum()) for name, values in entries.items()}
        return found

    def own_points(self, kind: str) -> dict[str, Array]:
        """Points of the own entries of a kind of source, in their units, each of shape (points,)."""
        own = (each.source.own for each in self.predictions if each.source.kind == kind)
        names = list(dict.fromkeys(name for names in own for name in names))
        spread = evenly_spread(self.points, len(names))
        return {
            name: np.asarray(self.register[name].distribution.ppf(column), float)
            for name, column in zip(names, spread.T, strict=True)
        }

    @cached_property
    def _draws(self) -> int:
        return int(self.predictions[0].counted.size)

    def _log_of_kind(self, kind: str, power: Mapping[str, float]) -> Array:
        asked = tuple((name, power.get(name, 0.0)) for name, own in self.kinds.items() if own == kind)
        if asked not in self._kept:
            if any(value > 0 for _, value in asked):
                found = np.concatenate(self._in_blocks(lambda rows: self._joint(kind, power, rows).mean(axis=0)))
            else:
                found = np.ones(self._draws)
            with np.errstate(divide="ignore"):
                self._kept[asked] = np.log(found)
        return self._kept[asked]

    def _joint(self, kind: str, power: Mapping[str, float], rows: slice) -> Array:
        """Density of all figures of a kind at each point, of some draws: shape (points, rows)."""
        entries = {name: values[:, None] for name, values in self.own_points(kind).items()}
        joint: Array = np.ones((self.points, 1))
        for each in self.predictions:
            source, reliability = each.source, power.get(each.source.name, 0.0)
            if source.kind != kind or not reliability > 0:
                continue
            some = Prediction(source, each.whole, each.counted[rows], each.ever[rows])
            found = density_of(some, entries)
            joint = joint * (found if reliability == 1 else found**reliability)
        return np.broadcast_to(joint, (self.points, rows.stop - rows.start))

    def _in_blocks(self, work: Callable[[slice], Array]) -> list[Array]:
        """Results block by block, so that what is multiplied stays in the processor's cache."""
        blocks = [slice(start, min(start + _BLOCK, self._draws)) for start in range(0, self._draws, _BLOCK)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return list(pool.map(work, blocks))


def density_of(prediction: Prediction, entries: Mapping[str, Array]) -> npt.NDArray[Any]:
    """Density of a source's figure under its own entries, which broadcast with the draws."""
    source = prediction.source
    return density(source, prediction.whole, prediction.reported(entries), **errors_of(prediction, entries))


def errors_of(prediction: Prediction, entries: Mapping[str, Array]) -> dict[str, Any]:
    """What the density of a figure takes besides: the entries of its kind, and how places differ within an area."""
    source = prediction.source
    return {
        "bias": entries[f"bias_{source.kind}"],
        "uninformative": entries[f"uninformative_{source.kind}"],
        "place_sd": entries[source.within_sd] if source.within_sd else 0.0,
    }


def evenly_spread(points: int, dimensions: int) -> Array:
    """Points of the unit cube that no direction leaves out, shape (points, dimensions), each inside (0, 1).

    An additive recurrence on powers of the root of ``x ** (d + 1) = x + 1``, which is the golden ratio's sequence for
    one dimension: Niederreiter 1992, doi:10.1137/1.9781611970081, section 3.1, on sequences ``{n alpha}``.

    Examples
    --------
    >>> evenly_spread(3, 1).round(3).ravel().tolist()
    [0.5, 0.118, 0.736]
    """
    root = 2.0
    for _ in range(64):
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    return np.asarray((0.5 + np.arange(points)[:, None] * steps) % 1.0)


def powers(
    known: Mapping[str, str],
    *,
    reliability: Mapping[str, float] | None = None,
    without: Collection[str] = (),
    kinds: Sequence[str] | None = None,
) -> dict[str, float]:
    """Reliability of each source, 0-1, as `Likelihood.log` takes it.

    Parameters
    ----------
    known : mapping of str to str
        Kind of each source, by its name.
    reliability : mapping of str to float, optional
        Of some sources; 1 where silent.
    without : collection of str
        Sources to leave out.
    kinds : sequence of str, optional
        Kinds to use; all by default.

    Raises
    ------
    EstimationError
        An unknown source or kind, or a reliability outside 0-1.
    """
    given = reliability or {}
    for name in (*given, *without):
        if name not in known:
            raise EstimationError("the source must be one that enters", repr(name), f"use one of {', '.join(known)}")
    for name, value in given.items():
        if not 0 <= value <= 1:
            raise EstimationError("reliability must lie in 0-1", f"{name}: {value}", "0 leaves a source out")
    every = tuple(dict.fromkeys(known.values()))
    for kind in kinds or ():
        if kind not in every:
            raise EstimationError("the kind of source must be a known one", repr(kind), f"use {', '.join(every)}")
    return {
        name: 0.0 if name in without or (kinds is not None and kind not in kinds) else float(given.get(name, 1.0))
        for name, kind in known.items()
    }
