import numpy as np
import pytest

from estimation.errors import EstimationError
from estimation.model.ladder.thinning import mixture, thin


def test_certain_draws_are_always_kept_and_the_rest_in_proportion():
    # Derivation: 3 to keep; chance 90 of 100 times 3 exceeds 1, so it is certain and 2 are left for chances 4, 4, 2.
    for seed in range(20):
        kept = thin(np.array([90.0, 4.0, 4.0, 2.0]), np.arange(4.0), 3, np.random.default_rng(seed))
        assert kept.positions.size == 3
        assert kept.positions[0] == 0
        expected = {0: 1.0, 1: 0.8, 2: 0.8, 3: 0.4}
        assert kept.inclusion == pytest.approx([expected[each] for each in kept.positions])


def test_sums_are_right_on_average_for_any_weighting():
    # Horvitz and Thompson 1952: the sum of w x / inclusion has the expectation of the sum of w x.
    rng = np.random.default_rng(5)
    chance, x, w = rng.gamma(0.5, size=400), rng.normal(10, 3, 400), rng.gamma(0.3, size=400)
    sums = []
    for seed in range(3000):
        kept = thin(chance, rng.random(400), 60, np.random.default_rng(seed))
        sums.append(float(np.sum((w * x)[kept.positions] / kept.inclusion)))
    error = np.std(sums) / np.sqrt(len(sums))
    assert np.mean(sums) == pytest.approx(np.sum(w * x), abs=4 * error)


def test_every_part_of_the_order_is_served():
    # Derivation: even chances and a tenth kept, so each tenth of the order keeps a tenth, one more or less.
    order = np.random.default_rng(1).permutation(1000).astype(float)
    kept = thin(np.ones(1000), order, 100, np.random.default_rng(2))
    counts = np.histogram(order[kept.positions], bins=10, range=(0, 1000))[0]
    assert np.abs(counts - 10).max() <= 1


def test_a_weighting_in_the_mixture_gives_no_draw_more_than_its_part_allows():
    # Owen and Zhou 2000, section 3: w / mixture is at most one over the part w has in it.
    rng = np.random.default_rng(3)
    first, second = rng.gamma(0.1, size=2000), np.ones(2000)
    mixed = mixture([(1, first), (3, second)])
    assert mixed.sum() == pytest.approx(1)
    assert (first / first.sum() / mixed).max() <= 4 * (1 + 1e-12)


@pytest.mark.parametrize("size", [0, 4])
def test_impossible_sizes(size):
    with pytest.raises(
        EstimationError, match=f"draws to keep must be some of those with a chance; got {size}. Do this: keep 1 to 3"
    ):
        thin(np.array([1.0, 1.0, 1.0, 0.0]), np.arange(4.0), size, np.random.default_rng(1))


def test_as_many_as_have_a_chance_are_all_kept_for_certain():
    chance = np.array([3.0, 0.0, 0.1, 1.0])
    kept = thin(chance, np.arange(4.0), 3, np.random.default_rng(0))
    assert kept.positions.tolist() == [0, 2, 3]
    assert kept.inclusion.tolist() == [1.0, 1.0, 1.0]
