"""A case folder with one thing wrong at a time: the error names file, row and column."""

import os
import re

import pytest

from estimation.errors import DataError
from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.new_case import files

FAMILIES = ("nkvd", "union")


@pytest.fixture
def folder(tmp_path):
    for name, content in files().items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def put(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder):
    with pytest.raises(DataError) as caught:
        case_folder.load(folder, families=FAMILIES)
    return [str(problem) for problem in caught.value.problems]


def test_the_template_has_no_fault_and_names_no_real_place(folder):
    found = case_folder.load(folder, families=FAMILIES)
    assert found.statement.title.startswith("EXAMPLE, invented")
    assert (found.areas["note"] == "invented").all()
    assert set(found.hashes) == set(files()) == set(case_folder.FILES)
    assert list(found.entries) == [
        *("missing_share", "duplicate_share", "observed_base_ratio", "region_base_ratio", "area_error_sd"),
        *("between_prefecture_share", "selection_shift", "city_rate_ratio"),
    ]


# old text, new text, and what the error must say: file, row and column, rule, value got
WRONG = {
    "count with separators": (
        *("observed.csv", ",2480,52600", ',"2,480",52600'),
        "observed.csv, row 2, column count: a number must be written without thousands separators; got '2,480'",
    ),
    "count above population": (
        *("observed.csv", ",2480,", ",82480,"),
        "observed.csv, row 2, column count: a count must not exceed its population; got 82480 of 52600",
    ),
    "count not a number": (
        *("observed.csv", ",2480,", ",nan,"),
        "observed.csv, row 2, column count: a number must be finite; got 'nan'",
    ),
    "endless digits": (
        *("observed.csv", ",2480,", f",{'9' * 500},"),
        "observed.csv, row 2, column count: a number must be finite and below 2**53",
    ),
    "unknown area": (
        *("observed.csv", "ex04,", "ex40,"),
        "observed.csv, row 2, column area: an observed area must be in areas.csv; got 'ex40'",
    ),
    "unknown source": (
        *("observed.csv", "example_invented", "nowhere"),
        "observed.csv, row 2, column source: a source that is named must be in sources.csv; got 'nowhere'",
    ),
    "unknown group": (
        *("observed.csv", ",adults,", ",children,"),
        "observed.csv, row 2, column group: a code must be one of those declared; got 'children'",
    ),
    "not verified": (
        *("observed.csv", ",read,", ",unverified,"),
        "observed.csv: an estimate needs an observation that was verified; got none",
    ),
    "nobody counted": (
        *("observed.csv", ",2480,", ",0,"),
        "observed.csv: somebody must have been counted; got 0 in all observed areas",
    ),
    "everybody counted": (
        *("observed.csv", ",2480,", ",52600,"),
        "observed.csv: somebody must not have been counted; got all 52600",
    ),
    "area twice": (
        *("areas.csv", "ex02,", "ex01,"),
        "areas.csv, row 3, column area: a key must stand once; it stands in row 2 already; got ex01",
    ),
    "people below zero": (
        *("areas.csv", ",28900,", ",-28900,"),
        "areas.csv, row 3, column people_adults: a number must not be negative; got '-28900'",
    ),
    "column missing": (
        *("areas.csv", "people_adults", "people_everyone"),
        "areas.csv, row 1, column people_adults: this column must be there",
    ),
    "column unknown": (
        *("areas.csv", "people_adults", "people_everyone"),
        "areas.csv, row 1, column people_everyone: a column must be a known one",
    ),
    "rows about persons": (
        *("areas.csv", "area,label", "area,name"),
        "areas.csv, row 1, column name: a table must not hold data about individuals; got column name",
    ),
    "identity number": (
        *("areas.csv", "Ashby Cross", "653121" + "19700228" + "0000"),
        "areas.csv, row 4, column label: a cell must not hold an identity or telephone number",
    ),
    "formula": (
        *("areas.csv", "Ashby Cross", "=HYPERLINK(1)"),
        "areas.csv, row 4, column label: a text cell must not begin like a spreadsheet formula; got '=HYPERLINK(1)'",
    ),
    "line break in a cell": (
        *("areas.csv", "Ashby Cross", '"Ashby\nCross"'),
        "areas.csv, row 4, column label: a cell must not hold line breaks or invisible characters",
    ),
    "city neither yes nor no": (
        *("areas.csv", "96500,yes", "96500,maybe"),
        "areas.csv, row 6, column city: a code must be one of those declared; got 'maybe'",
    ),
    "open quote": ("areas.csv", "Ashby Cross", '"Ashby Cross', "areas.csv, row 4: a row must be CSV"),
    "cells missing": (
        *("areas.csv", "ex02,Millford,", "ex02,"),
        "areas.csv, row 3: a row must have as many cells as the header; got 5 instead of 6",
    ),
    "not TOML": ("case.toml", 'title = "', "title = ", "case.toml, row 6: the file must be TOML"),
    "unknown key": (
        *("case.toml", "[estimand]", '[estimand]\nwhither = "there"'),
        "case.toml, row 10, column estimand.whither: a key must be a known one; got 'whither'. Do this: did you mean",
    ),
    "no title": (
        "case.toml",
        "title = ",
        "# title = ",
        "case.toml, column title: a case must state title; got nothing",
    ),
    "unknown measure": (
        *("case.toml", '"ever held"  ', '"detained" '),
        "case.toml, row 12, column estimand.measure: measure must be one of ever held, held at a moment",
    ),
    "present tense": (
        *("case.toml", '"were held', '"are held'),
        "case.toml, row 14, column estimand.did: did speaks of the past, as every count here does",
    ),
    "scope of no group": (
        *("case.toml", 'groups = ["adults"]', 'groups = ["children"]'),
        "case.toml, row 27, column scope.groups: a scope counts groups of the case; got 'children'",
    ),
    "path as a name": (
        *("case.toml", 'name = "everyone"', 'name = "../../etc/passwd"'),
        "case.toml, row 25, column scope.name: name must be a short name of small letters",
    ),
    "unknown family": (
        *("case.toml", "exclude_families = []", 'exclude_families = ["martians"]'),
        "case.toml, row 34, column spread.exclude_families: a family must be one of reference_sets.csv; got martians",
    ),
    "claim without limit": (
        *("case.toml", "at_least = 20000", ""),
        "case.toml, row 37, column claim: a claim has at least one limit",
    ),
    "claim that is infinite": (
        *("case.toml", "at_least = 20000", "at_least = inf"),
        "case.toml, row 40, column claim.at_least: at_least must be a number of persons",
    ),
    "claim that cannot fail": (
        *("case.toml", "at_least = 20000", "at_least = 0"),
        "case.toml, row 40, column claim.at_least: a claim must be able to fail",
    ),
    "claim upside down": (
        *("case.toml", "at_least = 20000", "at_least = 20000\nat_most = 5"),
        "case.toml, row 40, column claim.at_least: a claim runs from low to high",
    ),
    "claim about an unknown scope": (
        *("case.toml", 'scope = "everyone"', 'scope = "someone"'),
        "case.toml, row 38, column claim.scope: scope must be one of everyone; got 'someone'",
    ),
    "thresholds that fall": (
        *("case.toml", "[estimand]", "thresholds = [20000, 10000]\n[estimand]"),
        "case.toml, row 9, column thresholds: thresholds must be whole numbers of persons that rise; got",
    ),
    "unknown rung": (
        *("case.toml", "[spread]", '[[rung]]\nname = "last"\nincludes = "a"\nleaves_out = "b"\n[spread]'),
        "case.toml, row 33, column rung.name: name must be one of sampling, record, population, spread, differences",
    ),
    "lead of an unknown scope": (
        *("case.toml", "[spread]", '[lead]\nscope = "someone"\n[spread]'),
        "case.toml, row 33, column lead.scope: scope must be one of everyone; got 'someone'",
    ),
    "press without a figure": (
        *("case.toml", "[spread]", "[press]\n[spread]"),
        "case.toml, row 32, column press.estimate: a case must state estimate; got nothing",
    ),
    "unknown quantity of a term": (
        *("case.toml", "[spread]", '[[term]]\nentry = "x"\nquantity = "rate"\nrole = "ratio"\n[spread]'),
        "case.toml, row 34, column term.quantity: quantity must be one of count, base, region, core, elsewhere",
    ),
    "role that a quantity does not have": (
        *("case.toml", "[spread]", '[[term]]\nentry = "x"\nquantity = "base"\nrole = "repeated"\n[spread]'),
        "case.toml, row 35, column term.role: role must be one of persons, ratio, missing; got 'repeated'",
    ),
    "entry of a term of one's own": (
        *("case.toml", "[spread]", '[[term]]\nentry = "x"\nquantity = "base"\nrole = "ratio"\n[spread]'),
        "assumptions.toml, column x: the case needs this entry; got none",
    ),
    "survival by one entry": (
        *("case.toml", "[spread]", '[census]\nsurvival = ["x"]\nyear = 2018\nadult_age = 18\n[spread]'),
        "case.toml, row 33, column census.survival: survival names two entries: under 65, and from 65; got ['x']",
    ),
    "year in words": (
        *("case.toml", "[spread]", '[census]\nsurvival = ["x", "y"]\nyear = "2018"\nadult_age = 18\n[spread]'),
        "case.toml, row 34, column census.year: year must be a whole number; got '2018'",
    ),
    "kind that nobody has": (
        *("case.toml", "[spread]", '[sources]\nundercounts = ["school"]\n[spread]'),
        "case.toml, row 33, column sources.undercounts: a kind that is named must be in other_sources.csv; got",
    ),
    "unknown conversion": (
        *("case.toml", "[spread]", '[sources]\nconversions = ["miles"]\n[spread]'),
        "case.toml, row 33, column sources.conversions: a conversion must be a known one; got 'miles'",
    ),
    "bell in a text": (
        *("case.toml", "your name or your institution", "\\u0007"),
        "case.toml, row 7, column author: a text must not hold line breaks or invisible characters",
    ),
    "telephone in a text": (
        *("case.toml", "write your name", "139" + "00000000"),
        "case.toml, row 7, column author: a text must not hold an identity or telephone number",
    ),
    "entry missing": (
        *("assumptions.toml", "[missing_share]", "[other_share]"),
        "assumptions.toml, column missing_share: the case needs this entry; got none",
    ),
    "entry unknown": (
        *("assumptions.toml", "[missing_share]", "[misssing_share]"),
        "assumptions.toml, row 9, column misssing_share: an entry must be one that this case uses",
    ),
    "entry out of range": (
        *("assumptions.toml", "high = 0.15", "high = 1.5"),
        "assumptions.toml, row 9, column missing_share: missing_share must lie between 0 and 1",
    ),
    "distribution that is none": (
        *("assumptions.toml", "low = 0.0, mode = 0.05", "low = nan, mode = 0.05"),
        "assumptions.toml, row 9, column missing_share: ",
    ),
    "source of an entry": (
        *("assumptions.toml", 'source = "judgement"', 'source = "hearsay"'),
        "assumptions.toml, row 9, column missing_share: the source must be 'judgement' or in sources.csv",
    ),
    "second spread": (
        *("assumptions.toml", "[city_rate_ratio]", "[between_county_sd]"),
        "assumptions.toml, row 82, column between_county_sd: an entry must be one that this case uses",
    ),
    "address that is none": (
        *("sources.csv", "replace it,,2031,,", "replace it,,2031,javascript:alert(1),"),
        "sources.csv, row 2, column url: a cell must match the pattern",
    ),
}


