"""What each source does to the answer: left out, alone, by kind; and what the county's prison rate then looks like.

Everything is another weighing of the draws of one run.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.sensitivity.tornado import QUANTILES
from estimation.errors import EstimationError, require
from estimation.model.ladder.kernel import EVERYBODY, OBSERVED, Totals
from estimation.model.ladder.ladder import Run
from estimation.model.ladder.summary import Sample
from estimation.model.region.region import RUNGS, SOURCES, Array
from estimation.model.synthesis.other_sources import Likelihood
from estimation.model.synthesis.weights import is_reliable

_ENOUGH = 2_000
"""Draws behind what is said of the sources' own entries."""
LEVELS: Final = dict(zip(("low", "low_80", "median", "high_80", "high"), QUANTILES.values(), strict=True))
"""Columns of a choice of sources, with the probabilities they stand for."""


def influence(run: Run, *, scope: str, enforce: bool = True) -> pd.DataFrame:
    """The count of a scope under every choice of sources.

    Parameters
    ----------
    run : Run
        All sources weighed in.
    scope : str
        Whose count.
    enforce : bool
        Whether to refuse weights that cannot be relied on.

    Returns
    -------
    DataFrame
        Columns `choice` (``all``, ``none``, ``without``, ``without kind``, ``alone``, ``kind alone``), `source` (a
        source, a kind, ``all`` or ``none``), `pareto_k`, `effective`, `reliable`, and persons `low`, `low_80`,
        `median`, `high_80`, `high` (95 and 80% intervals). With no source the tail has no shape; its k is given as -1.

    Raises
    ------
    UnreliableError
        A choice whose weights cannot be relied on.

    References
    ----------
    METHODS eq. 59.
    """
    own = likelihood_of(run).kinds
    names = tuple(own)
    kinds = dict.fromkeys(own.values())
    choices: list[tuple[str, str, dict[str, float]]] = [
        ("all", "all", dict.fromkeys(names, 1.0)),
        ("none", "none", {}),
        *[("without", name, {other: float(other != name) for other in names}) for name in names],
        *[("without kind", one, {other: float(own[other] != one) for other in names}) for one in kinds],
        *[("alone", name, {name: 1.0}) for name in names],
        *[("kind alone", one, {other: float(own[other] == one) for other in names}) for one in kinds],
    ]
    return pd.DataFrame(
        {"choice": choice, "source": source, **chosen(run, power, scope=scope, enforce=enforce)}
        for choice, source, power in choices
    )


def chosen(run: Run, power: Mapping[str, float], *, scope: str, enforce: bool = False) -> dict[str, object]:
    """The count of a scope with each source at its `power`, 0 if it is not named: columns of `influence`.

    A Pareto k below -1 is given as -1.
    """
    weights = likelihood_of(run).weigh(power, enforce=enforce)
    sample = Sample(run.totals.count(scope), weights)
    return {
        "pareto_k": max(weights.pareto_k, -1.0),
        "effective": weights.effective,
        "reliable": "yes" if is_reliable(weights) or not any(power.values()) else "no",
        **{name: sample.quantile(level)[0] for name, level in LEVELS.items()},
    }


def biases(run: Run) -> pd.DataFrame:
    """What the sources say of one another: each kind's bias and the chance that it says nothing, before and after.

    A row per entry of the register on the last rung: `entry`, quantiles in its unit `prior_low`, `prior_median`,
    `prior_high`, `low`, `median`, `high` (95%). Biases are logs of reported over true.
    """
    seen = likelihood_of(run)
    own = seen.posterior(run.power, run.positions[:: max(1, run.draws // _ENOUGH)])
    levels = np.array([0.025, 0.5, 0.975])
    rows: list[tuple[object, ...]] = []
    for name, entry in run.register.items():
        if name in own:
            after = _weighted_quantiles(*own[name], levels)
        elif entry.rung == SOURCES or name.startswith("between_"):
            after = np.quantile(run.entry(name), levels)
        else:
            continue
        rows.append((name, *entry.distribution.ppf(levels), *after))
    return pd.DataFrame(rows, columns=["entry", "prior_low", "prior_median", "prior_high", "low", "median", "high"])


def _weighted_quantiles(values: Array, share: Array, levels: Array) -> Array:
    """Quantiles of points with weights, each point standing for the middle of its weight.

    Between two of a thousand points it takes a straight line; `Weights.quantiles`, for many draws, gives one of them.
    """
    order = np.argsort(values, kind="stable")
    steps = np.cumsum(share[order])
    return np.interp(levels, steps - share[order] / 2, values[order])


def _prison_ratio(run: Run) -> Mapping[str, Sample]:
    """The observed county's prison rate over the region's, ``before`` and ``after`` the sources.

    Rates are shares of adults sentenced to prison in 2017-18: among Uyghurs of the county, and among the region's
    minorities. METHODS eq. 60.
    """

    def ratio(found: Totals, _: str) -> Array:
        rate = found.held.prison / found.held.people
        return np.asarray(rate[:, found.column(OBSERVED)] / rate[:, found.column(EVERYBODY)])

    return {"before": run.sample(RUNGS[-1], ratio), "after": run.sample(SOURCES, ratio)}


def stress(run: Run) -> pd.DataFrame:
    """The stress test of the county's prison rate with its interval, ``before`` and ``after`` the sources.

    `low`, `median`, `high` (95%) of its ratio to the region's, and the chances that it exceeds 1 and 2 with their
    simulation errors. Raises `EstimationError` for a case that does not tell camp from prison.
    """
    told = run.case.custody is not None
    require(told, "the case must tell camp from prison", "one that does not", "leave this test out")
    rows = []
    for when, ratio in _prison_ratio(run).items():
        ends = {end: ratio.quantile(level)[0] for end, level in (("low", 0.025), ("median", 0.5), ("high", 0.975))}
        row: dict[str, object] = {"when": when, **ends}
        for least in (1, 2):
            row[f"p_above_{least}"], row[f"p_above_{least}_error"] = ratio.chance(ratio.values > least)
        rows.append(row)
    return pd.DataFrame(rows)


def county_rates(run: Run) -> pd.DataFrame:
    """Rate ever held of the first group in each county, of a run made with `county_rates`.

    Index gb_code; shares 0-1 `before` the sources (median), and after them `low`, `median`, `high` (80% interval).
    """
    # One county at a time, so that no second array of all draws is made.
    rows = [
        [np.quantile(before, 0.5), *np.quantile(after[run.positions], [0.1, 0.5, 0.9])]
        for before, after in zip(run.plain.county_rates.T, run.county_rates.T, strict=True)
    ]
    index = pd.Index(run.case.region.areas, name="gb_code")
    return pd.DataFrame(rows, index=index, columns=["before", "low", "median", "high"], dtype=float)


def likelihood_of(run: Run) -> Likelihood:
    """The likelihood of the other sources of a run; raises `EstimationError` for a run without any."""
    if run.likelihood is None:
        raise EstimationError("the run must have other sources", "none", "run a case with other sources")
    return run.likelihood
