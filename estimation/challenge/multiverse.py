"""Every combination of the declared choices, run on the same random numbers: no average, no vote.

Deviations of places enter through few choices; they are summed over once for each of those, at three values of the
observed rate, and every other choice is arithmetic on the sums.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import joblib
import numpy as np
import pandas as pd
from scipy import special

from estimation.challenge import replay
from estimation.challenge.replay import Inputs, Places, World
from estimation.challenge.tornado import entries_of
from estimation.errors import EstimationError
from estimation.evidence.assumptions import Register
from estimation.evidence.choices import Grid, Option
from estimation.evidence.distributions import Distribution
from estimation.evidence.sources import Evidence
from estimation.model.ladder import SCOPES, population_factors
from estimation.model.region import Array

SUMMARY: Final = ("count_low", "count_q10", "count_median", "count_q90", "count_high")
_AT: Final = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
_AREA: Final = ("between_county_sd", "between_prefecture_share", "selection_shift", "_rate_ratio")
# Chebyshev points of three: the log of a sum is close to a parabola over the few tenths the observed log-odds move.
_NODES: Final = np.cos(np.pi * np.array([5, 3, 1]) / 6)
Key = tuple[str, int, int]


@dataclass(frozen=True, eq=False)
class Multiverse:
    """Every specification with its result.

    Attributes
    ----------
    specifications : DataFrame
        One column a choice (the option's name), then `count_low` to `count_high`: 2.5, 10, 50, 90 and 97.5 percent
        points in persons. The first row is the published combination.
    excluded : DataFrame
        Rules that left combinations out: `rule`, `reason`, `combinations`.
    grid_sha256 : str
        Hash of the declared grid, taken before anything was run.
    draws, seed : int
        Size and seed.
    """

    specifications: pd.DataFrame
    excluded: pd.DataFrame
    grid_sha256: str
    draws: int
    seed: int


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What all combinations share: worlds, random numbers, and arrays by their settings."""

    evidence: Evidence
    register: Register
    worlds: Mapping[Key, World]
    inputs: Inputs
    places: Places
    draws: int
    seed: int

    def with_entries(self, entries: Mapping[str, Distribution]) -> dict[str, Array]:
        checked = self.register.override(**entries)
        changed = {
            key: checked[key].distribution.ppf(replay.stream(key, self.draws, self.seed)).astype(float)
            for key in entries
        }
        return {**self.inputs, **changed}


def _is_area(entry: str) -> bool:
    return entry.endswith(_AREA)


def run(
    evidence: Evidence,
    register: Register,
    grid: Grid,
    *,
    draws: int,
    seed: int,
    jobs: int = -1,
    progress: Callable[[int], object] | None = None,
) -> Multiverse:
    """Run every combination that can be.

    Parameters
    ----------
    evidence, register : Evidence, Register
        What is known, and what is judged where the grid is silent.
    grid : Grid
        The declared choices.
    draws, seed : int
        Size, at least 1000, and seed; the same random numbers for every combination.
    jobs : int
        Threads; -1 for all cores. The result does not depend on it.
    progress : callable, optional
        Called with the number of specifications done.

    Returns
    -------
    Multiverse

    Raises
    ------
    EstimationError
        Too few draws, or a combination the model refuses and the grid does not leave out.

    Notes
    -----
    **Assumes:** the log of a sum over places is a parabola in the observed log-odds over the range the grid moves them;
    a test compares with running the model for each.

    References
    ----------
    METHODS eq. 68.
    Steegen, Tuerlinckx, Gelman and Vanpaemel 2016, doi:10.1177/1745691616658637; Simonsohn, Simmons and Nelson 2020,
    doi:10.1038/s41562-020-0912-z.
    """
    if draws < 1000:
        raise EstimationError("a multiverse needs at least 1000 draws", draws, "raise the number of draws")
    sets = evidence.table("reference_sets")
    entries = {id(option): entries_of(option, sets) for choice in grid.choices for option in choice.options}
    groups, skipped = _by_area(grid, entries)
    prepared = _prepare(
        evidence, register, {_key(options) for each in groups.values() for options in each}, draws, seed
    )
    shares, factors = _shares_and_factors(prepared, groups, entries)
    logits = np.stack([special.logit(share) for share in shares.values()])
    middle, half = (logits.max(axis=0) + logits.min(axis=0)) / 2, (logits.max(axis=0) - logits.min(axis=0)) / 2 + 1e-6
    weights = {name: _lagrange((special.logit(share) - middle) / half) for name, share in shares.items()}
    nodes = special.expit(middle + half * _NODES[:, None])

    def one(options: list[tuple[Option, ...]]) -> tuple[list[tuple[Option, ...]], Array]:
        return options, _area_group(prepared, options, entries, nodes, weights, factors)

    rows: list[tuple[str, ...]] = []
    results: list[Array] = []
    work = joblib.Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
        joblib.delayed(one)(options) for options in groups.values()
    )
    for options, found in work:
        rows += [tuple(option.name for option in each) for each in options]
        results.append(found)
        if progress is not None:
            progress(len(options))
    names = [choice.name for choice in grid.choices]
    table = pd.concat(
        [pd.DataFrame(rows, columns=names), pd.DataFrame(np.concatenate(results), columns=list(SUMMARY))], axis=1
    )
    return Multiverse(table, skipped, grid.sha256, draws, seed)


