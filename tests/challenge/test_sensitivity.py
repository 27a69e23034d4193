import numpy as np
import pytest
from SALib.analyze import sobol as salib_sobol
from scipy import special, stats

from estimation.challenge.rerun import areas, replay
from estimation.challenge.sensitivity import power_scaling, sensitivity, sobol, tornado
from estimation.challenge.sensitivity.sensitivity import PLACES
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import Normal, Point
from estimation.evidence.register import choices
from estimation.evidence.register.choices import Option
from estimation.evidence.tables import sources


@pytest.fixture(scope="module")
def grid():
    return choices.load(sources.PUBLIC / choices.FILE)


@pytest.fixture(scope="module")
def at(shipped, judgements):
    return tornado.stage(replay.build(shipped, judgements), judgements, draws=4_000, seed=1)


def summarised(at, shipped, grid):
    others = tornado.alternatives(shipped.table("reference_sets"), grid, at.register)
    moved = tornado.tornado(at, scope="turkic", others=others)
    found = sensitivity.indices(at, scope="turkic", base=4096, seed=2)
    return moved, found, sensitivity.summary(at.register, moved, found, sensitivity.prior_power(at, scope="turkic"))


@pytest.fixture(scope="module")
def whole(at, shipped, grid):
    return summarised(at, shipped, grid)


def test_spread_matters_most_and_only_inputs_of_the_basis_matter(whole):
    moved, found, table = whole
    assert table["input"].iloc[0] == "between_county_sd"
    assert found.table["total"].idxmax() == areas.STANDING
    assert PLACES in found.table.index
    assert "county_adults_resident" not in found.table.index
    assert moved.iloc[0][["entry", "move"]].tolist() == ["as judged", 0.0]
    # Derivation: a base a fifth higher than one whose own spread is about 1% moves every total by log 1.2.
    fifth = moved[moved["at"] == "regional base: a fifth more"].iloc[0]
    assert fifth["move"] == pytest.approx(np.log(1.2), abs=0.02)
    assert not table.isna().any().any()


def test_indices_of_this_model_are_those_of_scipy_and_salib(at, monkeypatch):
    # scipy.stats.sobol_indices 1.17 and SALib 1.5 are given the model's own outputs, so that samples agree.
    given = []
    estimate = sobol.estimate
    monkeypatch.setattr(sobol, "estimate", lambda *f, **options: given.append(f) or estimate(*f, **options))
    ours = sensitivity.indices(at, scope="turkic", base=1024, seed=4).table
    (f_a, f_b, f_ab), size = given[0], len(ours)
    scipy = stats.sobol_indices(func={"f_A": f_a[None], "f_B": f_b[None], "f_AB": f_ab[:, None]}, n=1024)
    problem = {"num_vars": size, "names": list(ours.index), "bounds": [[0, 1]] * size}
    salib = salib_sobol.analyze(
        problem, np.column_stack([f_a, *f_ab, f_b]).ravel(), calc_second_order=False, num_resamples=10, seed=1
    )
    for kind, theirs, key in (("first", scipy.first_order, "S1"), ("total", scipy.total_order, "ST")):
        np.testing.assert_allclose(ours[kind], np.ravel(theirs), atol=2e-3)
        np.testing.assert_allclose(ours[kind], salib[key], atol=2e-3)


def test_a_wrong_entry_is_caught(shipped, judgements, grid):
    # A spread of 0 gives a narrow answer whose indices say nothing of the spread; its alternatives do.
    wrong = judgements.override(between_county_sd=0.0)
    at = tornado.stage(replay.build(shipped, wrong), wrong, draws=2_000, seed=1)
    _, found, table = summarised(at, shipped, grid)
    first = table.iloc[0]
    assert (first["input"], first["held_fixed"]) == ("between_county_sd", "yes")
    assert first["move"] > 3 * table["move"].iloc[1]
    assert "between_county_sd" not in found.table.index


def test_changing_nothing_changes_nothing_and_a_fixed_value_is_that_value(at, judgements):
    same = at.totals(missing_share=judgements["missing_share"].distribution)
    assert (same == at.totals()).all()
    assert set(at.changed(missing_share=0.02)["missing_share"]) == {0.02}


def test_alternatives_name_what_was_shipped(shipped, judgements, grid):
    mine = judgements.override(missing_share=0.3)
    found = tornado.alternatives(shipped.table("reference_sets"), grid, mine, shipped=judgements)
    assert found["missing_share"]["as shipped"] == judgements["missing_share"].distribution
    assert "as shipped" not in found["duplicate_share"]
    assert "campaigns and crackdowns" not in found["between_county_sd"]


def test_refusals_and_progress(at, shipped, judgements):
    with pytest.raises(EstimationError, match="scope must be one that was run; got 'all'"):
        at.column("all")
    with pytest.raises(EstimationError, match="a stage needs at least 1000 draws; got 10"):
        tornado.stage(at.world, judgements, draws=10, seed=1)
    bad = Option("x", "r", {}, {"spread_of": "nothing"})
    with pytest.raises(EstimationError, match="a named fit of the spread must be known; got 'nothing'"):
        tornado.entries_of(bad, shipped.table("reference_sets"))
    seen = []
    rows = tornado.tornado(at, scope="uyghur", progress=seen.append)
    assert len(seen) == len(rows) - 1


# --- power-scaling ----------------------------------------------------------------------------------------------------


def test_distance_is_that_of_two_normals():
    # Kallioinen et al. 2023, equation 6, by integration on a grid: N(0, 1) against its square, N(0, 1/2).
    rng = np.random.default_rng(2)
    x = rng.standard_normal(200_000)
    at = np.linspace(x.min(), x.max(), 20_001)

    def integral(sign):
        p, q = special.ndtr(sign * at), special.ndtr(sign * at * np.sqrt(2))
        mid = (p + q) / 2
        return np.sqrt((special.rel_entr(p, mid) + special.rel_entr(q, mid)).sum() / np.log(2) / (p + q).sum())

    expected = max(integral(1), integral(-1))
    # The power below leaves all as it is, at distance 0: what is found is half the distance at power 2.
    found = power_scaling.sensitivity(x, (np.zeros(x.size), -(x**2) / 2), (0.5, 2.0))
    assert 2 * found == pytest.approx(expected, rel=0.03)


def test_only_the_prior_that_counts_is_sensitive(judgements):
    rng = np.random.default_rng(3)
    register = judgements.override(selection_shift=Normal(0.0, 1.0))
    inputs = {key: entry.distribution.ppf(rng.random(20_000)) for key, entry in register.items()}
    found = power_scaling.prior_sensitivity(register, inputs, inputs["selection_shift"])
    assert found["sensitivity"].idxmax() == "selection_shift"
    assert found.loc["selection_shift", "sensitivity"] > 5 * found["sensitivity"].drop("selection_shift").max()
    assert "county_error_sd_south" not in found.index
    assert isinstance(register["county_error_sd_south"].distribution, Point)
