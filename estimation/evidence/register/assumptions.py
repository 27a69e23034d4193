"""The register: every judgement the model uses, as a distribution with a source, a reason and who may dispute it.

The judgements themselves are in the `assumptions.toml` of a case; nothing here has a default value for any of them.
"""

import difflib
import hashlib
import os
import tomllib
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from estimation.errors import AssumptionError
from estimation.evidence.distributions.distribution import Array
from estimation.evidence.distributions.distributions import Distribution, Point, parse
from estimation.evidence.files.files import read_bytes
from estimation.evidence.files.persons import looks_like_identity
from estimation.evidence.register.citable import Citable

RUNGS = ("sampling", "record", "population", "spread", "differences")
"""Rungs of the ladder before other sources, in order; each entry enters at one."""
SOURCES = "sources"

# Unit, smallest and largest possible value, and the rung at which an entry begins to vary. Entries marked ``fixed`` set
# up the population table, which is made once a run: they take one value.
Entry = tuple[str, float, float, str]
# Unit and limits by what an entry is.
SHARE = ("share", 0.0, 1.0)
RATIO = ("ratio", 0.0, np.inf)
PERSONS = ("persons", 1.0, np.inf)
LOG_SD = ("log scale", 0.0, np.inf)
LOG_BIAS = ("log scale", -np.inf, np.inf)
LOG_ODDS_SD = ("log-odds", 0.0, np.inf)
STANDARD_DEVIATIONS = ("SDs", -np.inf, np.inf)
_FIELDS = ("statement", "distribution", "unit", "source", "rationale", "disputed")
_MAY: Final = (*_FIELDS, "evidence")


@dataclass(frozen=True)
class Assumption:
    """One judgement.

    Attributes
    ----------
    id : str
        Name used in code, files and results.
    statement : str
        What is assumed, in plain language.
    distribution : Distribution
        In `unit`.
    unit : str
        ``share`` (0-1), ``ratio``, ``persons``, ``log-odds``, ``log scale`` or ``SDs``.
    source : str
        A source id of `data/public/sources.csv`, or ``judgement``.
    rationale : str
        Why this distribution.
    disputed : str
        Who may dispute it, and how.
    evidence : tuple of str or None
        Rows and tables of the case from which its value was taken; None if it does not say.
    rung : str
        The rung of the ladder at which it begins to vary; ``fixed`` if it takes one value.
    limits : tuple of float
        Smallest and largest possible value, in `unit`.
    """

    id: str
    statement: str
    distribution: Distribution
    unit: str
    source: str
    rationale: str
    disputed: str
    evidence: tuple[str, ...] | None
    rung: str
    limits: tuple[float, float]

    @property
    def varies(self) -> bool:
        """Whether it is judged to have more than one possible value."""
        return not isinstance(self.distribution, Point)


