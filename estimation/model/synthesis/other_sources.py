"""How probable the other sources' figures are under each draw, their own errors integrated out.

Given a draw, kinds of source err independently; what the sources of a kind share (its bias, how likely it says nothing,
how it converts) is integrated over one set of evenly spread points, the same for every draw.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from estimation.errors import require
from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Source
from estimation.model.region.region import Array
from estimation.model.synthesis.likelihood import density
from estimation.model.synthesis.predictions import Prediction
from estimation.model.synthesis.weights import Weights, weigh

POINTS: Final = 128
"""Points at which the entries of a kind of source are tried together."""
_MANY: Final = 4096
"""Points for a figure that is the only one of its kind: its likelihood is tabled once."""
_REACH: Final = 12.0
"""How far, on the log scale, people counted may lie from a figure whose likelihood is tabled."""
_BLOCK: Final = 256


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Likelihood of other sources, for n draws."""

    predictions: tuple[Prediction, ...]
    register: Register  # for the sources' own entries
    points: int = POINTS  # at which these are tried
    base: Array | None = None  # log-weights that the draws have before any source is seen, shape (n,); equal by default
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
        """Log-likelihood of each draw, shape (n,), by METHODS eq. 55.

        `power` is that to which each source's density is raised, its reliability; 0 for a source it does not name.
        """
        kinds = dict.fromkeys(self.kinds.values())
        return np.asarray(np.sum([self._log_of_kind(kind, power) for kind in kinds], axis=0))  # (55), kinds

    def weigh(self, power: Mapping[str, float], *, enforce: bool = True) -> Weights:
        """Weights of the draws; `power` as in `log`, `enforce` and errors as in `weights.weigh`."""
        logs = self.log(power)
        return weigh(logs if self.base is None else logs + self.base, enforce=enforce)

    def posterior(self, power: Mapping[str, float], positions: npt.NDArray[np.intp]) -> dict[str, tuple[Array, Array]]:
        """The sources' own entries after the figures are seen: for each its points, in its unit, and their weights.

        Both have shape (1024,), and weights sum 1. `positions` are draws that are equally likely once the sources are
        seen; some thousands are enough.
        """
        found: dict[str, tuple[Array, Array]] = {}
        for kind in dict.fromkeys(self.kinds.values()):
            entries = self._own_points(kind, _MANY // 4)
            joint = self._joint(kind, power, entries, positions)
            share = (joint / joint.sum(axis=0)).mean(axis=1)
            found |= {name: (values, share) for name, values in entries.items()}
        return found

    def _own_points(self, kind: str, points: int) -> dict[str, Array]:
        """Points of the own entries of a kind of source, in their units, each of shape (points,)."""
        own = (each.source.own for each in self.predictions if each.source.kind == kind)
        names = list(dict.fromkeys(name for names in own for name in names))
        return _quantiles(tuple((name, self.register[name].distribution) for name in names), points)

    @property
    def _draws(self) -> int:
        return int(self.predictions[0].counted.size)

    def _log_of_kind(self, kind: str, power: Mapping[str, float]) -> Array:
        asked = tuple((name, power.get(name, 0.0)) for name, own in self.kinds.items() if own == kind)
        if asked not in self._kept:
            self._kept[asked] = self._log_mean(kind, dict(asked))
        return self._kept[asked]

    def _log_mean(self, kind: str, power: Mapping[str, float]) -> Array:
        used = [each for each in self.predictions if power.get(each.source.name, 0.0) > 0]
        if not used:
            return np.zeros(self._draws)
        if len(used) == 1 and not used[0].source.places:
            source = used[0].source
            own = tuple((name, self.register[name].distribution) for name in source.own)
            # A figure of its own kind speaks of one number, so that its likelihood can be tabled.
            whole = 0.0 if source.bound == "about" else used[0].whole
            steps, table = _table(source, whole, own, power[source.name])
            with np.errstate(divide="ignore"):
                return np.asarray(np.interp(np.log(used[0].counted / source.value), steps, table))
        entries = self._own_points(kind, self.points)

        def work(start: int) -> Array:
            rows = slice(start, min(start + _BLOCK, self._draws))
            return np.asarray(self._joint(kind, power, entries, rows).mean(axis=0))  # (55), mean over points

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool, np.errstate(divide="ignore"):
            return np.asarray(np.log(np.concatenate(list(pool.map(work, range(0, self._draws, _BLOCK))))))

    def _joint(
        self, kind: str, power: Mapping[str, float], points: Mapping[str, Array], rows: slice | npt.NDArray[np.intp]
    ) -> Array:
        """Density of all figures of a kind at each point, of some draws: shape (points, rows)."""
        entries = {name: values[:, None] for name, values in points.items()}
        joint: Array = np.ones((1, 1))
        for each in self.predictions:
            source, reliability = each.source, power.get(each.source.name, 0.0)
            if source.kind == kind and reliability > 0:
                some = Prediction(source, each.whole, each.counted[rows], each.ever[rows])
                found = density_of(some, entries)
                joint = joint * (found if reliability == 1 else found**reliability)  # (55), figures of a kind
        size = self.predictions[0].counted[rows].size
        return np.broadcast_to(joint, (len(next(iter(points.values()))), size))


@lru_cache(maxsize=512)
def _quantiles(entries: tuple[tuple[str, Distribution], ...], points: int) -> dict[str, Array]:
    spread = _evenly_spread(points, len(entries))
    return {name: np.asarray(shape.ppf(column), float) for (name, shape), column in zip(entries, spread.T, strict=True)}


@lru_cache(maxsize=512)
def _table(
    source: Source, whole: float, own: tuple[tuple[str, Distribution], ...], reliability: float
) -> tuple[Array, Array]:
    """Logs of people counted over the figure, and there the log of its mean density over its own entries."""
    entries = {name: values[:, None] for name, values in _quantiles(own, _MANY).items()}
    # Steps of an eighth of the figure's error keep a straight line between them within 0.4 percent of the density.
    finest = max(source.log_sd, 0.002) / 8
    steps = np.linspace(-_REACH, _REACH, 1 + max(2048, int(np.ceil(2 * _REACH / finest))))
    found = []
    for counted in np.array_split(source.value * np.exp(steps), steps.size // 32):
        density_here = density_of(Prediction(source, whole or source.value, counted, counted), entries)
        found.append((density_here**reliability).mean(axis=0))
    with np.errstate(divide="ignore"):
        return steps, np.asarray(np.log(np.concatenate(found)))


def density_of(prediction: Prediction, entries: Mapping[str, Array]) -> npt.NDArray[Any]:
    """Density of a source's figure under its own entries, which broadcast with the draws."""
    source = prediction.source
    return density(source, prediction.whole, prediction.reported(entries), **errors_of(prediction, entries))


def bias_of(source: Source, entries: Mapping[str, Array]) -> Array:
    """Log of reported over true that a kind shares, which is at most 0 where it only leaves people out (eq. 52)."""
    error = entries[source.error]
    return np.log(error) if source.undercounts else error


def errors_of(prediction: Prediction, entries: Mapping[str, Array]) -> dict[str, Any]:
    """What the density of a figure takes besides: the entries of its kind, and how places differ within an area."""
    source = prediction.source
    return {
        "bias": bias_of(source, entries),
        "uninformative": entries[f"uninformative_{source.kind}"],
        "place_sd": entries[source.within_sd] if source.within_sd else 0.0,
    }


def _evenly_spread(points: int, dimensions: int) -> Array:
    """Points of the unit cube that no direction leaves out, shape (points, dimensions), each inside (0, 1).

    The first points of Sobol's sequence, moved by half a step off the edge; `points` is a power of two. Joe and Kuo
    2008, doi:10.1137/070709359, by SciPy.

    Examples
    --------
    >>> _evenly_spread(4, 1).ravel().tolist()
    [0.125, 0.625, 0.875, 0.375]
    """
    from scipy.stats import qmc  # slow to import, and not every run has other sources

    return np.asarray(qmc.Sobol(dimensions, scramble=False).random(points) + 0.5 / points)


def powers(
    known: Mapping[str, str],
    *,
    reliability: Mapping[str, float] | None = None,
    without: Collection[str] = (),
    kinds: Sequence[str] | None = None,
) -> dict[str, float]:
    """Reliability of each source, 0-1, as `Likelihood.log` takes it, by its name.

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
        require(name in known, "the source must be one that enters", repr(name), f"use one of {', '.join(known)}")
    for name, value in given.items():
        require(0 <= value <= 1, "reliability must lie in 0-1", f"{name}: {value}", "0 leaves a source out")
    every = tuple(dict.fromkeys(known.values()))
    for kind in kinds or ():
        require(kind in every, "the kind of source must be a known one", repr(kind), f"use {', '.join(every)}")
    return {
        name: 0.0 if name in without or (kinds is not None and kind not in kinds) else float(given.get(name, 1.0))
        for name, kind in known.items()
    }
