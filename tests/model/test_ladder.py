import resource
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit, logit
from shipped_case import SCOPES, STATED

from estimation.errors import EstimationError, UnreliableError
from estimation.evidence.population import population
from estimation.evidence.population.age_model import SURVIVAL
from estimation.evidence.population.composition import composition
from estimation.evidence.population.territory import prefecture_of
from estimation.model.case.build import case_of
from estimation.model.ladder import summary
from estimation.model.ladder.ladder import run
from estimation.model.ladder.summary import Sample
from estimation.model.region.region import RUNGS, SOURCES, Scope
from estimation.model.synthesis.weights import equal

DRAWS = 4_000
# Nothing but the count and the base: every place and group has the observed rate.
PLAIN = {
    "missing_share": 0.0,
    "duplicate_share": 0.0,
    "county_adults_registered": 22_762 / 0.12,
    "between_county_sd": 0.0,
    "selection_shift": 0.0,
    **dict.fromkeys(
        [f"{name}_rate_ratio" for name in ("north_east", "city", "kazakh", "kyrgyz", "hui", "other_minority")], 1.0
    ),
}


def climb(evidence, register, *, sources=False, **options):
    """A run of the case that ships, with options of the case and of the run."""
    own = {key: options.pop(key) for key in ("basis", "year", "adult_age") if key in options}
    case = case_of(evidence, register, **own)
    return run(case, register, sources=sources, **options)


def with_table(evidence, name, frame):
    return replace(evidence, _tables={**evidence._tables, name: frame})


@pytest.fixture(scope="module")
def plain(shipped, judgements):
    # The county's own share of Uyghurs, so that the record's rate is the county's.
    uyghurs = composition(shipped, "653121", year=2018, adult_age=18, survival=SURVIVAL).first_group_share
    return judgements.override(**PLAIN, numerator_uyghur_share=uyghurs)


# --- limits ----------------------------------------------------------------------------------------------------------


def test_first_rung_gives_the_press_its_number(shipped, plain):
    # BBC 2022 (published.csv, ext_bbc_1_2m): 0.12 * 10,000,000 = 1,200,000.
    found = climb(shipped, plain, draws=DRAWS, seed=1, base={"turkic": 10_000_000}, threads=1)
    rows = found.table(levels=[0.95]).set_index(["scope", "rung"])
    first = rows.loc[("turkic", "sampling")]
    # The base is a whole number of persons in the fit, which moves the rate by less than 1 in 400,000.
    assert first["count_median"] == pytest.approx(1_200_000, abs=4 * first["count_median_error"] + 3)
    assert first["share_median"] == pytest.approx(0.12, abs=4 * first["share_median_error"] + 3e-7)
    # Chance alone: binomial SD of the share is sqrt(0.12 * 0.88 / 189,683) = 0.000746.
    width = first["share_high"] - first["share_low"]
    assert width == pytest.approx(2 * 1.95996 * 0.000746, rel=0.05)


def test_stated_base_is_met_exactly_and_scales_the_others(shipped, plain, judgements):
    found = climb(shipped, judgements, draws=1_000, seed=1, base={"turkic": 10_000_000}, threads=1)
    free = climb(shipped, judgements, draws=1_000, seed=1, threads=1)
    np.testing.assert_allclose(found.totals.people("turkic", "sampling"), 10_000_000)
    factor = [found.totals.people(each.name, "sampling") / free.totals.people(each.name, "sampling") for each in SCOPES]
    np.testing.assert_allclose(factor, factor[0][0])
    south = climb(shipped, judgements, draws=1_000, seed=1, base={"uyghur_south": 5e6}, threads=1)
    np.testing.assert_allclose(south.totals.people("uyghur_south", "sampling"), 5e6)


@pytest.mark.parametrize("scope", [scope.name for scope in SCOPES])
def test_no_spread_and_no_differences_give_the_observed_rate_at_every_rung(shipped, plain, scope):
    found = climb(shipped, plain, draws=1_000, seed=1, threads=1, precision=np.float64)
    observed = found.shares(scope, "sampling").values
    # Beta(y, n - y): the posterior of a share with a flat prior on its log-odds.
    assert observed.mean() == pytest.approx(22_762 / 189_683, abs=4 * 0.000746 / np.sqrt(1_000))
    for rung in RUNGS:
        np.testing.assert_allclose(found.shares(scope, rung).values, observed, rtol=1e-9)