def test_rungs_thresholds_and_leading_totals_may_be_stated(folder):
    put(folder, "case.toml", "[estimand]", "thresholds = [7, 9]\n[estimand]")
    rung = '[[rung]]\nname = "record"\nincludes = "a"\nleaves_out = "b"\n'
    put(folder, "case.toml", "[spread]", rung + '[lead]\ntipped = ["missing_share"]\n[spread]')
    stated = case_folder.load(folder, families=FAMILIES).statement
    assert stated.thresholds == (7, 9)
    assert stated.rungs == {"record": ("a", "b")}
    assert (stated.lead.scope, stated.lead.tipped) == ("everyone", ("missing_share",))
    # The template's one claim is of 20,000 or more.
    put(folder, "case.toml", "thresholds = [7, 9]\n", "")
    assert case_folder.load(folder, families=FAMILIES).statement.thresholds == (20_000,)


def test_usual_terms_may_be_replaced_and_ratios_named(folder):
    put(folder, "case.toml", "[spread]", '[ratios]\ncity = "missing_share"\n[spread]')
    for entry, quantity, role in (("missing_share", "core", "ratio"), ("duplicate_share", "region", "missing")):
        term = f'[[term]]\nentry = "{entry}"\nquantity = "{quantity}"\nrole = "{role}"\n'
        put(folder, "case.toml", "[spread]", f"{term}[spread]")
    found = [fault.split(";")[0] for fault in faults(folder)]
    # A ratio of rates now, in unit ratio; the share that is left has a use, the usual entries have none.
    assert "assumptions.toml, row 9, column missing_share: the unit of missing_share is ratio" in found[0]
    assert [re.search("column ([a-z_]+)", each)[1] for each in found[1:]] == [
        *("observed_base_ratio", "region_base_ratio", "area_error_sd", "city_rate_ratio"),
    ]


