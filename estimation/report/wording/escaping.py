"""Texts from data files made safe for Markdown: what looks like markup stays text."""

import re

from estimation.report.wording.texts import plain

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&$])")


def markdown(text: str) -> str:
    r"""A text as one line of Markdown, also inside a table.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Without line ends; signs of Markdown and HTML escaped.

    Examples
    --------
    >>> print(markdown("a|b\n<b>*c*"))
    a\|b \<b\>\*c\*
    """
    return _SPECIAL.sub(r"\\\1", plain(text))
