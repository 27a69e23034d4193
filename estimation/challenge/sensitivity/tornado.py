"""Each judgement moved alone, on the same random numbers: to its 5 and 95 percent points, and to named alternatives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd

from estimation.challenge.rerun import replay
from estimation.challenge.rerun.areas import Inputs, Places
from estimation.challenge.rerun.replay import World
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Distribution, Point
from estimation.evidence.register.assumptions import Assumption, Register
from estimation.evidence.register.choices import Grid, Option
from estimation.model.ladder.summary import quantile
from estimation.model.region.region import RUNGS, Array
from estimation.model.spread.register_priors import spread_shapes

Alternatives = Mapping[str, Mapping[str, Distribution]]
SPREAD: Final = "between_county_sd"
ENDS: Final = (("5%", 0.05), ("95%", 0.95))
QUANTILES: Final = {"count_low": 0.025, "count_q10": 0.1, "count_median": 0.5, "count_q90": 0.9, "count_high": 0.975}


class Model(Protocol):
    """A model with its random numbers drawn, whose judgements can be moved: a `Stage` or a `case_stage.CaseStage`."""

    @property
    def register(self) -> Register:
        """The judgements."""

    @property
    def draws(self) -> int:
        """Number of draws."""

    def totals(self, **changed: Distribution | float) -> Array:
        """Totals of each scope, persons, shape (n, S), with some entries as given instead of as judged."""

    def column(self, scope: str) -> int:
        """Where a scope stands in the totals."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A world with its random numbers drawn: where inputs are changed one at a time.

    Attributes
    ----------
    world : World
        Places and people.
    register : Register
        The judgements.
    inputs : mapping
        Draws of every input as judged.
    places : Places
        Random numbers of places.
    draws, seed : int
        Size and seed.
    """

    world: World
    register: Register
    inputs: Inputs
    places: Places
    draws: int
    seed: int

    def totals(self, **changed: Distribution | float) -> Array:
        """Totals of each scope, persons, shape (n, S), with some entries as given instead of as judged."""
        return replay.evaluate(self.world, self.changed(**changed), self.places)

    def changed(self, **changed: Distribution | float) -> dict[str, Array]:
        """The inputs with some entries as given: a distribution keeps the entry's own random numbers."""
        return replay.changed(self.inputs, self.register, changed, count=self.draws, seed=self.seed)

    def column(self, scope: str) -> int:
        """Where a scope stands in the totals; raises `EstimationError` for one that is not known."""
        names = [each.name for each in self.world.scopes]
        if scope not in names:
            raise EstimationError("the scope must be one that was run", repr(scope), f"use one of {', '.join(names)}")
        return names.index(scope)


def stage(world: World, register: Register, *, draws: int, seed: int) -> Stage:
    """Draw all random numbers of a world once.

    Parameters
    ----------
    world : World
        Places and people.
    register : Register
        The judgements.
    draws, seed : int
        Size, at least 1000, and seed.

    Returns
    -------
    Stage

    Raises
    ------
    EstimationError
        Too few draws.
    """
    if draws < 1000:
        raise EstimationError("a stage needs at least 1000 draws", draws, "raise the number of draws")
    inputs = replay.draw_inputs(world, register, draws, seed)
    return Stage(world, register, inputs, replay.draw_places(world, draws, seed), draws, seed)


def alternatives(
    sets: pd.DataFrame, grid: Grid, register: Register, *, shipped: Register | None = None
) -> dict[str, dict[str, Distribution]]:
    """Named alternatives for entries: every fit of the spread, what the declared grid sets, what was shipped.

    Parameters
    ----------
    sets : DataFrame
        Table `reference_sets`.
    grid : Grid
        The declared grid.
    register : Register
        Those equal to it are left out.
    shipped : Register, optional
        If it differs in an entry, its value is an alternative.

    Returns
    -------
    dict
        Distributions by name, by entry.
    """
    found: dict[str, dict[str, Distribution]] = {SPREAD: dict(spread_shapes(sets))}
    for choice in grid.choices:
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
    """The entries an option of the grid sets, a named fit of the spread among them.

    Raises
    ------
    EstimationError
        The fit is not known.
    """
    entries = dict(option.entries)
    if "spread_of" in option.settings:
        shapes = spread_shapes(sets)
        name = str(option.settings["spread_of"])
        if name not in shapes:
            raise EstimationError("a named fit of the spread must be known", repr(name), f"use one of {list(shapes)}")
        entries[SPREAD] = shapes[name]
    return entries


