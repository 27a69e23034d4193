"""The one door to the data: reads every table of a folder, refuses faulty ones, hands out typed copies."""

import contextlib
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from estimation.errors import DataError, EstimationError, Problem
from estimation.evidence.checks.descriptor import DESCRIPTOR, Resource, read_descriptor
from estimation.evidence.checks.rules import check_rules
from estimation.evidence.checks.schema import check_columns, check_references
from estimation.evidence.files.csvfile import cell_faults, read_cells
from estimation.evidence.files.files import read_bytes
from estimation.evidence.files.persons import refuse_persons

_PACKAGE = Path(__file__).parents[2]
_CHECKOUT = _PACKAGE.parent / "data" / "public"
IN_CHECKOUT = _CHECKOUT.is_dir()
# A wheel carries its own copy of the tables.
PUBLIC = _CHECKOUT if IN_CHECKOUT else _PACKAGE / "_data"
# Kinds of file that could carry data or pictures past the checks.
_CARRIERS = re.compile(
    r"\.(csv|tsv|tab|txt|jsonl?|xml|xlsx?|ods|parquet|feather|dta|s[ap]v|rds|rda|pkl|npz|db|sqlite|zip|gz|7z|rar"
    r"|pdf|docx?|jpe?g|png|gif|webp|tiff?|bmp|heic)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Evidence:
    """Checked tables of one data folder.

    Attributes
    ----------
    directory : Path
        The folder.
    hashes : mapping of str to str
        SHA-256 of each file, as hexadecimal digits.
    """

    directory: Path
    hashes: Mapping[str, str]
    _tables: Mapping[str, pd.DataFrame] = field(repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tables, in the order of datapackage.json."""
        return tuple(self._tables)

    def table(self, name: str) -> pd.DataFrame:
        """Give a copy of one table.

        Parameters
        ----------
        name : str
            One of `names`.

        Returns
        -------
        DataFrame
            Text columns with "" where nothing is stated; int64 for complete integer columns; float64 with NaN for
            other numbers. Units stand in the codebook, data/public/README.md.

        Raises
        ------
        EstimationError
            If there is no such table.
        """
        if name not in self._tables:
            raise EstimationError("a table must be in the folder", name, "use one of " + ", ".join(self.names))
        return self._tables[name].copy()


def load(directory: Path | str | None = None) -> Evidence:
    """Read and check every table of a folder.

    Parameters
    ----------
    directory : Path, str or None
        Folder with a ``datapackage.json``; None for the data of this suite.

    Returns
    -------
    Evidence
        The tables.

    Raises
    ------
    DataError
        If anything is wrong; it lists every problem with file, row and column.

    Notes
    -----
    **Assumes:** datapackage.json in the folder states types, limits, keys, rules and hashes (codebook in README.md).

    Examples
    --------
    >>> evidence = load()
    >>> headline = evidence.table("observations").query("usable == 'headline'")
    >>> headline[["observation_id", "numerator", "low"]].to_dict("records")
    [{'observation_id': 'kon_bbc', 'numerator': 22762.0, 'low': 0.12}]
    """
    evidence, problems = _read(PUBLIC if directory is None else Path(directory))
    if problems:
        raise DataError(problems)
    return evidence


def check(directory: Path | str | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with the tables of a folder: faults of whole files, then by file, row and column.

    It is empty if `load` would succeed.

    Examples
    --------
    >>> check()
    ()
    """
    return tuple(_read(PUBLIC if directory is None else Path(directory))[1])


def usable(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that may feed an estimate, numbered anew: all but those marked ``unverified`` in the `verification` column.

    Raises `EstimationError` if the table has no such column.

    **Assumes:** a label vouches for what a source says, not for the truth of the figure.

    Examples
    --------
    >>> bases = load().table("bases")
    >>> len(bases) - len(usable(bases))
    3
    """
    if "verification" not in frame:
        got, remedy = f"columns {', '.join(frame.columns)}", "take a table of figures, such as observations"
        raise EstimationError("a table of figures must have a verification column", got, remedy)
    return frame[frame["verification"] != "unverified"].reset_index(drop=True)


def _read(folder: Path) -> tuple[Evidence, list[Problem]]:
    resources, problems = read_descriptor(folder)
    problems += _strays(folder, resources)
    hashes: dict[str, str] = {}
    cells: dict[str, pd.DataFrame] = {}
    typed: dict[str, pd.DataFrame] = {}
    found: dict[str, list[Problem]] = {}
    for resource in resources:
        path = folder / resource.file
        faults = found.setdefault(resource.file, [])
        if _leads_out(path):
            remedy = "put the file itself there"
            faults.append(
                Problem(resource.file, None, None, "a data file must lie in its folder", "a link out", remedy)
            )
            continue
        with contextlib.suppress(OSError):  # `read_cells` says what is wrong with it
            digest = hashes[resource.file] = hashlib.sha256(read_bytes(path)).hexdigest()
            if digest != resource.sha256:
                remedy = "restore the file, or run data/rehash.py after a deliberate edit"
                got = f"{digest[:12]}... instead of {resource.sha256[:12]}..."
                faults.append(Problem(resource.file, None, None, "a file must have the hash declared", got, remedy))
        frame, broken = read_cells(path)
        faults += broken
        if frame is not None:
            cells[resource.name] = frame
            typed[resource.name], wrong = check_columns(resource, frame)
            numbers = {column.name for column in resource.fields if column.type != "string"}
            faults += [*wrong, *cell_faults(frame, resource.file, numbers), *refuse_persons(frame, resource.file)]
    for problem in check_references(resources, typed):
        found[problem.file].append(problem)
    for resource in resources:
        if resource.name in cells:
            for problem in check_rules(resource, cells[resource.name], typed):
                (problems if problem.file == DESCRIPTOR else found[resource.file]).append(problem)
    for resource in resources:
        order = {column.name: place for place, column in enumerate(resource.fields)}
        problems += sorted(found[resource.file], key=lambda one: (one.row or 0, order.get(one.column or "", -1)))
    problems.sort(key=lambda one: one.row is not None)  # a file cut short makes hundreds of faults in other files
    tables = {name: frame.reset_index(drop=True) for name, frame in typed.items()}
    return Evidence(folder, hashes, tables), problems


def _leads_out(path: Path) -> bool:
    """Whether a path is a link to something outside its folder."""
    return path.is_symlink() and path.parent.resolve() not in Path(os.path.realpath(path)).parents


def _strays(folder: Path, resources: list[Resource]) -> list[Problem]:
    """Files of the folder that could hold data but are not declared, so that nothing slips past the checks."""
    declared = {resource.file for resource in resources} | {DESCRIPTOR}
    if not resources:
        return []
    try:
        present = sorted(folder.iterdir())
    except OSError as error:
        rule, remedy = "a data folder must be one that can be listed", "change its rights"
        return [Problem(DESCRIPTOR, None, None, rule, str(error.strerror), remedy)]
    return [
        Problem(
            path.name,
            None,
            None,
            "a file with data must be declared in datapackage.json",
            f"a {path.suffix} file",
            "declare it as a CSV table or move it away",
        )
        for path in present
        if _CARRIERS.fullmatch(path.suffix) and path.name not in declared
    ]


def headline(evidence: Evidence) -> pd.DataFrame:
    """Rows of `observations` that the estimate rests on; never an unverified one.

    Examples
    --------
    >>> headline(load())["observation_id"].tolist()
    ['kon_bbc']
    """
    rows = usable(evidence.table("observations"))
    return rows[rows["usable"] == "headline"].reset_index(drop=True)
