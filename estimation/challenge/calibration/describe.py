"""The spread of one system, with its split by parents where there are any."""

import math

import pandas as pd

from estimation.model.spread.spread import fit_spread
from estimation.model.spread.spread_parents import decompose


def spread_of(areas: pd.DataFrame) -> dict[str, float | int | str]:
    """Fit the spread of a system, from the table of `system_file.read_system`.

    Gives numbers of areas and persons; `pooled_share` (0-1); `tau` with its 95% interval, `tau_pop_weighted` and
    `tau_moment` (log-odds). With several parents, some of several areas, also `parents`, `tau_between`, `tau_within`
    and `rho`, the share of variance between parents, with its 95% interval. A limit that does not exist is the text
    "unbounded".

    **Assumes:** as the fits it calls, `spread.fit_spread` and `spread_parents.decompose`, whose errors it raises.

    Examples
    --------
    >>> frame = pd.DataFrame({"parent": "", "count": [12, 30, 5, 60], "population": [400, 500, 450, 480]})
    >>> round(spread_of(frame)["tau"], 2)
    0.89
    """
    y, n = areas["count"].to_numpy(), areas["population"].to_numpy()
    fit, weighted = fit_spread(y, n), fit_spread(y, n, weights=n)
    found: dict[str, float | int | str] = {
        "areas": fit.areas,
        "total_count": int(fit.total_count),
        "total_population": int(fit.total_population),
        "pooled_share": fit.pooled_share,
        "tau": fit.tau,
        "tau_low": fit.tau_low,
        "tau_high": fit.tau_high,
        "tau_pop_weighted": weighted.tau,
        "tau_moment": fit.tau_moment,
    }
    if 1 < areas["parent"].nunique() < len(areas):
        split = decompose(y, n, areas["parent"].to_numpy())
        found |= {
            "parents": split.parents,
            "tau_between": split.tau_between,
            "tau_within": split.tau_within,
            "rho": split.rho,
            "rho_low": split.rho_low,
            "rho_high": split.rho_high,
        }
    return {
        key: "unbounded" if isinstance(value, float) and math.isinf(value) else value for key, value in found.items()
    }
