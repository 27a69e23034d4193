"""Sobol indices beside SciPy's and SALib's used plainly, and specifications per second beside naive recomputation.

Each way runs in a process of its own. Usage: python benchmarks/sensitivity_speed.py
"""

import json
import sys
import time
from dataclasses import replace

import numpy as np
from measuring import in_child, peak_mb
from scipy import stats

INPUTS, BASE = 12, 2**14
WAYS = ("recomputed", "stage", "multiverse of 10,000", "multiverse")
A = np.array([0.0, 0.5, 1.0, 2.0, 4.5, 4.5, 9.0, 9.0, 99.0, 99.0, 99.0, 99.0])
FACTORS = 1 / (3 * (1 + A) ** 2)
TOTAL = FACTORS * np.prod(1 + FACTORS) / (1 + FACTORS) / (np.prod(1 + FACTORS) - 1)


def g_function(unit: np.ndarray) -> np.ndarray:
    """Sobol's g-function of 12 inputs: shape (n,) from (n, 12)."""
    return np.prod((np.abs(4 * unit - 2) + A) / (1 + A), axis=1)


def ours() -> np.ndarray:
    """Indices with intervals, by this suite."""
    from estimation.challenge.sensitivity import sobol

    rng = np.random.default_rng(1)
    a, b = stats.qmc.Sobol(2 * INPUTS, rng=1).random(BASE).reshape(BASE, 2, INPUTS).transpose(1, 0, 2)

    def mix(first: np.ndarray, second: np.ndarray, name: str) -> np.ndarray:
        mixed = first.copy()
        mixed[:, int(name)] = second[:, int(name)]
        return mixed

    found = sobol.run(g_function, a, b, mix, names=[str(i) for i in range(INPUTS)], rng=rng)
    return found.table["total"].to_numpy()


def scipy(*, bootstrap: bool) -> np.ndarray:
    """The same by scipy.stats.sobol_indices, with or without its bootstrap."""
    uniform = [stats.uniform()] * INPUTS
    found = stats.sobol_indices(func=lambda x: g_function(x.T), n=BASE, dists=uniform, rng=np.random.default_rng(1))
    if bootstrap:
        found.bootstrap(n_resamples=1000)
    return np.ravel(found.total_order)


def salib(resamples: int) -> np.ndarray:
    """The same by SALib, with its intervals from so many resamples."""
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    problem = {"num_vars": INPUTS, "names": [f"x{i}" for i in range(INPUTS)], "bounds": [[0, 1]] * INPUTS}
    x = sample.sample(problem, BASE, calc_second_order=False, seed=1)
    found = analyse.analyze(problem, g_function(x), calc_second_order=False, num_resamples=resamples, seed=1)
    return np.asarray(found["ST"])


def specifications(way: str) -> tuple[int, float]:
    """Specifications run and seconds taken, at 10,000 draws unless the way says otherwise."""
    from estimation.challenge.multiverse import multiverse
    from estimation.challenge.rerun.stage import stage
    from estimation.challenge.sensitivity.tornado import summary
    from estimation.evidence.register import choices
    from estimation.evidence.tables import sources
    from estimation.model.case.build import case_of, register_of
    from estimation.model.ladder.ladder import run

    evidence = sources.load()
    register = register_of(evidence)
    if way.startswith("multiverse"):
        whole = choices.load(sources.PUBLIC / choices.FILE)
        # From the county alone, as the naive ways are: sources and prisons have one option each.
        one = {"sources": "none", "prison": "as judged"}
        grid = replace(
            whole,
            choices=tuple(
                replace(c, options=tuple(o for o in c.options if one.get(c.name, o.name) == o.name))
                for c in whole.choices
            ),
        )
        sets = evidence.table("reference_sets")
        start = time.perf_counter()
        found = multiverse.run(
            lambda **options: case_of(evidence, register, **options),
            register,
            grid,
            sets,
            scope="turkic",
            draws=10_000 if way.endswith("10,000") else multiverse.DRAWS,
            seed=1,
        )
        return len(found.specifications), time.perf_counter() - start
    case = case_of(evidence, register)
    if way == "stage":
        at = stage(case, register, draws=10_000, seed=1)
        at.totals()
        start = time.perf_counter()
        for k in range(40):
            summary(at.totals({"selection_shift": k / 40}).count("turkic"))
        return 40, time.perf_counter() - start
    start = time.perf_counter()
    for k in range(6):
        changed = register.override(selection_shift=k / 6)
        summary(run(case, changed, draws=10_000, seed=k, sources=False).count("turkic"))
    return 6, time.perf_counter() - start


def measure(way: str) -> dict[str, float]:
    """Time one way in this process."""
    if way in WAYS:
        count, taken = specifications(way)
        return {"per_second": count / taken, "seconds": taken, "count": count, "mb": peak_mb()}
    run = {
        "this suite": ours,
        "SciPy, no interval": lambda: scipy(bootstrap=False),
        "SciPy": lambda: scipy(bootstrap=True),
        "SALib": lambda: salib(1000),
        "SALib, 100 resamples": lambda: salib(100),
    }[way]
    # Loading is not timed, whoever is measured.
    if way == "this suite":
        import estimation.challenge.sensitivity.sobol  # noqa: F401
    if way.startswith("SALib"):
        import SALib.analyze.sobol
        import SALib.sample.sobol  # noqa: F401
    before = peak_mb()
    start = time.perf_counter()
    found = run()
    taken = time.perf_counter() - start
    return {"seconds": taken, "mb": peak_mb() - before, "error": float(np.abs(found - TOTAL).max())}


def main() -> None:
    """Print both tables; a child process measures each row."""
    if len(sys.argv) == 2:
        sys.stdout.write(json.dumps(measure(sys.argv[1])))
        return
    print(f"Sobol indices of the g-function, {INPUTS} inputs, base sample {BASE:,}, 1,000 resamples")
    print(f"{'way':<20} {'seconds':>8} {'ratio':>6} {'extra MB':>9} {'largest error of a total index':>31}")
    reference = None
    for way in ("this suite", "SALib", "SALib, 100 resamples", "SciPy, no interval", "SciPy"):
        found = min(
            (in_child(__file__, way) for _ in range(1 if way == "SciPy" else 3)), key=lambda each: each["seconds"]
        )
        reference = reference or found["seconds"]
        print(
            f"{way:<20} {found['seconds']:>8.2f} {found['seconds'] / reference:>6.1f} {found['mb']:>9.0f} "
            f"{found['error']:>31.4f}"
        )
    print(
        "\nSpecifications of the region that ships, at 10,000 draws; multiverse: at the few draws that stand for many;"
        " recomputed: estimation.model.ladder.run for each"
    )
    rates = {way: in_child(__file__, way) for way in WAYS}
    for way, found in rates.items():
        ratio = found["per_second"] / rates["recomputed"]["per_second"]
        print(f"{way:<20} {found['per_second']:>10,.1f} per second {ratio:>8.0f} times {found['mb']:>7.0f} MB in all")


if __name__ == "__main__":
    main()
