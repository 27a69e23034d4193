"""The one door out: writes results/ whole or not at all, and stops when the answer moves without a reason.

What is computed and how it is worded lives elsewhere; nothing here changes a number but by rounding.
"""

import errno
import hashlib
import importlib.metadata
import io
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pandas as pd

import estimation
from estimation.errors import DriftError, EstimationError
from estimation.evidence.files.files import read_bytes
from estimation.evidence.tables import sources
from estimation.report.record.folder_lock import alone

# Six digits survive a change of processor; no figure here is known to more than three.
DIGITS = 6
# A bound has moved if it lies further off than this many standard errors of the difference.
TOLERANCE = 4.0
RESULTS = Path(estimation.__file__).resolve().parents[1] / "results"
PACKAGES = ("matplotlib", "numpy", "pandas", "scipy", "seaborn", "statsmodels")
CARD = "run.json"
# Published tables that the page takes words from, where they are there.
QUOTED = ("tornado", "shapley", "calibration")
# Where a set of files waits: until it is complete, and until each file is in its place.
_STAGED, _READY = ".estimation-staged", ".estimation-ready"
# Spreadsheets skip blanks and unseen marks before they look for a formula, and read full-width signs as plain ones.
_UNSEEN = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
_FORMULA = re.compile(rf"^(?:{_UNSEEN}*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r\n])")


def csv_bytes(frame: pd.DataFrame, *, empty: Collection[str] = ()) -> bytes:
    """A frame as CSV: UTF-8, LF, numbers to six digits.

    Parameters
    ----------
    frame : DataFrame
        No cell may be blank, but for those of `empty`.
    empty : collection of str
        Columns of numbers that may be missing, since another column says why.

    Returns
    -------
    bytes

    Raises
    ------
    EstimationError
        A cell is blank or not finite, or a text could run as a formula in a spreadsheet.
    """
    named = [str(column) for column in frame.columns if _FORMULA.match(str(column))]
    if named:
        raise EstimationError(
            "a column of results must not begin like a formula", repr(named[0]), "begin it with a letter"
        )
    rounded = frame.copy()
    for column in frame.columns:
        values = frame[column]
        if pd.api.types.is_float_dtype(values):
            bad = values.isna() | values.abs().eq(float("inf"))
            rounded[column] = values.map(lambda value: format(value, f".{DIGITS}g"), na_action="ignore")
        elif pd.api.types.is_numeric_dtype(values):
            bad = values.isna()
        else:
            text = values.astype("string")
            bad = text.isna() | text.str.strip().eq("")
            unsafe = text.str.match(_FORMULA.pattern).fillna(False)
            if unsafe.any():
                raise EstimationError(
                    f"a text in results must not begin like a formula (column {column})",
                    repr(text[unsafe].iloc[0]),
                    "begin it with a letter",
                )
        if column in empty and pd.api.types.is_numeric_dtype(values):
            bad &= values.notna()
        if bad.any():
            raise EstimationError(
                f"results have no blanks (column {column})", f"{int(bad.sum())} of them", "say why the value is missing"
            )
    buffer = io.StringIO()
    rounded.to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue().encode()


def json_bytes(content: object) -> bytes:
    """A mapping as JSON with sorted keys and a final line end."""
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def run_card(settings: Mapping[str, object], hashes: Mapping[str, str], outputs: Mapping[str, bytes]) -> bytes:
    """What is needed to get the same bytes again: code, data, settings, versions.

    Parameters
    ----------
    settings : mapping
        Seed, draws and options of the run.
    hashes : mapping
        SHA-256 of each input file.
    outputs : mapping
        Content of each file written beside the card.

    Returns
    -------
    bytes
        JSON. No time, no path, no name of a machine: the same run gives the same card anywhere.
    """
    return json_bytes(
        {
            "estimation": estimation.__version__,
            "python": ".".join(platform.python_version_tuple()[:2]),
            "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
            "settings": dict(settings),
            "inputs_sha256": dict(hashes),
            "outputs_sha256": {name: hashlib.sha256(content).hexdigest() for name, content in outputs.items()},
        }
    )