@pytest.mark.parametrize("case", WRONG)
def test_each_fault_is_named_with_file_row_and_column(folder, case):
    name, old, new, said = WRONG[case]
    put(folder, name, old, new)
    assert any(fault.startswith(said) for fault in faults(folder)), "\n".join(faults(folder))
    assert all(". Do this: " in fault for fault in faults(folder))


def test_every_fault_is_listed_at_once(folder):
    for case in ("people below zero", "unknown source", "present tense", "entry out of range"):
        name, old, new, _ = WRONG[case]
        put(folder, name, old, new)
    found = faults(folder)
    assert [re.split("[,:]", fault)[0] for fault in found] == [
        *("case.toml", "areas.csv", "observed.csv", "assumptions.toml"),
    ]


@pytest.mark.parametrize("name", case_folder.FILES)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a file must have a header; got an empty file|must state|needs"),
        (b"\xef\xbb\xbf", "byte order mark|a file must have a header"),
        (b"\xff\xfe\x00a", "text must be UTF-8; got byte 0xff"),
        (b"\x00\x00\x00", "the file must be TOML|invisible|must be there|must have a name"),
        (b"[" * 5000, "the file must be TOML|must be there"),
        (b"a = " + b"[" * 5000, "the file must be TOML|must be there"),
        (b"x" * 21_000_000, "a file of a case must be readable; got larger than"),
    ],
    ids=["empty", "mark alone", "not UTF-8", "zeros", "brackets", "nested", "huge"],
)
def test_files_that_are_none(folder, name, content, said):
    (folder / name).write_bytes(content)
    assert re.search(said, "\n".join(fault for fault in faults(folder) if fault.startswith(name)))


