"""No evidence is used twice: a judgement that rests on reports by which draws are weighed is refused, in any case."""

import re
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from other_sources import row, write

from estimation.errors import AssumptionError, DataError
from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.contents import citable_of
from estimation.evidence.register import assumptions
from estimation.evidence.register.citable import Citable, Row
from estimation.evidence.tables import sources
from estimation.evidence.tables.synthesis_sources import citable
from estimation.model.case.build import register_of

ROWS = (
    Row("village", "report", ("paper",), weighed=True),
    Row("city", "report", ("other_paper",), weighed=False),
    Row("alone", "", ("third",), weighed=True),
    Row("free", "", ("paper",), weighed=False),
    Row("apart", "", ("fourth",), weighed=False),
)
KNOWN = Citable(("paper", "other_paper"), ROWS, {"observations": ["city", "apart"], "census": []})


# --- the rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "evidence"),
    [
        ("judgement", None),
        ("judgement", ["free", "apart", "census"]),
        ("paper", []),  # cites the paper of a weighed figure, and says that it takes no figure from it
        ("fourth", None),
    ],
)
def test_evidence_that_is_not_weighed_may_set_a_judgement(source, evidence):
    KNOWN.require_unused(source, evidence, "a.toml, entry")


@pytest.mark.parametrize(
    ("source", "evidence", "said"),
    [
        ("judgement", ["village"], r"village, itself weighed.*do not use village"),
        ("judgement", ["alone"], r"alone, itself weighed"),
        ("judgement", ["free", "city"], r"city, of report like village, which is weighed.*do not use village"),
        ("judgement", ["observations"], r"city, of report like village"),
        ("judgement", ["nowhere"], r"must name rows or tables of the case.*'nowhere'.*one of observations, census"),
        ("paper", None, r"must say on which rows it rests.*'paper', which has village, and village is weighed"),
        ("other_paper", None, r"'other_paper', which has city, and village is weighed.*evidence = \[\]"),
    ],
)
def test_evidence_that_is_weighed_may_not(source, evidence, said):
    with pytest.raises(AssumptionError, match=r"\(a\.toml, entry\); got .*") as caught:
        KNOWN.require_unused(source, evidence, "a.toml, entry")
    assert re.search(said, str(caught.value)), caught.value


# --- the register that ships --------------------------------------------------------------------------------------


def shipped_tables() -> dict:
    return tomllib.loads((sources.PUBLIC / "assumptions.toml").read_text(encoding="utf-8"))


def read(shipped, key: str, **changes: object) -> assumptions.Assumption:
    table = {name: value for name, value in {**shipped_tables()[key], **changes}.items() if value is not None}
    needed = case_folder.entries_of(shipped)[key]
    return assumptions.read_entry(key, table, "assumptions.toml", citable(shipped), needed=needed)


@pytest.mark.parametrize(
    ("key", "evidence", "said"),
    [
        # As the entries stood before: by two weighed figures, and by one of the dependence group of a third.
        ("composition_sd", ["kar_aqsaray2", "hotan_shaptul"], "kar_aqsaray2, itself weighed"),
        ("composition_sd", ["xuar_sent_adult_lo"], "xuar_sent_adult_lo, of official_sentences like sent_2017_18"),
        ("city_rate_ratio", ["kashgar_city_32k"], "kashgar_city_32k, of rfa_kashgar_2018 like kashgar_pref_rate"),
        ("camp_before_prison", ["kar_aqsaray2"], "kar_aqsaray2, itself weighed"),
        ("ordinary_crime_share", ["sent_2014", "sent_2017_x"], "sent_2017_x, of official_sentences like sent_2017_18"),
        ("stock_to_ever_ratio", ["bfn_area_per_place"], "bfn_area_per_place, of bfn_capacity like bfn_cap"),
        ("north_east_rate_ratio", ["observations"], "kon_bullaqsu, itself weighed"),
        ("bias_phone", None, "'rfa_2018_08_31_onsu', which has onsu_county, and onsu_county is weighed"),
    ],
)
def test_a_shipped_entry_changed_to_rest_on_a_weighed_source_is_refused(shipped, key, evidence, said):
    with pytest.raises(AssumptionError, match=rf"\(assumptions\.toml, {key}\); got {said}"):
        read(shipped, key, evidence=evidence)


