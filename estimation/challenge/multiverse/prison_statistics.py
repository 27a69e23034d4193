"""Prisons taken from the courts' totals instead of the observed county's division: an option of the declared grid."""

from dataclasses import replace

import numpy as np

from estimation.errors import EstimationError
from estimation.model.case.inputs import Inputs
from estimation.model.ladder.kernel import EVERYBODY, OBSERVED, Totals
from estimation.model.region.poststratify import Held
from estimation.model.synthesis.other_sources import bias_of
from estimation.model.synthesis.predictions import conversion, predict


def prison_from_statistics(found: Totals, inputs: Inputs) -> Totals:
    """The same totals with everyone sentenced outside the observed county as the courts count them.

    Prison parts elsewhere are scaled to the courts' total; camps stay as the county's rate gives them. Raises
    `EstimationError` if the case does not have one source on people sentenced.

    **Assumes:** the courts' figure is about all of the region and the whole window; places share it as their prison
    parts do. People sentenced after a camp are in both and count once.
    """
    courts = [source for source in found.case.sources if source.custody == "prison"]
    if len(courts) != 1:
        raise EstimationError(
            "prisons can be taken from one figure on people sentenced", f"{len(courts)} of them", "leave the option out"
        )
    court, held = courts[0], found.held
    everyone = court.value * np.exp(-bias_of(court, inputs)) * conversion(court, inputs)
    here, whole = (held.prison[:, found.column(name)] for name in (OBSERVED, EVERYBODY))
    ratio = np.maximum((everyone - here) / (whole - here), 0.0)[:, None]
    region = found.case.region
    holds = [region.observed[0] in part.areas and region.groups[0] in part.groups for part in found.parts]
    kept = here[:, None] * np.array(holds, float)
    after = inputs["camp_before_prison"][:, None]
    camp = held.either - (1 - after) * held.prison
    # No more are sentenced after a camp than were in camps, and no more without one than are left.
    with np.errstate(divide="ignore"):
        most = np.minimum(camp / after, np.maximum(held.people - camp, 0.0) / (1 - after))
    prison = np.clip(kept + ratio * (held.prison - kept), 0.0, most)
    either = np.maximum(camp + (1 - after) * prison, prison * (1 + 1e-9))
    moved = Held(either, prison, held.people, held.alike)
    return replace(found, held=moved, predictions=predict(found.case, moved, inputs))
