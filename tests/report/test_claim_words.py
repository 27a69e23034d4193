import io
import json
import math
import re
import sys

import pandas as pd
import pytest
from ladder_row import row as ladder_row
from shipped_case import with_tips

from estimation import cli
from estimation.challenge.claims import Claim
from estimation.challenge.review.claim_check import Bound, Chance, Checked
from estimation.model.case.build import case_of
from estimation.model.ladder.ladder import run as model_run
from estimation.report.documents import claim_ledger
from estimation.report.terminal.claim_tables import claim_values, show_claim
from estimation.report.wording.claim_words import VERDICTS, claim_sentence, say_claim, verdict
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import percent
from estimation.report.wording.rounding import cautious_bound
from estimation.report.wording.texts import LANGUAGES, texts

KNOWN = {
    "population": "Uyghur",
    "territory": "Xinjiang",
    "window": "2017-2018",
    "custody": "camp or prison",
    "measure": "ever held",
    "adult_age": 18,
    "basis": "registered",
    "observed": "Konasheher (Shufu) county",
    "area_kind": "county",
}


def checked(probability=0.55, error=0.012, claim=None, custody="camp or prison") -> Checked:
    claim = claim or Claim("uyghur", low=1_000_000)
    chances = (Chance("differences", 0.448, 0.002), Chance("sources", probability, error))
    open_high = claim.high == float("inf")
    bounds = tuple(
        Bound(level, 708_204.0 if claim.low else 0.0, float("inf") if open_high else 1_813_414.0, 14_000.0, 41_000.0)
        for level in (0.9, 0.66)
    )
    return Checked(claim, custody, "sentenced" if custody == "prison" else "ever held", chances, bounds)


@pytest.mark.parametrize(
    ("probability", "name"),
    [
        *[(1, "supported"), (0.9, "supported"), (0.89, "hedged"), (0.66, "hedged"), (0.5, "open"), (0.33, "open")],
        *[(0.32, "not_supported"), (0.1, "not_supported"), (0.09, "contradicted"), (0, "contradicted")],
    ],
)
def test_verdicts(probability, name):
    assert verdict(probability) == name


def test_the_verdict_goes_by_the_number_as_printed():
    # 0.8951 with an error of 0.015 is printed as 90%.
    said = say_claim(checked(0.8951, 0.015), KNOWN)
    assert "very likely (90%)" in said.sentence
    assert said.verdict == "supported"


@pytest.mark.parametrize("custody", ["camp or prison", "camp", "prison"])
def test_every_sentence_about_a_claim_names_who_where_when_and_which_custody(custody):
    said = say_claim(checked(custody=custody), KNOWN)
    for sentence in (said.sentence, said.verdict_sentence, *said.instead, *said.usage):
        for named in ("Uyghur", "Xinjiang", "2017-2018"):
            assert named in sentence
        assert f"a {custody}" in sentence or custody == "camp or prison"
        assert re.search(r"\b(?:camp|prison)\b", sentence)
        assert not re.search(r"\b(?:are|is|being|has been|have been) (?:\w+ )?(?:held|detained|interned)", sentence)


def test_a_verdict_is_not_in_a_sentence_with_a_likelihood():
    said = say_claim(checked(), KNOWN)
    assert not re.search(r"likely|%|certain", said.verdict_sentence)
    assert said.verdict_sentence.endswith("at some time in 2017-2018 is neither supported nor contradicted.")


def test_bounds_offered_are_round_and_on_the_safe_side():
    # Derivation: 708,204 less 14,000 down to steps of 100,000; 1,813,414 and 41,000 up to steps of 200,000.
    assert "at least 600,000 Uyghur adults" in say_claim(checked(), KNOWN).instead[0]
    most = say_claim(checked(claim=Claim("uyghur", high=1_500_000)), KNOWN).instead
    assert "with 90% probability at most 2 million Uyghur adults" in most[0]
    both = say_claim(checked(claim=Claim("uyghur", low=1_000_000, high=2_000_000)), KNOWN).instead
    assert "with 66% probability between 600,000 and 2 million Uyghur adults" in both[1]
    assert cautious_bound(5.0, error=100.0, below=True) == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_claims_in_every_language(language):
    said = say_claim(checked(), KNOWN, language=language)
    assert said.marker == texts(language).fill("marker")
    assert len(said.instead) == 2
    for sentence in (said.sentence, said.verdict_sentence, *said.instead):
        assert sentence.endswith(f"[{said.marker}]" if said.marker else ".")
        assert "2017-2018" in sentence
    assert {texts(language).fill(f"verdict_{name}") for _, name in VERDICTS} >= {said.verdict}


