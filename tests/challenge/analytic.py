"""Functions whose indices are known exactly, with the formulas they come from."""

import numpy as np

# Ishigami and Homma 1990 with a = 7, b = 0.1; indices by the formulas of Sobol and Levitan 1999,
# doi:10.1016/S0010-4655(98)00156-8.
A, B = 7.0, 0.1
_V1, _V2, _V13 = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
_V = _V1 + _V2 + _V13
ISHIGAMI_FIRST = np.array([_V1, _V2, 0.0]) / _V
ISHIGAMI_TOTAL = np.array([_V1 + _V13, _V2, _V13]) / _V


def ishigami(unit: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


# Sobol's g-function: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1, total_i = V_i prod_{j != i}(1 + V_j) / V
# (Saltelli and Sobol 1995).
G_A = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
_VI = 1 / (3 * (1 + G_A) ** 2)
_GV = np.prod(1 + _VI) - 1
G_FIRST = _VI / _GV
G_TOTAL = _VI * np.prod(1 + _VI) / (1 + _VI) / _GV


def g_function(unit: np.ndarray) -> np.ndarray:
    return np.prod((np.abs(4 * unit - 2) + G_A) / (1 + G_A), axis=1)


def linear_gaussian_shapley(beta: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Shapley effects of a linear function of jointly normal inputs, from the definition.

    Owen and Prieur 2017, doi:10.1137/16M1097717, section 4: value of a subset u is the variance its inputs explain.
    """
    from itertools import combinations
    from math import comb

    size = beta.size
    slopes = covariance @ beta

    def value(subset: tuple[int, ...]) -> float:
        if not subset:
            return 0.0
        part = list(subset)
        return float(slopes[part] @ np.linalg.solve(covariance[np.ix_(part, part)], slopes[part]))

    effects = np.zeros(size)
    for player in range(size):
        others = [each for each in range(size) if each != player]
        for count in range(size):
            for subset in combinations(others, count):
                gain = value((*subset, player)) - value(subset)
                effects[player] += gain / (size * comb(size - 1, count))
    return effects / float(beta @ slopes)
