"""Damage as strategies: bytes cut, flipped, swapped and put in, as disks, editors, spreadsheets and strangers do."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

SLACK = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
LONG = os.environ.get("FUZZ") == "long"
# A short round in every test run, always the same; `make fuzz` goes on for long, from another place each time.
FUZZ = settings(deadline=None, derandomize=not LONG, suppress_health_check=SLACK, max_examples=3000 if LONG else 30)


def fewer(times: int) -> settings:
    """For what takes longer."""
    return settings(FUZZ, max_examples=max(8, FUZZ.max_examples // times))


# What breaks parsers: marks, ends of lines, half letters, digits of other scripts, numbers past every limit.
NASTY = [
    *(b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n", b"\r", b"\n\n", b'"', b'""', b"'", b"'''", b'"""'),
    *(b",", b";", b"\t"),
    *(b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", "\u200f".encode(), "\u202e".encode()),
    *("１２".encode(), "٣".encode(), "²".encode(), "−1".encode(), "İı".encode(), "e\u0301".encode()),
    *("\U0001f600".encode(), b"__import__"),
    *(b"1e400", b"-1e400", b"1e-400", b"-0", b"-0.0", b"nan", b"NaN", b"inf", b"-inf", b"Infinity", b"0x1F", b"1_000"),
    *(b"9" * 25, b"9" * 5000, b"0." + b"0" * 400 + b"1", b"1,5", b"1.000.000", b"%", b"=1+1", b"@x", b"-x", b"+x"),
    *(b"[" * 3000, b"{" * 3000, b"(" * 300, b"{a=" * 500, b"]", b"}", b"#", b"\\", b"\\u0000", b"\\ud800", b"true"),
    *(b"null", b"1979-05-27", b"[[x]]", b"a.b.c = 1\n", b"x" * 6000, b"a," * 1200, b"../", b"/etc/passwd", b"**"),
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """Good bytes after one to four strokes."""
    data = good
    for _ in range(draw(st.integers(1, 4))):
        at, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        stroke = draw(st.sampled_from(["cut", "flip", "put", "put", "replace", "drop", "twice", "swap", "line"]))
        if stroke == "cut":
            data = data[:at]
        elif stroke == "flip" and at < len(data):
            data = data[:at] + bytes([data[at] ^ draw(st.integers(1, 255))]) + data[at + 1 :]
        elif stroke == "put":
            data = data[:at] + draw(st.sampled_from(NASTY)) + data[at:]
        elif stroke == "replace":
            words = data.replace(b"=", b" ").replace(b",", b" ").split() or [b""]
            data = data.replace(draw(st.sampled_from(words)), draw(st.sampled_from(NASTY)), 1)
        elif stroke == "drop":
            data = data[:at] + data[to:]
        elif stroke == "twice":
            data = data[:to] + data[at : at + 5000] + data[to:]
        elif stroke == "swap":
            middle = (at + to) // 2
            data = data[:at] + data[middle:to] + data[at:middle] + data[to:]
        elif stroke == "line":
            lines = data.split(b"\n")
            place = draw(st.integers(0, len(lines) - 1))
            lines[place : place + 1] = draw(st.sampled_from([[], [lines[place]] * 2, [lines[0]], [lines[place][::-1]]]))
            data = b"\n".join(lines)
    return data


def anything(good: bytes) -> st.SearchStrategy[bytes]:
    """Mostly damaged good bytes, now and then any bytes at all."""
    return st.one_of(damaged(good), damaged(good), damaged(good), st.binary(max_size=200))
