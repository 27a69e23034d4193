"""Published regional figures: each recomputed from its own inputs, and set on the census-based population.

What may be concluded from the comparison does not live here; the columns say what each figure counts.
"""

import math
import re
from typing import Any, Final

import pandas as pd

from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.published.published_bases import (
    Row,
    figure,
    on_modelled_base,
    share_of,
)
from estimation.evidence.tables.sources import Evidence

_NOT_STATED: Final = "not stated"
_NOT_APPLICABLE: Final = "not applicable"
_WHOLE: Final = (
    *("stated_low", "stated", "stated_high", "recomputed", "implied_base"),
    *("modelled_base", "modelled_base_15plus", "count_on_modelled_base"),
)
_NUMBERS: Final = dict.fromkeys(_WHOLE, "Int64") | {"share": "float64", "modelled_over_implied": "float64"}
_COUNTS: Final = {
    "ever_detained": "people ever held in the window",
    "held_at_a_moment": "people held at one moment",
    "sentenced": "people sentenced",
    "flow": "cases in a period",
    "parent_held": "children with a parent held",
    "": "a mixture, or attendance",
}
_RECORDS: Final = "people named in files, held or not"
_CUSTODY: Final = {
    ("yes", "no"): "camps only",
    ("yes", "yes"): "camps and prisons",
    ("no", "yes"): "prisons only",
    ("no", "no"): "no custody counted",
    ("not_applicable", "not_applicable"): "no custody counted",
}

# Why a figure cannot be recomputed, where the columns of the table alone do not tell.
_REASON_OF: Final = {
    "zenz_1_06m": "step_not_read",
    "istiqlal_890k": "rows_not_available",
    "chrd_2_3m": "parts_not_printed",
    "cerd_1m": "sources_not_named",
    "afp_1m": "sources_not_named",
    "hrw_800k_2018": "sources_not_named",
    "schriver_3m": "share_not_printed",
    "ruser_800k_2m": "repeats_others",
    "merkur_100k": "words_not_numbers",
    "bunin_parallel": "words_not_numbers",
    "circulating_578500": "sum_read_as_stock",
    "afp_300k_records": "records_not_people",
    "merkur_300k_registered": "records_not_people",
    "bbc_250k_named": "records_not_people",
    "indep_un_1m": "credited_to_another",
    "indep_330_list": "list_without_base",
}
# What becomes of a figure's arithmetic: why it cannot be recomputed, then what recomputing it gives.
_REASONS: Final = {
    "digits_not_read": "the figure was not read in any text, so there is nothing to recompute it from",
    "rests_on_error": "it builds on an error in circulation, and its steps are not printed",
    "misattributed": "it credits files on single counties with a figure for the region",
    "step_not_read": "it is said to be scaled up from an earlier table, and that step was not read in any text",
    "rows_not_available": "it is the sum of a county table whose rows are not in this folder",
    "parts_not_printed": "it adds camps and day or evening sessions for all residents, and the source prints the parts "
    "only for the rural south",
    "sources_not_named": "it passes on reports or estimates of others and names none of them with its arithmetic",
    "share_not_printed": "a population is printed, but neither a share of it nor the way to the figure",
    "repeats_others": "it repeats a range in use and adds no arithmetic of its own",
    "words_not_numbers": "the source has words, not numbers",
    "sum_read_as_stock": "it reads the prosecutions of several years as people in prison at one time",
    "records_not_people": "it counts people named in files, held or not, so there is nothing to recompute",
    "credited_to_another": "it credits the United Nations with a figure of reports cited before one of its committees",
    "list_without_base": "it is the length of one list, and no population stands beside it",
    "base_not_printed": "a share of {share:.1%} is printed, the population it is a share of is not; division gives "
    "{implied:,.0f}",
    "steps_not_printed": "the source names what it starts from ({inputs}), but not every step from there",
    "range_without_arithmetic": "the source prints {low:,.0f} to {high:,.0f} and no arithmetic that leads there",
    "count_without_arithmetic": "the source prints {stated:,.0f} and no arithmetic that leads there",
    "circulating_error": "a circulating error, shown as such: the inputs give {value:,.0f}, the figure in circulation "
    "is {stated:,.0f}, and it circulates with a year the inputs do not cover",
    "inputs_differ": "the inputs give {value:,.0f} against {stated:,.0f}",
    "circular": "the inputs give {value:,.0f}, by construction: the base in the formula was obtained from this figure "
    "and its share",
    "recomputed": "the inputs, each stated by the source, give {value:,.0f}",
}


