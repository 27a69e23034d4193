"""The library's public face: its names, and every example of its guide."""

import doctest
import inspect
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import estimation
from estimation import cli

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "library.md"


@pytest.mark.slow
def test_every_example_of_the_guide_gives_what_it_says(monkeypatch):
    monkeypatch.chdir(GUIDE.parents[1])
    found = doctest.testfile(str(GUIDE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    plt.close("all")
    assert found.attempted > 15
    assert found.failed == 0


def test_the_guide_names_every_public_name():
    text = GUIDE.read_text(encoding="utf-8")
    assert [name for name in estimation.__all__ if name not in text and name != "__version__"] == []


def test_a_run_has_the_size_and_the_seed_of_the_published_tables():
    card = json.loads((GUIDE.parents[1] / "results" / "run.json").read_text(encoding="utf-8"))
    asked = inspect.signature(estimation.LoadedCase.run).parameters
    for name, own in (("draws", cli.DRAWS), ("seed", cli.SEED)):
        assert asked[name].default == own == card["settings"][name]


@pytest.mark.parametrize("name", estimation.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    found = getattr(estimation, name)
    assert name in dir(estimation)
    assert name == "__version__" or inspect.getdoc(found)


def test_a_wrong_prior_lists_the_right_ones():
    with pytest.raises(estimation.EstimationError, match=r"must be a known one; got 'campaign'\. Do this: use one of"):
        estimation.spread_prior("campaign")


def test_type_checkers_are_told(tmp_path):
    assert (Path(estimation.__file__).parent / "py.typed").exists()
