"""Places and people as arrays: what is refused, and whom a scope counts."""

from dataclasses import replace

import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.model.region.region import Region, Scope, part_of


def region(size=2) -> Region:
    none = np.zeros(size, bool)
    return Region(
        areas=tuple(f"a{i}" for i in range(size)),
        parents=np.zeros(size, int),
        groups=("first",),
        adults=np.ones((size, 1)),
        core=~none,
        distant=none,
        city=none,
        observed=np.array([0]),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"areas": ()}, "a region needs at least one area"),
        ({"adults": np.ones((3, 1))}, r"adults must have shape \(areas, groups\); got \(3, 1\).*make it \(2, 1\)"),
        ({"parents": np.zeros(3, int)}, "parents needs one value an area; got 3.*give 2"),
        ({"core": np.zeros(1, bool)}, "core needs one value an area; got 1"),
        ({"distant": np.zeros(1, bool)}, "distant needs one value an area; got 1"),
        ({"city": np.zeros(1, bool)}, "city needs one value an area; got 1"),
        ({"adults": np.array([[1.0], [-1.0]])}, "adults must be finite and not negative"),
        ({"adults": np.array([[1.0], [np.nan]])}, "adults must be finite and not negative"),
        ({"areas": ("a", "a")}, "areas must differ"),
        ({"observed": np.array([2])}, r"observed areas must be areas of the region; got \[2\]"),
        ({"observed": np.array([-1])}, "observed areas must be areas of the region"),
        ({"observed": np.array([], int)}, "observed areas must be areas of the region"),
    ],
)
def test_regions_that_are_refused(change, message):
    with pytest.raises(EstimationError, match=message):
        replace(region(), **change)


@pytest.mark.parametrize(("core_only", "expected"), [(False, [0, 1, 2]), (True, [1])])
def test_a_scope_counts_everywhere_or_the_core_alone(core_only, expected):
    places = replace(region(3), core=np.array([False, True, False]))
    part = part_of(Scope("s", "people", "there", ("first",), core_only), places)
    assert (part.name, part.groups, part.areas.tolist()) == ("s", ("first",), expected)


def test_parents_are_counted_from_nought():
    assert replace(region(3), parents=np.array([0, 2, 1])).parent_count == 3
