"""How rates run with the size of areas, as a prior for a system that is not seen, and the spread that is then left.

The slope of an area's log-odds on the logarithm of its population, from the table `reference_slopes`.
"""

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from estimation.errors import require
from estimation.evidence.distributions.distributions import StudentT
from estimation.model.spread.family_votes import fit_normal, votes

RESIDUAL: Final = "tau_given_slope"
"""Column of the spread between areas that is left once the slope is in (log-odds)."""


def fit_slope_prior(slopes: pd.DataFrame, *, exclude_family: Collection[str] = ()) -> StudentT:
    """Fit a prior for the slope to reference sets of every kind, one vote per family.

    Parameters
    ----------
    slopes : DataFrame
        One row per set: `family`, `slope` and its standard error `slope_se`, log-odds per unit of log population.
    exclude_family : collection of str
        Families to leave out: by judgement, or in turn for a back-test.

    Returns
    -------
    StudentT
        Predictive for a system that is in none of the families.

    Raises
    ------
    EstimationError
        If fewer than two families are left.

    Notes
    -----
    **Assumes:** families are exchangeable and the system not seen is one more of them; either sign is as likely, so the
    mean is held at 0; sets of a family share one vote.

    The slopes' own errors are taken out by maximum likelihood. The predictive is the fitted SD times Student's t with
    as many degrees of freedom as there are families, as for a scale about a known mean.

    References
    ----------
    METHODS eq. 30, 31.
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6 (scale of a normal).

    Examples
    --------
    >>> slopes = pd.DataFrame({"family": ["a", "b", "c"], "slope": [0.3, -0.4, 0.1], "slope_se": 0.0})
    >>> print(fit_slope_prior(slopes).df, round(fit_slope_prior(slopes).scale, 3))
    3.0 0.294
    """
    used = slopes[~slopes["family"].isin(list(exclude_family))]
    families = used["family"].nunique()
    rule, remedy = "a prior of the slope needs at least two families", "leave fewer out"
    require(families >= 2, rule, f"{families} left", remedy)
    value, error = (used[name].to_numpy(dtype=np.float64) for name in ("slope", "slope_se"))
    _, sigma, _ = fit_normal(value, votes(used["family"]), error, mean=0.0)
    return StudentT(sigma, float(families))


def with_residual_spread(sets: pd.DataFrame, slopes: pd.DataFrame) -> pd.DataFrame:
    """The table `reference_sets` with the column `RESIDUAL` of `reference_slopes`.

    Where a set's slope is not known its spread stands in, which can only be larger.
    """
    left = sets["dataset"].map(slopes.set_index("dataset")[RESIDUAL])
    return sets.assign(**{RESIDUAL: left.fillna(sets["tau"])})
