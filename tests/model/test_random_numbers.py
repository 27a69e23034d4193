"""Standard normals of the areas: those kept are those of the stream, whatever the precision."""

import numpy as np
import pytest
from scipy import stats

from estimation.model.region.random_numbers import BLOCK, Kept, Stream, block_rows, keep
from estimation.model.region.region import Region


def region(areas=7, parents=3) -> Region:
    none = np.zeros(areas, bool)
    return Region(
        areas=tuple(f"a{i}" for i in range(areas)),
        parents=np.arange(areas) % parents,
        groups=("first",),
        adults=np.ones((areas, 1)),
        core=~none,
        distant=none,
        city=none,
        observed=np.array([0]),
    )


def all_of(numbers, places, draws):
    """Every array of a run's numbers, block by block."""
    step = block_rows(len(places.areas))
    found = []
    for number, start in enumerate(range(0, draws, step)):
        rows = slice(start, min(start + step, draws))
        one, two = numbers.rates(places, number, rows), numbers.prison(places, number, rows)
        found.append((numbers.people(places, number, rows), one.parents, one.areas, two.parents, two.areas))
    return [np.concatenate(arrays) for arrays in zip(*found, strict=True)]


DRAWS = 2 * BLOCK + 33


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_kept_numbers_are_those_of_the_stream(precision):
    places, stream = region(), Stream(3, precision)
    kept = keep(stream, places, DRAWS, prison=True)
    for mine, theirs in zip(all_of(kept, places, DRAWS), all_of(stream, places, DRAWS), strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == precision
    assert kept.normals.parents.shape == (DRAWS, 3)


@pytest.mark.parametrize("rows", [[0, 1, 2], [255, 256, 512, 544], [300], list(range(0, DRAWS, 7))])
def test_some_draws_of_a_stream_are_those_draws(rows):
    places, stream = region(), Stream(3)
    whole = keep(stream, places, DRAWS, prison=True)
    some = keep(stream, places, DRAWS, rows=np.array(rows), prison=True)
    np.testing.assert_array_equal(some.errors, whole.errors[rows])
    for name in ("parents", "areas"):
        np.testing.assert_array_equal(getattr(some.normals, name), getattr(whole.normals, name)[rows])
        np.testing.assert_array_equal(getattr(some.division, name), getattr(whole.division, name)[rows])


def test_both_precisions_have_the_same_numbers():
    places = region()
    for single, double in zip(
        all_of(Stream(3, np.float32), places, 300), all_of(Stream(3, np.float64), places, 300), strict=True
    ):
        np.testing.assert_array_equal(single.astype(np.float64), double)


@pytest.mark.parametrize("parents", [3, 7])  # with as many parents as areas, blocks of all uses have one layout
def test_streams_differ_by_seed_block_and_use(parents):
    places = region(parents=parents)
    arrays = [*all_of(Stream(3), places, DRAWS), *all_of(Stream(4), places, DRAWS)]
    flat = [values[:BLOCK, 0] for values in arrays] + [values[BLOCK : 2 * BLOCK, 0] for values in arrays]
    for at, one in enumerate(flat):
        for other in flat[at + 1 :]:
            # 190 pairs of 256 independent normals: no correlation beyond five standard errors of 1 / 16.
            assert abs(np.corrcoef(one, other)[0, 1]) < 5 / 16


def test_numbers_are_standard_normal():
    for values in all_of(Stream(3), region(), 4_000):
        assert stats.kstest(values.ravel(), "norm").pvalue > 0.001


def test_numbers_of_the_ladder_do_not_depend_on_whether_prison_is_asked_for():
    places = region()
    one, both = keep(Stream(3), places, 300), keep(Stream(3), places, 300, prison=True)
    for name in ("parents", "areas"):
        np.testing.assert_array_equal(getattr(one.normals, name), getattr(both.normals, name))
    np.testing.assert_array_equal(one.errors, both.errors)
    assert one.division is None
    with pytest.raises(AssertionError, match=r"^kept without the division into camp and prison$"):
        one.prison(places, 0, slice(0, 2))


def test_rates_do_not_depend_on_whether_people_have_errors():
    places = region()
    one, both = keep(Stream(3), places, 300, errors=False), keep(Stream(3), places, 300)
    for name in ("parents", "areas"):
        np.testing.assert_array_equal(getattr(one.normals, name), getattr(both.normals, name))
    assert one.errors is None
    with pytest.raises(AssertionError, match=r"^kept without errors of people$"):
        one.people(places, 0, slice(0, 2))


def test_a_block_of_kept_numbers_is_its_rows():
    places = region()
    kept = keep(Stream(3), places, 300, prison=True)
    assert isinstance(kept, Kept)
    rows = slice(256, 300)
    np.testing.assert_array_equal(kept.rates(places, 1, rows).areas, kept.normals.areas[256:])
    np.testing.assert_array_equal(kept.people(places, 1, rows), kept.errors[256:])
    np.testing.assert_array_equal(kept.prison(places, 1, rows).parents, kept.division.parents[256:])


@pytest.mark.parametrize(("areas", "rows"), [(1, 256), (1024, 256), (1025, 255), (2**18, 1), (10**6, 1)])
def test_rows_of_a_block_keep_its_cells_below_a_quarter_of_a_million(areas, rows):
    # 2^18 cells a block: 2^18 / 1024 = 256 rows, and one row where a single one has more.
    assert block_rows(areas) == rows
