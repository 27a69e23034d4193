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
        one, two = numbers.block(places, number, rows), numbers.prison_block(places, number, rows)
        found.append((one.people, one.parents, one.areas, two.parents, two.areas))
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
    for name in ("people", "parents", "areas"):
        np.testing.assert_array_equal(getattr(some.normals, name), getattr(whole.normals, name)[rows])
    for name in ("parents", "areas"):
        np.testing.assert_array_equal(getattr(some.prison, name), getattr(whole.prison, name)[rows])


def test_both_precisions_have_the_same_numbers():
    places = region()
    for single, double in zip(
        all_of(Stream(3, np.float32), places, 300), all_of(Stream(3, np.float64), places, 300), strict=True
    ):
        np.testing.assert_array_equal(single.astype(np.float64), double)


def test_streams_differ_by_seed_block_and_use():
    places = region()
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
    np.testing.assert_array_equal(one.normals.areas, both.normals.areas)
    assert one.prison is None
    with pytest.raises(ValueError, match="kept without those of the division"):
        one.prison_block(places, 0, slice(0, 2))


def test_a_block_of_kept_numbers_is_its_rows():
    places = region()
    kept = keep(Stream(3), places, 300, prison=True)
    assert isinstance(kept, Kept)
    np.testing.assert_array_equal(kept.block(places, 1, slice(256, 300)).areas, kept.normals.areas[256:])
    np.testing.assert_array_equal(kept.prison_block(places, 1, slice(256, 300)).parents, kept.prison.parents[256:])


@pytest.mark.parametrize(("areas", "rows"), [(1, 256), (1024, 256), (1025, 255), (2**18, 1), (10**6, 1)])
def test_rows_of_a_block_keep_its_cells_below_a_quarter_of_a_million(areas, rows):
    # 2^18 cells a block: 2^18 / 1024 = 256 rows, and one row where a single one has more.
    assert block_rows(areas) == rows
