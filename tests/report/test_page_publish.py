import json
import os
import re

import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.report.publish import page_publish
from estimation.report.publish.runs import runs
from estimation.report.record import csv_table, record, run_card


def embedded(html: bytes):
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_nobody_waits_for_a_pipe_in_place_of_the_estimates(shipped, judgements, tmp_path):
    os.mkfifo(tmp_path / "estimates.csv")
    with pytest.raises(EstimationError, match=r"estimates\.csv: a pipe or a device, not a file"):
        page_publish.publish_page(shipped, judgements, directory=tmp_path, draws=2000, seed=3)


def test_publishing_needs_the_tables_of_the_same_run(shipped, judgements, tmp_path):
    options = {"directory": tmp_path, "draws": 2000, "seed": 3, "size": 400}
    with pytest.raises(EstimationError, match=r"a page quotes published estimates; got estimates\.csv"):
        page_publish.publish_page(shipped, judgements, **options)
    found = runs(shipped, judgements, draws=2000, seed=3)
    table = pd.concat([run.table() for run in found.values()], ignore_index=True)
    record.write(tmp_path, {"estimates.csv": csv_table.csv_bytes(table)})
    assert page_publish.publish_page(shipped, judgements, **options) == ("page/index.html",)
    first = (tmp_path / "page" / "index.html").read_bytes()
    assert embedded(first)["facts"]["answer"] == run_card.answer_id((tmp_path / "estimates.csv").read_bytes())
    with pytest.raises(EstimationError, match="a page must rest on the run that was published"):
        page_publish.publish_page(shipped, judgements, **{**options, "seed": 4})
    assert (tmp_path / "page" / "index.html").read_bytes() == first
