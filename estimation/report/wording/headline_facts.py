"""Facts behind the headline: what was counted, what the press made of it, and how the method did on known systems."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pandas as pd

from estimation.challenge.sources.conflict import sides
from estimation.errors import EstimationError
from estimation.evidence.case_folder.case_file import Lead, Press, Statement, statement_of
from estimation.evidence.tables.sources import PUBLIC, Evidence
from estimation.evidence.tables.sources import headline as headline_rows
from estimation.report.wording.estimate_words import capitalised, ends
from estimation.report.wording.numbers import persons
from estimation.report.wording.picture_texts import KIND_NAMES, spoken
from estimation.report.wording.rounding import rounded
from estimation.report.wording.texts import english_only, escaped, texts

_STUDIED = "A+B without Holocaust"
# The last rung that was published is the headline; the one before the other sources stands beside it.
ALONE, WEIGHED = "differences", "sources"
INFLUENCE: Final = "synthesis/influence.csv"
"""The table that `conflict_words` reads."""


@lru_cache(maxsize=1)
def stated() -> Statement:
    """What the case that ships states, and so what README, METHODS, page and pictures lead with."""
    return statement_of(PUBLIC)


def lead() -> Lead:
    """Totals that the results of the case that ships lead with."""
    return stated().lead


def press() -> Press:
    """What the press made of the count of the case that ships."""
    found = stated().press
    if found is None:
        raise EstimationError("the case that ships must have a [press]", "none", "add it to data/public/case.toml")
    return found


@dataclass(frozen=True)
class HeadlineFacts:
    """Figures that the question starts from."""

    count: int  # persons counted in the observed county
    share: float  # of its adults as stated, 0-1
    press: float  # the press's figure for the region, persons


def read_facts(evidence: Evidence) -> HeadlineFacts:
    """Read the figures that the question starts from."""
    observed = headline_rows(evidence).iloc[0]
    figures = evidence.table("published").set_index("estimate_id")["value"]
    return HeadlineFacts(int(observed["numerator"]), float(observed["rate"]), float(figures[press().estimate]))


def coverage_words(calibration: pd.DataFrame, worlds: pd.DataFrame | None = None) -> str:
    """How the method did where the truth is known, and where it fails, in Markdown.

    `calibration` is of the county alone, `worlds` of the range with other sources: results/calibration_sources.csv.
    """
    ours = _ours(calibration)
    numbers = {"coverage": float, "coverage_error": float, "width_ratio": float, "families": float}
    by_key = ours.set_index(["system", "scheme", "level"]).astype(numbers)
    held, even = by_key["coverage"], "equal chances"
    words = english_only("readme")
    average, campaigns = "all families held", "classes A and B"

    def share(group: str, level: float) -> str:
        found, error = held[group, even, level], by_key["coverage_error"][group, even, level]
        return words.fill("coverage", share=f"{found:.0%}", error=f"{error:.0%}")

    alone = set(ours.loc[ours["family"] != "average", "system"])
    systems = {system: held[system, even, 0.95] for system in sorted(alone)}
    worst = min(systems, key=lambda system: systems[system])
    families, widths = by_key["families"], by_key["width_ratio"]
    said = words.fill(
        "checked",
        systems=str(len(systems)),
        families=f"{families[average, even, 0.95]:.0f}",
        close=share(average, 0.8),
        wide=share(average, 0.95),
        campaigns=f"{families[campaigns, even, 0.95]:.0f}",
        close_campaigns=share(campaigns, 0.8),
        wide_campaigns=share(campaigns, 0.95),
        width=persons(float(f"{widths[average, even, 0.95]:.1g}")),
        worst=escaped(capitalised(spoken(worst))),
        worst_share=f"{systems[worst]:.0%}",
        picked=coverage_of_worst_quarter(calibration),
    )
    tried = "" if worlds is None else f" {_worlds_words(worlds)}"
    return f"{said}{tried} {words.fill('checked_where')}"


def _worlds_words(worlds: pd.DataFrame) -> str:
    held = worlds.set_index(["world", "level"])["coverage"].astype(float).unstack()
    right, broken = held.loc["as modelled"], held.drop(index="as modelled")[0.95]
    return english_only("readme").fill(
        "checked_sources",
        close=f"{right[0.8]:.0%}",
        wide=f"{right[0.95]:.0%}",
        least=f"{broken.min():.0%}",
        world=escaped(str(broken.idxmin())),
    )


def conflict_words(influence: pd.DataFrame) -> str:
    """What the kind of source farthest from the rest says alone, and what the rest says; of `INFLUENCE`.

    Empty with fewer than two kinds of source.
    """
    both = sides(influence)
    if both is None:
        return ""
    told = {}
    for side, row in (("alone", both.alone), ("others", both.others)):
        low, median, high = (float(row[name]) for name in ("low", "median", "high"))
        told[side] = texts("en").fill("range", **dict(zip(("low", "high"), ends(low, high), strict=True)))
        told[f"{side}_median"] = persons(rounded(median, low=low, high=high))
    kind = KIND_NAMES.get(both.kind, both.kind)
    return english_only("readme").fill("conflict", kind=kind, times=f"{both.times:.1f}", **told)


def coverage_of_worst_quarter(calibration: pd.DataFrame) -> str:
    """How often the 80% interval held the truth where the area shown was one of the worst quarter, as a percentage."""
    ours = _ours(calibration).set_index(["system", "scheme", "level"])["coverage"].astype(float)
    return f"{ours['all families held', 'top quarter', 0.8]:.0%}"


def _ours(calibration: pd.DataFrame) -> pd.DataFrame:
    """Rows of the method as it is used: one area shown, selection not supposed known."""
    return calibration[
        (calibration["method"] == "hierarchical")
        & (calibration["prior"] == _STUDIED)
        & (calibration["observed"] == 1)
        & (calibration["selection"] == "0")
    ]
