"""Bounds of every scope as a table, and the limits that are logical or physical rather than statistical."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.evidence.register.assumptions import Register
from estimation.model.bounds import ASSUMED, RUNGS, Known, Rung, bound, known, smallest_factor
from estimation.model.case.case import Case
from estimation.model.region.poststratify import observed_weights
from estimation.model.region.region import Scope

_FACTORS: Final = tuple(float(k) for k in np.round(np.geomspace(1, 50, 25), 3))


def _start(case: Case, register: Register, scope: Scope, rung: Rung) -> Known:
    central = {key: np.array([value]) for key, value in register.medians().items()}
    share = case.mend((case.counts / case.populations)[None, :], central)
    core, other = (float(np.ravel(factor)[0]) for factor in case.factors(central))
    rate = float((share @ observed_weights(case.region))[0])
    return known(case.region, scope, rate=rate, rung=rung, factors=(core, other))


def bounds_table(case: Case, register: Register, *, factors: Sequence[float] = _FACTORS) -> pd.DataFrame:
    """Bounds at the centre of the register, for values of k of 1 or more.

    Columns `scope`, `rung`, `assumes`, `k` (missing on the rung without a model), `low`, `high` (persons).

    **Assumes:** central values of the record and of populations; their uncertainty is a few percent and not in here.
    """
    rows = []
    for scope in case.scopes:
        for rung in RUNGS:
            start = _start(case, register, scope, rung)
            for k in [np.inf] if rung == "no model" else factors:
                found = bound(start, rung, float(k))
                rows.append((scope.name, rung, ASSUMED[rung], np.nan if np.isinf(k) else k, found.low, found.high))
    return pd.DataFrame(rows, columns=["scope", "rung", "assumes", "k", "low", "high"])


def compatible(case: Case, register: Register, claims: Sequence[Claim]) -> pd.DataFrame:
    """The least k at which each claim is possible, on every rung but the first.

    Columns `scope`, `claim`, `rung`, `possible` (yes or no) and the least `k`, missing where no k makes it possible.
    """
    scopes = {scope.name: scope for scope in case.scopes}
    rows = []
    for claim in claims:
        for rung in RUNGS[1:]:
            k = smallest_factor(_start(case, register, scopes[claim.scope], rung), low=claim.low, high=claim.high)
            possible, least = ("no", np.nan) if np.isinf(k) else ("yes", k)
            rows.append((claim.scope, claim.label, rung, possible, least))
    return pd.DataFrame(rows, columns=["scope", "claim", "rung", "possible", "k"])


def limits(case: Case, register: Register, *, places: tuple[float, str] | None = None) -> pd.DataFrame:
    """Limits that hold whatever the model: what was counted, who there is, and places that were built.

    Columns `kind`, `limit`, `measure`, `value` (persons), `note`. `places` are the places that were built and what to
    say of them. Capacity is of places at one moment: it limits neither people ever held nor, being of a later year,
    those held in 2017-18, and is listed apart for that reason.
    """
    everyone = max(case.scopes, key=lambda scope: len(scope.groups))
    ceiling = bound(_start(case, register, everyone, "no model"), "no model", np.inf).high
    floor = f"people counted in the observed {case.area_kind}"
    rows = [
        ("logical floor", floor, "ever held", float(case.counts.sum()), "the count as it is"),
        ("logical ceiling", f"all {everyone.label} adults", "ever held", ceiling, "at the centre of the register"),
    ]
    if places is not None:
        rows.append(("capacity", "places at once", "held at a moment", *places))
    return pd.DataFrame(rows, columns=["kind", "limit", "measure", "value", "note"])
