import re
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shipped_case import STANDARD, STATED

from estimation import cli
from estimation.challenge.rerun.stage import stage
from estimation.challenge.review import answer
from estimation.challenge.review.answer import Answer
from estimation.challenge.sensitivity.tornado import alternatives
from estimation.errors import EstimationError
from estimation.evidence.distributions.distributions import HalfNormal
from estimation.evidence.register import assumptions, choices
from estimation.evidence.register.template import template
from estimation.evidence.tables import sources
from estimation.evidence.tables.synthesis_sources import citable
from estimation.model.case.build import case_of
from estimation.report.documents import review
from estimation.report.record import results_folder
from estimation.report.wording import claim_words
from estimation.report.wording.likelihood import likelihood

CHANGED = ["entry", "statement", "before", "after", "rationale"]


def command(*words: str, folder) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "estimation", *words], capture_output=True, text=True, cwd=folder)


def test_a_first_time_reviewer(tmp_path, monkeypatch):
    # The path the README gives: template, change the spread and the denominator, run, read. Under two minutes.
    start = time.monotonic()
    monkeypatch.setenv("PYTHONPATH", str(sources.Path(cli.__file__).resolve().parents[2]))
    listed = command("assumptions", "--template", folder=tmp_path)
    text = listed.stdout
    for entry, old, new in (
        ("between_county_sd", None, '{ name = "half_normal", scale = 0.4 }'),
        ("county_adults_registered", None, '{ name = "point", value = 170000.0 }'),
    ):
        pattern = rf"# \[{entry}\]\n# distribution = .*\n# rationale = .*\n"
        assert re.search(pattern, text), old
        text = re.sub(pattern, f'[{entry}]\ndistribution = {new}\nrationale = "I <b>think</b> | so"\n', text)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    done = command(
        "review",
        "--assumptions",
        "mine.toml",
        "--draws",
        "2000",
        "--pilot",
        "6000",
        "--kept",
        "4000",
        "--output",
        "out",
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    said = (tmp_path / "out" / "review.md").read_text(encoding="utf-8")
    for heading in ("What you changed", "headlines moved", "claims moved", "tipping points moved", "matters most now"):
        assert heading in said
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    assert any("log\\_t(" in row and "half\\_normal(scale=0.4)" in row for row in rows)
    assert any("point(value=170000)" in row for row in rows)
    assert "missing\\_share |" not in said
    page = (tmp_path / "out" / "review.html").read_text(encoding="utf-8")
    assert "I &lt;b&gt;think&lt;/b&gt;" in page
    assert page.count("<svg") in (2, 3)  # one more where weights can be relied on
    assert "other sources weighed in" in said
    # Offline: no address is asked for; the namespaces of SVG are names.
    assert not re.search(r"(?:src|href)=\"(?!#)|url\((?!#)|<script|<link|@import", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert time.monotonic() - start < 120


def test_the_template_as_it_is_changes_nothing_and_uncommented_is_the_register(judgements, shipped, tmp_path):
    known = citable(shipped)
    path = tmp_path / "mine.toml"
    path.write_text(template(judgements), encoding="utf-8")
    same = assumptions.amend(judgements, path, citable=known)
    with pytest.raises(EstimationError, match="a review needs an entry that differs from the register; got none"):
        answer.changes(judgements, same)
    live = re.sub(r"^# (\[\w+\]$|distribution = |rationale = )", r"\1", template(judgements), flags=re.MULTILINE)
    path.write_text(live, encoding="utf-8")
    whole = assumptions.amend(judgements, path, citable=known)
    assert {k: e.distribution for k, e in whole.items()} == {k: e.distribution for k, e in judgements.items()}


def test_answers_differ_only_where_they_should(shipped, judgements):
    grid = choices.load(sources.PUBLIC / choices.FILE)
    mine = judgements.override(regional_base_ratio=1.2)
    sets = shipped.table("reference_sets")
    before, after = (
        answer.answer(
            stage(case_of(shipped, register), register, draws=1_000, seed=1),
            claims=STANDARD,
            tipped=STATED.lead.tipped,
            scope=STATED.lead.scope,
            others=alternatives(sets, grid, register, shipped=earlier),
        )
        for register, earlier in ((judgements, None), (mine, judgements))
    )
    bad = Answer(False, "Pareto k 0.90, 12 effective draws", *[pd.DataFrame()] * 4)
    parts = review.sections(answer.changes(judgements, mine), before, after, (bad, bad))
    assert [row[0] for row in parts[0][2][1]] == ["regional_base_ratio"]
    by_heading = {heading: rows for heading, _, (_, rows) in parts}
    # Derivation: a base a fifth higher than one centred on 1.
    assert {row[3] for row in by_heading["How the headlines moved, from the county alone"]} <= {
        "1.19 times",
        "1.20 times",
        "1.21 times",
    }
    assert any(row[2] == "as shipped" for row in by_heading[review._MATTERS])
    # Where weights cannot be relied on there is no figure with other sources, and it says why.
    heading, lead, (_, rows) = parts[1]
    assert heading == "How the headlines moved, other sources weighed in"
    assert "too few draws agree with the sources" in lead
    assert [row[2] for row in rows] == ["cannot be relied on"] * 2
    assert len(review.pictures(before, after, (bad, bad))) == 2


TIPPED = ("between_county_sd", "selection_shift")


def pair(shipped, before, after, **size):
    return answer.pair(
        lambda register: case_of(shipped, register),
        before,
        after,
        claims=STANDARD,
        tipped=TIPPED,
        scope=STATED.lead.scope,
        seed=1,
        **size,
    )


@pytest.fixture(scope="module")
def weighed_pair(shipped, judgements):
    # An uninformative kind for all but the villages keeps the weights of few draws reliable.
    calm = judgements.override(
        **{f"uninformative_{kind}": 0.999 for kind in ("phone", "table", "capacity", "court", "school")}
    )
    mine = calm.override(regional_base_ratio=1.2, between_county_sd=HalfNormal(0.5))
    seen = []
    found = pair(shipped, calm, mine, pilot=3_000, kept=5_000, progress=seen.append)
    assert sum(seen) == 2 * len(TIPPED)
    return found


def test_both_rungs_are_shown_where_weights_can_be_relied_on(weighed_pair):
    before, after = weighed_pair
    assert before.reliable
    assert after.reliable
    alone = [replace(each, moved=results_folder.published("tornado.csv")) for each in weighed_pair]
    parts = review.sections(pd.DataFrame(columns=CHANGED), *alone, weighed_pair)[1:4]
    assert [heading for heading, _, _ in parts] == [
        "How the headlines moved, other sources weighed in",
        "How the claims moved, other sources weighed in",
        "How the tipping points moved, other sources weighed in",
    ]
    assert all(rows for _, _, (_, rows) in parts)
    # Words go by the number as rounded to the error of the draws that the weights are worth.
    for cells, row in zip(parts[1][2][1], before.claims.to_dict(orient="records"), strict=True):
        assert cells[1] == likelihood(row["probability"], error=row["probability_error"])
        assert row["probability_error"] > 0.001
    # Places more alike than before and a larger region: a narrower interval.
    ratio = [each.intervals["count_high"] / each.intervals["count_low"] for each in (before, after)]
    assert (ratio[1] < ratio[0]).all()
    assert {"above", "below", "never", "always"} >= set(before.tips["reached"])
    assert len(review.pictures(*alone, weighed_pair)) == 3


def test_a_register_that_contradicts_the_sources_says_so(shipped, judgements):
    # A county that is ten times worse than others, and sources that cannot err.
    sure = {f"uninformative_{kind}": 0.0 for kind in ("phone", "village", "table", "capacity", "court", "school")}
    mine = judgements.override(selection_shift=6.0, between_county_sd=0.5, **sure)
    before, after = pair(shipped, judgements, mine, pilot=1_000, kept=1_000)
    assert not after.reliable
    assert "effective draws (at least 400)" in after.said or after.said == "no draw agrees with the sources"
    assert after.intervals.empty
    assert before.claims.empty is not before.reliable


def test_register_is_listed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["estimation", "assumptions"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert not stop.value.code
    out = capsys.readouterr().out
    assert "between_county_sd" in out
    monkeypatch.setattr(sys, "argv", ["estimation", "assumptions", "--json"])
    with pytest.raises(SystemExit):
        cli.main()
    assert '"id": "missing_share"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sides", "reached", "value", "said"),
    [
        (
            "at least",
            "above",
            1.5,
            "at least 1 million with 80% probability, the spread would have to be at 1.5 log-odds",
        ),
        (
            "at most",
            "never",
            np.nan,
            "at most 2 million with 80% probability, no plausible value of the spread is enough (0.1 to 5 log-odds)",
        ),
        (
            "between",
            "always",
            np.nan,
            "between 1 million and 2 million with 80% probability, any plausible value of the spread will do (0.1",
        ),
    ],
)
def test_tipping_sentences(sides, reached, value, said):
    row = {"low": "1000000", "high": "2000000", "sides": sides, "level": 0.8, "reached": reached, "value": value}
    row = pd.Series(row | {"unit": "log-odds", "plausible_low": 0.1, "plausible_high": 5.0})
    assert said in claim_words.tipping_sentence(row, who="adults", what="the spread")


def test_tipping_of_an_entry_held_fixed():
    assert claim_words.tipping("nan", np.nan) == "held fixed"
