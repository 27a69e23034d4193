"""What others would do with the same areas: pooled binomial, ratio estimator, random-effects prediction.

Each gives limits of the whole total for B data sets, or none where the method has none.
"""

from types import MappingProxyType
from typing import Final

import numpy as np
from scipy import special, stats

from estimation.challenge.calibration.designs import Floats, System, Whole

_BINOMIAL: Final = "binomial"
_RATIO: Final = "ratio estimator"
_RANDOM_EFFECTS: Final = "random effects"
LEAST_AREAS: Final = MappingProxyType({_BINOMIAL: 1, _RATIO: 2, _RANDOM_EFFECTS: 3})
"""Areas each method needs; with fewer it has no interval."""
UNDEFINED: Final = MappingProxyType(
    {
        _RATIO: "one area has no residuals, so no standard error",
        _RANDOM_EFFECTS: "the variance between areas is 0/0 with one area, and t has 0 degrees of freedom with two",
    }
)
"""Why a method has no interval with fewer areas than it needs."""


def binomial(system: System, observed: Whole, levels: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Clopper-Pearson interval of the pooled share of the observed areas, times everybody, in persons.

    Observed areas have shape (B, k); low and high have shape (B, L), for L levels.

    **Assumes:** the observed areas are a random sample of people; they are not.

    METHODS eq. 11.
    Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> system = System("x", "x", "control", np.array([12, 30]), np.array([400, 500]))
    >>> low, high = binomial(system, np.array([[0]]), (0.95,))
    >>> low.round(1).tolist(), high.round(1).tolist()
    ([[14.0]], [[46.6]])
    """
    y = system.counts[observed].sum(axis=1)[:, None].astype(np.float64)
    n = system.populations[observed].sum(axis=1)[:, None].astype(np.float64)
    tail = np.array([(1.0 - level) / 2.0 for level in levels])
    low = np.where(y > 0, special.betaincinv(np.maximum(y, 1e-9), n - y + 1.0, tail), 0.0)
    high = np.where(y < n, special.betainccinv(y + 1.0, np.maximum(n - y, 1e-9), tail), 1.0)
    people = float(system.populations.sum())
    return low * people, high * people


def ratio(system: System, observed: Whole, levels: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Ratio estimator of the total with Student's t; parameters and result as in `binomial`, k at least 2.

    **Assumes:** areas drawn by simple random sampling without replacement. Limits are kept between what was counted
    and everybody.

    METHODS eq. 76.
    Cochran (1977), Sampling Techniques, 3rd ed., equation (6.9), with the finite population correction.

    Examples
    --------
    >>> system = System("x", "x", "control", np.array([12, 30, 20]), np.array([400, 500, 450]))
    >>> ratio(system, np.array([[0, 1]]), (0.5,))[0].round(1).tolist()
    [[51.5]]
    """
    y, n = system.counts[observed].astype(np.float64), system.populations[observed].astype(np.float64)
    k, size = observed.shape[1], system.counts.size
    rate = y.sum(axis=1) / n.sum(axis=1)
    residual = y - rate[:, None] * n
    people = float(system.populations.sum())
    variance = (1.0 - k / size) / k * (residual**2).sum(axis=1) / (k - 1)
    error = people / n.mean(axis=1) * np.sqrt(variance)
    t = stats.t.ppf(0.5 + np.asarray(levels) / 2.0, k - 1)
    middle, half = (people * rate)[:, None], error[:, None] * t
    least = y.sum(axis=1)[:, None]
    return np.clip(middle - half, least, people), np.clip(middle + half, least, people)


def random_effects(system: System, observed: Whole, levels: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Random-effects prediction interval of a new area's share, given to all people not observed; k at least 3.

    Parameters and result as in `binomial`.

    **Assumes:** empirical logits, half a person added where a count is 0 or full, are normal with known variance.
    Variance between areas by statsmodels' `combine_effects` (DerSimonian and Laird), cut off at 0; Student's t with
    k - 2 degrees of freedom. The interval is for one new area, as the literature uses it; the total of many is less
    uncertain about each one and shares the same doubt about the centre.

    METHODS eq. 77.
    Higgins, Thompson and Spiegelhalter (2009), doi:10.1111/j.1467-985X.2008.00552.x, equation (12).
    """
    from statsmodels.stats.meta_analysis import combine_effects

    y, n = system.counts[observed].astype(np.float64), system.populations[observed].astype(np.float64)
    edge = ((y == 0) | (y == n)).any(axis=1, keepdims=True) * 0.5
    effects = np.log((y + edge) / (n - y + edge))
    variances = 1.0 / (y + edge) + 1.0 / (n - y + edge)
    centre, error = np.empty(len(y)), np.empty(len(y))
    for b in range(len(y)):
        with np.errstate(invalid="ignore", divide="ignore"):  # its variance may be below 0, its heterogeneity 0
            found = combine_effects(effects[b], variances[b], method_re="dl")
        varies = found.tau2 > 0
        centre[b] = found.mean_effect_re if varies else found.mean_effect_fe
        variance = found.tau2 + found.var_eff_w_re if varies else found.var_eff_w_fe
        error[b] = np.sqrt(variance)
    t = stats.t.ppf(0.5 + np.asarray(levels) / 2.0, observed.shape[1] - 2)
    half = error[:, None] * t
    seen = y.sum(axis=1)[:, None]
    unseen = float(system.populations.sum()) - n.sum(axis=1)[:, None]
    return (
        seen + unseen * special.expit(centre[:, None] - half),
        seen + unseen * special.expit(centre[:, None] + half),
    )


PEERS: Final = MappingProxyType({_BINOMIAL: binomial, _RATIO: ratio, _RANDOM_EFFECTS: random_effects})
"""The methods by name."""
