"""What would change the answer of a case with its sources weighed in: against the case run again with the judgement."""

from dataclasses import replace

import numpy as np
import pytest
from other_sources import row, write

from estimation.challenge.claims import claims_of
from estimation.challenge.sensitivity.case_weighed import CaseWeighed, moved
from estimation.evidence.case_folder import case_folder
from estimation.evidence.case_folder.case_other import weighed_rows
from estimation.evidence.distributions.distributions import Normal, Point
from estimation.model.case.case_from_folder import from_folder, register_of
from estimation.model.ladder.ladder import carry
from estimation.model.synthesis.case_synthesis import weigh_sources

DRAWS = 4_000
BIAS = '{ name = "normal", mean = 0.0, sd = 0.3 }'


def at(folder, sets, **changed):
    case, register = from_folder(folder), register_of(folder, sets)
    return CaseWeighed(case, register.override(**changed), weighed_rows(folder.other), folder.areas, DRAWS, 1)


@pytest.fixture(scope="module")
def sets(shipped):
    return shipped.table("reference_sets")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    rows = (row("one", 12000), row("two", 0.05, unit="share", area="Upper Exampleland", kind="court"))
    return write(tmp_path_factory.mktemp("case"), *rows, kinds=("survey", "court"))


@pytest.fixture(scope="module")
def folder(place, sets):
    return case_folder.load(place, families=set(sets["family"]))


@pytest.fixture(scope="module")
def tables(folder, sets):
    found = moved(at(folder, sets), scope="everyone", claims=claims_of(folder.statement))
    return tuple(table.set_index(["entry", "at"]) for table in found)


def test_a_moved_judgement_is_the_case_written_with_it_and_run_again(place, sets, tables, tmp_path):
    tornado, chances = tables
    for name in place.iterdir():
        (tmp_path / name.name).write_bytes(name.read_bytes())
    path, value = tmp_path / "assumptions.toml", Normal(0.0, 0.3).ppf(0.95)
    text = path.read_text(encoding="utf-8")
    head, mark, tail = text.rpartition("\n[bias_survey]\n")
    fixed = f'{{ name = "point", value = {float(value)!r} }}'
    assert BIAS in tail
    path.write_text(f"{head}{mark}{tail.replace(BIAS, fixed, 1)}", encoding="utf-8")
    written = case_folder.load(tmp_path, families=set(sets["family"]))
    assert isinstance(written.entries["bias_survey"].distribution, Point)
    ladder = carry(from_folder(written), register_of(written, sets), draws=DRAWS, seed=1)
    again = weigh_sources(ladder, weighed_rows(written.other), written.areas)
    row = tornado.loc[("bias_survey", "95%")]
    for name, quantile in (("low", 0.025), ("median", 0.5), ("high", 0.975)):
        assert float(row[f"count_{name}"]) == pytest.approx(np.quantile(again.count("everyone"), quantile), rel=1e-5)
    assert float(row["effective"]) == pytest.approx(again.weights.effective, rel=1e-5)
    # Origin: the claim of the template is at least 20,000.
    chance = float(chances.loc[("bias_survey", "95%"), "probability"])
    assert chance == pytest.approx(np.mean(again.count("everyone") >= 20_000))


def test_a_bias_moves_the_answer_against_itself_and_the_entry_held_fixed_does_not_move(tables):
    tornado, chances = tables
    median = tornado["count_median"].astype(float)
    for kind in ("survey", "court"):
        # If the kind says too little, the truth is higher; if too much, lower.
        low, judged, high = (
            median[each] for each in ((f"bias_{kind}", "95%"), ("as judged",) * 2, (f"bias_{kind}", "5%"))
        )
        assert low < judged < high
    assert not {"uninformative_survey", "area_error_sd"} & set(tornado.index.get_level_values("entry"))
    assert float(tornado.loc[("as judged", "as judged"), "move"]) == 0
    assert list(chances.index) == list(tornado.index)


def test_errors_go_by_what_the_weights_leave(tables):
    # Origin: the error of a quantile grows as one over the root of what the draws are worth.
    tornado, _ = tables
    row = tornado.loc[("as judged", "as judged")]
    assert 400 < float(row["effective"]) < DRAWS
    width = np.log(float(row["count_q90"]) / float(row["count_q10"]))
    # Of a normal, whose 80% interval is 2.56 standard deviations, the median's error is 1.25 of them over the root.
    expected = 1.25 * width / 2.56 / np.sqrt(float(row["effective"]))
    assert float(row["count_median_error"]) / float(row["count_median"]) == pytest.approx(expected, rel=0.5)


def test_named_alternatives_are_run_and_those_that_cannot_be_relied_on_say_so(folder, sets):
    # A survey that is never silent and said 4 log units too much or too little contradicts the count.
    others = {"bias_survey": {"far too low": Point(-4.0)}, "uninformative_survey": {"nothing": Point(0.0)}}
    case = at(folder, sets, uninformative_survey=0.0)
    case = replace(case, rows=case.rows.assign(error=[0.2, 0.4]))
    claims = claims_of(folder.statement)
    tornado, chances = moved(case, scope="everyone", claims=claims, others=others)
    table = tornado.set_index(["entry", "at"])
    # Held fixed at 0 already: an alternative that changes nothing moves nothing.
    assert float(table.loc[("uninformative_survey", "nothing"), "move"]) == 0
    refused = table.loc[("bias_survey", "far too low")].drop(["setting", "value"])
    assert refused.pop("reliable") == "no"
    assert refused.isna().all()
    assert np.isnan(chances.set_index(["entry", "at"]).loc[("bias_survey", "far too low"), "probability"])
    # Moves from an answer that cannot be relied on cannot be either, though a setting may be.
    tornado, chances = moved(
        replace(case, register=case.register.override(bias_survey=-4.0)),
        scope="everyone",
        others={"bias_survey": {"none": Point(0.0)}},
    )
    table = tornado.set_index(["entry", "at"])
    assert table["move"].isna().all()
    assert table.loc[("as judged", "as judged"), "reliable"] == "no"
    assert float(table.loc[("bias_survey", "none"), "effective"]) > 400
    assert chances.empty
