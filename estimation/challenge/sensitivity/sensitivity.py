"""Which assumption matters: shares of variance of the log total, power-scaling, and all readings side by side."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from estimation.challenge.rerun.stage import Stage
from estimation.challenge.sensitivity import shapley, sobol
from estimation.errors import UnreliableError
from estimation.model.case.case import PARENT_SHARE, SELECTION, SPREAD
from estimation.model.case.inputs import FITTED, OBSERVED_Z, SAMPLING, draw_inputs
from estimation.model.ladder.kernel import totals
from estimation.model.ladder.thinning import systematic
from estimation.model.region.random_numbers import Kept, Stream, keep
from estimation.model.region.region import RUNGS, Array

_PLACES: Final = "places"
"""All deviations and population errors of the places that nobody observed, as one input."""
_OBSERVED_AREAS: Final = "observed_areas"
"""What several observed areas set together: their shares, the spread, and how far they lie above the centre."""
_EXPLAINED: Final = (SPREAD, PARENT_SHARE, SELECTION, OBSERVED_Z)
"""Inputs that Shapley effects are about."""
_ROWS: Final = 4000
_WEIGHED_ROWS: Final = 3000
_Sample: TypeAlias = tuple[dict[str, Array], Kept]


def indices(
    at: Stage, *, scope: str, base: int, seed: int, moved: pd.DataFrame, progress: Callable[[int], object] | None = None
) -> sobol.Indices:
    """First-order and total indices of every input on the log of a total, from the observed areas alone.

    Inputs are the entries that vary and move something in `moved`, of `tornado.tornado`; `sampling` and `observed_z`;
    and `places` as one group. With several observed areas what these set together is one group, `observed_areas`.
    `base` is the base sample; two samples are drawn from the seed; `progress` is called with 1 after each evaluation.

    **Assumes:** inputs independent, as the register draws them. After weighing by other sources they are not:
    `effects` is then the tool.

    METHODS eq. 65.
    """
    case, register = at.case, at.register
    acting = set(moved.loc[moved["move"] > 0, "entry"])
    inputs: dict[str, tuple[str, ...]] = {
        key: (key,) for key, entry in register.items() if entry.rung in RUNGS and entry.varies and key in acting
    }
    if case.counts.size == 1:
        inputs |= {SAMPLING: (SAMPLING,), OBSERVED_Z: (OBSERVED_Z,)}
    else:
        inputs = {key: own for key, own in inputs.items() if key != SPREAD} | {_OBSERVED_AREAS: FITTED}
    seeds = np.random.SeedSequence([seed, 0x50B01])
    first, second = (
        (draw_inputs(case, register, base, int(one)), keep(Stream(int(one)), case.region, base))
        for one in seeds.generate_state(2)
    )

    def mix(a: _Sample, b: _Sample, name: str) -> _Sample:
        return (a[0], b[1]) if name == _PLACES else (a[0] | {key: b[0][key] for key in inputs[name]}, a[1])

    def log_total(sample: _Sample) -> Array:
        return np.log(totals(case, register, *sample).count(scope))

    return sobol.run(
        log_total,
        first,
        second,
        mix,
        names=[*inputs, _PLACES],
        rng=np.random.default_rng(np.random.SeedSequence([seed, 0xB007])),
        progress=progress,
    )


def effects(at: Stage, *, scope: str, seed: int) -> pd.DataFrame:
    """Shapley effects on the log total of the inputs that carry it, from draws of the stage.

    Under other sources inputs depend on one another. Columns `scope`, `rung`, `input`, `effect` with its interval
    `low`, `high`; no rows if weights cannot be relied on.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5AA9]))
    found = at.totals()
    known = {"scope": scope, "rung": at.rung}
    rows: Any = slice(min(_ROWS, at.draws))
    weights = None
    if at.sources:
        try:
            share = at.weights(found).share
        except UnreliableError:
            return pd.DataFrame(columns=[*known, "input", "effect", "low", "high"])
        # Draws of little weight are thinned: neighbours of equal weight tell more for the same work.
        least = float(np.sort(share)[-min(_WEIGHED_ROWS, share.size)])
        chance = np.minimum(share / least, 1.0)
        rows = systematic(chance, rng)
        weights = (share / chance)[rows]
    varying = {name: at.inputs[name][rows] for name in _EXPLAINED if np.ptp(at.inputs[name]) > 0}
    if not varying:
        return pd.DataFrame([{**known, "input": "not explained", "effect": 1.0, "low": 1.0, "high": 1.0}])
    table = shapley.given_data(varying, np.log(found.count(scope)[rows]), rng=rng, weights=weights).reset_index()
    return table.assign(**known)[[*known, *table.columns]]


def summary(at: Stage, moved: pd.DataFrame, found: sobol.Indices, powered: pd.DataFrame) -> pd.DataFrame:
    """One row per input, the one that matters most first, from `tornado`, `indices` and `prior_sensitivity`.

    Columns `input`, `rung`, `held_fixed` (``yes`` if the register gives it one value), `move` and `move_at` (largest
    move and where; ``not an assumption`` for chance), `first` and `total` indices with 95% intervals (0 if held fixed),
    `power_scaling` (0 for chance and for what is held fixed).
    """
    rows = []
    judged, settings = dict(at.register), moved[moved["entry"] != "as judged"]
    for name in [*at.register, *(each for each in found.table.index if each not in at.register)]:
        own = settings[settings["entry"] == name]
        if own.empty and name not in found.table.index:
            continue
        entry = judged.get(name)
        largest = own.loc[own["move"].idxmax()] if len(own) else None
        row: dict[str, object] = {
            "input": name,
            "rung": "chance" if entry is None else entry.rung,
            "held_fixed": "no" if entry is None or entry.varies else "yes",
            "move": 0.0 if largest is None else float(largest["move"]),
            "move_at": "not an assumption" if largest is None else str(largest["at"]),
        }
        known = name in found.table.index
        row |= {str(each): float(found.table.loc[name, each]) if known else 0.0 for each in found.table.columns}
        row["power_scaling"] = float(powered["sensitivity"].get(name, 0.0))
        rows.append(row)
    return pd.DataFrame(rows).sort_values("move", ascending=False, kind="stable").reset_index(drop=True)
