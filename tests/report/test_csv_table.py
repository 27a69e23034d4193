import io
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.errors import EstimationError
from estimation.report.record import csv_table

QUIET = settings(deadline=None, derandomize=True, max_examples=80)


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


def test_csv_has_six_digits_lf_and_utf8():
    frame = pd.DataFrame({"n": [1_234_567.891, 0.000123456789], "k": [3, 4], "t": ["ü, x", 'say "so"']})
    assert csv_table.csv_bytes(frame) == 'n,k,t\n1.23457e+06,3,"ü, x"\n0.000123457,4,"say ""so"""\n'.encode()


def test_csv_twice_is_the_same_and_leaves_the_frame_alone():
    frame = table()
    before = frame.copy()
    assert csv_table.csv_bytes(frame) == csv_table.csv_bytes(frame)
    pd.testing.assert_frame_equal(frame, before)


@QUIET
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_numbers_come_back_to_six_digits(values):
    read = pd.read_csv(io.BytesIO(csv_table.csv_bytes(pd.DataFrame({"n": values}))))
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
        csv_table.csv_bytes(table(**{column: values}))


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
        csv_table.csv_bytes(table(note=["x", text, "z"]))


@pytest.mark.parametrize("text", RUNNABLE)
def test_columns_that_could_run_are_refused(text):
    with pytest.raises(EstimationError, match="a column of results must not begin like a formula; got "):
        csv_table.csv_bytes(table().rename(columns={"low": text}))


@QUIET
@given(st.text(min_size=1))
def test_no_cell_of_results_begins_like_a_formula(text):
    try:
        written = csv_table.csv_bytes(pd.DataFrame({"note": [text]}))
    except EstimationError:
        return
    cell = pd.read_csv(io.BytesIO(written), keep_default_na=False, dtype=str).iloc[0, 0]
    assert unicodedata.normalize("NFKC", cell).lstrip()[:1] not in {"=", "+", "-", "@"}


def test_negative_numbers_are_no_formulas():
    assert b"-0.5" in csv_table.csv_bytes(table(low=[-0.5, 1.0, 2.0]))