def test_selection_and_differences_do_nothing_without_a_spread(shipped, plain):
    found = climb(shipped, plain.override(selection_shift=3.0), draws=1_000, seed=1, precision=np.float64)
    spread, sampling = (found.shares("uyghur", rung).values for rung in ("spread", "sampling"))
    np.testing.assert_allclose(spread, sampling, rtol=1e-9)


@pytest.mark.parametrize("kappa", [-1.0, 0.0, 1.5])
def test_centre_lies_kappa_spreads_below_the_observed_county(shipped, plain, kappa):
    found = climb(shipped, plain.override(between_county_sd=0.8, selection_shift=kappa), draws=DRAWS, seed=2, threads=1)
    distance = found.totals.effects.centre - found.totals.effects.logits[:, 0]
    assert distance.mean() == pytest.approx(-kappa * 0.8, abs=4 * 0.8 / np.sqrt(DRAWS))
    assert distance.std() == pytest.approx(0.8, rel=4 / np.sqrt(2 * DRAWS))


# --- against an independent calculation ------------------------------------------------------------------------------


def slow(evidence, register, basis, rng, n=DRAWS):
    """Totals by scope and rung from the formula of the design, with random numbers of its own.

    Shares no code with ladder, transfer or region; the observed county's two parts are drawn freely and the centre is
    put where they lead to its rate.
    """
    before = [entry for entry in register.values() if entry.rung != SOURCES]
    d = {entry.id: entry.distribution.ppf(rng.random(n)) for entry in before}
    middle = register.medians()
    shares = composition(evidence, "653121", year=2018, adult_age=18, survival=SURVIVAL)
    table = population.adults(evidence).adults
    units = evidence.table("units").set_index("gb_code").loc[table.index]
    south = (units["region_class"] == "south4").to_numpy()
    far = ~units["region_class"].isin(["south4", "xpcc_south"]).to_numpy()
    city = (units["is_city"] == 1).to_numpy()
    home = table.index.get_loc("653121")

    unseen = d["census_missing_share_south"] if basis == "resident" else 0.0
    usual = middle["census_missing_share_south"] if basis == "resident" else 0.0
    base = middle[f"county_adults_{basis}"] / (1 - usual)
    counted = rng.beta(22_762, round(base) - 22_762, n)
    rate = counted * base * (1 - unseen) / d[f"county_adults_{basis}"]
    rate = rate * (1 - d["duplicate_share"]) / (1 - d["missing_share"])
    rate = rate * d["numerator_uyghur_share"] / shares.first_group_share

    def factors(e, hidden):
        common = e["regional_base_ratio"] * (1 + e["adult_share_error"] / shares.minority_adult_share)
        if basis == "resident":
            return common / (1 - hidden), common
        return common * e["registered_over_resident_south"], common * e["registered_over_resident_elsewhere"]

    def shift(ratio):
        with np.errstate(divide="ignore"):
            return logit(ratio * rate) - logit(rate)

    inside, outside = (np.broadcast_to(f, n)[:, None] for f in factors(d, unseen))
    typical = np.where(south, *factors(middle, usual))
    error = np.where(south, middle["county_error_sd_south"], middle["county_error_sd_elsewhere"])
    people = np.where(south, inside, outside) * np.exp(error * rng.standard_normal((n, len(table))))

    # A Corps city lies in the prefecture around it; the codes of the others begin with their prefecture's.
    _, parent = np.unique([prefecture_of(code) for code in table.index], return_inverse=True)
    s, rho, kappa = (d[key][:, None] for key in ("between_county_sd", "between_prefecture_share", "selection_shift"))
    u, v = rng.standard_normal((n, parent.max() + 1)), rng.standard_normal((n, len(table)))
    own = kappa[:, 0] + np.sqrt(rho[:, 0]) * u[:, parent[home]] + np.sqrt(1 - rho[:, 0]) * v[:, home]
    u[:, parent[home]] += np.sqrt(rho[:, 0]) * kappa[:, 0]
    area = (logit(rate) - s[:, 0] * own)[:, None] + s * (np.sqrt(rho) * u[:, parent] + np.sqrt(1 - rho) * v)
    area[:, home] = logit(rate)
    known = far * shift(d["north_east_rate_ratio"])[:, None] + city * shift(d["city_rate_ratio"])[:, None]
    group = {"uyghur": 0.0} | {
        name: shift(d[f"{name}_rate_ratio"])[:, None] for name in ("kazakh", "hui", "kyrgyz", "other_minority")
    }
    found = {}
    for scope in SCOPES:
        where = south if scope.core_only else np.ones_like(south)
        tabled = table[list(scope.groups)].sum(axis=1).to_numpy() * where
        found[scope.name, "sampling"] = counted * (tabled * typical).sum()
        found[scope.name, "record"] = rate * (tabled * typical).sum()
        found[scope.name, "population"] = rate * (people * tabled).sum(axis=1)
        found[scope.name, "spread"] = (people * tabled * expit(area)).sum(axis=1)
        found[scope.name, "differences"] = sum(
            (people * (table[name].to_numpy() * where) * expit(area + known + group[name])).sum(axis=1)
            for name in scope.groups
        )
    return found


