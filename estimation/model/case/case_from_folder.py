"""A case folder as a case of the model: its region, its scopes with their cards, and its register."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from estimation.evidence.case_folder.case_file import ALL, ScopeEntry, Statement
from estimation.evidence.case_folder.case_folder import CaseFolder
from estimation.evidence.distributions.distributions import HalfT, LogT
from estimation.evidence.register.assumptions import LOG_ODDS_SD, Assumption, Register
from estimation.model.case.case import PARENT_SHARE, RUNGS_OF_A_CASE, SPREAD, Case
from estimation.model.case.terms import area_error, factors_of, mending
from estimation.model.region.region import RUNGS, SOURCES, Region, Scope


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
    entries = folder.entries
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
        rungs={**RUNGS_OF_A_CASE, **statement.rungs},
        thresholds=statement.thresholds,
        observed=_listed(list(areas["label"].iloc[at])),
        area_kind=statement.area_kind,
    )


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
