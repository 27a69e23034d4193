"""The gate that stops a run whose published bounds moved without a reason in the changelog."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from estimation.errors import DriftError, EstimationError
from estimation.evidence.files.files import read_bytes
from estimation.report.record.csv_table import DIGITS
from estimation.report.record.run_card import answer_id

# A bound has moved if it lies further off than this many standard errors of the difference.
_TOLERANCE = 4.0


def moved(old: pd.DataFrame, new: pd.DataFrame, *, keys: Sequence[str]) -> pd.DataFrame:
    """Bounds that differ by more than their simulation errors allow.

    The tables have columns `x` and `x_error` for each figure x, and `keys` name a row. What comes back has a row for
    each figure moved, added or gone: the keys, `figure`, `old`, `new`.

    References
    ----------
    METHODS eq. 81.
    """
    names = list(keys)

    def tall(frame: pd.DataFrame) -> pd.DataFrame:
        none = pd.DataFrame(columns=[*names, "figure", "value", "error"])
        figures = [name for name in frame.columns if f"{name}_error" in frame.columns]
        parts = [frame[names].assign(figure=name, value=frame[name], error=frame[f"{name}_error"]) for name in figures]
        return pd.concat(parts) if parts else none

    both = tall(old).merge(tall(new), on=[*names, "figure"], how="outer", suffixes=("_old", "_new"), indicator="where")
    allowed = _TOLERANCE * (both["error_old"] ** 2 + both["error_new"] ** 2) ** 0.5
    # Six written digits are the least that can be seen.
    allowed = allowed + 10 ** (1 - DIGITS) * both["value_new"].abs()
    near = (both["value_old"] - both["value_new"]).abs() <= allowed
    blank = (both["where"] == "both") & both["value_old"].isna() & both["value_new"].isna()
    found = both.loc[~near & ~blank, [*names, "figure", "value_old", "value_new"]]
    return pd.DataFrame(found.rename(columns={"value_old": "old", "value_new": "new"}).reset_index(drop=True))


def gate(old: Path, new: bytes, *, changelog: Path, keys: Sequence[str]) -> None:
    """Stop if the answer moved against the table as published and the changelog has no line ``Answer <id>: <why>``.

    Raises `DriftError`, which names the bounds that moved and the line that is needed, and `EstimationError` if the
    table as published cannot be read. Where there is none, everything passes.
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
