"""Refuses data about individuals: aggregates only, whatever a folder declares."""

import re
from collections.abc import Iterator
from datetime import date

import pandas as pd

from estimation.errors import Problem

_WORDS = (
    "name|full_?name|first_?name|last_?name|given_?name|family_?name|surname|alias|"
    "id|id_?(card|no|num|number)|national_?id|identity(_?(card|no|number))?|passport(_?(no|number))?|"
    "photo|photograph|picture|image|mug_?shot|face|"
    "dob|birth_?(date|day)|birthday|date_?of_?birth|place_?of_?birth|"
    "phone|telephone|mobile|e_?mail|home_?address|address|household_?(id|no|number)|"
    "姓名|名字|身份证|身份证号|身份证号码|公民身份号码|照片|出生日期|出生年月|电话|手机|住址"
)
_WHO = "person|victim|detainee|prisoner|inmate|internee|suspect|relative|father|mother|spouse|child|individual|case"
_COLUMN = re.compile(rf"({_WORDS})|({_WHO})_?(id|no|num|number|name|code|photo|dob|birth_?date)s?")
_CITIZEN = re.compile(r"(?<![0-9])[1-9][0-9]{5}((?:18|19|20)[0-9]{6})[0-9]{3}[0-9Xx](?![0-9])")
_OLD_CITIZEN = re.compile(r"(?<![0-9])[1-9][0-9]{5}([0-9]{6})[0-9]{3}(?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


def is_person_level(column: str) -> bool:
    """Whether a column, in any case and joined any way, holds names, identity numbers, birth dates and the like.

    **Assumes:** area columns say what they name (`name_en`, `area`); a bare `name` is refused.

    Examples
    --------
    >>> is_person_level("Date of birth"), is_person_level("detaineeID"), is_person_level("name_zh")
    (True, True, False)
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.strip())
    return _COLUMN.fullmatch(re.sub(r"[\s\-.]+", "_", words).lower()) is not None


def looks_like_identity(cell: str) -> bool:
    """Whether a text holds 18 or 15 digits with a date of birth in place, or an 11-digit mobile number.

    **Assumes:** no count in a table has 11, 15 or 18 digits of that pattern. Other long numbers, such as those in
    web addresses, pass.

    Examples
    --------
    >>> looks_like_identity("653121" + "19700230" + "0000"), looks_like_identity("653121" + "19700228" + "0000")
    (False, True)
    """
    if _MOBILE.search(cell):
        return True
    dates = [found.group(1) for found in _CITIZEN.finditer(cell)]
    dates += ["19" + found.group(1) for found in _OLD_CITIZEN.finditer(cell)]
    return any(_is_date(digits) for digits in dates)


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def refuse_persons(frame: pd.DataFrame, file: str) -> Iterator[Problem]:
    """One Problem for each column or cell about individuals; the values themselves are never shown."""
    for column in frame.columns:
        if is_person_level(column):
            remedy = "keep counts by area only; if it names an area, call it area or name_en"
            yield Problem(file, 1, column, "a table must not hold data about individuals", f"column {column}", remedy)
            continue
        cells = frame[column]
        for value in cells.unique():
            if len(value) >= 11 and looks_like_identity(value):
                for line in cells.index[cells == value]:
                    rule = "a cell must not hold an identity or telephone number"
                    yield Problem(file, int(line), column, rule, "a number of that shape", "remove it")
