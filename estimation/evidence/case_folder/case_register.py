"""The judgements of a case: which entries it needs, and its `assumptions.toml`."""

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from estimation.errors import AssumptionError, Problem
from estimation.evidence.case_folder.toml_reader import line_of, read_toml
from estimation.evidence.register.assumptions import (
    ENTRIES,
    LOG_BIAS,
    LOG_SD,
    RATIO,
    SHARE,
    Assumption,
    Entry,
    read_entry,
)

FILE: Final = "assumptions.toml"
SHARE_OF_FIRST: Final = "numerator_first_group_share"
OUTSIDE: Final = "outside_core_rate_ratio"
CITY: Final = "city_rate_ratio"
SPREAD: Final = "between_county_sd"


def entries_needed(
    *,
    flaws: Collection[str],
    all_groups: bool,
    own_spread: bool,
    outside: bool,
    cities: bool,
    groups: Collection[str],
    kinds: Collection[str] = (),
) -> dict[str, Entry]:
    """The entries that a case's tables ask for, in the order of the ladder.

    Parameters
    ----------
    flaws : collection of str
        Names of the shares missing and counted twice that observations refer to.
    all_groups : bool
        Whether a count of all groups is carried to a region of several groups.
    own_spread : bool
        Whether the case brings its own distribution of the spread.
    outside, cities : bool
        Whether some areas lie outside the core, or are cities.
    groups : collection of str
        Groups whose rate was not observed.
    kinds : collection of str
        Kinds of other source.

    Returns
    -------
    dict
        Unit, limits and rung by id, as `assumptions.ENTRIES`.
    """
    found: dict[str, Entry] = dict.fromkeys(flaws, (*SHARE, "record"))
    if all_groups:
        found[SHARE_OF_FIRST] = (*SHARE, "record")
    found["observed_base_ratio"] = (*RATIO, "record")
    found["region_base_ratio"] = (*RATIO, "population")
    found["area_error_sd"] = (*LOG_SD, "fixed")
    if own_spread:
        found[SPREAD] = ENTRIES[SPREAD]
    found |= {name: ENTRIES[name] for name in ("between_prefecture_share", "selection_shift")}
    ratios = [OUTSIDE] * outside + [CITY] * cities + [f"{group}_rate_ratio" for group in groups]
    found |= dict.fromkeys(ratios, ENTRIES[CITY])
    found |= {f"bias_{kind}": (*LOG_BIAS, "sources") for kind in kinds}
    return found | {f"uninformative_{kind}": (*SHARE, "sources") for kind in kinds}


def read_register(
    path: Path, *, needed: Mapping[str, Entry], sources: Collection[str]
) -> tuple[dict[str, Assumption], list[Problem]]:
    """Read `assumptions.toml` of a case.

    Parameters
    ----------
    path : Path
        The file: one table for each entry.
    needed : mapping
        As `entries_needed` gives them.
    sources : collection of str
        Source ids that may be cited.

    Returns
    -------
    found : dict of str to Assumption
        Those without fault, in the order needed.
    problems : list of Problem
        Every fault, with the line of its entry.
    """
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
            found[key] = read_entry(key, table, path.name, sources, entries=needed)
        except AssumptionError as error:
            fault(key, error.rule, error.got, error.remedy)
    for key in needed:
        if key not in tables:
            unit = needed[key][0]
            remedy = f"add [{key}], in unit {unit!r}, with statement, distribution, source, rationale and disputed"
            problems.append(Problem(path.name, None, key, "the case needs this entry", "none", remedy))
    problems.sort(key=lambda one: one.row or 0)
    return {key: found[key] for key in needed if key in found}, problems
