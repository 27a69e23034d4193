import hashlib
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_cluster
from test_jobs import wait_for

from estimation.challenge.calibration.calibration import COLUMNS, Settings, Study, plan
from estimation.challenge.calibration.families import average_over_families
from estimation.challenge.calibration.prior_choices import CHOICES, HEADLINE, WITH_SIZE
from estimation.challenge.jobs import run
from estimation.evidence.tables.sources import load
from estimation.model.case.build import register_of
from estimation.report.record import csv_table

EVIDENCE = load()
SETS = EVIDENCE.table("reference_sets")
SLOPES = EVIDENCE.table("reference_slopes")
SHIFT = register_of(EVIDENCE)["selection_shift"].distribution
SMALL = Settings(
    seed=1,
    draws=200,
    sets=20,
    replicates=120,
    areas=(1, 3),
    systems=("nkvd_00447_quota_republics", "cuba_11j_arrests_2021", "us_state_prisoners_2010"),
    choices=(HEADLINE, WITH_SIZE, CHOICES[3]),
)


def study(settings: Settings = SMALL, **where) -> Study:
    planned = plan(EVIDENCE.table("reference_areas"), SETS, SLOPES, SHIFT, settings)
    return planned.finish(run(planned.tasks, seed=1, **where))


def digest(found: Study) -> list[str]:
    return [
        hashlib.sha256(csv_table.csv_bytes(table)).hexdigest() for table in (found.backtest, found.sbc, found.undefined)
    ]


@pytest.fixture(scope="module")
def found() -> Study:
    return study(jobs=1)


def test_tables_are_tidy_and_have_no_blanks(found):
    assert tuple(found.backtest.columns) == COLUMNS
    again = pd.read_csv(io.BytesIO(csv_table.csv_bytes(found.backtest)))
    assert len(again) == len(found.backtest)
    key = ["system", "prior", "observed", "scheme", "selection", "method", "level"]
    assert not found.backtest.duplicated(key).any()
    assert np.allclose(found.backtest[["coverage", "truth_below", "truth_above"]].sum(axis=1), 1)
    assert (found.backtest.query("kind != 'average'")["coverage_error"] > 0).all()
    assert len(found.sbc) == 2 * 3 * 50
    assert set(found.undefined["method"]) == {"ratio estimator", "random effects"}


def test_every_scheme_selection_and_method_is_there(found):
    one = found.backtest[(found.backtest["system"] == "cuba_11j_arrests_2021") & (found.backtest["observed"] == 1)]
    head = one[one["prior"] == HEADLINE.name]
    assert set(head["scheme"]) == {"equal chances", "by population", "top quarter"}
    assert set(head["selection"]) == {"0", "0.5", "1", "1.27", SHIFT.describe()}
    assert set(one["method"]) == {"hierarchical", "binomial"}
    three = found.backtest[found.backtest["observed"] == 3]
    assert set(three["method"]) == {"hierarchical", "binomial", "ratio estimator", "random effects"}


def test_wider_levels_cover_more(found):
    table = found.backtest[found.backtest["kind"] != "average"].pivot_table(
        index=["system", "prior", "observed", "scheme", "selection", "method"], columns="level", values="coverage"
    )
    assert (table.diff(axis=1).iloc[:, 1:] >= -1e-12).all().all()


def test_a_larger_shift_moves_every_interval_down(found):
    rows = found.backtest[
        (found.backtest["prior"] == HEADLINE.name) & (found.backtest["scheme"] == "top quarter")
    ].query("observed == 1 and level == 0.8 and kind != 'average'")
    below = rows.pivot_table(index="system", columns="selection", values="truth_below")
    assert (below["0"] >= below["1.27"]).all()
    assert (below["0"] > below["1.27"]).any()


def test_families_have_one_vote_each():
    row = dict.fromkeys(COLUMNS, 0) | {
        "kind": "crackdown",
        "prior": "p",
        "observed": 1,
        "scheme": "s",
        "selection": "0",
        "method": "m",
        "level": 0.8,
        "areas": 10,
        "data_sets": 5,
        "error_kind": "over data sets",
    }
    rows = pd.DataFrame(
        [
            row | {"system": "a1", "family": "a", "coverage": 1.0, "width_ratio": 2.0, "votes": True},
            row | {"system": "a2", "family": "a", "coverage": 0.5, "width_ratio": 8.0, "votes": True},
            row | {"system": "a3", "family": "a", "coverage": 0.0, "width_ratio": 9.0, "votes": False},
            row | {"system": "b", "family": "b", "coverage": 0.25, "width_ratio": 9.0, "votes": True},
            row | {"system": "c", "family": "c", "coverage": 0.5, "width_ratio": 1.0, "votes": True, "kind": "control"},
        ]
    )
    table = average_over_families(rows).set_index("system")
    # Derivation: means of (0.75, 0.25, 0.5) and of (0.75, 0.25); errors SD / sqrt(F).
    assert table["coverage"].to_dict() == {"all families held": 0.5, "classes A and B": 0.5}
    assert table.loc["all families held", "coverage_error"] == pytest.approx(0.25 / np.sqrt(3))
    assert table["families"].tolist() == [3, 2]
    # Derivation: family a has the geometric mean 4; medians of (4, 9, 1) and, on the log scale, of (4, 9).
    assert table["width_ratio"].tolist() == pytest.approx([4.0, 6.0])
    assert table["areas"].tolist() == [40, 30]


def test_one_family_alone_has_no_average(found):
    one = found.backtest[found.backtest["system"] == "cuba_11j_arrests_2021"].assign(votes=True)
    assert average_over_families(one).empty


# What the cluster's packages warn of when a worker is lost is theirs.
@pytest.mark.filterwarnings("default")
def test_cores_and_cluster_give_the_same_bytes(tmp_path):
    smallest = replace(
        SMALL,
        replicates=20,
        areas=(1,),
        systems=("cuba_11j_arrests_2021", "us_state_prisoners_2010"),
        choices=(HEADLINE,),
    )
    here = digest(study(smallest, jobs=1))
    assert digest(study(smallest, jobs=2)) == here
    with small_cluster.cluster(tmp_path, 2) as (address, workers):
        wait_for(address, 2)
        done = []

        def kill_one(step: int) -> None:
            done.append(step)
            if len(done) == 2:
                workers[1].kill()

        assert digest(study(smallest, scheduler=address, progress=kill_one)) == here
        assert workers[1].wait() != 0
        assert len(done) == 6  # tasks: a third were done when the worker went
