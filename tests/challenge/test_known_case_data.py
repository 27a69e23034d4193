"""The second case that ships: its numbers are the reference set's, its county the one the rule gives."""

from pathlib import Path

import pytest

from estimation.evidence.case_folder import case_folder
from estimation.evidence.distributions.distributions import Beta
from estimation.model.case.build import register_of
from estimation.model.spread.register_priors import rho_evidence
from estimation.model.spread.rho_prior import fit_rho_prior

FOLDER = Path(__file__).resolve().parents[2] / "data" / "cases" / "japanese_american_1945"
SET = "japanese_american_not_back_1945"
STATES = {"CA": "California", "OR": "Oregon", "WA": "Washington"}


@pytest.fixture(scope="module")
def known():
    return case_folder.load(FOLDER)


@pytest.fixture(scope="module")
def rows(shipped):
    areas = shipped.table("reference_areas")
    areas = areas[areas["dataset"] == SET]
    return areas.assign(label=areas["area"] + ", " + areas["parent"]).set_index("label")


def test_numbers_are_those_of_the_reference_set(known, rows):
    areas = known.areas.set_index("area")
    assert areas["people_residents"].to_dict() == rows["population"].to_dict()
    assert areas["parent"].to_dict() == rows["parent"].map(STATES).to_dict()
    assert known.statement.truth.count == rows["count"].sum()


def test_the_county_is_the_one_the_rule_gives(known, rows):
    # The rule of case.toml: closest to the median number of residents, the smaller one if two are equally close.
    away = (rows["population"] - rows["population"].median()).abs()
    chosen = rows.assign(away=away).sort_values(["away", "population"]).iloc[0]
    seen = known.observed.iloc[0]
    assert len(known.observed) == 1
    assert (seen["area"], seen["count"], seen["population"]) == (chosen.name, chosen["count"], chosen["population"])


@pytest.mark.slow
def test_share_between_parents_is_fitted_without_its_family(known, shipped):
    sets = shipped.table("reference_sets")
    register = register_of(known, sets)
    parents = shipped.table("reference_parents")
    others = parents[parents["dataset"] != SET]
    fitted = fit_rho_prior(rho_evidence(shipped.table("reference_areas"), sets, others))
    assert register["between_prefecture_share"].distribution == Beta(float(f"{fitted.a:.2g}"), float(f"{fitted.b:.2g}"))
