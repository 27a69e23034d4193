"""The register's fitted entries: how unlike areas are, how much of that lies between parents, how rates run with size.

The register holds their values; a test keeps the two equal. Which sets may speak is decided here, once.
"""

from collections.abc import Collection, Iterator
from typing import Final

import pandas as pd

from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Beta, HalfT, LogT, StudentT
from estimation.model.spread.rho_prior import RhoEvidence, fit_rho_prior, rho_from_within
from estimation.model.spread.slope_prior import fit_slope_prior
from estimation.model.spread.spread_parents import decompose
from estimation.model.spread.spread_prior import Form, SpreadPrior, fit_prior

CAMPAIGNS: Final = ("quota_as_set", "executed_campaign", "crackdown")
"""Kinds of sets behind the estimate: campaigns, as ordered and as carried out, and crackdowns."""
APART: Final = "holocaust"
"""Left out: its areas are states under unlike regimes, not parts of one."""

# Other choices a reader may hold; reported beside the first, never averaged with it.
CHOICES: Final[tuple[tuple[str, tuple[str, ...], str | None, Form], ...]] = (
    ("campaigns and crackdowns", CAMPAIGNS, APART, "lognormal"),
    ("campaigns and crackdowns, half-normal", CAMPAIGNS, APART, "half_normal"),
    ("the same as carried out, orders left out", ("executed_campaign", "crackdown"), APART, "lognormal"),
    ("campaigns and crackdowns with the Holocaust", CAMPAIGNS, None, "lognormal"),
    ("campaigns as carried out", ("executed_campaign",), APART, "lognormal"),
    ("crackdowns", ("crackdown",), None, "lognormal"),
    ("orders, met as set", ("quota_as_set",), None, "half_normal"),
    ("counterinsurgency", ("counterinsurgency",), None, "lognormal"),
    ("routine imprisonment", ("routine_prison",), None, "half_normal"),
    (
        "all kinds",
        ("quota_as_set", "executed_campaign", "crackdown", "counterinsurgency", "routine_prison", "control"),
        None,
        "lognormal",
    ),
)


def spread_entry(sets: pd.DataFrame, *, without: Collection[str] = ()) -> LogT | HalfT:
    """The register's `between_county_sd` (log-odds): predictive for a system that is in none of the families.

    `sets` is the table `reference_sets`; the families in `without`, such as that of a system to be predicted, are left
    out besides. Parameters have three digits, as the register writes them.

    Notes
    -----
    **Assumes:** the region is one more campaign or crackdown, exchangeable with those of the sets; what `fit_prior`
    does. Orders stay in because a campaign whose quotas were met as set is one of the things that may have happened.
    """
    return _written(_fit(sets, *CHOICES[0][1:], without).predictive)


def slope_entry(slopes: pd.DataFrame, *, without: Collection[str] = ()) -> StudentT:
    """How rates run with the size of areas (log-odds per unit of log population), for a system in none of the families.

    `slopes` is the table `reference_slopes`, of sets of every kind: which areas are worse is a matter of where people
    live and who keeps the records, and differs in sign within every kind. As in `spread_entry`, the families in
    `without` are left out, `APART` always, and parameters have three digits.

    **Assumes:** what `fit_slope_prior` does.
    """
    fitted = fit_slope_prior(slopes, exclude_family={APART, *without})
    return StudentT(_digits(fitted.scale, 3), fitted.df)


def spread_shapes(sets: pd.DataFrame, *, without: Collection[str] = (), column: str = "tau") -> dict[str, LogT | HalfT]:
    """The predictive distribution under every choice, by name; as `spread_entry`, of the spreads in a `column`.

    With families left out, a choice of which too few remain is left out too.
    """
    return {name: _written(fitted.predictive) for name, _, fitted in _fits(sets, without, column)}


def spread_choices(sets: pd.DataFrame, *, without: Collection[str] = ()) -> pd.DataFrame:
    """Every choice of sets and shape, with what it gives; arguments as in `spread_shapes`.

    One row per choice: `choice`, `shape`, `families`, `sets`, `fitted_median`, `predictive` (as an assumptions file
    writes it), and the predictive's 2.5, 10, 50, 90 and 97.5 percent quantiles in log-odds.
    """
    rows = []
    for name, form, fitted in _fits(sets, without):
        shape = _written(fitted.predictive)
        quantiles = shape.ppf([0.025, 0.1, 0.5, 0.9, 0.975])
        rows.append(
            {
                "choice": name,
                "shape": form,
                "families": len(fitted.families),
                "sets": ", ".join(fitted.sets),
                "fitted_median": fitted.median,
                "predictive": shape.describe(),
                **dict(zip(("q025", "q10", "q50", "q90", "q975"), quantiles, strict=True)),
            }
        )
    return pd.DataFrame(rows)


def _fit(
    sets: pd.DataFrame,
    kinds: tuple[str, ...],
    apart: str | None,
    form: Form,
    without: Collection[str],
    column: str = "tau",
) -> SpreadPrior:
    left_out = sorted({*without, *([apart] if apart else [])})
    return fit_prior(sets, classes=kinds, exclude_family=left_out, form=form, column=column)


def _fits(sets: pd.DataFrame, without: Collection[str], column: str = "tau") -> Iterator[tuple[str, Form, SpreadPrior]]:
    for name, kinds, apart, form in CHOICES:
        try:
            yield name, form, _fit(sets, kinds, apart, form, without, column)
        except EstimationError:
            if not without:
                raise


def rho_evidence(areas: pd.DataFrame, sets: pd.DataFrame, parents: pd.DataFrame) -> tuple[RhoEvidence, ...]:
    """What each set with two levels says about `rho`, one vote per family.

    Taken from the tables `reference_areas`, `reference_sets` and `reference_parents`: fitted to the counts where the
    rows are held, else rebuilt from the spreads within parents.

    **Assumes:** where counts are fitted, the profile likelihood stands in for the marginal one.
    """
    family_of = dict(zip(sets["dataset"], sets["family"], strict=True))
    spread_of = dict(zip(sets["dataset"], sets["tau"], strict=True))
    found = []
    for row in parents.to_dict(orient="records"):
        dataset = row["dataset"]
        family = family_of[dataset]
        held = areas[areas["dataset"] == dataset]
        if len(held):
            split = decompose(held["count"], held["population"], held["parent"])
            found.append(RhoEvidence(family, split.rho, split.curve_rho, split.curve_log_likelihood))
            continue
        found.append(
            rho_from_within(
                family,
                tau=spread_of[dataset],
                within_low=row["tau_within_low"],
                within_median=row["tau_within_median"],
                within_high=row["tau_within_high"],
                parents=row["parents"],
            )
        )
    return tuple(found)


def rho_entry(areas: pd.DataFrame, sets: pd.DataFrame, parents: pd.DataFrame) -> Beta:
    """The register's `between_prefecture_share` fitted to `rho_evidence`, with shapes to two digits."""
    fitted = fit_rho_prior(rho_evidence(areas, sets, parents))
    return Beta(_digits(fitted.a, 2), _digits(fitted.b, 2))


def _written(shape: LogT | HalfT) -> LogT | HalfT:
    return type(shape)(**{name: _digits(value, 3) for name, value in vars(shape).items()})


def _digits(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")
