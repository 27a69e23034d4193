"""A case of the model, with its register, from a case as it was read: the one way in for any region."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.case_folder import case_folder, case_register
from estimation.evidence.case_folder.case_file import Scope, Statement
from estimation.evidence.case_folder.contents import Contents, Read, citable_of, contents_of, reference_sets
from estimation.evidence.register import assumptions
from estimation.evidence.register.assumptions import LOG_ODDS_SD, Assumption, Register
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.synthesis_sources import SourceRow
from estimation.model.case.case import PARENT_SHARE, RUNGS_OF_A_CASE, SPREAD, Card, Case, Custody, Source
from estimation.model.case.terms import area_error, factors_of, mending
from estimation.model.region.estimand import Estimand
from estimation.model.region.region import RUNGS, SOURCES, Array, Part, Region


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


def register_of(read: Read, sets: pd.DataFrame | None = None) -> Register:
    """The register of a case, the spread fitted to the reference classes if the case asks for it.

    Parameters
    ----------
    read : CaseFolder or Evidence
        The case as read.
    sets : DataFrame, optional
        Table `reference_sets`; that of the case's own tables, or of the data that ship, by default.

    Returns
    -------
    Register
        In the order of its file where that is complete, else of the ladder.

    Raises
    ------
    DataError, AssumptionError
        Faults of the register of a data folder.
    EstimationError
        Too few families are left of the reference sets.
    """
    if isinstance(read, Evidence):
        path = read.directory / case_register.FILE
        return assumptions.load(path, entries=case_folder.entries_of(read), citable=citable_of(read))
    entries = list(read.entries.values())
    if SPREAD not in read.entries:
        entries.insert(
            list(read.entries).index(PARENT_SHARE),
            _fitted_spread(read.statement, reference_sets(read) if sets is None else sets),
        )
    order = ["fixed", *RUNGS, SOURCES]
    return Register(tuple(sorted(entries, key=lambda one: order.index(one.rung))), read.hashes)


def _fitted_spread(statement: Statement, sets: pd.DataFrame) -> Assumption:
    from estimation.model.spread.register_priors import spread_entry  # slow to import, and only this needs it

    families = statement.exclude_families
    unit, low, high = LOG_ODDS_SD
    without = f", without the family {', '.join(families)}" if families else ""
    return Assumption(
        id=SPREAD,
        statement=f"Standard deviation between areas ({statement.area_kind}) of the log-odds: how unlike one another "
        "they are.",
        distribution=spread_entry(sets, without=families),
        unit=unit,
        source="project_reference_analysis",
        rationale=f"Fitted to campaigns and crackdowns elsewhere in which every area is known{without}.",
        disputed="Whoever holds that those systems are not like this one.",
        evidence=("reference_sets",),
        rung="spread",
        limits=(low, high),
    )


def case_of(
    read: Read,
    register: Register,
    *,
    basis: str | None = None,
    year: int | None = None,
    adult_age: int | None = None,
) -> Case:
    """The case of the model: places and people as arrays, and which judgements enter where.

    Parameters
    ----------
    read : CaseFolder or Evidence
        The case as read.
    register : Register
        Its judgements: central values set the base of a stated number of persons, and populations from a census.
    basis, year, adult_age
        As `estimation.load_case`.

    Returns
    -------
    Case

    Raises
    ------
    EstimationError
        An option that the case does not have, or a count that reaches its base.

    Notes
    -----
    **Assumes:** a count of all groups is the first group's by an entry of the register, over that group's part of the
    area's people; a population error is that of all areas and of each.
    """
    medians = register.medians()
    held = contents_of(read, medians, basis=basis, year=year, adult_age=adult_age)
    statement, observed, region = held.statement, held.observed, _region(held)
    mend, base = mending(
        held.terms,
        list(observed["area"]),
        medians,
        basis=held.basis,
        base_scale=held.base_scale,
        first_share=observed["first_share"].to_numpy(float),
    )
    counts = observed["count"].to_numpy(np.int64)
    for term in held.terms:
        if term.role == "persons" and term.basis in ("", held.basis) and counts.sum() >= base:
            raise EstimationError(
                f"the count must be below the base of {term.entry}", int(counts.sum()), "check the base and the count"
            )
    sources, told_apart = _sources(held, region), held.sentenced_first_year
    return Case(
        region=region,
        scopes=statement.scopes,
        cards={scope.name: _card(held, scope) for scope in statement.scopes},
        counts=counts,
        populations=observed["population"].fillna(round(base)).to_numpy(np.int64),
        mend=mend,
        factors=factors_of(held.terms, basis=held.basis, adult_share=held.adult_share),
        area_error_sd=area_error(held.terms, medians, region.core),
        elsewhere=statement.elsewhere if statement.elsewhere in register else None,
        city=statement.city if statement.city in register else None,
        group_ratios=tuple(f"{group}_rate_ratio" for group in region.groups[1:]),
        rungs={**_rungs(sources), **statement.rungs},
        thresholds=statement.thresholds,
        observed=listed(list(observed["label"])),
        area_kind=statement.area_kind,
        sources=sources,
        custody=None if told_apart is None else Custody(int(counts.sum()), told_apart),
    )


def _region(held: Contents) -> Region:
    areas = held.areas
    groups = tuple(name for name, _ in held.statement.groups)
    parents = sorted(set(areas["parent"]))
    return Region(
        areas=tuple(areas["area"]),
        parents=np.array([parents.index(parent) for parent in areas["parent"]]),
        groups=groups,
        adults=areas[[f"people_{group}" for group in groups]].to_numpy(float),
        core=areas["core"].to_numpy(bool),
        distant=areas["distant"].to_numpy(bool),
        city=areas["city"].to_numpy(bool),
        observed=pd.Index(areas["area"]).get_indexer(held.observed["area"]),
    )


def _card(held: Contents, scope: Scope) -> Card:
    """What a scope counts: adults of a stated age, or whom the case says in its own words."""
    statement = held.statement
    if held.adult_age is not None:
        return Estimand(
            scope.label,
            scope.territory,
            statement.when,
            statement.custody,  # type: ignore[arg-type]  # checked by the card
            statement.measure,  # type: ignore[arg-type]
            held.adult_age,
            held.basis,  # type: ignore[arg-type]
        )
    return CaseCard(
        population=scope.label,
        territory=scope.territory,
        window=statement.when,
        custody=statement.custody or "none",
        measure=statement.measure,
        basis=held.basis,
        did=statement.did,
        spread_from=statement.spread,
    )


def _rungs(sources: tuple[Source, ...]) -> dict[str, tuple[str, str]]:
    """What each rung includes and leaves out, where the case does not say it; the last one lists the sources."""
    figures = ", ".join(f"{source.name} ({source.kind})" for source in sources)
    includes, leaves_out = RUNGS_OF_A_CASE[SOURCES]
    return {**RUNGS_OF_A_CASE, SOURCES: (f"{includes}: {figures}", leaves_out)}


def listed(names: Sequence[str]) -> str:
    """Names as words.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


