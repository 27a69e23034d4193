"""Time and memory of a run as areas and draws grow: results/reliability/scale.csv and its picture.

Each size runs in a process of its own, so that its peak memory is its own. `totals` is the drawing of totals on a
made-up region (1 scope, 1 group); `ladder` is the whole of `estimate`, from tables to summary (1 scope, the areas that
ship). Speed is by processor time, which other work on the machine moves less than wall time.
Usage: python benchmarks/scale.py
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from estimation.evidence import assumptions, sources
from estimation.model.case_shipped import SCOPES
from estimation.model.ladder import climb
from estimation.model.poststratify import simulate
from estimation.model.region import Effects, Region, Scope
from estimation.report import figures, record

FOLDER = Path(__file__).resolve().parents[1] / "results" / "reliability"
AREAS = 10 ** np.arange(2, 7)
DRAWS = 10 ** np.arange(3, 8)
FEW = {"areas": 100, "draws": 100}
LADDER = 10 ** np.arange(3, 7)


def world(areas: int, draws: int) -> tuple[Region, Effects]:
    """A region of so many areas with ten times fewer parents, and so many draws of its inputs."""
    rng = np.random.default_rng(1)
    region = Region(
        areas=tuple(map(str, range(areas))),
        parents=np.arange(areas) % max(areas // 10, 1),
        groups=("everybody",),
        adults=rng.uniform(1e3, 2e5, (areas, 1)),
        core=np.ones(areas, bool),
        distant=np.arange(areas) >= areas // 2,
        city=np.arange(areas) % 4 == 0,
        observed=np.array([3]),
    )
    logit = rng.normal(-1.9, 0.02, draws)
    spread = np.exp(rng.normal(np.log(0.8), 0.76, draws))
    effects = Effects(
        share=1 / (1 + np.exp(-logit)),
        adjusted_logits=logit[:, None],
        core_factor=np.ones(draws),
        other_factor=np.ones(draws),
        central_factors=(1.0, 1.0),
        area_error_sd=np.full(areas, 0.03),
        centre=logit - spread * rng.standard_normal(draws),
        spread=spread,
        parent_share=rng.beta(4, 5, draws),
        selection=rng.normal(0, 0.5, draws),
        elsewhere=np.full(draws, -0.5),
        city=np.full(draws, -0.6),
        group=np.zeros((draws, 1)),
    )
    return region, effects


def measure(path: str, areas: int, draws: int) -> dict[str, float]:
    """Time one size once in this process; memory is what the run adds to its inputs, and all of it at the peak."""
    if path == "totals":
        region, effects = world(areas, draws)
        before = _peak()
        start = time.process_time()
        totals = simulate(region, [Scope("all", "", "", ("everybody",))], effects, seed=1)
        taken = time.process_time() - start
        kept = sum(array.nbytes for array in totals.count.values()) + totals.base["spread"].nbytes
        return _row(taken, draws, areas, before, kept)
    evidence = sources.load()
    known = set(evidence.table("sources")["source_id"])
    register = assumptions.load(sources.PUBLIC / "assumptions.toml", sources=known)
    before = _peak()
    start = time.process_time()
    found = climb(evidence, register, draws=draws, seed=1, scopes=SCOPES[1:2])
    found.table()
    taken = time.process_time() - start
    kept = sum(array.nbytes for array in found.totals.count.values()) + int(found.inputs.memory_usage().sum())
    return _row(taken, draws, len(found.region.areas), before, kept)


def _row(taken: float, draws: int, areas: int, before: float, kept: int) -> dict[str, float]:
    return {
        "areas": areas,
        "processor_seconds": taken,
        "draws_per_second": draws / taken,
        "draws_times_areas_per_second": draws * areas / taken,
        "peak_mb": _peak(),
        "beyond_inputs_mb": _peak() - before,
        "kept_mb": kept / 2**20,
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def draw(table: pd.DataFrame) -> bytes:
    """Seconds against areas times draws, and peak memory against the larger of the two; straight lines are linear."""
    figures.style()
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
    left.legend(frameon=False, fontsize=8)
    return figures.svg_bytes(picture)


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
        words = [sys.executable, __file__, path, str(areas), str(draws)]
        found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        rows.append({"path": path, "areas": found.pop("areas"), "draws": draws, **found})
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    record.write(FOLDER, {"scale.csv": record.csv_bytes(table), "scale.svg": draw(table)})


if __name__ == "__main__":
    main()
