"""What a case of any region must do whatever its numbers: limits, permutations, splits."""

from dataclasses import replace

import comparison_systems
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from other_sources import ENTRY, loaded, row, write
from scipy import stats

from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.contents import stated
from estimation.evidence.case_folder.new_case import files
from estimation.model.case.build import case_of, register_of
from estimation.model.case.case import Case
from estimation.model.case.inputs import SAMPLING, draw_inputs
from estimation.model.ladder import kernel, ladder
from estimation.model.region.random_numbers import Stream
from estimation.model.region.region import RUNGS
from estimation.model.spread.register_priors import spread_entry
from estimation.model.synthesis.other_sources import density_of
from estimation.model.synthesis.predictions import Prediction

EXACT = {
    **dict.fromkeys(("missing_share", "duplicate_share", "area_error_sd", "selection_shift"), 0.0),
    **dict.fromkeys(("observed_base_ratio", "region_base_ratio", "city_rate_ratio"), 1.0),
}
CENTRAL = {**EXACT, "numerator_first_group_share": 0.8}
DRAWS = 2_000


@pytest.fixture(scope="module")
def template(tmp_path_factory, sets):
    folder = tmp_path_factory.mktemp("case")
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return case_folder.load(folder, families=set(sets["family"]))


def observing(folder, rows):
    """The folder with other observations: (area, count, population)."""
    table = pd.DataFrame(rows, columns=["area", "count", "population"])
    table = table.assign(group="adults", missing="missing_share", duplicate="duplicate_share")
    return replace(folder, observed=table)


def built(folder):
    """The case of a folder under its own register."""
    return case_of(folder, register_of(folder, comparison_systems.SETS))


def exact(folder, sets, **changed):
    """Case and register without flaws or errors: only the spread is left."""
    register = register_of(folder, sets).override(**{**EXACT, **changed})
    return replace(case_of(folder, register), area_error_sd=np.zeros(len(folder.areas))), register


def run(case: Case, register, **options):
    return ladder.run(case, register, **{"draws": DRAWS, "seed": 1, "threads": 1, "precision": np.float64, **options})


def test_spread_is_that_of_the_reference_classes_without_the_families_left_out(template, sets):
    assert register_of(template, sets)["between_county_sd"].distribution == spread_entry(sets)
    statement = replace(template.statement, exclude_families=("philippines",))
    other = register_of(replace(template, statement=statement), sets)["between_county_sd"]
    assert other.distribution == spread_entry(sets, without=["philippines"]) != spread_entry(sets)
    assert "philippines" in other.rationale


def test_the_fitted_spread_stands_before_the_share_between_parents_and_says_what_it_is(template, sets):
    register = register_of(template, sets)
    entry = register["between_county_sd"]
    names = [entry.id for entry in register.values()]
    assert names.index("between_county_sd") == names.index("between_prefecture_share") - 1
    assert entry.statement.startswith("Standard deviation between areas (district) of the log-odds")
    assert (entry.unit, entry.limits, entry.rung) == ("log-odds", (0.0, np.inf), "spread")
    assert (entry.source, entry.disputed) == (
        "project_reference_analysis",
        "Whoever holds that those systems are not like this one.",
    )
    assert entry.rationale == "Fitted to campaigns and crackdowns elsewhere in which every area is known."
    statement = replace(template.statement, exclude_families=("philippines", "union"))
    without = register_of(replace(template, statement=statement), sets)["between_county_sd"]
    assert without.rationale.endswith("is known, without the family philippines, union.")
    assert dict(register.hashes) == dict(template.hashes)


def test_an_own_spread_is_taken_as_it_stands(template, sets):
    own = replace(register_of(template, sets)["between_county_sd"], rationale="Mine.")
    register = register_of(replace(template, entries={**template.entries, "between_county_sd": own}), sets)
    assert register["between_county_sd"].rationale == "Mine."


def test_register_runs_in_the_order_of_the_ladder(template, sets):
    rungs = [entry.rung for entry in register_of(template, sets).values()]
    assert rungs == sorted(rungs, key=["fixed", *RUNGS].index)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("rows", [[("ex04", 2480, 52600)], [("ex04", 2480, 52600), ("ex09", 100, 12800)]])
