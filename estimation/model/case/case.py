"""One region with what was observed in it, ready for the ladder: what the data that ship and any case folder become.

Nothing here knows where the numbers came from: `case_shipped` makes the case that ships, `case_from_folder` others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Point
from estimation.evidence.register.assumptions import Register
from estimation.model.fit.transfer import Draws, fit_areas
from estimation.model.region.poststratify import observed_weights, rate_ratio_to_log_odds, share_of
from estimation.model.region.region import Array, Effects, Region, Scope

SPREAD: Final = "between_county_sd"
PARENT_SHARE: Final = "between_prefecture_share"
SELECTION: Final = "selection_shift"
Values = Mapping[str, npt.ArrayLike]


class Card(Protocol):
    """What a scope counts, in fields and in words."""

    def row(self) -> dict[str, str | int]:
        """The fields as columns of a table."""

    def sentence(self) -> str:
        """The card in words."""


@dataclass(frozen=True, eq=False)
class Case:
    """A region, what was observed in it, and which judgements enter where.

    Attributes
    ----------
    region : Region
        Places and people.
    scopes : tuple of Scope
        Whom to count.
    cards : mapping of str to Card
        What each scope counts, by its name.
    counts, populations : ndarray of int, shape (J,)
        persons counted in each observed area, and the people they are a part of at the centre of the register.
    mend : callable
        From the shares as counted, shape (n, J), and the drawn entries to the shares without the record's flaws.
    factors : callable
        From entries, numbers or draws, to true over tabled population in the core and elsewhere.
    area_error_sd : ndarray of shape (K,)
        Error of each area's people, log scale.
    elsewhere, city : str or None
        Entries with the ratio of rates in distant areas and in cities; None if no area is marked so.
    group_ratios : tuple of str
        Entries with the ratio of rates of each group but the first, whose rate was observed.
    rungs : mapping
        What each rung includes and leaves out.
    thresholds : tuple of int
        persons; the chance of at least as many is reported.
    observed, area_kind : str
        Name of what was observed, and what kind of area that is, such as ``county``.
    remedy : str
        What to do if a mended share reaches 1.
    """

    region: Region
    scopes: tuple[Scope, ...]
    cards: Mapping[str, Card]
    counts: npt.NDArray[np.int64]
    populations: npt.NDArray[np.int64]
    mend: Callable[[Array, Values], Array]
    factors: Callable[[Values], tuple[Array, Array]]
    area_error_sd: Array
    elsewhere: str | None
    city: str | None
    group_ratios: tuple[str, ...]
    rungs: Mapping[str, tuple[str, str]]
    thresholds: tuple[int, ...]
    observed: str
    area_kind: str
    remedy: str = "narrow the shares of people missing, or raise the observed population"


def fit(case: Case, register: Register, *, draws: int, seed: int) -> Draws:
    """Draws of centre, spread and the observed areas' log-odds, as counted.

    Parameters
    ----------
    case : Case
        For its counts.
    register : Register
        For the prior of the spread.
    draws, seed : int
        Size and seed of the run.

    Returns
    -------
    transfer.Draws

    Raises
    ------
    EstimationError
        Counts that cannot be fitted.

    Notes
    -----
    **Assumes:** observed areas are exchangeable given centre and spread; the centre has a flat prior.
    """
    shape = register[SPREAD].distribution
    prior = shape.value if isinstance(shape, Point) else shape
    posterior = fit_areas(case.counts, case.populations, spread_prior=prior, centre_prior=None)
    return posterior.draw(draws, np.random.default_rng(np.random.SeedSequence([seed, 0xA7EA])))


def effects_of(
    case: Case, register: Register, drawn: Mapping[str, Array], fitted: Draws
) -> tuple[Effects, pd.DataFrame]:
    """Draws of everything that sets an area's rate and population, and of what was put in.

    Parameters
    ----------
    case : Case
        The region and what was observed.
    register : Register
        For its central values.
    drawn : mapping of str to ndarray of shape (n,)
        Draws of its entries.
    fitted : transfer.Draws
        Of `fit`, n draws.

    Returns
    -------
    effects : Effects
        Draws for `poststratify.simulate`.
    inputs : DataFrame
        One column an entry, `observed_logit` (the mean of several) and `centre`.

    Raises
    ------
    EstimationError
        A mended share that reaches 1, or a ratio of rates that leaves none below 1.

    Notes
    -----
    **Assumes:** the record's flaws move the centre by as much as they move the observed areas' log-odds, on average
    over these.

    References
    ----------
    METHODS eq. 36-37.
    """
    shares = share_of(fitted.observed_logits)
    mended = case.mend(shares, drawn)
    if float(mended.max()) >= 1:
        raise EstimationError(
            "the observed share must stay below 1 under every draw of the record's flaws",
            f"{float(mended.max()):.3g}",
            case.remedy,
        )
    logits = np.log(mended) - np.log1p(-mended)
    weights = observed_weights(case.region)
    rate = mended @ weights
    core, other = case.factors(drawn)
    middle = case.factors(register.medians())
    draws = rate.size
    nothing = np.zeros(draws)

    def ratio(entry: str | None) -> Array:
        return nothing if entry is None else rate_ratio_to_log_odds(drawn[entry], rate)

    effects = Effects(
        share=shares @ weights,
        adjusted_logits=logits,
        core_factor=np.broadcast_to(core, (draws,)),
        other_factor=np.broadcast_to(other, (draws,)),
        central_factors=(float(middle[0]), float(middle[1])),
        area_error_sd=case.area_error_sd,
        centre=fitted.centre + (logits - fitted.observed_logits).mean(axis=1),
        spread=fitted.spread,
        parent_share=drawn[PARENT_SHARE],
        selection=drawn[SELECTION],
        elsewhere=ratio(case.elsewhere),
        city=ratio(case.city),
        group=np.column_stack([nothing, *map(ratio, case.group_ratios)]),
    )
    inputs = pd.DataFrame({**drawn, SPREAD: fitted.spread})
    inputs["observed_logit"] = logits.mean(axis=1)
    inputs["centre"] = effects.centre - effects.selection * effects.spread
    return effects, inputs


RUNGS_OF_A_CASE: Final = MappingProxyType(
    {
        "sampling": ("chance alone, everyone at the rate as counted", "flaws of the record and everything below"),
        "record": ("people missing or counted twice; the observed population", "the region's population"),
        "population": ("how many people the region has", "that areas differ, and why these were seen"),
        "spread": ("how unlike one another areas are, and selection", "known differences of places and groups"),
        "differences": ("known differences of places and groups", "other sources"),
    }
)
"""What each rung adds where a case does not say it in words of its own."""
