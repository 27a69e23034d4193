"""Where to draw from when other sources weigh the draws: a mixture fitted to pilot runs, with a share from the prior.

Most draws of the prior get hardly any weight, and a few inputs and areas decide which. Here these are drawn from normal
distributions fitted to a pilot run; every draw carries the prior's density over the mixture's, so that nothing is lost
but chance. Every input and area is a function of a standard normal number, its score, so the prior is standard normal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from scipy import special
from scipy.linalg import solve_triangular

from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register, uniforms
from estimation.model.case.case import Case
from estimation.model.case.inputs import FITTED, OBSERVED_Z, SAMPLING, Scores, changed, draw_inputs
from estimation.model.ladder.kernel import likelihood, totals
from estimation.model.region.random_numbers import AreaNumber, Stream, Tilted, keep
from estimation.model.region.region import Array
from estimation.model.synthesis.other_sources import powers

Entries: TypeAlias = Mapping[str, Distribution | float]
# An input by its name, or a number of an area or a parent.
Name: TypeAlias = str | AreaNumber
PILOT: Final = 20_000
"""Draws of a pilot run where nothing else is asked for."""
PRIOR: Final = 0.2
"""Share of the draws from the prior: no draw's weight can be more than five times its likelihood."""
SIZE: Final = 16
"""How many scores are drawn from the fitted distributions."""
WIDER: Final = 1.2
"""Factor on their fitted variances: a proposal should have the heavier tails."""
_ROUNDS: Final = 2
_LOOK_POINTS: Final = 16
"""Points at which a pilot run tries the sources' own entries: it needs only to say where the weight is."""
_PILOT: Final = 0x9170
_DRAW: Final = 0xD4A3
_LEAST: Final = 2.0**-40
"""In place of a point at 0, which is no normal number."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Scores drawn from a proposal.

    Attributes
    ----------
    inputs : mapping of str to ndarray of shape (n,)
        Of inputs.
    areas : mapping of AreaNumber to ndarray of shape (n,)
        Of areas and parents.
    base : ndarray of shape (n,)
        Log of the prior's density over the proposal's.
    """

    inputs: Scores
    areas: Mapping[AreaNumber, Array]
    base: Array


@dataclass(frozen=True, eq=False)
class Proposal:
    """A mixture of the prior and of C normal distributions of d scores.

    Attributes
    ----------
    names : tuple of Name, length d
        Which scores; all others keep the prior.
    means : ndarray of shape (C, d)
        Means of the distributions.
    factors : ndarray of shape (C, d, d)
        Lower Cholesky factors of their covariances.
    """

    names: tuple[Name, ...]
    means: Array
    factors: Array

    def draw(self, draws: int, seed: int) -> Drawn:
        """Draw the scores.

        Parameters
        ----------
        draws, seed : int
            Size and seed.

        Returns
        -------
        Drawn

        Notes
        -----
        Parts and scores are scrambled Sobol points, which leave out no region (Owen 1998, doi:10.1006/jcom.1998.0487);
        draws are weighed by the whole mixture, whichever part they came from (Owen and Zhou 2000,
        doi:10.1080/01621459.2000.10473909).

        References
        ----------
        METHODS eq. 64.
        """
        from scipy.stats import qmc  # slow to import, and not every run has other sources

        count, size = self.means.shape
        rng = np.random.default_rng(np.random.SeedSequence([seed, _DRAW]))
        points = qmc.Sobol(1 + size, scramble=True, rng=rng).random_base2(int(np.ceil(np.log2(draws))))[:draws]
        place, scores = points[:, 0], special.ndtri(np.maximum(points[:, 1:], _LEAST))
        part = np.floor((place - PRIOR) / (1 - PRIOR) * count).astype(int) if count else np.full(draws, -1)
        for number in range(count):
            rows = part == number
            scores[rows] = self.means[number] + scores[rows] @ self.factors[number].T
        columns = dict(zip(self.names, scores.T, strict=True))
        return Drawn(
            {name: values for name, values in columns.items() if isinstance(name, str)},
            {name: values for name, values in columns.items() if not isinstance(name, str)},
            -np.logaddexp.reduce(self._over_prior(scores), axis=0),
        )

    def _over_prior(self, scores: Array) -> Array:
        """Log of each part's density over the prior's, times the part's share: shape (1 + C, n)."""
        count = len(self.means)
        plain = (scores**2).sum(axis=1) / 2
        found = [np.full(len(scores), np.log(PRIOR if count else 1.0))]
        for mean, factor in zip(self.means, self.factors, strict=True):
            away = solve_triangular(factor, (scores - mean).T, lower=True)
            density = plain - (away**2).sum(axis=0) / 2 - np.log(np.diag(factor)).sum()
            found.append(density + np.log((1 - PRIOR) / count))
        return np.array(found)


