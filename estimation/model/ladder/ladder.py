"""The ladder of intervals: one set of draws of a case, read rung by rung, for each scope.

Cases come from `case_shipped` or `case_from_folder`; what is said of draws, and how surely, from `summary`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.register.assumptions import Register
from estimation.evidence.tables.sources import Evidence
from estimation.model.case.case import Card, Case, effects_of, fit
from estimation.model.case.case_shipped import shipped_case
from estimation.model.ladder.summary import LEVELS, summary_rows
from estimation.model.region.estimand import Basis
from estimation.model.region.poststratify import simulate
from estimation.model.region.region import RUNGS, Array, Effects, Region, Scope, Totals

# Ten million draws keep about four gigabytes of totals and inputs.
MOST_DRAWS = 10_000_000


@dataclass(frozen=True, eq=False)
class Ladder:
    """Everything one run gives.

    Attributes
    ----------
    totals : Totals
        Draws of counts and bases, one column a scope.
    inputs : DataFrame
        The draws of what was put in, one column an input: the register's entries, `observed_logit`, `centre`.
    scopes : tuple of Scope
        In the order of the columns of `totals`.
    cards : mapping of str to Card
        What each scope counts.
    draws, seed : int
        Size and seed of the run.
    region, effects : Region, Effects
        What the totals were drawn from.
    rungs : mapping
        What each rung includes and leaves out, in words.
    thresholds : tuple of int
        persons; the table gives the chance of at least as many.
    observed, area_kind : str
        Name of what was observed, and what kind of area that is, such as ``county``.
    """

    totals: Totals
    inputs: pd.DataFrame
    scopes: tuple[Scope, ...]
    cards: Mapping[str, Card]
    draws: int
    seed: int
    region: Region = field(repr=False)
    effects: Effects = field(repr=False)
    rungs: Mapping[str, tuple[str, str]] = field(repr=False)
    thresholds: tuple[int, ...]
    observed: str
    area_kind: str

    def count(self, scope: str, rung: str = RUNGS[-1]) -> Array:
        """Draws of the count of a scope at a rung: persons, shape (draws,)."""
        return self.totals.count[_known(rung, RUNGS, "rung")][:, self._column(scope)]

    def share(self, scope: str, rung: str = RUNGS[-1]) -> Array:
        """Draws of the share of adults, 0-1, shape (draws,)."""
        return self.count(scope, rung) / self.totals.base[rung][:, self._column(scope)]

    def named(self, scope: str) -> dict[str, str | int]:
        """Columns that name a scope in every table: its card, what was observed and the kind of area that is."""
        return {"scope": scope, **self.cards[scope].row(), "observed": self.observed, "area_kind": self.area_kind}

    def _column(self, scope: str) -> int:
        names = [each.name for each in self.scopes]
        return names.index(_known(scope, names, "scope"))

    def table(self, *, levels: Sequence[float] = LEVELS, thresholds: Sequence[int] | None = None) -> pd.DataFrame:
        """The ladder as a table: one row per scope, rung and level.

        Parameters
        ----------
        levels : sequence of float
            Levels of the equal-tailed intervals, in (0, 1).
        thresholds : sequence of int, optional
            Persons; the probability of at least as many is given. The case's own by default.

        Returns
        -------
        DataFrame
            Columns: those of `named`, `rung`, `includes` and `leaves_out` of the rung, `count_low`, `count_median`,
            `count_high` (persons) and `share_low`, `share_median`, `share_high` (0-1), each with its simulation
            error `.._error`, and `p_at_least_<persons>` with errors.

        Raises
        ------
        EstimationError
            A level outside (0, 1).
        """
        for level in levels:
            if not 0 < level < 1:
                raise EstimationError("level must lie in (0, 1)", level, "write 0.95 for 95 percent")
        at_least = self.thresholds if thresholds is None else thresholds
        rows = []
        for scope in self.scopes:
            for rung in RUNGS:
                includes, leaves_out = self.rungs[rung]
                known = {**self.named(scope.name), "rung": rung, "includes": includes, "leaves_out": leaves_out}
                count, share = self.count(scope.name, rung), self.share(scope.name, rung)
                rows += summary_rows(known, count, share, levels=levels, thresholds=at_least)
        return pd.DataFrame(rows)


def climb(
    evidence: Evidence,
    register: Register,
    *,
    draws: int,
    seed: int,
    basis: Basis = "registered",
    year: int = 2018,
    adult_age: int = 18,
    scopes: Sequence[Scope] | None = None,
    base: Mapping[str, float] | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Ladder:
    """Carry the observed county's rate to the region.

    Parameters
    ----------
    evidence : Evidence
        The data folder; its headline observation is the numerator.
    register : Register
        The judgements.
    draws, seed : int
        Size and seed of the run.
    basis : {"registered", "resident"}
        Whom numerator and denominators count. Police files count the registered.
    year : int
        The population is that of the end of this year.
    adult_age : {15, 18}
        Adults are people of this age and over; 15 only on the resident basis.
    scopes : sequence of Scope, optional
        Whom to count; the scopes of its `case.toml` by default.
    base : dict of str to float, optional
        A stated base in persons for one scope, by its name: the region is scaled so that this scope has it.
    threads : int, optional
        Threads; all cores by default. The result does not depend on it.
    progress : callable, optional
        Called with the number of draws done.

    Returns
    -------
    Ladder

    Raises
    ------
    EstimationError
        Impossible options, or an observed share that reaches 1.

    Notes
    -----
    **Assumes:** the count of the record, less duplicates and plus those missing, is a binomial count of the adults of
    the observed county: ``y ~ Binomial(n, p (1 - missing) / (1 - duplicate))``. The rate of the first group is that of
    its people among the counted over its adults; the county's adults have the group's share of the population table.

    References
    ----------
    METHODS eq. 36.
    """
    case = shipped_case(evidence, register, basis=basis, year=year, adult_age=adult_age, scopes=scopes)
    return carry(case, register, draws=draws, seed=seed, base=base, threads=threads, progress=progress)


def carry(
    case: Case,
    register: Register,
    *,
    draws: int,
    seed: int,
    base: Mapping[str, float] | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Ladder:
    """Carry the rate of a case's observed areas to its region.

    Parameters
    ----------
    case : Case
        The region, what was observed in it, and which judgements enter where.
    register : Register
        The judgements.
    draws, seed, base, threads, progress
        As in `climb`.

    Returns
    -------
    Ladder

    Raises
    ------
    EstimationError
        Impossible options, or an observed share that reaches 1.

    Notes
    -----
    **Assumes:** what `case.fit`, `case.effects_of` and `poststratify.simulate` do.
    """
    if draws < 1000:
        raise EstimationError("a run needs at least 1000 draws", draws, "raise --draws")
    if draws > MOST_DRAWS:
        raise EstimationError(f"a run keeps its totals: at most {MOST_DRAWS:,} draws", draws, "lower --draws")
    if seed < 0:
        raise EstimationError("seed must not be negative", seed, "give a whole number from 0")
    if base is not None and len(base) > 1:
        raise EstimationError("a stated base is that of one scope", ", ".join(base), "run once for each")
    fitted = fit(case, register, draws=draws, seed=seed)
    effects, inputs = effects_of(case, register, register.draw(draws, seed), fitted)
    region = case.region
    for name, persons in (base or {}).items():
        region = _rescaled(region, effects, case.scopes, name, persons)
    totals = simulate(region, case.scopes, effects, seed=seed, threads=threads, progress=progress)
    return Ladder(
        totals=totals,
        inputs=inputs,
        scopes=case.scopes,
        cards=case.cards,
        draws=draws,
        seed=seed,
        region=region,
        effects=effects,
        rungs=case.rungs,
        thresholds=case.thresholds,
        observed=case.observed,
        area_kind=case.area_kind,
    )


def _rescaled(region: Region, effects: Effects, scopes: Sequence[Scope], name: str, persons: float) -> Region:
    scope = scopes[[each.name for each in scopes].index(_known(name, [each.name for each in scopes], "scope"))]
    if not (np.isfinite(persons) and persons > 0):
        raise EstimationError("a stated base must be positive", persons, "give a number of persons")
    columns = [region.groups.index(group) for group in scope.groups]
    people = region.adults[:, columns].sum(axis=1) * np.where(region.core, *effects.central_factors)
    now = people[region.core].sum() if scope.core_only else people.sum()
    return replace(region, adults=region.adults * (persons / now))


def _known(name: str, names: Sequence[str], what: str) -> str:
    if name not in names:
        raise EstimationError(f"the {what} must be a known one", repr(name), f"use one of {', '.join(names)}")
    return name
