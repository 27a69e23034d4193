"""A case folder as a case of the model: its region, its scopes with their cards, and its register."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from estimation.evidence.case_folder.case_file import ALL, ScopeEntry, Statement
from estimation.evidence.case_folder.case_folder import CaseFolder
from estimation.evidence.case_folder.case_other import areas_of, weighed_rows
from estimation.evidence.distributions.distributions import HalfT, LogT
from estimation.evidence.register.assumptions import LOG_ODDS_SD, Assumption, Register
from estimation.model.case.case import PARENT_SHARE, RUNGS_OF_A_CASE, SPREAD, Case, Source
from estimation.model.case.terms import area_error, factors_of, mending
from estimation.model.region.region import RUNGS, SOURCES, Part, Region, Scope


@dataclass(frozen=True)
class CaseCard:
    """What a scope of a case counts; the fields of `Estimand`, but what is counted is in the case's own words.

    Attributes
    ----------
    population : str
        Who, as a plural.
    territory, window : str
        Where and when.
    custody, measure : str
        As in `case.toml`; custody is ``none`` where the case is not about it.
    basis : str
        Whom populations count.
    did : str
        What happened to them, in the past tense.
    spread_from : str
        ``reference classes``, or ``register`` where the case brings its own.
    """

    population: str
    territory: str
    window: str
    custody: str
    measure: str
    basis: str
    did: str
    spread_from: str = "reference classes"

    def row(self) -> dict[str, str | int]:
        """The fields as columns of a table."""
        return asdict(self)

    def sentence(self) -> str:
        """The card in words.

        Examples
        --------
        >>> CaseCard("adults", "Exampleland", "2031", "jail", "ever held", "resident", "were held in 2031").sentence()
        'adults of Exampleland who were held in 2031 (resident population)'
        """
        return f"{self.population} of {self.territory} who {self.did} ({self.basis} population)"


def register_of(folder: CaseFolder, sets: pd.DataFrame) -> Register:
    """The register of a case, the spread fitted to the reference classes if the case asks for it.

    Parameters
    ----------
    folder : CaseFolder
        The case.
    sets : DataFrame
        Table `reference_sets` of the data that ship.

    Returns
    -------
    Register
        In the order of the ladder.

    Raises
    ------
    EstimationError
        Too few families are left.
    """
    entries = list(folder.entries.values())
    if SPREAD not in folder.entries:
        families = folder.statement.exclude_families
        from estimation.model.spread.register_priors import spread_entry  # slow to import, and only this needs it

        spread = _spread(spread_entry(sets, without=families), families, folder.statement.area_kind)
        entries.insert(list(folder.entries).index(PARENT_SHARE), spread)
    order = ["fixed", *RUNGS, SOURCES]
    return Register(tuple(sorted(entries, key=lambda one: order.index(one.rung))), folder.hashes)


def _spread(shape: LogT | HalfT, families: Collection[str], kind: str) -> Assumption:
    unit, low, high = LOG_ODDS_SD
    without = f", without the family {', '.join(families)}" if families else ""
    return Assumption(
        id=SPREAD,
        statement=f"Standard deviation between areas ({kind}) of the log-odds: how unlike one another they are.",
        distribution=shape,
        unit=unit,
        source="project_reference_analysis",
        rationale=f"Fitted to campaigns and crackdowns elsewhere in which every area is known{without}.",
        disputed="Whoever holds that those systems are not like this one.",
        rung="spread",
        limits=(low, high),
    )


def from_folder(folder: CaseFolder) -> Case:
    """The case of a folder.

    Parameters
    ----------
    folder : CaseFolder
        Checked.

    Returns
    -------
    Case

    Notes
    -----
    **Assumes:** a count of all groups is the first group's by the entry `numerator_first_group_share`, over that
    group's part of the area's people; a population error is that of all areas (`region_base_ratio`) and of each
    (`area_error_sd`).
    """
    statement, areas, observed = folder.statement, folder.areas, folder.observed
    groups = tuple(name for name, _ in statement.groups)
    people = areas[[f"people_{group}" for group in groups]].to_numpy(float)
    parents = sorted(set(areas["parent"]))
    at = pd.Index(areas["area"]).get_indexer(observed["area"])
    region = Region(
        areas=tuple(areas["area"]),
        parents=np.array([parents.index(parent) for parent in areas["parent"]]),
        groups=groups,
        adults=people,
        core=areas["core"].to_numpy(bool),
        distant=~areas["core"].to_numpy(bool),
        city=areas["city"].to_numpy(bool),
        observed=at,
    )
    mixed = (observed["group"] == ALL).to_numpy() & (len(groups) > 1)
    first_share = np.where(mixed, people[at, 0] / people[at].sum(axis=1), 1.0)
    entries, sources = folder.entries, _sources_of(folder, groups)
    medians = {name: entry.distribution.median() for name, entry in entries.items()}
    mend, _ = mending(folder.terms, list(observed["area"]), medians, basis=statement.basis, first_share=first_share)
    return Case(
        region=region,
        scopes=scopes_of(statement),
        cards={scope.name: _card(statement, scope) for scope in statement.scopes},
        counts=observed["count"].to_numpy(np.int64),
        populations=observed["population"].to_numpy(np.int64),
        mend=mend,
        factors=factors_of(folder.terms, basis=statement.basis),
        area_error_sd=area_error(folder.terms, medians, region.core),
        elsewhere=statement.elsewhere if statement.elsewhere in entries else None,
        city=statement.city if statement.city in entries else None,
        group_ratios=tuple(f"{group}_rate_ratio" for group in groups[1:]),
        rungs={**_rungs(sources), **statement.rungs},
        thresholds=statement.thresholds,
        observed=_listed(list(areas["label"].iloc[at])),
        area_kind=statement.area_kind,
        sources=sources,
    )


def _rungs(sources: Sequence[Source]) -> dict[str, tuple[str, str]]:
    listed = ", ".join(f"{source.name} ({source.kind})" for source in sources)
    includes, leaves_out = RUNGS_OF_A_CASE[SOURCES]
    return {**RUNGS_OF_A_CASE, SOURCES: (f"{includes}: {listed}", leaves_out)}


def _sources_of(folder: CaseFolder, groups: tuple[str, ...]) -> tuple[Source, ...]:
    """The other sources that are both used and verified; a range is even on the log scale."""
    if folder.other is None:
        return ()
    found = []
    for row in weighed_rows(folder.other).to_dict(orient="records"):
        error, low, high = (float(row[name]) for name in ("error", "low", "high"))
        asked = (row["group"],) if row["group"] in groups else groups
        found.append(
            Source(
                name=row["row_id"],
                kind=row["kind"],
                value=float(row["value"]),
                unit="persons" if row["unit"] == "count" else "share",
                bound="floor" if row["floor"] == "yes" else "about",
                log_sd=error if np.isnan(low) else float(np.hypot(error, np.log(high / low) / np.sqrt(12))),
                told=_told(folder, row),
                part=Part(row["row_id"], np.flatnonzero(areas_of(row["area"], folder.areas)), asked),
            )
        )
    return tuple(found)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def scopes_of(statement: Statement) -> tuple[Scope, ...]:
    """The totals that a case asks for, as scopes of its region."""
    return tuple(Scope(each.name, each.who, each.where, each.groups, each.core_only) for each in statement.scopes)


def _card(statement: Statement, scope: ScopeEntry) -> CaseCard:
    return CaseCard(
        population=scope.who,
        territory=scope.where,
        window=statement.when,
        custody=statement.custody or "none",
        measure=statement.measure,
        basis=statement.basis,
        did=statement.did,
        spread_from=statement.spread,
    )


def _told(folder: CaseFolder, row: Mapping[Hashable, Any]) -> dict[str, str]:
    """What tables say of a source: place, date, what it counts, its figure."""
    statement = folder.statement
    counts = f"{statement.measure}, {statement.custody}" if statement.custody else statement.did
    date = folder.year(str(row["source_id"])) or "undated"
    return {
        "place": _place(folder, row),
        "date": date,
        "counts": counts,
        "raw": stated(row),
        "note": str(row["note"]),
    }


def stated(row: Mapping[Hashable, object]) -> str:
    """The figure of a row of `other_sources.csv` with its range, every digit of it.

    Examples
    --------
    >>> stated({"unit": "share", "value": 0.045, "low": 0.04, "high": 0.06})
    '4.5% (4% to 6%)'
    >>> stated({"unit": "count", "value": 12000.0, "low": float("nan"), "high": float("nan")})
    '12,000'
    """
    value, low, high = (float(str(row[name])) for name in ("value", "low", "high"))

    def said(figure: float) -> str:
        return f"{100 * figure:.12g}%" if row["unit"] == "share" else f"{figure:,.12g}"

    return said(value) if np.isnan(low) else f"{said(value)} ({said(low)} to {said(high)})"


def _place(folder: CaseFolder, row: Mapping[Hashable, object]) -> str:
    """Where a source speaks about, and whom where that is one of several groups."""
    place, group = folder.place(str(row["area"])), str(row["group"])
    groups = dict(folder.statement.groups)
    return f"{place}: {groups[group]}" if len(groups) > 1 and group != ALL else place