NOTHING: Final = Proposal((), np.empty((0, 0)), np.empty((0, 0, 0)))
"""The prior itself."""


def fitted(
    case: Case,
    register: Register,
    *,
    pilot: int,
    seed: int,
    looks: Iterable[Entries] = ({},),
    power: Mapping[str, float] | None = None,
    threads: int | None = None,
) -> Proposal:
    """Fit a proposal to pilot runs.

    Parameters
    ----------
    case, register : Case, Register
        With other sources.
    pilot, seed : int
        Draws of a pilot run, 0 for the prior itself, and seed of the run that is to come.
    looks : iterable of mapping
        Entries set anew by each question that is looked at: one distribution is fitted to each.
    power : mapping of str to float, optional
        Reliability of each source, as in `Likelihood.log`; 1 by default.
    threads : int, optional
        Threads; the result does not depend on their number.

    Returns
    -------
    Proposal

    Notes
    -----
    **Assumes:** nothing about the answer. A poor fit costs effective draws, and the weights' diagnostics say so.

    The first pilot run draws from the prior, the next from what was fitted to the one before. Scores are those whose
    mean or variance the sources move most under any look.

    References
    ----------
    METHODS eq. 64.
    Cappe, Douc, Guillin, Marin and Robert 2008, doi:10.1007/s11222-008-9059-x: adaptive mixture importance sampling.
    """
    found = NOTHING
    asked = list(looks)
    for turn in range(_ROUNDS if pilot else 0):
        rng = np.random.default_rng(np.random.SeedSequence([seed, _PILOT, turn]))
        start = int(rng.integers(2**31))
        drawn = found.draw(pilot, start)
        numbers = keep(Tilted(Stream(start), drawn.areas), case.region, pilot, prison=case.custody is not None)
        inputs = draw_inputs(case, register, pilot, start, scores=drawn.inputs)
        weights = []
        for entries in asked:
            here = changed(case, register, inputs, entries, pilot, start, scores=drawn.inputs)
            held = totals(case, register.override(**entries), here, numbers, sources=True, threads=threads)
            seen = likelihood(held, points=_LOOK_POINTS)
            logs = seen.log(powers(seen.kinds) if power is None else power) + drawn.base
            share = np.exp(logs - logs.max())
            weights.append(share / share.sum())
        scores: dict[Name, Array] = dict(_input_scores(case, register, pilot, start))
        scores.update({name: np.asarray(values, float) for name, values in numbers.scores()})
        scores.update(drawn.inputs)
        found = _fit(scores, weights)
    return found


def _input_scores(case: Case, register: Register, draws: int, seed: int) -> Iterable[tuple[Name, Array]]:
    """Scores of the inputs that can be drawn from elsewhere: not those that several observed areas set together."""
    for name in (*register, SAMPLING, OBSERVED_Z):
        if name not in case.own and (case.counts.size == 1 or name not in FITTED):
            yield name, special.ndtri(uniforms(name, draws, seed))


def _fit(scores: Mapping[Name, Array], weights: Sequence[Array]) -> Proposal:
    """Normal distributions of the scores that the weights move most, one for each set of weights."""
    moved = {name: max(_moved(values, share) for share in weights) for name, values in scores.items()}
    names = tuple(sorted(moved, key=lambda name: moved[name], reverse=True)[:SIZE])
    columns = np.column_stack([scores[name] for name in names])
    means = np.array([share @ columns for share in weights])
    factors = []
    for mean, share in zip(means, weights, strict=True):
        away = columns - mean
        spread = (away * share[:, None]).T @ away
        factors.append(np.linalg.cholesky(WIDER * spread + 1e-6 * np.eye(len(names))))
    return Proposal(names, means, np.array(factors))


def _moved(values: Array, share: Array) -> float:
    """How far weights move a score: its mean, and the logarithm of its standard deviation."""
    mean = float(share @ values)
    variance = float(share @ (values - mean) ** 2)
    return float(abs(mean) + abs(np.log(max(variance, 1e-6))) / 2)
