"""Tables of the methods text about the program itself: damaged inputs, faults, size, and what tests run and notice."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from estimation.report.documents.methods_tables import Maker, Read, table, three

_NAMES: Final = {"all": "whole library", "cli": "command line"}


def _tried(read: Read) -> str:
    inputs, faults = read("reliability/bad_inputs.csv"), read("reliability/faults.csv")
    doors = inputs.assign(refused=inputs["outcome"].eq("refused")).groupby("door", sort=False)["refused"]
    rows = [(door, len(each), int(each.sum())) for door, each in doors]
    total = ("all", len(inputs), int(inputs["outcome"].eq("refused").sum()))
    bad = table(["door", "bad inputs tried:", "refused with their rule:"], [*rows, total])
    survived = table(
        ["fault", "how", "tries:", "survived:"],
        faults[["fault", "how", "tries", "survived"]].itertuples(index=False, name=None),
    )
    tries, held = (int(faults[name].astype(int).sum()) for name in ("tries", "survived"))
    return f"{bad}\n\n{len(faults):,} kinds of faults, {tries:,} tries, {held:,} survived:\n\n{survived}"


def _size(read: Read) -> str:
    rows = read("reliability/scale.csv")
    numbers = rows[["areas", "draws", "draws_per_second", "peak_mb", "beyond_inputs_mb"]].astype(float)
    return table(
        ["path", "areas:", "draws:", "draws per second of one core:", "memory at most, MB:", "beyond inputs, MB:"],
        [
            (path, f"{areas:,.0f}", f"{draws:,.0f}", three(speed), three(peak), three(beyond))
            for path, (areas, draws, speed, peak, beyond) in zip(
                rows["path"], numbers.itertuples(index=False, name=None), strict=True
            )
        ],
    )


def _coverage(read: Read) -> str:
    rows = read("reliability/coverage.csv")
    rows = rows[~rows["floor"].str.startswith("__")]
    return table(
        ["floor", "files:", "lines:", "run by tests:", "branches taken:"],
        [
            (_NAMES.get(row["floor"], row["floor"]), row["files"], f"{int(row['lines']):,}", *_percent(row))
            for _, row in rows.iterrows()
        ],
    )


def _mutants(read: Read) -> str:
    rows = read("reliability/mutants.csv")
    counts = ["modules", "mutants", "tried", "killed", "equivalent", "survived"]
    said = ["modules:", "changes:", "tried:", "noticed:", "not to be seen:", "missed:"]
    return table(
        ["room of the model", *said, "score:", "95% interval:"],
        [
            (
                "all" if row["room"] == "all" else f"`{row['room']}`",
                *(f"{int(row[name]):,}" for name in counts),
                f"{float(row['score']):.0%}",
                f"{float(row['score_low']):.0%} to {float(row['score_high']):.0%}",
            )
            for _, row in rows.iterrows()
        ],
    )


def _seeds(read: Read) -> str:
    rows = read("reliability/seeds.csv")
    numbers = rows[["mean", "sd", "error"]].astype(float)
    return table(
        ["scope", "rung", "end", "mean:", "SD over seeds:", "error stated:", "printed:", "seeds that print it:"],
        [
            (
                row.scope,
                row.rung,
                row.end,
                *(f"{value:,.0f}" for value in each),
                row.printed,
                f"{row.alike} of {row.seeds}",
            )
            for row, each in zip(rows.itertuples(), numbers.itertuples(index=False, name=None), strict=True)
        ],
    )


def _percent(row: pd.Series) -> tuple[str, str]:
    return f"{float(row['lines_share']):.1%}", f"{float(row['branches_share']):.1%}"


RELIABILITY: Mapping[str, Maker] = {
    "tried": _tried,
    "size": _size,
    "coverage": _coverage,
    "mutants": _mutants,
    "seeds": _seeds,
}
"""Makers of the blocks about the program."""
