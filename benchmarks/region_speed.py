"""Draws of regional totals per second and peak memory, beside plain vectorised NumPy on the same model.

Each way runs in a process of its own, so that its peak memory is its own. Usage: python benchmarks/region_speed.py
"""

import json
import sys
import time

import made_up
import numpy as np
from measuring import in_child, peak_mb

from estimation.model.region.poststratify import Held, poststratify
from estimation.model.region.random_numbers import Stream
from estimation.model.region.region import Effects, Region, Scope, part_of

AREAS, GROUPS, PARENTS = 106, "abcde", 14
SCOPES = [
    Scope("one", "", "", ("a",), core_only=True),
    Scope("two", "", "", ("a",)),
    Scope("three", "", "", ("a", "b", "d")),
    Scope("four", "", "", ("a", "b", "c", "d")),
    Scope("five", "", "", tuple(GROUPS)),
]


def world(draws: int) -> tuple[Region, Effects]:
    """A region of the size of the one that ships, and draws of its inputs."""
    return made_up.world(AREAS, PARENTS, GROUPS, draws, core=40, near=45)


def plain(region: Region, effects: Effects) -> np.ndarray:
    """The same three rungs with whole arrays of shape (draws, areas): what one writes first."""
    n, k = effects.rate.size, len(region.areas)
    rng = np.random.default_rng(2)
    people = np.exp(rng.standard_normal((n, k)) * effects.area_error_sd)
    people = people * np.where(region.core, effects.core_factor[:, None], effects.other_factor[:, None])
    s, rho = effects.spread[:, None], effects.parent_share[:, None]
    centre = effects.centre[:, None]
    deviation = (effects.logits - centre) / s
    parent = int(region.parents[region.observed[0]])
    between = rng.standard_normal((n, PARENTS))
    between[:, parent] = (np.sqrt(rho) * deviation + np.sqrt(1 - rho) * between[:, [parent]])[:, 0]
    logits = centre + s * (np.sqrt(rho) * between[:, region.parents] + np.sqrt(1 - rho) * rng.standard_normal((n, k)))
    logits[:, region.observed] = effects.logits
    masks = [
        [region.adults[:, g] * (region.core if scope.core_only else 1) * (name in scope.groups) for scope in SCOPES]
        for g, name in enumerate(region.groups)
    ]
    everyone = np.array(masks).sum(axis=0).T
    base = people @ everyone
    same = (people / (1 + np.exp(-logits))) @ everyone
    place = effects.distant[:, None] * region.distant + effects.city[:, None] * region.city
    different = sum(
        (people / (1 + np.exp(-(logits + place + effects.group[:, [g]])))) @ np.array(masks[g]).T
        for g in range(len(region.groups))
    )
    return np.concatenate([base, same, different], axis=1)


def blocks(region: Region, effects: Effects, threads: int) -> Held:
    """The same rungs by this suite, block by block."""
    parts = [part_of(scope, region) for scope in SCOPES]
    return poststratify(region, parts, effects, Stream(1), alike=len(parts), threads=threads)


def measure(way: str, draws: int) -> dict[str, float]:
    """Time one way once, warm, in this process."""
    region, effects = world(draws)
    before = peak_mb()
    warm_region, warm_effects = world(1000)
    run = {
        "plain": plain,
        "blocks, 1 thread": lambda r, e: blocks(r, e, 1),
        "blocks, 2 threads": lambda r, e: blocks(r, e, 2),
    }[way]
    run(warm_region, warm_effects)
    start = time.perf_counter()
    found = run(region, effects)
    taken = time.perf_counter() - start
    kept = found.nbytes if way == "plain" else sum(each.nbytes for each in (found.either, found.people, found.alike))
    return {"draws_per_second": draws / taken, "extra_mb": peak_mb() - before, "kept_mb": kept / 2**20}


def main() -> None:
    """Print the table; a child process measures each row."""
    if len(sys.argv) == 3:
        sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
        return
    rows = []
    for draws in (100_000, 400_000):
        for way in ("plain", "blocks, 1 thread", "blocks, 2 threads"):
            if way == "plain" and draws > 100_000:
                continue  # needs gigabytes, which is the point
            best = None
            for _ in range(3):
                found = in_child(__file__, way, draws)
                if best is None or found["draws_per_second"] > best["draws_per_second"]:
                    best = found
            rows.append((draws, way, best))
    reference = rows[0][2]["draws_per_second"]
    print(
        "Totals of five scopes on three rungs, 106 areas, 5 groups; best of three runs;"
        " memory beyond the inputs (kept: the totals)"
    )
    print(f"{'draws':>8}  {'way':<18} {'draws/s':>10} {'ratio':>6} {'extra MB':>9} {'kept MB':>8}")
    for draws, way, found in rows:
        speed = found["draws_per_second"]
        print(
            f"{draws:>8}  {way:<18} {speed:>10,.0f} {speed / reference:>6.1f} {found['extra_mb']:>9.0f}"
            f" {found['kept_mb']:>8.0f}"
        )


if __name__ == "__main__":
    main()