def test_no_spread_gives_the_pooled_rate(template, sets, rung, rows):
    case, register = exact(observing(template, rows), sets, between_county_sd=0.0)
    share = run(case, register).shares("everyone", rung).values
    y, n = sum(row[1] for row in rows), sum(row[2] for row in rows)
    # Beta(y, n - y), flat centre on the log-odds: mean y / n, SD sqrt(p (1 - p) / n).
    sd = np.sqrt(y / n * (1 - y / n) / n)
    assert share.mean() == pytest.approx(y / n, abs=4 * sd / np.sqrt(DRAWS) + 1e-6)
    assert share.std() == pytest.approx(sd, rel=0.1)


def test_first_rung_with_several_areas_is_the_rate_of_all_that_were_counted(template, sets):
    # METHODS eq. 43: 11,000 of the 60,000 people whom the counts are a part of.
    case, register = exact(observing(template, [("ex04", 10_000, 50_000), ("ex09", 1_000, 10_000)]), sets)
    share = run(case, register).shares("everyone", "sampling").values
    assert share.mean() == pytest.approx(11_000 / 60_000, abs=1e-3)


@pytest.mark.parametrize("rung", RUNGS)
def test_a_region_wholly_observed_gives_what_was_observed(template, sets, rung):
    plain = replace(template, areas=template.areas.assign(city=False))
    plain = replace(plain, entries={key: each for key, each in plain.entries.items() if key != "city_rate_ratio"})
    people = plain.areas["people_adults"]
    areas = enumerate(zip(plain.areas["area"], people, strict=True))
    counts = [(area, int(n) // (3 + place), int(n)) for place, (area, n) in areas]
    register = register_of(plain, sets)
    register = register.override(**{key: value for key, value in EXACT.items() if key in register})
    case = replace(case_of(observing(plain, counts), register), area_error_sd=np.zeros(len(people)))
    count = run(case, register).count("everyone", rung)
    total = sum(row[1] for row in counts)
    # Each area keeps its rate up to binomial chance: SD of the sum is at most sqrt(sum n / 4).
    assert count.mean() == pytest.approx(total, abs=4 * np.sqrt(people.sum() / 4) / np.sqrt(DRAWS) + 0.002 * total)
    assert count.std() < 1.2 * np.sqrt(people.sum() / 4)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(12)))
def test_permuting_areas_changes_nothing_but_random_numbers(template, sets, order):
    case, register = exact(template, sets, between_county_sd=0.5)
    moved, _ = exact(replace(template, areas=template.areas.iloc[list(order)]), sets)
    before, after = (run(each, register).count("everyone") for each in (case, moved))
    np.testing.assert_allclose(*(run(each, register).count("everyone", "record") for each in (case, moved)), rtol=1e-12)
    # Medians of 2,000 draws: standard error 1.25 SD / sqrt(n).
    error = 1.25 * np.hypot(before.std(), after.std()) / np.sqrt(DRAWS)
    assert abs(np.median(before) - np.median(after)) < 5 * error


def test_splitting_areas_that_are_alike_changes_nothing(template, sets):
    # All variance between parents: both halves of an area have its rate, whichever parent they stand in together.
    case, register = exact(template, sets, between_county_sd=0.5, between_prefecture_share=1.0)
    halves = pd.concat(
        [
            template.areas.assign(people_adults=template.areas["people_adults"] / 2),
            template.areas.assign(people_adults=template.areas["people_adults"] / 2, area=template.areas["area"] + "b"),
        ]
    )
    split, _ = exact(replace(template, areas=halves), sets)
    for rung in RUNGS:
        whole, parts = (
            np.quantile(run(each, register).count("everyone", rung), [0.1, 0.5, 0.9]) for each in (case, split)
        )
        np.testing.assert_allclose(parts, whole, rtol=0.15 if rung in ("spread", "differences") else 1e-12)


def test_more_observed_areas_narrow_the_interval(template, sets):
    rows = [("ex04", 2480, 52600), ("ex09", 700, 12_800), ("ex02", 1400, 28_900), ("ex07", 1900, 38_700)]
    widths = []
    for used in (rows[:1], rows):
        case, register = exact(observing(template, rows=used), sets)
        low, high = np.quantile(run(case, register).count("everyone"), [0.025, 0.975])
        widths.append(np.log(high / low))
    assert widths[1] < 0.7 * widths[0]


