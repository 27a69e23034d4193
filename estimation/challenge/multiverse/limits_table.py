"""Bounds of every scope as a table, and the limits that are logical or physical rather than statistical."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.rerun.replay import SAMPLING, World, observed_share
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.bounds import ASSUMED, RUNGS, Known, bound, known, smallest_factor
from estimation.model.case.case_shipped import population_factors
from estimation.model.region.region import Scope

FACTORS: Final = tuple(float(k) for k in np.round(np.geomspace(1, 50, 25), 3))


def _start(world: World, register: Register, scope: Scope, rung: str) -> Known:
    central = {key: np.asarray(value) for key, value in register.medians().items()}
    share = float(observed_share(world, central | {SAMPLING: np.asarray(world.count / world.central_base)}))
    core, other = population_factors(central, world.basis, world.minority_adult_share)
    return known(world.region, scope, rate=share, rung=rung, factors=(float(core), float(other)))  # type: ignore[arg-type]


def bounds_table(world: World, register: Register, *, factors: Sequence[float] = FACTORS) -> pd.DataFrame:
    """Bounds at the centre of the register.

    Parameters
    ----------
    world, register : World, Register
        Places and people, and the central values of the judgements about count and populations.
    factors : sequence of float
        Values of k, 1 or more.

    Returns
    -------
    DataFrame
        `scope`, `rung`, `assumes`, `k` (missing on the rung without a model), `low`, `high` (persons).

    Notes
    -----
    **Assumes:** central values of the record and of populations; their uncertainty is a few percent and not in here.
    """
    rows = []
    for scope in world.scopes:
        for rung in RUNGS:
            start = _start(world, register, scope, rung)
            for k in [np.inf] if rung == "no model" else factors:
                found = bound(start, rung, float(k))
                rows.append(
                    {
                        "scope": scope.name,
                        "rung": rung,
                        "assumes": ASSUMED[rung],
                        "k": np.nan if np.isinf(k) else k,
                        "low": found.low,
                        "high": found.high,
                    }
                )
    return pd.DataFrame(rows)


def compatible(world: World, register: Register, claims: Sequence[Claim]) -> pd.DataFrame:
    """The least k at which each claim is possible, on every rung but the first.

    Parameters
    ----------
    world, register : World, Register
        As `bounds_table`.
    claims : sequence of Claim
        About scopes of the world.

    Returns
    -------
    DataFrame
        `scope`, `claim`, `rung`, `possible` (yes or no) and the least `k`, missing where no k makes the claim possible.
    """
    scopes = {scope.name: scope for scope in world.scopes}
    rows = []
    for claim in claims:
        for rung in RUNGS[1:]:
            k = smallest_factor(_start(world, register, scopes[claim.scope], rung), low=claim.low, high=claim.high)
            rows.append(
                {
                    "scope": claim.scope,
                    "claim": claim.label,
                    "rung": rung,
                    "possible": "no" if np.isinf(k) else "yes",
                    "k": np.nan if np.isinf(k) else k,
                }
            )
    return pd.DataFrame(rows)


def limits(evidence: Evidence, world: World, register: Register) -> pd.DataFrame:
    """Limits that hold whatever the model: what was counted, who there is, and places that were built.

    Parameters
    ----------
    evidence, world, register : Evidence, World, Register
        What is known, arranged and judged.

    Returns
    -------
    DataFrame
        `kind`, `limit`, `measure`, `value` (persons), `note`. Capacity is of places at one moment: it limits neither
        people ever held nor, being of a later year, those held in 2017-18, and is listed apart for that reason.
    """
    capacity = evidence.table("capacity").set_index("capacity_id").loc["bfn_cap"]
    everyone = max(world.scopes, key=lambda scope: len(scope.groups))
    ceiling = bound(_start(world, register, everyone, "no model"), "no model", np.inf).high
    rows = [
        (
            "logical floor",
            "people counted in the observed county",
            "ever held",
            float(world.count),
            "the count as it is",
        ),
        ("logical ceiling", f"all {everyone.label} adults", "ever held", ceiling, "at the centre of the register"),
        ("capacity", "places at once", "held at a moment", float(str(capacity["value"])), str(capacity["note"])),
    ]
    return pd.DataFrame(rows, columns=["kind", "limit", "measure", "value", "note"])