_CONVERTED: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "court": ("sentences", ("minority_share_of_sentenced", "custodial_share"), ("ordinary_crime_share",)),
    "capacity": ("capacity", ("occupancy",), ()),
    "school": ("parents", ("adult_over_parent_rate",), ()),
}
"""Kinds of source that are converted, if the case declares that conversion: the people counted are divided by x for
each of the first entries, by 1 - x for each of the second."""


def _sources(held: Contents, region: Region) -> tuple[Source, ...]:
    """Figures of other sources, with the people each speaks about."""
    found = []
    for row, areas in held.figures:
        part = Part(row.name, np.flatnonzero(areas), row.groups)
        conversion, over, over_rest = _CONVERTED.get(row.kind, ("", (), ()))
        if conversion not in held.statement.conversions:
            over, over_rest = (), ()
        found.append(
            Source(
                name=row.name,
                kind=row.kind,
                value=row.value,
                unit=row.scale,
                bound=row.bound,
                log_sd=row.log_sd,
                part=part,
                custody=row.custody,
                measure=row.measure,
                year=row.year,
                adult_share=_adult_share(part, region, held.adult_shares) if row.all_ages else 1.0,
                over=(*over, *(("newsworthiness",) if row.places else ())),
                over_rest=over_rest,
                errors=held.statement.errors,
                places=row.places,
                within_sd="within_county_sd" if row.places else "",
                told={
                    "place": row.place_name,
                    "date": row.date,
                    "counts": _counts(held.statement, row),
                    "raw": row.raw,
                    "note": row.note,
                },
            )
        )
    return tuple(found)


def _counts(statement: Statement, row: SourceRow) -> str:
    """What a figure counts: what the case does unless it says something else."""
    measure, custody = row.measure or statement.measure, row.custody or statement.custody
    return f"{measure}, {custody}" if custody else statement.did


def _adult_share(part: Part, region: Region, adult_shares: Array) -> float:
    """Share of adults among people of all ages, 0-1."""
    columns = [region.groups.index(group) for group in part.groups]
    adults = region.adults[np.ix_(part.areas, np.array(columns))].sum(axis=1)
    return float(adults.sum() / (adults / adult_shares[part.areas]).sum())