def test_flaws_of_the_record_move_the_rate_as_they_say(template, sets):
    changed = {"missing_share": 0.2, "duplicate_share": 0.1, "observed_base_ratio": 1.25, "between_county_sd": 0.0}
    case, register = exact(template, sets, **changed)
    found = run(case, register)
    expected = found.shares("everyone", "sampling").values * (1 - 0.1) / (1 - 0.2) / 1.25
    np.testing.assert_allclose(found.shares("everyone", "record").values, expected, rtol=1e-9)
    doubled, register = exact(template, sets, region_base_ratio=2.0, between_county_sd=0.0)
    found = run(doubled, register)
    np.testing.assert_allclose(found.totals.people("everyone", "population"), 2 * template.areas["people_adults"].sum())


def test_count_of_all_groups_is_the_first_groups_by_its_share(template, sets):
    # As many others as adults, but three times as many in ex09.
    times = np.where(template.areas["area"] == "ex09", 3.0, 1.0)
    areas = template.areas.assign(people_others=times * template.areas["people_adults"])
    statement = replace(
        template.statement,
        groups=(("adults", "adults"), ("others", "others")),
        scopes=(replace(template.statement.scopes[0], groups=("adults",)),),
    )
    ratio = replace(template.entries["city_rate_ratio"], id="others_rate_ratio")
    share = replace(template.entries["missing_share"], id="numerator_first_group_share")
    folder = observing(template, [("ex04", 2480, 52600)])
    folder = replace(
        folder,
        areas=areas,
        statement=statement,
        observed=folder.observed.assign(group="all"),
        entries={**template.entries, "others_rate_ratio": ratio, "numerator_first_group_share": share},
    )
    case, register = exact(folder, sets, numerator_first_group_share=0.8, others_rate_ratio=0.5, between_county_sd=0.0)
    found = run(case, register)
    # Half of the people are of the first group and 0.8 of the counted: their rate is 1.6 times that of all.
    ratio_of_rates = found.shares("everyone", "record").values / found.shares("everyone", "sampling").values
    np.testing.assert_allclose(ratio_of_rates, 0.8 / 0.5, rtol=1e-9)
    two = observing(template, [("ex04", 2480, 52600), ("ex09", 100, 12800), ("ex02", 70, 9000)])
    groups = replace(folder, observed=two.observed.assign(group=["all", "all", "adults"]))
    mended = built(groups).mend(np.full((1, 3), 0.01), {name: np.array([value]) for name, value in CENTRAL.items()})
    # Half, a quarter and all of the people counted there are of the first group; a count of adults is theirs alone.
    np.testing.assert_allclose(mended, [[0.01 * 0.8 / 0.5, 0.01 * 0.8 / 0.25, 0.01]])


def test_counts_of_all_groups_in_several_areas_give_all_people_counted_over_all_people(template, sets):
    # By hand. 500 of 50,000 people and 3,000 of 10,000, of whom 1,000 and 9,000 are of the first group; 20,000 others.
    areas = template.areas[template.areas["area"].isin(["ex02", "ex04", "ex09"])].reset_index(drop=True)
    assert areas["area"].tolist() == ["ex02", "ex04", "ex09"]
    areas = areas.assign(people_adults=[15_000, 1_000, 9_000], people_others=[5_000, 49_000, 1_000])
    observed = observing(template, [("ex04", 500, 50_000), ("ex09", 3_000, 10_000)]).observed.assign(group="all")
    statement = replace(
        template.statement,
        groups=(("adults", "adults"), ("others", "others")),
        scopes=(replace(template.statement.scopes[0], groups=("adults", "others")),),
    )
    entries = {
        **template.entries,
        "others_rate_ratio": replace(template.entries["city_rate_ratio"], id="others_rate_ratio"),
        "numerator_first_group_share": replace(template.entries["missing_share"], id="numerator_first_group_share"),
    }
    folder = replace(template, areas=areas, observed=observed, statement=statement, entries=entries)
    case, register = exact(folder, sets, numerator_first_group_share=0.5, others_rate_ratio=0.5)
    counted = np.full((DRAWS, 1), 1.0) * [500 / 50_000, 3_000 / 10_000]
    inputs = {**draw_inputs(case, register, DRAWS, 1), SAMPLING: counted}
    found = kernel.totals(case, register, inputs, Stream(1, np.float64), threads=1)
    # 3,500 of the 60,000 counted among, of 80,000 in the region.
    np.testing.assert_allclose(found.count("everyone", "sampling"), 80_000 * 3_500 / 60_000, rtol=1e-12)
    # Of the first group, half of those counted: 250 of 1,000 and 1,500 of 9,000, which is 1,750 of 10,000.
    np.testing.assert_allclose(found.count("everyone", "record"), 80_000 * 1_750 / 10_000, rtol=1e-12)
    # A whole run, in which counts are draws: chance moves 3,500 by less than a tenth.
    drawn = run(case, register).totals.count("everyone", "sampling")
    np.testing.assert_allclose(np.quantile(drawn, [0.025, 0.5, 0.975]), 80_000 * 3_500 / 60_000, rtol=0.1)