def reproduce(evidence: Evidence) -> pd.DataFrame:
    """Recompute every published figure, and show it on the census-based population.

    Returns
    -------
    DataFrame
        One row per row of table `published`, in its order. Numbers that do not exist are missing, words that do not
        read 'not stated' or 'not applicable'. Columns, beside those of the table:

        * `counts`, `custody`: what is counted, in words;
        * `recomputed`: what the formula gives (unit of the row);
        * `verdict`: 'agreement', 'disagreement' or 'cannot be recomputed'; `reason_code` and `reason` say why;
        * `independent`: 'no' if the formula's base was itself obtained from the figure;
        * `share`: the share stated with the figure, 0-1; `implied_base`: figure over share, persons;
        * `modelled_base`, `modelled_base_15plus`: resident persons of the census model that stand for the population
          of the row, at the end of the year in which its window ends; `modelled_base_is`: that match in words;
        * `count_on_modelled_base`: share times `modelled_base`, persons;
        * `modelled_over_implied`: the factor by which every figure of the row changes at an unchanged share.

    Notes
    -----
    A formula agrees when it meets the stated figure within half a unit of its last digit that is not zero.

    **Assumes:** for the comparison of bases, residents of the census and the groups named in `BASES`.
    **Assumes:** nothing about which base is right: the sources may count from 15, or registered people.

    References
    ----------
    METHODS eq. 82.
    """
    table = evidence.table("published")
    implied = evidence.table("bases").query("basis == 'implied'").set_index("denominator_id")["value"]
    rows = [
        {**_identity(row), **_arithmetic(row, implied), **on_modelled_base(row, evidence)}
        for row in table.to_dict("records")
    ]
    return pd.DataFrame(rows).astype(_NUMBERS)


def intervals(evidence: Evidence) -> pd.DataFrame:
    """Stated ranges of published counts of people, for drawing, sorted by measure, custody and size.

    Rows of `published` that count people and may be shown (`usable` is context), with one definite measure:
    `estimate_id`, `label`, `low` and `high` (persons; equal for a single figure), `bound` (which end is open),
    `counts`, `custody`, `dependence_group`.

    **Assumes:** nothing is added to a one-sided figure: a floor is drawn at its floor, with the open end named.
    """
    table = evidence.table("published")
    kept = table[(table["unit"] == "persons") & (table["usable"] == "context") & (table["measure"] != "")].copy()
    kept["low"] = kept["low"].fillna(kept["value"]).fillna(kept["high"])
    kept["high"] = kept["high"].fillna(kept["value"]).fillna(kept["low"])
    kept["counts"] = kept["measure"].map(_COUNTS)
    kept["custody"] = [_custody(row) for row in kept.to_dict("records")]
    columns = ["estimate_id", "label", "low", "high", "bound", "counts", "custody", "dependence_group"]
    return kept.sort_values(["counts", "custody", "high", "low"])[columns].reset_index(drop=True)