def _by_area(
    grid: Grid, entries: Mapping[int, Mapping[str, Distribution]]
) -> tuple[dict[tuple[int, ...], list[tuple[Option, ...]]], pd.DataFrame]:
    """Combinations grouped by what they say of places, and how many each rule left out."""
    groups: dict[tuple[int, ...], list[tuple[Option, ...]]] = {}
    counted = dict.fromkeys(range(len(grid.infeasible)), 0)
    for options in itertools.product(*(choice.options for choice in grid.choices)):
        rule = grid.excluded(options)
        if rule is not None:
            counted[grid.infeasible.index(rule)] += 1
            continue
        key = tuple(id(option) for option in options if any(map(_is_area, entries[id(option)])))
        groups.setdefault(key, []).append(options)
    skipped = [
        {
            "rule": "; ".join(f"{key}: {value}" for key, value in rule.when.items()),
            "reason": rule.reason,
            "combinations": counted[number],
        }
        for number, rule in enumerate(grid.infeasible)
    ]
    return groups, pd.DataFrame(skipped, columns=["rule", "reason", "combinations"])


def _setting(options: Iterable[Option], name: str, default: Any) -> Any:
    return next((option.settings[name] for option in options if name in option.settings), default)


def _key(options: tuple[Option, ...]) -> Key:
    return (
        _setting(options, "basis", "registered"),
        _setting(options, "year", 2018),
        _setting(options, "adult_age", 18),
    )


def _prepare(evidence: Evidence, register: Register, keys: set[Key], draws: int, seed: int) -> _Prepared:
    worlds = {
        (basis, year, age): replay.build(evidence, register, basis=basis, year=year, adult_age=age)  # type: ignore[arg-type]
        for basis, year, age in sorted(keys)
    }
    first = next(iter(worlds.values()))
    return _Prepared(
        evidence,
        register,
        worlds,
        replay.draw_inputs(first, register, draws, seed),
        replay.draw_places(first, draws, seed),
        draws,
        seed,
    )


def _elsewhere(
    options: tuple[Option, ...], entries: Mapping[int, Mapping[str, Distribution]]
) -> dict[str, Distribution]:
    return {key: shape for option in options for key, shape in entries[id(option)].items() if not _is_area(key)}


def _name(options: tuple[Option, ...], entries: Mapping[int, Mapping[str, Distribution]]) -> tuple[Any, ...]:
    set_here = _elsewhere(options, entries)
    return (_key(options), tuple(sorted((key, shape.describe()) for key, shape in set_here.items())))


def _shares_and_factors(
    prepared: _Prepared,
    groups: Mapping[tuple[int, ...], list[tuple[Option, ...]]],
    entries: Mapping[int, Mapping[str, Distribution]],
) -> tuple[dict[Any, Array], dict[Any, tuple[Array, Array]]]:
    """Observed share and population factors of every set of choices that are not about places."""
    shares: dict[Any, Array] = {}
    factors: dict[Any, tuple[Array, Array]] = {}
    for options in (each for group in groups.values() for each in group):
        name = _name(options, entries)
        if name in shares:
            continue
        world = prepared.worlds[name[0]]
        inputs = prepared.with_entries(_elsewhere(options, entries))
        # The share as counted was drawn on the first world's base; a proportion carries it to this one's.
        first = next(iter(prepared.worlds.values()))
        inputs[replay.SAMPLING] = inputs[replay.SAMPLING] * (first.central_base / world.central_base)
        shares[name] = replay.observed_share(world, inputs)
        scalars = {key: value for key, value in inputs.items() if not key.startswith("observed")}
        factors[name] = population_factors(scalars, world.basis, world.minority_adult_share)
    return shares, factors


def _lagrange(x: Array) -> Array:
    """Weights of the three nodes at positions x in [-1, 1]: shape (3, n)."""
    parts = []
    for here in range(3):
        a, b = (_NODES[other] for other in range(3) if other != here)
        parts.append((x - a) * (x - b) / ((_NODES[here] - a) * (_NODES[here] - b)))
    return np.stack(parts)


