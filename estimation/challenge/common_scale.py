"""Every source on one scale: adults of its own place ever held in 2017-18, with its raw figure beside it."""

import numpy as np
import pandas as pd

from estimation.model.synthesis import Synthesis


def common_scale(run: Synthesis, *, rng: np.random.Generator) -> pd.DataFrame:
    """Convert each source's figure to *ever held 2017-18, adults* of the people it speaks about.

    Parameters
    ----------
    run : Synthesis
        The run.
    rng : numpy.random.Generator
        For the sources' own errors.

    Returns
    -------
    DataFrame
        A row per source: `source`, `kind`, `place`, `date`, `counts` (what), `raw` (as printed), `bound`; shares 0-1
        `low`, `low_50`, `median`, `high_50`, `high` (95 and 50% intervals of the conversion, its bias and errors, if it
        says anything), `model_low`, `model_median`, `model_high` (95%, all sources weighed in), `note`.

    Notes
    -----
    **Assumes:** conversions (custody, date, age) are those of the draws before any source is weighed in. For a floor
    the interval is that of the least it allows.

    References
    ----------
    METHODS eq. 62.
    """
    inputs = run.ladder.inputs
    n = run.ladder.draws
    rows = []
    for each in run.sources:
        bias = inputs[f"bias_{each.row.kind}"].to_numpy(float)
        scale = np.full(n, each.source.log_sd)
        if each.source.places:
            slope = 1 - each.source.value / each.source.whole
            place_sd = inputs["within_county_sd"].to_numpy(float) * slope
            scale = np.sqrt(scale**2 + place_sd**2 / each.source.places)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(each.value > 0, each.ever / each.value, np.nan)
        said = np.minimum(each.source.value * factor * np.exp(-bias - scale * rng.standard_t(4, n)), 1.0)
        low, low_50, middle, high_50, high = np.nanquantile(said, [0.025, 0.25, 0.5, 0.75, 0.975])
        model = np.quantile(each.ever[run.positions], [0.025, 0.5, 0.975])
        rows.append(
            {
                "source": each.row.name,
                "kind": each.row.kind,
                "place": each.row.place_name,
                "date": each.row.date,
                "counts": f"{each.row.measure}, {each.row.custody}",
                "raw": each.row.raw,
                "bound": each.row.bound,
                "low": float(low),
                "low_50": float(low_50),
                "median": float(middle),
                "high_50": float(high_50),
                "high": float(high),
                "model_low": float(model[0]),
                "model_median": float(model[1]),
                "model_high": float(model[2]),
                "note": each.row.note,
            }
        )
    return pd.DataFrame(rows)
