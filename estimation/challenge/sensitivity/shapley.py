"""Shapley effects: shares of variance that stay shares when inputs depend on one another, from draws alone."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import spatial, special, stats

from estimation.errors import require
from estimation.model.region.region import Array

_MOST: Final = 10
"""Groups: every subset of them is looked at."""
_NEIGHBOURS: Final = 4
"""Nearest draws per coefficient of a plane: more smooth more."""
_LEVEL: Final = 0.95
"""Of the intervals."""
_BLOCKS: Final = 100
_RESAMPLES: Final = 1000
"""Of the bootstrap."""


def given_data(
    inputs: Mapping[str, npt.ArrayLike],
    output: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    weights: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Shapley effects of inputs, or groups of inputs, from weighted draws.

    Inputs have shape (n,), or (n, c) for a group of c inputs; weights any scale. The index has their names, then ``not
    explained``: noise, inputs left out, and what neighbours in many dimensions blur. Columns `effect`, `low`, `high`,
    shares of the output's variance.

    Raises
    ------
    EstimationError
        Too many groups, shapes that do not fit, weights that are none, an output that does not vary.

    Notes
    -----
    **Assumes:** the draws follow the joint distribution of the inputs, with their weights. The value of a set of
    inputs is the variance it explains, ``E[Y E(Y | X_u)] - E(Y)^2``, the inner mean g from a plane through a draw's
    nearest other draws in normal scores. Draws are resampled in blocks by the influence of each, ``g (2 Y - g)``,
    which carries what a draw does as a neighbour too.

    References
    ----------
    METHODS eq. 66.
    Song, Nelson and Staum 2016, doi:10.1137/15M1048070; Broto, Bachoc and Depecker 2020, doi:10.1137/18M1234631,
    section 4 (nearest neighbours).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, z = rng.standard_normal((2, 4000))
    >>> given_data({"x": x, "z": z}, 2 * x + z, rng=rng)["effect"][:2].round(1).tolist()
    [0.8, 0.2]
    """
    y = np.asarray(output, float)
    rule = f"Shapley effects take 1 to {_MOST} groups"
    require(1 <= len(inputs) <= _MOST, rule, len(inputs), "put inputs into groups")
    for name, values in inputs.items():
        rule, shape = "an input needs one row for each output", np.shape(values)
        require(shape[:1] == y.shape, rule, f"{name}: {shape} for {y.shape}", "pass like draws")
    columns = {name: np.asarray(values, float).reshape(y.size, -1) for name, values in inputs.items()}
    weight = np.ones(y.size) if weights is None else np.asarray(weights, float)
    sound = weight.shape == y.shape and (np.isfinite(weight) & (weight >= 0)).all() and weight.sum() > 0
    require(sound, "weights must be one number from 0 up a draw", f"shape {weight.shape}", "check the weights")
    weight = weight / weight.mean()
    kept = weight > 0
    y, weight = y[kept], weight[kept]
    scores = {name: _scores(values[kept]) for name, values in columns.items()}
    y = y - np.average(y, weights=weight)
    variance = float(np.average(y**2, weights=weight))
    require(variance > 0, "the output must vary", "a constant", "leave out what is held fixed")
    players = list(columns)
    size = len(players)
    nothing = np.zeros((2, y.size))
    explained: dict[tuple[int, ...], Array] = {(): nothing}
    for count in range(1, size + 1):
        for subset in combinations(range(size), count):
            points = np.hstack([scores[players[each]] for each in subset])
            mean = _local_mean(points, y, weight)
            explained[subset] = np.stack([y * mean, mean * (2 * y - mean)])
    effects = np.zeros((size + 1, 2, y.size))
    for player in range(size):
        others = [each for each in range(size) if each != player]
        for count in range(size):
            share = 1 / (size * comb(size - 1, count))
            for subset in combinations(others, count):
                effects[player] += share * (explained[tuple(sorted((*subset, player)))] - explained[subset])
    effects[size] = y**2 - explained[tuple(range(size))]
    return _with_intervals(effects, y, weight, [*players, "not explained"], rng)


def _scores(values: Array) -> Array:
    ranks = stats.rankdata(values, axis=0)
    return np.asarray(special.ndtri((ranks - 0.5) / values.shape[0]))


def _local_mean(points: Array, y: Array, weight: Array) -> Array:
    """Mean of y at each point, from a plane through its nearest other points."""
    columns = points.shape[1] + 1
    size = _NEIGHBOURS * columns
    require(y.size > size, "a plane needs more draws than neighbours", y.size, f"take well over {size} draws")
    nearest = np.asarray(spatial.cKDTree(points).query(points, k=size + 1)[1])
    own = nearest == np.arange(y.size)[:, None]
    # A draw may not stand among its nearest if others equal it: then the furthest goes.
    own[~own.any(axis=1), -1] = True
    others = nearest[~own].reshape(y.size, size)
    design = np.concatenate([np.ones((y.size, size, 1)), points[others] - points[:, None, :]], axis=2)
    weighted = design * weight[others][:, :, None]
    normal = np.swapaxes(weighted, 1, 2) @ design
    # A trace of ridge on the slopes, for neighbours that all lie on one spot.
    slopes = np.arange(1, columns)
    normal[:, slopes, slopes] += 1e-6 * (weight.mean() * size)
    right = np.swapaxes(weighted, 1, 2) @ y[others][:, :, None]
    return np.asarray(np.linalg.solve(normal, right)[:, 0, 0])


def _with_intervals(
    effects: Array,
    y: Array,
    weight: Array,
    names: Sequence[str],
    rng: np.random.Generator,
) -> pd.DataFrame:
    edges = np.linspace(0, y.size, _BLOCKS + 1).astype(int)[:-1]
    plain, spread = (np.add.reduceat(effects[:, way] * weight, edges, axis=1) for way in (0, 1))
    squares, ones = np.add.reduceat(y**2 * weight, edges), np.add.reduceat(y * weight, edges)
    mass = np.add.reduceat(weight, edges)

    def ratio(count: Array, sums: Array) -> Array:
        rows = count @ mass
        variance = (count @ squares) / rows - ((count @ ones) / rows) ** 2
        return np.asarray((count @ sums.T) / (rows * variance)[..., None])

    count = rng.multinomial(_BLOCKS, np.full(_BLOCKS, 1 / _BLOCKS), size=_RESAMPLES).astype(float)
    once = np.ones(_BLOCKS)
    effect = ratio(once, plain)
    low, high = effect + np.quantile(
        ratio(count, spread) - ratio(once, spread), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2], axis=0
    )
    return pd.DataFrame({"effect": effect, "low": low, "high": high}, index=pd.Index(names, name="input"))
