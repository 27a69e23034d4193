"""What moves an estimate most, in words: computed from the intervals under each change, never written by hand."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from estimation.errors import require
from estimation.report.wording.estimate_words import capitalised
from estimation.report.wording.numbers import decimal, percent, persons
from estimation.report.wording.picture_texts import picture_text

_ENDS: Final = ("median", "low", "high")
_LITTLE: Final = 0.1
"""A change that moves the median and both ends by less than this share is said to move them little."""


def moved_most(changed: pd.DataFrame, base: Mapping[str, float], *, of: str) -> str:
    """Sentences: which change moves the median most, which each end, from what to what, and how many move them little.

    Parameters
    ----------
    changed : DataFrame
        A row for each change: `name`, such as ``without the courts``, and `low`, `median` and `high`, persons; rows
        without figures, whose weights cannot be relied on, are left out.
    base : mapping
        The same figures without a change.
    of : str
        What the changes are, as a plural, such as ``sources``.

    Raises
    ------
    EstimationError
        No change has figures.

    Examples
    --------
    >>> rows = pd.DataFrame({"name": ["without a", "without b"], "low": [1e5, 5e5], "median": [1e6, 2e6], "high": 4e6})
    >>> moved_most(rows, {"low": 4e5, "median": 1e6, "high": 4e6}, of="sources")  # doctest: +ELLIPSIS
    'The median moves most without b, from 1 million to 2 million (2 times); the lower end of ...'
    """
    known = changed.dropna(subset=list(_ENDS)).reset_index(drop=True)
    require(len(known) > 0, "a change must have figures to be spoken of", "none", "give rows with figures")
    factors = known[list(_ENDS)] / [base[end] for end in _ENDS]
    moves = factors.map(np.log).abs()
    said = []
    for end in _ENDS:
        at = int(moves[end].to_numpy().argmax())
        values = {
            "name": known["name"][at],
            "before": persons(float(f"{base[end]:.2g}")),
            "after": persons(float(f"{known[end][at]:.2g}")),
            "factor": decimal(float(factors[end][at])),
        }
        said.append(picture_text("influence_most", what=picture_text(f"influence_{end}"), **values))
    little = int((moves.max(axis=1) < np.log1p(_LITTLE)).sum())
    last = picture_text("influence_little", number=len(known), of=of, little=little, share=percent(_LITTLE))
    return f"{capitalised('; '.join(said))}. {last}"
