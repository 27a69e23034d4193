"""Choices an analyst could defend, with their reasons: the declared grid, read from a file before anything is run."""

import hashlib
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from estimation.errors import AssumptionError
from estimation.evidence.distributions import Distribution, parse
from estimation.evidence.files import read_bytes

FILE: Final = "multiverse.toml"
# What an option may set besides entries of the register, and the kind of value.
SETTINGS: Final = MappingProxyType({"spread_of": str, "scope": str, "basis": str, "adult_age": int, "year": int})


@dataclass(frozen=True)
class Option:
    """One way to choose.

    Attributes
    ----------
    name, reason : str
        What it is called and why it can be defended.
    entries : dict of str to Distribution
        Entries of the register it sets.
    settings : dict of str to str or int
        What else it sets, of `SETTINGS`.
    """

    name: str
    reason: str
    entries: Mapping[str, Distribution]
    settings: Mapping[str, str | int]


@dataclass(frozen=True)
class Choice:
    """A question with its options, the published one first."""

    name: str
    asks: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Infeasible:
    """A combination that cannot be, with the reason."""

    when: Mapping[str, str]
    reason: str


@dataclass(frozen=True)
class Grid:
    """The declared grid.

    Attributes
    ----------
    choices : tuple of Choice
        In the order of the file.
    infeasible : tuple of Infeasible
        Combinations left out.
    sha256 : str
        Hash of the file.
    """

    choices: tuple[Choice, ...]
    infeasible: tuple[Infeasible, ...]
    sha256: str

    def combinations(self) -> Iterator[tuple[Option, ...]]:
        """Every combination that can be, the published one first."""
        for options in itertools.product(*(choice.options for choice in self.choices)):
            if self.excluded(options) is None:
                yield options

    def excluded(self, options: tuple[Option, ...]) -> Infeasible | None:
        """Why a combination cannot be, or None if it can."""
        named = {choice.name: option.name for choice, option in zip(self.choices, options, strict=True)}
        for rule in self.infeasible:
            if all(named[key] == value for key, value in rule.when.items()):
                return rule
        return None


def load(path: Path) -> Grid:
    """Read a grid.

    Parameters
    ----------
    path : Path
        A TOML file with tables `choice`, their `option`, and `infeasible`.

    Returns
    -------
    Grid

    Raises
    ------
    AssumptionError
        The file cannot be read; a name is missing, blank, unknown or repeated; a value has the wrong kind.
    """
    try:
        content = read_bytes(path)
        tables = tomllib.loads(content.decode())
    except OSError as error:
        raise AssumptionError(
            "the grid's file must be readable", f"{path}: {error.strerror}", "check the path"
        ) from error
    except (ValueError, RecursionError) as error:
        raise AssumptionError(f"{path.name} must be TOML in UTF-8", str(error), "mend the line it names") from error
    choices = tuple(_choice(table) for table in _tables(tables, "choice", path.name))
    if not choices:
        raise AssumptionError("a grid needs choices", "none", "write [[choice]] with its options")
    _distinct([choice.name for choice in choices], "choices")
    rules = tuple(_rule(table, choices) for table in _tables(tables, "infeasible", path.name))
    return Grid(choices, rules, hashlib.sha256(content).hexdigest())


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


def _choice(table: Mapping[str, Any]) -> Choice:
    name = _text(table, "name", "a choice")
    options = tuple(_option(each, name) for each in _tables(table, "option", name))
    if len(options) < 2:
        raise AssumptionError(
            f"a choice needs two options or more ({name})", len(options), "add one or drop the choice"
        )
    _distinct([option.name for option in options], f"options ({name})")
    return Choice(name, _text(table, "asks", name), options)


def _option(table: Mapping[str, Any], choice: str) -> Option:
    name = _text(table, "name", f"an option of {choice}")
    where = f"{choice}, {name}"
    settings = {key: value for key, value in table.items() if key not in ("name", "reason", "set")}
    for key, value in settings.items():
        if key not in SETTINGS or type(value) is not SETTINGS[key]:
            raise AssumptionError(
                f"an option may set only what the model knows ({where})",
                f"{key} = {value!r}",
                f"use {', '.join(SETTINGS)}",
            )
    entries = {key: parse(shape) for key, shape in _mapping(table, "set", where).items()}
    return Option(name, _text(table, "reason", where), MappingProxyType(entries), MappingProxyType(settings))


def _rule(table: Mapping[str, Any], choices: tuple[Choice, ...]) -> Infeasible:
    known = {choice.name: [option.name for option in choice.options] for choice in choices}
    when = dict(_mapping(table, "when", "a combination left out"))
    for key, value in when.items():
        if value not in known.get(key, []):
            raise AssumptionError("a combination must name known options", f"{key} = {value!r}", "check its spelling")
    if not when:
        raise AssumptionError("a combination left out must say which", "nothing", "write when = { choice = option }")
    return Infeasible(MappingProxyType(when), _text(table, "reason", "a combination left out"))
