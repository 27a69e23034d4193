import errno
import io
import json
import os
import re
import unicodedata
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimation
from estimation.errors import DriftError, EstimationError
from estimation.report.record import record

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
    path.write_bytes(record.csv_bytes(table()))
    return path


def gate(published, frame, text="") -> None:
    changelog = published.parent / "CHANGELOG.md"
    changelog.write_text(text, encoding="utf-8")
    record.gate(published, record.csv_bytes(frame), changelog=changelog, keys=KEYS)


# --- csv --------------------------------------------------------------------------------------------------------------


def test_csv_has_six_digits_lf_and_utf8():
    frame = pd.DataFrame({"n": [1_234_567.891, 0.000123456789], "k": [3, 4], "t": ["ü, x", 'say "so"']})
    assert record.csv_bytes(frame) == 'n,k,t\n1.23457e+06,3,"ü, x"\n0.000123457,4,"say ""so"""\n'.encode()


def test_csv_twice_is_the_same_and_leaves_the_frame_alone():
    frame = table()
    before = frame.copy()
    assert record.csv_bytes(frame) == record.csv_bytes(frame)
    pd.testing.assert_frame_equal(frame, before)


@QUIET
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_numbers_come_back_to_six_digits(values):
    read = pd.read_csv(io.BytesIO(record.csv_bytes(pd.DataFrame({"n": values}))))
    np.testing.assert_allclose(read["n"].astype(float), values, rtol=5.1e-6, atol=1e-320)


@pytest.mark.parametrize(
    ("column", "values", "number"),
    [
        ("low", [1.0, np.nan, 2.0], 1),
        ("low", [np.inf, -np.inf, 2.0], 2),
        ("note", ["x", "", "z"], 1),
        ("note", ["x", "  ", "z"], 1),
        ("note", ["x", None, "z"], 1),
        ("scope", pd.array([1, None, 3], dtype="Int64"), 1),
    ],
)
def test_blanks_are_refused(column, values, number):
    with pytest.raises(EstimationError, match=rf"results have no blanks \(column {column}\); got {number} of them"):
        record.csv_bytes(table(**{column: values}))


RUNNABLE = [
    *[
        "=1+1",
        "+x",
        "-x",
        "@cmd",
        "\tx",
        "\r=x",
        "\n=x",
        " =x",
        "\u00a0=x",
        "\u200b@x",
        "\u202e=x",
        "\ufeff+x",
        "  \t -x",
    ],
    *["\uff1dx", "\uff0bx", "\uff0dx", "\uff20x", "\ufe66x", " \uff1dx"],
]


@pytest.mark.parametrize("text", RUNNABLE)
def test_texts_that_could_run_are_refused(text):
    with pytest.raises(EstimationError, match=r"must not begin like a formula \(column note\); got "):
        record.csv_bytes(table(note=["x", text, "z"]))


@pytest.mark.parametrize("text", RUNNABLE)
def test_columns_that_could_run_are_refused(text):
    with pytest.raises(EstimationError, match="a column of results must not begin like a formula; got "):
        record.csv_bytes(table().rename(columns={"low": text}))


@QUIET
@given(st.text(min_size=1))
def test_no_cell_of_results_begins_like_a_formula(text):
    try:
        written = record.csv_bytes(pd.DataFrame({"note": [text]}))
    except EstimationError:
        return
    cell = pd.read_csv(io.BytesIO(written), keep_default_na=False, dtype=str).iloc[0, 0]
    assert unicodedata.normalize("NFKC", cell).lstrip()[:1] not in {"=", "+", "-", "@"}


def test_negative_numbers_are_no_formulas():
    assert b"-0.5" in record.csv_bytes(table(low=[-0.5, 1.0, 2.0]))


# --- what moved -------------------------------------------------------------------------------------------------------


def test_nothing_moved(published):
    gate(published, table())


def test_first_publication_passes(tmp_path):
    record.gate(tmp_path / "none.csv", record.csv_bytes(table()), changelog=tmp_path / "none.md", keys=KEYS)


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
    published.write_bytes(record.csv_bytes(table(low_error=[0.0, 0.0, 0.0])))
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
    name = record.answer_id(record.csv_bytes(frame))
    gate(published, frame, f"# Changelog\n\n- Answer {name}: the prior of the spread is wider.\n")


@pytest.mark.parametrize(
    "line", ["Answer {name}:", "Answer {name}:   \n\n## Earlier\n", "Answer {other}: why", "{name}"]
)
def test_no_reason_or_a_reason_for_another_answer_does_not(published, line):
    frame = table(low=[200.0, 50.0, 10.0])
    name = record.answer_id(record.csv_bytes(frame))
    with pytest.raises(DriftError, match=f"add a line 'Answer {name}: <why it moved>'"):
        gate(published, frame, line.format(name=name, other="0" * 12))


