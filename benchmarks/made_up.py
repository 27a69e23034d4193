"""A made-up region of any size with draws of its inputs: what `scale.py` and `region_speed.py` draw totals of."""

from collections.abc import Sequence

import numpy as np

from estimation.model.region.region import Effects, Region


def world(
    areas: int, parents: int, groups: Sequence[str], draws: int, *, core: int, near: int
) -> tuple[Region, Effects]:
    """A region whose first `core` areas are its core and whose areas from `near` on are distant, and its inputs."""
    rng = np.random.default_rng(1)
    place = np.arange(areas)
    region = Region(
        areas=tuple(map(str, range(areas))),
        parents=place % parents,
        groups=tuple(groups),
        adults=rng.uniform(1e3, 2e5, (areas, len(groups))),
        core=place < core,
        distant=place >= near,
        city=place % 4 == 0,
        observed=np.array([3]),
    )
    logit = rng.normal(-1.9, 0.02, draws)
    spread = np.exp(rng.normal(np.log(0.8), 0.76, draws))
    share = 1 / (1 + np.exp(-logit))
    effects = Effects(
        counted=share,
        rate=share,
        logits=logit[:, None],
        core_factor=np.ones(draws),
        other_factor=np.ones(draws),
        area_error_sd=np.full(areas, 0.03),
        centre=logit - spread * rng.normal(0, np.hypot(1, 0.5), draws),
        spread=spread,
        parent_share=rng.beta(4, 5, draws),
        distant=np.full(draws, -0.5),
        city=np.full(draws, -0.6),
        group=np.column_stack([np.zeros(draws), np.full((draws, len(groups) - 1), -0.7)]),
    )
    return region, effects
