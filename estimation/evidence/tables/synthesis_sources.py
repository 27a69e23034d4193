"""Which figures of other sources may enter the synthesis, and what each of them speaks about.

The choices are rows of `synthesis_sources.csv`; this reads them, joins the figures and refuses what must not enter.
"""

from dataclasses import dataclass

import pandas as pd

from estimation.errors import EstimandError, EstimationError
from estimation.evidence.register.citable import Citable, Row
from estimation.evidence.tables.sources import Evidence

_KEYS = {
    "observations": "observation_id",
    "published": "estimate_id",
    "official_statistics": "stat_id",
    "capacity": "capacity_id",
}
_ROWS = {**_KEYS, "bases": "denominator_id", "reference_sets": "dataset"}
"""Tables whose rows judgements may name one by one, with their keys; all others are named as a whole."""
# Words of the tables for what is counted, and the words of an estimand.
_MEASURES = {"ever_detained": "ever held", "held_at_a_moment": "held at a moment", "sentenced": "sentenced"}
_STATISTICS = {"sentenced": "sentenced", "places_at_once": "held at a moment"}


@dataclass(frozen=True)
class SourceRow:
    """One figure and what it speaks about."""

    name: str  # key of the figure in its table
    table: str
    kind: str  # of source
    # As in the table: codes joined by `+`, `region`, `counties` or `south_counties`; of a case an area, a parent, `all`
    # or nothing.
    area: str
    groups: tuple[str, ...]  # of the population
    value: float  # persons, or a share 0-1 (see `scale`)
    scale: str  # `persons` or `share`
    bound: str  # `about`, `floor` or `ceiling`
    log_sd: float  # own error, log scale
    place_name: str  # where, when and the figure as the source has them, for tables and pictures
    date: str
    raw: str
    note: str  # choices made
    custody: str = (
        ""  # what it counts, with `measure` in the words of `estimand`; empty where that is what the case does
    )
    measure: str = ""
    year: float = float("nan")  # moment, or end of the window, as a year with its fraction
    all_ages: bool = False  # whether a share is one of people of all ages
    places: int = 0  # places seen within the area; 0 if it speaks about all of it
    dependence: str = ""  # shared by reports that rest on one another


def usable_rows(evidence: Evidence) -> tuple[SourceRow, ...]:
    """The sources that enter the synthesis, in the order of `synthesis_sources.csv`.

    Raises
    ------
    EstimationError
        A figure that is unverified, marked as not usable, an order or plan, or of a dependence group that another
        source stands for already; a key that is in no table.
    EstimandError
        The row says it counts another thing than its table does.

    Notes
    -----
    **Assumes:** one figure of a dependence group carries all its evidence.

    Examples
    --------
    >>> from estimation.evidence.tables.sources import load
    >>> [row.name for row in usable_rows(load()) if row.kind == "phone"]
    ['onsu_county', 'kashgar_pref_rate']
    """
    chosen = evidence.table("synthesis_sources").query("use == 'yes'")
    planned = set(evidence.table("quotas")["quota_id"])
    rows = []
    for _, line in chosen.iterrows():
        if line["row_id"] in planned:
            raise EstimationError("an order or plan is no outcome and cannot enter", line["row_id"], "set use to no")
        rows.append(_row(line, _figure(evidence, str(line["table"]), str(line["row_id"]))))
    seen: dict[str, str] = {}
    for row in rows:
        if row.dependence in seen:
            raise EstimationError(
                "one figure of a dependence group may enter",
                f"{seen[row.dependence]} and {row.name}, both of {row.dependence}",
                "set use to no for one of them",
            )
        seen[row.dependence] = row.name
    return tuple(rows)


def citable(evidence: Evidence) -> Citable:
    """What the judgements of a data folder may cite; raises as `usable_rows` does."""
    weighed = {row.name for row in usable_rows(evidence)}
    rows, tables = [], {}
    for name in evidence.names:
        found = evidence.table(name)
        keys = found[_ROWS[name]].astype(str).tolist() if name in _ROWS else []
        tables[name] = keys
        for key, line in zip(keys, found.to_dict(orient="records"), strict=False):
            stated_in = tuple(str(line[column]) for column in ("source_id", "read_in") if line.get(column))
            rows.append(Row(key, str(line.get("dependence_group", "")), stated_in, key in weighed))
    return Citable(frozenset(evidence.table("sources")["source_id"]), tuple(rows), tables)


