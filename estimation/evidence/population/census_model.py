"""Residents per county-level unit and ethnic group at a year end, modelled between the 2010 and 2020 censuses.

Ages, adults and the bases built on them do not live here (see `age_model` and `population`).
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimation.errors import EstimationError
from estimation.evidence.population.territory import WUJIAQU, cluster_of, host_of

GROUPS: Final = ("uyghur", "kazakh", "hui", "kyrgyz", "other_minority")
YEARS: Final = range(2010, 2021)
CENSUS_YEARS: Final = (2010, 2020)
# Both censuses refer to 1 November, as a fraction of the year.
CENSUS_DATES: Final = (2010.8356, 2020.8356)
RAKING_PASSES: Final = 400
# Added to each group of a 2004 row, so that a group of nobody can still gain people.
PROFILE_OFFSET: Final = 0.5


def rake(
    seed: NDArray[np.float64],
    rows: NDArray[np.float64],
    blocks: Iterable[tuple[tuple[int, ...], float]],
    *,
    passes: int = RAKING_PASSES,
) -> NDArray[np.float64]:
    """Scale a table to row totals and to the totals of blocks of columns (iterative proportional fitting).

    Parameters
    ----------
    seed : ndarray of shape (K, G)
        Starting table, persons, positive.
    rows : ndarray of shape (K,)
        Row totals, persons.
    blocks : iterable of (tuple of int, float)
        Columns whose sum must reach the stated total, persons; the columns of one block share one factor. The
        totals are first scaled to the sum of `rows`.
    passes : int
        Number of times columns, then rows, are scaled.

    Returns
    -------
    ndarray of shape (K, G)
        Fitted table, persons; its rows add up to `rows`.

    Raises
    ------
    EstimationError
        If the blocks do not hold every column once.

    Notes
    -----
    **Assumes:** the association between units and groups is that of the seed; only the margins have moved.

    References
    ----------
    METHODS eq. 1.
    Deming & Stephan 1940, doi:10.1214/aoms/1177731829.

    Examples
    --------
    >>> rake(np.ones((2, 2)), np.array([2.0, 6.0]), [((0,), 2.0), ((1,), 6.0)])
    array([[0.5, 1.5],
           [1.5, 4.5]])
    """
    listed = list(blocks)
    covered = sorted(column for columns, _ in listed for column in columns)
    if covered != list(range(seed.shape[1])):
        raise EstimationError(
            "control totals must cover every group exactly once", covered, "check the groups of the control totals"
        )
    member = np.zeros((seed.shape[1], len(listed)))
    for block, (columns, _) in enumerate(listed):
        member[list(columns), block] = 1.0
    totals = np.array([total for _, total in listed])
    totals = totals * (rows.sum() / totals.sum())
    fitted = seed.copy()
    for _ in range(passes):
        fitted *= member @ (totals / (fitted.sum(axis=0) @ member))
        row_sums = fitted.sum(axis=1)
        fitted *= np.divide(rows, row_sums, out=np.zeros_like(rows), where=row_sums > 0)[:, None]
    return fitted


def fitted_groups(
    census: pd.DataFrame,
    ethnicity_2004: pd.DataFrame,
    control_totals: pd.DataFrame,
    *,
    census_year: int,
    controls: str,
) -> pd.DataFrame:
    """Split each unit's census minorities into groups.

    Parameters
    ----------
    census : DataFrame
        Table `census`: one row per unit and census.
    ethnicity_2004 : DataFrame
        Table `ethnicity_2004`: registered persons per group at the end of 2004.
    control_totals : DataFrame
        Table `control_totals`: regional totals per group, or per groups joined by '+'.
    census_year : int
        2010 or 2020.
    controls : str
        Which `control_set` to use.

    Returns
    -------
    DataFrame
        Persons; index `gb_code`, columns `GROUPS`; each row adds up to the unit's minorities.

    Raises
    ------
    EstimationError
        If a unit has no usable 2004 row, or the control totals do not cover each group once.

    Notes
    -----
    **Assumes:** within a unit's minorities the composition is that of 2004, up to the region's totals.
    **Assumes:** Corps cities and new units resemble the unit they were cut from; these profiles are weak.

    References
    ----------
    METHODS eq. 1.
    """
    year = census_rows(census, census_year)
    minority = year["total"] * year["minority_share_pct"] / 100.0
    seed = _profiles(ethnicity_2004, year.index) * minority.to_numpy()[:, None]
    fitted = rake(seed, minority.to_numpy(), _blocks(control_totals, census_year, controls))
    return pd.DataFrame(fitted, index=year.index, columns=list(GROUPS))


def at_year_end(
    census: pd.DataFrame,
    ethnicity_2004: pd.DataFrame,
    control_totals: pd.DataFrame,
    *,
    year: int,
    controls: str,
) -> pd.DataFrame:
    """Interpolate residents and groups to the end of a year.

    Parameters
    ----------
    census, ethnicity_2004, control_totals : DataFrame
        The tables of those names.
    year : int
        2010 to 2020; the end of 2020 lies two months after the census and is extrapolated.
    controls : str
        Which `control_set` to use.

    Returns
    -------
    DataFrame
        Persons, unrounded; index `gb_code` (units of 2020), columns `total`, `minority`, `han`, `GROUPS`, and
        `cluster`.

    Raises
    ------
    EstimationError
        If the year lies outside 2010-2020, or the tables miss a unit or value.

    Notes
    -----
    **Assumes:** a cluster grows at a constant rate, and its members keep their shares of 2020.
    **Assumes:** the composition of a unit's minorities moves along a straight line.

    References
    ----------
    METHODS eq. 2-3.
    """
    if year not in YEARS:
        raise EstimationError(
            "the year must lie between the censuses, 2010 to 2020", year, "ask for a year the model covers"
        )
    first, last = (census_rows(census, census_year) for census_year in CENSUS_YEARS)
    vanished = first.index.difference(last.index)
    if len(vanished):
        raise EstimationError(
            "every unit of the 2010 census must have a row for 2020", ", ".join(vanished), "add the missing rows"
        )
    t = (year + 1 - CENSUS_DATES[0]) / (CENSUS_DATES[1] - CENSUS_DATES[0])
    cluster = pd.Series([cluster_of(code) for code in last.index], index=last.index, name="cluster")
    out = pd.DataFrame(index=last.index)
    for name, share in (("total", 1.0), ("minority", "minority_share_pct")):
        start = first["total"] * (first[share] / 100.0 if isinstance(share, str) else share)
        end = last["total"] * (last[share] / 100.0 if isinstance(share, str) else share)
        start_sum = start.groupby(cluster.reindex(start.index)).sum().reindex(cluster.unique())
        end_sum = end.groupby(cluster).sum()
        orphaned = start_sum.index[start_sum.isna()]
        if len(orphaned):
            raise EstimationError(
                "every cluster of units must hold a unit with a row for 2010",
                ", ".join(orphaned),
                "add the missing rows",
            )
        middle = start_sum ** (1 - t) * end_sum**t
        out[name] = cluster.map(middle) * end / cluster.map(end_sum).where(lambda x: x > 0, 1.0)
    out["han"] = out["total"] - out["minority"]
    shares = []
    for census_year in CENSUS_YEARS:
        groups = fitted_groups(census, ethnicity_2004, control_totals, census_year=census_year, controls=controls)
        shares.append(groups.div(groups.sum(axis=1).where(lambda x: x > 0, 1.0), axis=0))
    earlier = shares[0].reindex(last.index).fillna(shares[1])
    composition = (1 - t) * earlier + t * shares[1]
    out[list(GROUPS)] = composition.mul(out["minority"], axis=0)
    out["cluster"] = cluster
    return out


def census_rows(census: pd.DataFrame, census_year: int) -> pd.DataFrame:
    """Rows of one census, by unit, with every number present.

    Parameters
    ----------
    census : DataFrame
        Table `census`.
    census_year : int
        2010 or 2020.

    Returns
    -------
    DataFrame
        Index `gb_code`.

    Raises
    ------
    EstimationError
        If there is no such census, a unit stands twice, or a total or share is missing.
    """
    rows = census.loc[census["year"] == census_year].set_index("gb_code")
    if rows.empty:
        raise EstimationError("the census table must hold both 2010 and 2020", sorted(set(census["year"])), "add it")
    if rows.index.has_duplicates:
        twice = ", ".join(rows.index[rows.index.duplicated()])
        raise EstimationError(f"a unit has one row in the {census_year} census", twice, "drop the repeated row")
    empty = rows.index[rows[["total", "minority_share_pct"]].isna().any(axis=1)]
    if len(empty):
        raise EstimationError(
            f"total and minority_share_pct of the {census_year} census must be numbers",
            f"a missing value for {', '.join(empty)}",
            "fill it from the census",
        )
    return rows


def _profiles(ethnicity_2004: pd.DataFrame, units: pd.Index) -> NDArray[np.float64]:
    """Shares of the groups among minorities, one row per unit."""
    known = ethnicity_2004.set_index("gb_code")[list(GROUPS)].astype(float)
    known.loc[WUJIAQU[0]] = WUJIAQU[1]
    hosts = [host_of(code) for code in units]
    lost = [unit for unit, host in zip(units, hosts, strict=True) if host not in known.index]
    if lost:
        raise EstimationError(
            "every unit needs a row of the 2004 table, its own or its host's", ", ".join(lost), "add the row or a host"
        )
    counts = known.loc[hosts].to_numpy() + PROFILE_OFFSET
    if np.isnan(counts).any():
        holes = ", ".join(unit for unit, row in zip(units, counts, strict=True) if np.isnan(row).any())
        raise EstimationError("the 2004 counts must be numbers", f"a missing value for {holes}", "fill it")
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _blocks(control_totals: pd.DataFrame, census_year: int, controls: str) -> list[tuple[tuple[int, ...], float]]:
    """Control totals of one census as blocks of column numbers."""
    if controls not in set(control_totals["control_set"]):
        raise EstimationError(
            "controls must name a control set", repr(controls), f"use one of {sorted(set(control_totals.control_set))}"
        )
    rows = control_totals[(control_totals["year"] == census_year) & (control_totals["control_set"] == controls)]
    blocks = []
    for groups, value in zip(rows["groups"], rows["value"], strict=True):
        unknown = [group for group in groups.split("+") if group not in GROUPS]
        if unknown:
            raise EstimationError("control totals name known groups", ", ".join(unknown), f"use {', '.join(GROUPS)}")
        if not (np.isfinite(value) and value > 0):
            raise EstimationError(f"the {census_year} control total of {groups} must be positive", value, "fill it")
        blocks.append((tuple(GROUPS.index(group) for group in groups.split("+")), float(value)))
    return blocks
