"""Points at which the sources' own entries are tried: few enough to ask thousands of questions, and enough."""

import numpy as np
import pytest

from estimation.challenge.rerun import stage
from estimation.model.case.build import case_of
from estimation.model.case.inputs import draw_inputs
from estimation.model.ladder.kernel import likelihood, totals
from estimation.model.region.random_numbers import Stream
from estimation.model.synthesis import other_sources
from estimation.model.synthesis.other_sources import powers


@pytest.fixture(scope="module")
def found(shipped, judgements):
    case = case_of(shipped, judgements)
    return totals(case, judgements, draw_inputs(case, judgements, 4_000, 3), Stream(3), sources=True)


@pytest.mark.parametrize("points", [stage.POINTS, other_sources.POINTS])
@pytest.mark.parametrize("kinds", [("table",), ("phone", "village", "capacity", "court"), None])
def test_medians_are_those_of_many_more_points(found, points, kinds):
    # The same draws weighed with many times the points: simulation error is in both and cancels. A published median is
    # known to about one percent, so that an error of the rule of half of that at most does not show.
    def median(count):
        seen = likelihood(found, points=count)
        weights = seen.weigh(powers(seen.kinds, kinds=kinds), enforce=False)
        return np.log(weights.quantiles(found.count("turkic"), np.array([0.4, 0.5, 0.6]))).mean()

    allowed = 0.005 if points == other_sources.POINTS else 0.02
    assert abs(median(points) - median(2_048)) < allowed
