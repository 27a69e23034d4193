"""A region whose areas differ by chance alone, as every system is to a fit that knows nothing else of it."""

import numpy as np
import numpy.typing as npt

from estimation.model.region.region import Array, Effects, Part, Region


def exchangeable(
    populations: npt.ArrayLike,
    observed: npt.NDArray[np.intp],
    centre: Array,
    spread: Array,
    *,
    covariates: Array,
    slopes: Array,
) -> tuple[Region, Effects]:
    """A region of one group and one parent without known differences or errors of its people, and draws of its effects.

    `populations` are the persons in each of K areas, `observed` the positions of J of them; `centre` and `spread`, of
    shape (n,), are draws of mean and standard deviation of the areas' log-odds. The observed areas' own log-odds are
    put at the centre: nobody is to be counted in them. `covariates` of the areas have shape (K, C), draws of the slopes
    on them (n, C).
    """
    people = np.asarray(populations, float)
    size, draws = people.size, centre.size
    nowhere = np.zeros(size, bool)
    region = Region(
        areas=tuple(map(str, range(size))),
        parents=np.zeros(size, np.intp),
        groups=("all",),
        adults=people[:, None],
        core=~nowhere,
        distant=nowhere,
        city=nowhere,
        observed=observed,
        covariates=covariates,
    )
    nothing, one = np.zeros(draws), np.ones(draws)
    effects = Effects(
        counted=nothing,
        rate=nothing,
        logits=np.repeat(centre[:, None], observed.size, axis=1),
        core_factor=one,
        other_factor=one,
        area_error_sd=np.zeros(size),
        centre=centre,
        spread=spread,
        parent_share=nothing,
        distant=nothing,
        city=nothing,
        group=nothing[:, None],
        slopes=slopes,
    )
    return region, effects


def unobserved(region: Region) -> Part:
    """Everybody who lives where nobody was observed."""
    elsewhere = np.setdiff1d(np.arange(len(region.areas)), region.observed)
    return Part("unobserved areas", elsewhere, region.groups)
