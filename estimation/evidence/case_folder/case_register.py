"""The judgements of a case: how they enter its counts and populations, which are needed, and `assumptions.toml`."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from estimation.errors import AssumptionError, Problem
from estimation.evidence.case_folder.toml_reader import line_of, read_toml
from estimation.evidence.register.assumptions import (
    LOG_BIAS,
    LOG_ODDS_SD,
    LOG_SD,
    PERSONS,
    RATIO,
    RUNGS,
    SHARE,
    SOURCES,
    STANDARD_DEVIATIONS,
    Assumption,
    Entry,
    read_entry,
)
from estimation.evidence.register.citable import Citable

FILE: Final = "assumptions.toml"
SHARE_OF_FIRST: Final = "numerator_first_group_share"
OUTSIDE: Final = "outside_core_rate_ratio"
CITY: Final = "city_rate_ratio"
SPREAD: Final = "between_county_sd"
PARENT_SHARE: Final = "between_prefecture_share"
SELECTION: Final = "selection_shift"
AREA_ERROR: Final = "area error"
SHARED_BIAS: Final = "bias_shared"
"""Entry with the bias that several kinds of other source have in common."""

_PEOPLE: Final = MappingProxyType(
    {"ratio": RATIO, "missing": SHARE, "adult share": ("share", -0.2, 0.2), AREA_ERROR: LOG_SD}
)
ROLES: Final = MappingProxyType(
    {
        "count": {"missing": SHARE, "repeated": SHARE, "share": SHARE},
        "base": {"persons": PERSONS, "ratio": RATIO, "missing": SHARE},
        **dict.fromkeys(("region", "core", "elsewhere"), _PEOPLE),
    }
)
"""What entries can do to a quantity, and the unit and limits that they have then."""

CONVERSIONS: Final[Mapping[str, Mapping[str, tuple[str, float, float]]]] = MappingProxyType(
    {
        "custody": {
            "county_prison_count": ("persons", 0.0, float("inf")),
            "prison_list_inside": SHARE,
            "composition_sd": LOG_ODDS_SD,
            "composition_correlation": ("ratio", -1.0, 1.0),
            "composition_shift": STANDARD_DEVIATIONS,
            "camp_before_prison": SHARE,
        },
        "moment": {"intake_shape": RATIO, "stock_to_ever_ratio": ("ratio", 0.0, 1.0)},
        "sentences": {"minority_share_of_sentenced": SHARE, "custodial_share": SHARE, "ordinary_crime_share": SHARE},
        "capacity": {"occupancy": RATIO},
        "places": {"within_county_sd": LOG_ODDS_SD, "newsworthiness": RATIO},
        "parents": {"adult_over_parent_rate": RATIO},
    }
)
"""Entries with which other sources are converted to what a case counts, by what they count instead."""


@dataclass(frozen=True)
class Term:
    """How an entry of the register enters a quantity.

    Attributes
    ----------
    entry : str
        Its id.
    quantity : str
        ``count`` of the record, ``base`` of the observed areas, or people of the ``region``, ``core`` or ``elsewhere``.
    role : str
        One of `ROLES`: ``missing`` divides by what is left, ``repeated`` multiplies by it, ``share``, ``ratio`` and
        ``persons`` multiply, ``adult share`` is an error of the share of adults, ``area error`` that of single areas.
    basis : str
        The one basis on which it enters; "" for all.
    areas : tuple of str
        The observed areas whose count it enters; all if empty.
    """

    entry: str
    quantity: str
    role: str
    basis: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Errors:
    """How kinds of other source err, each a tuple of kinds.

    Attributes
    ----------
    undercounts : tuple of str
        Can only leave people out: a share that they count stands in place of a bias.
    shared : tuple of str
        Have a further bias in common.
    together : tuple of str
        May say nothing all at once, and not only figure by figure.
    """

    undercounts: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    def entries(self, kind: str) -> dict[str, tuple[str, float, float]]:
        """Entries with the errors of a kind, each with its unit and limits; what it shares with other kinds is last.

        Examples
        --------
        >>> errors = Errors(undercounts=("court",), shared=("phone",), together=("phone",))
        >>> list(errors.entries("phone"))
        ['bias_phone', 'uninformative_phone', 'together_phone', 'bias_shared']
        >>> list(errors.entries("court"))
        ['coverage_court', 'uninformative_court']
        """
        found = {f"coverage_{kind}": SHARE} if kind in self.undercounts else {f"bias_{kind}": LOG_BIAS}
        found[f"uninformative_{kind}"] = SHARE
        if kind in self.together:
            found[f"together_{kind}"] = SHARE
        if kind in self.shared:
            found[SHARED_BIAS] = LOG_BIAS
        return found


NO_ERRORS: Final = Errors()


def entries_needed(
    terms: Iterable[Term],
    *,
    survival: Collection[str] = (),
    own_spread: bool,
    ratios: Collection[str],
    conversions: Collection[str] = (),
    kinds: Collection[str] = (),
    errors: Errors = NO_ERRORS,
) -> dict[str, Entry]:
    """The entries that a case asks for, in the order of the ladder; one of several terms stands at their last rung.

    `survival` are entries by which adults are modelled, `ratios` those of rates of places and groups, `conversions`
    are of `CONVERSIONS`, `kinds` those of other sources, which err as `errors` says.
    """
    found: dict[str, Entry] = {}
    for term in terms:
        rung = "record" if term.quantity in ("count", "base") else "population"
        rung = "fixed" if term.role == AREA_ERROR else rung
        if term.entry not in found or rung != "record":
            found[term.entry] = (*ROLES[term.quantity][term.role], rung)
    found |= dict.fromkeys(survival, (*SHARE, "fixed"))
    if own_spread:
        found[SPREAD] = (*LOG_ODDS_SD, "spread")
    found[PARENT_SHARE] = (*SHARE, "spread")
    found[SELECTION] = (*STANDARD_DEVIATIONS, "spread")
    found |= dict.fromkeys(ratios, (*RATIO, RUNGS[-1]))
    for conversion in conversions:
        found |= {name: (*unit, SOURCES) for name, unit in CONVERSIONS[conversion].items()}
    for kind in kinds:
        found |= {name: (*unit, SOURCES) for name, unit in errors.entries(kind).items()}
    return found


def read_register(
    path: Path, *, needed: Mapping[str, Entry], citable: Citable
) -> tuple[dict[str, Assumption], list[Problem]]:
    """Read `assumptions.toml` of a case: entries without fault in its order, and every fault with its line."""
    tables, text, problems = read_toml(path)
    if tables is None:
        return {}, problems
    found: dict[str, Assumption] = {}

    def fault(key: str, rule: str, got: object, remedy: str) -> None:
        problems.append(Problem(path.name, line_of(text, key), key, rule, str(got)[:120], remedy))

    for key, table in tables.items():
        if key not in needed:
            close = difflib.get_close_matches(key, needed, n=1)
            remedy = f"did you mean {close[0]!r}" if close else "remove it"
            if key == SPREAD:
                remedy = 'remove it, or write prior = "register" in case.toml'
            fault(key, "an entry must be one that this case uses", repr(key), remedy)
            continue
        try:
            found[key] = read_entry(key, table, path.name, citable, needed=needed[key])
        except AssumptionError as error:
            fault(key, error.rule, error.got, error.remedy)
    for key in needed:
        if key not in tables:
            unit = needed[key][0]
            remedy = f"add [{key}], in unit {unit!r}, with statement, distribution, source, rationale and disputed"
            problems.append(Problem(path.name, None, key, "the case needs this entry", "none", remedy))
    problems.sort(key=lambda one: one.row or 0)
    return found, problems