@dataclass(frozen=True)
class Register(Mapping[str, Assumption]):
    """All judgements by id, in the order of the ladder.

    Attributes
    ----------
    entries : tuple of Assumption
        The judgements.
    hashes : dict of str to str
        SHA-256 of each file they were read from, by file name.
    """

    entries: tuple[Assumption, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Assumption:
        for entry in self.entries:
            if entry.id == key:
                return entry
        raise AssumptionError("the assumption must be in the register", repr(key), _suggest(key, list(self)))

    def __contains__(self, key: object) -> bool:
        return any(entry.id == key for entry in self.entries)

    def __iter__(self) -> Iterator[str]:
        return (entry.id for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of other source that it judges, in order."""
        return tuple(key.removeprefix("uninformative_") for key in self if key.startswith("uninformative_"))

    def medians(self) -> dict[str, float]:
        """Central value of each entry, in its own unit."""
        return {entry.id: entry.distribution.median() for entry in self.entries}

    def draw(self, count: int, seed: int) -> dict[str, Array]:
        """Draw every entry, each from a stream of its own.

        Parameters
        ----------
        count : int
            Number of draws.
        seed : int
            Seed of the run. A stream depends on the seed and the id alone, so that a change of one entry leaves the
            draws of all others as they were.

        Returns
        -------
        dict of str to ndarray of shape (count,)
            In the unit of the entry; read only, because runs share them.
        """
        # SciPy's quantile functions leave the interpreter free, so that threads share the work.
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return dict(zip(self, pool.map(lambda entry: draw_entry(entry, count, seed), self.entries), strict=True))

    def override(self, **distributions: Distribution | float) -> "Register":
        """A register with other distributions in place of some.

        Parameters
        ----------
        **distributions : Distribution or float
            By id; a number stands for a fixed value.

        Returns
        -------
        Register

        Raises
        ------
        AssumptionError
            Unknown id, or a value the entry cannot take.
        """
        changed = {}
        for key, value in distributions.items():
            shape = value if isinstance(value, Distribution) else parse({"name": "point", "value": value})
            changed[key] = _checked(replace(self[key], distribution=shape), "override")
        return Register(tuple(changed.get(entry.id, entry) for entry in self.entries), self.hashes)

    def frame(self) -> pd.DataFrame:
        """The register as a table: id, rung, unit, distribution, 5 %, median, 95 %, source, evidence and texts."""
        rows = []
        for entry in self.entries:
            low, middle, high = entry.distribution.ppf([0.05, 0.5, 0.95])
            rows.append(
                {
                    "id": entry.id,
                    "rung": entry.rung,
                    "unit": entry.unit,
                    "distribution": entry.distribution.describe(),
                    "low": low,
                    "median": middle,
                    "high": high,
                    "source": entry.source,
                    "evidence": "; ".join(entry.evidence or ("no figure",)),
                    "statement": entry.statement,
                    "rationale": entry.rationale,
                    "disputed": entry.disputed,
                }
            )
        return pd.DataFrame(rows)


def uniforms(name: str, count: int, seed: int) -> Array:
    """Uniform numbers behind one input of a run, shape (count,): they depend on the seed and the name alone."""
    key = int.from_bytes(name.encode(), "big")
    rng = np.random.default_rng(np.random.SeedSequence([seed, key]))
    return rng.random(count)


def draw_entry(entry: Assumption, count: int, seed: int) -> Array:
    """Draws of one entry in its unit, shape (count,), read only: quantiles of the uniform numbers of its name."""
    draw = _remembered if count <= _MOST_REMEMBERED else _remembered.__wrapped__
    return draw(entry.id, entry.distribution, count, seed)


# Above this many draws the memory would matter more than the time.
_MOST_REMEMBERED = 200_000


@lru_cache(maxsize=128)
def _remembered(name: str, distribution: Distribution, count: int, seed: int) -> Array:
    # Runs differ in few entries, and quantiles of betas cost more than the rest of a run.
    values = np.asarray(distribution.ppf(uniforms(name, count, seed)), float)
    values.setflags(write=False)
    return values


def load(path: Path, *, entries: Mapping[str, Entry], citable: Citable) -> Register:
    """Read a complete register.

    Parameters
    ----------
    path : Path
        A TOML file with one table per id, in the order in which tables of results list them.
    entries : mapping of str to Entry
        Those that the case needs, by id.
    citable : Citable
        Sources that may be cited, and rows of the case, which no entry and no weighed source may both rest on.

    Returns
    -------
    Register

    Raises
    ------
    AssumptionError
        The file cannot be read or parsed; an entry is unknown or missing; a field is unknown, missing or empty; the
        unit, the source, the evidence or the distribution is wrong.
    """
    tables, digest = _read(path, entries)
    absent = [key for key in entries if key not in tables]
    if absent:
        raise AssumptionError(
            f"{path.name} must hold every entry of the register", f"none for {', '.join(absent)}", "add the entries"
        )
    found = (read_entry(key, table, path.name, citable, needed=entries[key]) for key, table in tables.items())
    return Register(tuple(found), {path.name: digest})


def amend(register: Register, path: Path, *, citable: Citable) -> Register:
    """Replace the entries that another file names; raises `AssumptionError` as `load` does.

    Parameters
    ----------
    register : Register
        What stays where the file is silent.
    path : Path
        A TOML file with tables for some ids. Each needs `distribution` and `rationale`; other fields are kept.
    citable : Citable
        Sources that may be cited, and rows of the case, which no entry and no weighed source may both rest on.
    """
    changed = {}
    tables, digest = _read(path, register)
    for key, table in tables.items():
        kept = register[key]
        for name in ("distribution", "rationale"):
            if isinstance(table, dict) and name not in table:
                raise AssumptionError(
                    f"a changed entry needs a {name} ({path.name}, {key})", ", ".join(table) or "nothing", "add it"
                )
        base = {name: getattr(kept, name) for name in ("statement", "unit", "source", "disputed")}
        if kept.evidence is not None:
            base["evidence"] = list(kept.evidence)
        needed = (kept.unit, *kept.limits, kept.rung)
        stated = base | table if isinstance(table, dict) else table
        changed[key] = read_entry(key, stated, path.name, citable, needed=needed)
    # A file of changes may bear the name of the file it changes.
    return Register(
        tuple(changed.get(entry.id, entry) for entry in register.entries),
        {**register.hashes, f"changed by {path.name}": digest},
    )


def read_tables(path: Path, what: str) -> tuple[dict[str, Any], str]:
    """Tables of a TOML file with its SHA-256; messages call it `what`, such as ``the assumptions file``.

    Raises `AssumptionError` if it cannot be read, or is not TOML in UTF-8.
    """
    try:
        content = read_bytes(path)
        tables = tomllib.loads(content.decode())
    except OSError as error:
        raise AssumptionError(f"{what} must be readable", f"{path}: {error.strerror}", "check the path") from error
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, endless digits or brackets
        raise AssumptionError(f"{path.name} must be TOML in UTF-8", str(error), "mend the line it names") from error
    return tables, hashlib.sha256(content).hexdigest()


def _read(path: Path, entries: Collection[str]) -> tuple[dict[str, Any], str]:
    tables, digest = read_tables(path, "the assumptions file")
    for key in tables:
        if key not in entries:
            raise AssumptionError(
                f"{path.name} may hold only entries the model knows", repr(key), _suggest(key, entries)
            )
    return tables, digest


def read_entry(key: str, table: object, file: str, citable: Citable, *, needed: Entry) -> Assumption:
    """One judgement from its table in a file; raises `AssumptionError` as `load` does.

    `needed` are its unit, limits and rung; `citable` is what it may cite; `file` is named in messages.
    """
    where = f"{file}, {key}"
    if not isinstance(table, Mapping):
        raise AssumptionError(f"an entry is a table ({where})", repr(table), f"write [{key}] and its fields below it")
    for name in table:
        if name not in _MAY:
            raise AssumptionError(f"the field must be a known one ({where})", repr(name), _suggest(name, _MAY))
    for name in _FIELDS:
        if name not in table:
            raise AssumptionError(f"every entry needs {name} ({where})", "nothing", f"add {name}")
        if name != "distribution" and (not isinstance(table[name], str) or not table[name].strip()):
            raise AssumptionError(f"{name} must be a text that is not empty ({where})", repr(table[name]), "fill it in")
    if table["source"] != "judgement" and table["source"] not in citable.sources:
        raise AssumptionError(
            f"the source must be 'judgement' or in sources.csv ({where})",
            repr(table["source"]),
            _suggest(table["source"], citable.sources),
        )
    evidence = table.get("evidence")
    if evidence is not None:
        if not isinstance(evidence, list) or not all(isinstance(name, str) for name in evidence):
            raise AssumptionError(f"evidence is a list of keys ({where})", repr(evidence), 'write ["...", "..."]')
        if len(set(evidence)) < len(evidence):
            raise AssumptionError(f"evidence names a row once ({where})", ", ".join(evidence), "remove the repeats")
    citable.require_unused(table["source"], evidence, where)
    shape = table["distribution"]
    try:
        distribution = shape if isinstance(shape, Distribution) else parse(shape)
    except AssumptionError as error:
        raise AssumptionError(f"{error.rule} ({where})", error.got, error.remedy) from error
    unit, low, high, rung = needed
    if table["unit"] != unit:
        raise AssumptionError(f"the unit of {key} is {unit} ({where})", repr(table["unit"]), f"write {unit!r}")
    texts = {name: str(table[name]).strip() for name in ("statement", "unit", "source", "rationale", "disputed")}
    for name, text in texts.items():
        if looks_like_identity(text):
            raise AssumptionError(
                f"{name} must hold no identity or telephone number ({where})", "one in the text", "remove it"
            )
    rows = None if evidence is None else tuple(evidence)
    return _checked(
        Assumption(id=key, distribution=distribution, evidence=rows, rung=rung, limits=(low, high), **texts), where
    )


def _checked(entry: Assumption, where: str) -> Assumption:
    low, high = entry.limits
    if entry.rung == "fixed" and entry.varies:
        raise AssumptionError(
            f"{entry.id} takes one value, as the population table is made once a run ({where})",
            entry.distribution.describe(),
            'write { name = "point", value = .. }',
        )
    smallest, largest = entry.distribution.support()
    if not (low <= smallest and largest <= high):  # so that an end that is no number is refused too
        raise AssumptionError(
            f"{entry.id} must lie between {low:g} and {high:g} ({where})",
            f"{entry.distribution.describe()}, which runs from {smallest:g} to {largest:g}",
            "choose a distribution within these limits",
        )
    return entry


def _suggest(key: object, known: Collection[str]) -> str:
    close = difflib.get_close_matches(str(key), known, n=1)
    return f"did you mean {close[0]!r}?" if close else "see data/public/assumptions.toml for the names in use"
