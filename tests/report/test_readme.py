import html
import re

import numpy as np
import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.model.region.region import RUNGS
from estimation.report.documents.readme import END, START, block, filled
from estimation.report.record import csv_table
from estimation.report.wording.estimate_words import at_level, middle, span
from estimation.report.wording.headline_facts import HeadlineFacts
from estimation.report.wording.numbers import persons

FACTS = HeadlineFacts(count=22_762, share=0.12, press=1_200_000.0)
# Numbers that are no results: the window of the estimand, its level, and the year the press wrote about.
FIXED = {"2017", "2018", "18", "95", "80"}


@pytest.fixture(scope="module")
def estimates(small_run) -> pd.DataFrame:
    return small_run.table()


def numbers(text: str) -> set[str]:
    text = html.unescape(re.sub(r"\]\([^)]*\)", "]", text))  # links hold no results, nor does an apostrophe's code
    return set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?(?: million)?", text))


def sayable(estimates: pd.DataFrame) -> set[str]:
    """Every number the words may hold: ends and medians as rounded for their interval, and chances in percent."""
    said = " ".join(f"{span(row)} {middle(row)}" for _, row in estimates.iterrows())
    chances = [c for c in estimates if c.startswith("p_at_least_") and not c.endswith("_error")]
    found = numbers(said) | {f"{100 * value:.0f}" for column in chances for value in estimates[column]}
    return found | {f"{FACTS.count:,}", f"{100 * FACTS.share:.0f}", persons(FACTS.press)}


def test_every_number_comes_from_the_estimates(estimates):
    assert numbers(block(estimates, FACTS)) <= sayable(estimates) | FIXED


def test_numbers_follow_the_estimates(estimates):
    counts = [c for c in estimates if c.startswith("count_")]
    other = estimates.assign(**{column: estimates[column] * 3.7 for column in counts})
    changed = other.assign(p_at_least_1200000=0.87)
    text = block(changed, FACTS)
    assert numbers(text) <= sayable(changed) | FIXED
    assert "likely (87%)" in text
    assert text != block(estimates, FACTS)


def test_facts_are_not_typed_in(estimates):
    text = block(estimates.assign(window="1999-2003"), HeadlineFacts(12_345, 0.07, 1_500_000.0))
    assert "in a camp or a prison in 1999-2003." in text
    assert not re.search("2017|2018", text)
    assert "12,345 residents" in text
    assert "more than 7 percent" in text
    assert 'more than 1.5 million"' in text
    assert "22,762" not in text


def test_ladder_has_one_line_a_rung_in_order(estimates):
    text = block(estimates, FACTS)
    lines = [line for line in text.splitlines() if line.startswith("| ") and "median" not in line]
    begins = [line.split(" | ")[0].removeprefix("| ") for line in lines]
    rungs = list(dict.fromkeys(estimates["includes"]))
    assert begins[: len(rungs)] == rungs
    # Then a line a scope, each at the last rung.
    assert len(begins) == len(rungs) + estimates["scope"].nunique()
    assert begins[len(rungs) + 1] == "Uyghur adults of Xinjiang"
    row = at_level(estimates[estimates["scope"].eq("uyghur") & estimates["rung"].eq(RUNGS[-1])]).iloc[0]
    assert lines[len(rungs) + 1].endswith(f"{span(row)} |")


def test_likelihood_scale_is_named_and_the_estimand_said(estimates):
    text = block(estimates, FACTS)
    assert "IPCC likelihood scale" in text
    assert "Basis: registered population." in text
    counted = "Uyghur, Kazakh and Kyrgyz adults of Xinjiang who were held in a camp or prison at some time in 2017-2018"
    assert f"### {counted}" in text


