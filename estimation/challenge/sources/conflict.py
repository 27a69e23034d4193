"""Where sources contradict one another, the county, or the register: power-scaling, and how surprising each figure is.

It points at tensions; which side is wrong it cannot say.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.sensitivity.power_scaling import POWERS, SENSITIVE, sensitivity
from estimation.challenge.sources.influence import likelihood_of
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
    values = np.log(run.count(scope))
    every = tuple(dict.fromkeys(likelihood_of(run).kinds.values()))
    rows = [("sources", _moved(run, values, _of_sources(run, every)))]
    rows += [(kind, _moved(run, values, _of_sources(run, (kind,)))) for kind in every]
    rows += [(f"prior: {name}", _moved(run, values, _of_prior(run, name))) for name in _shaping(run)]
    table = pd.DataFrame(rows, columns=["part", "sensitivity"])
    table["verdict"] = np.where(table["sensitivity"] >= SENSITIVE, "moves the answer", "does not")
    return table


def prior_and_sources(run: Run) -> pd.DataFrame:
    """Which of the entries that shape the answer rest on the sources, on their prior, or on both, which may disagree.

    How far an entry's own distribution after the sources moves when its prior (column `prior`), or all sources (column
    `sources`), are made a little stronger or weaker, as in `power_scaling`; `verdict` is ``possible conflict`` if both
    move it, ``rests on the prior``, ``rests on the sources``, or ``hardly moves``.

    **Assumes:** what `power_scaling` does.

    METHODS eq. 67. Kallioinen et al. 2023, section 4: a conflict of prior and data shows as sensitivity to both,
    but so does a prior and data that both say much and agree.
    """
    every = tuple(dict.fromkeys(likelihood_of(run).kinds.values()))
    sources = _of_sources(run, every)
    rows = []
    for name in _shaping(run):
        values = run.entry(name)
        prior, said = (_moved(run, values, ratios) for ratios in (_of_prior(run, name), sources))
        verdict = {
            (True, True): "possible conflict",
            (True, False): "rests on the prior",
            (False, True): "rests on the sources",
            (False, False): "hardly moves",
        }[prior >= SENSITIVE, said >= SENSITIVE]
        rows.append((name, prior, said, verdict))
    return pd.DataFrame(rows, columns=["entry", "prior", "sources", "verdict"])


def _shaping(run: Run) -> list[str]:
    """The entries that shape the answer with other sources and vary."""
    names = [name for name in (SPREAD, PARENT_SHARE, SELECTION, *DIVISION[2:]) if name in run.register]
    return [name for name in names if run.register[name].varies]


def _moved(run: Run, values: Array, ratios: tuple[Array, Array]) -> float:
    """`sensitivity` of values on the weighed draws to log ratios on all draws."""
    below, above = (ratio[run.positions] for ratio in ratios)
    return sensitivity(values, (below, above), POWERS)


def _of_sources(run: Run, chosen: tuple[str, ...]) -> tuple[Array, Array]:
    """Logs of the density of some kinds raised to each power, over it as it is."""
    seen = likelihood_of(run)
    base = seen.log(run.power)
    powers = (
        {name: run.power[name] * (alpha if kind in chosen else 1.0) for name, kind in seen.kinds.items()}
        for alpha in POWERS
    )
    below, above = (seen.log(power) - base for power in powers)
    return below, above


def _of_prior(run: Run, name: str) -> tuple[Array, Array]:
    """The same of an entry's prior."""
    density = run.register[name].distribution.logpdf(run.inputs[name])
    return (POWERS[0] - 1) * density, (POWERS[1] - 1) * density


def surprise(run: Run) -> pd.DataFrame:
    """How surprising each figure is, given the county alone, and given the county with one other source or all others.

    Columns `source`, `given` (a source, ``county alone``, or `OTHER_KINDS`), `p_below` (predictive probability of a
    figure at most as large) and `two_sided` (twice the smaller tail).

    **Assumes:** what the estimate with other sources does. Two sources of one kind share that kind's bias. Each draw
    has one set of the sources' own entries, which are averaged over only where all other kinds are given.

    METHODS eq. 61.
    """
    plain = run.plain
    seen = likelihood_of(plain)
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
