import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats

from estimation.errors import EstimationError
from estimation.evidence.tables.sources import PUBLIC
from estimation.model.spread.spread_prior import KINDS, fit_prior, kinds_of

NOT_ONE_STATE = "holocaust"
NOT_QUOTA_FAMILIES = ("holocaust", "philippines", "japanese_american")


@pytest.fixture(scope="module")
def sets():
    return pd.read_csv(PUBLIC / "reference_sets.csv", keep_default_na=False)


# Expected values: the stated prior table of the reference analysis (one vote per family), as printed: column, classes,
# families left out, sets, families, lognormal median and sigma, half-normal scale, log-likelihood of each.
PRINTED = [
    ("tau", "A", NOT_QUOTA_FAMILIES, 4, 2, 0.31, 0.81, 0.37, 0.40, 0.52),
    ("tau", "A", None, 7, 5, 0.89, 1.10, 1.67, -6.51, -6.19),
    ("tau", "A", NOT_ONE_STATE, 6, 4, 0.65, 0.99, 1.04, -3.42, -3.08),
    ("tau", "B", None, 3, 3, 1.04, 0.29, 1.10, -0.17, -2.45),
    ("tau", "AB", None, 10, 8, 0.94, 0.85, 1.48, -9.10, -8.95),
    ("tau", "AB", NOT_ONE_STATE, 9, 7, 0.80, 0.76, 1.07, -5.91, -5.53),
    ("tau", "C", None, 7, 4, 1.26, 0.74, 1.96, -4.91, -5.59),
    ("tau", "D", None, 2, 2, 0.43, 0.14, 0.44, 3.30, 0.21),
    ("tau", "ABCDE", None, 21, 16, 0.90, 0.75, 1.47, -15.86, -17.77),
    ("tau_pop_weighted", "A", NOT_QUOTA_FAMILIES, 4, 2, 0.25, 0.93, 0.32, 0.57, 0.84),
    ("tau_pop_weighted", "A", None, 7, 5, 0.64, 0.99, 0.99, -4.30, -3.59),
    ("tau_pop_weighted", "A", NOT_ONE_STATE, 6, 4, 0.51, 0.97, 0.76, -2.34, -1.79),
    ("tau_pop_weighted", "B", None, 3, 3, 0.97, 0.26, 1.01, 0.41, -2.22),
    ("tau_pop_weighted", "AB", None, 10, 8, 0.75, 0.79, 1.00, -6.66, -5.81),
    ("tau_pop_weighted", "AB", NOT_ONE_STATE, 9, 7, 0.67, 0.79, 0.88, -4.93, -4.16),
    ("tau_pop_weighted", "C", None, 7, 4, 1.16, 0.69, 1.68, -4.27, -4.98),
    ("tau_pop_weighted", "D", None, 2, 2, 0.39, 0.21, 0.40, 2.65, 0.37),
    ("tau_pop_weighted", "ABCDE", None, 21, 16, 0.79, 0.71, 1.16, -12.97, -13.97),
]


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}")
def test_printed_prior_table_is_reproduced(sets, row):
    column, classes, exclude, n_sets, n_families, median, sigma, scale, loglik, loglik_half = row
    lognormal = fit_prior(sets, classes=list(classes), exclude_family=exclude, column=column)
    half = fit_prior(sets, classes=list(classes), exclude_family=exclude, column=column, form="half_normal")
    assert (len(lognormal.sets), len(lognormal.families)) == (n_sets, n_families)
    rounding = 0.0051
    assert lognormal.median == pytest.approx(median, abs=rounding)
    assert lognormal.sigma == pytest.approx(sigma, abs=rounding)
    # Two log-likelihoods, -3.0746 and -0.1752, are printed as -3.08 and -0.17: the table was made with unrounded taus.
    assert lognormal.log_likelihood == pytest.approx(loglik, abs=rounding + 5e-4)
    assert half.scale == pytest.approx(scale, abs=rounding)
    assert half.log_likelihood == pytest.approx(loglik_half, abs=rounding + 5e-4)


def test_stated_range_of_the_headline_prior(sets):
    prior = fit_prior(sets, classes=["A", "B"], exclude_family="holocaust")
    # Stated: 95% range of the fitted lognormal 0.18-3.5.
    np.testing.assert_allclose(prior.distribution.ppf([0.025, 0.975]), [0.18, 3.5], rtol=0.03)


