"""Totals with other sources weighed in, on fixed random numbers: one run gives the weights for any kinds of source.

Whom the totals count is in `weighed_people`, the densities in `weighed_density`; `weighed_draws` runs both.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from estimation.errors import EstimationError
from estimation.model.region.region import Array
from estimation.model.synthesis.weights import Weights, weigh


@dataclass(frozen=True, eq=False)
class Weighed:
    """Draws with the log-density of each kind of source.

    Attributes
    ----------
    totals : ndarray of shape (n, S)
        Persons ever held, by scope.
    kinds : dict of str to ndarray of shape (courses, n)
        Log of the mean density of a kind's figures under each course.
    base : ndarray of shape (n,), optional
        Log-weights of the draws before any source is weighed in; equal by default.
    """

    totals: Array
    kinds: Mapping[str, Array]
    base: Array | None = None

    def log_weights(self, kinds: Collection[str]) -> Array:
        """Log-weights of the draws by some kinds of source: shape (n,)."""
        total = np.zeros((1, self.totals.shape[0]))
        for name in sorted(kinds):
            if name not in self.kinds:
                raise EstimationError("the kind of source must be a known one", repr(name), f"use {tuple(self.kinds)}")
            total = total + self.kinds[name]
        return _log_mean(total) + (0.0 if self.base is None else self.base)

    def weights(self, kinds: Collection[str]) -> Weights:
        """Weights by some kinds of source, with their reliability measured and not enforced."""
        return weigh(self.log_weights(kinds), enforce=False)


def _log_mean(logs: Array) -> Array:
    """Log of the mean of exponentials over the first axis."""
    top = logs.max(axis=0)
    finite = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(logs - finite).mean(axis=0)) + finite)
