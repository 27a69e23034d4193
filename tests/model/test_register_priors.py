import pytest

from estimation.errors import EstimationError
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


def test_columns_of_a_choice(evidence):
    sets = evidence.table("reference_sets")
    choices = register_priors.spread_choices(sets)
    quantiles = ["q025", "q10", "q50", "q90", "q975"]
    named = ["choice", "shape", "families", "sets", "fitted_median", "predictive"]
    assert list(choices.columns) == [*named, *quantiles]
    assert list(choices["choice"]) == [name for name, *_ in register_priors.CHOICES]
    assert set(choices["shape"]) == {"lognormal", "half_normal"}
    # Each row's quantiles are those of the shape given under its name, which stands beside it in words.
    shapes = register_priors.spread_shapes(sets)
    for row in choices.to_dict("records"):
        shape = shapes[row["choice"]]
        assert row["predictive"] == shape.describe()
        assert [row[name] for name in quantiles] == pytest.approx(list(shape.ppf([0.025, 0.1, 0.5, 0.9, 0.975])))
        assert isinstance(shape, LogT if row["shape"] == "lognormal" else HalfT)
        assert row["sets"] == ", ".join(row["sets"].split(", "))
    assert choices.set_index("choice").loc["orders, met as set", "sets"].count(", ") == 1


def test_choices_of_too_few_families_are_left_out_only_where_families_are(evidence):
    sets = evidence.table("reference_sets")
    # Three families are of crackdowns: without two of them a lognormal has one left, which is too few.
    crackdowns = sets[(sets["class"] == "B") & (sets["in_prior"] == "yes")]["family"].unique()[:2].tolist()
    left = register_priors.spread_shapes(sets, without=crackdowns)
    assert "crackdowns" not in left
    assert "campaigns and crackdowns" in left
    assert set(register_priors.spread_choices(sets, without=crackdowns)["choice"]) == set(left)
    with pytest.raises(EstimationError, match="at least two families"):
        register_priors.spread_shapes(sets[~sets["family"].isin(crackdowns)])


def test_leaving_a_family_out_by_name_is_leaving_its_rows_out(evidence):
    sets = evidence.table("reference_sets")
    named = register_priors.spread_entry(sets, without=["union"])
    assert named == register_priors.spread_entry(sets[sets["family"] != "union"])
    # Three digits, as the register writes them.
    assert named.median_value == float(f"{named.median_value:.3g}")


def test_leaving_a_family_out_moves_the_spread(evidence):
    sets = evidence.table("reference_sets")
    without = register_priors.spread_entry(sets[sets["family"] != "union"])
    # The union sets are the smallest spreads but one; without them the median must rise.
    assert without.median_value > register_priors.spread_entry(sets).median_value