def test_orders_are_kept_apart_from_what_was_done(sets):
    kind = kinds_of(sets).set_axis(sets["dataset"])
    assert kind["union_quota_assigned_1862"] == kind["nkvd_00447_quota_republics"] == "quota_as_set"
    for executed in ("union_quota_met_1862", "union_men_furnished_1861_65", "holocaust_deaths_by_country"):
        assert kind[executed] == "executed_campaign"
    assert kind["japanese_american_not_back_1945"] == kind["philippines_drugwar_killed_2016_20"] == "executed_campaign"
    assert set(kind) == set(KINDS)
    done = fit_prior(sets, classes=["executed_campaign", "crackdown"], exclude_family="holocaust")
    ordered = fit_prior(sets, classes=["quota_as_set"])
    assert not set(done.sets) & set(ordered.sets)
    assert ordered.families == ("nkvd", "union")
    assert done.kinds == ("executed_campaign", "crackdown")
    # Derivation by hand from the stated taus: union votes √(0.35972 · 0.49294) = 0.4211; the six families' geometric
    # mean (0.4211 · 1.0926 · 1.6987 · 0.78321 · 1.0122 · 1.4037)^(1/6) = 0.977.
    assert done.median == pytest.approx(0.977, abs=0.001)
    assert ordered.median < 0.25 * done.median


def test_a_column_kind_is_taken_as_it_stands(sets):
    changed = sets.assign(kind=kinds_of(sets))
    changed.loc[changed["dataset"] == "union_men_furnished_1861_65", "kind"] = "quota_as_set"
    assert "union_men_furnished_1861_65" in fit_prior(changed, classes=["quota_as_set"]).sets


def test_leaving_a_family_out(sets):
    headline = fit_prior(sets, classes=["A", "B"], exclude_family="holocaust")
    for family in headline.families:
        without = fit_prior(sets, classes=["A", "B"], exclude_family=["holocaust", family])
        assert family not in without.families
        assert len(without.families) == 6
        assert without.predictive.df == 5
    # Derivation: leaving out the family with the smallest spreads must raise the median.
    assert fit_prior(sets, classes=["A", "B"], exclude_family=["holocaust", "union"]).median > headline.median


def test_an_unverified_set_never_enters(sets):
    doubted = sets["dataset"] == "union_men_furnished_1861_65"
    marked = sets.assign(verification=sets["verification"].mask(doubted, "unverified"))
    without = fit_prior(sets[~doubted], classes=["A", "B"])
    assert "union_men_furnished_1861_65" in fit_prior(sets, classes=["A", "B"]).sets
    assert fit_prior(marked, classes=["A", "B"]).sets == without.sets


def frame(taus, families=None, ratio=1.5):
    taus = np.asarray(taus, dtype=float)
    names = [f"s{k}" for k in range(taus.size)]
    return pd.DataFrame(
        {
            "dataset": names,
            "class": "B",
            "family": names if families is None else families,
            "tau": taus,
            "tau_low": taus / ratio,
            "tau_high": taus * ratio,
        }
    )


def test_copies_within_a_family_change_nothing():
    once = fit_prior(frame([0.4, 0.9, 1.6]), classes=["B"])
    again = fit_prior(frame([0.4, 0.9, 0.9, 0.9, 1.6], families=list("abbbc")), classes=["B"])
    assert again.median == pytest.approx(once.median)
    assert again.sigma == pytest.approx(once.sigma)
    assert again.log_likelihood == pytest.approx(once.log_likelihood)


@pytest.mark.parametrize("form", ["lognormal", "half_normal"])
@pytest.mark.parametrize("measurement_error", [False, True])
def test_unit_of_the_spread_only_rescales(form, measurement_error):
    one = fit_prior(frame([0.4, 0.9, 1.6]), classes=["B"], form=form, measurement_error=measurement_error)
    other = fit_prior(frame([0.8, 1.8, 3.2]), classes=["B"], form=form, measurement_error=measurement_error)
    assert other.median == pytest.approx(2 * one.median, rel=1e-5)
    name = "scale" if form == "half_normal" else "sigma"
    times = 2 if form == "half_normal" else 1
    assert getattr(other.predictive, name) == pytest.approx(times * getattr(one.predictive, name), rel=1e-4)