def test_a_claimed_figure_is_never_rounded():
    said = say_claim(checked(claim=Claim("uyghur", high=1_777_000)), KNOWN)
    assert "at most 1.777 million Uyghur adults" in said.sentence


def test_the_ledger_holds_every_claim_with_its_sentence(shipped, judgements):
    case = case_of(shipped, judgements)
    run = model_run(case, judgements, draws=2_000, seed=3, enforce=False, threads=1)
    files = claim_ledger.files(shipped, run, {"a.csv": "00"})
    claims = pd.read_csv(io.BytesIO(files["claims.csv"]), dtype={"data_sha256": str})
    assert claims["claim_id"].is_unique
    assert set(claims["data_sha256"].str.len()) == {12}
    assert claims["p_with_sources"].between(0, 1).all()
    for _, row in claims.iterrows():
        assert row["sentence"].startswith("If other counties resembled Konasheher")
        assert "(words: IPCC likelihood scale)." in row["sentence"]
        assert row["verdict"] in {texts().fill(f"verdict_{name}") for _, name in VERDICTS}
    assert claim_ledger.files(shipped, run, {"a.csv": "00"}) == files
    left_out = pd.read_csv(io.BytesIO(files["claims_left_out.csv"]))
    assert set(claims["claim_id"]) & set(left_out["claim_id"]) == set()


def test_a_claim_in_a_terminal_and_as_json(capsys):
    hostile = {**KNOWN, "population": "[red]x[/red] {low}"}
    show_claim(checked(), hostile, ())
    out = " ".join(capsys.readouterr().out.split())
    assert "[red]x[/red] {low} adults of Xinjiang" in out
    assert "+ other sources: about as likely as not (56%)" in out
    found = json.loads(json.dumps(claim_values(checked(), KNOWN, ()), allow_nan=False))
    assert found["claim"]["high"] is None
    assert found["claim"]["low"] == 1_000_000


def command(monkeypatch, capsys, *words: object) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["estimation", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr()
    return int(stopped.value.code or 0), said.out, said.err


def test_the_command_checks_a_claim(monkeypatch, capsys):
    monkeypatch.setattr("estimation.challenge.review.claim_check.TIPPING_DRAWS", 1_000)
    monkeypatch.setattr(
        "estimation.evidence.case_folder.case_file.statement_of", lambda _: with_tips("between_county_sd")
    )
    asked = ["claim", "--between", 1000000, 2000000, "--scope", "turkic", "--draws", 50000, "--json"]
    code, out, _ = command(monkeypatch, capsys, *asked)
    found = json.loads(out)
    assert code == 0
    assert found["claim"]["sides"] == "between"
    assert [each["rung"] for each in found["rungs"]][-1] == "sources"
    assert {tip["entry"] for tip in found["tipping_points"]} == {"between_county_sd"}
    assert "between 1 million and 2 million Uyghur, Kazakh and Kyrgyz adults" in found["said"]["sentence"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--at-least", 1e6, "--estimand", "held-on-a-day"], "on any one day fewer people were held"),
        (["--at-least", 1e6, "--estimand", "capacity"], "places are not people"),
        ([], "a claim has one limit or range"),
        (["--at-least", 1e6, "--scope", "nobody"], "the scope must be a known one"),
        (["--at-least", 1e6, "--language", "xx"], "the language must be a known one"),
    ],
)
def test_the_command_refuses_with_the_reason(monkeypatch, capsys, words, message):
    code, out, err = command(monkeypatch, capsys, "claim", *words)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1_000_000, math.inf, "that at least 1 million Uyghur adults of Xinjiang were held in a camp or prison"),
        (0, 900_000, "that at most 900,000 Uyghur adults of Xinjiang were held in a camp or prison"),
        (1_000_000, 2_000_000, "that between 1 million and 2 million Uyghur adults of Xinjiang were held in a camp"),
    ],
)
def test_a_claim_has_its_condition_its_number_and_its_scale(low, high, said):
    values = ladder_row(224_312, 995_000, 4_870_000)
    found = claim_sentence(values, low=low, high=high, probability=0.557, error=0.012)
    assert said in found
    assert found.startswith("If other counties resembled Konasheher (Shufu) county")
    assert "it is about as likely as not (56%)" in found
    assert found.endswith("at some time in 2017-2018 (words: IPCC likelihood scale).")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("low", "high"), [(0, 2_000_000), (1_000_000, 2_000_000), (1_000_000, math.inf)])
def test_a_claim_has_its_word_and_number_in_every_language(language, low, high):
    found = claim_sentence(ladder_row(1, 2, 3), low=low, high=high, probability=0.557, error=0.012, language=language)
    assert likelihood(0.557, error=0.012, language=language) in found
    assert percent(0.56, language=language) in found
    assert texts(language).fill("scale") in found