def summary(totals: Array) -> dict[str, float]:
    """Median and ends of the 80 and 95% intervals, persons, of totals of shape (n,)."""
    return dict(zip(QUANTILES, map(float, np.quantile(totals, list(QUANTILES.values()))), strict=True))


def errors(totals: Array, *, effective: float | None = None) -> dict[str, float]:
    """Simulation errors of `summary`, as `<name>_error`, of draws worth so many; see `summary.quantile`."""
    ordered = np.sort(totals)
    return {f"{name}_error": quantile(ordered, at, effective=effective)[1] for name, at in QUANTILES.items()}


def move(found: Mapping[str, float], base: Mapping[str, float]) -> float:
    """Largest change of median or end of the 95% interval between two of `summary`, as a natural log ratio."""
    return float(max(abs(np.log(found[end] / base[end])) for end in ("count_low", "count_median", "count_high")))


def settings(entry: Assumption, others: Mapping[str, Distribution]) -> dict[str, Distribution]:
    """What an entry is moved to, by name: its 5 and 95% points, and named alternatives; none of both if it is fixed."""
    found: dict[str, Distribution] = {}
    if entry.varies:
        found = {name: Point(float(entry.distribution.ppf(q))) for name, q in ENDS}
    return found | dict(others) if entry.rung != "fixed" else found


def told(entry: str, at: str, shape: Distribution | None) -> dict[str, Any]:
    """`entry`, `at`, `value` and `setting` of a row: which entry is moved, and to what.

    `value` is the one it is held at, in its unit, and missing where `setting` describes a distribution; as judged, no
    entry is moved.
    """
    value = shape.value if isinstance(shape, Point) else np.nan
    setting = "the register" if shape is None else "held at a value" if isinstance(shape, Point) else shape.describe()
    return {"entry": entry, "at": at, "value": value, "setting": setting}


def tornado(
    at: Model,
    *,
    scope: str,
    others: Alternatives | None = None,
    progress: Callable[[int], object] | None = None,
) -> pd.DataFrame:
    """Move every entry alone.

    Parameters
    ----------
    at : Model
        The model with its random numbers.
    scope : str
        Whose total.
    others : mapping, optional
        Named alternatives by entry.
    progress : callable, optional
        Called with 1 after each run.

    Returns
    -------
    DataFrame
        First the row as judged; then per entry and setting: the columns of `told`, `count_low` to `count_high`
        (persons), their simulation errors `.._error`, and `move`, the largest
        change of median or end of the 95% interval, as a natural log ratio.

    Notes
    -----
    **Assumes:** one entry is changed and all others vary as judged. An entry held fixed has no 5 and 95% points of its
    own: only its alternatives show what fixing it hides.

    References
    ----------
    METHODS eq. 63.
    """
    column = at.column(scope)
    run = at.totals()[:, column]
    base = summary(run)
    rows = [{**told("as judged", "as judged", None), **base, **errors(run), "move": 0.0}]
    for key, entry in at.register.items():
        if entry.rung not in (*RUNGS, "fixed"):
            continue  # it enters with other sources, above the ladder
        for name, shape in settings(entry, (others or {}).get(key, {})).items():
            run = at.totals(**{key: shape})[:, column]
            found = summary(run)
            rows.append({**told(key, name, shape), **found, **errors(run), "move": move(found, base)})
            if progress is not None:
                progress(1)
    return pd.DataFrame(rows)
