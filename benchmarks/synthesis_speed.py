"""The synthesis: time and memory of its steps, and what averaging the sources' own entries is worth.

Each draw of the counties is tried with one or with many sets of the sources' own entries (biases, course, shares);
the peer is plain sampling-importance-resampling, one set a draw. Ratios are of effective draws per second.
"""

import time

from measuring import peak_mb

from estimation.evidence.case_folder.case_folder import register_of
from estimation.evidence.tables import sources
from estimation.model.synthesis.synthesis import SETS, synthesise

DRAWS, SEED = 100_000, 1


def main() -> None:
    evidence = sources.load()
    register = register_of(evidence)
    print(f"{DRAWS:,} draws, nine sources")
    print(f"{'sets':>5} {'seconds':>8} {'Pareto k':>9} {'effective':>10} {'a second':>9} {'ratio':>6} {'peak MB':>8}")
    first = None
    for sets in (1, 8, SETS):
        start = time.perf_counter()
        run = synthesise(evidence, register, draws=DRAWS, seed=SEED, sets=sets, enforce=False)
        seconds = time.perf_counter() - start
        speed = run.weights.effective / seconds
        first = first or speed
        print(
            f"{sets:>5} {seconds:>8.1f} {run.weights.pareto_k:>9.2f} {run.weights.effective:>10,.0f} {speed:>9,.1f} "
            f"{speed / first:>6.1f} {peak_mb():>8,.0f}"
        )


if __name__ == "__main__":
    main()
