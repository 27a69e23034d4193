"""How probable the other sources' figures are under each draw, their own errors integrated out.

Given a draw and the bias that some kinds have in common, kinds of source err independently; what the sources of a kind
share (its bias, how likely it says nothing, how it converts) is integrated over one set of evenly spread points, and
the common bias over a few nodes, the same for every draw.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.errors import require
from estimation.evidence.case_folder.case_register import SHARED_BIAS
from estimation.evidence.distributions.distributions import Distribution, Point
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Source
from estimation.model.region.region import Array
from estimation.model.synthesis.likelihood import density, saying_nothing
from estimation.model.synthesis.predictions import Prediction
from estimation.model.synthesis.weights import Weights, weigh

POINTS: Final = 128
"""Points at which the entries of a kind of source are tried together."""
NODES: Final = 5
"""Nodes of the bias that kinds have in common, by Gauss and Hermite; a kind has a quarter of the points at each."""
_FINE: Final = 32
"""Nodes, equally likely, where the common bias is itself asked for."""
_MANY: Final = 4096
"""Points for a figure that is the only one of its kind: its likelihood is tabled once."""
_REACH: Final = 12.0
"""How far, on the log scale, people counted may lie from a figure whose likelihood is tabled."""
_BLOCK: Final = 256
_NONE: Final = np.zeros(1)
"""The common bias of kinds that have none."""


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
        apart = [self._log_of_kind(kind, power) for kind in kinds if kind not in self._sharing]
        found = np.sum(apart, axis=0) if apart else np.zeros(self._draws)  # (55), kinds
        if self._sharing:
            logs = np.sum([self._log_of_kind(kind, power) for kind in self._sharing], axis=0)
            found = found + special.logsumexp(logs, axis=0, b=self._nodes(NODES)[1][:, None])  # (55), common bias
        return np.asarray(found)

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
        kinds = dict.fromkeys(self.kinds.values())
        for kind in kinds:
            if kind not in self._sharing:
                entries = self._own_points(kind, _MANY // 4)
                share = _shares(self._joint(kind, power, entries, positions)[0])
                found |= {name: (values, share) for name, values in entries.items()}
        if self._sharing:
            found |= self._posterior_of_sharing(power, positions)
        return found

    def _posterior_of_sharing(
        self, power: Mapping[str, float], positions: npt.NDArray[np.intp]
    ) -> dict[str, tuple[Array, Array]]:
        """As `posterior`, of the kinds that have a bias in common and of that bias, at fewer points each."""
        nodes = self.register[SHARED_BIAS].distribution.ppf((np.arange(_FINE) + 0.5) / _FINE)
        points = {kind: self._own_points(kind, _MANY // 32) for kind in self._sharing}
        # Shape (nodes, points, positions) for each kind, and the mean over its points.
        joint = {kind: self._joint(kind, power, own, positions, shared=nodes) for kind, own in points.items()}
        means = {kind: each.mean(axis=1) for kind, each in joint.items()}
        found: dict[str, tuple[Array, Array]] = {}
        for kind, own in points.items():
            rest = np.prod([means[other] for other in points if other != kind], axis=0)
            share = _shares(np.einsum("lmi,li->mi", joint[kind], np.broadcast_to(rest, means[kind].shape)))
            found |= {name: (values, share) for name, values in own.items()}
        return found | {SHARED_BIAS: (np.asarray(nodes), _shares(np.prod(list(means.values()), axis=0)))}

    def _own_points(self, kind: str, points: int) -> dict[str, Array]:
        """Points of a kind's entries but for the common bias, in their units, each of shape (points,)."""
        own = (each.source.own for each in self.predictions if each.source.kind == kind)
        names = [name for name in dict.fromkeys(name for names in own for name in names) if name != SHARED_BIAS]
        return _quantiles(tuple((name, self.register[name].distribution) for name in names), points)

    @property
    def _sharing(self) -> tuple[str, ...]:
        """Kinds that have a bias in common."""
        return tuple(dict.fromkeys(each.source.kind for each in self.predictions if SHARED_BIAS in each.source.own))

    def _nodes(self, nodes: int) -> tuple[Array, Array]:
        """Values of the common bias and their weights, each of shape (nodes,); one value where it is held fixed."""
        shape = self.register[SHARED_BIAS].distribution
        if isinstance(shape, Point):
            return np.array([shape.median()]), np.ones(1)
        scores, weights = special.roots_hermitenorm(nodes)
        return np.asarray(shape.ppf(special.ndtr(scores)), float), np.asarray(weights / weights.sum())

    @property
    def _draws(self) -> int:
        return int(self.predictions[0].counted.size)

    def _log_of_kind(self, kind: str, power: Mapping[str, float]) -> Array:
        asked = tuple((name, power.get(name, 0.0)) for name, own in self.kinds.items() if own == kind)
        if asked not in self._kept:
            self._kept[asked] = self._log_mean(kind, dict(asked))
        return self._kept[asked]

    def _log_mean(self, kind: str, power: Mapping[str, float]) -> Array:
        """Log of the mean over the points, shape (n,); for kinds with a bias in common at each node, (nodes, n)."""
        shared = self._nodes(NODES)[0] if kind in self._sharing else _NONE
        used = [each for each in self.predictions if power.get(each.source.name, 0.0) > 0]
        if not used:
            found = np.zeros((shared.size, self._draws))
        elif len(used) == 1 and not used[0].source.places:
            source = used[0].source
            own = tuple((name, self.register[name].distribution) for name in source.own if name != SHARED_BIAS)
            # A figure of its own kind speaks of one number, so that its likelihood can be tabled.
            # That of a figure which is no bound depends on their ratio alone.
            one = replace(source, value=1.0) if source.bound == "about" else source
            whole = 0.0 if source.bound == "about" else used[0].whole
            steps, table = _table(one, whole, own, power[source.name])
            with np.errstate(divide="ignore"):
                at = np.log(used[0].counted / source.value)
            found = np.stack([np.interp(at + node, steps, table) for node in shared])
        else:
            entries = self._own_points(kind, self.points if shared.size == 1 else self.points // 4)

            def work(start: int) -> Array:
                rows = slice(start, min(start + _BLOCK, self._draws))
                joint = self._joint(kind, power, entries, rows, shared=shared)
                return np.asarray(joint.mean(axis=1))  # (55), mean over points

            with ThreadPoolExecutor(os.cpu_count() or 1) as pool, np.errstate(divide="ignore"):
                found = np.log(np.concatenate(list(pool.map(work, range(0, self._draws, _BLOCK))), axis=1))
        return np.asarray(found if kind in self._sharing else found[0])

    def _joint(
        self,
        kind: str,
        power: Mapping[str, float],
        points: Mapping[str, Array],
        rows: slice | npt.NDArray[np.intp],
        *,
        shared: Array = _NONE,
    ) -> Array:
        """Density of all figures of a kind at each common bias and point, of some draws: (nodes, points, rows)."""
        entries = {name: values[:, None] for name, values in points.items()} | {SHARED_BIAS: shared[:, None, None]}
        every = None
        if f"together_{kind}" in entries:  # (55): the chance that all say nothing, and that one does when not all do
            one = entries[f"uninformative_{kind}"]
            every = one * entries[f"together_{kind}"]
            entries[f"uninformative_{kind}"] = (one - every) / np.maximum(1 - every, 1e-12)
        joint, nothing = np.ones((1, 1, 1)), 1.0
        for each in self.predictions:
            source, reliability = each.source, power.get(each.source.name, 0.0)
            if source.kind == kind and reliability > 0:
                some = Prediction(source, each.whole, each.counted[rows], each.ever[rows])
                found = density_of(some, entries)
                joint = joint * (found if reliability == 1 else found**reliability)  # (55), figures of a kind
                nothing *= saying_nothing(source, each.whole) ** reliability
        if every is not None:
            joint = (1 - every) * joint + every * nothing
        size = self.predictions[0].counted[rows].size
        return np.broadcast_to(joint, (shared.size, len(next(iter(points.values()))), size))


def _shares(joint: Array) -> Array:
    """Shares of points, shape (points,), in the densities of some draws, shape (points, draws), averaged over these."""
    return np.asarray((joint / joint.sum(axis=0)).mean(axis=1))


@lru_cache(maxsize=512)
def _quantiles(entries: tuple[tuple[str, Distribution], ...], points: int) -> dict[str, Array]:
    spread = _evenly_spread(points, len(entries))
    return {name: np.asarray(shape.ppf(column), float) for (name, shape), column in zip(entries, spread.T, strict=True)}


@lru_cache(maxsize=512)
def _table(
    source: Source, whole: float, own: tuple[tuple[str, Distribution], ...], reliability: float
) -> tuple[Array, Array]:
    """Logs of people counted over the figure, and there the log of its mean density over its own entries."""
    entries = {name: values[:, None] for name, values in _quantiles(own, _MANY).items()} | {SHARED_BIAS: np.zeros(1)}
    # Steps of an eighth of the figure's error keep a straight line between them within 0.4 percent of the density.
    finest = max(source.log_sd, 0.002) / 8
    steps = np.linspace(-_REACH, _REACH, 1 + max(2048, int(np.ceil(2 * _REACH / finest))))
    found = []
    for counted in np.array_split(source.value * np.exp(steps), steps.size // 32):
        density_here = density_of(Prediction(source, whole or source.value, counted, counted), entries)
        found.append((density_here**reliability).mean(axis=0))  # (55), a figure alone of its kind
    with np.errstate(divide="ignore"):
        return steps, np.asarray(np.log(np.concatenate(found)))


def density_of(prediction: Prediction, entries: Mapping[str, Array]) -> npt.NDArray[Any]:
    """Density of a source's figure under its own entries, which broadcast with the draws."""
    source = prediction.source
    return density(source, prediction.whole, prediction.reported(entries), **errors_of(prediction, entries))


def bias_of(source: Source, entries: Mapping[str, Array]) -> Array:
    """Log of reported over true that is not the figure's own (METHODS eq. 52).

    At most 0 but for what kinds have in common, where a kind can only leave people out.
    """
    kind, errors = source.kind, source.errors
    own = np.log(entries[f"coverage_{kind}"]) if kind in errors.undercounts else entries[f"bias_{kind}"]
    return np.asarray(own + entries[SHARED_BIAS] if kind in errors.shared else own)


def errors_of(prediction: Prediction, entries: Mapping[str, Array]) -> dict[str, Any]:
    """Further arguments of `density`: `bias` and `uninformative` of its kind, and `place_sd`."""
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