@pytest.mark.parametrize(("basis", "seed"), [("registered", 31), ("resident", 32)])
def test_every_rung_agrees_with_an_independent_calculation(shipped, judgements, basis, seed):
    ours = climb(shipped, judgements, draws=DRAWS, seed=seed, basis=basis, threads=1)
    theirs = slow(shipped, judgements, basis, np.random.default_rng(1_000 + seed))
    for (scope, rung), expected in theirs.items():
        found = ours.count(scope, rung)
        # Fifty comparisons, many of the same draws: one in a thousand each is at most one in twenty together.
        assert stats.ks_2samp(found, expected).pvalue > 0.001, (scope, rung)
        gap = abs(np.median(found) - np.median(expected))
        error = np.hypot(*(Sample(each, equal(each.size)).quantile(0.5)[1] for each in (found, expected)))
        assert gap < 4 * error, (scope, rung)


# --- reproducible ----------------------------------------------------------------------------------------------------


def same(first, second) -> bool:
    return all(
        np.array_equal(first.count(scope.name, rung), second.count(scope.name, rung))
        for rung in RUNGS
        for scope in SCOPES
    )


def test_threads_and_repetition_change_nothing(shipped, judgements, small_run):
    assert same(small_run, climb(shipped, judgements, draws=DRAWS, seed=11, threads=2))


def test_another_seed_gives_other_draws(shipped, judgements, small_run):
    assert not same(small_run, climb(shipped, judgements, draws=DRAWS, seed=12, threads=1))


def test_two_seeds_agree_within_their_errors(shipped, judgements, small_run):
    other = climb(shipped, judgements, draws=DRAWS, seed=12, threads=1).table()
    mine = small_run.table()
    for name in ("count_low", "count_median", "count_high"):
        error = np.hypot(mine[f"{name}_error"], other[f"{name}_error"])
        # 100 bounds, of which many are the same draws: the largest of so many lies within 4.5 errors.
        assert (np.abs(mine[name] - other[name]) <= 4.5 * error).all()


@pytest.mark.parametrize("entry", ["city_rate_ratio", "missing_share", "selection_shift"])
def test_a_change_of_one_entry_leaves_the_draws_of_all_others(shipped, judgements, small_run, entry):
    changed = climb(shipped, judgements.override(**{entry: 0.5}), draws=DRAWS, seed=11, threads=1)
    unlike = {key for key in small_run.inputs if not np.array_equal(small_run.inputs[key], changed.inputs[key])}
    assert unlike == {entry}


@pytest.mark.parametrize(
    ("entry", "rung"),
    [
        ("missing_share", "record"),
        ("regional_base_ratio", "population"),
        ("selection_shift", "spread"),
        ("city_rate_ratio", "differences"),
    ],
)
def test_an_entry_moves_its_rung_and_none_before(shipped, judgements, small_run, entry, rung):
    median = judgements.medians()[entry]
    changed = climb(shipped, judgements.override(**{entry: median}), draws=DRAWS, seed=11, threads=1)
    before = RUNGS[: RUNGS.index(rung)]
    for scope in SCOPES:
        for each in before:
            np.testing.assert_array_equal(small_run.count(scope.name, each), changed.count(scope.name, each))
        assert not np.array_equal(small_run.count(scope.name, rung), changed.count(scope.name, rung))
    assert judgements[entry].rung == rung


