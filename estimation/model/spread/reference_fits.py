"""Refit every reference set whose areas are held and lay the result beside the summary that is stated for it."""

import numpy as np
import pandas as pd
from scipy import special, stats

from estimation.errors import EstimationError
from estimation.model.spread.area_checks import check_areas
from estimation.model.spread.marginal import Floats
from estimation.model.spread.spread import fit_spread

QUANTITIES = (
    "n_areas",
    "total_count",
    "total_population",
    "crude_rate",
    "tau",
    "tau_low",
    "tau_high",
    "tau_pop_weighted",
    "tau_moment",
    "sd_log_rate",
    "rate_size_rho",
    "naive_cover_one_area",
    "naive_cover_one_area_by_population",
)
"""Columns of the summary that are refitted."""


def fit_reference_sets(areas: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """Refit each set whose areas are held.

    Parameters
    ----------
    areas : DataFrame
        One row per area: `dataset`, `count`, `population` (persons).
    sets : DataFrame
        One row per set: `dataset` and the columns `QUANTITIES`.

    Returns
    -------
    DataFrame
        Long: `dataset`, `quantity`, `fitted`, `stated`, `difference` (fitted - stated), sets in order of `areas`.

    Raises
    ------
    EstimationError
        If a set of areas has no or several summary rows, or as `spread.fit_spread`.

    Notes
    -----
    **Assumes:** the summary's intervals are 95% profile intervals.

    `rate_size_rho` is Spearman's rank correlation of rate and population. The two coverages are the share of areas
    (of population) whose own 95% Clopper-Pearson interval holds the pooled share of the whole: what a single
    area is worth when the spread is ignored.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404-413, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> areas = pd.DataFrame({"dataset": "x", "count": [12, 30, 5], "population": [400, 500, 450]})
    >>> sets = pd.DataFrame({"dataset": ["x"], **{name: [0.0] for name in QUANTITIES}})
    >>> table = fit_reference_sets(areas, sets).set_index("quantity")
    >>> print(table.loc[["tau", "rate_size_rho"], "fitted"].round(3).to_dict())
    {'tau': 0.635, 'rate_size_rho': 0.5}
    """
    rows = []
    for dataset, group in areas.groupby("dataset", sort=False):
        stated = sets[sets["dataset"] == dataset]
        if len(stated) != 1:
            raise EstimationError(
                "each set of areas needs exactly one summary row",
                f"{len(stated)} for {dataset}",
                "add or remove rows of the summary",
            )
        for quantity, fitted in _refit(group["count"], group["population"]).items():
            value = float(stated[quantity].iloc[0])
            rows.append((dataset, quantity, fitted, value, fitted - value))
    return pd.DataFrame(rows, columns=["dataset", "quantity", "fitted", "stated", "difference"])


def naive_coverage(counts: Floats, populations: Floats, *, level: float = 0.95) -> tuple[float, float]:
    """How often one area's own binomial interval holds the share of the whole.

    Parameters
    ----------
    counts, populations : ndarray, shape (K,)
        persons.
    level : float, default 0.95
        Nominal level of the Clopper-Pearson interval.

    Returns
    -------
    tuple of float
        Share of areas, and share of population in areas, whose interval holds it, 0-1.

    Raises
    ------
    EstimationError
        As `counts.check_areas`.

    Notes
    -----
    **Assumes:** what the interval assumes: that the area is a random sample of persons of the whole. It is not; the
    coverage measures by how much.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404-413, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> naive_coverage(np.array([12.0, 30.0, 5.0]), np.array([400.0, 500.0, 450.0]))
    (0.3333333333333333, 0.2962962962962963)
    """
    y, n = check_areas(counts, populations)
    tail = 0.5 * (1.0 - level)
    full, none = y == n, y == 0
    low = np.where(none, 0.0, special.betaincinv(np.maximum(y, 1e-9), n - y + 1.0, tail))
    high = np.where(full, 1.0, special.betaincinv(y + 1.0, np.maximum(n - y, 1e-9), 1.0 - tail))
    whole = y.sum() / n.sum()
    holds = (low <= whole) & (whole <= high)
    return float(holds.mean()), float(n[holds].sum() / n.sum())


def _refit(counts: pd.Series, populations: pd.Series) -> dict[str, float]:
    y, n = check_areas(counts.to_numpy(), populations.to_numpy())
    fit = fit_spread(y, n)
    by_area, by_population = naive_coverage(y, n)
    values = (
        fit.areas,
        fit.total_count,
        fit.total_population,
        fit.pooled_share,
        fit.tau,
        fit.tau_low,
        fit.tau_high,
        fit_spread(y, n, weights=n).tau,
        fit.tau_moment,
        fit.sd_log_rate,
        float(stats.spearmanr(y / n, n).statistic),
        by_area,
        by_population,
    )
    return dict(zip(QUANTITIES, map(float, values), strict=True))