def test_card_is_in_the_words_of_the_case(template, sets):
    register = register_of(template, sets)
    case = case_of(template, register)
    card = case.cards["everyone"]
    assert card.sentence() == (
        "adults of Exampleland who were held in a jail at some time in 2031 (resident population)"
    )
    assert (case.observed, case.area_kind) == ("Stonewell", "district")
    several = case_of(observing(template, [("ex04", 5, 50), ("ex09", 5, 50), ("ex02", 5, 50)]), register)
    assert several.observed == "Stonewell, Highfold and Millford"
    assert case.thresholds == (20_000,)


def test_places_and_people_are_those_of_the_tables(template):
    case = built(observing(template, [("ex09", 5, 50), ("ex04", 7, 80)]))
    region, areas = case.region, template.areas
    assert region.areas == tuple(f"ex{number:02}" for number in range(1, 13))
    # areas.csv: the first six lie in Upper, the others in Lower Exampleland, which comes first in the alphabet.
    assert region.parents.tolist() == [1] * 6 + [0] * 6
    assert region.observed.tolist() == [8, 3]
    assert (case.counts.tolist(), case.populations.tolist()) == ([5, 7], [50, 80])
    assert np.flatnonzero(region.city).tolist() == [4, 11]
    np.testing.assert_array_equal(region.adults[:, 0], areas["people_adults"])
    np.testing.assert_array_equal(case.area_error_sd, 0.02)
    np.testing.assert_array_equal(region.distant, ~region.core)
    assert (case.city, case.elsewhere, case.group_ratios) == ("city_rate_ratio", None, ())
    assert case.observed == "Highfold and Stonewell"
    assert case.sources == ()
    assert case.custody is None


def test_core_areas_and_words_of_the_case_are_its_own(template):
    core = template.areas["area"].isin(["ex04", "ex05"])
    statement = replace(template.statement, rungs={"spread": ("this", "that")}, custody="", spread="register")
    ratio = replace(template.entries["city_rate_ratio"], id=template.statement.elsewhere)
    entries = {**template.entries, template.statement.elsewhere: ratio}
    case = built(replace(template, areas=template.areas.assign(core=core), statement=statement, entries=entries))
    assert np.flatnonzero(case.region.core).tolist() == [3, 4]
    np.testing.assert_array_equal(case.region.distant, ~case.region.core)
    assert case.elsewhere == template.statement.elsewhere
    assert case.rungs["spread"] == ("this", "that")
    assert case.rungs["record"][0] == "people missing or counted twice; the observed population"
    card = case.cards["everyone"].row()
    assert card == {
        "population": "adults",
        "territory": "Exampleland",
        "window": "2031",
        "custody": "none",
        "measure": "ever held",
        "basis": "resident",
        "did": "were held in a jail at some time in 2031",
        "spread_from": "register",
    }
    assert built(template).cards["everyone"].row()["custody"] == "jail"
    assert built(template).cards["everyone"].row()["spread_from"] == "reference classes"


