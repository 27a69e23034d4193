"""Whether draws bear a claim out: its probability rung by rung, and the bounds that would be borne out.

Only people ever held, or sentenced to prison, in the window can be compared with the draws; other counts are refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim
from estimation.challenge.claims import about as around
from estimation.challenge.rerun.stage import Stage, chance
from estimation.challenge.sensitivity import tipping
from estimation.challenge.sensitivity.tipping import Tip
from estimation.errors import EstimandError, EstimationError, require
from estimation.evidence.case_folder.case_file import Truth
from estimation.model.ladder.ladder import Run
from estimation.model.ladder.summary import Sample
from estimation.model.region.region import ALL_RUNGS, RUNGS, Array
from estimation.model.synthesis.custody import END, course_of, persons
from estimation.model.synthesis.weights import equal

ALONE: Final = RUNGS[-1]
WEIGHED: Final = ALL_RUNGS[-1]
LEVELS: Final = (0.9, 0.66)
"""Probabilities that a bound must have to be offered instead of the one claimed."""
TIPPING_DRAWS: Final = 10_000
_COMPARABLE: Final = ("ever held in a camp or prison", "ever held in a camp", "sentenced to prison")
UNLIKE: Final[Mapping[str, str]] = {
    "held at a moment": "on any one day fewer people were held than were ever held in the window",
    "flagged": "people flagged were not all held",
    "capacity": "places are not people: buildings stand empty or hold more than they are made for",
    "quota": "an order to hold people is not the number held",
}
"""Counts that a claim is often about and that the draws cannot be compared with, and why."""


@dataclass(frozen=True)
class Chance:
    """Probability of a claim at one rung.

    Attributes
    ----------
    rung : str
        Which rung of the ladder.
    probability, error : float
        0-1, and its simulation error.
    """

    rung: str
    probability: float
    error: float


@dataclass(frozen=True)
class Bound:
    """The range that would have a probability, on the same sides as the claim.

    Attributes
    ----------
    level : float
        The probability, 0-1.
    low, high : float
        persons; 0 or infinity where the claim is open.
    low_error, high_error : float
        Simulation errors, persons.
    """

    level: float
    low: float
    high: float
    low_error: float
    high_error: float


@dataclass(frozen=True)
class Checked:
    """What draws say of a claim.

    Attributes
    ----------
    claim : Claim
        The claim's scope and limits.
    custody, measure : str
        What it counts.
    chances : tuple of Chance
        Rung by rung; the last is the headline.
    bounds : tuple of Bound
        What would be borne out at `LEVELS`, on the last rung.
    """

    claim: Claim
    custody: str
    measure: str
    chances: tuple[Chance, ...]
    bounds: tuple[Bound, ...]

    def at(self, rung: str) -> Chance:
        """The chance at a rung; raises `EstimationError` if the run has none for it."""
        for each in self.chances:
            if each.rung == rung:
                return each
        raise EstimationError(
            "the rung must be one that was run", repr(rung), f"use {', '.join(c.rung for c in self.chances)}"
        )


def _require_comparable(measure: str, custody: str) -> None:
    """Raise `EstimandError`, saying why, unless a count can be compared with the draws."""
    remedy = f"ask about people {', '.join(_COMPARABLE[:-1])} or {_COMPARABLE[-1]}"
    if measure in UNLIKE:
        raise EstimandError(f"a claim must count what the draws count: {UNLIKE[measure]}", measure, remedy)
    if (measure == "sentenced") != (custody == "prison") or measure not in ("ever held", "sentenced"):
        raise EstimandError(
            "prison is counted by sentences passed in the window, camps by people ever held",
            f"{measure} in {custody}",
            remedy,
        )


def check(run: Run, claim: Claim, *, custody: str = "camp or prison") -> Checked:
    """Probability of a claim along the ladder, and what would be borne out instead.

    Parameters
    ----------
    run : Run
        The draws; without other sources camp and prison are not told apart.
    claim : Claim
        Scope and limits.
    custody : {"camp or prison", "camp", "prison"}
        Which custody is claimed; prison means sentenced to prison in the window.

    Raises
    ------
    EstimandError
        Camp or prison alone without other sources.
    EstimationError
        Unknown scope.

    Notes
    -----
    **Assumes:** camp and prison divide as in `poststratify` and `custody.persons`, which is the rung
    *differences* and above; earlier rungs say nothing about camp alone or prison alone.
    """
    measure = "sentenced" if custody == "prison" else "ever held"
    _require_comparable(measure, custody)
    drawn = _draws(run, claim.scope, custody, measure)
    chances = tuple(Chance(rung, *chance(sample, claim)) for rung, sample in drawn)
    bounds = tuple(_bound(drawn[-1][1], claim.sides(), level) for level in LEVELS)
    return Checked(claim, custody, measure, chances, bounds)


def _bound(sample: Sample, sides: str, level: float) -> Bound:
    low, high, low_error, high_error = 0.0, float("inf"), 0.0, 0.0
    tail = (1 - level) / 2 if sides == "between" else 1 - level
    if sides != "at most":
        low, low_error = sample.quantile(tail)
    if sides != "at least":
        high, high_error = sample.quantile(1 - tail)
    return Bound(level, low, high, low_error, high_error)


def _draws(run: Run, scope: str, custody: str, measure: str) -> list[tuple[str, Sample]]:
    """Draws of the count rung by rung."""
    if custody == "camp or prison":
        return [(rung, run.counts(scope, rung)) for rung in run.rungs]
    if run.case.custody is None or run.weights is None:
        raise EstimandError(
            "camp and prison are told apart where other sources are weighed", custody, "ask about camp or prison"
        )
    first_year = run.case.custody.sentenced_first_year

    def count(drawn: Run) -> Array:
        course = course_of(drawn.inputs, sentenced_by_2018=first_year)
        either, prison = drawn.totals.count(scope), drawn.totals.prison(scope)
        return persons(either, prison, course, custody=custody, measure=measure, year=END)

    alone = Sample(count(run.plain), equal(run.plain.draws))
    return [(ALONE, alone), (WEIGHED, Sample(count(run), run.weights))]


@dataclass(frozen=True)
class Asked:
    """A claim as asked about, and the custody that it counts."""

    claim: Claim
    custody: str


def asked(
    scope: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    between: tuple[float, float] | None = None,
    about: float | None = None,
    custody: str = "both",
    estimand: str | None = None,
) -> Asked:
    """A claim about a scope from one number, or two, in persons, and what it counts; "about" is within `claims.ABOUT`.

    Parameters
    ----------
    custody : {"both", "camp", "prison"}
        Which custody.
    estimand : str, optional
        ``ever-held``, ``sentenced``, or a count that is refused with the reason: ``held-on-a-day`` and those of
        `UNLIKE`. By default people sentenced for prison, ever held otherwise.

    Raises
    ------
    EstimationError
        Not just one kind of limit, or limits that are no numbers of persons.
    EstimandError
        A count that cannot be compared.
    """
    given = sum(each is not None for each in (at_least, at_most, between, about))
    remedy = "use --at-least, --at-most, --between or --about"
    require(given == 1, "a claim has one limit or range", f"{given} given", remedy)
    kind = "camp or prison" if custody == "both" else custody
    measure = estimand or ("sentenced" if kind == "prison" else "ever-held")
    words = {"ever-held": "ever held", "held-on-a-day": "held at a moment"}
    _require_comparable(words.get(measure, measure), kind)
    low, high = between or (0.0 if at_least is None else at_least, float("inf") if at_most is None else at_most)
    if about is not None:
        low, high = around(about)
    return Asked(Claim(scope, low, high, "as asked"), kind)


def tipping_points(at: Stage, checked: Checked, tipped: Sequence[str]) -> tuple[Tip, ...]:
    """How wrong each assumption that matters must be for the claim to have the probabilities of `LEVELS`.

    Entries of `tipped` that are held fixed have no tipping point; empty for camp alone or prison alone.
    """
    if checked.custody != "camp or prison":
        return ()
    entries = [key for key in tipped if at.register[key].varies]
    return tipping.tips(at, [checked.claim], entries, levels=LEVELS)


def chances(run: Run, claims: Sequence[Claim]) -> pd.DataFrame:
    """How likely each claim is on the last rung without other sources and, where there are some, with them.

    Columns of `Claim.columns`, `rung`, `probability` (0-1) and its simulation error.
    """
    rows = []
    for claim in claims:
        for rung in run.rungs[len(RUNGS) - 1 :]:
            probability, error = chance(run.counts(claim.scope, rung), claim)
            rows.append({**claim.columns(), "rung": rung, "probability": probability, "probability_error": error})
    return pd.DataFrame(rows).astype({"high": "Int64"})


def against_truth(run: Run, truth: Truth) -> pd.DataFrame:
    """Where the known total that `case.toml` states lies in the intervals of each rung; only here is a truth read.

    Per rung and level: `scope`, `rung`, `level`, `count_low`, `count_high`, `truth`, `held` (``yes``, ``no``) and
    `share_of_draws_below`. Raises `EstimationError` if the truth is about a scope that was not run.
    """
    rule = "the truth must be about a scope that was run"
    require(truth.scope in run.case.cards, rule, repr(truth.scope), "correct case.toml")
    rows = []
    for rung in run.rungs:
        totals = run.count(truth.scope, rung)
        for level in (0.8, 0.95):
            low, high = (float(each) for each in np.quantile(totals, [(1 - level) / 2, (1 + level) / 2]))
            rows.append(
                {
                    "scope": truth.scope,
                    "rung": rung,
                    "level": level,
                    "count_low": low,
                    "count_high": high,
                    "truth": truth.count,
                    "held": "yes" if low <= truth.count <= high else "no",
                    "share_of_draws_below": float(np.mean(totals < truth.count)),
                }
            )
    return pd.DataFrame(rows)