def moved(old: pd.DataFrame, new: pd.DataFrame, *, keys: Sequence[str]) -> pd.DataFrame:
    """Bounds that differ by more than their simulation errors allow.

    Parameters
    ----------
    old, new : DataFrame
        Tables with columns `x` and `x_error` for each figure x.
    keys : sequence of str
        Columns that name a row.

    Returns
    -------
    DataFrame
        One row per figure moved, added or gone: the keys, `figure`, `old`, `new`.

    References
    ----------
    METHODS eq. 81.
    """
    # Of both tables, so that a figure that is gone is seen too.
    figures = list(
        dict.fromkeys(name for each in (new, old) for name in each.columns if f"{name}_error" in each.columns)
    )
    names = list(keys)
    columns = [*names, "figure", "value", "error"]

    def tall(frame: pd.DataFrame) -> pd.DataFrame:
        parts = [
            frame[names].assign(figure=name, value=frame[name], error=frame[f"{name}_error"])
            for name in figures
            if name in frame.columns and f"{name}_error" in frame.columns
        ]
        return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)

    both = tall(old).merge(tall(new), on=[*names, "figure"], how="outer", suffixes=("_old", "_new"))
    allowed = TOLERANCE * (both["error_old"] ** 2 + both["error_new"] ** 2) ** 0.5
    # Six written digits are the least that can be seen.
    allowed = allowed + 10 ** (1 - DIGITS) * both["value_new"].abs()
    near = (both["value_old"] - both["value_new"]).abs() <= allowed
    found = both.loc[~near, [*names, "figure", "value_old", "value_new"]]
    return pd.DataFrame(found.rename(columns={"value_old": "old", "value_new": "new"}).reset_index(drop=True))


def answer_id(estimates: bytes) -> str:
    """Name of an answer: the first twelve digits of the hash of estimates.csv."""
    return hashlib.sha256(estimates).hexdigest()[:12]


def data_id(hashes: Mapping[str, str]) -> str:
    """Name of data: the first twelve digits of the hash of the hashes of its files, as a run's card lists them."""
    return hashlib.sha256(json_bytes(dict(hashes))).hexdigest()[:12]


