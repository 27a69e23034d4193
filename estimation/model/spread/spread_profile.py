"""The likelihood of the spread with the centre maximised or integrated out."""

import numpy as np

from estimation.model.region.region import Array
from estimation.model.spread.marginal import gauss_hermite, log_marginal

LARGEST_SPREAD = 50.0
"""Spreads above this (log-odds) are not told apart: areas are then all or nothing."""

_CENTRE_NODES = 11


class Profile:
    """Weighted log-likelihood of tau, maximised over the centre; remembers the last centre as a start.

    `y` and `n` are counts and populations (persons) that passed `check_identified`, `w` weighs the areas'
    log-likelihoods.
    """

    def __init__(self, y: Array, n: Array, w: Array) -> None:
        self.y, self.n, self.w = y, n, w
        total, people = float(w @ y), float(w @ n)
        self.pooled = float(np.log(total / (people - total)))
        self.centre = self.pooled

    def __call__(self, tau: float) -> tuple[float, float, float]:
        """Profile log-likelihood, centre and score in tau, at one tau (log-odds)."""
        centre = self.pooled if tau == 0 else self.centre
        low, high = -np.inf, np.inf
        value, gradient, curvature, score = self._at(centre, tau)
        for _ in range(60):
            step = -gradient / min(curvature, -1e-12)
            if abs(gradient * step) < 1e-11:
                break
            # The gradient falls in the centre, so its sign brackets the maximum; a step outside is replaced.
            low, high = (centre, high) if gradient > 0 else (low, centre)
            step = float(np.clip(step, -2.0 - 2.0 * tau, 2.0 + 2.0 * tau))
            centre = centre + step if low < centre + step < high else 0.5 * (low + high)
            value, gradient, curvature, score = self._at(centre, tau)
        self.centre = centre
        return value, centre, score

    def integrated(self, tau: float) -> float:
        """Log of the likelihood integrated over the centre (flat), up to a constant."""
        _, centre, _ = self(tau)
        curvature = -self._at(centre, tau)[2]
        x, log_weight = gauss_hermite(_CENTRE_NODES)
        scale = float(np.sqrt(2.0 / max(curvature, 1e-12)))
        marginal = log_marginal(self.y, self.n, centre + scale * x[:, None], tau)
        log_terms = log_weight + marginal.log_likelihood @ self.w
        return float(np.logaddexp.reduce(log_terms)) + float(np.log(scale))

    def _at(self, centre: float, tau: float) -> tuple[float, float, float, float]:
        """Log-likelihood, its first two derivatives in the centre, and the one in tau."""
        marginal = log_marginal(self.y, self.n, centre, tau)
        return (
            float(self.w @ marginal.log_likelihood),
            float(self.w @ marginal.d_centre),
            float(self.w @ marginal.dd_centre),
            float(self.w @ marginal.d_spread),
        )