def _area_group(
    prepared: _Prepared,
    combinations: list[tuple[Option, ...]],
    entries: Mapping[int, Mapping[str, Distribution]],
    nodes: Array,
    weights: Mapping[Any, Array],
    factors: Mapping[Any, tuple[Array, Array]],
) -> Array:
    """Quantiles of the combinations that say the same of places: shape (combinations, 5)."""
    set_here = {key: s for option in combinations[0] for key, s in entries[id(option)].items() if _is_area(key)}
    inputs = prepared.with_entries(set_here)
    scopes = [scope.name for scope in SCOPES]
    wanted = sorted({_setting(options, "scope", "turkic") for options in combinations}, key=scopes.index)
    tables = sorted({name[1:] for name in prepared.worlds})
    by_table = {name[1:]: world for name, world in prepared.worlds.items()}
    columns = [scopes.index(name) + part * len(scopes) for part in (0, 1) for name in wanted]
    every = np.concatenate([replay.part_weights(by_table[each])[:, :, columns] for each in tables], axis=2)
    region = next(iter(prepared.worlds.values())).region
    sums = np.stack([replay.area_sums(region, every, share, inputs, prepared.places) for share in nodes])
    single = np.moveaxis(sums, 2, 0).astype(np.float32).copy()  # (columns, nodes, draws)
    found = np.empty((len(combinations), len(SUMMARY)))
    logs: dict[Any, Array] = {}
    for row, options in enumerate(combinations):
        name = _name(options, entries)
        scope = _setting(options, "scope", "turkic")
        core, other = factors[name]
        at = tables.index(name[0][1:]) * 2 * len(wanted) + wanted.index(scope)
        # Combinations that differ in the numerator alone share these sums.
        same = (name[0], scope, float(core[0]), float(other[0]))
        if same not in logs:
            people = core.astype(np.float32) * single[at] + other.astype(np.float32) * single[at + len(wanted)]
            logs[same] = np.log(people)
        log_total = np.einsum("kn,kn->n", weights[name].astype(np.float32), logs[same])
        log_total.sort()
        position = _AT * (log_total.size - 1)
        below = position.astype(int)
        above = np.minimum(below + 1, log_total.size - 1)
        found[row] = np.exp(log_total[below] + (position - below) * (log_total[above] - log_total[below]))
    return found


def variance_shares(specifications: pd.DataFrame, *, of: str = "count_median") -> pd.DataFrame:
    """How much each choice moves the result, over all combinations counting alike.

    Parameters
    ----------
    specifications : DataFrame
        Of `Multiverse`.
    of : str
        A column of results, or ``width`` for the ratio of the ends of the 95% interval.

    Returns
    -------
    DataFrame
        Per choice: `alone`, the share of the variance of the log result between its options' means; `total`, the share
        left when every other choice is given; `lowest`, `highest`, the geometric means of the extreme options, and
        their names.

    Notes
    -----
    **Assumes:** nothing about which combinations are likelier. A share says how much a choice matters in this grid, and
    would change with the grid.

    References
    ----------
    METHODS eq. 69.
    """
    choices = [name for name in specifications.columns if name not in SUMMARY]
    values = specifications["count_high"] / specifications["count_low"] if of == "width" else specifications[of]
    log = np.log(values.to_numpy(float))
    variance = log.var()
    if not variance > 0:
        raise EstimationError("specifications must differ in their result", "a constant", "declare choices that matter")
    codes = {name: pd.factorize(specifications[name])[0] for name in choices}
    rows = []
    for name in choices:
        means = pd.Series(log).groupby(specifications[name].to_numpy(), sort=False).mean()
        between = float(((means[specifications[name]].to_numpy() - log.mean()) ** 2).mean())
        others = [codes[each] for each in choices if each != name]
        # One number for each combination of the others: sorting numbers is quicker than sorting rows.
        sizes = [int(code.max()) + 1 for code in others]
        which = np.unique(np.ravel_multi_index(others, sizes), return_inverse=True)[1]
        size = np.bincount(which)
        inside = log - (np.bincount(which, log) / size)[which]
        rows.append(
            {
                "choice": name,
                "alone": between / variance,
                "total": float((inside**2).mean()) / variance,
                "lowest_option": str(means.idxmin()),
                "lowest": float(np.exp(means.min())),
                "highest_option": str(means.idxmax()),
                "highest": float(np.exp(means.max())),
            }
        )
    return pd.DataFrame(rows).sort_values("total", ascending=False).reset_index(drop=True)


def thinned(specifications: pd.DataFrame, rows: int = 400) -> pd.DataFrame:
    """The specification curve at evenly spaced ranks of the median, ends included; `rank` counts from 1."""
    ordered = specifications.sort_values("count_median", kind="stable").reset_index(drop=True)
    keep = np.unique(np.linspace(0, len(ordered) - 1, min(rows, len(ordered))).round().astype(int))
    kept = ordered.iloc[keep].copy()
    kept.insert(0, "rank", keep + 1)
    return kept.reset_index(drop=True)
