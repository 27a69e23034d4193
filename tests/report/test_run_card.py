import json
import os
import re
from datetime import datetime
from pathlib import Path

import estimation
from estimation.report.record import run_card


def test_run_card_has_what_is_needed_and_nothing_of_this_machine(tmp_path):
    card = run_card.card({"draws": 10, "seed": 1}, {"a.csv": "00"}, {"b.csv": b"b\n"})
    content = json.loads(card)
    assert content["estimation"] == estimation.__version__
    assert content["settings"] == {"draws": 10, "seed": 1}
    assert content["inputs_sha256"] == {"a.csv": "00"}
    # sha256 of "b\n": coreutils 9.1, printf 'b\n' | sha256sum.
    assert content["outputs_sha256"]["b.csv"].startswith("0263829989b6fd954f72baaf2fc64bc2")
    assert set(run_card._PACKAGES) == set(content["packages"])
    text = card.decode()
    for private in (str(Path.home()), str(Path.cwd()), os.uname().nodename, str(datetime.now().year) + "-"):
        assert private not in text
    assert not re.search(r"\d\d:\d\d|/(home|tmp|root|Users|work)", text)
    assert card == run_card.card({"seed": 1, "draws": 10}, {"a.csv": "00"}, {"b.csv": b"b\n"})


def test_json_is_sorted_and_ends_with_a_line_end():
    assert run_card._json_bytes({"b": "ü", "a": 1}) == '{\n  "a": 1,\n  "b": "ü"\n}\n'.encode()


def test_data_have_one_name_whatever_the_order_of_their_files():
    hashes = {"b.csv": "02", "a.csv": "01"}
    # From the program sha256sum: of the JSON a card holds, and of the lines "a.csv 01" and "b.csv 02".
    assert run_card.data_id(hashes) == run_card.data_id(dict(sorted(hashes.items()))) == "8b8615629a6a"
    assert run_card.inputs_hash(hashes) == "cd229dd3a00e325c092e6bb29fcfcf381ae86b0dd88f1a8c1f79d3d064e5476d"


def test_the_name_of_code_is_that_of_what_runs(tmp_path, monkeypatch):
    package = tmp_path / "model"
    package.mkdir()
    monkeypatch.setattr(estimation, "__file__", str(tmp_path / "__init__.py"))

    def named(text: str) -> str:
        (package / "a.py").write_text(text, encoding="utf-8")
        return run_card.code_hash("model")

    first = named('"""Words."""\n\n\ndef f(x):\n    """More."""\n    return x + 1\n')
    assert named('"""Other words."""\n# Why.\ndef f(x):\n    return x + 1\n') == first
    assert named('"""Words."""\n\n\ndef f(x):\n    """More."""\n    return x + 2\n') != first
    (package / "a.py").rename(package / "b.py")
    assert run_card.code_hash("model") != first
