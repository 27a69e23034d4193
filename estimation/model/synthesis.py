"""Weighs the draws of part one by other sources: importance weights, smoothed, with diagnostics that are enforced.

Where the inputs come from is `synthesise`'s business; `weigh` is arrays in and out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from arviz_stats.base import array_stats

from estimation.errors import EstimationError, UnreliableError
from estimation.evidence.assumptions import SOURCE_TYPES, Register
from estimation.evidence.composition import adult_shares
from estimation.evidence.sources import Evidence
from estimation.evidence.synthesis_sources import sentenced_in_first_year, usable_rows
from estimation.model.components import Composition, Course, Held, Part, course_of, split
from estimation.model.estimand import Basis
from estimation.model.ladder import LEVELS, SCOPES, THRESHOLDS, Ladder, climb, summary_rows, survival_of
from estimation.model.likelihood import log_density
from estimation.model.predictions import Prediction, part_of, predictions
from estimation.model.region import RUNGS, Array, Scope

RUNG = "sources"
ALL_RUNGS = (*RUNGS, RUNG)
# Above this shape the mean of the weights' tail is not reliable: Vehtari et al. 2024, section 3.
MAX_K = 0.7
# Below this many effective draws the ends of a 95% interval rest on fewer than ten of them.
MIN_EFFECTIVE = 400.0
INCLUDES = "officials' estimates, a leaked table, villages, courts and capacity, each with its bias"
LEAVES_OUT = "biases that all these sources share, and what none of them saw"


@dataclass(frozen=True)
class Weights:
    """Weights of the draws.

    Attributes
    ----------
    share : ndarray of shape (n,)
        Sum 1.
    pareto_k : float
        Shape of the tail of the raw weights; minus infinity if all are equal.
    effective : float
        Effective number of draws.
    """

    share: Array
    pareto_k: float
    effective: float

    def resampled(self) -> npt.NDArray[np.intp]:
        """Positions of n equally weighted draws, by systematic resampling; each its own if all weights are equal."""
        n = self.share.size
        steps = np.cumsum(self.share)
        points = (np.arange(n) + 0.5) / n * steps[-1]
        return np.minimum(np.searchsorted(steps, points), n - 1)


def weigh(log_weights: Array, *, enforce: bool = True) -> Weights:
    """Smooth and normalise importance weights.

    Parameters
    ----------
    log_weights : ndarray of shape (n,)
        Sum of the sources' log-densities.
    enforce : bool
        Whether to refuse weights that cannot be relied on.

    Returns
    -------
    Weights

    Raises
    ------
    UnreliableError
        Pareto k above `MAX_K`, or fewer than `MIN_EFFECTIVE` effective draws.

    Notes
    -----
    **Assumes:** independent draws.

    References
    ----------
    Vehtari, Simpson, Gelman, Yao and Gabry 2024, JMLR 25(72): Pareto-smoothed importance sampling, by arviz-stats.
    Poole and Raftery 2000, doi:10.1080/01621459.2000.10474324: weighing one model's draws by two kinds of evidence.
    """
    if not np.isfinite(log_weights).any() or np.isnan(log_weights).any():
        raise UnreliableError("some draw must agree with the sources", "none", "widen the sources' errors")
    n = log_weights.size
    if np.ptp(log_weights) == 0:
        return Weights(np.full(n, 1 / n), -np.inf, float(n))
    # The library works on negative logs; draws that a source rules out get the least that floats can hold.
    logs = np.maximum(log_weights - log_weights.max(), -700.0)
    smoothed, shape = array_stats.psislw(-logs)
    share = np.exp(smoothed - smoothed.max())
    share /= share.sum()
    found = Weights(share, float(shape), float(1 / np.sum(share**2)))
    if enforce:
        require_reliable(found)
    return found


def require_reliable(weights: Weights) -> None:
    """Raise `UnreliableError` unless shape and effective number of draws are within their limits."""
    if weights.pareto_k > MAX_K or weights.effective < MIN_EFFECTIVE:
        raise UnreliableError(
            f"weights need a Pareto k of at most {MAX_K} and at least {MIN_EFFECTIVE:.0f} effective draws",
            f"k {weights.pareto_k:.2f} and {weights.effective:.0f} effective draws",
            "raise --draws, or widen the errors of the source that rules out most draws",
        )


@dataclass(frozen=True, eq=False)
class Synthesis:
    """The ladder with its last rung.

    Attributes
    ----------
    ladder : Ladder
        Part one's rungs; the same draws.
    held : Held
        Draws for the scopes, then for each source.
    parts : tuple of Part
        The columns of `held`.
    sources : tuple of Prediction
        What each source would have said.
    log_densities : ndarray of shape (n, S)
        Of each source's figure.
    reliability : dict of str to float
        Power to which each source's density was raised, 0-1.
    weights : Weights
        Of the draws.
    course : Course
        Entries and releases.
    """

    ladder: Ladder
    held: Held
    parts: tuple[Part, ...]
    sources: tuple[Prediction, ...]
    log_densities: Array
    reliability: Mapping[str, float]
    weights: Weights
    course: Course
    positions: npt.NDArray[np.intp] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The sources, in the order of the columns of `log_densities`."""
        return tuple(each.row.name for each in self.sources)

    def count(self, scope: str) -> Array:
        """Draws of the count of a scope at the rung *sources*: persons, shape (n,)."""
        return self.ladder.count(scope)[self.positions]

    def column(self, name: str) -> int:
        """The column of `held` of a scope or source."""
        return [part.name for part in self.parts].index(name)

    def log_weights(self, reliability: Mapping[str, float] | None = None) -> Array:
        """Sum of the sources' log-densities, each times its reliability; that of this run by default."""
        power = self.reliability if reliability is None else reliability
        total = np.zeros(self.ladder.draws)
        for place, name in enumerate(self.names):
            if power.get(name, 0.0) > 0:
                total += power[name] * self.log_densities[:, place]
        return total

    def table(self, *, levels: Sequence[float] = LEVELS, thresholds: Sequence[int] = THRESHOLDS) -> pd.DataFrame:
        """The ladder with the rung *sources*: rows and columns as in `Ladder.table`."""
        first = self.ladder.table(levels=levels, thresholds=thresholds)
        parts = []
        for scope in self.ladder.scopes:
            parts.append(first[first["scope"] == scope.name])
            known = {"scope": scope.name, **self.ladder.cards[scope.name].row(), "rung": RUNG}
            known |= {"includes": INCLUDES, "leaves_out": LEAVES_OUT}
            parts.append(
                pd.DataFrame(
                    summary_rows(
                        known,
                        self.count(scope.name),
                        self.ladder.share(scope.name)[self.positions],
                        levels=levels,
                        thresholds=thresholds,
                        effective=self.weights.effective,
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
    scopes: Sequence[Scope] = SCOPES,
    reliability: Mapping[str, float] | None = None,
    without: Collection[str] = (),
    only: str | None = None,
    counties: bool = False,
    enforce: bool = True,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Synthesis:
    """Weigh part one's draws by the other sources.

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
    enforce : bool
        Whether to refuse weights that cannot be relied on.

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
    in part one.
    """
    rows = usable_rows(evidence)
    power = _powers([(row.name, row.kind) for row in rows], reliability or {}, without, only)
    ladder = climb(
        evidence, register, draws=draws, seed=seed, basis=basis, scopes=scopes, threads=threads, progress=progress
    )
    region, drawn = ladder.region, {name: ladder.inputs[name].to_numpy(float) for name in register}
    whole = np.arange(len(region.areas))
    parts = [
        Part(scope.name, np.flatnonzero(region.core) if scope.core_only else whole, scope.groups) for scope in scopes
    ]
    parts += [part_of(row.name, row.area, row.groups, region) for row in rows]
    headline = evidence.table("observations").query("usable == 'headline'").iloc[0]
    sent = drawn["county_prison_count"] * drawn["prison_list_inside"] / float(headline["numerator"])
    if float(sent.max()) >= 1:
        raise EstimationError(
            "people sentenced must be fewer than people ever held in the observed county",
            f"a share of {float(sent.max()):.3g}",
            "lower county_prison_count or prison_list_inside",
        )
    composition = Composition(
        np.log(sent) - np.log1p(-sent),
        drawn["composition_sd"],
        drawn["composition_correlation"],
        drawn["composition_shift"],
    )
    held = split(region, parts, ladder.effects, composition, seed=seed, counties=counties, threads=threads)
    course = course_of(drawn, sentenced_by_2018=sentenced_in_first_year(evidence))
    shares = adult_shares(evidence, year=2018, adult_age=18, survival=survival_of(register))
    found = predictions(rows, parts, held, course, drawn, region=region, adult_shares=shares)
    logs = np.column_stack(
        [
            log_density(
                each.source,
                each.value,
                bias=drawn[f"bias_{each.row.kind}"],
                uninformative=drawn[f"uninformative_{each.row.kind}"],
                place_sd=drawn["within_county_sd"],
            )
            for each in found
        ]
    )
    total = np.zeros(draws)
    for place, row in enumerate(rows):
        if power[row.name] > 0:
            total += power[row.name] * logs[:, place]
    weights = weigh(total, enforce=enforce)
    return Synthesis(ladder, held, tuple(parts), found, logs, power, weights, course, weights.resampled())


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
    if only is not None and only not in SOURCE_TYPES:
        raise EstimationError("the kind of source must be a known one", repr(only), f"use {', '.join(SOURCE_TYPES)}")
    return {
        name: 0.0 if name in without or (only is not None and kind != only) else float(reliability.get(name, 1.0))
        for name, kind in known
    }
