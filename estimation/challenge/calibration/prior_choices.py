"""The priors that are tried, of the spread and of the slope on size, each refitted without the family under test.

Which one the estimate uses is for the register; here is the list that coverage is compared over.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from estimation.challenge.calibration.designs import Floats
from estimation.evidence.distributions.distributions import StudentT
from estimation.model.spread.register_priors import APART, CAMPAIGNS, slope_entry
from estimation.model.spread.slope_prior import RESIDUAL
from estimation.model.spread.spread_prior import Form, fit_prior

_LEAST: Final = 1e-4
"""Spreads below this (log-odds) are not told apart from it: no count here could."""


@dataclass(frozen=True)
class Floored:
    """A prior of the spread, with `ppf`, `isf` and `mean` in log-odds, whose lower tail ends at `_LEAST`.

    Fits to three families or fewer have tails so long that their quantiles underflow to 0.

    Examples
    --------
    >>> float(Floored(stats.lognorm(s=100.0)).ppf(1e-9))
    0.0001
    """

    prior: Any

    def ppf(self, q: npt.ArrayLike) -> Floats:
        """Spread (log-odds) with probability q below it, any shape."""
        return np.asarray(np.maximum(self.prior.ppf(q), _LEAST), dtype=np.float64)

    def isf(self, q: npt.ArrayLike) -> Floats:
        """Spread (log-odds) with probability q above it, any shape."""
        return np.asarray(np.maximum(self.prior.isf(q), _LEAST), dtype=np.float64)

    def mean(self) -> float:
        """Mean spread, log-odds; that of the prior, as `_LEAST` is next to nothing."""
        return float(self.prior.mean())


@dataclass(frozen=True)
class PriorChoice:
    """One way to a prior of the spread."""

    name: str  # label in results
    kinds: tuple[str, ...] = ()  # of sets it is fitted to; none for a fixed prior
    without: tuple[str, ...] = ()  # families always left out
    form: Form = "lognormal"
    column: str = "tau"  # of the summary with the spreads
    predictive: bool = True  # whether the uncertainty of the fit is carried on
    scale: float = 0.0  # of a fixed half-normal, log-odds; 0 if fitted
    size: bool = False  # whether rates run with the size of areas

    def distribution(self, sets: pd.DataFrame, family: str | None) -> Any:
        """The prior, with `ppf` of a spread in log-odds, for a system of a family that is left out besides.

        None stands for a system in no family. Raises `EstimationError` as `spread_prior.fit_prior` does.

        Examples
        --------
        >>> PriorChoice("fixed", scale=0.5).distribution(pd.DataFrame(), None).median().round(3).item()
        0.337
        """
        if self.scale:
            return stats.halfnorm(scale=self.scale)
        left_out = sorted({*self.without, *([family] if family is not None else [])})
        prior = fit_prior(sets, classes=self.kinds, exclude_family=left_out, form=self.form, column=self.column)
        return Floored(prior.predictive if self.predictive else prior.distribution)

    def slope(self, slopes: pd.DataFrame, family: str | None) -> StudentT | None:
        """The prior of the slope on log population, as `distribution`; None where rates do not run with size."""
        return slope_entry(slopes, without=() if family is None else (family,)) if self.size else None


HEADLINE: Final = PriorChoice("A+B without Holocaust", CAMPAIGNS, (APART,))
"""As the register fits it, parameters uncertain."""

WITH_SIZE: Final = PriorChoice("A+B without Holocaust, with size", CAMPAIGNS, (APART,), column=RESIDUAL, size=True)
"""With a slope on log population, and the spread that is left between areas once it is in."""

CHOICES: Final = (
    HEADLINE,
    WITH_SIZE,
    PriorChoice("A+B without Holocaust, fit taken as known", CAMPAIGNS, (APART,), predictive=False),
    PriorChoice("A+B without Holocaust, half-normal", CAMPAIGNS, (APART,), form="half_normal"),
    PriorChoice("A+B without Holocaust, by population", CAMPAIGNS, (APART,), column="tau_pop_weighted"),
    PriorChoice("A+B", CAMPAIGNS),
    PriorChoice("A+B, half-normal", CAMPAIGNS, form="half_normal"),
    PriorChoice("A+B without Holocaust and quotas as set", ("executed_campaign", "crackdown"), (APART,)),
    PriorChoice("A", ("quota_as_set", "executed_campaign")),
    PriorChoice("B", ("crackdown",)),
    PriorChoice("quotas as set, half-normal", ("quota_as_set",), form="half_normal"),
    PriorChoice("all classes", (*CAMPAIGNS, "counterinsurgency", "routine_prison", "control")),
    PriorChoice("half-normal(0.4)", scale=0.4),
    PriorChoice("half-normal(0.5)", scale=0.5),
    PriorChoice("half-normal(1)", scale=1.0),
)
"""All that are tried, the headline first."""
