import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.errors import DriftError, EstimationError
from estimation.report.record import csv_table, drift_gate, run_card

QUIET = settings(deadline=None, derandomize=True, max_examples=80)
KEYS = ("scope", "rung")


def table(**changes) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "scope": ["a", "a", "b"],
            "rung": ["one", "two", "one"],
            "low": [100.0, 50.0, 10.0],
            "low_error": [1.0, 2.0, 0.5],
            "note": ["x", "y", "z"],
        }
    )
    return frame.assign(**changes)


@pytest.fixture
def published(tmp_path) -> Path:
    path = tmp_path / "estimates.csv"
    path.write_bytes(csv_table.csv_bytes(table()))
    return path


def gate(published, frame, text="") -> None:
    changelog = published.parent / "CHANGELOG.md"
    changelog.write_text(text, encoding="utf-8")
    drift_gate.gate(published, csv_table.csv_bytes(frame), changelog=changelog, keys=KEYS)


def test_nothing_moved(published):
    gate(published, table())


def test_a_figure_that_is_blank_in_both_has_not_moved(published):
    blank = table(low=[100.0, None, 10.0], low_error=[1.0, None, 0.5])
    published.write_bytes(csv_table.csv_bytes(blank, empty=("low", "low_error")))
    again = csv_table.csv_bytes(blank, empty=("low", "low_error"))
    drift_gate.gate(published, again, changelog=published.parent / "none.md", keys=KEYS)
    with pytest.raises(DriftError, match="a, two low nan -> 50"):
        gate(published, table())


def test_first_publication_passes(tmp_path):
    drift_gate.gate(tmp_path / "none.csv", csv_table.csv_bytes(table()), changelog=tmp_path / "none.md", keys=KEYS)


def test_a_change_within_simulation_error_passes(published):
    # Derivation: both errors are 1, so that the difference has SD sqrt(2); four of them are 5.66.
    gate(published, table(low=[105.6, 50.0, 10.0]))


@pytest.mark.parametrize("low", [105.7, 94.3])
def test_a_larger_change_fails_and_says_what_moved(published, low):
    message = (
        rf"may move only with a reason in CHANGELOG\.md; got 1 moved: a, one low 100 -> {low:g}\..*Answer \w{{12}}"
    )
    with pytest.raises(DriftError, match=message):
        gate(published, table(low=[low, 50.0, 10.0]))


def test_without_errors_only_the_written_digits_may_differ(published):
    published.write_bytes(csv_table.csv_bytes(table(low_error=[0.0, 0.0, 0.0])))
    gate(published, table(low=[100.0009, 50.0, 10.0], low_error=[0.0, 0.0, 0.0]))
    with pytest.raises(DriftError, match=r"100 -> 100.01"):
        gate(published, table(low=[100.01, 50.0, 10.0], low_error=[0.0, 0.0, 0.0]))


def test_rows_added_and_gone_fail(published):
    with pytest.raises(DriftError, match="1 moved: b, one low 10 -> nan"):
        gate(published, table().iloc[:2])
    more = pd.concat([table(), table().iloc[:1].assign(scope="c")])
    with pytest.raises(DriftError, match="1 moved: c, one low nan -> 100"):
        gate(published, more)


def test_figures_added_and_gone_fail(published):
    with pytest.raises(DriftError, match=r"3 moved: .* high nan -> 1;"):
        gate(published, table(high=1.0, high_error=0.1))
    with pytest.raises(DriftError, match=r"3 moved: .* low 100 -> nan;"):
        gate(published, table().rename(columns={"low": "lowest", "low_error": "lowest_err"}))


def test_a_figure_that_loses_its_error_fails(published):
    with pytest.raises(DriftError, match="3 moved"):
        gate(published, table().drop(columns="low_error"))


def test_many_changes_are_cut_short(published):
    many = pd.DataFrame(
        {"scope": [f"s{i}" for i in range(9)], "rung": "one", "low": 1.0, "low_error": 0.0, "note": "x"}
    )
    with pytest.raises(DriftError, match=r"12 moved: .*; \.\.\.\. Do this"):
        gate(published, many)


def test_a_reason_in_the_changelog_lets_it_pass(published):
    frame = table(low=[200.0, 50.0, 10.0])
    name = run_card.answer_id(csv_table.csv_bytes(frame))
    gate(published, frame, f"# Changelog\n\n- Answer {name}: the prior of the spread is wider.\n")


@pytest.mark.parametrize(
    "line", ["Answer {name}:", "Answer {name}:   \n\n## Earlier\n", "Answer {other}: why", "{name}"]
)
def test_no_reason_or_a_reason_for_another_answer_does_not(published, line):
    frame = table(low=[200.0, 50.0, 10.0])
    name = run_card.answer_id(csv_table.csv_bytes(frame))
    with pytest.raises(DriftError, match=f"add a line 'Answer {name}: <why it moved>'"):
        gate(published, frame, line.format(name=name, other="0" * 12))


def test_without_a_changelog_it_fails(published):
    new = csv_table.csv_bytes(table(low=[200.0, 50.0, 10.0]))
    with pytest.raises(DriftError, match=r"a reason in none\.md"):
        drift_gate.gate(published, new, changelog=published.parent / "none.md", keys=KEYS)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe,\n", b'scope,rung\n"'])
def test_a_damaged_table_is_named(published, content):
    published.write_bytes(content)
    with pytest.raises(EstimationError, match=r"estimates\.csv must be a table as this program writes it"):
        gate(published, table())


def test_a_table_with_other_columns_counts_as_moved(published):
    published.write_bytes(b"<<<<<<< HEAD\n1,2\n")
    with pytest.raises(DriftError, match="3 moved: a, one low nan -> 100"):
        gate(published, table())


@QUIET
@given(st.lists(st.floats(1, 1e7), min_size=3, max_size=3), st.lists(st.floats(0.01, 100), min_size=3, max_size=3))
def test_a_table_never_moves_from_itself(low, error):
    frame = table(low=low, low_error=error)
    written = pd.read_csv(io.BytesIO(csv_table.csv_bytes(frame)))
    assert drift_gate.moved(frame, frame, keys=KEYS).empty
    assert drift_gate.moved(frame, written, keys=KEYS).empty
    assert len(drift_gate.moved(frame, frame.assign(low=frame["low"] * 3 + 1000), keys=KEYS)) == 3
