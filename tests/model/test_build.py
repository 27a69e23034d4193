"""What a case of any region must do whatever its numbers: limits, permutations, splits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.new_case import files
from estimation.model.case.build import case_of, register_of
from estimation.model.case.case import Case
from estimation.model.ladder import ladder
from estimation.model.region.region import RUNGS
from estimation.model.spread.register_priors import spread_entry

EXACT = {
    **dict.fromkeys(("missing_share", "duplicate_share", "area_error_sd", "selection_shift"), 0.0),
    **dict.fromkeys(("observed_base_ratio", "region_base_ratio", "city_rate_ratio"), 1.0),
}
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


def test_register_runs_in_the_order_of_the_ladder(template, sets):
    rungs = [entry.rung for entry in register_of(template, sets).values()]
    assert rungs == sorted(rungs, key=["fixed", *RUNGS].index)


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("rows", [[("ex04", 2480, 52600)], [("ex04", 2480, 52600), ("ex09", 100, 12800)]])
def test_no_spread_gives_the_pooled_rate(template, sets, rung, rows):
    case, register = exact(observing(template, rows), sets, between_county_sd=0.0)
    share = run(case, register).share("everyone", rung)
    y, n = sum(row[1] for row in rows), sum(row[2] for row in rows)
    # Beta(y, n - y), flat centre on the log-odds: mean y / n, SD sqrt(p (1 - p) / n).
    sd = np.sqrt(y / n * (1 - y / n) / n)
    assert share.mean() == pytest.approx(y / n, abs=4 * sd / np.sqrt(DRAWS) + 1e-6)
    assert share.std() == pytest.approx(sd, rel=0.1)


def test_first_rung_with_several_areas_is_the_rate_of_all_that_were_counted(template, sets):
    # Tabled people of ex04 and ex09: 53,800 and 12,800; rates 0.2 and 0.1.
    case, register = exact(observing(template, [("ex04", 10_000, 50_000), ("ex09", 1_000, 10_000)]), sets)
    share = run(case, register).share("everyone", "sampling")
    expected = (0.2 * 53_800 + 0.1 * 12_800) / (53_800 + 12_800)
    assert share.mean() == pytest.approx(expected, abs=1e-3)


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
    expected = found.share("everyone", "sampling") * (1 - 0.1) / (1 - 0.2) / 1.25
    np.testing.assert_allclose(found.share("everyone", "record"), expected, rtol=1e-9)
    doubled, register = exact(template, sets, region_base_ratio=2.0, between_county_sd=0.0)
    found = run(doubled, register)
    np.testing.assert_allclose(found.totals.people("everyone", "population"), 2 * template.areas["people_adults"].sum())


def test_count_of_all_groups_is_the_first_groups_by_its_share(template, sets):
    areas = template.areas.assign(people_others=template.areas["people_adults"])
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
    ratio_of_rates = found.share("everyone", "record") / found.share("everyone", "sampling")
    np.testing.assert_allclose(ratio_of_rates, 0.8 / 0.5, rtol=1e-9)


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
