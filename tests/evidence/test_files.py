import os

import pytest
from small_folder import Case

from estimation.errors import AssumptionError, DataError
from estimation.evidence.files.files import read_bytes
from estimation.evidence.register import assumptions, choices
from estimation.evidence.register.assumptions import Register
from estimation.evidence.register.citable import Citable
from estimation.evidence.tables import sources
from estimation.evidence.tables.system_file import read_system

GOOD = "area,count,population\nnorth,12,400\nsouth,0,500\n"


def refusal(path, **options) -> str:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the callers match
        read_bytes(path, **options)
    return caught.value.strerror


def test_a_file_is_read_whole_up_to_the_limit(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 2**20)
    assert read_bytes(path, largest=2**20) == b"x" * 2**20
    assert refusal(path, largest=2**20 - 1) == "larger than 0.999999 MB"


def test_a_file_without_an_end_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert refusal(path) == "larger than 64 MB"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_what_is_no_plain_file_is_refused_and_nothing_waits(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path, said in ((pipe, "a pipe or a device"), (tmp_path, "Is a directory"), (tmp_path / "none", "No such file")):
        assert refusal(path).startswith(said)
    with pytest.raises(DataError, match=r"pipe\.csv: a file must be readable; got a pipe or a device, not a file"):
        read_system(pipe)
    with pytest.raises(AssumptionError, match=r"must be readable; got .*a pipe or a device"):
        assumptions.amend(Register(()), pipe, citable=Citable(()))
    with pytest.raises(AssumptionError, match=r"must be readable; got .*a pipe or a device"):
        choices.load(pipe)


def test_a_name_that_no_file_can_have(tmp_path):
    assert refusal(tmp_path / "a\0b") == "no name of a file"


def test_links_that_lead_nowhere_or_in_circles(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    assert refusal(tmp_path / "a").startswith("No such file")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "symbolic links" in refusal(tmp_path / "a")
    (tmp_path / "datapackage.json").symlink_to(tmp_path / "a")
    with pytest.raises(DataError, match=r"datapackage\.json: a data folder must declare its tables; got .*symbolic"):
        sources.load(tmp_path)


def test_a_link_may_stay_in_the_folder_but_not_lead_out_of_it(tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    case = Case(folder)
    (folder / "store").mkdir()
    case.path("parts").rename(folder / "store" / "parts")
    case.path("parts").symlink_to(folder / "store" / "parts")
    assert sources.check(folder) == ()
    (folder / "store" / "parts").rename(tmp_path / "elsewhere")
    case.path("parts").unlink()
    case.path("parts").symlink_to(tmp_path / "elsewhere")
    (problem,) = sources.check(folder)
    assert str(problem) == (
        "parts.csv: a data file must lie in its folder; got a link out. Do this: put the file itself there."
    )


def test_a_file_of_faults_says_a_hundred_and_counts_the_rest(tmp_path):
    path = tmp_path / "system.csv"
    path.write_text(GOOD + "".join(f"a{i},-1,5\n" for i in range(5000)), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_system(path)
    assert len(caught.value.problems) == 5000
    assert (caught.value.rule, caught.value.got) == ("a number must not be negative", "'-1'")
    said = str(caught.value).split("\n")
    assert len(said) == 101
    assert said[-1] == "... and 4,900 more"
