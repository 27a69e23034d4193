"""Choices an analyst could defend, with their reasons: the declared grid, read from a file before anything is run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from estimation.errors import AssumptionError
from estimation.evidence.distributions.distributions import Distribution, parse
from estimation.evidence.register.assumptions import read_tables

FILE: Final = "multiverse.toml"
# What an option may set besides entries of the register, and the kind of value.
_SETTINGS: Final = MappingProxyType(
    {"spread_of": str, "scope": str, "basis": str, "adult_age": int, "year": int, "prison": str, "sources": list}
)
_PRISON: Final = ("split", "statistics")
"""Words for how prisons are divided off."""
Named: TypeAlias = Mapping[str, tuple[str, ...]]
"""Options by the choice that they belong to."""


@dataclass(frozen=True)
class Option:
    """One way to choose."""

    name: str
    reason: str  # why it can be defended
    entries: Mapping[str, Distribution]  # of the register that it sets
    settings: Mapping[str, str | int | tuple[str, ...]]  # of `_SETTINGS`; `sources` are the kinds weighed in


@dataclass(frozen=True)
class Choice:
    """A question with its options, the published one first."""

    name: str
    asks: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Infeasible:
    """Combinations that cannot be, with the reason: those with one of the options named of each choice named."""

    when: Named
    reason: str


@dataclass(frozen=True)
class Narrower:
    """Choices that are narrowed for some combinations, because each of those takes much longer to compute."""

    unless: Named  # combinations with one of these options of each choice named are not narrowed
    keep: Named  # what is kept for all others
    reason: str


@dataclass(frozen=True)
class Grid:
    """The declared grid, with its choices in the order of the file."""

    choices: tuple[Choice, ...]
    infeasible: tuple[Infeasible, ...]  # combinations left out
    narrower: Narrower | None  # choices narrowed for some combinations
    sha256: str  # of the file

    def codes(self) -> npt.NDArray[np.int8]:
        """Every combination that is run, by the numbers of its options, the published one first: (n, choices)."""
        every, why = self._every()
        return every[why < 0]

    def left_out(self) -> list[tuple[Infeasible | Narrower, int]]:
        """Every rule with the number of combinations it left out; the first rule that speaks counts."""
        why = self._every()[1]
        rules: list[Infeasible | Narrower] = [*self.infeasible, *([self.narrower] if self.narrower else [])]
        return [(rule, int((why == number).sum())) for number, rule in enumerate(rules)]

    def _every(self) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """All combinations, and the number of the rule that leaves each out, or -1."""
        sizes = [len(choice.options) for choice in self.choices]
        every = np.indices(sizes, np.int8).reshape(len(sizes), -1).T
        why = np.full(len(every), -1, np.int8)
        for number, rule in enumerate(self.infeasible):
            why[(why < 0) & self._with(every, rule.when)] = number
        if self.narrower is not None:
            dropped = ~self._with(every, self.narrower.unless) & ~self._with(every, self.narrower.keep)
            why[(why < 0) & dropped] = len(self.infeasible)
        return every, why

    def _with(self, every: npt.NDArray[np.int8], named: Named) -> npt.NDArray[np.bool_]:
        """Which combinations have one of the options named of each choice named."""
        found = np.ones(len(every), bool)
        for place, choice in enumerate(self.choices):
            if choice.name in named:
                allowed = [n for n, option in enumerate(choice.options) if option.name in named[choice.name]]
                found &= np.isin(every[:, place], allowed)
        return found


def load(path: Path, *, kinds: Collection[str] | None = None) -> Grid:
    """Read a grid from a TOML file with tables `choice`, their `option`, and `infeasible`.

    Parameters
    ----------
    path : Path
        The file.
    kinds : collection of str, optional
        Kinds of source that an option may name; any by default.

    Raises
    ------
    AssumptionError
        The file cannot be read; a name is missing, blank, unknown or repeated; a value has the wrong kind.
    """
    tables, digest = read_tables(path, "the grid's file")
    words = {"prison": _PRISON} | ({} if kinds is None else {"sources": kinds})
    choices = tuple(_choice(table, words) for table in _tables(tables, "choice", path.name))
    if not choices:
        raise AssumptionError("a grid needs choices", "none", "write [[choice]] with its options")
    _distinct([choice.name for choice in choices], "choices")
    rules = tuple(_rule(table, choices) for table in _tables(tables, "infeasible", path.name))
    narrower = _narrower(_mapping(tables, "narrower", path.name), choices) if "narrower" in tables else None
    return Grid(choices, rules, narrower, digest)


def _tables(table: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise AssumptionError(f"{name} must be tables ({where})", f"{found!r:.60}", f"write [[{name}]] above each")
    return found


def _mapping(table: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, Mapping):
        raise AssumptionError(f"{name} must be a table ({where})", f"{found!r:.60}", f"write {name} = {{ .. }}")
    return found


def _text(table: Mapping[str, Any], name: str, where: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        raise AssumptionError(f"{where} needs a text for {name}", repr(value), "fill it in")
    return value


def _distinct(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AssumptionError(f"names of {what} must differ", ", ".join(twice), "rename one")


def _choice(table: Mapping[str, Any], words: Mapping[str, Collection[str]]) -> Choice:
    name = _text(table, "name", "a choice")
    options = tuple(_option(each, name, words) for each in _tables(table, "option", name))
    if len(options) < 2:
        raise AssumptionError(
            f"a choice needs two options or more ({name})", len(options), "add one or drop the choice"
        )
    _distinct([option.name for option in options], f"options ({name})")
    return Choice(name, _text(table, "asks", name), options)


def _option(table: Mapping[str, Any], choice: str, words: Mapping[str, Collection[str]]) -> Option:
    name = _text(table, "name", f"an option of {choice}")
    where = f"{choice}, {name}"
    settings = {key: value for key, value in table.items() if key not in ("name", "reason", "set")}
    for key, value in settings.items():
        known = key in _SETTINGS and type(value) is _SETTINGS[key]
        named = value if isinstance(value, list) else [value]
        if not known or any(one not in words.get(key, named) for one in named):
            raise AssumptionError(
                f"an option may set only what the model knows ({where})",
                f"{key} = {value!r}",
                f"use {', '.join(_SETTINGS)}",
            )
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    entries = {key: parse(shape) for key, shape in _mapping(table, "set", where).items()}
    return Option(name, _text(table, "reason", where), MappingProxyType(entries), MappingProxyType(settings))


def _rule(table: Mapping[str, Any], choices: tuple[Choice, ...]) -> Infeasible:
    when = _known(_mapping(table, "when", "a combination left out"), choices)
    if not when:
        raise AssumptionError("a combination left out must say which", "nothing", "write when = { choice = option }")
    return Infeasible(MappingProxyType(when), _text(table, "reason", "a combination left out"))


def _narrower(table: Mapping[str, Any], choices: tuple[Choice, ...]) -> Narrower:
    unless, keep = (_known(_mapping(table, name, "a narrower grid"), choices) for name in ("unless", "keep"))
    if not unless or not keep:
        raise AssumptionError(
            "a narrower grid must say for which combinations and what it keeps",
            f"{len(unless)} and {len(keep)} choices",
            "write unless = { choice = option } and keep = { choice = [options] }",
        )
    return Narrower(MappingProxyType(unless), MappingProxyType(keep), _text(table, "reason", "a narrower grid"))


def _known(table: Mapping[str, Any], choices: tuple[Choice, ...]) -> dict[str, tuple[str, ...]]:
    known = {choice.name: [option.name for option in choice.options] for choice in choices}
    found = {key: tuple(value) if isinstance(value, list) else (value,) for key, value in table.items()}
    for key, values in found.items():
        for value in values:
            if value not in known.get(key, []):
                raise AssumptionError(
                    "a combination must name known options", f"{key} = {value!r}", "check its spelling"
                )
    return found
