"""Where sources contradict one another, the county, or the register: power-scaling, and how surprising each figure is.

It points at tensions; which side is wrong it cannot say.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.sensitivity.power_scaling import POWERS, SENSITIVE, sensitivity
from estimation.challenge.sources.influence import weighed
from estimation.model.case.case import PARENT_SHARE, SELECTION, SPREAD
from estimation.model.case.inputs import DIVISION
from estimation.model.ladder.ladder import Run
from estimation.model.region.random_numbers import Real
from estimation.model.region.region import Array
from estimation.model.synthesis.likelihood import at_most
from estimation.model.synthesis.other_sources import density_of, errors_of

OTHER_KINDS: Final = "all other kinds"


def power_scaling(run: Run, *, scope: str) -> pd.DataFrame:
    """How far the answer moves when the sources, one kind of them, or the priors are made a little stronger or weaker.

    The answer is the count of a scope on the log scale. Columns `part` (``sources``, a kind, or ``prior: <entry>``),
    `sensitivity`, `verdict`.

    **Assumes:** the sources' densities raised to a power a little off 1 can be reweighed from the draws.

    Where both the sources and a prior matter, they disagree on something. METHODS eq. 67.
    """
    seen, positions = weighed(run), run.positions
    values = np.log(run.count(scope))
    kinds = seen.kinds
    every = tuple(dict.fromkeys(kinds.values()))
    base = seen.log(run.power)

    def of(ratio: Callable[[float], Array]) -> float:
        below, above = (ratio(alpha)[positions] for alpha in POWERS)
        return sensitivity(values, (below, above), POWERS)

    def of_sources(chosen: tuple[str, ...]) -> float:
        def ratio(alpha: float) -> Array:
            power = {name: run.power[name] * (alpha if kinds[name] in chosen else 1.0) for name in kinds}
            return seen.log(power) - base

        return of(ratio)

    def of_prior(name: str) -> float:
        density = run.register[name].distribution.logpdf(run.inputs[name])
        return of(lambda alpha: (alpha - 1) * density)

    shaping = [name for name in (SPREAD, PARENT_SHARE, SELECTION, *DIVISION[2:]) if name in run.register]
    rows = [("sources", of_sources(every)), *[(kind, of_sources((kind,))) for kind in every]]
    rows += [(f"prior: {name}", of_prior(name)) for name in shaping if run.register[name].varies]
    table = pd.DataFrame(rows, columns=["part", "sensitivity"])
    table["verdict"] = np.where(table["sensitivity"] >= SENSITIVE, "moves the answer", "does not")
    return table


def surprise(run: Run) -> pd.DataFrame:
    """How surprising each figure is, given the county alone, and given the county with one other source or all others.

    Columns `source`, `given` (a source, ``county alone``, or `OTHER_KINDS`), `p_below` (predictive probability of a
    figure at most as large) and `two_sided` (twice the smaller tail).

    **Assumes:** what the estimate with other sources does. Two sources of one kind share that kind's bias. Each draw
    has one set of the sources' own entries, which are averaged over only where all other kinds are given.

    METHODS eq. 61.
    """
    plain = run.plain
    seen = weighed(plain)
    entries = {name: plain.inputs[name] for name in run.case.own}
    below = [
        at_most(each.source, each.whole, each.reported(entries), **errors_of(each, entries))
        for each in seen.predictions
    ]
    rows = []

    def add(source: str, given: str, share: Array, chances: Real) -> None:
        chance = float(np.clip(share @ chances / share.sum(), 0.0, 1.0))  # (61)
        rows.append((source, given, chance, 2 * min(chance, 1 - chance)))

    for given in (None, *seen.predictions):
        share = np.ones(plain.draws) if given is None else density_of(given, entries)
        for each, chances in zip(seen.predictions, below, strict=True):
            if each is not given:
                add(each.source.name, "county alone" if given is None else given.source.name, share, chances)
    kinds = seen.kinds
    for kind in dict.fromkeys(kinds.values()) if len(set(kinds.values())) > 1 else ():
        logs = seen.log({name: run.power[name] * (other != kind) for name, other in kinds.items()})
        for each, chances in zip(seen.predictions, below, strict=True):
            if each.source.kind == kind:
                add(each.source.name, OTHER_KINDS, np.exp(logs - logs.max()), chances)
    return pd.DataFrame(rows, columns=["source", "given", "p_below", "two_sided"])


@dataclass(frozen=True)
class Sides:
    """The kind of source that, alone, lies farthest from all other kinds together, and what either says.

    Rows of `influence.influence`: persons `low`, `median`, `high` (95%).
    """

    kind: str
    alone: pd.Series
    others: pd.Series

    @property
    def times(self) -> float:
        """The larger median over the smaller."""
        return float(np.exp(abs(np.log(self.alone["median"] / self.others["median"]))))


def sides(influence: pd.DataFrame) -> Sides | None:
    """Which kind of source disagrees most with the rest, of the table of `influence`; None with fewer than two kinds.

    **Assumes:** medians say how far apart two sides are; how unlikely that is, `surprise` says, given `OTHER_KINDS`.

    METHODS eq. 59.
    """
    rows = influence.set_index(["choice", "source"])
    kinds = influence.loc[influence["choice"] == "kind alone", "source"]
    if len(kinds) < 2:
        return None
    found = [Sides(str(kind), rows.loc["kind alone", kind], rows.loc["without kind", kind]) for kind in kinds]
    return max(found, key=lambda both: both.times)
