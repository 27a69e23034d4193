"""What datapackage.json promises about each table of a data folder."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from estimation.errors import Problem
from estimation.evidence.files.files import read_bytes

DESCRIPTOR = "datapackage.json"
_TYPES = ("string", "integer", "number")

# Patterns that a folder may declare, in Python's notation: alternatives of runs of letters and digits with marks
# between them, the last part of which may be optional or repeated, as in `[a-z]+(\+[a-z]+)*`. Only the end of a run
# varies in length and no mark can belong to a run, so a cell matches in one way at most and no pattern takes long.
_ONE = r"(?:[A-Za-z0-9_]|\\d|\[(?:a-z|A-Z|0-9|[A-Za-z0-9_])+\])"
_VARYING = r"(?:[*+?]|\{[0-9]{0,3},[0-9]{0,3}\})"
_RUN = rf"(?:{_ONE}(?:\{{[0-9]{{1,3}}\}})?)*(?:{_ONE}{_VARYING})?"
_PART = rf"(?:[-/:,; ]|\\[-.+/]){_RUN}"
_ALTERNATIVE = rf"{_RUN}(?:{_PART})*(?:\({_PART}\)[*+?]|\({_PART}\({_PART}\)\?\)\?)?"
_SIMPLE = re.compile(rf"{_ALTERNATIVE}(?:\|{_ALTERNATIVE})*")
_LONGEST = 200


@dataclass(frozen=True)
class Field:
    """One declared column: its type and what its cells must satisfy."""

    name: str
    type: str
    required: bool = False
    enum: tuple[str, ...] = ()
    minimum: float = -np.inf
    maximum: float = np.inf
    pattern: str | None = None


@dataclass(frozen=True)
class Resource:
    """One declared table: file, hash, columns, keys and rules across columns."""

    name: str
    file: str
    sha256: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[tuple[str, str, str], ...]
    rules: tuple[Mapping[str, Any], ...]


def read_descriptor(folder: Path) -> tuple[list[Resource], list[Problem]]:
    """The tables that the ``datapackage.json`` of a folder declares well enough to check, and what is wrong with it.

    **Assumes:** Frictionless Data Package, version 1, with one-column foreign keys; rules that standard cannot say
    stand under ``x-rules`` (`estimation.evidence.checks.rules`).
    """
    try:
        package = json.loads(read_bytes(folder / DESCRIPTOR).decode("utf-8"))
        declared = list(package["resources"])
    except OSError as error:
        got = "no file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        remedy = f"copy one from data/public and adapt it; looked in {folder}"
        return [], [_fault("a data folder must declare its tables", got, remedy)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        got = f"{type(error).__name__}: {error}"[:80]
        return [], [_fault("it must be a JSON object with a list of resources", got, "mend the file")]
    resources: list[Resource] = []
    problems = []
    for place, entry in enumerate(declared, start=1):
        try:
            resource = _resource(entry)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, re.error) as error:
            name = entry.get("name", place) if isinstance(entry, dict) else place
            got = f"resource {name}, {type(error).__name__}: {error}"[:160]
            remedy = "compare it with data/public/datapackage.json"
            problems.append(
                _fault("a resource must give name, path, hash and a schema that can be checked", got, remedy)
            )
            continue
        if resource.name in [other.name for other in resources]:
            problems.append(_fault("a resource name must stand once", resource.name, "rename one"))
        else:
            resources.append(resource)
    known = {resource.name: [field.name for field in resource.fields] for resource in resources}
    for resource in resources:
        for column, other, target in resource.foreign_keys:
            if target not in known.get(other, []):
                got = f"{resource.name}.{column} -> {other}.{target}"
                problems.append(_fault("a foreign key must lead to a declared column", got, "declare or drop it"))
    return resources, problems


def _fault(rule: str, got: str, remedy: str) -> Problem:
    return Problem(DESCRIPTOR, None, None, rule, got, remedy)


def _resource(entry: Any) -> Resource:
    name, file, digest = str(entry["name"]), str(entry["path"]), str(entry["hash"])
    if not re.fullmatch(r"[A-Za-z0-9_\-]+\.csv", file):
        raise ValueError(f"path {file!r} is not the plain name of a CSV file")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise ValueError(f"hash {digest!r} is not sha256: and 64 hexadecimal digits")
    schema = entry["schema"]
    fields = tuple(_field(field) for field in schema["fields"])
    names = [field.name for field in fields]
    if not names or len(set(names)) < len(names):
        raise ValueError("columns must be declared, each once")
    key = _names(schema.get("primaryKey", []))
    foreign = []
    for link in schema.get("foreignKeys", []):
        (column,), (target,) = _names(link["fields"]), _names(link["reference"]["fields"])
        foreign.append((column, str(link["reference"]["resource"]) or name, target))
    rules = tuple(dict(rule) for rule in entry.get("x-rules", []))
    if unknown := {*key, *(link[0] for link in foreign)} - set(names):
        raise ValueError(f"keys of undeclared columns {sorted(unknown)}")
    return Resource(name, file, digest.removeprefix("sha256:"), fields, key, tuple(foreign), rules)


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(name) for name in value)


def _field(entry: Any) -> Field:
    limits = entry.get("constraints", {})
    kind = str(entry["type"])
    if kind not in _TYPES:
        raise ValueError(f"type {kind!r} of {entry['name']} is not one of {', '.join(_TYPES)}")
    pattern = limits.get("pattern")
    if pattern is not None:
        if len(pattern) > _LONGEST or not _SIMPLE.fullmatch(pattern):
            raise ValueError(f"pattern {pattern!r:.40} must be runs of letters and digits with marks between")
        re.compile(pattern)  # fails where a repeat ends below its start
    return Field(
        name=str(entry["name"]),
        type=kind,
        required=bool(limits.get("required", False)),
        enum=tuple(str(value) for value in limits.get("enum", [])),
        minimum=float(limits.get("minimum", -np.inf)),
        maximum=float(limits.get("maximum", np.inf)),
        pattern=pattern,
    )
