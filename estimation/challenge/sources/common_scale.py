"""Every source on one scale: adults of its own place ever held in 2017-18, with its raw figure beside it."""

import numpy as np
import pandas as pd

from estimation.challenge.sources.influence import likelihood_of
from estimation.model.ladder.ladder import Run
from estimation.model.region.random_numbers import Real
from estimation.model.region.region import Array
from estimation.model.synthesis.likelihood import error_sd
from estimation.model.synthesis.other_sources import errors_of


def common_scale(run: Run, *, seed: int) -> pd.DataFrame:
    """Convert each source's figure to *ever held 2017-18, adults* of the people it speaks about.

    The sources' own errors are drawn from a stream of their own. A row per source: `source`, `kind`, `place`, `date`,
    `counts` (what), `raw` (as printed), `bound`; shares 0-1 `low`, `low_50`, `median`, `high_50`, `high` (95 and 50%
    intervals of the conversion, its bias and errors, if it says anything), `model_low`, `model_median`, `model_high`
    (95%, all sources weighed in), `note`.

    **Assumes:** conversions (custody, date, age) are those of the draws before any source is weighed in. For a floor
    the interval is that of the least it allows.

    METHODS eq. 62.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5CA1E]))
    entries = {name: run.plain.inputs[name] for name in run.case.own}
    rows = []
    for each, after in zip(likelihood_of(run.plain).predictions, likelihood_of(run).predictions, strict=True):
        source, reported = each.source, each.reported(entries)
        errors = errors_of(each, entries)
        scale = error_sd(source, each.whole, source.value, errors["place_sd"])
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(reported > 0, each.ever / reported, np.nan)
        together = np.quantile(after.ever[run.positions], [0.025, 0.5, 0.975])
        rows.append(
            {
                "source": source.name,
                "kind": source.kind,
                **{name: source.told.get(name, "") for name in ("place", "date", "counts", "raw")},
                "bound": source.bound,
                **_converted(source.value, factor, bias=errors["bias"], scale=scale, rng=rng),
                **dict(zip(("model_low", "model_median", "model_high"), map(float, together), strict=True)),
                "note": source.told.get("note") or "none",
            }
        )
    return pd.DataFrame(rows)


def _converted(
    value: float, factor: Array, *, bias: Array, scale: Real | float, rng: np.random.Generator
) -> dict[str, float]:
    """A figure as a share of its own people; a factor is NaN where a draw has nothing to convert by."""
    said = np.minimum(value * factor * np.exp(-bias - scale * rng.standard_t(4, factor.size)), 1.0)
    ends = np.nanquantile(said, [0.025, 0.25, 0.5, 0.75, 0.975])
    return dict(zip(("low", "low_50", "median", "high_50", "high"), map(float, ends), strict=True))
