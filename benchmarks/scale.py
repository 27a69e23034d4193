"""Time and memory of a run as areas and draws grow: results/reliability/scale.csv and its picture.

Each size runs in a process of its own, so that its peak memory is its own. `totals` is the drawing of totals on a
made-up region (1 scope, 1 group); `ladder` is the whole of `estimate`, from tables to summary (1 scope, the areas that
ship). Speed is by processor time, which other work on the machine moves less than wall time.
Usage: python benchmarks/scale.py
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from made_up import world
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter, StrMethodFormatter
from measuring import in_child, peak_mb

from estimation.evidence.tables import sources
from estimation.model.case.build import case_of, register_of
from estimation.model.ladder.ladder import run
from estimation.model.region.poststratify import Held, poststratify
from estimation.model.region.random_numbers import Stream
from estimation.model.region.region import Part
from estimation.report.figures import look
from estimation.report.figures.look import svg_bytes
from estimation.report.record import codebook

RESULTS = Path(__file__).resolve().parents[1] / "results"
AREAS = 10 ** np.arange(2, 7)
DRAWS = 10 ** np.arange(3, 8)
FEW = {"areas": 100, "draws": 100}
LADDER = 10 ** np.arange(3, 7)


def measure(path: str, areas: int, draws: int) -> dict[str, float]:
    """Time one size once in this process; memory is what the run adds to its inputs, and all of it at the peak."""
    if path == "totals":
        region, effects = world(areas, max(areas // 10, 1), ("everybody",), draws, core=areas, near=areas // 2)
        before = peak_mb()
        start = time.process_time()
        everybody = Part("all", np.arange(areas), ("everybody",))
        totals = poststratify(region, [everybody], effects, Stream(1), alike=1)
        taken = time.process_time() - start
        return _row(taken, draws, areas, before, _kept(totals))
    evidence = sources.load()
    register = register_of(evidence)
    before = peak_mb()
    start = time.process_time()
    case = case_of(evidence, register)
    found = run(replace(case, scopes=case.scopes[1:2]), register, draws=draws, seed=1, sources=False)
    found.table()
    taken = time.process_time() - start
    kept = _kept(found.totals.held) + sum(values.nbytes for values in found.inputs.values())
    return _row(taken, draws, len(case.region.areas), before, kept)


def _kept(held: Held) -> int:
    return sum(each.nbytes for each in (held.either, held.prison, held.people, held.alike))


def _row(taken: float, draws: int, areas: int, before: float, kept: int) -> dict[str, float]:
    return {
        "areas": areas,
        "processor_seconds": taken,
        "draws_per_second": draws / taken,
        "draws_times_areas_per_second": draws * areas / taken,
        "peak_mb": peak_mb(),
        "beyond_inputs_mb": peak_mb() - before,
        "kept_mb": kept / 2**20,
    }


def draw(table: pd.DataFrame) -> bytes:
    """Seconds against areas times draws, and peak memory against the larger of the two; straight lines are linear."""
    look.style()
    picture, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    series = {
        "totals, more areas": (table["path"].eq("totals") & table["draws"].eq(FEW["draws"]), "areas", "#0072B2", "o"),
        "totals, more draws": (table["path"].eq("totals") & table["areas"].eq(FEW["areas"]), "draws", "#D55E00", "s"),
        "ladder, more draws": (table["path"].eq("ladder"), "draws", "#009E73", "^"),
    }
    for name, (rows, grows, colour, mark) in series.items():
        part = table[rows].sort_values(grows)
        left.plot(part["areas"] * part["draws"], part["processor_seconds"], color=colour, marker=mark, label=name)
        right.plot(part[grows], part["peak_mb"], color=colour, marker=mark, label=name)
    cells = np.array([1e6, 1e9])
    left.plot(cells, cells / 1e7, color="0.5", linestyle=":", label="10 million a second")
    left.set(xscale="log", yscale="log", xlabel="areas times draws", ylabel="processor seconds")
    right.set(xscale="log", yscale="log", xlabel="areas, or draws", ylabel="peak memory, MB")
    for axes in (left, right):
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if axes is left else (1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_formatter(NullFormatter())
    left.legend(frameon=False, fontsize=8, loc="upper left")
    alt = (
        "Two graphs on log axes. Processor seconds against areas times draws: the lines run along a dotted one. "
        "Peak memory against areas, and against draws: flat at first, then rising."
    )
    return svg_bytes(picture, title="Time and memory by size", alt=alt)


def main() -> None:
    """Measure every size and write table and picture."""
    if len(sys.argv) == 4:
        sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
        return
    sizes = [("totals", int(areas), FEW["draws"]) for areas in AREAS]
    sizes += [("totals", FEW["areas"], int(draws)) for draws in DRAWS]
    sizes += [("ladder", 0, int(draws)) for draws in LADDER]
    rows = []
    for path, areas, draws in sizes:
        found = in_child(__file__, path, areas, draws)
        rows.append({"path": path, "areas": found.pop("areas"), "draws": draws, **found})
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    files = codebook.csv_files({"reliability/scale.csv": table})
    codebook.write(RESULTS, {**files, "reliability/scale.svg": draw(table)})


if __name__ == "__main__":
    main()
