"""What would change the answer of a case, and whether it holds where its truth is known."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from estimation.challenge.claims import Claim, claims_of
from estimation.challenge.rerun.case_stage import CaseStage
from estimation.challenge.sensitivity import case_weighed, power_scaling, shapley, tipping, tornado
from estimation.challenge.sensitivity.case_weighed import CaseWeighed
from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_file import Statement, Truth
from estimation.evidence.register.assumptions import Register
from estimation.model.case.case import PARENT_SHARE, SELECTION, SPREAD
from estimation.model.ladder.ladder import Ladder
from estimation.model.ladder.summary import chance_error
from estimation.model.region.region import RUNGS, SOURCES
from estimation.model.spread.register_priors import spread_choices, spread_shapes
from estimation.model.synthesis.case_synthesis import CaseSynthesis

STANDING: Final = "observed_standing"
ROWS: Final = 4000
_CARRIERS: Final = (SPREAD, PARENT_SHARE, SELECTION)


def claim_rows(run: CaseSynthesis | Ladder, claims: Sequence[Claim]) -> pd.DataFrame:
    """How likely each claim is on the last rung without other sources and, where there are some, with them.

    Parameters
    ----------
    run : CaseSynthesis or Ladder
        The run.
    claims : sequence of Claim
        About its scopes.

    Returns
    -------
    DataFrame
        Columns of `Claim.columns`, `rung`, `probability` (0-1), `probability_error`.
    """
    ladder = run if isinstance(run, Ladder) else run.ladder
    rows = []
    for claim in claims:
        found = {RUNGS[-1]: (ladder.count(claim.scope), float(ladder.draws))}
        if isinstance(run, CaseSynthesis):
            found[SOURCES] = (run.count(claim.scope), run.weights.effective)
        for rung, (totals, worth) in found.items():
            chance = claim.probability(totals)
            rows.append(
                {
                    **claim.columns(),
                    "rung": rung,
                    "probability": chance,
                    "probability_error": chance_error(chance, worth),
                }
            )
    return pd.DataFrame(rows).astype({"high": "Int64"})


def challenge(
    at: CaseStage,
    run: CaseSynthesis | Ladder,
    statement: Statement,
    sets: pd.DataFrame,
    *,
    progress: Callable[[int], object] | None = None,
) -> dict[str, pd.DataFrame]:
    """Tornado, sensitivity, Shapley effects and tipping points of a case, about its first scope.

    Parameters
    ----------
    at : CaseStage
        The case with its random numbers.
    run : CaseSynthesis or Ladder
        Its run; but for the chances of claims, what is asked is what moves the answer without other sources.
    statement : Statement
        For its claims.
    sets : DataFrame
        Table `reference_sets`: other fits of the spread are named alternatives.
    progress : callable, optional
        Called with 1 after a step.

    Returns
    -------
    dict of str to DataFrame
        By file name; no table of tipping points without claims.

    Notes
    -----
    **Assumes:** what `tornado.tornado`, `power_scaling.prior_sensitivity`, `shapley.given_data` and `tipping.tips` do.
    """
    scope = at.case.scopes[0].name
    moved = tornado.tornado(at, scope=scope, others=_fits(at.register, statement, sets), progress=progress)
    found = {
        "tornado.csv": moved,
        "sensitivity.csv": _summary(at, moved, scope),
        "shapley.csv": _effects(run if isinstance(run, Ladder) else run.ladder, scope, at.seed),
        "spread.csv": spread_choices(sets, without=statement.exclude_families),
    }
    claims = claims_of(statement)
    if claims:
        found["chances.csv"] = claim_rows(run, claims)
        entries = [key for key, entry in at.register.items() if entry.rung in RUNGS and entry.varies]
        found["tipping.csv"] = tipping.table(tipping.tips(at, claims, entries, progress=progress), at.register)
    return found


def challenge_weighed(
    at: CaseWeighed, statement: Statement, sets: pd.DataFrame, *, progress: Callable[[int], object] | None = None
) -> dict[str, pd.DataFrame]:
    """Tornado and chances of the claims with other sources weighed in, about the first scope, by file name.

    Parameters
    ----------
    at : CaseWeighed
        The case with its sources.
    statement, sets, progress
        As in `challenge`.

    Notes
    -----
    **Assumes:** what `case_weighed.moved` does.
    """
    claims = claims_of(statement)
    others = _fits(at.register, statement, sets)
    moved, chances = case_weighed.moved(
        at, scope=at.case.scopes[0].name, claims=claims, others=others, progress=progress
    )
    found = {"tornado_sources.csv": moved}
    return found | {"chances_moved.csv": chances} if claims else found


def _fits(register: Register, statement: Statement, sets: pd.DataFrame) -> tornado.Alternatives:
    """Other fits of the spread, as named alternatives."""
    shapes = spread_shapes(sets, without=statement.exclude_families)
    return {SPREAD: {name: shape for name, shape in shapes.items() if shape != register[SPREAD].distribution}}


def _summary(at: CaseStage, moved: pd.DataFrame, scope: str) -> pd.DataFrame:
    """One row an entry, the one that moves the answer most first."""
    log_total = np.log(at.totals()[:, at.column(scope)])
    powered = power_scaling.prior_sensitivity(at.register, at.inputs, log_total)
    rows = []
    for key, entry in at.register.items():
        own = moved[moved["entry"] == key].sort_values("move", ascending=False, kind="stable")
        largest = own.iloc[0] if len(own) else None
        rows.append(
            {
                "input": key,
                "rung": entry.rung,
                "held_fixed": "no" if entry.varies else "yes",
                "move": 0.0 if largest is None else float(largest["move"]),
                "move_at": "nothing to move it to" if largest is None else str(largest["at"]),
                "power_scaling": float(powered["sensitivity"].get(key, 0.0)),
            }
        )
    return pd.DataFrame(rows).sort_values("move", ascending=False, kind="stable").reset_index(drop=True)


def _effects(run: Ladder, scope: str, seed: int) -> pd.DataFrame:
    """Shapley effects on the log total of what carries it, from the ladder's own draws."""
    used = min(ROWS, run.draws)
    inputs = run.inputs.iloc[:used]
    spread = inputs[SPREAD].to_numpy(float)
    away = (inputs["observed_logit"] - inputs["centre"]).to_numpy(float)
    columns = {name: inputs[name].to_numpy(float) for name in _CARRIERS}
    columns[STANDING] = np.divide(away, spread, out=np.zeros(used), where=spread > 0)
    varying = {name: values for name, values in columns.items() if np.ptp(values) > 0}
    if not varying:
        reason = "nothing that could carry it varies"
        return pd.DataFrame({"input": ["not explained"], "effect": [1.0], "low": [1.0], "high": [1.0], "note": reason})
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x5AA9]))
    found = shapley.given_data(varying, np.log(run.count(scope)[:used]), rng=rng).reset_index()
    return found.assign(note="share of the variance of the log total")


def against_truth(run: CaseSynthesis | Ladder, truth: Truth) -> pd.DataFrame:
    """Where a known total lies in the intervals of each rung; the only place where a truth is read.

    Parameters
    ----------
    run : CaseSynthesis or Ladder
        The run.
    truth : Truth
        The known total of one scope.

    Returns
    -------
    DataFrame
        `scope`, `rung`, `level`, `count_low`, `count_high`, `truth` (persons), `held` ("yes" or "no"),
        `share_of_draws_below` (0-1).
    """
    ladder = run if isinstance(run, Ladder) else run.ladder
    if truth.scope not in ladder.cards:
        raise EstimationError("the truth must be about a scope that was run", repr(truth.scope), "correct case.toml")
    found = {rung: ladder.count(truth.scope, rung) for rung in RUNGS}
    if isinstance(run, CaseSynthesis):
        found[SOURCES] = run.count(truth.scope)
    rows = []
    for rung, totals in found.items():
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
