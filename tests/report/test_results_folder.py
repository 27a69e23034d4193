from pathlib import Path

import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.evidence.tables import sources
from estimation.report.record import results_folder


def test_a_table_is_read_as_it_was_published(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"name,n\nNA,1\n")
    # No text is read as missing.
    pd.testing.assert_frame_equal(
        results_folder.published("a.csv", tmp_path), pd.DataFrame({"name": ["NA"], "n": [1]}), check_dtype=False
    )
    assert results_folder.content("a.csv", tmp_path) == b"name,n\nNA,1\n"


def test_a_table_that_was_not_published(tmp_path):
    with pytest.raises(EstimationError, match=r"the table must have been published; got a\.csv: No such file"):
        results_folder.published("a.csv", tmp_path)


def test_a_damaged_table(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    with pytest.raises(EstimationError, match=r"a\.csv must be a table as this program writes it; got No columns"):
        results_folder.published("a.csv", tmp_path)


def test_an_installed_package_is_no_place_for_results(monkeypatch):
    assert results_folder.home(None) == results_folder.RESULTS
    monkeypatch.setattr(sources, "IN_CHECKOUT", False)
    assert results_folder.home(Path("mine")) == Path("mine")
    with pytest.raises(EstimationError, match="outside a checkout of the project, the folder of results must be named"):
        results_folder.home(None)
