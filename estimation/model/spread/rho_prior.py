"""A prior for `rho`, the share of the between-area variance that lies between parents, from systems with two levels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from estimation.errors import EstimationError, require
from estimation.model.region.region import Array

_RHO = np.linspace(0.0025, 0.9975, 400)
_MEANS = np.linspace(0.005, 0.995, 100)
_WIDTHS = np.linspace(0.02, 1.0, 50)  # (a + b)^(-1/2)


@dataclass(frozen=True, eq=False)
class RhoEvidence:
    """What one system says about rho, the share of its variance between parents: a log-likelihood on a grid."""

    family: str
    rho: float  # best value, 0-1
    grid: Array  # of rho, shape (R,)
    log_likelihood: Array  # up to a constant, shape (R,)


@dataclass(frozen=True)
class RhoPrior:
    """A Beta prior for rho, with the 95% interval and median of the predictive mixture that it stands in for."""

    a: float
    b: float
    mixture_low: float
    mixture_median: float
    mixture_high: float


def rho_from_within(
    family: str, *, tau: float, within_low: float, within_median: float, within_high: float, parents: int
) -> RhoEvidence:
    """Evidence, normal on logit rho, of a system known only by its spread `tau` and the spreads within its parents.

    Of these the quartiles over `parents` parents are given; all in log-odds.

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
    """
    if not 0 < within_low <= within_median <= within_high or not within_median < tau:
        raise EstimationError(
            "quartiles of the spread within parents must be ordered, above 0, with the median below the whole",
            f"{within_low}, {within_median}, {within_high} against {tau}",
            "check the figures, or leave the system out",
        )
    require(parents >= 2, "a share between parents needs at least two parents", parents, "leave the system out")
    logit = float(np.log(tau**2 - within_median**2) - 2.0 * np.log(within_median))
    spread = np.log(within_high / within_low) / 1.349
    variance = 2.0 / (parents - 1) + 4.0 * (1.2533 * spread) ** 2 / parents
    log_likelihood = -0.5 * (special.logit(_RHO) - logit) ** 2 / variance
    return RhoEvidence(family, float(special.expit(logit)), _RHO, log_likelihood)


def fit_rho_prior(evidence: Sequence[RhoEvidence]) -> RhoPrior:
    """Fit a Beta prior for the rho of a system not seen, one vote per family, parameters uncertain.

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
    METHODS eq. 34, 35.
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.3, equation (5.9) (the hyperprior).
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

    def unmatched(log_shapes: Array) -> Array:
        shapes = np.exp(log_shapes)
        return np.asarray(special.digamma(shapes) - special.digamma(shapes.sum()) - [log_rho, log_rest])

    best_a, best_b = np.exp(optimize.root(unmatched, np.log([2.0, 2.0])).x)
    cumulative = np.cumsum(mixture)
    low, median, high = np.interp([0.025, 0.5, 0.975], cumulative, _RHO)
    return RhoPrior(float(best_a), float(best_b), float(low), float(median), float(high))
