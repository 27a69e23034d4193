"""Other sources: the integral over their own entries, weighing by hand, and what must hold whatever the numbers."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from other_sources import row, write
from scipy import stats
from table_error import table_error

from estimation.errors import EstimationError, UnreliableError
from estimation.evidence.case_folder import case_folder
from estimation.evidence.distributions.distributions import Normal
from estimation.model.case.build import case_of, register_of
from estimation.model.case.inputs import draw_inputs
from estimation.model.ladder import kernel, ladder
from estimation.model.ladder.quantiles import equally_likely
from estimation.model.region.random_numbers import Stream
from estimation.model.region.region import RUNGS
from estimation.model.synthesis.other_sources import Likelihood, _evenly_spread, density_of, powers
from estimation.model.synthesis.predictions import Prediction

AT = (0.1, 0.5, 0.9)
SHARING = ("phone", "village", "table")
"""Kinds that have a bias in common, of case.toml."""


# --- points evenly spread ---------------------------------------------------------------------------------------------


def test_first_points_of_one_dimension_by_hand():
    # Sobol's first dimension in Gray's order: the digits of k xor k // 2 behind the binary point, in reverse. For k =
    # 0..7 these are 000, 001, 011, 010, 110, 111, 101, 100, so 0, 4, 6, 2, 3, 7, 5, 1 eighths; half a step is 1 / 16.
    assert _evenly_spread(8, 1).ravel().tolist() == [x / 16 for x in (1, 9, 13, 5, 7, 15, 11, 3)]


def test_first_points_of_two_dimensions_by_hand():
    # Joe and Kuo's second dimension has the polynomial x + 1 and m_1 = 1, so that m_i = 2 m_(i-1) xor m_(i-1): 1, 3, 5.
    # Its direction numbers are 4, 6 and 5 eighths, and each point is the last one xor that of the lowest zero bit of
    # k - 1, in turn 1, 2, 1, 3, 1, 2, 1: 0, 4, 2, 6, 3, 7, 1, 5 eighths; half a step is 1 / 16.
    expected = [x / 16 for x in (1, 9, 5, 13, 7, 15, 3, 11)]
    assert _evenly_spread(8, 2)[:, 1].tolist() == expected
    np.testing.assert_array_equal(_evenly_spread(8, 2)[:, 0], _evenly_spread(8, 1)[:, 0])


@pytest.mark.parametrize("steps", range(8))
def test_boxes_of_a_point_each_hold_it(steps):
    # The first 2^7 points in two dimensions are a (0, 7, 2)-net (Sobol 1967): of the boxes 2^-a by 2^-(7 - a), whatever
    # a, each holds one. Half a step leads no point out of its box.
    points = _evenly_spread(128, 2)
    across, up = 2**steps, 2 ** (7 - steps)
    boxes = np.floor(points[:, 0] * across) * up + np.floor(points[:, 1] * up)
    assert sorted(boxes) == list(range(128))


@pytest.mark.parametrize("dimensions", range(1, 8))
def test_each_dimension_is_filled_evenly(dimensions):
    """Star discrepancy of every coordinate by itself: of sorted x_1..x_n it is max |x_i - (2 i - 1) / 2 n| + 1 / 2 n.

    (Niederreiter 1992, theorem 2.6.) Random points have 0.87 / sqrt(n) in the mean (sqrt(pi / 2) log 2, the mean of
    Kolmogorov's distribution). Points that are spread evenly must have less.
    """
    for n in (128, 4_096):
        points = _evenly_spread(n, dimensions)
        assert points.shape == (n, dimensions)
        assert np.all((points > 0) & (points < 1))
        middles = (2 * np.arange(1, n + 1) - 1) / (2 * n)
        for column in points.T:
            discrepancy = np.max(np.abs(np.sort(column) - middles)) + 1 / (2 * n)
            assert discrepancy < 0.87 / np.sqrt(n)
            # And nothing has less than 1 / 2 n: each coordinate by itself has one point in the middle of every step.
            assert discrepancy == 1 / (2 * n)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_boxes_hold_their_part_of_the_points(dimensions):
    # Boxes [0, a) x [0, b) .. with sides of odd eighths hold their volume, to half of 1 / (2 sqrt(n)), the largest
    # standard error that a share of random points has.
    points = _evenly_spread(4_096, dimensions)
    for corner in product((1 / 8, 3 / 8, 5 / 8, 7 / 8), repeat=dimensions):
        inside = np.all(points < corner, axis=1).mean()
        assert inside == pytest.approx(np.prod(corner), abs=0.5 / (2 * np.sqrt(4_096)))


# --- the integral over the sources' own entries -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def totals(shipped, judgements):
    case = case_of(shipped, judgements)
    inputs = draw_inputs(case, judgements, 20_000, 3)
    return kernel.totals(case, judgements, inputs, Stream(3), sources=True, threads=1)


def some(likelihood, at, points=128):
    """The same for some draws alone."""
    kept = tuple(replace(each, counted=each.counted[at], ever=each.ever[at]) for each in likelihood.predictions)
    return Likelihood(kept, likelihood.register, points)


@pytest.fixture(scope="module")
def likely(totals):
    """Five hundred draws that are equally likely once all sources are seen."""
    likelihood = kernel.likelihood(totals)
    return likelihood.weigh(dict.fromkeys(likelihood.names, 1.0), enforce=False).resampled()[::40]


def own_of(likelihood, kind):
    """Names of a kind's own entries, as its sources have them, but for what several kinds have in common."""
    sources = [each.source for each in likelihood.predictions if each.source.kind == kind]
    return list(dict.fromkeys(name for source in sources for name in source.own if name != "bias_shared"))


def at_points(register, names, points):
    """Quantiles of entries at points evenly spread, to broadcast with draws."""
    cube = _evenly_spread(points, len(names))
    return {name: register[name].distribution.ppf(cube[:, [at]]) for at, name in enumerate(names)}


def at_node(likelihood, kind, entries, bias, rows=None):
    """METHODS eq. 55 within a kind, written out: the density of its figures at each point, shape (points, draws)."""
    w = entries[f"uninformative_{kind}"]
    every = w * entries.get(f"together_{kind}", 0.0)
    one, joint, nothing = (w - every) / (1 - every), 1.0, 1.0
    for each in likelihood.predictions:
        if each.source.kind == kind and (rows is None or each.source.name in rows):
            joint = joint * density_of(each, {**entries, f"uninformative_{kind}": one, "bias_shared": bias})
            nothing = nothing * density_of(each, {**entries, f"uninformative_{kind}": 0 * w + 1, "bias_shared": bias})
    return (1 - every) * joint + every * nothing


def gauss_hermite(judgements):
    """Five values of the common bias and their weights."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    return judgements["bias_shared"].distribution.sd * nodes, weights / weights.sum()


def kind_only(likelihood, kind):
    return {name: float(own == kind) for name, own in likelihood.kinds.items()}


OFF = {128: 0.15, 4_096: 0.05}
"""Stated error: root mean square of the likelihood's relative error over draws of the answer, by points.

Weights off by 0.15 leave 1 / (1 + 0.15^2), or 98 percent, of the effective draws. Most of it is the courts', whose own
error of 5 percent is narrow against the five entries that convert their totals.
"""


@pytest.mark.parametrize("kind", ["phone", "village", "table", "capacity", "court", "school"])
def test_plain_monte_carlo_gives_the_same_integral(totals, likely, judgements, kind):
    """100,000 random sets of own entries, each for the same twelve draws of the region."""
    at = np.unique(likely)[:: np.unique(likely).size // 12][:12]
    rng = np.random.default_rng(8)
    whole = kernel.likelihood(totals)
    entries = {name: judgements[name].distribution.ppf(rng.random(100_000))[:, None] for name in own_of(whole, kind)}
    joint = at_node(
        some(whole, at), kind, entries, judgements["bias_shared"].distribution.ppf(rng.random((100_000, 1)))
    )
    mean, error = joint.mean(axis=0), joint.std(axis=0) / np.sqrt(100_000)
    noise = np.sqrt(np.mean((error / mean) ** 2))
    for points, stated in OFF.items():
        found = np.exp(some(whole, at, points).log(kind_only(whole, kind)))
        assert np.sqrt(np.mean((found / mean - 1) ** 2)) < stated + 4 * noise


def test_128_points_give_the_weights_of_4096(totals, likely):
    whole = kernel.likelihood(totals)
    assert whole.points == 128
    power = dict.fromkeys(whole.names, 1.0)
    off = some(whole, likely, 4_096).log(power) - some(whole, likely).log(power)
    # What all draws share cancels in the weights.
    assert np.std(off) < OFF[128]
    count = np.log(totals.count("uyghur")[likely])
    order = np.argsort(count)
    ratio = np.exp(off - off.max())[order]
    steps = (np.cumsum(ratio) - ratio / 2) / ratio.sum()
    even = (np.arange(500) + 0.5) / 500
    for at in (0.025, 0.25, 0.5, 0.75, 0.975):
        moved = np.interp(at, steps, count[order]) - np.interp(at, even, count[order])
        # Less than the simulation error of a thousand effective draws, sqrt(p (1 - p) / 1000) over the density, for
        # counts about lognormal. A run that is published has about as many.
        allowed = np.sqrt(at * (1 - at) / 1_000) / stats.norm.pdf(stats.norm.ppf(at)) * count.std()
        assert abs(moved) < allowed, at


def test_points_of_the_own_entries_are_quantiles_of_the_register(totals, likely, judgements):
    likelihood = kernel.likelihood(totals)
    found = likelihood.posterior({}, likely)
    assert set(found) == set(totals.case.own)
    for kind in totals.case.kinds:
        names = own_of(likelihood, kind)
        many = 128 if kind in SHARING else 1_024
        error = "coverage" if kind in ("school", "court") else "bias"
        assert names[:2] == [f"{error}_{kind}", f"uninformative_{kind}"]
        for name, values in at_points(judgements, names, many).items():
            np.testing.assert_allclose(found[name][0], values[:, 0])
    middles = (np.arange(32) + 0.5) / 32
    np.testing.assert_allclose(found["bias_shared"][0], judgements["bias_shared"].distribution.ppf(middles))


@pytest.mark.parametrize("kind", ["phone", "village"])
def test_likelihood_of_several_figures_is_their_mean_over_the_points(totals, likely, judgements, kind):
    # METHODS eq. 55: Gauss and Hermite's five nodes of the common bias (NumPy's), a quarter of the points at each.
    likelihood = kernel.likelihood(totals)
    entries = at_points(judgements, own_of(likelihood, kind), 32)
    nodes, weights = gauss_hermite(judgements)
    some_of = some(likelihood, likely)
    mean = sum(
        weight * at_node(some_of, kind, entries, node).mean(axis=0) for node, weight in zip(nodes, weights, strict=True)
    )
    np.testing.assert_allclose(likelihood.log(kind_only(likelihood, kind))[likely], np.log(mean), rtol=1e-9)


def test_kinds_with_a_bias_in_common_are_integrated_together(totals, likely, judgements):
    # Brute force: 100,000 random sets of the common bias and of all own entries of the three kinds, for eight draws.
    at = np.unique(likely)[:: np.unique(likely).size // 8][:8]
    whole, rng = kernel.likelihood(totals), np.random.default_rng(12)
    few, size = some(whole, at), 100_000
    common = judgements["bias_shared"].distribution.ppf(rng.random(size))[:, None]
    joint = np.ones((size, at.size))
    for kind in SHARING:
        entries = {name: judgements[name].distribution.ppf(rng.random(size))[:, None] for name in own_of(whole, kind)}
        joint = joint * at_node(few, kind, entries, common)
    mean, error = joint.mean(axis=0), joint.std(axis=0) / np.sqrt(size)
    noise = np.sqrt(np.mean((error / mean) ** 2))
    found = np.exp(few.log({name: float(kind in SHARING) for name, kind in whole.kinds.items()}))
    assert np.sqrt(np.mean((found / mean - 1) ** 2)) < OFF[4_096] + 4 * noise
    # That they err together matters: kinds apart have another likelihood.
    apart = np.exp(sum(few.log(kind_only(whole, kind)) for kind in SHARING))
    assert np.ptp(np.log(apart / mean)) > 0.1


def test_a_common_bias_of_none_leaves_kinds_apart(totals, likely, judgements):
    few = some(kernel.likelihood(totals), likely)
    none = Likelihood(few.predictions, judgements.override(bias_shared=0.0))
    power = dict.fromkeys(few.names, 1.0)
    kinds = sum(none.log(kind_only(none, kind)) for kind in totals.case.kinds)
    np.testing.assert_allclose(none.log(power), kinds, rtol=1e-12)
    # A narrow one is near it: what 32 points at five nodes and 128 points leave open.
    narrow = Likelihood(few.predictions, judgements.override(bias_shared=Normal(0.0, 1e-4)))
    off = narrow.log(power) - none.log(power)
    assert np.std(off) < OFF[128]


def test_all_figures_of_a_kind_may_be_silent_at_once(totals, likely, judgements):
    # Derivation: w is the chance that a figure says nothing, whatever part of it is of all at once. One figure has the
    # same likelihood; with w certain to be of all at once, two have (1 - w) D1 D2 + w n n, n the density of nothing.
    one, two = "onsu_county", "kashgar_pref_rate"
    few = some(kernel.likelihood(totals), likely[:50])
    fixed = {"bias_shared": 0.0, "bias_phone": 0.0, "uninformative_phone": 0.3}
    apart, at_once = (
        Likelihood(few.predictions, judgements.override(**fixed, together_phone=part)) for part in (0.0, 1.0)
    )
    for name in (one, two):
        np.testing.assert_allclose(apart.log({name: 1.0}), at_once.log({name: 1.0}), rtol=1e-9)
    nothing = 1 / np.log(1000)
    says = [(np.exp(apart.log({name: 1.0})) - 0.3 * nothing) / 0.7 for name in (one, two)]
    expected = 0.7 * says[0] * says[1] + 0.3 * nothing**2
    np.testing.assert_allclose(np.exp(at_once.log({one: 1.0, two: 1.0})), expected, rtol=2e-3)


@pytest.mark.parametrize("name", ["istiqlal_890k", "bfn_cap", "sent_2017_18", "yar_parents"])
def test_likelihood_of_a_figure_by_itself_is_that_of_the_table(totals, judgements, name):
    # METHODS eq. 55 at 4,096 points, and a straight line between the table's steps.
    likelihood = some(kernel.likelihood(totals), np.s_[::20])
    (source,) = (each for each in likelihood.predictions if each.source.name == name)
    entries = at_points(judgements, own_of(likelihood, source.source.kind), 4_096)
    nodes, weights = gauss_hermite(judgements) if source.source.kind in SHARING else ([0.0], [1.0])
    means = [density_of(source, {**entries, "bias_shared": node}).mean(axis=0) for node in nodes]
    expected = np.log(np.array(weights) @ np.array(means))
    np.testing.assert_allclose(likelihood.log({name: 1.0}), expected, rtol=0, atol=table_error(source.source.log_sd))


def test_what_leaves_people_out_speaks_for_no_fewer(totals, judgements):
    # An exact figure (0.01 on the log scale), nobody of another age: records of parents held that miss up to 60 percent
    # allow what is printed or more, up to 2.5 times as much, as the share of it that they count is likely.
    (found,) = (each for each in kernel.likelihood(totals).predictions if each.source.kind == "school")
    sharp = replace(found.source, log_sd=0.01)
    register = judgements.override(adult_over_parent_rate=1.0, uninformative_school=0.0)
    held = np.array([0.8, 0.9, 1.1, 1.25, 1.6, 2.2, 2.8]) * sharp.value
    likelihood = Likelihood((Prediction(sharp, 1.0, held, held),), register)
    told = np.exp(likelihood.log({sharp.name: 1.0}))
    # Where the error is small beside the coverage c, the density is that of log c at log r / f: c p(c), c = r / f.
    share = sharp.value / held
    inside = share < 1
    expected = share * np.exp(register["coverage_school"].distribution.logpdf(np.where(inside, share, 0.7)))
    np.testing.assert_allclose(told[inside & (share > 0.4)], expected[inside & (share > 0.4)], rtol=0.05)
    assert told[~inside].max() < 0.01 * told.max()
    assert told[share < 0.4].max() < 0.01 * told.max()


def test_threads_and_blocks_do_not_matter(totals, monkeypatch):
    likelihood = kernel.likelihood(totals)
    power = dict.fromkeys(likelihood.names, 1.0)
    expected = likelihood.log(power)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert kernel.likelihood(totals).log(power).tobytes() == expected.tobytes()
    np.testing.assert_allclose(some(likelihood, np.s_[300:700]).log(power), expected[300:700], rtol=1e-12)


def test_kinds_multiply_and_silent_sources_drop_out(totals):
    likelihood = kernel.likelihood(totals)
    all_of = likelihood.log(dict.fromkeys(likelihood.names, 1.0))
    groups = [SHARING, *((kind,) for kind in totals.case.kinds if kind not in SHARING)]  # those that err together
    found = sum(
        likelihood.log({name: float(kind in group) for name, kind in likelihood.kinds.items()}) for group in groups
    )
    np.testing.assert_allclose(found, all_of, rtol=1e-12)
    assert np.all(np.abs(likelihood.log({})) < 1e-12)
    without = {name: float(name != "bfn_cap") for name in likelihood.names}
    np.testing.assert_allclose(
        likelihood.log(without), all_of - likelihood.log(kind_only(likelihood, "capacity")), atol=1e-9
    )


def test_reliability_is_a_power_of_the_density(totals, judgements):
    # METHODS eq. 55: one source of its kind, so that the power can be taken by hand at each of the table's points.
    likelihood = some(kernel.likelihood(totals), np.s_[::20])
    source = next(each for each in likelihood.predictions if each.source.name == "bfn_cap")
    entries = at_points(judgements, own_of(likelihood, "capacity"), 4_096)
    expected = np.log((density_of(source, entries) ** 0.4).mean(axis=0))
    off = table_error(source.source.log_sd, power=0.4)
    np.testing.assert_allclose(likelihood.log({"bfn_cap": 0.4}), expected, rtol=0, atol=off)
    # Two of a kind have the points of all its sources.
    power = {"onsu_county": 0.4, "kashgar_pref_rate": 1.0}
    silent = {"bias_shared": 0.0, "together_phone": 0.0}
    one, two = (next(each for each in likelihood.predictions if each.source.name == name) for name in power)
    fixed = judgements.override(**silent)
    entries = at_points(fixed, own_of(likelihood, "phone"), 128) | {"bias_shared": 0.0}
    expected = np.log((density_of(one, entries) ** 0.4 * density_of(two, entries)).mean(axis=0))
    found = Likelihood(likelihood.predictions, fixed).log(power)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_base_weights_are_added(totals):
    likelihood = kernel.likelihood(totals, base=np.linspace(-1, 1, 20_000))
    plain = kernel.likelihood(totals)
    power = {"sent_2017_18": 1.0}
    expected = plain.log(power) + np.linspace(-1, 1, 20_000)
    expected = np.exp(expected - expected.max())
    found = likelihood.weigh(power, enforce=False).share
    # Smoothing touches the largest weights alone.
    low = np.argsort(expected)[:10_000]
    np.testing.assert_allclose(found[low] / found[low].sum(), expected[low] / expected[low].sum(), rtol=1e-9)
    np.testing.assert_array_equal(likelihood.log(power), plain.log(power))


def test_own_entries_after_the_figures_are_those_of_bayes_on_the_points(totals, likely, judgements):
    likelihood = kernel.likelihood(totals)
    power = dict.fromkeys(likelihood.names, 1.0)
    found = likelihood.posterior(power, likely)
    assert set(found) == set(totals.case.own)
    few = some(likelihood, likely)
    terms = at_node(few, "court", at_points(judgements, own_of(likelihood, "court"), 1_024), 0.0)
    # Each draw, as likely as any other, shares its weight over the points in proportion to their terms.
    expected = (terms / terms.sum(axis=0)).mean(axis=1)
    for name in own_of(likelihood, "court"):
        np.testing.assert_allclose(found[name][1], expected, rtol=1e-9)
    # Kinds with a bias in common: for each value of it the terms of one kind times the means of the others.
    nodes = judgements["bias_shared"].distribution.ppf((np.arange(32) + 0.5) / 32)
    points = {kind: at_points(judgements, own_of(likelihood, kind), 128) for kind in SHARING}
    terms = {kind: np.array([at_node(few, kind, points[kind], node) for node in nodes]) for kind in SHARING}
    means = {kind: each.mean(axis=1, keepdims=True) for kind, each in terms.items()}
    for kind in SHARING:
        others = np.prod([means[other] for other in SHARING if other != kind], axis=0)
        joint = (terms[kind] * others).sum(axis=0)
        expected = (joint / joint.sum(axis=0)).mean(axis=1)
        for name in own_of(likelihood, kind):
            np.testing.assert_allclose(found[name][1], expected, rtol=1e-9)
    joint = np.prod(list(means.values()), axis=0)[:, 0]
    np.testing.assert_allclose(found["bias_shared"][1], (joint / joint.sum(axis=0)).mean(axis=1), rtol=1e-9)
    assert all(weights.sum() == pytest.approx(1) for _, weights in found.values())
    # A kind that is not heard keeps its judgement: even weights.
    silent = likelihood.posterior(power | {"bfn_cap": 0.0}, likely)["bias_capacity"][1]
    np.testing.assert_allclose(silent, 1 / 1_024)


# --- which sources ----------------------------------------------------------------------------------------------------

KNOWN = {"one": "phone", "two": "phone", "three": "court"}


def test_powers_by_hand():
    assert powers(KNOWN) == {"one": 1, "two": 1, "three": 1}
    assert powers(KNOWN, without=["two"]) == {"one": 1, "two": 0, "three": 1}
    assert powers(KNOWN, kinds=["court"]) == {"one": 0, "two": 0, "three": 1}
    assert powers(KNOWN, reliability={"one": 0.3}, kinds=["phone"]) == {"one": 0.3, "two": 1, "three": 0}
    assert powers(KNOWN, reliability={"one": 0.0, "two": 1.0}) == {"one": 0, "two": 1, "three": 1}
    assert powers(KNOWN, kinds=[]) == {"one": 0, "two": 0, "three": 0}


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"without": ["nobody"]}, "must be one that enters"),
        ({"reliability": {"nobody": 1.0}}, "must be one that enters"),
        ({"reliability": {"one": 1.5}}, "reliability must lie in 0-1"),
        ({"reliability": {"one": -0.1}}, "reliability must lie in 0-1"),
        ({"kinds": ["rumour"]}, "kind of source must be a known one"),
    ],
)
def test_bad_options(options, match):
    with pytest.raises(EstimationError, match=match):
        powers(KNOWN, **options)


# --- a case of one's own, by hand -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sets(shipped):
    return shipped.table("reference_sets")


@pytest.fixture
def weighed(sets, tmp_path):
    def run(*rows, draws=20_000, **options):
        folder = case_folder.load(write(tmp_path, *rows, **options), families=set(sets["family"]))
        register = register_of(folder, sets)
        return ladder.run(case_of(folder, register), register, draws=draws, seed=1, threads=1)

    return run


def by_hand(values, weights):
    """Quantiles of weighted draws."""
    order = np.argsort(values)
    steps = np.cumsum(weights[order]) / weights.sum()
    return np.interp(AT, steps, values[order])


def density(figure, predicted, error, silent, *, bias_sd):
    """(52)-(53) with the bias integrated on a grid, from SciPy's t: nothing of the library's own."""
    biases = np.linspace(-5, 5, 401) * bias_sd if bias_sd else np.zeros(1)
    share = stats.norm.pdf(biases, scale=bias_sd or 1.0)
    share /= share.sum()
    score = (np.log(figure) - np.log(predicted)[:, None] - biases) / error
    return (1 - silent) * (stats.t.pdf(score, df=4) / error) @ share + silent / np.log(1000)


def test_a_count_of_everybody_is_weighed_as_by_hand(weighed):
    run = weighed(row("one", 15000))
    total = run.count("everyone", "differences")
    weights = density(15000, total, 0.4, 0.1, bias_sd=0.3)
    expected = by_hand(total, weights)
    # A smoothed tail: within two percent.
    assert np.quantile(run.count("everyone"), AT) == pytest.approx(expected, rel=0.02)
    assert np.quantile(total, AT) != pytest.approx(expected, rel=0.02)
    # A table from 4,096 points of the bias instead of a grid of 401, draw by draw.
    np.testing.assert_allclose(np.exp(run.likelihood.log({"one": 1.0})), weights, rtol=OFF[4_096])


def test_a_share_of_one_area_speaks_of_that_area(weighed):
    # The observed area's rate is known before the split: that of the mended record.
    run = weighed(row("one", 0.049, unit="share", area="ex04", error=0.05, kind="survey"), bias=0.0, silent=0.0)
    rate = 1 / (1 + np.exp(-run.totals.effects.logits[:, 0]))
    weights = density(0.049, rate, 0.05, 0.0, bias_sd=0.0)
    total = run.count("everyone", "differences")
    assert run.weights.quantiles(total, np.array(AT)) == pytest.approx(by_hand(total, weights), rel=1e-3)
    # Resampling takes each draw a whole number of times, off by at most one, with a variance of at most 1/4 each: with
    # n p draws below a quantile that moves the share by sqrt(p / 4 n), here four times over.
    reach = 4 * np.sqrt(np.array(AT) / (4 * total.size))
    found = np.quantile(run.count("everyone"), AT)
    assert np.all(found >= run.weights.quantiles(total, np.array(AT) - reach))
    assert np.all(found <= run.weights.quantiles(total, np.array(AT) + reach))
    # Draw by draw, to what a table is off between its steps for an error of 5 percent.
    np.testing.assert_allclose(run.likelihood.log({"one": 1.0}), np.log(weights), rtol=0, atol=table_error(0.05))


def test_two_kinds_multiply_and_a_kind_shares_its_bias(weighed):
    rows = (row("one", 12000), row("two", 14000), row("three", 30000, kind="court"))
    run = weighed(*rows, kinds=("survey", "court"), silent=0.0)
    total = run.count("everyone", "differences")[:, None]
    biases = np.linspace(-5, 5, 401) * 0.3
    share = stats.norm.pdf(biases, scale=0.3)
    share /= share.sum()

    def of(figure):
        return stats.t.pdf((np.log(figure) - np.log(total) - biases) / 0.4, df=4)

    expected = by_hand(total[:, 0], (of(12000) * of(14000)) @ share * (of(30000) @ share))
    assert np.quantile(run.count("everyone"), AT) == pytest.approx(expected, rel=0.03)


def test_a_range_adds_its_variance_and_a_floor_only_bounds(weighed):
    run = weighed(row("one", 15000, low=10000, high=20000), row("two", 9000, floor="yes"))
    first, second = run.case.sources
    # Even on the log scale between 10,000 and 20,000: variance log(2)^2 / 12.
    assert first.log_sd == pytest.approx(np.sqrt(0.4**2 + np.log(2) ** 2 / 12))
    assert (second.bound, second.log_sd) == ("floor", 0.4)


def test_a_source_that_says_nothing_changes_nothing(weighed):
    run = weighed(row("one", 15000, error=100))
    before = run.count("everyone", "differences")
    assert np.quantile(run.count("everyone"), AT) == pytest.approx(np.quantile(before, AT), rel=1e-3)
    assert run.weights.effective == pytest.approx(before.size, rel=1e-4)


def test_a_sharp_source_on_everybody_pulls_to_its_value(weighed):
    run = weighed(row("one", 26000, error=0.03), bias=0.0, silent=0.0)
    low, middle, high = np.quantile(run.count("everyone"), AT)
    # Nearly the source's own t: median at its figure, the 10% and 90% points of t(4) times 0.03 away.
    reach = 0.03 * stats.t.ppf(0.9, df=4)
    assert middle == pytest.approx(26000, rel=0.01)
    assert np.log([middle / low, high / middle]) == pytest.approx([reach, reach], rel=0.2)


def test_order_of_rows_and_rows_that_are_not_weighed_are_immaterial(weighed):
    rows = [row("b", 15000), row("a", 30000, kind="court"), row("c", 0.05, unit="share", area="Lower Exampleland")]
    kinds = ("survey", "court")
    runs = [
        weighed(*lines, kinds=kinds, draws=2_000)
        for lines in (
            rows,
            rows[::-1],
            [*rows, row("d", 400000, error=0.01, verification="unverified"), row("e", 400000, used="no")],
        )
    ]
    for other in runs[1:]:
        assert other.table().equals(runs[0].table())


def test_contradiction_is_refused(weighed):
    with pytest.raises(UnreliableError, match="weights need a Pareto k of at most"):
        weighed(
            *(row("one", 5000, error=0.01), row("two", 300000, error=0.01, kind="court")),
            kinds=("survey", "court"),
            bias=0.0,
            silent=0.0,
            draws=2_000,
        )


def test_tables_have_the_rung_and_say_which_sources(weighed):
    run = weighed(row("one", 15000), row("not_read", 3, verification="unverified"), draws=4_000)
    table = run.table(levels=(0.95,))
    assert list(table["rung"]) == [*RUNGS, "sources"]
    last = table.iloc[-1]
    assert last["includes"] == "other sources, each with its bias: one (survey)"
    sample = run.counts("everyone")
    assert last["count_median"] == sample.quantile(0.5)[0]
    assert "p_at_least_20000" in table  # the case's own claim
    assert last["p_at_least_20000"] == sample.chance(sample.values >= 20000)[0]
    assert list(table["rung"].iloc[:-1]) == list(run.without_sources().table(levels=(0.95,))["rung"])
    assert set(equally_likely(run)["rung"]) == {"differences", "sources"}
