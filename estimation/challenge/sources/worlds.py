"""Coverage of the range with other sources, in worlds drawn from the model and in worlds that break it.

Each world is a draw of the prior, given what was observed: its totals are known. Figures of the other sources are made
up in it with the errors that the model states, or with others; then the draws are weighed by these figures as they are
by the real ones, and the interval holds the world's total or not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import special

from estimation.challenge.jobs import Task
from estimation.challenge.sources.influence import likelihood_of
from estimation.evidence.register.assumptions import Register
from estimation.model.case.inputs import OBSERVED_Z
from estimation.model.ladder.ladder import Run
from estimation.model.region.region import Array
from estimation.model.synthesis.likelihood import LOWEST_SHARE, error_sd
from estimation.model.synthesis.other_sources import Likelihood, density_of, errors_of
from estimation.model.synthesis.predictions import Prediction
from estimation.model.synthesis.weights import is_reliable, weigh

LEVELS: Final = (0.5, 0.8, 0.95)
SHARED: Final = 0.3
"""SD of a log error that all figures share, beyond what the model allows for, where worlds have one."""
DRAWS: Final = 30_000
"""Draws of the prior that worlds are taken from and weighed."""
_POINTS: Final = 32
_CHUNK: Final = 20


@dataclass(frozen=True)
class World:
    """How figures come about in a world."""

    name: str
    shared: float = 0.0  # SD of a log error that all figures share
    kind: str = ""  # the kind of source that errs otherwise
    factor: float = 1.0  # its figures over what they would be
    invented: float = 0.0  # least probability that a figure of it says nothing
    standing: tuple[float, float] = (0.0, 1.0)  # quantiles between which the observed area lies among areas


def worlds(kinds: Sequence[str]) -> tuple[World, ...]:
    """The worlds tried: as modelled, with shared errors, with a county that was picked, and with each kind misled."""
    found = [
        World("as modelled"),
        World("all figures share a further error", shared=SHARED),
        World("observed area from the worst quarter", standing=(0.75, 1.0)),
        World("observed area from the mildest quarter", standing=(0.0, 0.25)),
    ]
    for kind in kinds:
        found += [
            World(f"{kind}: figures are half of what they would be", kind=kind, factor=0.5),
            World(f"{kind}: figures are invented", kind=kind, invented=1.0),
        ]
    return tuple(found)


def tasks(run: Run, *, scope: str, repeats: int) -> list[Task]:
    """Cut the study into tasks: each `tried` in a world, some repeats at a time.

    Parameters
    ----------
    run : Run
        Draws of the prior with the case's other sources, not drawn from a proposal.
    scope : str
        Whose total.
    repeats : int
        Worlds of each kind.

    Raises
    ------
    EstimationError
        A case without other sources.
    """
    seen = likelihood_of(run)
    given = {
        "predictions": seen.predictions,
        "entries": {name: run.inputs[name] for name in run.case.own},
        "register": run.register,
        "total": run.totals.count(scope),
        "standing": special.ndtr(run.inputs[OBSERVED_Z]),
    }
    found = []
    for world in worlds(list(dict.fromkeys(seen.kinds.values()))):
        for start in range(0, repeats, _CHUNK):
            some = {**given, "world": world, "repeats": min(_CHUNK, repeats - start)}
            found.append(Task(f"world|{world.name}|{start}", tried, some))
    return found


def tried(
    rng: np.random.Generator,
    *,
    predictions: tuple[Prediction, ...],
    entries: Mapping[str, Array],
    register: Register,
    total: Array,
    standing: Array,
    world: World,
    repeats: int,
) -> Array:
    """Make up figures in some worlds of a kind, and ask of each how the true total lies in the answer.

    Returns
    -------
    ndarray of shape (repeats, 2 + L)
        Weight of the draws below the true total, 0-1; 1 if the weights can be relied on; and for each of `LEVELS` the
        log of the interval's upper over its lower end.

    Notes
    -----
    **Assumes:** figures that are bounds are as reported, so a world counts by how probable they are in it. The world
    itself is not among the draws that are weighed.

    References
    ----------
    METHODS eq. 52, 53, 55, 57; Talts et al. 2018, doi:10.48550/arXiv.1804.06788, for worlds as modelled.
    """
    order = np.argsort(total, kind="stable")
    entries = _with_silence(entries, {each.source.kind for each in predictions}, rng)
    chance = ((standing >= world.standing[0]) & (standing <= world.standing[1])).astype(float)
    for each in predictions:
        if each.source.bound != "about":
            chance = chance * density_of(each, entries)
    ends = np.array([(1 + sign * level) / 2 for level in LEVELS for sign in (-1, 1)])
    found = np.empty((repeats, 2 + len(LEVELS)))
    for row, truth in enumerate(rng.choice(total.size, repeats, p=chance / chance.sum())):
        shared = world.shared * rng.standard_normal()
        made = tuple(_reported(each, entries, int(truth), world, shared, rng) for each in predictions)
        seen = Likelihood(made, register, _POINTS)
        logs = seen.log(dict.fromkeys(seen.names, 1.0))
        logs[truth] = -np.inf
        weights = weigh(logs, enforce=False)
        low_high = np.log(weights.quantiles(total, ends, order)).reshape(-1, 2)
        below = float(weights.share[total < total[truth]].sum())
        found[row] = below, is_reliable(weights), *np.diff(low_high, axis=1)[:, 0]
    return found


def _with_silence(entries: Mapping[str, Array], kinds: Iterable[str], rng: np.random.Generator) -> dict[str, Array]:
    """Entries in which a kind that says nothing as a whole in a draw does so for certain there (METHODS eq. 55)."""
    found = dict(entries)
    for kind in sorted(kinds):
        if f"together_{kind}" in entries:
            one = entries[f"uninformative_{kind}"]
            every = one * entries[f"together_{kind}"]
            rest = (one - every) / np.maximum(1 - every, 1e-12)
            found[f"uninformative_{kind}"] = np.where(rng.random(one.size) < every, 1.0, rest)
    return found


def _reported(
    each: Prediction, entries: Mapping[str, Array], truth: int, world: World, shared: float, rng: np.random.Generator
) -> Prediction:
    """A source with a figure made up in a world; a bound stays as it was reported."""
    source = each.source
    if source.bound != "about":
        return each
    own = {name: values[truth : truth + 1] for name, values in entries.items()}
    here = Prediction(source, each.whole, each.counted[truth : truth + 1], each.ever[truth : truth + 1])
    said, errors = here.reported(own), errors_of(here, own)
    misled = source.kind == world.kind
    nothing = max(float(errors["uninformative"][0]), world.invented if misled else 0.0)
    if rng.random() < nothing:
        value = each.whole * LOWEST_SHARE ** rng.random()
    else:
        scale = error_sd(source, each.whole, said, errors["place_sd"])
        error = errors["bias"] + scale * rng.standard_t(4) + shared + np.log(world.factor if misled else 1.0)
        value = float((said * np.exp(error))[0])
    return replace(each, source=replace(source, value=value))


def table(asked: Sequence[Task], results: Sequence[Array], *, scope: str) -> pd.DataFrame:
    """Coverage and width in each world and at each level.

    Parameters
    ----------
    asked, results : sequence of Task and of ndarray
        Of `tasks`, and what each gave.
    scope : str
        Whose total.

    Returns
    -------
    DataFrame
        `scope`, `world`, `level`, `repeats`, `coverage` (0-1) and `coverage_error`, its binomial standard error,
        `missed_low` and `missed_high` (shares of worlds whose total lies below, or above, the interval), `width_ratio`
        (upper over lower end, median) and `reliable_share` (share of worlds whose weights can be relied on).
    """
    parts: dict[str, list[Array]] = {}
    for task, part in zip(asked, results, strict=True):
        parts.setdefault(task.arguments["world"].name, []).append(part)
    rows: list[dict[str, Any]] = []
    for world, chunks in parts.items():
        found = np.concatenate(chunks)
        below, reliable = found[:, 0], found[:, 1]
        for place, level in enumerate(LEVELS):
            low, high = below < (1 - level) / 2, below > (1 + level) / 2
            held = float(1 - low.mean() - high.mean())
            rows.append(
                {
                    "scope": scope,
                    "world": world,
                    "level": level,
                    "repeats": len(found),
                    "coverage": held,
                    "coverage_error": float(np.sqrt(max(held * (1 - held), 0.0) / len(found))),
                    "missed_low": float(low.mean()),
                    "missed_high": float(high.mean()),
                    "width_ratio": float(np.exp(np.median(found[:, 2 + place]))),
                    "reliable_share": float(reliable.mean()),
                }
            )
    return pd.DataFrame(rows)