@pytest.mark.parametrize("name", case_folder.FILES)
def test_byte_order_mark_is_refused_and_carriage_returns_are_not(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content.replace(b"\n", b"\r\n"))
    case_folder.load(folder, families=FAMILIES)
    (folder / name).write_bytes(b"\xef\xbb\xbf" + content)
    assert f"{name}, row 1: a file must not begin with a byte order mark" in "\n".join(faults(folder))


@pytest.mark.parametrize("name", case_folder.FILES)
def test_missing_and_linked_files(folder, name, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "secret"
    elsewhere.write_text("secret", encoding="utf-8")
    (folder / name).unlink()
    assert f"{name}: a case must have this file; got no file" in "\n".join(faults(folder))
    (folder / name).symlink_to(elsewhere)
    found = "\n".join(faults(folder))
    assert f"{name}: a file of a case must be a plain file; got a link" in found
    assert "secret" not in found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_file_and_does_not_hang(folder):
    (folder / "areas.csv").unlink()
    os.mkfifo(folder / "areas.csv")
    assert "areas.csv: a file of a case must be readable; got a pipe or a device" in "\n".join(faults(folder))


def test_other_files_are_refused_so_that_nothing_slips_past(folder):
    (folder / "persons.csv").write_text("x\n", encoding="utf-8")
    (folder / "README.md").write_text("kept", encoding="utf-8")
    assert "persons.csv: a case holds case.toml" in "\n".join(faults(folder))


def test_no_folder(tmp_path):
    assert faults(tmp_path / "none") == [
        "none: a case is a folder; got no such folder. Do this: write one with `estimation new-case`."
    ]


# --- core and city, several groups ------------------------------------------------------------------------------------


def two_groups(folder):
    put(folder, "case.toml", "[[scope]]", '[[group]]\nname = "others"\nwho = "others"\n\n[[scope]]')
    put(folder, "areas.csv", "people_adults,city", "people_adults,people_others,city")
    text = (folder / "areas.csv").read_text(encoding="utf-8")
    (folder / "areas.csv").write_text(re.sub(r",(yes|no),", r",100,\1,", text), encoding="utf-8")


def test_a_second_group_asks_for_its_ratio_and_a_count_of_all_for_the_first_groups_share(folder):
    two_groups(folder)
    assert "column others_rate_ratio: the case needs this entry" in "\n".join(faults(folder))
    put(folder, "observed.csv", ",adults,", ",all,")
    assert "column numerator_first_group_share: the case needs this entry" in "\n".join(faults(folder))


def test_names_of_groups_that_would_mean_something_else(folder):
    put(folder, "case.toml", 'name = "adults"', 'name = "city"')
    assert "column group.name: group names must differ, and none is all, city, outside_core" in "\n".join(
        faults(folder)
    )


def test_observed_areas_lie_in_the_core_and_are_of_one_kind(folder):
    text = (folder / "areas.csv").read_text(encoding="utf-8").replace("city", "core").replace("yes", "no", 1)
    (folder / "areas.csv").write_text(text, encoding="utf-8")
    assert "observed.csv, row 2, column area: an observed area lies in the core; got 'ex04'" in "\n".join(
        faults(folder)
    )
    (folder / "areas.csv").write_bytes(files()["areas.csv"])
    with (folder / "observed.csv").open("a", encoding="utf-8") as file:
        file.write("ex05,adults,900,96000,example_invented,read,\n")
    assert "observed.csv, row 3, column area: observed areas are all cities or none is; got 'ex05'" in "\n".join(
        faults(folder)
    )


def test_scope_of_the_core_where_there_is_nobody_and_source_of_the_truth(folder):
    put(folder, "areas.csv", ",41200,no", ",41200,no")
    truth = '\n[truth]\nscope = "everyone"\ncount = 5\nsource = "hearsay"\nnote = "none"\n'
    with (folder / "case.toml").open("a", encoding="utf-8") as file:
        file.write(truth)
    assert "column truth.source: a source that is named must be in sources.csv; got 'hearsay'" in "\n".join(
        faults(folder)
    )


def test_own_spread_needs_its_entry(folder):
    put(folder, "case.toml", 'prior = "reference classes"', 'prior = "register"')
    assert "column between_county_sd: the case needs this entry" in "\n".join(faults(folder))


GRID = b"""[[choice]]
name = "cities"
asks = "Do cities differ?"
option = [{ name = "as judged", reason = "r" }, { name = "alike", reason = "r", scope = "everyone" }]
"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"", b"", ""),
        (b"asks =", b"ask =", "cities needs a text for asks; got None"),
        (b'"cities"', b'"Cities?"', "a choice is named in small letters and spaces"),
        (b'"cities"', b'"rank"', "and not effective, rank, reliable; got 'rank'"),
        (b'"alike"', b'"=alike"', "a text text must not begin like a spreadsheet formula"),
        (b'scope = "everyone"', b"year = 2018", "an option may set only what a case has; got year"),
    ],
)
def test_a_declared_grid_is_checked(folder, old, new, fault):
    (folder / "multiverse.toml").write_bytes(GRID.replace(old, new) if old else GRID)
    if fault:
        assert fault in "\n".join(faults(folder))
    else:
        assert [choice.name for choice in case_folder.load(folder).grid.choices] == ["cities"]
