"""Every loader on damaged files: it gives a value or an error with rule, value and remedy, and nothing else."""

import hashlib
import json
import shutil
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from damage import FUZZ, anything, damaged, fewer
from hypothesis import example, given
from hypothesis import strategies as st

from estimation.errors import EstimationError, Problem
from estimation.evidence.case_folder import case_folder, new_case
from estimation.evidence.checks.arithmetic import evaluate
from estimation.evidence.distributions.distributions import SHAPES, parse
from estimation.evidence.files.csvfile import read_cells
from estimation.evidence.files.persons import is_person_level, looks_like_identity
from estimation.evidence.register import assumptions, choices
from estimation.evidence.register.citable import Citable
from estimation.evidence.register.template import template
from estimation.evidence.tables import sources
from estimation.evidence.tables.synthesis_sources import citable, usable_rows
from estimation.evidence.tables.system_file import read_system
from estimation.report.record import csv_table, drift_gate, results_folder

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "evidence"))
from small_folder import Case

SYSTEM = b'area,parent,count,population,note\nnorth,e,12,400,x\nsouth,e,0,500,\nwest,f,7,90,"a, b"\n'
CHANGES = b"""[missing_share]
rationale = "r"
distribution = { name = "pert", low = 0.01, mode = 0.05, high = 0.1 }
[between_county_sd]
rationale = "r"
distribution = { name = "quantiles", probabilities = [0, 0.5, 1], values = [0.1, 0.8, 3.0] }
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def survives(act, *given, **named):
    """What it gives, or None if it refused in proper form."""
    try:
        return act(*given, **named)
    except EstimationError as refusal:
        error = refusal
    assert error.rule
    assert str(error.got)
    assert error.remedy
    assert len(str(error)) < 200_000
    return None


@FUZZ
@given(anything(SYSTEM))
def test_a_system_file(folder, content):
    path = folder / "system.csv"
    path.write_bytes(content)
    frame = survives(read_system, path)
    if frame is not None:
        assert len(frame) >= 2
        assert frame["count"].dtype == frame["population"].dtype == np.int64
        assert (frame["count"] <= frame["population"]).all()
        assert (frame["count"] >= 0).all()


@FUZZ
@given(anything(SYSTEM))
def test_cells(folder, content):
    path = folder / "cells.csv"
    path.write_bytes(content)
    frame, problems = read_cells(path)
    assert frame is not None or problems
    assert all(isinstance(problem, Problem) and str(problem) for problem in problems)


@FUZZ
@given(st.sampled_from(["areas", "parts", "sources"]), st.data())
def test_a_folder_with_a_damaged_table(tmp_path, name, data):
    case = Case(tmp_path)
    case.write(name, data.draw(anything(case.path(name).read_bytes())))
    evidence = survives(sources.load, tmp_path)
    if evidence is not None:
        for each in evidence.names:
            assert np.isfinite(evidence.table(each).select_dtypes("int64").to_numpy()).all()


@FUZZ
@given(st.data())
def test_a_folder_with_a_damaged_declaration(tmp_path, data):
    case = Case(tmp_path)
    path = tmp_path / "datapackage.json"
    path.write_bytes(data.draw(anything(path.read_bytes())))
    survives(sources.load, tmp_path)
    assert case.path("parts").exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@FUZZ
@given(JSON, st.data())
def test_a_declaration_with_another_value_in_one_place(tmp_path, value, data):
    case = Case(tmp_path)
    place = case.package
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = value
    (tmp_path / "datapackage.json").write_text(json.dumps(case.package), encoding="utf-8")
    survives(sources.load, tmp_path)


@pytest.fixture(scope="session")
def copy(tmp_path_factory):
    place = tmp_path_factory.mktemp("public")
    for path in sources.PUBLIC.iterdir():
        shutil.copy(path, place)
    return place


FILES = [*sorted(path.name for path in sources.PUBLIC.glob("*.csv")), "datapackage.json"]


@fewer(10)
@given(st.sampled_from(FILES), st.booleans(), st.data())
def test_a_damaged_copy_of_the_data_that_ships(copy, name, rehashed, data):
    good = (sources.PUBLIC / name).read_bytes()
    content = data.draw(damaged(good))
    declared = (sources.PUBLIC / "datapackage.json").read_bytes()
    try:
        (copy / name).write_bytes(content)
        if rehashed and name != "datapackage.json":
            old, new = (hashlib.sha256(each).hexdigest().encode() for each in (good, content))
            (copy / "datapackage.json").write_bytes(declared.replace(old, new))
        evidence = survives(sources.load, copy)
        if evidence is not None:
            if not rehashed and name != "datapackage.json":
                assert content == good
            if "synthesis_sources" in evidence.names:
                survives(usable_rows, evidence)
    finally:
        (copy / name).write_bytes(good)
        (copy / "datapackage.json").write_bytes(declared)


@FUZZ
@given(st.sampled_from(sorted(new_case.files())), st.data())
def test_a_damaged_case(tmp_path, name, data):
    for each, good in new_case.files().items():
        (tmp_path / each).write_bytes(good)
    (tmp_path / name).write_bytes(data.draw(anything(new_case.files()[name])))
    found = survives(case_folder.load, tmp_path, families=("camps",))
    if found is not None:
        people = found.areas.filter(like="people").to_numpy(float)
        assert np.isfinite(people).all()
        assert (people >= 0).all()
        assert (found.observed["count"] <= found.observed["population"]).all()


@FUZZ
@given(anything(CHANGES))
def test_changed_assumptions(folder, judgements, content):
    path = folder / "mine.toml"
    path.write_bytes(content)
    register = survives(assumptions.amend, judgements, path, citable=Citable(("paper",)))
    if register is not None:
        assert list(register) == list(judgements)
        for key, entry in judgements.items():
            (low, high), (least, most) = entry.limits, register[key].distribution.support()
            assert low <= least <= most <= high


@fewer(4)
@given(damaged((sources.PUBLIC / "assumptions.toml").read_bytes()))
def test_a_register(folder, shipped, content):
    path = folder / "assumptions.toml"
    path.write_bytes(content)
    survives(assumptions.load, path, entries=case_folder.entries_of(shipped), citable=citable(shipped))


@fewer(4)
@given(damaged((sources.PUBLIC / "multiverse.toml").read_bytes()))
def test_a_grid(folder, content):
    path = folder / "grid.toml"
    path.write_bytes(content)
    grid = survives(choices.load, path)
    if grid is not None:
        grid.codes()


VALUES = st.floats() | st.integers() | st.lists(st.floats(), max_size=4)


@st.composite
def shapes(draw):
    """A known shape with the parameters it takes, of any value."""
    shape = draw(st.sampled_from(sorted(SHAPES)))
    return {"name": shape, **{name: draw(VALUES) for name in SHAPES[shape].parameter_fields()}}


@FUZZ
@given(shapes() | JSON)
@example({"name": "triangular", "low": 0.0, "mode": 0.0, "high": 1.4e154})
@example({"name": "triangular", "low": 0.0, "mode": 1.4e154, "high": 1.4e154})
def test_a_shape(table):
    shape = survives(parse, table)
    if shape is not None:
        low, high = shape.support()
        assert low <= high or np.isnan(low + high)


def test_the_template_that_ships_changes_nothing_and_its_lines_parse(folder, shipped, judgements):
    text = template(judgements)
    assert tomllib.loads(text) == {}
    path = folder / "template.toml"
    open_lines = [
        line[2:] for line in text.splitlines() if line.startswith(("# [", "# distribution = ", "# rationale = "))
    ]
    path.write_text("\n".join(open_lines), encoding="utf-8")
    register = assumptions.amend(judgements, path, citable=citable(shipped))
    for key, entry in judgements.items():
        np.testing.assert_allclose(
            register[key].distribution.ppf([0.1, 0.5, 0.9]), entry.distribution.ppf([0.1, 0.5, 0.9])
        )


@FUZZ
@given(st.text(max_size=60) | st.text("0123456789.+-*/() ", max_size=250))
@example("(" * 199)
@example("9" * 200)
@example("-" * 199 + "1")
def test_a_formula(text):
    value = survives(evaluate, text)
    assert value is None or np.isfinite(value)


@FUZZ
@given(st.text(max_size=60))
def test_whether_it_is_about_a_person(text):
    assert is_person_level(text) in (True, False)
    assert looks_like_identity(text) in (True, False)


@FUZZ
@given(anything(b"scope,rung,low,low_error\na,one,100,1\nb,two,50,2\n"), anything(b"# Changelog\n\nAnswer 0123: why\n"))
def test_results_as_somebody_left_them(folder, table, log):
    (folder / "estimates.csv").write_bytes(table)
    (folder / "CHANGELOG.md").write_bytes(log)
    new = csv_table.csv_bytes(pd.DataFrame({"scope": ["a"], "rung": ["one"], "low": [1.0], "low_error": [0.1]}))
    survives(drift_gate.gate, folder / "estimates.csv", new, changelog=folder / "CHANGELOG.md", keys=("scope", "rung"))
    survives(results_folder.published, "estimates.csv", folder)