def test_a_row_behind_an_entry_that_is_newly_weighed_is_refused_too(shipped):
    table = shipped.table("synthesis_sources")
    table.loc[table["row_id"] == "ghulja_bayanday2", ["use", "scale"]] = ["yes", "share"]
    changed = replace(shipped, _tables={**shipped._tables, "synthesis_sources": table})
    with pytest.raises(AssumptionError, match=r"north_east_rate_ratio\); got ghulja_bayanday2, itself weighed"):
        register_of(changed)


def test_every_shipped_entry_says_what_it_rests_on_and_passes(shipped, judgements):
    assert [key for key, entry in judgements.items() if entry.evidence is None] == []
    # Rows that a rationale names are behind the value, but for weighed ones, which it may name as not used.
    rows = {each.name: each for each in citable(shipped).rows}
    weighed = {each.dependence for each in rows.values() if each.weighed}
    for key, entry in judgements.items():
        named = {word for word in re.findall(r"\w+", entry.rationale) if word in rows}
        assert {name for name in named if rows[name].dependence not in weighed} <= set(entry.evidence), key


def test_rows_have_one_name_and_every_weighed_row_a_group(shipped):
    rows = citable(shipped).rows
    assert len({each.name for each in rows}) == len(rows)
    assert all(each.dependence for each in rows if each.weighed)
    used = shipped.table("synthesis_sources").query("use == 'yes'")["row_id"]
    assert {each.name for each in rows if each.weighed} == set(used)


# --- values set anew, from the rows they name ---------------------------------------------------------------------


def test_how_counties_differ_in_composition_is_what_its_rows_give(shipped, judgements):
    # sd(log a - log b) = sqrt(s^2 + t^2 - 2 r s t): log-odds of one of two fates are the difference of log rates.
    entry = judgements["composition_sd"]
    spread = shipped.table("reference_sets").set_index("dataset")["tau"]
    named = [name for name in entry.evidence if name in spread.index]
    pairs = {
        "vera": [(named[0], named[1]), (named[2], named[3])],
        "colombia": [(named[4], named[5]), (named[4], named[6]), (named[5], named[6])],
    }

    def middle(family: str, correlation: float) -> float:
        squares = [spread[a] ** 2 + spread[b] ** 2 - 2 * correlation * spread[a] * spread[b] for a, b in pairs[family]]
        return float(np.exp(np.mean(np.log(np.sqrt(squares)))))

    found = [middle(family, r) for family in pairs for r in (0.9, 0.45, 0.0)]
    assert found == pytest.approx([0.26, 0.58, 0.77, 0.48, 1.08, 1.45], abs=0.006)
    halfway = [middle(family, 0.45) for family in pairs]
    assert np.sqrt(np.prod(halfway)) == pytest.approx(0.79, abs=0.005)
    assert entry.distribution.median() == pytest.approx(0.8)
    assert np.log(halfway[1] / halfway[0]) == pytest.approx(entry.distribution.parameters()["sigma"], abs=0.05)
    # The village that is not weighed: 33 of 46 (hotan_shaptul) against 0.9 x 10,300 of 22,762.
    county = 0.9 * 10_300 / 22_762
    apart = np.log(33 / 13) - np.log(county / (1 - county))
    noise = 1 / 33 + 1 / 13
    assert np.sqrt((apart**2 - noise) / 2) == pytest.approx(0.89, abs=0.005)
    assert np.sqrt((apart**2 - noise - 0.64**2) / 2) == pytest.approx(0.77, abs=0.005)


def test_how_far_a_city_may_stand_from_a_county_is_what_its_rows_give(shipped, judgements):
    units = shipped.table("units").set_index("gb_code")
    people = shipped.table("census").query("year == 2020").set_index("gb_code")["total"]
    logs = np.log(people[people.index.isin(units.index)]).rename("log")
    table = units.join(logs, how="inner").groupby(["prefecture_code", "is_city"])["log"].mean().unstack().dropna()
    further = float((table[1] - table[0]).mean())
    assert further == pytest.approx(1, abs=0.1)
    # README of the second round of evidence: standard deviation of families' slopes 0.29 about zero, own errors out.
    assert np.exp(np.array([-1.96, 1.96]) * 0.29 * further) == pytest.approx([0.55, 1.8], abs=0.03)
    low, high = judgements["city_rate_ratio"].distribution.support()
    assert low < 0.55
    assert 1 < high < 1.8


