"""A prior for the spread of a system not seen, from the spreads of systems whose areas are all known.

Every family of systems has one vote, and how little a handful of families can say about a prior is carried on.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from estimation.errors import EstimationError, require
from estimation.evidence.distributions.distributions import HalfT, LogT
from estimation.model.region.region import Array
from estimation.model.spread.family_votes import fit_normal, votes
from estimation.model.spread.marginal import gauss_hermite
from estimation.model.spread.spread_profile import LARGEST_SPREAD

Kind: TypeAlias = Literal[
    "quota_as_set", "executed_campaign", "crackdown", "counterinsurgency", "routine_prison", "control"
]
Form: TypeAlias = Literal["lognormal", "half_normal"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""Kinds of reference sets, kept apart: what was ordered is not what was done."""

_OF_CLASS = dict(zip("ABCDE", KINDS[1:], strict=True))
# Figures written into an order before anything happened; every other set of class A counts what was done.
_QUOTAS_AS_SET = frozenset({"nkvd_00447_quota_republics", "union_quota_assigned_1862"})
_NODES = 41


@dataclass(frozen=True)
class SpreadPrior:
    """A prior for tau fitted to reference sets."""

    kinds: tuple[str, ...]  # of the sets that entered
    families: tuple[str, ...]
    sets: tuple[str, ...]
    median: float  # of the fitted distribution, log-odds
    sigma: float  # SD of log tau (lognormal), else NaN
    scale: float  # of the half-normal in log-odds, else NaN
    log_likelihood: float  # one vote per family, at the fitted parameters
    distribution: Any  # frozen scipy.stats distribution: the fitted shape as if its parameters were known
    predictive: LogT | HalfT  # the same with the parameters' uncertainty: the one to use for a system not seen


def kinds_of(sets: pd.DataFrame) -> pd.Series:
    """Kind of each reference set, one of `KINDS`, with quotas as ordered kept apart from campaigns as carried out.

    It follows from the columns `dataset` and `class` (A to E); a column `kind`, if there is one, is taken as it stands.
    An unknown class or kind is an `EstimationError`.

    Examples
    --------
    >>> sets = pd.DataFrame(
    ...     {"dataset": ["union_quota_assigned_1862", "union_quota_met_1862"], "class": ["A", "A"]}
    ... )
    >>> kinds_of(sets).tolist()
    ['quota_as_set', 'executed_campaign']
    """
    if "kind" in sets:
        kind = sets["kind"].astype(str)
    else:
        kind = sets["class"].map(_OF_CLASS).fillna(sets["class"]).astype(str)
        kind = kind.mask((sets["class"] == "A") & sets["dataset"].isin(_QUOTAS_AS_SET), "quota_as_set")
    unknown, remedy = sorted(set(kind) - set(KINDS)), f"use classes A to E or kinds {list(KINDS)}"
    require(not unknown, "every reference set must be of a known kind", unknown, remedy)
    return kind.rename("kind")


