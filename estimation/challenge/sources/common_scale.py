"""Every source on one scale: adults of its own place ever held in 2017-18, with its raw figure beside it."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.model.region.region import Array
from estimation.model.synthesis.synthesis import Synthesis


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
        rows.append(
            {
                "source": each.row.name,
                "kind": each.row.kind,
                "place": each.row.place_name,
                "date": each.row.date,
                "counts": f"{each.row.measure}, {each.row.custody}",
                "raw": each.row.raw,
                "bound": each.row.bound,
                **converted(each.source.value, factor, bias=bias, scale=scale, rng=rng),
                **together(each.ever, run.positions),
                "note": each.row.note,
            }
        )
    return pd.DataFrame(rows)


def converted(value: float, factor: Array, *, bias: Array, scale: Array, rng: np.random.Generator) -> dict[str, float]:
    """A figure as a share of its own people: `low`, `low_50`, `median`, `high_50`, `high`, shares 0-1.

    Parameters
    ----------
    value : float
        As the source has it.
    factor : ndarray of shape (n,)
        From the figure to the share; NaN where a draw has nothing to convert by.
    bias, scale : ndarray of shape (n,)
        Log of reported over true, and scale of the error: t with 4 degrees of freedom on the log scale.
    rng : numpy.random.Generator
        For the error.
    """
    said = np.minimum(value * factor * np.exp(-bias - scale * rng.standard_t(4, factor.size)), 1.0)
    ends = np.nanquantile(said, [0.025, 0.25, 0.5, 0.75, 0.975])
    return {name: float(end) for name, end in zip(("low", "low_50", "median", "high_50", "high"), ends, strict=True)}


def together(share: Array, positions: npt.NDArray[np.intp]) -> dict[str, float]:
    """Draws of a share weighed by all sources: `model_low`, `model_median`, `model_high` of the 95% interval."""
    ends = np.quantile(share[positions], [0.025, 0.5, 0.975])
    return {f"model_{name}": float(end) for name, end in zip(("low", "median", "high"), ends, strict=True)}