def left_out(evidence: Evidence) -> pd.DataFrame:
    """Sources that cannot enter, with the reason: columns row_id, type, date, reason."""
    rows = evidence.table("synthesis_sources").query("use == 'no'")
    return rows.rename(columns={"note": "reason"})[["row_id", "type", "date", "reason"]].reset_index(drop=True)


def sentenced_in_first_year(evidence: Evidence) -> float:
    """Share of the sentences of 2017-18 that were passed in 2017, 0-1, from the courts' totals of each year."""
    first, second = (
        float(_figure(evidence, "official_statistics", f"sent_{year}_x")["value"]) for year in (2017, 2018)
    )
    return first / (first + second)


def year_of(date: str, *, end: bool = False) -> float:
    """A date as a year with its fraction: the middle of a month; the end of a year, or of a month if asked.

    Examples
    --------
    >>> year_of("2018-12", end=True), year_of("2017-07"), year_of("2018")
    (2019.0, 2017.5416666666667, 2019.0)
    """
    year, _, month = date.partition("-")
    return int(year) + (1.0 if not month else (int(month) - (0.0 if end else 0.5)) / 12)


def _figure(evidence: Evidence, table: str, key: str) -> pd.Series:
    found = evidence.table(table)
    match = found[found[_KEYS[table]] == key]
    if match.empty:
        raise EstimationError(f"a source must be a row of {table}.csv", repr(key), "check row_id and table")
    figure = match.iloc[0]
    if figure["verification"] == "unverified":
        raise EstimationError("an unverified figure cannot enter the synthesis", repr(key), "set use to no")
    if figure.get("usable") == "no":
        raise EstimationError(
            "a figure its table marks as not usable cannot enter the synthesis", repr(key), "set use to no"
        )
    return figure


def _row(line: pd.Series, figure: pd.Series) -> SourceRow:
    name, table = str(line["row_id"]), str(line["table"])
    _require_same_count(line, figure)
    share = line["scale"] == "share"
    value = _first(figure, ("rate", "rate_recomputed", "stated_rate") if share else ("numerator", "value"))
    if not 0 < value <= (1.0 if share else float("inf")):
        raise EstimationError(
            f"a source must state a {line['scale']} above 0", f"{name}: {value}", "choose the other scale"
        )
    return SourceRow(
        name=name,
        table=table,
        kind=str(line["type"]),
        custody=str(line["custody"]),
        measure=str(line["measure"]),
        # Sentences and people ever held count up to the end of the month, a stock is one of its middle.
        year=year_of(str(line["date"]), end=line["measure"] != "held at a moment" or line["type"] == "capacity"),
        area=str(line["area"]),
        groups=tuple(str(line["groups"]).split("+")),
        value=value,
        scale=str(line["scale"]),
        all_ages=line["age"] == "all_ages",
        places=int(line["places"]),
        bound=str(line["bound"]),
        log_sd=float(line["log_sd"]),
        dependence=str(figure["dependence_group"]),
        place_name=str(figure.get("area", "")) or "Xinjiang, counties without cities",
        date=str(line["date"]),
        raw=f"{100 * value:g}%" if share else f"{value:,.0f}",
        note=str(line["note"]),
    )


def _require_same_count(line: pd.Series, figure: pd.Series) -> None:
    """Refuse a row that says it counts another thing than the table it comes from."""
    name = line["row_id"]
    stated = _MEASURES.get(str(figure.get("measure")), "") or _STATISTICS.get(str(figure.get("statistic")), "")
    if stated != line["measure"]:
        raise EstimandError(
            "a source must be compared with what it counts",
            f"{name}: {line['measure']} in synthesis_sources, {stated or 'no such measure'} in {line['table']}",
            "correct measure, or leave the source out",
        )
    camps, prison = str(figure.get("includes_camps", "no")), str(figure.get("includes_prison", "yes"))
    excluded = {"camp": camps == "no", "prison": prison == "no", "camp or prison": "no" in (camps, prison)}
    if excluded[str(line["custody"])] or (line["custody"] == "camp" and prison == "yes"):
        raise EstimandError(
            "a source must be compared with the custody it counts",
            f"{name}: {line['custody']}, while its table has camps {camps}, prison {prison}",
            "correct custody, or leave the source out",
        )


def _first(figure: pd.Series, names: tuple[str, ...]) -> float:
    values = (figure.get(name) for name in names)
    return next((float(value) for value in values if pd.notna(value)), float("nan"))
