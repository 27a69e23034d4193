import itertools

import numpy as np
import pandas as pd
import pytest

from estimation.errors import EstimationError
from estimation.model.ladder.quantiles import equally_likely
from estimation.report.figures.dot_plot import dot_plot, stacks
from estimation.report.figures.look import LOOKS


def test_stacks_keep_every_dot_within_half_a_width_of_its_value():
    values = sorted(np.random.default_rng(1).lognormal(14, 0.5, 50))
    placed = stacks(values, 2e5)
    assert len(placed) == 50
    assert max(abs(middle - value) for (middle, _), value in zip(placed, values, strict=True)) <= 1e5
    for middle in {place for place, _ in placed}:
        heights = [height for place, height in placed if place == middle]
        assert heights == list(range(len(heights)))
    columns = sorted({place for place, _ in placed})
    assert min(np.diff(columns)) >= 1e5


def test_fifty_totals_of_every_scope(small_run):
    table = equally_likely(small_run)
    assert set(table["rung"]) == {"differences"}
    for scope, rows in table.groupby("scope"):
        assert list(rows["number"]) == list(range(1, 51))
        assert rows["count"].is_monotonic_increasing
        # A median lies between the 25th and the 26th of fifty, at 49% and 51%.
        middle = np.median(small_run.count(scope))
        assert rows["count"].iloc[24] <= middle <= rows["count"].iloc[25]
        assert np.quantile(small_run.count(scope), 0.01, method="inverted_cdf") == rows["count"].iloc[0]
    assert (table["count_error"] > 0).all()


def test_no_totals(small_run):
    with pytest.raises(EstimationError, match="a rung needs at least one total"):
        equally_likely(small_run, totals=0)


@pytest.mark.parametrize("look", LOOKS.values(), ids=lambda look: look.name)
def test_there_are_as_many_round_dots_as_totals(small_run, look):
    table = equally_likely(small_run)
    table = table[table["scope"] == "uyghur"]
    other = table.assign(rung="sources", count=table["count"] * 0.7 + 2e5)
    figure = dot_plot(
        pd.concat([table, other]), [("differences", "Without other sources"), ("sources", "With them")], look=look
    )
    drawn = figure.axes[0].collections
    assert [len(each.get_offsets()) for each in drawn] == [50, 50]
    # A stack's dots stand one dot's width above one another: an inch upward is an inch across.
    axes = figure.axes[0]
    box, (width, height) = axes.get_position(), figure.get_size_inches()
    across = box.width * width / axes.get_xlim()[1]
    up = box.height * height / abs(np.diff(axes.get_ylim())[0])
    first = sorted(map(tuple, drawn[0].get_offsets()))
    steps = [b[1] - a[1] for a, b in itertools.pairwise(first) if a[0] == b[0]]
    dot = axes.get_xlim()[1] / 34
    np.testing.assert_allclose(np.array(steps) * up, dot * across, rtol=1e-9)
