"""Which assumption carries the answer: tornado, variance-based indices and power-scaling of the model as it ships."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.rerun import replay
from estimation.challenge.rerun.areas import STANDING, Places
from estimation.challenge.rerun.replay import SAMPLING
from estimation.challenge.sensitivity import power_scaling, sobol
from estimation.challenge.sensitivity.tornado import Stage
from estimation.evidence.register.assumptions import Register
from estimation.model.region.region import RUNGS, Array

PLACES: Final = "places"
"""All deviations and population errors of the places that nobody observed, as one input."""
Sample = tuple[dict[str, Array], Places]


def indices(
    at: Stage, *, scope: str, base: int, seed: int, progress: Callable[[int], object] | None = None
) -> sobol.Indices:
    """First-order and total indices of every input on the log of a total.

    Parameters
    ----------
    at : Stage
        The model; only its world and register are used.
    scope : str
        Whose total.
    base : int
        Base sample.
    seed : int
        Seed; two samples are drawn from it.
    progress : callable, optional
        Called with 1 after each evaluation.

    Returns
    -------
    sobol.Indices
        Of the entries that vary, `sampling`, `observed_standing`, and `places` as one group.

    Notes
    -----
    **Assumes:** inputs independent, as the register draws them. After weighing by other sources they are not:
    `shapley.given_data` is then the tool.
    """
    world = replace(at.world, scopes=(at.world.scopes[at.column(scope)],))
    unused = {"county_adults_registered", "county_adults_resident"} - {f"county_adults_{world.basis}"}
    names = [key for key, entry in at.register.items() if entry.rung in RUNGS and entry.varies and key not in unused]
    samples: list[Sample] = []
    seeds = np.random.SeedSequence([seed, 0x50B01])
    for stream in seeds.generate_state(2):
        number = int(stream)
        inputs = replay.draw_inputs(world, at.register, base, number)
        samples.append((inputs, replay.draw_places(world, base, number)))

    def mix(a: Sample, b: Sample, name: str) -> Sample:
        return (a[0], b[1]) if name == PLACES else (a[0] | {name: b[0][name]}, a[1])

    return sobol.run(
        lambda sample: np.asarray(np.log(replay.evaluate(world, *sample)[:, 0])),
        samples[0],
        samples[1],
        mix,
        names=[*names, SAMPLING, STANDING, PLACES],
        rng=np.random.default_rng(np.random.SeedSequence([seed, 0xB007])),
        progress=progress,
    )


def prior_power(at: Stage, *, scope: str) -> pd.DataFrame:
    """Power-scaling sensitivity of the log of a total to each prior; as `power_scaling.prior_sensitivity`."""
    return power_scaling.prior_sensitivity(at.register, at.inputs, np.log(at.totals()[:, at.column(scope)]))


def summary(register: Register, moved: pd.DataFrame, found: sobol.Indices, powered: pd.DataFrame) -> pd.DataFrame:
    """One row per input, the one that matters most first.

    Parameters
    ----------
    register : Register
        For rungs and statements.
    moved : DataFrame
        Of `tornado.tornado`.
    found : sobol.Indices
        Of `indices`.
    powered : DataFrame
        Of `prior_power`.

    Returns
    -------
    DataFrame
        `input`, `rung`, `held_fixed`, `move` (largest log ratio of median or interval end over all its settings),
        `move_at` (which setting), first and total indices with intervals, `power_scaling`. Ordered by the larger of
        `move` and the move within the entry's own range, so that an entry fixed at a wrong value cannot hide: its
        indices are 0, its alternatives are not.
    """
    rows = []
    settings = moved[moved["entry"] != "as judged"]
    for name in [*register, SAMPLING, STANDING, PLACES]:
        own = settings[settings["entry"] == name]
        if own.empty and name not in found.table.index:
            continue
        largest = own.loc[own["move"].idxmax()] if len(own) else None
        row: dict[str, object] = {"input": name, "rung": register[name].rung if name in register else "chance"}
        row["held_fixed"] = "yes" if name in register and not register[name].varies else "no"
        row["move"] = 0.0 if largest is None else float(largest["move"])
        row["move_at"] = "not a judgement" if largest is None else str(largest["at"])
        known = found.table.loc[name] if name in found.table.index else pd.Series(0.0, index=found.table.columns)
        row |= {str(key): float(value) for key, value in known.items()}
        row["power_scaling"] = float(powered["sensitivity"].get(name, 0.0))
        rows.append(row)
    return pd.DataFrame(rows).sort_values("move", ascending=False, kind="stable").reset_index(drop=True)