def test_lognormal_predictive_is_the_t_of_a_normal_sample():
    taus = np.array([0.4, 0.7, 0.9, 1.6])
    predictive = fit_prior(frame(taus), classes=["B"]).predictive
    # Expected values: prediction interval of a normal sample on the logs, mean ± t(n-1) s √(1 + 1/n) (textbook), before
    # the cut at 50, which is why probabilities are compared as shares of what lies below it.
    log_tau = np.log(taus)
    scale = log_tau.std(ddof=1) * np.sqrt(1.25)
    below = stats.t.cdf((np.log(50.0) - log_tau.mean()) / scale, 3)
    ends = np.exp(log_tau.mean() + stats.t.ppf([0.1, 0.9], 3) * scale)
    np.testing.assert_allclose(predictive.cdf(ends), np.array([0.1, 0.9]) / below, rtol=1e-9)


def test_half_normal_predictive_integrates_its_posterior_out():
    taus = np.array([0.4, 0.7, 0.9, 1.6])
    prior = fit_prior(frame(taus), classes=["B"], form="half_normal")

    # Expected value: quadrature over the scale with p(scale) ∝ 1 / scale, not the closed form.
    def joint(scale, tau):
        return np.prod(stats.halfnorm.pdf(taus, scale=scale)) / scale * stats.halfnorm.pdf(tau, scale=scale)

    evidence = integrate.quad(lambda c: np.prod(stats.halfnorm.pdf(taus, scale=c)) / c, 0, np.inf)[0]
    for tau in (0.2, 1.0, 3.0):
        expected = integrate.quad(lambda c, t=tau: joint(c, t), 0, np.inf)[0] / evidence
        assert float(prior.predictive.pdf(tau)) == pytest.approx(expected, rel=1e-5)


def test_half_normal_by_hand():
    taus = np.array([0.4, 0.7, 0.9, 1.6])
    prior = fit_prior(frame(taus), classes=["B"], form="half_normal")
    # Derivation: scale² is the mean of tau²; half of a half-normal lies below Φ⁻¹(3/4) = 0.674490 scales (tables of the
    # normal distribution), which is what the distribution itself says.
    scale = np.sqrt(np.mean(taus**2))
    assert prior.scale == pytest.approx(scale)
    assert prior.median == pytest.approx(0.674490 * scale, rel=1e-6)
    assert prior.median == pytest.approx(prior.distribution.median())
    assert (prior.predictive.scale, prior.predictive.df, prior.predictive.high) == (pytest.approx(scale), 4.0, 50.0)
    assert np.isnan(prior.sigma)


def test_lognormal_by_hand():
    taus = np.array([0.4, 0.7, 0.9, 1.6])
    prior = fit_prior(frame(taus), classes=["B"])
    # Derivation: mean and SD of the logs, as of a sample.
    mean, sigma = np.log(taus).mean(), np.log(taus).std(ddof=1)
    assert prior.median == pytest.approx(np.exp(mean))
    assert prior.sigma == pytest.approx(sigma)
    assert prior.distribution.median() == pytest.approx(prior.median)
    assert prior.distribution.std() == pytest.approx(stats.lognorm.std(sigma, scale=prior.median))
    assert prior.predictive.high == 50.0
    assert np.isnan(prior.scale)
    assert (prior.kinds, prior.sets) == (("crackdown",), ("s0", "s1", "s2", "s3"))


def test_predictive_is_wider_than_the_fitted_shape(sets):
    for form in ("lognormal", "half_normal"):
        prior = fit_prior(sets, classes=["A", "B"], exclude_family="holocaust", form=form)
        assert prior.predictive.ppf(0.975) > prior.distribution.ppf(0.975)


def test_measurement_error_vanishes_with_the_errors():
    table = frame([0.4, 0.7, 0.9, 1.6], ratio=1.001)
    for form in ("lognormal", "half_normal"):
        plain = fit_prior(table, classes=["B"], form=form)
        corrected = fit_prior(table, classes=["B"], form=form, measurement_error=True)
        assert corrected.median == pytest.approx(plain.median, rel=1e-4)
        assert corrected.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-3)
        np.testing.assert_allclose(corrected.predictive.ppf([0.1, 0.9]), plain.predictive.ppf([0.1, 0.9]), rtol=1e-3)