def bases_side_by_side(reproduced: pd.DataFrame) -> pd.DataFrame:
    """Bases behind published shares, one per row, of what `reproduce` gives, for drawing.

    `estimate_id`, `label`, `ages` (who is counted: adults or all ages), `base` (which of the bases it is) and
    `persons`; only rows that state a share and that the model can match.
    """
    kept = reproduced[reproduced["modelled_base"].notna()]
    names = {
        "implied_base": "implied by the figure",
        "modelled_base": "census model",
        "modelled_base_15plus": "census model, from age 15",
    }
    ages = kept["modelled_base_15plus"].isna().map({True: "all ages", False: "adults"})
    out = kept.assign(ages=ages).melt(["estimate_id", "label", "ages"], list(names), "base", "persons")
    out = out.dropna(subset="persons")
    return out.assign(base=out["base"].map(names), persons=out["persons"].astype(float)).reset_index(drop=True)


def _identity(row: Row) -> dict[str, Any]:
    """Who says what, with nothing left empty."""
    plain = (
        "estimate_id", "label", "source_id", "read_in", "verification", "usable", "population_group", "window_from",
        "window_to", "bound", "dependence_group",
    )  # fmt: skip
    out: dict[str, Any] = {name: row[name] or _NOT_STATED for name in plain}
    out["flag"] = row["flag"] or "none"
    out["note"] = row["note"] or "none"
    out["counts"] = _RECORDS if row["unit"] == "records" else _COUNTS[row["measure"]]
    out["custody"] = _custody(row)
    out["unit"] = row["unit"]
    for name, column in (("stated_low", "low"), ("stated", "value"), ("stated_high", "high")):
        out[name] = None if math.isnan(row[column]) else round(row[column])
    return out


def _arithmetic(row: Row, implied: pd.Series) -> dict[str, Any]:
    """The figure's own formula and what becomes of it."""
    inputs = row["inputs"] or _NOT_STATED
    if not row["formula"]:
        code = _code(row)
        numbers = {"low": row["low"], "high": row["high"], "stated": figure(row), "share": share_of(row)}
        words = _REASONS[code].format(**numbers, implied=row["implied_base"], inputs=row["inputs"])
        return {
            "formula": _NOT_STATED,
            "inputs": inputs,
            "recomputed": None,
            "verdict": "cannot be recomputed",
            "reason_code": code,
            "reason": f"{words} ({row['note']})" if row["note"] else words,
            "independent": _NOT_APPLICABLE,
        }
    value, stated = evaluate(row["formula"]), figure(row)
    agrees = abs(value - stated) <= _half_last_digit(stated)
    used = implied[implied.index.isin(row["inputs"].split(";"))]
    circular = bool(set(used) & {float(number) for number in re.findall(r"\d+(?:\.\d+)?", row["formula"])})
    if row["flag"] == "circulating_error":
        code = "circulating_error"
    elif not agrees:
        code = "inputs_differ"
    else:
        code = "circular" if circular else "recomputed"
    return {
        "formula": row["formula"],
        "inputs": inputs,
        "recomputed": round(value),
        "verdict": "agreement" if agrees else "disagreement",
        "reason_code": code,
        "reason": _REASONS[code].format(value=value, stated=stated),
        "independent": "no" if circular else "yes",
    }


def _code(row: Row) -> str:
    """Choose the reason why a figure without a formula cannot be recomputed."""
    if row["verification"] == "unverified":
        return "digits_not_read"
    if row["estimate_id"] in _REASON_OF:
        return _REASON_OF[row["estimate_id"]]
    if row["flag"] in ("rests_on_error", "misattributed"):
        return str(row["flag"])
    if row["implied_base_formula"]:
        return "base_not_printed"
    if row["inputs"]:
        return "steps_not_printed"
    two_ends = not (math.isnan(row["low"]) or math.isnan(row["high"])) and row["low"] < row["high"]
    return "range_without_arithmetic" if two_ends else "count_without_arithmetic"


def _custody(row: Row) -> str:
    """Which kinds of custody are counted, in words."""
    kinds = (row["includes_camps"], row["includes_prison"])
    return _CUSTODY.get(kinds, f"camps {kinds[0]}, prisons {kinds[1]}")


def _half_last_digit(figure: float) -> float:
    """Half a unit of the last digit that is not zero: how far a printed figure may be rounded."""
    digits = f"{figure:.0f}"
    return 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0")))