def inputs_hash(hashes: Mapping[str, str]) -> str:
    """Hash of data as a page bears it: of one line a file, name and hash, in the order of names."""
    lines = "".join(f"{file} {digest}\n" for file, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def gate(old: Path, new: bytes, *, changelog: Path, keys: Sequence[str]) -> None:
    """Stop if the answer moved and the changelog does not say why.

    Parameters
    ----------
    old : Path
        The table as published; if there is none, everything passes.
    new : bytes
        The table to be published, as CSV.
    changelog : Path
        Must hold a line ``Answer <id>: <why>`` for a moved answer.
    keys : sequence of str
        Columns that name a row.

    Raises
    ------
    DriftError
        Naming the bounds that moved and the line the changelog needs.
    EstimationError
        The table as published cannot be read.
    """
    # A key such as 0.95 is read the same way from both files.
    try:
        before = pd.read_csv(io.BytesIO(read_bytes(old)))
        difference = moved(before, pd.read_csv(io.BytesIO(new)), keys=keys)
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EstimationError(
            f"{old.name} must be a table as this program writes it", str(error), "restore it, or move it away"
        ) from error
    if difference.empty:
        return
    name = answer_id(new)
    try:
        text = read_bytes(changelog).decode("utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, ValueError) as error:
        raise EstimationError("the changelog must be text in UTF-8", f"{changelog.name}: {error}", "mend it") from error
    if re.search(rf"Answer {name}:[ \t]*\S", text):
        return
    shown = "; ".join(
        f"{', '.join(str(row[key]) for key in keys)} {row['figure']} {row['old']:,.6g} -> {row['new']:,.6g}"
        for _, row in difference.head(5).iterrows()
    )
    raise DriftError(
        f"a published bound may move only with a reason in {changelog.name}",
        f"{len(difference)} moved: {shown}{'; ...' if len(difference) > 5 else ''}",
        f"add a line 'Answer {name}: <why it moved>' there and run again; nothing was written",
    )


def published(name: str, directory: Path | None = None) -> pd.DataFrame:
    """A table of results/ as it was published.

    Parameters
    ----------
    name : str
        File name, such as ``calibration.csv``.
    directory : Path, optional
        The results folder; the project's own by default.

    Returns
    -------
    DataFrame
        Of `table`.

    Raises
    ------
    EstimationError
        There is no such table.
    """
    text = content(name, directory)
    try:
        return table(text)
    except ValueError as error:
        raise _not_a_table(name, error) from error


def table(text: bytes) -> pd.DataFrame:
    """A table as `csv_bytes` writes it: an empty cell is a missing number, and no text is read as missing."""
    return pd.read_csv(io.BytesIO(text), keep_default_na=False, na_values=[""])


def content(name: str, directory: Path | None = None) -> bytes:
    """A file of results/ as it was published; arguments and errors as in `published`."""
    path = (directory or RESULTS) / name
    try:
        return read_bytes(path)
    except OSError as error:
        raise EstimationError(
            "the table must have been published", f"{path.name}: {error.strerror}", "run it first"
        ) from error
    except ValueError as error:
        raise _not_a_table(name, error) from error


def _not_a_table(name: str, error: ValueError) -> EstimationError:
    return EstimationError(
        f"{Path(name).name} must be a table as this program writes it", str(error), "restore it, or run it again"
    )


def home(named: Path | None) -> Path:
    """The folder of results: the one that is named, or results/ of this checkout.

    Raises
    ------
    EstimationError
        None is named and this is no checkout: an installed package is no place for results.
    """
    if named is None and not sources.IN_CHECKOUT:
        raise EstimationError(
            "outside a checkout of the project, the folder of results must be named",
            f"none, with the package installed in {RESULTS.parent}",
            "add --results FOLDER",
        )
    return named or RESULTS


def write(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files, all of them or none.

    Parameters
    ----------
    directory : Path
        Made if absent.
    files : mapping
        Content by name, which may hold a subfolder.

    Raises
    ------
    EstimationError
        The folder cannot be written to, or another run has been writing to it for a minute.

    Notes
    -----
    **Assumes:** renaming within the folder is atomic. All files are written to a folder beside their places, which is
    then renamed: at that moment the set is complete. Only then does each file take its place. A run that is killed
    before that moment leaves the earlier files as they were; one that is killed after it leaves the rest of its set
    to be put in place by the next run, which does that first.
    """
    try:
        with session(directory):
            staged, ready = directory / _STAGED, directory / _READY
            try:
                for name, content in files.items():
                    _stage(staged, directory, name, content)
                staged.replace(ready)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
            try:
                _finish(directory)
            except KeyboardInterrupt:  # the set is complete: what was begun is ended
                _finish(directory)
                raise
    except OSError as error:
        raise _unwritable(directory, error) from error


@contextmanager
def session(directory: Path) -> Iterator[None]:
    """Keep other runs out of a folder while it is compared with, read and written to.

    Parameters
    ----------
    directory : Path
        Made if absent. What a killed run left there is put in order first.

    Raises
    ------
    EstimationError
        The folder cannot be written to, or another run has been writing to it for a minute.
    """
    with ExitStack() as stack:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            stack.enter_context(alone(directory))
            _finish(directory)
        except OSError as error:
            raise _unwritable(directory, error) from error
        yield


def _unwritable(directory: Path, error: OSError) -> EstimationError:
    return EstimationError(
        "the results folder must be writable",
        f"{directory}: {error.strerror}",
        "free space or choose another folder",
    )


def _stage(staged: Path, directory: Path, name: str, content: bytes) -> None:
    """Write one file beside its place, and make sure that it can take it."""
    target, temporary = directory / name, staged / name
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{name}: {os.strerror(errno.EISDIR)}")
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(errno.EACCES, f"{name}: {os.strerror(errno.EACCES)}")
    if target.parent.stat().st_dev != temporary.parent.stat().st_dev:
        raise OSError(errno.EXDEV, f"{name}: {os.strerror(errno.EXDEV)}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(0o644)


def _finish(directory: Path) -> None:
    """Put a complete set in place, and clear away one that a killed run left incomplete."""
    shutil.rmtree(directory / _STAGED, ignore_errors=True)
    ready = directory / _READY
    if not ready.is_dir():
        return
    # The card comes last: when it is there, so is everything it lists.
    for path in sorted((path for path in ready.rglob("*") if path.is_file()), key=lambda path: path.name == CARD):
        path.replace(directory / path.relative_to(ready))
    shutil.rmtree(ready)


def write_new(directory: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder with files in it, all of them or none.

    Parameters
    ----------
    directory : Path
        Absent or empty.
    files : mapping
        Content by plain name.

    Raises
    ------
    EstimationError
        The folder holds something, or cannot be made.
    """
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise EstimationError("a new folder must be absent or empty", directory, "choose another name")
        directory.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}."))
        try:
            write(staged, files)
            staged.chmod(0o755)
            if directory.is_dir():
                directory.rmdir()
            staged.rename(directory)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise EstimationError(
            "the place of a new folder must be writable", f"{directory}: {error.strerror}", "choose another place"
        ) from error