def fit_prior(
    sets: pd.DataFrame,
    *,
    classes: Collection[str],
    exclude_family: str | Collection[str] | None = None,
    form: Form = "lognormal",
    column: str = "tau",
    measurement_error: bool = False,
) -> SpreadPrior:
    """Fit a prior for tau to reference sets, one vote per family.

    Parameters
    ----------
    sets : DataFrame
        One row per set: `dataset`, `class` (or `kind`), `family`, `tau`, `tau_low`, `tau_high` (95% interval,
        log-odds), and `in_prior` ("yes" or "no"; rows with "no" are left out). Sets whose rows cannot be
        published enter by this row like all others.
    classes : collection of str
        Kinds to use, of `KINDS`; or classes by letter ("A" stands for quotas and campaigns both).
    exclude_family : str or collection of str, optional
        Families to leave out: by judgement, or in turn for a back-test.
    form : {"lognormal", "half_normal"}, default "lognormal"
        Shape to fit.
    column : str, default "tau"
        Column with the spreads, such as `tau_pop_weighted`.
    measurement_error : bool, default False
        Take each tau's own standard error, log(tau_high / tau_low) / (2 · 1.96) on the log scale, out of the fit.

    Raises
    ------
    EstimationError
        If a column is missing; a kind, form or family unknown; a spread not above zero; no set is left, or fewer
        than two families are left for a lognormal; or all spreads are equal.

    Notes
    -----
    **Assumes:** families are exchangeable, and the system not seen is one more of them; sets of a family share one
    vote, each weighing 1 / (number of its sets used), as if independent within that share.

    With weights w summing to the number of families F:

    - lognormal: mean = Σ w log tau / F, sigma² = Σ w (log tau - mean)² / (F - 1); predictive
      log tau* ~ mean + sigma √(1 + 1/F) t(F - 1), the flat-prior posterior predictive of a normal sample.
    - half-normal: scale² = Σ w tau² / F; with p(scale) ∝ 1 / scale the posterior is scale² F / χ²(F), and the
      predictive tau* ~ scale abs(t(F)).
    - with measurement error, log tau_observed ~ Normal(log tau, se²): the lognormal by weighted restricted maximum
      likelihood with weights w / (sigma² + se²), the half-normal by quadrature over log tau. Predictives keep
      their degrees of freedom; the lognormal's has scale √(sigma² + 1 / Σ w / (sigma² + se²)).

    References
    ----------
    METHODS eq. 28, 29, 30, 31.
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.2 (t predictive) and 2.6 (scale of a normal).
    Röver and Friede (2026), doi:10.1017/rsm.2026.10081 (prediction from a single study).
    Higgins, Thompson and Spiegelhalter (2009), J. R. Stat. Soc. A 172, 137-159,
    doi:10.1111/j.1467-985X.2008.00552.x (predictive t with measurement error).

    Examples
    --------
    >>> sets = pd.DataFrame(
    ...     {
    ...         "dataset": ["a", "b", "b2", "c"],
    ...         "class": ["B"] * 4,
    ...         "family": ["a", "b", "b", "c"],
    ...         "tau": [0.5, 1.0, 1.4, 2.0],
    ...         "tau_low": [0.4, 0.8, 1.1, 1.6],
    ...         "tau_high": [0.7, 1.3, 1.9, 2.7],
    ...     }
    ... )
    >>> prior = fit_prior(sets, classes=["crackdown"])
    >>> round(prior.median, 3), round(prior.sigma, 3), prior.predictive.df
    (1.058, 0.71, 2.0)
    """
    used, kinds = _select(sets, classes, exclude_family, column)
    if form not in get_args(Form):
        raise EstimationError("form must be 'lognormal' or 'half_normal'", form, "choose one of the two")
    tau = used[column].to_numpy(dtype=np.float64)
    w = votes(used["family"])
    error = _standard_errors(used) if measurement_error else np.zeros_like(tau)
    families = tuple(sorted(used["family"].unique()))
    sigma = scale = np.nan
    if form == "lognormal":
        mean, sigma, mean_error, log_likelihood = _lognormal(np.log(tau), w, error, families)
        df, median = len(families) - 1.0, float(np.exp(mean))
        distribution: Any = stats.lognorm(s=sigma, scale=median)
        predictive: LogT | HalfT = LogT(median, float(np.hypot(sigma, mean_error)), df, LARGEST_SPREAD)
    else:
        scale, log_likelihood = _half_normal(tau, w, error)
        df, median = float(len(families)), scale * float(stats.norm.ppf(0.75))
        distribution = stats.halfnorm(scale=scale)
        predictive = HalfT(scale, df, LARGEST_SPREAD)
    sets_used = tuple(used["dataset"])
    return SpreadPrior(kinds, families, sets_used, median, sigma, scale, log_likelihood, distribution, predictive)


