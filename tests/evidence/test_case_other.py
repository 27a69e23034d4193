"""Other sources of a case with one thing wrong at a time: the error names file, row and column."""

import re

import numpy as np
import pytest
from other_sources import HEADER, row, write

from estimation.errors import DataError
from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.case_other import areas_of, weighed_rows

FAMILIES = ("nkvd", "union")


def load(folder):
    return case_folder.load(folder, families=FAMILIES)


def faults(folder):
    with pytest.raises(DataError) as caught:
        load(folder)
    return [str(problem) for problem in caught.value.problems]


# what one row says, and what the error must say: row and column, rule, value got
WRONG = {
    "name twice": (row("one", 9), "column row_id: a key must stand once; it stands in row 2 already; got one"),
    "other measure": (
        row("two", 9, measure="held at a moment"),
        "column measure: a source that is used counts what the case does, ever held: nothing here converts one to "
        "another; got 'held at a moment'",
    ),
    "unknown measure": (row("two", 9, measure="seen"), "column measure: a code must be one of those declared"),
    "unknown source": (
        row("two", 9, source_id="nowhere"),
        "column source_id: a source that is named must be in sources.csv; got 'nowhere'",
    ),
    "unknown area": (row("two", 9, area="ex99"), "column area: an area must be in areas.csv, as an area or a parent"),
    "unknown group": (row("two", 9, group="men"), "column group: a code must be one of those declared; got 'men'"),
    "nothing": (row("two", 0), "column value: a figure that is weighed must be above 0; got 0"),
    "percentage": (row("two", 5, unit="share"), "column value: a share runs from 0 to 1; got 5"),
    # 53,800 people of ex04 in areas.csv.
    "everybody and more": (
        row("two", 60000, area="ex04"),
        "column value: a count must not exceed the people it speaks about; got 60000 of 53800",
    ),
    "no error": (row("two", 9, error=0), "column error: no source is free of error; got 0"),
    "half a range": (row("two", 9, low=8), "column high: a range has both ends; got one of them"),
    "range that falls": (
        row("two", 9, low=10, high=11),
        "column low: low, value and high must rise, from above 0; got 10, 9, 11",
    ),
    "floor with a range": (
        row("two", 9, floor="yes", low=8, high=10),
        "column low: a floor is one number, not a range; got 8 to 10",
    ),
    "kind of two words": (row("two", 9, kind="my_kind"), "column kind: a cell must match the pattern"),
    "neither used nor not": (row("two", 9, used="maybe"), "column used: a code must be one of those declared"),
}


@pytest.mark.parametrize("case", WRONG)
def test_faults_name_row_and_column(tmp_path, case):
    line, said = WRONG[case]
    found = faults(write(tmp_path, row("one", 20000), line))
    assert [each for each in found if each.startswith(f"other_sources.csv, row 3, {said}")], found


def test_a_kind_needs_its_judgements(tmp_path):
    found = faults(write(tmp_path, row("one", 20000), kinds=()))
    assert [re.sub(r"Do this.*", "", each) for each in found] == [
        f"assumptions.toml, column {key}: the case needs this entry; got none. "
        for key in ("bias_survey", "uninformative_survey")
    ]
    assert "an entry must be one that this case uses; got 'bias_court'" in "\n".join(
        faults(write(tmp_path, row("one", 20000), kinds=("survey", "court")))
    )


def test_at_most_five_kinds(tmp_path):
    kinds = tuple("abcdef")
    found = faults(write(tmp_path, *(row(kind, 20000, kind=kind) for kind in kinds), kinds=kinds))
    assert len(found) == 1
    assert found[0].startswith("other_sources.csv, row 7, column kind: a case has at most 5 kinds of other source")


def test_nobody_there(tmp_path):
    folder = write(tmp_path, row("one", 0.1, unit="share", area="ex02"))
    text = (folder / "areas.csv").read_text(encoding="utf-8")
    (folder / "areas.csv").write_text(text.replace(",28900,", ",0,"), encoding="utf-8")
    assert "other_sources.csv, row 2, column group: a source must speak about somebody" in "\n".join(faults(folder))


def test_links_and_unknown_columns_are_refused(tmp_path):
    folder = write(tmp_path, row("one", 20000))
    (folder / "other_sources.csv").write_text(HEADER.replace("note", "name") + "\n", encoding="utf-8")
    assert "other_sources.csv, row 1, column name: a table must not hold data about individuals" in "\n".join(
        faults(folder)
    )
    (folder / "other_sources.csv").unlink()
    (folder / "other_sources.csv").symlink_to(tmp_path.parent / "nowhere")
    assert "other_sources.csv: a file of a case must be a plain file; got a link" in "\n".join(faults(folder))


def test_rows_that_are_weighed_and_what_an_area_means(tmp_path):
    rows = (
        row("z_used", 20000, low=18000, high=21000),
        row("unread", 300000, verification="unverified"),
        row("left_out", 3, used="no", measure="held at a moment"),
        row("a_used", 0.05, unit="share", area="Upper Exampleland"),
    )
    found = load(write(tmp_path, *rows))
    assert len(found.other) == 4
    assert list(weighed_rows(found.other)["row_id"]) == ["a_used", "z_used"]
    assert "other_sources.csv" in found.hashes
    areas = found.areas
    # areas.csv of the template: twelve districts, the first six of Upper Exampleland.
    assert areas_of("", areas).all()
    assert areas_of("all", areas).all()
    assert list(np.flatnonzero(areas_of("ex04", areas))) == [3]
    assert list(np.flatnonzero(areas_of("Upper Exampleland", areas))) == [0, 1, 2, 3, 4, 5]


def test_the_example_in_the_template_runs_once_its_comments_are_taken_off(tmp_path):
    folder = write(tmp_path, kinds=())
    text = (folder / "assumptions.toml").read_text(encoding="utf-8")
    start = text.index("# [bias_survey]")
    lines = [line.removeprefix("#").removeprefix(" ") for line in text[start:].splitlines()]
    (folder / "assumptions.toml").write_text(text[:start] + "\n".join(lines), encoding="utf-8")
    example = [line[4:] for line in text.splitlines() if line.startswith(("#   row_id,", "#   example_survey,"))]
    (folder / "other_sources.csv").write_text("\n".join([*example, ""]), encoding="utf-8")
    assert list(weighed_rows(load(folder).other)["row_id"]) == ["example_survey"]