# --- the data as arrays ----------------------------------------------------------------------------------------------


def test_region_follows_the_units_table(shipped, judgements):
    places = case_of(shipped, judgements).region
    units = shipped.table("units").set_index("gb_code").loc[list(places.areas)]
    classes = units["region_class"].to_numpy()
    assert [places.areas[k] for k in places.observed] == ["653121"]
    # Statement of registered_over_resident_south: the four southern prefectures; north_east_rate_ratio: outside them,
    # but the Corps cities of the south lie among southern counties and take their rate.
    assert set(classes[places.core]) == {"south4"}
    assert set(classes[~places.distant]) == {"south4", "xpcc_south"}
    assert not (places.core & places.distant).any()
    kuqa = places.areas.index("652902")  # a county until 2019
    assert not places.city[kuqa]
    assert len(set(places.parents)) == places.parents.max() + 1
    parent = dict(zip(places.areas, places.parents, strict=True))
    # Kunyu (659009) lies in Hotan (6532), Tumxuk (659003) in Kashgar (6531).
    assert parent["659009"] == parent["653222"]
    assert parent["659003"] == parent["653121"]


@pytest.mark.parametrize("basis", ["registered", "resident"])
def test_error_of_the_adult_share_adds_people_in_its_proportion(shipped, judgements, basis):
    runs = [
        climb(shipped, judgements.override(adult_share_error=e), draws=1_000, seed=1, basis=basis, threads=1)
        for e in (0.0, 0.01)
    ]
    none, one = (found.totals.people(SCOPES[-1].name, "sampling")[0] for found in runs)
    adults, everyone = population.adults(shipped), population.residents(shipped)
    share = adults.total(population.GROUPS) / everyone.total(population.GROUPS)
    # Derivation: one point more of adults among all minorities.
    assert one / none == pytest.approx((share + 0.01) / share, rel=1e-9)


# --- what a run gives ------------------------------------------------------------------------------------------------


def test_table_is_complete_and_ordered(small_run):
    table = small_run.table()
    assert len(table) == len(SCOPES) * len(RUNGS) * len(summary.LEVELS)
    assert not table.isna().any(axis=None)
    for name in ("count", "share"):
        assert (table[f"{name}_low"] <= table[f"{name}_median"]).all()
        assert (table[f"{name}_median"] <= table[f"{name}_high"]).all()
    assert table["share_high"].max() <= 1
    at_least = [table[f"p_at_least_{threshold}"] for threshold in STATED.thresholds]
    for more, fewer in pairwise(at_least):
        assert (more >= fewer).all()


def test_wider_levels_hold_narrower_ones_and_larger_scopes_are_larger(small_run):
    table = small_run.table()
    for _, rows in table.groupby(["scope", "rung"]):
        assert rows.sort_values("level")["count_low"].is_monotonic_decreasing
        assert rows.sort_values("level")["count_high"].is_monotonic_increasing
    for rung in RUNGS:
        for small, large in pairwise(SCOPES):
            assert (small_run.count(small.name, rung) <= small_run.count(large.name, rung)).all()


def test_table_holds_quantiles_of_the_draws(small_run):
    row = small_run.table(levels=[0.8]).query("scope == 'turkic' and rung == 'spread'").iloc[0]
    count = small_run.count("turkic", "spread")
    expected = np.quantile(count, [0.1, 0.5, 0.9], method="inverted_cdf")
    np.testing.assert_allclose([row["count_low"], row["count_median"], row["count_high"]], expected)
    chance = np.mean(count >= 1_000_000)
    assert row["p_at_least_1000000"] == pytest.approx(chance)
    assert row["p_at_least_1000000_error"] == pytest.approx(np.sqrt(chance * (1 - chance) / DRAWS), rel=1e-3)
    # Never 0, or a chance that came out as none could not move without an alarm.
    assert (small_run.table(levels=[0.8]).filter(regex="p_at_least_.*_error") > 0).all(axis=None)


def test_each_rung_says_what_it_adds_and_leaves_out(small_run):
    texts = small_run.table()[["rung", "includes", "leaves_out"]].drop_duplicates()
    assert len(texts) == len(RUNGS)
    assert texts["leaves_out"].is_unique