def test_headline_picture_and_table_are_of_the_same_people_and_in_this_order(estimates):
    text = block(estimates, FACTS)
    shown = [line for line in text.splitlines() if line.startswith(("**If", "### ", "<picture>", "| each", "| whom"))]
    assert [line[:8] for line in shown] == ["**If oth", "### Uygh", "<picture", "| each l", "| whom e"]
    assert "million Uyghur, Kazakh and Kyrgyz adults of Xinjiang were held" in shown[0]
    ladder = estimates[estimates["scope"] == "turkic"]
    assert span(at_level(ladder).iloc[-1], joined=" and ") in shown[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    for line, (_, row) in zip(lines[1:], at_level(ladder).iterrows(), strict=False):
        assert line.endswith(f"{span(row)} |")


def test_filled_replaces_only_the_block(estimates):
    before, after = "# Title\n\n", "\n\nThe rest \\1 with 95 % and <!-- a comment -->\n"
    text = f"{before}{START}\nold 999\n{END}{after}"
    once = filled(text, csv_table.csv_bytes(estimates), FACTS).decode()
    assert once.startswith(before + START)
    assert once.endswith(END + after)
    assert "old 999" not in once
    assert filled(once, csv_table.csv_bytes(estimates), FACTS).decode() == once


@pytest.mark.parametrize("text", ["", "no block", START, END, f"{END}\n{START}"])
def test_missing_markers(estimates, text):
    with pytest.raises(EstimationError, match=r"README\.md must hold the answer's two marker lines"):
        filled(text, csv_table.csv_bytes(estimates), FACTS)


def test_written_and_unwritten_estimates_read_the_same(estimates):
    # results/estimates.csv has six digits; no sentence shows more than three.
    text = f"{START}\n{END}"
    found = filled(text, csv_table.csv_bytes(estimates), FACTS).decode()
    assert found == f"{START}\n{block(estimates.astype({'level': np.float64}), FACTS)}\n{END}"


def test_the_readme_says_how_the_method_did_where_the_truth_is_known(estimates):
    row = {
        "method": "hierarchical",
        "prior": "A+B without Holocaust",
        "observed": 1,
        "selection": "0",
        "family": "average",
        "coverage_error": 0.04,
    }
    row |= {"families": 9, "width_ratio": 2_520.0}
    even = {"scheme": "equal chances"}
    study = pd.DataFrame(
        [
            row | even | {"system": "all families held", "level": 0.8, "coverage": 0.83},
            row | even | {"system": "all families held", "level": 0.95, "coverage": 0.96},
            row | even | {"system": "classes A and B", "level": 0.8, "coverage": 0.79, "families": 6},
            row | even | {"system": "classes A and B", "level": 0.95, "coverage": 0.94, "families": 6},
            row | {"system": "all families held", "scheme": "top quarter", "level": 0.8, "coverage": 0.61},
            row | even | {"system": "a_b", "family": "a", "level": 0.95, "coverage": 0.77},
            row | even | {"system": "c", "family": "c", "level": 0.95, "coverage": 0.99},
        ]
    )
    cells = [("as modelled", 0.81, 0.95), ("some kind: figures are invented", 0.7, 0.86), ("another", 0.75, 0.91)]
    worlds = pd.DataFrame(
        [
            {"world": world, "level": level, "coverage": share}
            for world, *shares in cells
            for level, share in zip((0.8, 0.95), shares, strict=True)
        ]
    )
    said = filled(f"{START}{END}", csv_table.csv_bytes(estimates), FACTS, study).decode()
    assert "In 2 systems of 9 families every area is known." in said
    assert "in 83% (standard error 4%) and a 95% interval that held it in 96% (standard error 4%)" in said
    assert "alone (6 families) they held 79% (standard error 4%) and 94% (standard error 4%)" in said
    assert "typically 3,000 times the lower" in said
    assert "(A b: the 95% interval held in 77%)" in said
    assert "the 80% interval held in 61%" in said
    assert "worlds" not in said
    both = filled(f"{START}{END}", csv_table.csv_bytes(estimates), FACTS, study, worlds).decode()
    assert "it held the total in 81% (80% interval) and 95% (95%)" in both
    assert "held least, in 86%, in this world: some kind: figures are invented. Notebook 07" in both


def test_the_chance_of_the_press_figure_under_other_judgements(estimates):
    # By hand: least and largest of the settings that can be relied on, of this claim, on the last rung.
    row = {"claim": "the press's figure", "rung": RUNGS[-1], "reliable": "yes"}
    chances = pd.DataFrame(
        [
            *(row | {"probability": share} for share in (0.31, 0.084, 0.62)),
            row | {"probability": 0.9, "claim": "another"},
            row | {"probability": 0.95, "rung": "spread"},
            row | {"probability": float("nan"), "reliable": "no"},
        ]
    )
    text = block(estimates, FACTS, None, chances)
    assert "), and from 8% to 62% with one judgement moved alone" in text
    assert "moved alone" not in block(estimates, FACTS)
    assert "moved alone" not in block(estimates, FACTS, None, chances[chances["reliable"] == "no"])


def test_where_sources_disagree_stands_beside_the_headline(estimates):
    def row(choice, kind, low, median, high):
        return {"choice": choice, "source": kind, "low": low, "median": median, "high": high}

    influence = pd.DataFrame(
        [
            *(row("kind alone", "court", 224e3, 517e3, 1_611e3), row("without kind", "court", 708e3, 1_369e3, 3_609e3)),
            *(row("kind alone", "table", 700e3, 1_000e3, 2e6), row("without kind", "table", 700e3, 1_000e3, 2e6)),
        ]
    )
    text = block(estimates, FACTS, influence)
    # Rounded as any interval is: two digits, ends outwards. 1,369 / 517 is 2.6.
    assert "court statistics alone would give a 95% interval of 220,000 to 1.7 million, with 520,000 in" in text
    assert "together would give 700,000 to 3.7 million, with 1.4 million in the middle" in text
    assert "lie 2.6 times apart" in text
    assert text.index("disagree most") < text.index("### Uyghur")
    assert "disagree most" not in block(estimates, FACTS)
