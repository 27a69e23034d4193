import sys

import pandas as pd
import pytest

from estimation import cli
from estimation.errors import EstimationError
from estimation.report.documents import methods, methods_checks, methods_reliability, methods_tables


def text_with(*names: str) -> str:
    return "\n".join(f"<!-- filled: {name} -->\nold\n<!-- /filled -->" for name in names)


def test_blocks_are_replaced_and_text_around_them_stays(monkeypatch):
    monkeypatch.setattr(methods, "BLOCKS", {"one": lambda read: f"new {read('x')}"})
    got = methods.filled(f"before\n{text_with('one')}\nafter", lambda name: name.upper())
    assert got.decode() == "before\n<!-- filled: one -->\n\nnew X\n\n<!-- /filled -->\nafter"
    assert methods.filled(got.decode(), lambda name: name.upper()) == got


@pytest.mark.parametrize(
    "text",
    [
        "no block",
        text_with(*methods.BLOCKS, "other"),
        text_with(*methods.BLOCKS, "sbc"),
        text_with(*methods.BLOCKS) + "\n<!-- filled: sbc -->",
    ],
    ids=["none", "unknown", "twice", "without end"],
)
def test_blocks_that_are_missing_unknown_or_open_are_refused(text):
    with pytest.raises(EstimationError, match="each block once"):
        methods.filled(text, lambda _: pd.DataFrame())


def test_numbers_to_three_digits():
    # By hand.
    cases = {0.0: "0", 0.7: "0.7", 1e-6: "0.000001", 123456.0: "123,000", -0.00174: "-0.00174"}
    assert {value: methods_tables.three(value) for value in cases} == cases


def study() -> pd.DataFrame:
    rows = [
        ("hierarchical", methods_checks._PRIOR, methods_checks._AVERAGE, "average", 1, scheme, shift, level, cover)
        for scheme in ("equal chances", "top quarter")
        for shift in ("0", "1")
        for level, cover in ((0.8, 0.75), (0.95, 0.9))
    ]
    names = ["method", "prior", "system", "family", "observed", "scheme", "selection", "level", "coverage"]
    frame = pd.DataFrame(rows, columns=names).assign(coverage_error=0.05, width_ratio=12.34, families=2, areas=9)
    single = frame.assign(system="some_system", family="f")
    peer = frame[frame["selection"] == "0"].assign(method="binomial", prior="none")
    return pd.concat([frame, single, peer], ignore_index=True)


def test_coverage_is_set_side_by_side():
    said = methods_checks.CHECKS["backtest"](lambda _: study())
    assert "| 1 | equal chances | 2 | 75% ± 5% | 90% ± 5% | 12.3 |" in said
    assert "| some system | 9 | 75% ± 5% | 90% ± 5% | 12.3 |" in said
    assert "| binomial | 1 | 75% ± 5% | 90% ± 5% | 12.3 |" in said
    assert "| 1 | 75% ± 5% | 90% ± 5% | 12.3 |" in said.split("worst quarter")[1]


def test_what_tests_notice_is_told_room_by_room():
    rows = [
        ("bounds", 1, 172, 22, 18, 2, 2, 0.9, 0.683, 0.9877),
        ("all", 31, 6436, 820, 700, 20, 100, 0.875, 0.85, 0.9),
    ]
    names = [
        "room",
        "modules",
        "mutants",
        "tried",
        "killed",
        "equivalent",
        "survived",
        "score",
        "score_low",
        "score_high",
    ]
    said = methods_reliability.RELIABILITY["mutants"](lambda _: pd.DataFrame(rows, columns=names))
    assert "| `bounds` | 1 | 172 | 22 | 18 | 2 | 2 | 90% | 68% to 99% |" in said
    assert "| all | 31 | 6,436 | 820 | 700 | 20 | 100 | 88% | 85% to 90% |" in said


def command(monkeypatch, capsys, root) -> tuple[int, str]:
    monkeypatch.setattr("estimation.cli.inputs.ROOT", root)
    monkeypatch.setattr(sys, "argv", ["estimation", "methods"])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = stop.code or 0
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_the_command_fills_the_text_of_a_checkout_and_twice_alike(monkeypatch, capsys, tmp_path):
    target = tmp_path / "docs" / "METHODS.md"
    target.parent.mkdir()
    target.write_text(text_with(*methods.BLOCKS), encoding="utf-8")
    assert command(monkeypatch, capsys, tmp_path) == (0, "written METHODS.md\n")
    first = target.read_bytes()
    assert b"old" not in first.splitlines()
    assert command(monkeypatch, capsys, tmp_path)[0] == 0
    assert target.read_bytes() == first


def test_without_a_checkout_the_command_says_so(monkeypatch, capsys, tmp_path):
    code, said = command(monkeypatch, capsys, tmp_path)
    assert code == 2
    assert "the methods text is filled in a checkout; got docs/METHODS.md: No such file" in said