def _select(
    sets: pd.DataFrame, classes: Collection[str], exclude: str | Collection[str] | None, column: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rows to use, and the kinds they are of."""
    needed = {"dataset", "family", column, "tau_low", "tau_high"}
    missing = sorted(needed - set(sets.columns)) + ([] if {"class", "kind"} & set(sets.columns) else ["class"])
    require(not missing, "a table of reference sets needs its columns", f"no {missing}", "add them")
    require(not isinstance(classes, str), "classes must be a list", repr(classes), f"write [{classes!r}]")
    wanted: list[str] = []
    for name in classes:
        wanted += ["quota_as_set"] if name == "A" else []
        wanted.append(_OF_CLASS.get(name, name))
    unknown = sorted(set(wanted) - set(KINDS))
    if unknown or not wanted:
        raise EstimationError("classes must name kinds of reference sets", unknown or "none", f"use {list(KINDS)}")
    excluded = () if exclude is None else (exclude,) if isinstance(exclude, str) else tuple(sorted(exclude))
    strangers = sorted(set(excluded) - set(sets["family"]))
    if strangers:
        raise EstimationError(
            "a family left out must be in the table", strangers, f"use one of {sorted(set(sets['family']))}"
        )
    kind = kinds_of(sets)
    used = sets[kind.isin(wanted) & ~sets["family"].isin(excluded)]
    if "in_prior" in sets:
        used = used[used["in_prior"] == "yes"]
    if "verification" in sets:
        used = used[used["verification"] != "unverified"]
    require(not used.empty, "a prior needs at least one reference set", "none left", "use more kinds or families")
    bad = used["dataset"][~(used[column] > 0) | ~np.isfinite(used[column])].tolist()
    remedy = "leave these sets out, or fit another column"
    require(not bad, "spreads must be numbers above zero", f"{column} of {bad}", remedy)
    present = set(kind[used.index])
    return used, tuple(name for name in KINDS if name in present)


def _standard_errors(used: pd.DataFrame) -> Array:
    """Standard error of each log tau, from its 95% interval."""
    low, high = (used[name].to_numpy(dtype=np.float64) for name in ("tau_low", "tau_high"))
    bad = ~((low > 0) & (high > low) & np.isfinite(high))
    if bad.any():
        raise EstimationError(
            "measurement error needs a finite interval above zero for every spread",
            used["dataset"][bad].tolist(),
            "leave those sets out or fit without measurement error",
        )
    return np.asarray(np.log(high / low) / (2.0 * stats.norm.ppf(0.975)), dtype=np.float64)


def _lognormal(log_tau: Array, w: Array, error: Array, families: tuple[str, ...]) -> tuple[float, float, float, float]:
    """Mean and SD of log tau, standard error of the mean, log-likelihood."""
    if len(families) < 2:
        raise EstimationError(
            "a lognormal prior needs at least two families", list(families), "use form='half_normal' or more families"
        )
    if np.ptp(log_tau) == 0:
        raise EstimationError(
            "a lognormal prior needs spreads that differ", f"all {np.exp(log_tau[0]):g}", "use form='half_normal'"
        )

    mean, sigma, mean_error = fit_normal(log_tau, w, error)
    total = np.sqrt(sigma**2 + error**2)
    log_likelihood = float(w @ (stats.norm.logpdf(log_tau, mean, total) - log_tau))
    return mean, sigma, mean_error, log_likelihood


def _half_normal(tau: Array, w: Array, error: Array) -> tuple[float, float]:
    """Scale and log-likelihood."""
    scale = float(np.sqrt(w @ tau**2 / w.sum()))
    if not np.any(error > 0):
        return scale, float(w @ stats.halfnorm.logpdf(tau, scale=scale))
    x, log_weight = gauss_hermite(_NODES)
    # Observed density of log tau: the half-normal's, smeared by the normal error; per unit of tau at the end.
    log_true = np.log(tau)[:, None] + np.sqrt(2.0) * error[:, None] * x

    def log_density(log_scale: float) -> Array:
        terms = stats.halfnorm.logpdf(np.exp(log_true), scale=np.exp(log_scale)) + log_true + log_weight - x**2
        smeared = special.logsumexp(terms, axis=1) - 0.5 * np.log(np.pi) - np.log(tau)
        return np.asarray(smeared, dtype=np.float64)

    bounds = (np.log(scale) - 3.0, np.log(scale) + 3.0)
    found = optimize.minimize_scalar(lambda value: -float(w @ log_density(value)), bounds=bounds, method="bounded")
    return float(np.exp(found.x)), -float(found.fun)
