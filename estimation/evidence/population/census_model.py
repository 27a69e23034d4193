"""Residents per county-level unit and ethnic group at a year end, modelled between the 2010 and 2020 censuses.

Ages, adults and the bases built on them do not live here (see `age_model` and `population`).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimation.errors import require
from estimation.evidence.population.territory import WUJIAQU, cluster_of, host_of

GROUPS: Final = ("uyghur", "kazakh", "hui", "kyrgyz", "other_minority")
YEARS: Final = range(2010, 2021)
CENSUS_YEARS: Final = (2010, 2020)
# Both censuses refer to 1 November, as a fraction of the year.
CENSUS_DATES: Final = (2010.8356, 2020.8356)
RAKING_PASSES: Final = 400
# Added to each group of a 2004 row, so that a group of nobody can still gain people.
_PROFILE_OFFSET: Final = 0.5


def _rake(
    seed: NDArray[np.float64],
    rows: NDArray[np.float64],
    blocks: Sequence[tuple[tuple[int, ...], float]],
    *,
    passes: int = RAKING_PASSES,
) -> NDArray[np.float64]:
    """Scale a table to row totals and to the totals of blocks of columns (iterative proportional fitting), persons.

    Columns of a block share one factor. Blocks are first scaled to the sum of the rows, which the fitted table meets.

    **Assumes:** the association between units and groups is that of the seed; only the margins have moved.

    METHODS eq. 1; Deming & Stephan 1940, doi:10.1214/aoms/1177731829.
    """
    covered = sorted(column for columns, _ in blocks for column in columns)
    rule = "control totals must cover every group exactly once"
    require(covered == list(range(seed.shape[1])), rule, covered, "check the groups of the control totals")
    member = np.zeros((seed.shape[1], len(blocks)))
    for block, (columns, _) in enumerate(blocks):
        member[list(columns), block] = 1.0
    totals = np.array([total for _, total in blocks])
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
    """Split each unit's census minorities into groups: persons by `gb_code` and `GROUPS`. METHODS eq. 1.

    `controls` names the `control_set` of regional totals per group, or per groups joined by '+'.

    **Assumes:** within a unit's minorities the composition is that of 2004, up to the region's totals.
    **Assumes:** Corps cities and new units resemble the unit they were cut from; these profiles are weak.
    """
    year = census_rows(census, census_year)
    minority = year["total"] * year["minority_share_pct"] / 100.0
    seed = _profiles(ethnicity_2004, year.index) * minority.to_numpy()[:, None]
    fitted = _rake(seed, minority.to_numpy(), _blocks(control_totals, census_year, controls))
    return pd.DataFrame(fitted, index=year.index, columns=list(GROUPS))


def at_year_end(
    census: pd.DataFrame,
    ethnicity_2004: pd.DataFrame,
    control_totals: pd.DataFrame,
    *,
    year: int,
    controls: str,
) -> pd.DataFrame:
    """Interpolate residents and groups to the end of a year. METHODS eq. 2, 3.

    Persons, unrounded, by unit of 2020: columns `total`, `minority`, `han`, `GROUPS`, and the name of the `cluster`.
    The end of 2020 lies two months after the census and is extrapolated.

    **Assumes:** a cluster grows at a constant rate, and its members keep their shares of 2020.
    **Assumes:** the composition of a unit's minorities moves along a straight line.
    """
    rule = "the year must lie between the censuses, 2010 to 2020"
    require(year in YEARS, rule, year, "ask for a year the model covers")
    first, last = (
        rows.assign(minority=rows["total"] * (rows["minority_share_pct"] / 100.0))
        for rows in (census_rows(census, census_year) for census_year in CENSUS_YEARS)
    )
    vanished = ", ".join(first.index.difference(last.index))
    require(not vanished, "every unit of the 2010 census must have a row for 2020", vanished, "add the missing rows")
    t = (year + 1 - CENSUS_DATES[0]) / (CENSUS_DATES[1] - CENSUS_DATES[0])
    cluster = pd.Series([cluster_of(code) for code in last.index], index=last.index, name="cluster")
    out = pd.DataFrame(index=last.index)
    for name in ("total", "minority"):
        start = first[name].groupby(cluster.reindex(first.index)).sum().reindex(cluster.unique())
        end = last[name].groupby(cluster).sum()
        orphaned = ", ".join(start.index[start.isna()])
        rule = "every cluster of units must hold a unit with a row for 2010"
        require(not orphaned, rule, orphaned, "add the missing rows")
        out[name] = cluster.map(start ** (1 - t) * end**t) * last[name] / _positive(cluster.map(end))
    out["han"] = out["total"] - out["minority"]
    shares = []
    for census_year in CENSUS_YEARS:
        groups = fitted_groups(census, ethnicity_2004, control_totals, census_year=census_year, controls=controls)
        shares.append(groups.div(_positive(groups.sum(axis=1)), axis=0))
    earlier = shares[0].reindex(last.index).fillna(shares[1])
    composition = (1 - t) * earlier + t * shares[1]
    out[list(GROUPS)] = composition.mul(out["minority"], axis=0)
    out["cluster"] = cluster
    return out


def _positive(totals: pd.Series) -> pd.Series:
    """Totals to divide by, 1 where nobody is counted."""
    return totals.where(totals > 0, 1.0)


def census_rows(census: pd.DataFrame, census_year: int) -> pd.DataFrame:
    """Rows of one census, indexed by `gb_code`, once it is known that every unit has one and its numbers."""
    rows = census.loc[census["year"] == census_year].set_index("gb_code")
    rule = "the census table must hold both 2010 and 2020"
    require(not rows.empty, rule, sorted(set(census["year"])), "add it")
    twice = ", ".join(rows.index[rows.index.duplicated()])
    require(not twice, f"a unit has one row in the {census_year} census", twice, "drop the repeated row")
    empty = ", ".join(rows.index[rows[["total", "minority_share_pct"]].isna().any(axis=1)])
    rule = f"total and minority_share_pct of the {census_year} census must be numbers"
    require(not empty, rule, f"a missing value for {empty}", "fill it from the census")
    return rows


def _profiles(ethnicity_2004: pd.DataFrame, units: pd.Index) -> NDArray[np.float64]:
    """Shares of the groups among minorities, one row per unit."""
    known = ethnicity_2004.set_index("gb_code")[list(GROUPS)].astype(float)
    known.loc[WUJIAQU[0]] = WUJIAQU[1]
    hosts = [host_of(code) for code in units]
    lost = ", ".join(unit for unit, host in zip(units, hosts, strict=True) if host not in known.index)
    rule = "every unit needs a row of the 2004 table, its own or its host's"
    require(not lost, rule, lost, "add the row or a host")
    counts = known.loc[hosts].to_numpy() + _PROFILE_OFFSET
    holes = ", ".join(unit for unit, row in zip(units, counts, strict=True) if np.isnan(row).any())
    require(not holes, "the 2004 counts must be numbers", f"a missing value for {holes}", "fill it")
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def _blocks(control_totals: pd.DataFrame, census_year: int, controls: str) -> list[tuple[tuple[int, ...], float]]:
    """Control totals of one census as blocks of column numbers."""
    known = sorted(set(control_totals["control_set"]))
    require(controls in known, "controls must name a control set", repr(controls), f"use one of {known}")
    rows = control_totals[(control_totals["year"] == census_year) & (control_totals["control_set"] == controls)]
    blocks = []
    for joined, value in zip(rows["groups"], rows["value"], strict=True):
        groups = joined.split("+")
        unknown = ", ".join(group for group in groups if group not in GROUPS)
        require(not unknown, "control totals name known groups", unknown, f"use {', '.join(GROUPS)}")
        rule = f"the {census_year} control total of {joined} must be positive"
        require(np.isfinite(value) and value > 0, rule, value, "fill it")
        blocks.append((tuple(GROUPS.index(group) for group in groups), float(value)))
    return blocks