def test_measurement_error_is_taken_out_of_sigma():
    table = frame([0.4, 0.7, 0.9, 1.6], ratio=1.6)
    prior = fit_prior(table, classes=["B"], measurement_error=True)
    # Derivation: with equal errors the restricted likelihood gives sigma² = s² - se².
    error = np.log(1.6**2) / (2 * 1.959964)
    assert prior.sigma == pytest.approx(np.sqrt(np.log(table["tau"]).var(ddof=1) - error**2), rel=1e-4)


def test_half_normal_with_measurement_error_agrees_with_quadrature():
    table = frame([0.4, 0.7, 0.9, 1.6], ratio=2.0)
    error = np.log(4.0) / (2 * 1.959964)

    # Expected value: density of the observed tau as ∫ lognormal(tau; true, se) half-normal(true) d true by quad.
    def log_density(tau, scale):
        return np.log(
            integrate.quad(
                lambda true: stats.lognorm.pdf(tau, error, scale=true) * stats.halfnorm.pdf(true, scale=scale), 0, 20
            )[0]
        )

    found = optimize.minimize_scalar(
        lambda scale: -sum(log_density(tau, scale) for tau in table["tau"]), bounds=(0.3, 3.0), method="bounded"
    )
    prior = fit_prior(table, classes=["B"], form="half_normal", measurement_error=True)
    assert prior.scale == pytest.approx(found.x, rel=1e-3)
    assert prior.log_likelihood == pytest.approx(-found.fun, abs=1e-4)


def test_measurement_error_hardly_matters_for_the_headline(sets):
    plain, corrected = (
        fit_prior(sets, classes=["A", "B"], exclude_family="holocaust", measurement_error=flag)
        for flag in (False, True)
    )
    # Derivation: mean squared error of log tau is about 0.02 against a variance of 0.58, so sigma falls by 2-3%.
    assert 0.95 < corrected.sigma / plain.sigma < 1.0


def test_recovers_a_lognormal():
    rng = np.random.default_rng(21)
    taus = np.exp(np.log(0.8) + 0.75 * rng.standard_normal(4000))
    prior = fit_prior(frame(taus), classes=["B"])
    assert prior.median == pytest.approx(0.8, rel=4 * 0.75 / np.sqrt(4000))
    assert prior.sigma == pytest.approx(0.75, rel=4 / np.sqrt(8000))


def test_one_family_can_carry_a_half_normal_only():
    table = frame([0.5])
    assert fit_prior(table, classes=["B"], form="half_normal").predictive.df == 1
    with pytest.raises(EstimationError, match="a lognormal prior needs at least two families"):
        fit_prior(table, classes=["B"])


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ({}, {"classes": []}, "classes must name kinds of reference sets; got none"),
        ({}, {"classes": ["Z"]}, r"classes must name kinds of reference sets; got \['Z'\]"),
        ({}, {"classes": "AB"}, "classes must be a list"),
        ({}, {"classes": ["C"]}, "a prior needs at least one reference set"),
        ({}, {"classes": ["B"], "exclude_family": "nobody"}, "a family left out must be in the table"),
        ({}, {"classes": ["B"], "form": "gamma"}, "form must be 'lognormal' or 'half_normal'"),
        ({"class": "F"}, {"classes": ["B"]}, "every reference set must be of a known kind"),
        ({"tau": 0.0}, {"classes": ["B"]}, "spreads must be numbers above zero"),
        ({"tau": float("nan")}, {"classes": ["B"]}, "spreads must be numbers above zero"),
        ({"tau": 0.7}, {"classes": ["B"]}, "a lognormal prior needs spreads that differ"),
        ({"tau_low": 0.0}, {"classes": ["B"], "measurement_error": True}, "measurement error needs a finite interval"),
        ({"tau_high": np.inf}, {"classes": ["B"], "measurement_error": True}, "measurement error needs a finite"),
    ],
)
def test_bad_input_gives_one_clear_error(change, arguments, message):
    with pytest.raises(EstimationError, match=message):
        fit_prior(frame([0.5, 0.9]).assign(**change), **arguments)


def test_missing_columns_are_named():
    with pytest.raises(EstimationError, match=r"needs its columns; got no \['tau_low', 'class'\]"):
        fit_prior(frame([0.5, 0.9]).drop(columns=["tau_low", "class"]), classes=["B"])