def test_cards_name_the_options_of_the_run(shipped, judgements):
    found = climb(shipped, judgements, draws=1_000, seed=1, basis="resident", adult_age=15, threads=1)
    card = found.case.cards["uyghur"]
    assert (card.basis, card.adult_age, card.measure, card.custody) == ("resident", 15, "ever held", "camp or prison")
    older = climb(shipped, judgements, draws=1_000, seed=1, basis="resident", threads=1)
    for scope in SCOPES:
        assert (found.totals.people(scope.name, "sampling") > older.totals.people(scope.name, "sampling")).all()


def test_year_sets_the_population(shipped, judgements):
    earlier = climb(shipped, judgements, draws=1_000, seed=1, year=2017, threads=1)
    later = climb(shipped, judgements, draws=1_000, seed=1, year=2018, threads=1)
    ratio = earlier.totals.people("turkic", "sampling")[0] / later.totals.people("turkic", "sampling")[0]
    # population_model, section 7: 8,354,832 and 8,498,995 Turkic adults at the ends of 2017 and 2018.
    assert ratio == pytest.approx(8_354_832 / 8_498_995, rel=2e-3)


def test_own_scope(shipped, judgements):
    hui = Scope("hui", "Hui", "Xinjiang", ("hui",))
    case = case_of(shipped, judgements)
    case = replace(case, scopes=(hui,), cards={"hui": case.cards["minority"]})
    found = run(case, judgements, draws=1_000, seed=1, sources=False, threads=1)
    assert list(found.table()["scope"].unique()) == ["hui"]


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 999}, r"a run needs at least 1000 draws; got 999\. Do this: raise --draws"),
        ({"draws": 10_000_001}, "keeps its totals: at most 10,000,000 draws; got 10000001.*lower --draws"),
        ({"seed": -1}, "seed must not be negative; got -1"),
        ({"adult_age": 15}, "known for adults of 18 only; got 15.*--basis resident"),
        ({"adult_age": 16, "basis": "resident"}, "adult_age must be 15 or 18; got 16"),
        ({"year": 2009}, "2010 to 2020"),
        ({"year": 2021}, "2010 to 2020"),
        ({"base": {"turkic": 0}}, "a stated base must be positive; got 0"),
        ({"base": {"turkic": float("nan")}}, "a stated base must be positive; got nan"),
        ({"base": {"turk": 1e7}}, "the scope must be a known one; got 'turk'.*use one of uyghur_south, uyghur"),
        ({"base": {"turkic": 1e7, "uyghur": 9e6}}, "a stated base is that of one scope; got turkic, uyghur"),
    ],
)
def test_options_that_are_refused(shipped, judgements, options, message):
    with pytest.raises(EstimationError, match=message):
        climb(shipped, judgements, **{"draws": 1_000, "seed": 1, "threads": 1, **options})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"county_adults_registered": 22_762.0}, "count must be below the base of county_adults_registered; got 22762"),
        ({"missing_share": 0.9}, "must stay below 1 under every draw of the record's flaws; got 1"),
        ({"city_rate_ratio": 8.0}, "a ratio of rates must leave a rate below 1"),
    ],
)
def test_judgements_that_are_refused(shipped, judgements, changes, message):
    with pytest.raises(EstimationError, match=message):
        climb(shipped, judgements.override(**changes), draws=1_000, seed=1, threads=1)


def test_two_headline_counties_are_refused(shipped, judgements):
    table = shipped.table("observations")
    headline = table[table["usable"] == "headline"].assign(gb_code="653122", observation_id="other")
    two = with_table(shipped, "observations", pd.concat([table, headline], ignore_index=True))
    with pytest.raises(EstimationError, match="carries the rate of one observed area; got 2 headline areas"):
        climb(two, judgements, draws=1_000, seed=1, threads=1)


def test_no_headline_county_is_refused(shipped, judgements):
    table = shipped.table("observations").query("usable != 'headline'")
    with pytest.raises(EstimationError, match="the rate of one observed area; got 0 headline areas"):
        climb(with_table(shipped, "observations", table), judgements, draws=1_000, seed=1, threads=1)


