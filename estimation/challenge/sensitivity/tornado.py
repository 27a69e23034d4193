"""Each assumption moved alone, on the same random numbers: to its 5 and 95% points, and to named alternatives."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.rerun.stage import Stage, chance
from estimation.errors import require
from estimation.evidence.distributions.distributions import Distribution, Point
from estimation.evidence.register.assumptions import Assumption, Register
from estimation.evidence.register.choices import Grid, Option
from estimation.model.case.case import SPREAD
from estimation.model.ladder.summary import Sample
from estimation.model.spread.register_priors import spread_shapes

Alternatives: TypeAlias = Mapping[str, Mapping[str, Distribution]]
_ENDS: Final = (("5%", 0.05), ("95%", 0.95))
QUANTILES: Final = {
    "count_low": 0.025,
    "count_q10": 0.1,
    "count_median": 0.5,
    "count_q90": 0.9,
    "count_high": 0.975,
}
"""Columns of a summary of totals, with the probabilities they stand for."""


def alternatives(
    sets: pd.DataFrame,
    grid: Grid | None,
    register: Register,
    *,
    without: tuple[str, ...] = (),
    shipped: Register | None = None,
) -> dict[str, dict[str, Distribution]]:
    """Named alternatives by entry: every fit of the spread, what the declared grid sets, what was shipped.

    Alternatives equal to the register's own entries are left out, and so are families `without` from fits of the
    spread; `sets` is the table `reference_sets`.
    """
    found: dict[str, dict[str, Distribution]] = {SPREAD: dict(spread_shapes(sets, without=without))}
    for choice in () if grid is None else grid.choices:
        for option in choice.options:
            for key, shape in option.entries.items():
                found.setdefault(key, {})[f"{choice.name}: {option.name}"] = shape
    for key, entry in (shipped or {}).items():
        found.setdefault(key, {})["as shipped"] = entry.distribution
    return {
        key: {name: shape for name, shape in shapes.items() if shape != register[key].distribution}
        for key, shapes in found.items()
    }


def entries_of(option: Option, sets: pd.DataFrame) -> dict[str, Distribution]:
    """The entries an option of the grid sets, a named fit of the spread among them."""
    entries = dict(option.entries)
    if "spread_of" in option.settings:
        shapes = spread_shapes(sets)
        name = str(option.settings["spread_of"])
        require(name in shapes, "a named fit of the spread must be known", repr(name), f"use one of {list(shapes)}")
        entries[SPREAD] = shapes[name]
    return entries


def summary(sample: Sample) -> dict[str, float]:
    """Median and ends of the 80 and 95% intervals, persons, and the simulation error of each."""
    found = {end: sample.quantile(level) for end, level in QUANTILES.items()}
    values, errors = ({end: each[place] for end, each in found.items()} for place in (0, 1))
    return values | {f"{end}_error": error for end, error in errors.items()}


def move(found: Mapping[str, float], base: Mapping[str, float]) -> float:
    """Largest change of median or end of the 95% interval between two of `summary`, as a natural log ratio."""
    return float(max(abs(np.log(found[end] / base[end])) for end in ("count_low", "count_median", "count_high")))


def settings(entry: Assumption, others: Mapping[str, Distribution]) -> dict[str, Distribution]:
    """What an entry is moved to: its 5 and 95% points, and named alternatives; nothing if the entry is fixed."""
    found: dict[str, Distribution] = {}
    if entry.varies:
        found = {name: Point(float(entry.distribution.ppf(q))) for name, q in _ENDS}
    return found | dict(others) if entry.rung != "fixed" else found


def tornado(
    at: Stage,
    *,
    scope: str,
    claims: Sequence[Claim] = (),
    others: Alternatives | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Move every entry alone.

    Parameters
    ----------
    at : Stage
        The case, with other sources or without.
    scope : str
        Whose total.
    claims : sequence of Claim
        Whose chances to ask of each run.
    others : mapping, optional
        Named alternatives by entry.
    progress : callable, optional
        Called with 1 after each run.

    Returns
    -------
    moved : DataFrame
        First the row with nothing moved, then one per entry and setting: `scope`, `rung`, `entry`, `at`, `value` (the
        one it is held at, missing where `setting` describes a distribution), `setting`, `reliable` (``no`` where
        weights cannot be relied on: the numbers are missing there), `count_low` to `count_high` (persons) with their
        simulation errors, `move` (a natural log ratio, see `move`) and `effective` draws.
    chances : DataFrame
        For the same settings and each claim: `scope`, `rung`, `claim`, `sides`, the setting, `reliable`, `probability`
        (0-1) and its simulation error; empty without claims.

    Notes
    -----
    **Assumes:** one entry is known to have a value, or is judged otherwise, and all others vary as in the register.
    Every setting has the same random numbers and, with other sources, its own weights. How well a setting agrees with
    the sources is not asked: it is a what-if, and no setting counts for less.

    References
    ----------
    METHODS eq. 63.
    """
    scopes = tuple(dict.fromkeys((scope, *(claim.scope for claim in claims))))
    settings_of: list[tuple[str, str, Distribution | None]] = [("as judged", "as judged", None)]
    for key in at.entries:
        shapes = settings(at.register[key], (others or {}).get(key, {}))
        settings_of += [(key, name, shape) for name, shape in shapes.items()]
    base: dict[str, float] | None = None
    rows: list[dict[str, Any]] = []
    chances: list[dict[str, Any]] = []
    for entry, name, shape in settings_of:
        drawn = dict(zip(scopes, at.samples(scopes, {} if shape is None else {entry: shape}), strict=True))
        told = {**_told(entry, name, shape), "reliable": "no" if drawn[scope] is None else "yes"}
        found = _figures(drawn[scope], base)
        if shape is None:
            base = {end: found[end] for end in QUANTILES}
            found["move"] = np.nan if drawn[scope] is None else 0.0
        rows.append({"scope": scope, "rung": at.rung, **told, **found})
        for claim in claims:
            about = {"scope": claim.scope, "rung": at.rung, "claim": claim.label, "sides": claim.sides()}
            probability, error = chance(drawn[claim.scope], claim)
            chances.append({**about, **told, "probability": probability, "probability_error": error})
        if shape is not None and progress is not None:
            progress(1)
    return pd.DataFrame(rows), pd.DataFrame(chances)


def _told(entry: str, at: str, shape: Distribution | None) -> dict[str, Any]:
    """Which entry is moved, and to what."""
    value = shape.value if isinstance(shape, Point) else np.nan
    setting = "the register" if shape is None else "held at a value" if isinstance(shape, Point) else shape.describe()
    return {"entry": entry, "at": at, "value": value, "setting": setting}


def _figures(sample: Sample | None, base: Mapping[str, float] | None) -> dict[str, Any]:
    if sample is None:
        empty = [*QUANTILES, *(f"{each}_error" for each in QUANTILES), "move", "effective"]
        return dict.fromkeys(empty, np.nan)
    found = summary(sample)
    return {**found, "move": np.nan if base is None else move(found, base), "effective": sample.effective}
