"""A table of results as CSV, which no spreadsheet takes for a program."""

import io
import re
from collections.abc import Collection

import pandas as pd

from estimation.errors import EstimationError

# Six digits survive a change of processor; no figure here is known to more than three.
DIGITS = 6
# Spreadsheets skip blanks and unseen marks before they look for a formula, and read full-width signs as plain ones.
_UNSEEN = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
_FORMULA = re.compile(rf"^(?:{_UNSEEN}*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r\n])")


def csv_bytes(frame: pd.DataFrame, *, empty: Collection[str] = ()) -> bytes:
    """A frame as CSV: UTF-8, LF, numbers to six digits.

    Only columns of numbers named in `empty` may have blanks, since another column says why. Raises `EstimationError`
    for other blanks, numbers that are not finite, and text that could run as a formula in a spreadsheet.
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


def table(text: bytes) -> pd.DataFrame:
    """A table as `csv_bytes` writes it: an empty cell is a missing number, and no text is read as missing."""
    return pd.read_csv(io.BytesIO(text), keep_default_na=False, na_values=[""])
