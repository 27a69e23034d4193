"""The ladder of intervals: one set of draws, read rung by rung, for each scope.

It joins the evidence to the arrays of `transfer` and `region`, and summarises what comes back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence import population
from estimation.evidence.assumptions import Register
from estimation.evidence.composition import composition
from estimation.evidence.sources import Evidence
from estimation.evidence.sources import headline as headline_rows
from estimation.evidence.territory import prefecture_of
from estimation.model.case import Card, Case, Values, effects_of, fit
from estimation.model.estimand import Basis, Estimand
from estimation.model.region import RUNGS, Array, Effects, Region, Scope, Totals, simulate

# Ten million draws keep about four gigabytes of totals and inputs.
MOST_DRAWS = 10_000_000
LEVELS = (0.5, 0.8, 0.9, 0.95)
THRESHOLDS = (500_000, 1_000_000, 1_200_000, 1_500_000, 2_000_000)
SCOPES = (
    Scope("uyghur_south", "Uyghur", "the four southern prefectures of Xinjiang", ("uyghur",), core_only=True),
    Scope("uyghur", "Uyghur", "Xinjiang", ("uyghur",)),
    Scope("turkic", "Uyghur, Kazakh and Kyrgyz", "Xinjiang", ("uyghur", "kazakh", "kyrgyz")),
    Scope("turkic_hui", "Uyghur, Kazakh, Kyrgyz and Hui", "Xinjiang", ("uyghur", "kazakh", "kyrgyz", "hui")),
    Scope("minority", "ethnic minority", "Xinjiang", population.GROUPS),
)
WINDOW = "2017-2018"
_WHAT_A_RUNG_ADDS = {
    "sampling": ("chance alone, everyone at the rate as counted", "flaws of the record and everything below"),
    "record": ("people missing, counted twice, or of other groups; the county's base", "the region's population"),
    "population": ("how many people the region has", "that counties differ, and why this one was seen"),
    "spread": ("how unlike one another counties are, and selection", "known differences of places and groups"),
    "differences": ("lower rates reported in the north, in cities and for other groups", "other sources"),
}


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
        rows = []
        for scope in self.scopes:
            for rung in RUNGS:
                includes, leaves_out = self.rungs[rung]
                known = {**self.named(scope.name), "rung": rung, "includes": includes, "leaves_out": leaves_out}
                count, share = self.count(scope.name, rung), self.share(scope.name, rung)
                at_least = self.thresholds if thresholds is None else thresholds
                rows += summary_rows(known, count, share, levels=levels, thresholds=at_least)
        return pd.DataFrame(rows)


def summary_rows(
    known: Mapping[str, object],
    count: Array,
    share: Array,
    *,
    levels: Sequence[float],
    thresholds: Sequence[int],
    effective: float | None = None,
) -> list[dict[str, object]]:
    """Rows of the ladder's table for one scope and rung, one a level.

    Parameters
    ----------
    known : mapping
        Columns that name the row.
    count, share : ndarray of shape (n,)
        Draws: persons, and shares 0-1.
    levels : sequence of float
        Levels of the intervals.
    thresholds : sequence of int
        Persons; the probability of at least as many is given.
    effective : float, optional
        Independent draws that these are worth; n by default.

    Returns
    -------
    list of dict

    References
    ----------
    METHODS eq. 80.
    """
    worth = count.size if effective is None else effective
    count, share = np.sort(count), np.sort(share)
    chances: dict[str, float] = {}
    for threshold in thresholds:
        chance = float(np.mean(count >= threshold))
        chances[f"p_at_least_{threshold}"] = chance
        # Half a draw more on either side, or a chance seen in no draw would pass for certain.
        seen = (chance * worth + 0.5) / (worth + 1)
        chances[f"p_at_least_{threshold}_error"] = float(np.sqrt(seen * (1 - seen) / worth))
    rows = []
    for level in levels:
        row: dict[str, object] = {**known, "level": level}
        for name, values in (("count", count), ("share", share)):
            for end, at in (("low", (1 - level) / 2), ("median", 0.5), ("high", (1 + level) / 2)):
                row[f"{name}_{end}"], row[f"{name}_{end}_error"] = quantile(values, at, effective=effective)
        rows.append(row | chances)
    return rows


def quantile(ordered: Array, at: float, *, effective: float | None = None) -> tuple[float, float]:
    """A quantile of sorted draws and its simulation error.

    Parameters
    ----------
    ordered : ndarray of shape (n,)
        Draws in increasing order.
    at : float
        Probability, 0-1.
    effective : float, optional
        Independent draws that these are worth; n by default.

    Returns
    -------
    tuple of float
        The quantile, and half the distance between the order statistics one binomial standard error to either side.

    Notes
    -----
    **Assumes:** independent draws. The ranks around n p are binomial, so that order statistics at
    ``n p -+ sqrt(n p (1 - p))`` bound the quantile as a standard error does (David and Nagaraja 2003, Order
    Statistics, section 7.1, doi:10.1002/0471722162).

    References
    ----------
    METHODS eq. 79.

    Examples
    --------
    >>> value, error = quantile(np.arange(10_001.0), 0.5)
    >>> value, round(error)
    (5000.0, 50)
    """
    n = ordered.size
    step = np.sqrt(n * at * (1 - at))
    if effective is not None:
        step = step * np.sqrt(n / effective)
    ends = np.clip([n * at - step, n * at + step], 0, n - 1).astype(int)
    return float(np.quantile(ordered, at)), float(ordered[ends[1]] - ordered[ends[0]]) / 2


def _known(name: str, names: Sequence[str], what: str) -> str:
    if name not in names:
        raise EstimationError(f"the {what} must be a known one", repr(name), f"use one of {', '.join(names)}")
    return name


def region_of(evidence: Evidence, register: Register, *, year: int, adult_age: int) -> Region:
    """The region of the data folder as arrays, on the resident basis.

    Parameters
    ----------
    evidence : Evidence
        The data folder.
    register : Register
        For survival.
    year : int
        End of which year.
    adult_age : int
        15 or 18.

    Returns
    -------
    Region
        Areas in the order of `units`, parents the prefectures (a Corps city belongs to the one it lies in).
    """
    table = population.adults(
        evidence,
        year=year,
        adult_age=adult_age,
        survival=survival_of(register),
    )
    units = evidence.table("units").set_index("gb_code").loc[table.adults.index]
    headline = headline_rows(evidence)["gb_code"]
    parents = [prefecture_of(code) for code in units.index]
    names = sorted(set(parents))
    return Region(
        areas=tuple(units.index),
        parents=np.array([names.index(parent) for parent in parents]),
        groups=population.GROUPS,
        adults=table.adults.to_numpy(float),
        core=(units["region_class"] == "south4").to_numpy(),
        distant=~units["region_class"].isin(["south4", "xpcc_south"]).to_numpy(),
        city=(units["is_city"] == 1).to_numpy(),
        observed=np.flatnonzero(units.index.isin(headline)),
    )


def climb(
    evidence: Evidence,
    register: Register,
    *,
    draws: int,
    seed: int,
    basis: Basis = "registered",
    year: int = 2018,
    adult_age: int = 18,
    scopes: Sequence[Scope] = SCOPES,
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
    scopes : sequence of Scope
        Whom to count.
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
    case = shipped_case(evidence, register, basis=basis, year=year, adult_age=adult_age, scopes=tuple(scopes))
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
    **Assumes:** what `case.fit`, `case.effects_of` and `region.simulate` do.
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


def shipped_case(
    evidence: Evidence,
    register: Register,
    *,
    basis: Basis = "registered",
    year: int = 2018,
    adult_age: int = 18,
    scopes: Sequence[Scope] = SCOPES,
) -> Case:
    """The case that ships: the region of the data folder and the county observed in it.

    Parameters
    ----------
    evidence, register, basis, year, adult_age, scopes
        As in `climb`.

    Returns
    -------
    Case

    Raises
    ------
    EstimationError
        Impossible options, more than one headline area, or a count that reaches its base.

    Notes
    -----
    **Assumes:** what `climb` does.
    """
    if adult_age != 18 and basis == "registered":
        raise EstimationError(
            "the registered base of the county is known for adults of 18 only", adult_age, "use --basis resident"
        )
    region = region_of(evidence, register, year=year, adult_age=adult_age)
    if region.observed.size != 1:
        raise EstimationError(
            "the ladder carries the rate of one observed area", f"{region.observed.size} headline areas", "mark one"
        )
    central = register.medians()
    observation = headline_rows(evidence).iloc[0]
    count = int(observation["numerator"])
    code = region.areas[int(region.observed[0])]
    shares = composition(evidence, code, year=year, adult_age=adult_age, survival=survival_of(register))
    # The county's base: all adults on the basis; those of 15 and over in the proportion of the population tables.
    entry, older = f"county_adults_{basis}", shares.adults_over_adults_of_18

    def base_of(values: Values) -> Array:
        unseen = np.asarray(values["census_missing_share_south"] if basis == "resident" else 0.0)
        return np.asarray(np.asarray(values[entry], float) * older / (1 - unseen))

    central_base = float(base_of(central))
    if count >= central_base:
        raise EstimationError(f"the count must be below the base of {entry}", count, "check the base and the count")

    def mend(share: Array, drawn: Values) -> Array:
        entries = {key: np.asarray(value)[:, None] for key, value in drawn.items()}
        return np.asarray(
            share
            * (central_base / base_of(drawn)[:, None])
            * (1 - entries["duplicate_share"])
            / (1 - entries["missing_share"])
            * entries["numerator_uyghur_share"]
            / shares.first_group_share
        )

    cards = {
        scope.name: Estimand(scope.label, scope.territory, WINDOW, "camp or prison", "ever held", adult_age, basis)
        for scope in scopes
    }
    return Case(
        region=region,
        scopes=tuple(scopes),
        cards=cards,
        counts=np.array([count]),
        populations=np.array([round(central_base)]),
        mend=mend,
        factors=lambda values: population_factors(values, basis, shares.minority_adult_share),
        area_error_sd=np.where(region.core, central["county_error_sd_south"], central["county_error_sd_elsewhere"]),
        elsewhere="north_east_rate_ratio",
        city="city_rate_ratio",
        group_ratios=tuple(f"{group}_rate_ratio" for group in region.groups[1:]),
        rungs=_WHAT_A_RUNG_ADDS,
        thresholds=THRESHOLDS,
        observed=str(observation["area"]),
        area_kind=str(observation["area_level"]),
        remedy="narrow missing_share or raise the county's base",
    )


def population_factors(
    values: Mapping[str, npt.ArrayLike], basis: Basis, minority_adult_share: float
) -> tuple[Array, Array]:
    """True over tabled population in the core and elsewhere.

    Parameters
    ----------
    values : mapping
        The register's entries by id, numbers or draws.
    basis : {"registered", "resident"}
        Whom the region's adults count.
    minority_adult_share : float
        Share of adults among the region's minorities, 0-1.

    Returns
    -------
    tuple of ndarray
        Ratios, of the shape of the entries.

    References
    ----------
    METHODS eq. 7.
    """
    entry = {key: np.asarray(value, float) for key, value in values.items()}
    common = entry["regional_base_ratio"] * (1 + entry["adult_share_error"] / minority_adult_share)
    if basis == "registered":
        return (
            common * entry["registered_over_resident_south"],
            common * entry["registered_over_resident_elsewhere"],
        )
    return common / (1 - entry["census_missing_share_south"]), common


def survival_of(register: Register) -> tuple[float, float]:
    """Share who survive a year below 65, and from 65 on, as the register has them."""
    below, above = (register[f"annual_survival_{ages}"].distribution.median() for ages in ("under_65", "65_plus"))
    return below, above


def _rescaled(region: Region, effects: Effects, scopes: Sequence[Scope], name: str, persons: float) -> Region:
    scope = scopes[[each.name for each in scopes].index(_known(name, [each.name for each in scopes], "scope"))]
    if not (np.isfinite(persons) and persons > 0):
        raise EstimationError("a stated base must be positive", persons, "give a number of persons")
    columns = [region.groups.index(group) for group in scope.groups]
    people = region.adults[:, columns].sum(axis=1) * np.where(region.core, *effects.central_factors)
    now = people[region.core].sum() if scope.core_only else people.sum()
    return replace(region, adults=region.adults * (persons / now))
