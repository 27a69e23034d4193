"""`case.toml`: what a case counts, where, when and whom, in words and names."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from estimation.errors import DataError, Problem
from estimation.evidence.case_folder.case_register import CITY, CONVERSIONS, OUTSIDE, ROLES, Errors, Term
from estimation.evidence.case_folder.toml_reader import Section, read_toml, section, sections
from estimation.evidence.register.assumptions import RUNGS, SOURCES

FILE: Final = "case.toml"
_KEYS: Final = ("title", "author", "thresholds")
_TABLES: Final = (
    *("estimand", "group", "scope", "lead", "press", "spread", "rung", "claim", "truth"),
    *("census", "term", "ratios", "sources"),
)
_ERRORS: Final = tuple(each.name for each in fields(Errors))
MEASURES: Final = ("ever held", "held at a moment", "sentenced", "other")
PRIORS: Final = ("reference classes", "register")
ALL: Final = "all"
"""In `observed.csv`: a count of all groups together."""
RESERVED: Final = ("city", "outside_core")
"""Names whose ratio of rates is that of places."""


@dataclass(frozen=True)
class Scope:
    """Whom a total is about: some groups, everywhere or only in the core of the region.

    Attributes
    ----------
    name : str
        Short name for tables.
    label : str
        Whom it counts, in words.
    territory : str
        Where, in words.
    groups : tuple of str
        Groups of the region.
    core_only : bool
        Whether only core areas are counted.
    """

    name: str
    label: str
    territory: str
    groups: tuple[str, ...]
    core_only: bool = False


@dataclass(frozen=True)
class ClaimEntry:
    """A statement about a total, in persons; None where a side is open."""

    scope: str
    label: str
    at_least: float | None
    at_most: float | None


@dataclass(frozen=True)
class Truth:
    """A known total, persons, for show: no estimate reads it."""

    scope: str
    count: float
    source: str
    note: str


@dataclass(frozen=True)
class Lead:
    """The total that results lead with.

    Attributes
    ----------
    scope : str
        The one that sentences, pictures, tornado, tipping points and multiverse are about; the first by default.
    tipped : tuple of str
        Entries whose tipping points a review lists.
    """

    scope: str
    tipped: tuple[str, ...]


@dataclass(frozen=True)
class Press:
    """A figure that others made of the same count: a row of `published`."""

    estimate: str


@dataclass(frozen=True)
class Census:
    """How a case whose people come from census tables reads them, unless asked for another year or age.

    Attributes
    ----------
    survival : tuple of str
        Entries with the shares who survive a year, under 65 and from 65.
    year : int
        The people are those of the end of this year.
    adult_age : int
        Age in completed years from which they are counted, and for which stated bases are known.
    """

    survival: tuple[str, ...]
    year: int
    adult_age: int


@dataclass(frozen=True)
class Statement:
    """What `case.toml` says.

    Attributes
    ----------
    title, author : str
        Of the case, as free text.
    where, when : str
        Territory and time.
    measure : str
        One of `MEASURES`; ``other`` for what is not custody.
    custody : str
        What held people, such as ``jail``; "" if `measure` is ``other``.
    did : str
        What happened to the people counted, in the past tense, after "they".
    basis : str
        Whom the populations count, in words.
    area_kind : str
        What an area is called, such as ``county``.
    groups : tuple of (str, str)
        Short name and words of each group; the observed rate is that of the first.
    scopes : tuple of Scope
        Totals asked for.
    spread : str
        One of `PRIORS`.
    exclude_families : tuple of str
        Families of reference sets left out of the spread's prior.
    claims : tuple of ClaimEntry
        Claims to test.
    truth : Truth or None
        The known total.
    rungs : dict of str to (str, str)
        What a rung includes and leaves out, for those that the case words itself.
    thresholds : tuple of int
        persons; the chance of at least as many is reported. The limits of the claims by default.
    lead : Lead
        The totals that results lead with.
    press : Press or None
        What others made of the count.
    census : Census or None
        None where people are a table of the case's own.
    terms : tuple of Term
        How entries enter counts and populations; empty for the usual terms.
    elsewhere, city : str
        Entries with the ratio of rates outside the core, and in cities.
    conversions : tuple of str
        What other sources are converted for, of `case_register.CONVERSIONS`.
    errors : Errors
        How kinds of other source err.
    """

    title: str
    author: str
    where: str
    when: str
    measure: str
    custody: str
    did: str
    basis: str
    area_kind: str
    groups: tuple[tuple[str, str], ...]
    scopes: tuple[Scope, ...]
    spread: str
    exclude_families: tuple[str, ...]
    claims: tuple[ClaimEntry, ...]
    truth: Truth | None
    rungs: Mapping[str, tuple[str, str]]
    thresholds: tuple[int, ...]
    lead: Lead
    press: Press | None
    census: Census | None
    terms: tuple[Term, ...]
    elsewhere: str
    city: str
    conversions: tuple[str, ...]
    errors: Errors


def statement_of(folder: Path) -> Statement:
    """What the `case.toml` of a folder says; raises `DataError` with every fault of the file.

    Examples
    --------
    >>> from estimation.evidence.tables.sources import PUBLIC
    >>> statement_of(PUBLIC).lead.scope
    'turkic'
    """
    statement, _, problems = read_statement(folder / FILE)
    if problems or statement is None:
        raise DataError(problems)
    return statement


def read_statement(path: Path) -> tuple[Statement | None, str, list[Problem]]:
    """Read and check `case.toml`: what could be read of it, its text for the lines of further faults, and every fault.

    The statement is None if the file cannot be read at all.
    """
    tables, text, problems = read_toml(path)
    if tables is None:
        return None, text, problems
    top = Section(path.name, text, "", tables)
    top.only((*_KEYS, *_TABLES))
    title, author = top.words("title", longest=150), top.words("author", longest=150)
    what = section(path.name, text, tables, "estimand")
    what.only(("where", "when", "measure", "custody", "did", "basis", "area_kind"))
    measure = what.words("measure", allowed=MEASURES)
    custody = "" if measure == "other" else what.words("custody", longest=60)
    if measure == "other" and "custody" in what.values:
        what.fault("custody", "what is not custody names none", repr(what.values["custody"]), "remove the line")
    did = what.words("did", longest=120)
    if did.split(" ", 1)[0].lower() in ("are", "is", "have", "has"):
        what.fault("did", "did speaks of the past, as every count here does", repr(did), "begin with were or had")
    words = {key: what.words(key, longest=80) for key in ("where", "when", "basis", "area_kind")}
    parts: list[Section] = [top, what]
    groups = _groups(path.name, text, tables, parts)
    scopes = _scopes(path.name, text, tables, parts, [name for name, _ in groups], words["where"])
    known = [scope.name for scope in scopes]
    spread = section(path.name, text, tables, "spread")
    spread.only(("prior", "exclude_families"))
    prior, families = spread.words("prior", allowed=PRIORS), spread.names("exclude_families")
    parts.append(spread)
    claims = _claims(path.name, text, tables, parts, known)
    truth = _truth(section(path.name, text, tables, "truth"), parts, known) if "truth" in tables else None
    rungs = _rungs(path.name, text, tables, parts)
    limits = {round(limit) for claim in claims for limit in (claim.at_least, claim.at_most) if limit}
    thresholds = top.counts("thresholds") or tuple(sorted(limits))
    lead = _lead(section(path.name, text, tables, "lead"), parts, known)
    press = _press(section(path.name, text, tables, "press"), parts) if "press" in tables else None
    census = _census(section(path.name, text, tables, "census"), parts) if "census" in tables else None
    ratios, others = (section(path.name, text, tables, name) for name in ("ratios", "sources"))
    parts += [ratios, others]
    ratios.only(("elsewhere", "city"))
    elsewhere, city = ratios.words("elsewhere", default=OUTSIDE), ratios.words("city", default=CITY)
    others.only(("conversions", *_ERRORS))
    conversions = tuple(each for each in others.names("conversions") if each in CONVERSIONS)
    for name in {*others.names("conversions")} - {*CONVERSIONS}:
        others.fault("conversions", "a conversion must be a known one", repr(name), f"use {', '.join(CONVERSIONS)}")
    statement = Statement(
        title, author, words["where"], words["when"], measure, custody, did, words["basis"], words["area_kind"],
        groups, scopes, prior, families, claims, truth, rungs, thresholds, lead, press,
        census, _terms(path.name, text, tables, parts), elsewhere, city, conversions,
        Errors(*(others.names(name) for name in _ERRORS)),
    )  # fmt: skip
    problems = [problem for part in parts for problem in part.problems]
    return statement, text, problems


def _groups(file: str, text: str, tables: dict[str, Any], parts: list[Section]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for each in sections(file, text, tables, "group"):
        each.only(("name", "who"))
        name, who = each.name("name"), each.words("who", longest=80)
        if name in (ALL, *RESERVED) or name in [one for one, _ in found]:
            taken = ", ".join((ALL, *RESERVED))
            each.fault("name", f"group names must differ, and none is {taken}", repr(name), "choose another")
        found.append((name, who))
        parts.append(each)
    if not found:
        parts[0].fault(None, "a case needs at least one group of people", "none", "write a [[group]]")
    return tuple(found)


def _scopes(
    file: str, text: str, tables: dict[str, Any], parts: list[Section], groups: list[str], where: str
) -> tuple[Scope, ...]:
    found: list[Scope] = []
    for each in sections(file, text, tables, "scope"):
        each.only(("name", "who", "where", "groups", "core_only"))
        name, who = each.name("name"), each.words("who", longest=80)
        chosen = each.names("groups")
        if name in [one.name for one in found]:
            each.fault("name", "names of scopes must differ", repr(name), "choose another")
        for group in chosen:
            if group not in groups:
                each.fault("groups", "a scope counts groups of the case", repr(group), f"use {', '.join(groups)}")
        if not chosen or len(set(chosen)) < len(chosen):
            each.fault("groups", "a scope counts at least one group, each once", list(chosen), "list the groups")
        found.append(Scope(name, who, each.words("where", default=where), chosen, each.yes("core_only")))
        parts.append(each)
    if not found:
        parts[0].fault(None, "a case needs at least one total to estimate", "none", "write a [[scope]]")
    return tuple(found)


def _claims(
    file: str, text: str, tables: dict[str, Any], parts: list[Section], scopes: list[str]
) -> tuple[ClaimEntry, ...]:
    found = []
    for each in sections(file, text, tables, "claim"):
        each.only(("scope", "label", "at_least", "at_most"))
        claim = ClaimEntry(
            each.words("scope", allowed=scopes),
            each.words("label", longest=120),
            each.persons("at_least"),
            each.persons("at_most"),
        )
        if "at_least" not in each.values and "at_most" not in each.values:
            each.fault(None, "a claim has at least one limit", "none", "write at_least, at_most or both")
        if (claim.at_least or 0.0) > (float("inf") if claim.at_most is None else claim.at_most):
            each.fault("at_least", "a claim runs from low to high", each.values["at_least"], "swap the limits")
        if claim.at_least == 0 and claim.at_most is None:
            each.fault("at_least", "a claim must be able to fail", "0 or more", "raise at_least")
        found.append(claim)
        parts.append(each)
    return tuple(found)


def _truth(each: Section, parts: list[Section], scopes: list[str]) -> Truth:
    each.only(("scope", "count", "source", "note"))
    if "count" not in each.values:
        each.fault("count", "a truth states its count", "nothing", "write count = ...")
    truth = Truth(
        each.words("scope", allowed=scopes),
        each.persons("count") or 0.0,
        each.words("source"),
        each.words("note", longest=500),
    )
    parts.append(each)
    return truth


def _rungs(file: str, text: str, tables: dict[str, Any], parts: list[Section]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for each in sections(file, text, tables, "rung"):
        each.only(("name", "includes", "leaves_out"))
        name = each.words("name", allowed=(*RUNGS, SOURCES))
        if name in found:
            each.fault("name", "names of rungs must differ", repr(name), "remove one")
        found[name] = (each.words("includes"), each.words("leaves_out"))
        parts.append(each)
    return found


def _terms(file: str, text: str, tables: dict[str, Any], parts: list[Section]) -> tuple[Term, ...]:
    found = []
    for each in sections(file, text, tables, "term"):
        each.only(("entry", "quantity", "role", "basis"))
        quantity = each.words("quantity", allowed=ROLES)
        role = each.words("role", allowed=ROLES.get(quantity, ()))
        term = Term(each.name("entry"), quantity, role, each.words("basis") if "basis" in each.values else "")
        if not each.problems:
            found.append(term)
        parts.append(each)
    return tuple(found)


def _lead(each: Section, parts: list[Section], scopes: list[str]) -> Lead:
    each.only(("scope", "tipped"))
    parts.append(each)
    if not scopes:
        return Lead("", ())
    return Lead(each.words("scope", default=scopes[0], allowed=scopes), each.names("tipped"))


def _census(each: Section, parts: list[Section]) -> Census:
    each.only(("survival", "year", "adult_age"))
    parts.append(each)
    survival = each.names("survival")
    if len(survival) != 2:
        each.fault("survival", "survival names two entries: under 65, and from 65", list(survival), "name both")
    return Census(survival, each.whole("year"), each.whole("adult_age"))


def _press(each: Section, parts: list[Section]) -> Press:
    each.only(("estimate",))
    parts.append(each)
    return Press(each.words("estimate"))