def test_unknown_names_and_levels(small_run):
    with pytest.raises(EstimationError, match="the scope must be a known one; got 'all'"):
        small_run.count("all")
    with pytest.raises(EstimationError, match=r"the rung must be a known one; got 'sources'.*use one of sampling"):
        small_run.shares("uyghur", "sources")
    for level in (0, 1, 95, float("nan")):
        with pytest.raises(EstimationError, match=r"level must lie in \(0, 1\); got"):
            small_run.table(levels=[level])


# --- other sources ---------------------------------------------------------------------------------------------------

SEED, WEIGHED = 7, 20_000


@pytest.fixture(scope="module")
def weighed(shipped, judgements):
    return climb(shipped, judgements, draws=WEIGHED, seed=SEED, sources=True, enforce=False)


def test_no_reliability_gives_the_earlier_rungs(shipped, judgements):
    ladder = climb(shipped, judgements, draws=4_000, seed=3)
    none = {source.name: 0.0 for source in ladder.case.sources}
    found = climb(shipped, judgements, draws=4_000, seed=3, sources=True, reliability=none)
    # The same numbers in sums of other shapes: a part asked for beside the scopes may change the order of adding.
    for scope in SCOPES:
        for rung in RUNGS:
            np.testing.assert_allclose(found.count(scope.name, rung), ladder.count(scope.name, rung), rtol=1e-5)
        assert found.count(scope.name).tobytes() == found.count(scope.name, RUNGS[-1]).tobytes()
    table = found.table()
    names = [name for name in table.columns if name.startswith(("count", "share", "p_at"))]
    first, last = (table[table["rung"] == rung][names].to_numpy() for rung in ("differences", "sources"))
    np.testing.assert_array_equal(first, last)
    assert found.weights.effective == 4_000
    np.testing.assert_array_equal(found.positions, np.arange(4_000))
    assert found.without_sources().table().equals(table[table["rung"] != "sources"].reset_index(drop=True))


def test_an_exact_unbiased_source_holds_the_draws(shipped, judgements):
    # Onsu's officials, made exact: no bias of their own or in common, never uninformative, an error of 5 percent.
    table = shipped.table("synthesis_sources")
    table.loc[table["row_id"] == "onsu_county", "log_sd"] = 0.05
    exact = with_table(shipped, "synthesis_sources", table)
    sure = judgements.override(bias_phone=0.0, bias_shared=0.0, uninformative_phone=0.0)
    names = [source.name for source in case_of(exact, sure).sources]
    others = [name for name in names if name != "onsu_county"]
    found = climb(exact, sure, draws=40_000, seed=1, sources=True, without=others)
    told = next(each for each in found.totals.predictions if each.source.name == "onsu_county")
    column = found.totals.column("onsu_county")
    held = found.totals.held
    either, prison = held.either[found.positions, column], held.prison[found.positions, column]
    passed = (told.source.year - 2017.25) / 1.75
    camp = (either - (1 - found.entry("camp_before_prison")) * prison) * passed ** found.entry("intake_shape")
    stock = camp * (1 - (1 - found.entry("stock_to_ever_ratio")) * passed)
    # t with 4 degrees of freedom and scale 0.05: 95% lie within 2.78 scales of 30,000 (Student's tables).
    assert np.quantile(stock, [0.025, 0.975]) == pytest.approx([30_000 * 0.87, 30_000 * 1.15], rel=0.04)
    assert np.median(stock) == pytest.approx(30_000, rel=0.02)
    before = np.quantile(told.counted, [0.025, 0.975])
    assert before[1] / before[0] > 100  # so that the source, not the prior, did it


def test_without_kinds_and_reliability_agree(shipped, judgements, weighed):
    options = {"draws": 2_000, "seed": 1, "sources": True, "enforce": False}
    sources = weighed.case.sources
    assert sources[0].name == "onsu_county"
    kept = {source.name: float(source.kind == "court") for source in sources}
    only = climb(shipped, judgements, kinds=["court"], **options)
    byhand = climb(shipped, judgements, reliability=kept, **options)
    np.testing.assert_array_equal(only.weights.share, byhand.weights.share)
    without = climb(shipped, judgements, without=["bfn_cap"], **options)
    byhand = climb(shipped, judgements, reliability={"bfn_cap": 0}, **options)
    np.testing.assert_array_equal(without.weights.share, byhand.weights.share)


