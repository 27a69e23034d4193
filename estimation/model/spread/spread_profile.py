"""The likelihood of the spread with the centre maximised out."""

import numpy as np

from estimation.model.fit.gauss import Array
from estimation.model.spread.marginal import area_marginal

LARGEST_SPREAD = 50.0
"""Spreads above this (log-odds) are not told apart: areas are then all or nothing."""

_NEWTON_STEPS = 60
_NEWTON_RISE = 1e-11


class Profile:
    """Weighted log-likelihood of tau, maximised over the centre; the last centre found is the next start.

    `y` and `n` are checked counts and populations (persons), `w` the weights of the areas' log-likelihoods, all of
    shape (K,); some persons are counted and some not, or there is no centre.

    >>> profile = Profile(np.array([12.0, 30.0]), np.array([400.0, 500.0]), np.ones(2))
    >>> value, centre, score = profile(0.0)
    >>> round(centre, 4), round(float(np.log(42 / 858)), 4)
    (-3.0169, -3.0169)
    """

    def __init__(self, y: Array, n: Array, w: Array) -> None:
        self.y, self.n, self.w = y, n, w
        total, people = float(w @ y), float(w @ n)
        self._pooled = float(np.log(total / (people - total)))
        self._centre = self._pooled

    def __call__(self, tau: float) -> tuple[float, float, float]:
        """Profile log-likelihood, centre and score in tau, at one tau (log-odds)."""
        centre = self._pooled if tau == 0 else self._centre
        low, high = -np.inf, np.inf
        value, gradient, curvature, score = self._at(centre, tau)
        for _ in range(_NEWTON_STEPS):
            step = -gradient / min(curvature, -1e-12)
            if abs(gradient * step) < _NEWTON_RISE:
                break
            # The gradient falls in the centre, so its sign brackets the maximum; a step outside is replaced.
            low, high = (centre, high) if gradient > 0 else (low, centre)
            step = float(np.clip(step, -2.0 - 2.0 * tau, 2.0 + 2.0 * tau))
            centre = centre + step if low < centre + step < high else 0.5 * (low + high)
            value, gradient, curvature, score = self._at(centre, tau)
        self._centre = centre
        return value, centre, score

    def _at(self, centre: float, tau: float) -> tuple[float, float, float, float]:
        """Log-likelihood, its two derivatives in the centre, and its derivative in tau."""
        area = area_marginal(self.y, self.n, centre, tau)
        parts = (area.log_likelihood, area.d_centre, area.dd_centre, area.d_spread)
        value, gradient, curvature, score = (float(self.w @ part) for part in parts)
        return value, gradient, curvature, score
