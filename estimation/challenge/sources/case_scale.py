"""Every other source of a case on one scale: the share of its own people, with its raw figure beside it."""

from collections.abc import Hashable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.sources.common_scale import converted, together
from estimation.evidence.case_folder.case_file import ALL
from estimation.evidence.case_folder.case_folder import CaseFolder
from estimation.evidence.case_folder.case_other import weighed_rows
from estimation.model.synthesis.case_synthesis import CaseSynthesis

UNDATED: Final = "undated"


def case_scale(folder: CaseFolder, run: CaseSynthesis, *, rng: np.random.Generator) -> pd.DataFrame:
    """Each source that is weighed in, as a share of the people it speaks about.

    Parameters
    ----------
    folder : CaseFolder
        The case.
    run : CaseSynthesis
        Its run.
    rng : numpy.random.Generator
        For the sources' own errors.

    Returns
    -------
    DataFrame
        A row per source in the order of their names; columns as `common_scale.common_scale` has them, but for `note`.
        Kinds are the case's own names.

    Notes
    -----
    **Assumes:** nothing is converted, for a source of a case counts what the case does: a share stays as it is, and a
    count is divided by the people of its place in each draw. Bias and error are those judged, a range that the source
    gives included, if it says anything. For a floor the interval is that of the least it allows.

    References
    ----------
    METHODS eq. 62, with (E/N) over f the inverse of N for a count and 1 for a share.
    """
    if folder.other is None:
        return pd.DataFrame()
    statement = folder.statement
    counts = f"{statement.measure}, {statement.custody}" if statement.custody else statement.did
    rows = []
    for at, row in enumerate(weighed_rows(folder.other).to_dict(orient="records")):
        source, base = run.sources[at], run.held.base[:, at]
        bias = run.ladder.inputs[f"bias_{source.kind}"].to_numpy(float)
        factor = 1 / base if row["unit"] == "count" else np.ones(base.size)
        rows.append(
            {
                "source": source.name,
                "kind": source.kind,
                "place": _place(folder, row),
                "date": folder.year(str(row["source_id"])) or UNDATED,
                "counts": counts,
                "raw": stated(row),
                "bound": source.bound,
                **converted(source.value, factor, bias=bias, scale=np.full(base.size, source.log_sd), rng=rng),
                **together(run.held.either[:, at] / base, run.positions),
            }
        )
    return pd.DataFrame(rows)


def stated(row: Mapping[Hashable, object]) -> str:
    """The figure of a row of `other_sources.csv` with its range, every digit of it.

    Examples
    --------
    >>> stated({"unit": "share", "value": 0.045, "low": 0.04, "high": 0.06})
    '4.5% (4% to 6%)'
    >>> stated({"unit": "count", "value": 12000.0, "low": float("nan"), "high": float("nan")})
    '12,000'
    """
    value, low, high = (float(str(row[name])) for name in ("value", "low", "high"))

    def said(figure: float) -> str:
        return f"{100 * figure:.12g}%" if row["unit"] == "share" else f"{figure:,.12g}"

    return said(value) if np.isnan(low) else f"{said(value)} ({said(low)} to {said(high)})"


def _place(folder: CaseFolder, row: Mapping[Hashable, object]) -> str:
    """Where a source speaks about, and whom where that is one of several groups."""
    place, group = folder.place(str(row["area"])), str(row["group"])
    groups = dict(folder.statement.groups)
    return f"{place}: {groups[group]}" if len(groups) > 1 and group != ALL else place
