"""Where sources contradict one another, the county, or the register: power-scaling, and how surprising each figure is.

It points at tensions; which side is wrong it cannot say.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from estimation.challenge.sensitivity.power_scaling import POWERS, SENSITIVE, sensitivity
from estimation.evidence.register.assumptions import Register
from estimation.model.region.region import Array
from estimation.model.synthesis.likelihood import at_most
from estimation.model.synthesis.synthesis import COMPOSITION, Synthesis

SHAPING = ("between_county_sd", "between_prefecture_share", "selection_shift", *COMPOSITION[2:])


def power_scaling(run: Synthesis, register: Register, *, scope: str) -> pd.DataFrame:
    """How far the answer moves when the sources, one kind of them, or the priors are made a little stronger or weaker.

    Parameters
    ----------
    run : Synthesis
        The run.
    register : Register
        That of the run.
    scope : str
        Whose count, on the log scale.

    Returns
    -------
    DataFrame
        Columns `part` (``sources``, a kind, or ``prior: <entry>``), `sensitivity`, `verdict`.

    Notes
    -----
    **Assumes:** the sources' densities raised to a power a little off 1 can be reweighed from the draws.

    Where both the sources and a prior matter, they disagree on something.

    References
    ----------
    METHODS eq. 66.
    """
    positions = run.positions
    values = np.log(run.ladder.count(scope)[positions])
    kinds = run.kinds
    every = tuple(dict.fromkeys(kinds.values()))
    base = run.densities.mean(run.reliability)

    def of(ratio: Callable[[float], Array]) -> float:
        below, above = (ratio(alpha)[positions] for alpha in POWERS)
        return sensitivity(values, (below, above), POWERS)

    def of_sources(chosen: tuple[str, ...]) -> float:
        def ratio(alpha: float) -> Array:
            power = {name: run.reliability[name] * (alpha if kinds[name] in chosen else 1.0) for name in kinds}
            return run.densities.mean(power) - base

        return of(ratio)

    def of_prior(name: str) -> float:
        density = register[name].distribution.logpdf(run.ladder.inputs[name].to_numpy(float))
        return of(lambda alpha: (alpha - 1) * density)

    rows = [("sources", of_sources(every)), *[(kind, of_sources((kind,))) for kind in every]]
    rows += [(f"prior: {name}", of_prior(name)) for name in SHAPING]
    table = pd.DataFrame(rows, columns=["part", "sensitivity"])
    table["verdict"] = np.where(table["sensitivity"] >= SENSITIVE, "moves the answer", "does not")
    return table


def surprise(run: Synthesis) -> pd.DataFrame:
    """How surprising each figure is, given the county alone and given the county and one other source.

    Parameters
    ----------
    run : Synthesis
        The run.

    Returns
    -------
    DataFrame
        Columns `source`, `given` (a source, or ``county alone``), `p_below` (predictive probability of a figure at
        most as large) and `two_sided` (twice the smaller tail).

    Notes
    -----
    **Assumes:** as the synthesis. A source and its giver of one kind share their bias, which the predictive holds.
    The sources' own entries are those of each draw: one set.

    References
    ----------
    METHODS eq. 61.
    """
    entries = {name: run.ladder.inputs[name].to_numpy(float) for name in run.own}
    below = [at_most(each.source, each.value, **each.errors(entries)) for each in run.sources]
    rows = []
    for given in ("county alone", *run.densities.names):
        if given == "county alone":
            share = np.full(run.ladder.draws, 1 / run.ladder.draws)
        else:
            logs = run.densities.values[run.densities.names.index(given), 0].astype(float)
            share = np.exp(logs - logs.max())
            share /= share.sum()
        for place, name in enumerate(run.densities.names):
            if name != given:
                chance = float(np.clip(share @ below[place], 0.0, 1.0))
                rows.append((name, given, chance, 2 * min(chance, 1 - chance)))
    return pd.DataFrame(rows, columns=["source", "given", "p_below", "two_sided"])
