"""Refit every reference set whose areas are held and lay the result beside the summary that is stated for it."""

import numpy as np
import pandas as pd
from scipy import stats

from estimation.errors import require
from estimation.model.proportion import share_interval
from estimation.model.region.region import Array
from estimation.model.spread.area_checks import check_areas
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

    `areas` has one row per area (`dataset`, `count`, `population`, in persons), `sets` one per set (`dataset` and the
    columns `QUANTITIES`). The result has one row per set and quantity: `dataset`, `quantity`, `fitted`, `stated` and
    `difference` (fitted - stated), sets in order of `areas`. A set of areas with no or several summary rows is an
    `EstimationError`.

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
        require(
            len(stated) == 1,
            "each set of areas needs exactly one summary row",
            f"{len(stated)} for {dataset}",
            "add or remove rows of the summary",
        )
        for quantity, fitted in _refit(group["count"], group["population"]).items():
            value = float(stated[quantity].iloc[0])
            rows.append((dataset, quantity, fitted, value, fitted - value))
    return pd.DataFrame(rows, columns=["dataset", "quantity", "fitted", "stated", "difference"])


def _naive_coverage(counts: Array, populations: Array) -> tuple[float, float]:
    """Share of areas, and of population in areas, whose own 95% binomial interval holds the share of the whole, 0-1.

    **Assumes:** what the interval assumes: that the area is a random sample of persons of the whole. It is not; the
    coverage measures by how much.
    """
    own = [
        share_interval(count, people, level=0.95, method="clopper-pearson")
        for count, people in zip(counts, populations, strict=True)
    ]
    whole = counts.sum() / populations.sum()
    holds = np.array([interval.low <= whole <= interval.high for interval in own])
    return float(holds.mean()), float(populations[holds].sum() / populations.sum())


def _refit(counts: pd.Series, populations: pd.Series) -> dict[str, float]:
    y, n = check_areas(counts.to_numpy(), populations.to_numpy())
    fit = fit_spread(y, n)
    by_area, by_population = _naive_coverage(y, n)
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
