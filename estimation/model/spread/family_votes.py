"""A normal fitted to values of families of systems, one vote a family: what the priors of spread and slope share."""

import numpy as np
import pandas as pd
from scipy import optimize

from estimation.model.region.region import Array


def votes(family: pd.Series) -> Array:
    """Weight of each set, 1 / (number of its family's sets), so that weights add to the number of families.

    Examples
    --------
    >>> votes(pd.Series(["a", "b", "b"])).tolist()
    [1.0, 0.5, 0.5]
    """
    return np.asarray(1.0 / family.groupby(family).transform("size").to_numpy(dtype=np.float64))


def fit_normal(values: Array, w: Array, error: Array, *, mean: float | None = None) -> tuple[float, float, float]:
    """Mean and SD of a normal across families, and the standard error of the mean (0 where the mean is given).

    `values`, their weights `w` by `votes` and their own standard errors have one element a set. Without errors the SD
    is in closed form; with them it maximises the likelihood, restricted (REML) where the mean is estimated as well.

    **Assumes:** families are exchangeable; a set's error is normal with the SD given.

    METHODS eq. 28, 31.
    """

    def mean_at(variance: float) -> tuple[float, float]:
        precision = w / (variance + error**2)
        return float(precision @ values / precision.sum()) if mean is None else mean, float(precision.sum())

    def lack_of_fit(log_sigma: float) -> float:
        variance = float(np.exp(2.0 * log_sigma))
        centre, precision = mean_at(variance)
        total = variance + error**2
        fit = 0.5 * float(w @ (np.log(total) + (values - centre) ** 2 / total))
        return fit + (0.5 * float(np.log(precision)) if mean is None else 0.0)

    if np.any(error > 0):
        found = optimize.minimize_scalar(lack_of_fit, bounds=(np.log(1e-3), np.log(20.0)), method="bounded")
        sigma = float(np.exp(found.x))
    else:
        families = round(float(w.sum()))
        around = values - (w @ values / w.sum() if mean is None else mean)
        sigma = float(np.sqrt(w @ around**2 / (families - (mean is None))))
    centre, precision = mean_at(sigma**2)
    return centre, sigma, float(1.0 / np.sqrt(precision)) if mean is None else 0.0
