"""Patterns that a stranger's folder may declare: only those whose matching cannot take for ever.

Python's matcher tries every way to split a text; a pattern such as ``(a+)+`` has more of them than time allows.
"""

import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any, Final

# With these a cell can be split in some ten million ways at the very worst, not in a number with thirty digits.
LONGEST_CELL: Final = 100
_LONGEST: Final = 200
_MOST_REPEATS: Final = 3
_MOST_CHOICES: Final = 6
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_PLAIN = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN, _constants.AT)


def require_quick(pattern: str) -> None:
    r"""Refuse a pattern whose matching could take for ever.

    Parameters
    ----------
    pattern : str
        Of a column, in Python's notation.

    Raises
    ------
    ValueError
        It is no pattern, or a long one; it refers back, looks around, sets flags, has many open or optional parts, or
        repeats without end something that can be split in several ways.

    Notes
    -----
    **Assumes:** a repeated group has one way to be split if it begins with a character that nothing else in it can
    match, as in ``[a-z]+(\+[a-z]+)*``; cells are no longer than `LONGEST_CELL`.

    Examples
    --------
    >>> require_quick(r"[a-z]+(\+[a-z]+)*")
    >>> require_quick("(a+)+")
    Traceback (most recent call last):
        ...
    ValueError: pattern '(a+)+' repeats what can be split in several ways
    """
    if len(pattern) > _LONGEST:
        raise ValueError(f"pattern {pattern!r:.60} has more than {_LONGEST} characters")
    try:
        flags = re.compile(pattern).flags
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"pattern {pattern!r:.60} is none: {error}") from error
    if flags != re.UNICODE:
        raise ValueError(f"pattern {pattern!r:.60} sets flags")
    repeats = choices = 0
    waiting = [_parser.parse(pattern)]
    while waiting:
        for kind, value in waiting.pop():
            if kind in _REPEATS:
                least, most, body = value
                if most > 1 and _varies(body) and not _separated(list(body)):
                    raise ValueError(f"pattern {pattern!r:.60} repeats what can be split in several ways")
                repeats += least != most and most > 1
                choices += least != most and most <= 1
                waiting.append(body)
            elif kind is _constants.SUBPATTERN and value[1:3] == (0, 0):
                waiting.append(value[-1])
            elif kind is _constants.BRANCH:
                choices += 1
                waiting += value[1]
            elif kind not in _PLAIN:
                raise ValueError(f"pattern {pattern!r:.60} refers back, looks around or sets flags")
    if repeats > _MOST_REPEATS or choices > _MOST_CHOICES:
        raise ValueError(
            f"pattern {pattern!r:.60} has more than {_MOST_REPEATS} open or {_MOST_CHOICES} optional parts"
        )


def _varies(tree: Any) -> bool:
    """Whether what it matches can have several lengths."""
    shortest, longest = tree.getwidth()
    return bool(shortest != longest)


def _separated(items: list[tuple[Any, Any]]) -> bool:
    """Whether it begins with a character that nothing after it matches."""
    while len(items) == 1 and items[0][0] is _constants.SUBPATTERN:
        items = list(items[0][1][-1])
    kind, first = items[0]
    return kind is _constants.LITERAL and not any(_matches(item, chr(first)) for item in items[1:])


def _matches(item: tuple[Any, Any], character: str) -> bool:
    """Whether a part can match a character anywhere; yes if in doubt."""
    kind, value = item
    if kind is _constants.LITERAL:
        return bool(chr(value) == character)
    if kind is _constants.IN and all(each is _constants.LITERAL or each is _constants.RANGE for each, _ in value):
        return any(chr(low) <= character <= chr(high) for low, high in (_ends(each) for each in value))
    if kind is _constants.IN and value == [(_constants.CATEGORY, _constants.CATEGORY_DIGIT)]:
        return character.isdigit()
    if kind in _REPEATS or kind is _constants.SUBPATTERN:
        return any(_matches(each, character) for each in value[-1])
    return True


def _ends(item: tuple[Any, Any]) -> tuple[int, int]:
    kind, value = item
    return value if kind is _constants.RANGE else (value, value)
