"""Rules of Gauss: nodes, weights, and what follows from values at Legendre nodes.

Every rule is on (0, 1) or for the standard normal density, and is computed once.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.polynomial import hermite_e
from numpy.polynomial import legendre as polynomials
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


@lru_cache(maxsize=64)
def legendre(nodes: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    t, w = polynomials.leggauss(nodes)
    return (t + 1) / 2, w / 2


@lru_cache(maxsize=64)
def hermite(nodes: int) -> tuple[Array, Array]:
    """Gauss-Hermite nodes x and log weights l: the integral of f over the line is about the sum of exp(l) f(x).

    Exact where f is the standard normal density times a polynomial of degree below twice the number of nodes.
    """
    x, w = hermite_e.hermegauss(nodes)
    return x, np.log(w) + x * x / 2


@lru_cache(maxsize=64)
def _coefficients(nodes: int) -> Array:
    """Matrix from values at `legendre(nodes)` to the coefficients of the polynomial through them."""
    t, w = legendre(nodes)
    basis = polynomials.legvander(2 * t - 1, nodes - 1)
    return np.asarray((basis * (2 * np.arange(nodes) + 1)).T * w)


@lru_cache(maxsize=64)
def interpolation(nodes: int, points: tuple[float, ...]) -> Array:
    """Matrix from values at `legendre(nodes)` to the polynomial through them at `points` of [0, 1]."""
    return np.asarray(polynomials.legvander(2 * np.asarray(points) - 1, nodes - 1) @ _coefficients(nodes))


@lru_cache(maxsize=64)
def integration(nodes: int, points: tuple[float, ...]) -> Array:
    """Matrix from values at `legendre(nodes)` to the polynomial's integral from 0 to each of `points`."""
    antiderivative = polynomials.legint(_coefficients(nodes), lbnd=-1) / 2
    return np.asarray(polynomials.legvander(2 * np.asarray(points) - 1, nodes) @ antiderivative)


@lru_cache(maxsize=64)
def smoother(nodes: int, degree: int) -> Array:
    """Matrix that projects values at `legendre(nodes)` on polynomials of a lower degree."""
    t, _ = legendre(nodes)
    degree = min(degree, nodes - 1)
    return np.asarray(polynomials.legvander(2 * t - 1, degree) @ _coefficients(nodes)[: degree + 1])


def barycentric(nodes: int, points: Array) -> Array:
    """As `interpolation`, for points of any shape (...): weights of shape (..., nodes).

    Berrut and Trefethen 2004, doi:10.1137/S0036144502417715, equation (4.2), with the weights of Gauss-Legendre nodes.
    """
    t, w = legendre(nodes)
    scale = np.sqrt(t * (1 - t) * w) * (-1.0) ** np.arange(nodes)
    gap = points[..., None] - t
    gap[np.abs(gap) < 1e-14] = 1e-14
    weights = scale / gap
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights)
