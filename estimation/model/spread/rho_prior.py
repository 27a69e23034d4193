"""A prior for `rho`, the share of the between-area variance that lies between parents, from systems with two levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from estimation.errors import EstimationError
from estimation.model.spread.marginal import Floats
from estimation.model.spread.spread_parents import SpreadDecomposition

_RHO = np.linspace(0.0025, 0.9975, 400)
_MEANS = np.linspace(0.005, 0.995, 100)
_WIDTHS = np.linspace(0.02, 1.0, 50)  # (a + b)^(-1/2)


@dataclass(frozen=True, eq=False)
class RhoEvidence:
    """What one system says about rho: a log-likelihood on a grid.

    Attributes
    ----------
    family : str
        Family of the system.
    rho : float
        Best value, share of variance, 0-1.
    grid, log_likelihood : ndarray, shape (R,)
        Log-likelihood over rho, up to a constant.
    exact : bool
        True if fitted to the areas' counts, False if rebuilt from summary statistics.
    """

    family: str
    rho: float
    grid: Floats
    log_likelihood: Floats
    exact: bool


@dataclass(frozen=True)
class RhoPrior:
    """A Beta prior for rho.

    Attributes
    ----------
    a, b : float
        Shapes of the Beta.
    distribution : frozen scipy.stats distribution
        Beta(a, b), the Beta nearest to the predictive mixture.
    mixture_low, mixture_median, mixture_high : float
        95% interval and median of the predictive mixture itself: what the Beta stands in for.
    families : tuple of str
        One vote each.
    """

    a: float
    b: float
    distribution: Any
    mixture_low: float
    mixture_median: float
    mixture_high: float
    families: tuple[str, ...]


def rho_from_decomposition(family: str, split: SpreadDecomposition) -> RhoEvidence:
    """Evidence of a system whose areas are held.

    Parameters
    ----------
    family : str
        Family of the system.
    split : SpreadDecomposition
        From `spread_parents.decompose`.

    Returns
    -------
    RhoEvidence
        Its profile likelihood of rho.

    Notes
    -----
    **Assumes:** the profile stands in for the marginal likelihood.

    Examples
    --------
    >>> from estimation.model.spread.spread_parents import decompose
    >>> split = decompose([12, 15, 11, 60, 55, 70, 30, 25], [400] * 8, list("aaabbbcc"))
    >>> rho_from_decomposition("example", split).exact
    True
    """
    return RhoEvidence(family, split.rho, split.curve_rho, split.curve_log_likelihood, exact=True)


def rho_from_within(
    family: str, *, tau: float, within_low: float, within_median: float, within_high: float, parents: int
) -> RhoEvidence:
    """Evidence of a system known only by the spreads within its parents.

    Parameters
    ----------
    family : str
        Family of the system.
    tau : float
        Spread over the whole, log-odds.
    within_low, within_median, within_high : float
        Quartiles over parents of the spread within a parent, log-odds.
    parents : int
        Number of parents behind the quartiles.

    Returns
    -------
    RhoEvidence
        Normal on logit rho.

    Raises
    ------
    EstimationError
        If the quartiles are not ordered and between 0 and tau (the median), or there are fewer than two parents.

    Notes
    -----
    **Assumes:** rho = 1 - (within_median / tau)², so logit rho = log(tau² - w²) - log w², with variance
    2 / (J - 1) for the variance between J parents plus 4 (1.2533 s)² / J for the median within, where s is
    log(within_high / within_low) / 1.349, the SD of log spreads within. Parents too small to fit are not in the
    quartiles; areas count alike.

    References
    ----------
    METHODS eq. 33.
    Kenney and Keeping (1962), Mathematics of Statistics, part 1, p. 211: standard error of a median 1.2533 s / √J.

    Examples
    --------
    >>> evidence = rho_from_within("x", tau=1.0, within_low=0.5, within_median=0.7, within_high=0.9, parents=20)
    >>> round(evidence.rho, 2)
    0.51
    """
    if not 0 < within_low <= within_median <= within_high or not within_median < tau:
        raise EstimationError(
            "quartiles of the spread within parents must be ordered, above 0, with the median below the whole",
            f"{within_low}, {within_median}, {within_high} against {tau}",
            "check the figures, or leave the system out",
        )
    if parents < 2:
        raise EstimationError("a share between parents needs at least two parents", parents, "leave the system out")
    logit = float(np.log(tau**2 - within_median**2) - 2.0 * np.log(within_median))
    spread = np.log(within_high / within_low) / 1.349
    variance = 2.0 / (parents - 1) + 4.0 * (1.2533 * spread) ** 2 / parents
    log_likelihood = -0.5 * (special.logit(_RHO) - logit) ** 2 / variance
    return RhoEvidence(family, float(special.expit(logit)), _RHO, log_likelihood, exact=False)


def fit_rho_prior(evidence: Sequence[RhoEvidence]) -> RhoPrior:
    """Fit a Beta prior for the rho of a system not seen, one vote per family, parameters uncertain.

    Parameters
    ----------
    evidence : sequence of RhoEvidence
        One per family, two or more.

    Returns
    -------
    RhoPrior
        The Beta and the predictive mixture it stands in for.

    Raises
    ------
    EstimationError
        If fewer than two families are given, or a family twice.

    Notes
    -----
    **Assumes:** rho_j ~ Beta(a, b) over families, the system not seen being one more of them. L_j(rho) is the
    evidence of family j, p(a, b) ∝ (a + b)^(-5/2), which is uniform on (a / (a + b), (a + b)^(-1/2)); here
    a + b >= 1. The predictive is the mixture of Betas over the posterior of (a, b) on a grid; the Beta
    returned is the one nearest to it in Kullback-Leibler divergence (same means of log rho and log(1 - rho)). A
    handful of families thus gives a broad prior, not the narrow one a best-fitting Beta would be.

    References
    ----------
    METHODS eq. 34-35.
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.3, equation (5.9) (the hyperprior).

    Examples
    --------
    >>> sets = [
    ...     rho_from_within(name, tau=1, within_low=w - 0.1, within_median=w, within_high=w + 0.1, parents=20)
    ...     for name, w in zip("abc", (0.6, 0.7, 0.8))
    ... ]
    >>> prior = fit_rho_prior(sets)
    >>> print(f"Beta({prior.a:.1f}, {prior.b:.1f})")
    Beta(2.1, 2.1)
    """
    families = tuple(item.family for item in evidence)
    if len(families) < 2 or len(set(families)) < len(families):
        raise EstimationError(
            "a prior for rho needs two families or more, each once", list(families), "pass one system per family"
        )
    width, mean = (axis.ravel() for axis in np.meshgrid(_WIDTHS, _MEANS))
    a, b = mean / width**2, (1.0 - mean) / width**2
    log_beta = stats.beta.logpdf(_RHO[:, None], a, b)
    mass = special.softmax(log_beta, axis=0)  # of each Beta on the grid, so that none leaks at the edges
    log_posterior = np.zeros(a.size)
    for item in evidence:
        likelihood = np.exp(np.interp(_RHO, item.grid, item.log_likelihood) - item.log_likelihood.max())
        log_posterior += np.log(np.maximum(likelihood @ mass, 1e-300))
    posterior = special.softmax(log_posterior)
    mixture = mass @ posterior
    log_rho, log_rest = float(mixture @ np.log(_RHO)), float(mixture @ np.log1p(-_RHO))

    def unmatched(log_shapes: Floats) -> Floats:
        shapes = np.exp(log_shapes)
        return np.asarray(special.digamma(shapes) - special.digamma(shapes.sum()) - [log_rho, log_rest])

    best_a, best_b = np.exp(optimize.root(unmatched, np.log([2.0, 2.0])).x)
    cumulative = np.cumsum(mixture)
    low, median, high = np.interp([0.025, 0.5, 0.975], cumulative, _RHO)
    return RhoPrior(
        a=float(best_a),
        b=float(best_b),
        distribution=stats.beta(best_a, best_b),
        mixture_low=float(low),
        mixture_median=float(median),
        mixture_high=float(high),
        families=families,
    )