def test_ordinary_crime_is_what_its_rows_give(shipped, judgements):
    stated = shipped.table("official_statistics").set_index("stat_id")["value"]
    census = shipped.table("census").groupby("year")["pop_18plus_est"].sum()
    adults = census[2010] * (census[2020] / census[2010]) ** 0.82  # end of 2018
    crime = np.array([2 * stated["sent_2014"], stated["pros_2013_16"] / 2]) / adults
    assert 1000 * crime == pytest.approx([2.3, 3.9], abs=0.06)
    county = 0.9 * 10_300 / 182_388  # modes of the register's entries
    assert county == pytest.approx(0.051, abs=0.0005)
    found = [crime / (crime + county * part) for part in (1, 1 / 2, 1 / 7)]
    assert np.array(found) == pytest.approx(np.array([[0.04, 0.07], [0.08, 0.13], [0.24, 0.35]]), abs=0.006)
    low, high = judgements["ordinary_crime_share"].distribution.support()
    assert low <= np.min(found)
    assert high >= np.max(found)


# --- a case of another region, and a reviewer's file ---------------------------------------------------------------


def own_case(tmp_path, line: str):
    """A case with two reports of one source, one of them weighed, and an entry with a line of its own."""
    second = row("other_source", 3, used="no", source_id="project_reference_analysis")
    folder = write(tmp_path, row("survey_a", 2000, area="ex02"), row("survey_b", 3, used="no"), second)
    path = folder / "assumptions.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index("[city_rate_ratio]")
    path.write_text(text[:start] + text[start:].replace('source = "judgement"', line, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('source = "judgement"\nevidence = ["survey_a"]', "got survey_a, itself weighed"),
        ('source = "judgement"\nevidence = ["survey_b"]', "got survey_b, of example_invented like survey_a, which is"),
        ('source = "judgement"\nevidence = ["ex02"]', "evidence must name rows or tables of the case"),
        ('source = "judgement"\nevidence = "survey_a"', "evidence is a list of keys"),
        ('source = "judgement"\nevidence = ["other_source", "other_source"]', "evidence names a row once"),
        ('source = "example_invented"', "must say on which rows it rests"),
    ],
)
def test_a_case_of_its_own_is_held_to_it_with_file_and_line(tmp_path, line, said):
    folder = own_case(tmp_path, line)
    with pytest.raises(DataError) as caught:
        case_folder.load(folder, families=("union",))
    (problem,) = caught.value.problems
    text = (folder / "assumptions.toml").read_text(encoding="utf-8").splitlines()
    assert (problem.file, problem.row, problem.column) == (
        "assumptions.toml",
        text.index("[city_rate_ratio]") + 1,
        "city_rate_ratio",
    )
    assert said in str(problem)


@pytest.mark.parametrize(
    "line", ['source = "judgement"\nevidence = ["other_source"]', 'source = "example_invented"\nevidence = []']
)
def test_a_case_of_its_own_that_uses_evidence_once_is_read(tmp_path, line):
    found = case_folder.load(own_case(tmp_path, line), families=("union",))
    assert found.entries["city_rate_ratio"].evidence == (("other_source",) if "other" in line else ())
    assert {each.name: each.weighed for each in citable_of(found).rows} == {
        "survey_a": True,
        "survey_b": False,
        "other_source": False,
    }


def test_a_reviewers_entry_is_held_to_it_and_keeps_what_it_does_not_name(tmp_path, shipped, judgements):
    path = tmp_path / "mine.toml"
    entry = '[bias_phone]\nrationale = "r"\ndistribution = { name = "point", value = 0.1 }\n'
    path.write_text(entry, encoding="utf-8")
    assert assumptions.amend(judgements, path, citable=citable(shipped))["bias_phone"].evidence == ()
    path.write_text(entry + 'evidence = ["kar_chinibagh"]\n', encoding="utf-8")
    with pytest.raises(AssumptionError, match=r"\(mine\.toml, bias_phone\); got kar_chinibagh, itself weighed"):
        assumptions.amend(judgements, path, citable=citable(shipped))
