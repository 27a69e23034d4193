import re

import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.report.record import results_folder
from estimation.report.wording.influence_words import moved_most

BASE = {"low": 567_000.0, "median": 1_054_000.0, "high": 2_367_000.0}


def rows(**ends: tuple[float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(ends, orient="index", columns=["low", "median", "high"])
    return table.rename_axis("name").reset_index()


def test_what_is_said_is_what_the_table_holds():
    # Figures of issue 13: without the courts, without one village; the third changes by less than a tenth.
    said = moved_most(
        rows(
            courts=(708_000, 1_369_000, 3_609_000),
            village=(613_000, 1_262_000, 2_902_000),
            calls=(450_000, 1_000_000, 2_300_000),
            nothing=(560_000, 1_060_000, 2_390_000),
        ),
        BASE,
        of="sources",
    )
    assert said == (
        "The median moves most courts, from 1.1 million to 1.4 million (1.3 times); the lower end of the 95% interval "
        "moves most calls, from 570,000 to 450,000 (0.79 times); the upper end moves most courts, from 2.4 million to "
        "3.6 million (1.5 times). Median and both ends stay within 10% for 1 of 4 sources."
    )


def test_two_different_results_give_two_different_sentences():
    one = rows(first=(708_000, 1_369_000, 3_609_000), second=(560_000, 1_060_000, 2_390_000))
    other = rows(first=(560_000, 1_060_000, 2_390_000), second=(708_000, 1_369_000, 3_609_000))
    weaker = rows(first=(570_000, 1_100_000, 2_400_000), second=(560_000, 1_060_000, 2_390_000))
    said = [moved_most(each, BASE, of="sources") for each in (one, other, weaker)]
    assert len(set(said)) == 3
    assert [re.findall(r"moves most (\w+)", each)[0] for each in said] == ["first", "second", "first"]
    assert [re.findall(r"for (\d) of 2 sources", each)[0] for each in said] == ["1", "1", "2"]


def test_a_fall_counts_as_much_as_a_rise():
    both = rows(half=(567_000, 527_000, 2_367_000), rise=(567_000, 1_800_000, 2_367_000))
    said = moved_most(both, BASE, of="changes")
    assert "The median moves most half, from 1.1 million to 530,000 (0.5 times)" in said


def test_rows_without_figures_are_left_out_and_none_at_all_is_an_error():
    refused = rows(refused=(float("nan"),) * 3, kept=(567_000, 1_200_000, 2_367_000))
    assert "of 1 changes" in moved_most(refused, BASE, of="changes")
    with pytest.raises(EstimationError, match="a change must have figures to be spoken of; got none"):
        moved_most(refused.iloc[:1], BASE, of="changes")


def test_what_every_statement_says_matters_much_does_so_in_the_results():
    # The text `dependence_spread`: the number depends to a large part on how unlike the areas were.
    assert results_folder.published("sensitivity.csv")["input"].iloc[0] == "between_county_sd"
    for file in ("tornado.csv", "tornado_sources.csv"):
        moved = results_folder.published(file).query("entry != 'as judged' and reliable == 'yes'")
        largest = moved.groupby("entry")["move"].max().nlargest(2)
        assert "between_county_sd" in largest.index, file
