"""Every command with any words: an answer, or exit code 2 with one error and nothing written."""

import contextlib
import io
import sys
from pathlib import Path

import pytest
from damage import fewer
from hypothesis import example, given
from hypothesis import strategies as st
from typer.main import get_command

from estimation import cli

COMMANDS = get_command(cli.app).commands
# It takes no words and writes into the checkout.
del COMMANDS["methods"]
# These take minutes when their words are good, or write into the checkout: only their refusals are tried.
LONG = {"calibrate": "--data", "challenge": "--data", "reproduce": "--data", "review": "--data"}
LONG |= {"figures": "--results", "fact-sheet": "--results"}
NUMBERS = ["0", "-1", "1", "1000", "999", "1e400", "nan", "inf", "-0", "１２", "9" * 30, "0.95", "2018", "", " "]
FILES = [".", "/dev/zero", "/dev/null", "none.toml", "good.csv", "bad.csv", "bad.toml", "x" * 300, "a\0b"]
NAMES = ["uyghur", "phone", "registered", "--", "-", "--help", "\ud800", "é", "\u202e", "'; rm -rf x", "$(id)"]
WORDS = st.sampled_from(NUMBERS) | st.sampled_from(FILES) | st.sampled_from(NAMES) | st.text(max_size=12)


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    (folder / "good.csv").write_text("area,count,population\nnorth,12,400\nsouth,0,500\nwest,9,80\n")
    (folder / "bad.csv").write_bytes(b"area,count\n\xff,\0\n")
    (folder / "bad.toml").write_bytes(b"[missing_share]\ndistribution = 7\n")
    return folder


@st.composite
def calls(draw):
    name = draw(st.sampled_from(sorted(COMMANDS)))
    options = {word: each for each in COMMANDS[name].params for word in each.opts if word.startswith("--")}
    words = [name]
    for option in draw(st.lists(st.sampled_from(sorted(options)), max_size=4)) if options else []:
        words.append(option)
        if not getattr(options[option], "is_flag", False):
            words.append(draw(WORDS))
    words += draw(st.lists(WORDS, max_size=2))
    if "--draws" in options:
        words += ["--draws", draw(st.sampled_from(["1000", "999", "-1", "x"]))]
    if name in LONG:
        words += [word for option in ("--output", "--results") if option in options for word in (option, "out")]
        words += [LONG[name], "nowhere"]
    return words


def run(words, place):
    out, said = io.StringIO(), io.StringIO()
    kept = sys.argv
    sys.argv = ["estimation", *words]
    try:
        with contextlib.chdir(place), contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
            cli.main()
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv = kept
    return code, out.getvalue(), said.getvalue()


def contents(place: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@fewer(1)
@given(calls())
@example(["check", "x" * 300])
@example(["reproduce", "x" * 300])
@example(["backtest", "x" * 300])
@example(["challenge", "--data", "x" * 300])
def test_any_words(place, words):
    before = contents(place)
    code, _, said = run(words, place)
    assert code in (0, 2)
    assert "Traceback" not in said
    if code == 2 or words[0] != "new-case":
        assert contents(place) == before
    if code == 2:
        assert said.startswith(("estimation: ", "Usage: "))
        assert "Do this: " in said or "Error" in said
        assert "what is printed must have a place" not in said
