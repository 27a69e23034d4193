"""Published region-level figures taken to *ever held in a camp or prison, 2017-18, adults* by named steps.

Which figure counts what stands in `reconciliation.csv`; the steps are ratios of the synthesis' own draws.
"""

import numpy as np
import pandas as pd

from estimation.errors import EstimationError, require
from estimation.evidence.case_folder.census_case import areas_meant
from estimation.evidence.tables.sources import Evidence
from estimation.evidence.tables.synthesis_sources import year_of
from estimation.model.case.case import Case
from estimation.model.ladder.ladder import Run
from estimation.model.region.region import Array, Part
from estimation.model.synthesis.custody import COURSE, course_of, persons

_STEPS = ("step_base", "step_stock_to_ever", "step_window", "step_custody", "step_groups_and_places")
_INTERVALS = (0.5, 0.8, 0.95)
_INSIDE = {level: f"inside_{100 * level:.0f}" for level in _INTERVALS}
_COLUMNS = (
    *("estimate_id", "label", "published_low", "published_high", "scope"),
    *(*_STEPS, "converted_low", "converted_high"),
    *(*_INSIDE.values(), "reason"),
)
_UNCONVERTED = "not converted"


def places(evidence: Evidence, case: Case) -> tuple[Part, ...]:
    """People the published figures speak about, to be counted by the run; in order."""
    rows = evidence.table("reconciliation").query("use == 'yes'")
    asked = sorted({(str(row["area"]), str(row["groups"])) for _, row in rows.iterrows()})
    found, region = [], case.region
    for area, groups in asked:
        name = f"{area}|{groups}"
        where = areas_meant(name, area, region.areas, core=region.core, city=region.city)
        found.append(Part(name, np.flatnonzero(where), tuple(groups.split("+"))))
    return tuple(found)


def reconcile(evidence: Evidence, run: Run) -> pd.DataFrame:
    """Convert every published region-level figure, or say why it cannot be.

    Parameters
    ----------
    evidence : Evidence
        The data folder.
    run : Run
        Made with the ``places`` of `places`.

    Returns
    -------
    DataFrame
        A row per published figure: `estimate_id`, `label`, `published_low`, `published_high` (as stated, persons;
        alike for a single figure), `scope` it is compared with, the factor of each step (1 where it does not apply),
        `converted_low`, `converted_high` (persons; alike for a single figure), `inside_50`, `inside_80`, `inside_95`
        (yes, no, or partly for a range), `reason` (why not, or the choice made). Where `scope` is ``not converted``
        numbers are missing.

    Raises
    ------
    EstimationError
        A published figure without a row in reconciliation.csv, or a run without its place.

    Notes
    -----
    **Assumes:** the sources' weighing: factors are medians over the weighed draws of the ratio of two counts, so that
    they carry the synthesis' composition and course of entries. A figure that went into the synthesis is no check.

    References
    ----------
    METHODS eq. 84.
    """
    published = evidence.table("published")
    cards = evidence.table("reconciliation").set_index("estimate_id")
    missing = set(published["estimate_id"]) - set(cards.index)
    rule = "every published figure needs a row in reconciliation.csv"
    require(not missing, rule, ", ".join(sorted(missing)), "add it")
    rows = []
    for _, figure in published.iterrows():
        card = cards.loc[figure["estimate_id"]]
        ends = [float(figure[name]) for name in ("low", "value", "high") if pd.notna(figure[name])]
        ends = [min(ends), max(ends)] if str(figure["bound"]) == "range" else [ends[-1]] * 2
        known = {"estimate_id": figure["estimate_id"], "label": figure["label"]}
        known |= {"published_low": round(ends[0]), "published_high": round(ends[1])}
        if card["use"] == "no":
            rows.append({**known, **_blank(str(card["note"]))})
            continue
        factors = _factors(run, card, figure)
        low, high = (float(end * np.prod(list(factors.values()))) for end in ends)
        rows.append(
            {
                **known,
                "scope": card["scope"],
                **{name: _to_digits(value, 3) for name, value in factors.items()},
                "converted_low": _to_digits(low, 4),
                "converted_high": _to_digits(high, 4),
                **{name: _inside(run.count(card["scope"]), level, low, high) for level, name in _INSIDE.items()},
                "reason": str(card["note"]) or "as stated",
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS)


def _blank(reason: str) -> dict[str, object]:
    """What is said of a figure that cannot be converted; its numbers are missing."""
    return {**dict.fromkeys(("scope", *_INSIDE.values()), _UNCONVERTED), "reason": reason}


def _to_digits(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")


def _factors(run: Run, card: pd.Series, figure: pd.Series) -> dict[str, float]:
    """Factor of each step, each the median ratio of two counts that differ in one thing."""
    name = f"{card['area']}|{card['groups']}"
    found, custody_of = run.totals, run.case.custody
    if custody_of is None or name not in [part.name for part in found.parts]:
        raise EstimationError("the run must count every place of reconciliation.csv", name, "pass places(evidence)")
    held, column = found.held, found.column(name)
    either, prison, base = (each[run.positions, column] for each in (held.either, held.prison, held.people))
    entries = {entry: run.entry(entry) for entry in COURSE}
    course = course_of(entries, sentenced_by_2018=custody_of.sentenced_first_year)
    custody, measure = str(card["custody"]), str(card["measure"])
    year = year_of(str(card["date"]), end=measure != "held at a moment")

    def count(custody: str, measure: str, year: float) -> Array:
        return persons(either, prison, course, custody=custody, measure=measure, year=year)

    stated = count(custody, measure, year)
    by_then = count(custody, "ever held", year)
    by_end = count(custody, "ever held", 2019.0)
    implied = float(figure["implied_base"]) if card["base_step"] == "yes" else float("nan")
    return {
        "step_base": float(np.median(base)) / implied if np.isfinite(implied) else 1.0,
        "step_stock_to_ever": float(np.median(by_then / stated)),
        "step_window": float(np.median(by_end / by_then)),
        "step_custody": float(np.median(either / by_end)),
        "step_groups_and_places": float(np.median(run.count(str(card["scope"])) / either)),
    }


def _inside(count: Array, level: float, low: float, high: float) -> str:
    least, most = np.quantile(count, [(1 - level) / 2, (1 + level) / 2])
    held = [bool(least <= end <= most) for end in (low, high)]
    if all(held):
        return "yes"
    # A range around the interval holds part of it too.
    return "partly" if any(held) or low < least <= most < high else "no"
