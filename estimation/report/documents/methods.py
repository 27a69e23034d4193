"""Fills the marked blocks of docs/METHODS.md from results/ and from constants of the code: no number is typed there.

What each block holds is in `methods_tables`, `methods_checks` and `methods_reliability`.
"""

import re
from collections.abc import Mapping

from estimation.errors import EstimationError
from estimation.report.documents.methods_checks import CHECKS
from estimation.report.documents.methods_reliability import RELIABILITY
from estimation.report.documents.methods_tables import TABLES, Maker, Read

BLOCKS: Mapping[str, Maker] = {**TABLES, **CHECKS, **RELIABILITY}
"""What makes the content of each block, by the name in its mark."""
_BLOCK = re.compile(r"<!-- filled: (?P<name>[a-z]+) -->\n.*?<!-- /filled -->", re.DOTALL)


def filled(text: str, read: Read) -> bytes:
    """The methods text with every block written anew, between ``<!-- filled: name -->`` and ``<!-- /filled -->``.

    `read` gives a table of results/ by file name. Raises `EstimationError` if a block is unknown, missing, there twice,
    or without its end mark.
    """
    names = [match["name"] for match in _BLOCK.finditer(text)]
    if sorted(names) != sorted(BLOCKS) or text.count("<!-- filled:") != len(names):
        raise EstimationError(
            "the methods text must hold each block once, with its end mark",
            ", ".join(names) or "none",
            f"give it {', '.join(BLOCKS)}",
        )
    return _BLOCK.sub(
        lambda match: f"<!-- filled: {match['name']} -->\n\n{BLOCKS[match['name']](read)}\n\n<!-- /filled -->", text
    ).encode()