def test_leaving_one_out_by_reweighting_equals_a_fresh_run(shipped, judgements, weighed):
    for name in ("sent_2017_18", "onsu_county"):
        power = {**weighed.power, name: 0.0}
        left = weighed.likelihood.weigh(power, enforce=False)
        # The same draws: the case run without the source, to the bit.
        case = replace(weighed.case, sources=tuple(each for each in weighed.case.sources if each.name != name))
        same_draws = run(case, judgements, draws=WEIGHED, seed=SEED, enforce=False)
        np.testing.assert_allclose(left.share, same_draws.weights.share, rtol=1e-4)
        # Another seed, so that the two share no draw; standard errors of both medians.
        fresh = climb(shipped, judgements, draws=WEIGHED, seed=99, without=[name], sources=True, enforce=False)
        for at in (0.25, 0.5, 0.75):
            mine = np.log(weighed.totals.count("uyghur")[left.resampled()])
            other = np.log(fresh.count("uyghur"))
            # Quantile's standard error: sqrt(p (1 - p) / n) over the density, here of a normal of the draws' SD.
            sd = np.diff(np.quantile(other, [0.25, 0.75]))[0] / 1.349
            density = np.exp(-0.5 * (0.6745 if at != 0.5 else 0) ** 2) / (sd * np.sqrt(2 * np.pi))
            error = np.sqrt(at * (1 - at) * (1 / left.effective + 1 / fresh.weights.effective)) / density
            assert abs(np.quantile(mine, at) - np.quantile(other, at)) < 4 * error


def test_same_seed_same_bytes_for_any_number_of_threads(shipped, judgements):
    one, two = (
        climb(shipped, judgements, draws=2_000, seed=1, sources=True, enforce=False, threads=threads)
        for threads in (1, 2)
    )
    assert one.count("uyghur").tobytes() == two.count("uyghur").tobytes()
    assert one.totals.held.prison.tobytes() == two.totals.held.prison.tobytes()
    assert one.weights.share.tobytes() == two.weights.share.tobytes()


def test_single_and_double_precision_give_one_answer(shipped, judgements):
    single, double = (
        climb(shipped, judgements, draws=2_000, seed=1, sources=True, enforce=False, precision=precision)
        for precision in (np.float32, np.float64)
    )
    for scope in SCOPES:
        for rung in RUNGS:
            np.testing.assert_allclose(single.count(scope.name, rung), double.count(scope.name, rung), rtol=1e-4)
    np.testing.assert_allclose(single.likelihood.log(single.power), double.likelihood.log(double.power), atol=1e-3)


def test_rates_of_areas_are_those_behind_the_total(shipped, judgements):
    found = climb(shipped, judgements, draws=1_000, seed=1, county_rates=True)
    here = int(found.case.region.observed[0])
    assert found.county_rates.shape == (1_000, len(found.case.region.areas))
    np.testing.assert_allclose(found.county_rates[:, here], found.totals.effects.rate, rtol=1e-5)
    assert climb(shipped, judgements, draws=1_000, seed=1).county_rates.size == 0


def test_unreliable_weights_raise(shipped, judgements):
    with pytest.raises(UnreliableError, match=r"Pareto k of at most 0\.7 and at least 400"):
        climb(shipped, judgements, draws=1_000, seed=1, sources=True)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"without": ["nobody"]}, "must be one that enters"),
        ({"reliability": {"onsu_county": 1.5}}, "reliability must lie in 0-1"),
        ({"kinds": ["rumour"]}, "kind of source must be a known one"),
    ],
)
def test_bad_choices_of_sources(shipped, judgements, options, match):
    with pytest.raises(EstimationError, match=match):
        climb(shipped, judgements, draws=1_000, seed=1, sources=True, **options)


@pytest.mark.slow
def test_a_hundred_thousand_draws_in_under_a_minute_and_two_gibibytes(shipped, judgements):
    start = time.process_time()
    found = climb(shipped, judgements, draws=100_000, seed=SEED, sources=True)
    # Two cores for a minute: processor time, so that neighbours on the machine do not count.
    assert time.process_time() - start < 120
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 2**20
    assert found.weights.pareto_k < 0.7
    assert found.weights.effective > 400
    assert "sources" in set(found.table(levels=(0.95,))["rung"])