def test_sources_of_a_folder_are_figures_with_their_people(tmp_path, sets):
    rows = (
        row("one", 15000, note="a survey"),
        row("two", 0.05, unit="share", area="Upper Exampleland", low=0.04, high=0.06, kind="court", error=0.3),
        row("three", 900, area="ex04", group="adults", floor="yes"),
        row("unread", 300000, verification="unverified"),
        row("unused", 300, used="no"),
    )
    folder, case, _ = loaded(write(tmp_path, *rows, kinds=("survey", "court")), sets)
    one, three, two = case.sources  # in the order of their names
    assert [source.name for source in case.sources] == ["one", "three", "two"]
    assert [source.kind for source in case.sources] == ["survey", "survey", "court"]
    assert [(source.value, source.unit) for source in case.sources] == [
        (15_000.0, "persons"),
        (900.0, "persons"),
        (0.05, "share"),
    ]
    assert [source.bound for source in case.sources] == ["about", "floor", "about"]
    # A range that is even on the log scale has the SD log(0.06 / 0.04) / sqrt(12), which joins the error's 0.3.
    assert (one.log_sd, three.log_sd) == (0.4, 0.4)
    assert two.log_sd == pytest.approx(np.sqrt(0.3**2 + np.log(1.5) ** 2 / 12))
    parts = [source.part for source in case.sources]
    assert [part.areas.tolist() for part in parts] == [list(range(12)), [3], list(range(6))]
    assert [(part.name, part.groups) for part in parts] == [(name, ("adults",)) for name in ("one", "three", "two")]
    assert one.told == {
        "place": "Exampleland",
        "date": "2031",
        "counts": "ever held, jail",
        "raw": "15,000",
        "note": "a survey",
    }
    assert (three.told["place"], two.told["place"]) == ("Stonewell", "Upper Exampleland")
    assert two.told["raw"] == "5% (4% to 6%)"
    assert case.rungs["sources"][0] == "other sources, each with its bias: one (survey), three (survey), two (court)"
    # Without custody what happened stands in its place, and a source without a year is undated.
    other = replace(folder, statement=replace(folder.statement, custody=""), sources=folder.sources.assign(year=None))
    told = built(other).sources[0].told
    assert (told["counts"], told["date"]) == ("were held in a jail at some time in 2031", "undated")


def test_a_source_on_one_of_several_groups_names_it(tmp_path, sets):
    folder, _, _ = loaded(write(tmp_path, row("all", 15000), row("one", 900, group="adults", area="ex04")), sets)
    two = replace(
        folder,
        areas=folder.areas.assign(people_others=folder.areas["people_adults"]),
        statement=replace(folder.statement, groups=(("adults", "adults"), ("others", "all others"))),
        entries={**folder.entries, "others_rate_ratio": folder.entries["city_rate_ratio"]},
    )
    case = built(two)
    assert [source.part.groups for source in case.sources] == [("adults", "others"), ("adults",)]
    assert [source.told["place"] for source in case.sources] == ["Exampleland", "Stonewell: adults"]
    assert case.group_ratios == ("others_rate_ratio",)


def test_a_figure_is_stated_with_every_digit():
    # By hand.
    none = {"low": float("nan"), "high": float("nan")}
    assert stated({"unit": "count", "value": 1234567.5, **none}) == "1,234,567.5"
    assert stated({"unit": "count", "value": 1200.0, "low": 1000.0, "high": 1500.0}) == "1,200 (1,000 to 1,500)"
    assert stated({"unit": "share", "value": 0.123456789, **none}) == "12.3456789%"


def test_a_folder_may_have_records_of_parents_that_leave_people_out(tmp_path, sets):
    folder = write(tmp_path, row("records", 0.05, unit="share", kind="school"), kinds=())
    statement = (folder / "case.toml").read_text(encoding="utf-8")
    said = '[sources]\nconversions = ["parents"]\nundercounts = ["school"]\n\n[spread]'
    (folder / "case.toml").write_text(statement.replace("[spread]", said), encoding="utf-8")
    judged = {"adult_over_parent_rate": ("ratio", 0.8), "coverage_school": ("share", 0.5)}
    with (folder / "assumptions.toml").open("a", encoding="utf-8") as file:
        for key, (unit, value) in {**judged, "uninformative_school": ("share", 0.0)}.items():
            file.write(ENTRY.format(key=key, shape=f'{{ name = "point", value = {value} }}', unit=unit))
    _, case, register = loaded(folder, sets)
    (source,) = case.sources
    assert source.own == ("coverage_school", "uninformative_school", "adult_over_parent_rate")
    assert register.kinds == ("school",)
    # METHODS eq. 51, 52: half of the parents held are in the records, and their rate is 1 / 0.8 of the adults'.
    held = np.array([0.04, 0.08, 0.16])
    entries = {name: np.array(register[name].distribution.median()) for name in source.own}
    told = density_of(Prediction(source, 1.0, held, held), entries)
    expected = stats.t(4).pdf((np.log(0.05) - np.log(0.5 * held / 0.8)) / 0.4) / 0.4
    np.testing.assert_allclose(told, expected)
