"""Weighs the draws of a case by the other sources it brings: the rung *sources* of any region.

What the sources of a case count is what the case counts, so that nothing is converted; densities and weights are those
of `synthesis`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.evidence.case_folder.case_other import areas_of
from estimation.model.ladder.ladder import Ladder
from estimation.model.ladder.summary import LEVELS
from estimation.model.region.region import Array
from estimation.model.synthesis.components import Held, Part, split
from estimation.model.synthesis.likelihood import Source, log_density
from estimation.model.synthesis.synthesis import LEAVES_OUT, SETS, Densities, over_sets, with_rung
from estimation.model.synthesis.weights import Weights

_CELLS: Final = 250_000_000
"""Log-densities kept at a time, a gigabyte: with many draws or sources each draw is tried with fewer sets."""


@dataclass(frozen=True, eq=False)
class CaseSynthesis:
    """The ladder of a case with its last rung.

    Attributes
    ----------
    ladder : Ladder
        The rungs before; the same draws.
    sources : tuple of Source
        The figures, in the order of their names.
    densities : Densities
        Of these figures.
    reliability : dict of str to float
        Power to which each source's density is raised: 1.
    weights : Weights
        Of the draws.
    positions : ndarray of int, shape (n,)
        Equally weighted draws.
    held : Held
        Draws of the people of each source's place, and of those counted among them, one column a source.
    """

    ladder: Ladder
    sources: tuple[Source, ...]
    densities: Densities
    reliability: Mapping[str, float]
    weights: Weights
    positions: npt.NDArray[np.intp] = field(repr=False)
    held: Held = field(repr=False)

    def count(self, scope: str) -> Array:
        """Draws of the count of a scope at the rung *sources*: persons, shape (n,)."""
        return self.ladder.count(scope)[self.positions]

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each source, by its name."""
        return {source.name: source.kind for source in self.sources}

    @property
    def words(self) -> tuple[str, str]:
        """What the rung includes and leaves out."""
        listed = ", ".join(f"{source.name} ({source.kind})" for source in self.sources)
        return f"other sources, each with its bias: {listed}", LEAVES_OUT

    def table(self, *, levels: Sequence[float] = LEVELS, thresholds: Sequence[int] | None = None) -> pd.DataFrame:
        """The ladder with the rung *sources*: rows and columns as in `Ladder.table`."""
        return with_rung(self.ladder, self.positions, self.weights, self.words, levels=levels, thresholds=thresholds)


def weigh_sources(
    ladder: Ladder, rows: pd.DataFrame, areas: pd.DataFrame, *, sets: int = SETS, threads: int | None = None
) -> CaseSynthesis:
    """Weigh the draws of a case by its other sources.

    Parameters
    ----------
    ladder : Ladder
        The case's, whose register has bias and uninformative share of each kind.
    rows : DataFrame
        Of `case_other.weighed_rows`, at least one.
    areas : DataFrame
        `areas.csv`, in the order of the ladder's region.
    sets : int
        Sets of the sources' own entries that each draw is tried with, at most.
    threads : int, optional
        Threads; the result does not depend on it.

    Returns
    -------
    CaseSynthesis

    Raises
    ------
    EstimationError
        A figure above everybody.
    UnreliableError
        The weights cannot be relied on.

    Notes
    -----
    **Assumes:** given the draw and the biases of their kinds, sources err independently; their figures played no part
    in the rungs before. Where a source gives a range, its figure is as likely anywhere in it on the log scale: the
    variance of that is added to the source's own.

    References
    ----------
    METHODS eq. 52-55, 57.
    """
    groups = ladder.region.groups
    rows = rows.sort_values("row_id")
    parts = [
        Part(row["row_id"], np.flatnonzero(areas_of(row["area"], areas)), _groups(row["group"], groups))
        for row in rows.to_dict(orient="records")
    ]
    held = split(ladder.region, parts, ladder.effects, None, seed=ladder.seed, threads=threads)
    sources, predicted = [], []
    for place, row in enumerate(rows.to_dict(orient="records")):
        persons = row["unit"] == "count"
        predicted.append(held.either[:, place] if persons else held.either[:, place] / held.base[:, place])
        sources.append(
            Source(
                name=row["row_id"],
                kind=row["kind"],
                value=float(row["value"]),
                whole=float(held.median_base[place]) if persons else 1.0,
                bound="floor" if row["floor"] == "yes" else "about",
                log_sd=_own_error(float(row["error"]), float(row["low"]), float(row["high"])),
            )
        )
    nothing = np.zeros(ladder.draws)

    def densities(entries: Mapping[str, Array]) -> Iterator[Array]:
        for source, value in zip(sources, predicted, strict=True):
            bias, silent = entries[f"bias_{source.kind}"], entries[f"uninformative_{source.kind}"]
            yield log_density(source, value, bias=bias, uninformative=silent, place_sd=nothing)

    own = [
        f"{what}_{kind}" for kind in sorted({source.kind for source in sources}) for what in ("bias", "uninformative")
    ]
    drawn = {name: ladder.inputs[name].to_numpy(float) for name in own}
    fit = max(1, min(sets, _CELLS // (len(sources) * ladder.draws)))
    names = [source.name for source in sources]
    found = over_sets(names, drawn, densities, own=own, sets=fit, threads=threads)
    power = dict.fromkeys(names, 1.0)
    weights = found.weigh(power)
    return CaseSynthesis(ladder, tuple(sources), found, power, weights, weights.resampled(), held)


def _groups(group: str, known: tuple[str, ...]) -> tuple[str, ...]:
    return (group,) if group in known else known


def _own_error(error: float, low: float, high: float) -> float:
    return error if np.isnan(low) else float(np.hypot(error, np.log(high / low) / np.sqrt(12)))
