"""The synthesis: time and memory of its steps, and what averaging the sources' own entries is worth.

Each draw of the counties is tried at many points of the sources' own entries (biases, shares of what they report); the
peer is plain sampling-importance-resampling, each draw with entries of its own. Ratios are of effective draws a second.
"""

import time

import numpy as np
from measuring import peak_mb

from estimation.evidence.tables import sources
from estimation.model.case.build import case_of, register_of
from estimation.model.case.inputs import draw_inputs
from estimation.model.ladder.kernel import likelihood, totals
from estimation.model.region.random_numbers import Stream
from estimation.model.synthesis.other_sources import POINTS, density_of, powers
from estimation.model.synthesis.weights import weigh

DRAWS, SEED = 100_000, 1


def main() -> None:
    evidence = sources.load()
    register = register_of(evidence)
    case = case_of(evidence, register)
    print(
        f"{DRAWS:,} draws, {len(case.sources)} sources; weighing is the part of the seconds after the totals are known"
    )
    print(
        f"{'points':>6} {'seconds':>8} {'weighing':>9} {'Pareto k':>9} {'effective':>10} {'a second':>9} {'ratio':>6} "
        f"{'peak MB':>8}"
    )
    first = None
    for points in (1, 16, POINTS):
        start = time.perf_counter()
        inputs = draw_inputs(case, register, DRAWS, SEED)
        found = totals(case, register, inputs, Stream(SEED), sources=True)
        drawn = time.perf_counter() - start
        if points == 1:
            # Each draw with its own entries: the product of the figures' densities.
            entries = {name: inputs[name] for name in case.own}
            with np.errstate(divide="ignore"):
                logs = np.sum([np.log(density_of(each, entries)) for each in found.predictions], axis=0)
            weights = weigh(logs, enforce=False)
        else:
            seen = likelihood(found, points=points)
            weights = seen.weigh(powers(seen.kinds), enforce=False)
        seconds = time.perf_counter() - start
        speed = weights.effective / seconds
        first = first or speed
        print(
            f"{points:>6} {seconds:>8.1f} {seconds - drawn:>9.1f} {weights.pareto_k:>9.2f} {weights.effective:>10,.0f} "
            f"{speed:>9,.1f} {speed / first:>6.1f} {peak_mb():>8,.0f}"
        )


if __name__ == "__main__":
    main()
