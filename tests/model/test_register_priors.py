import pytest

from estimation.evidence.distributions.distributions import HalfT, LogT
from estimation.evidence.tables import sources
from estimation.model.case.build import register_of
from estimation.model.spread import register_priors


@pytest.fixture(scope="module")
def evidence():
    return sources.load()


@pytest.fixture(scope="module")
def register(evidence):
    return register_of(evidence)


def test_the_register_holds_the_fitted_spread(evidence, register):
    fitted = register_priors.spread_entry(evidence.table("reference_sets"))
    assert register["between_county_sd"].distribution == fitted


def test_the_register_holds_the_fitted_share_between_parents(evidence, register):
    tables = (evidence.table(name) for name in ("reference_areas", "reference_sets", "reference_parents"))
    assert register["between_prefecture_share"].distribution == register_priors.rho_entry(*tables)


def test_choices_are_named_once_and_fitted_to_what_they_say(evidence):
    choices = register_priors.spread_choices(evidence.table("reference_sets")).set_index("choice")
    assert choices.index.is_unique
    # Fitted values of the reference analysis, section on the prior: medians to two digits, one vote per family.
    assert choices.loc["campaigns and crackdowns", "fitted_median"] == pytest.approx(0.80, abs=0.005)
    assert choices.loc["campaigns and crackdowns with the Holocaust", "fitted_median"] == pytest.approx(0.94, abs=0.005)
    assert choices.loc["crackdowns", "fitted_median"] == pytest.approx(1.04, abs=0.005)
    assert choices.loc["counterinsurgency", "fitted_median"] == pytest.approx(1.26, abs=0.005)
    assert choices.loc["all kinds", "fitted_median"] == pytest.approx(0.90, abs=0.005)
    assert "nkvd_00447_quota_republics" not in choices.loc["the same as carried out, orders left out", "sets"]
    assert choices.loc["orders, met as set", "families"] == 2


def test_a_choice_reads_back_as_an_entry_of_an_assumptions_file(evidence):
    choices = register_priors.spread_choices(evidence.table("reference_sets"))
    shapes = [eval(text, {"log_t": _log_t, "half_t": HalfT}) for text in choices["predictive"]]
    for shape, median in zip(shapes, choices["q50"], strict=True):
        assert shape.median() == pytest.approx(median, rel=1e-6)


def _log_t(*, median, sigma, df, high):
    return LogT(median, sigma, df, high)


def test_leaving_a_family_out_moves_the_spread(evidence):
    sets = evidence.table("reference_sets")
    without = register_priors.spread_entry(sets[sets["family"] != "union"])
    # The union sets are the smallest spreads but one; without them the median must rise.
    assert without.median_value > register_priors.spread_entry(sets).median_value