def test_without_a_changelog_it_fails(published):
    new = record.csv_bytes(table(low=[200.0, 50.0, 10.0]))
    with pytest.raises(DriftError, match=r"a reason in none\.md"):
        record.gate(published, new, changelog=published.parent / "none.md", keys=KEYS)


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
    written = pd.read_csv(io.BytesIO(record.csv_bytes(frame)))
    assert record.moved(frame, frame, keys=KEYS).empty
    assert record.moved(frame, written, keys=KEYS).empty
    assert len(record.moved(frame, frame.assign(low=frame["low"] * 3 + 1000), keys=KEYS)) == 3


# --- the run card -----------------------------------------------------------------------------------------------------


def test_run_card_has_what_is_needed_and_nothing_of_this_machine(tmp_path):
    card = record.run_card({"draws": 10, "seed": 1}, {"a.csv": "00"}, {"b.csv": b"b\n"})
    content = json.loads(card)
    assert content["estimation"] == estimation.__version__
    assert content["settings"] == {"draws": 10, "seed": 1}
    assert content["inputs_sha256"] == {"a.csv": "00"}
    # sha256 of "b\n": coreutils 9.1, printf 'b\n' | sha256sum.
    assert content["outputs_sha256"]["b.csv"].startswith("0263829989b6fd954f72baaf2fc64bc2")
    assert set(record.PACKAGES) == set(content["packages"])
    text = card.decode()
    for private in (str(Path.home()), str(Path.cwd()), os.uname().nodename, str(datetime.now().year) + "-"):
        assert private not in text
    assert not re.search(r"\d\d:\d\d|/(home|tmp|root|Users|work)", text)
    assert card == record.run_card({"seed": 1, "draws": 10}, {"a.csv": "00"}, {"b.csv": b"b\n"})


def test_json_is_sorted_and_ends_with_a_line_end():
    assert record.json_bytes({"b": "ü", "a": 1}) == '{\n  "a": 1,\n  "b": "ü"\n}\n'.encode()


# --- writing ----------------------------------------------------------------------------------------------------------


def listing(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_writes_into_new_folders_with_the_usual_rights(tmp_path):
    record.write(tmp_path / "results", {"a.csv": b"a", "sub/b.csv": b"b"})
    assert listing(tmp_path / "results") == {"a.csv": b"a", "sub/b.csv": b"b"}
    assert (tmp_path / "results" / "a.csv").stat().st_mode & 0o777 == 0o644


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("broken", ["replace", "fsync"])
def test_a_full_disk_leaves_earlier_files_and_no_rubbish(tmp_path, monkeypatch, broken):
    record.write(tmp_path, {"a.csv": b"old a", "b.csv": b"old b"})
    monkeypatch.setattr(os, broken, full_disk)
    with pytest.raises(EstimationError, match=r"results folder must be writable; got .*No space left on device"):
        record.write(tmp_path, {"a.csv": b"new a", "b.csv": b"new b", "c.csv": b"c"})
    assert listing(tmp_path) == {"a.csv": b"old a", "b.csv": b"old b"}


def test_disk_that_fills_up_at_the_second_file(tmp_path, monkeypatch):
    record.write(tmp_path, {"a.csv": b"old a", "b.csv": b"old b"})
    calls, fsync = [], os.fsync

    def second(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            full_disk()
        fsync(handle)

    monkeypatch.setattr(os, "fsync", second)
    with pytest.raises(EstimationError, match="must be writable"):
        record.write(tmp_path, {"a.csv": b"new a", "b.csv": b"new b"})
    assert listing(tmp_path) == {"a.csv": b"old a", "b.csv": b"old b"}


def test_interruption_leaves_earlier_files_and_no_rubbish(tmp_path, monkeypatch):
    record.write(tmp_path, {"a.csv": b"old"})

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        record.write(tmp_path, {"a.csv": b"new"})
    assert listing(tmp_path) == {"a.csv": b"old"}


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "results").write_bytes(b"")
    with pytest.raises(EstimationError, match=r"results folder must be writable; got .*results: "):
        record.write(tmp_path / "results", {"a.csv": b"a"})


def test_data_have_one_name_whatever_the_order_of_their_files():
    hashes = {"b.csv": "02", "a.csv": "01"}
    # From the program sha256sum: of the JSON a card holds, and of the lines "a.csv 01" and "b.csv 02".
    assert record.data_id(hashes) == record.data_id(dict(sorted(hashes.items()))) == "8b8615629a6a"
    assert record.inputs_hash(hashes) == "cd229dd3a00e325c092e6bb29fcfcf381ae86b0dd88f1a8c1f79d3d064e5476d"
