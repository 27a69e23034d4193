"""What would change the answer of a case with its other sources weighed in: each judgement moved, everything run again.

Nothing is reweighed from draws made under other judgements: the case is carried and its sources are weighed anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.sensitivity.tornado import QUANTILES, Alternatives, errors, move, settings, summary, told
from estimation.errors import UnreliableError
from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import Case
from estimation.model.ladder.ladder import carry
from estimation.model.ladder.summary import chance_error
from estimation.model.synthesis.case_synthesis import CaseSynthesis, weigh_sources


@dataclass(frozen=True, eq=False)
class CaseWeighed:
    """A case with its other sources, whose judgements can be moved.

    Attributes
    ----------
    case : Case
        The region and what was observed.
    register : Register
        The judgements, those about sources among them.
    rows, areas : DataFrame
        As `case_synthesis.weigh_sources` takes them.
    draws, seed : int
        Size, at least 1000, and seed.
    """

    case: Case
    register: Register
    rows: pd.DataFrame
    areas: pd.DataFrame
    draws: int
    seed: int

    @cached_property
    def as_judged(self) -> CaseSynthesis | None:
        """The run with every entry as judged."""
        return self.run()

    def run(self, **changed: Distribution | float) -> CaseSynthesis | None:
        """The run with some entries as given; None if its weights cannot be relied on."""
        ladder = carry(self.case, self.register.override(**changed), draws=self.draws, seed=self.seed)
        try:
            return weigh_sources(ladder, self.rows, self.areas)
        except UnreliableError:
            return None


def moved(
    at: CaseWeighed,
    *,
    scope: str,
    claims: Sequence[Claim] = (),
    others: Alternatives | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Move every entry alone, those about other sources too, with the sources weighed in.

    Parameters
    ----------
    at : CaseWeighed
        The case.
    scope : str
        Whose total.
    claims : sequence of Claim
        Their chances are asked of each run.
    others : mapping, optional
        Named alternatives by entry.
    progress : callable, optional
        Called with 1 after each run.

    Returns
    -------
    tornado : DataFrame
        First the row as judged; then per entry and setting: the columns of `tornado.told`, `reliable` ("no" where
        weights cannot be relied on: the numbers are missing there), `count_low` to `count_high` (persons) with their
        simulation errors, `move` (largest change of median or end of the 95% interval, a natural log ratio; missing
        everywhere if the row as judged is not reliable) and `effective` draws.
    chances : DataFrame
        For the same settings and each claim `probability` (0-1) and its simulation error; empty without claims.

    Notes
    -----
    **Assumes:** one entry is known to have a value, or is judged otherwise, and all others vary as judged. The 5 and
    95% points are those of the judgement before any source is seen. Every setting has the same random numbers and its
    own weights, refused by their own Pareto k and effective draws. How well a setting agrees with the sources is not
    asked: it is a what-if, and no setting counts for less.

    References
    ----------
    METHODS eq. 55, 57, 63.
    """
    base = None if at.as_judged is None else summary(at.as_judged.count(scope))
    known = [(told("as judged", "as judged", None), at.as_judged)]
    for key, entry in at.register.items():
        for name, shape in settings(entry, (others or {}).get(key, {})).items():
            known.append((told(key, name, shape), at.run(**{key: shape})))
            if progress is not None:
                progress(1)
    rows: list[dict[str, Any]] = []
    chances: list[dict[str, Any]] = []
    for moved_to, run in known:
        moved_to["reliable"] = "no" if run is None else "yes"
        rows.append({**moved_to, **_row(run, scope, base)})
        chances += [
            {"scope": claim.scope, "claim": claim.label, "sides": claim.sides(), **moved_to, **_chance(run, claim)}
            for claim in claims
        ]
    return pd.DataFrame(rows), pd.DataFrame(chances)


def _row(run: CaseSynthesis | None, scope: str, base: "dict[str, float] | None") -> dict[str, float]:
    names = [*QUANTILES, *(f"{name}_error" for name in QUANTILES), "move", "effective"]
    if run is None:
        return dict.fromkeys(names, np.nan)
    totals, worth = run.count(scope), run.weights.effective
    found = summary(totals)
    moved_by = np.nan if base is None else move(found, base)
    return {**found, **errors(totals, effective=worth), "move": moved_by, "effective": worth}


def _chance(run: CaseSynthesis | None, claim: Claim) -> dict[str, float]:
    if run is None:
        return {"probability": np.nan, "probability_error": np.nan}
    chance = claim.probability(run.count(claim.scope))
    return {"probability": chance, "probability_error": chance_error(chance, run.weights.effective)}
