"""Draws of what goes into the model: the register's entries and the observed rate, each from a stream of its own.

A stream depends on the run's seed and a name alone, so that what differs between two runs is the entry that was
changed; `effects` makes of the draws what `region.poststratify` takes.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from estimation.errors import EstimationError, require
from estimation.evidence.distributions.distributions import Beta, Distribution, Point
from estimation.evidence.register.assumptions import Register, draw_entry, uniforms
from estimation.model.case.case import PARENT_SHARE, SELECTION, SPREAD, Case
from estimation.model.fit.transfer import fit_areas
from estimation.model.region.poststratify import observed_weights, rate_ratio_to_log_odds
from estimation.model.region.region import Array, Division, Effects

Inputs: TypeAlias = Mapping[str, Array]
Scores: TypeAlias = Mapping[str, Array]
"""Standard normal numbers behind some inputs, by name, that take the place of their own streams."""
SAMPLING: Final = "sampling"
"""Shares as counted in the observed areas, 0-1: what chance alone leaves open."""
OBSERVED_Z: Final = "observed_z"
"""How far the observed areas lie above the centre, in spreads: a standard normal that no one area can narrow."""
FITTED: Final = (SPREAD, SAMPLING, OBSERVED_Z)
DIVISION: Final = (
    "county_prison_count",
    "prison_list_inside",
    "composition_sd",
    "composition_correlation",
    "composition_shift",
)
"""Entries that divide people held into camp and prison."""
_FIT: Final = 0xA7EA


def draw_inputs(
    case: Case,
    register: Register,
    draws: int,
    seed: int,
    *,
    rows: npt.NDArray[np.intp] | None = None,
    scores: Scores | None = None,
) -> dict[str, Array]:
    """Draws of every input of a case.

    Parameters
    ----------
    case : Case
        What was observed.
    register : Register
        The judgements.
    draws, seed : int
        Size and seed.
    rows : ndarray of int, optional
        Which of the draws; all by default.
    scores : mapping, optional
        Numbers drawn elsewhere, each of shape (draws,).

    Returns
    -------
    dict of str to ndarray
        The register's entries in their units, shape (n,); `SAMPLING`, shape (n, J), shares 0-1; `OBSERVED_Z`, SDs.

    Raises
    ------
    EstimationError
        Counts that cannot be fitted.

    Notes
    -----
    **Assumes:** observed areas are exchangeable given centre and spread; the centre has a flat prior. With one observed
    area its share is then ``Beta(y, n - y)`` whatever the spread, the spread keeps its prior, and the area's deviation
    is standard normal.

    References
    ----------
    METHODS eq. 13, 21.
    """
    which = slice(None) if rows is None else rows
    drawn = {name: values[which] for name, values in register.draw(draws, seed).items()}
    drawn |= {name: _entry(register, name, draws, seed, scores)[which] for name in scores or () if name in register}
    return drawn | _fitted(case, register, draws, seed, rows, scores)


def changed(
    case: Case,
    register: Register,
    inputs: Inputs,
    entries: Mapping[str, Distribution | float],
    draws: int,
    seed: int,
    *,
    rows: npt.NDArray[np.intp] | None = None,
    scores: Scores | None = None,
) -> dict[str, Array]:
    """Inputs with some entries set anew, on the entries' own random numbers.

    Parameters
    ----------
    case, register, draws, seed, rows, scores
        As in `draw_inputs`.
    inputs : mapping
        Of `draw_inputs`.
    entries : mapping
        Distributions, or values, by entry.

    Returns
    -------
    dict

    Raises
    ------
    AssumptionError
        An unknown entry, or a value it cannot take.
    """
    new = register.override(**entries)
    which = slice(None) if rows is None else rows
    found = {**inputs, **{key: _entry(new, key, draws, seed, scores)[which] for key in entries}}
    if SPREAD in entries and case.counts.size > 1:
        found |= _fitted(case, new, draws, seed, rows, scores)
    return found


def _entry(register: Register, name: str, draws: int, seed: int, scores: Scores | None) -> Array:
    if scores is None or name not in scores:
        return draw_entry(register[name], draws, seed)
    return np.asarray(register[name].distribution.ppf(special.ndtr(scores[name])), float)


def _fitted(
    case: Case,
    register: Register,
    draws: int,
    seed: int,
    rows: npt.NDArray[np.intp] | None,
    scores: Scores | None,
) -> dict[str, Array]:
    """The inputs that the observed areas set: with one, its share and deviation alone; with several, the spread too."""
    which = slice(None) if rows is None else rows
    if case.counts.size == 1:
        count, people = int(case.counts[0]), int(case.populations[0])
        require(
            0 < count < people,
            "one observed area must have somebody counted and somebody not",
            f"{count} of {people}",
            "check its count and population",
        )
        own = {name: special.ndtri(uniforms(name, draws, seed)) for name in (SAMPLING, OBSERVED_Z)} | dict(scores or {})
        share = Beta(count, people - count).ppf(special.ndtr(own[SAMPLING][which]))  # (21), p_o
        return {SAMPLING: share[:, None], OBSERVED_Z: own[OBSERVED_Z][which]}
    shape = register[SPREAD].distribution
    prior = shape.value if isinstance(shape, Point) else shape
    posterior = fit_areas(case.counts, case.populations, spread_prior=prior, centre_prior=None)
    fit = posterior.draw(draws, np.random.default_rng(np.random.SeedSequence([seed, _FIT])))
    spread, away = fit.spread[which], (fit.observed_logits.mean(axis=1) - fit.centre)[which]
    above = np.divide(away, spread, out=np.zeros_like(away), where=spread > 0)
    return {SPREAD: spread, SAMPLING: special.expit(fit.observed_logits[which]), OBSERVED_Z: above}


def effects(case: Case, inputs: Inputs) -> Effects:
    """Draws of everything that sets an area's rate and population.

    Parameters
    ----------
    case : Case
        The region and what was observed.
    inputs : mapping of str to ndarray
        Of `draw_inputs` or `changed`.

    Returns
    -------
    Effects

    Raises
    ------
    EstimationError
        A mended share that reaches 1, or a ratio of rates that leaves none below 1.

    Notes
    -----
    **Assumes:** the record's flaws move the centre by as much as they move the observed areas' log-odds, on average
    over these. The share as counted is that of all people among whom people were counted, whatever their groups; the
    mended one is the first group's.

    References
    ----------
    METHODS eq. 36, 37, 40, 43.
    """
    counted = inputs[SAMPLING]
    mended = case.mend(counted, inputs)  # (36)
    if not float(mended.max()) < 1:
        raise EstimationError(
            "the observed share must stay below 1 under every draw of the record's flaws",
            f"{float(mended.max()):.3g}",
            "narrow the shares of people missing, or raise the observed population",
        )
    draws = len(counted)
    logits = special.logit(mended)
    spread = inputs[SPREAD]
    weights = observed_weights(case.region)
    rate = mended @ weights
    core, other = case.factors(inputs)
    nothing = np.zeros(draws)

    def difference(entry: str | None) -> Array:
        return nothing if entry is None else rate_ratio_to_log_odds(inputs[entry], rate)

    return Effects(
        counted=counted @ (case.populations / case.populations.sum()),  # (43)
        rate=rate,
        logits=logits,
        core_factor=np.broadcast_to(core, (draws,)),
        other_factor=np.broadcast_to(other, (draws,)),
        area_error_sd=case.area_error_sd,
        centre=logits.mean(axis=1) - spread * (inputs[OBSERVED_Z] + inputs[SELECTION]),  # (37); (21), m
        spread=spread,
        parent_share=inputs[PARENT_SHARE],
        distant=difference(case.elsewhere),
        city=difference(case.city),
        group=np.column_stack([nothing, *map(difference, case.group_ratios)]),
    )


def division(case: Case, inputs: Inputs) -> Division | None:
    """How those ever held divide into camp and prison, as judged; None where the case does not tell them apart.

    Raises
    ------
    EstimationError
        As many people sentenced as held in the observed area, or more.

    References
    ----------
    METHODS eq. 48.
    """
    if case.custody is None:
        return None
    listed, inside, sd, correlation, shift = (inputs[name] for name in DIVISION)
    sent = listed * inside / case.custody.observed_count
    require(
        float(sent.max()) < 1,
        "people sentenced must be fewer than people ever held in the observed county",
        f"a share of {float(sent.max()):.3g}",
        "lower county_prison_count or prison_list_inside",
    )
    return Division(special.logit(sent), sd, correlation, shift)
