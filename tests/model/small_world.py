"""A small invented region with sources of every kind, for tests of the synthesis."""

import numpy as np

from estimation.model.region import region as r
from estimation.model.synthesis import components, likelihood

AREAS, PARENTS = 6, np.array([0, 0, 0, 1, 1, 1])
ADULTS = np.array([150_000.0, 90_000, 250_000, 60_000, 120_000, 200_000])
REGION = r.Region(
    areas=tuple(f"a{i}" for i in range(AREAS)),
    parents=PARENTS,
    groups=("first",),
    adults=ADULTS[:, None],
    core=np.ones(AREAS, bool),
    distant=np.zeros(AREAS, bool),
    city=np.zeros(AREAS, bool),
    observed=np.array([0]),
)
# name, kind, area positions, custody, measure, year, share of adults instead of persons, places, bound, own error
SOURCES = (
    ("call", "phone", [1], "camp", "held at a moment", 2018.4, False, 0, "about", 0.4),
    ("call2", "phone", [3, 4, 5], "camp", "held at a moment", 2018.0, False, 0, "about", 0.5),
    ("village", "village", [2], "camp or prison", "ever held", 2018.0, True, 1, "about", 0.3),
    ("eight", "village", [3], "camp", "held at a moment", 2018.5, True, 8, "floor", 0.3),
    ("table", "table", [1, 2, 3, 4, 5], "camp", "held at a moment", 2018.2, False, 0, "about", 0.2),
    ("places", "capacity", range(6), "camp or prison", "held at a moment", 2019.0, False, 0, "about", 0.3),
    ("court", "court", range(6), "prison", "sentenced", 2019.0, False, 0, "about", 0.1),
)
KINDS = ("phone", "village", "table", "capacity", "court")
BIAS_SD = {"phone": 0.4, "village": 0.3, "table": 0.5, "capacity": 0.4, "court": 0.1}
UNINFORMATIVE = {"phone": 0.2, "village": 0.2, "table": 0.5, "capacity": 0.5, "court": 0.05}
FIRST_YEAR, PLACE_SD = 0.4, 0.6
PARTS = [
    components.Part("all", np.arange(AREAS), ("first",)),
    *[components.Part(row[0], np.array(list(row[2])), ("first",)) for row in SOURCES],
]


def effects(observed, centre, spread, rho, kappa):
    zero = np.zeros(observed.size)
    return r.Effects(
        share=1 / (1 + np.exp(-observed)),
        adjusted_logits=observed[:, None],
        core_factor=zero + 1,
        other_factor=zero + 1,
        central_factors=(1.0, 1.0),
        area_error_sd=np.zeros(AREAS),
        centre=centre,
        spread=spread,
        parent_share=rho,
        selection=kappa,
        elsewhere=zero,
        city=zero,
        group=zero[:, None],
    )


def latent(n, rng):
    """Draws of everything but the county's count: priors as in the register, simpler."""
    drawn = {
        "spread": np.exp(np.log(0.6) + 0.5 * rng.standard_normal(n)),
        "rho": rng.beta(3.7, 3.9, n),
        "kappa": 0.5 * rng.standard_normal(n),
        "sent": 1 / (1 + np.exp(-(-0.5 + 0.2 * rng.standard_normal(n)))),
        "composition_sd": np.exp(np.log(0.6) + 0.4 * rng.standard_normal(n)),
        "correlation": rng.uniform(-0.6, 0.6, n),
        "shift": 0.5 * rng.standard_normal(n),
        "a": rng.uniform(0.4, 1.0, n),
        "kept": rng.uniform(0.5, 1.0, n),
        "before": rng.uniform(0.1, 0.6, n),
    }
    for kind in KINDS:
        drawn[f"bias_{kind}"] = BIAS_SD[kind] * rng.standard_normal(n)
    return drawn


def observe(drawn, observed, centre, *, seed):
    """What each source would say without error, and the total ever held."""
    n = observed.size
    e = effects(observed, centre, drawn["spread"], drawn["rho"], drawn["kappa"])
    sent = drawn["sent"]
    composition = components.Composition(
        np.log(sent / (1 - sent)), drawn["composition_sd"], drawn["correlation"], drawn["shift"]
    )
    held = components.split(REGION, PARTS, e, composition, seed=seed, threads=1)
    course = components.Course(drawn["a"], drawn["kept"], drawn["before"], FIRST_YEAR)
    said = np.empty((n, len(SOURCES)))
    for place, (_, _, _, custody, measure, year, share, *_rest) in enumerate(SOURCES):
        at = place + 1
        value = components.persons(
            held.either[:, at], held.prison[:, at], course, custody=custody, measure=measure, year=year
        )
        said[:, place] = value / held.base[:, at] if share else value
    return said, held.either[:, 0], held


def source(place, value, bound=None):
    name, kind, areas, _, _, _, share, places, own_bound, log_sd = SOURCES[place]
    whole = 1.0 if share else float(ADULTS[list(areas)].sum())
    return likelihood.Source(name, kind, min(float(value), whole), whole, bound or own_bound, log_sd, places)


def report(said, drawn, rng):
    """Figures as reported in each world, and for floors whether the threshold was met."""
    n = said.shape[0]
    figures = np.empty_like(said)
    for place, (_, kind, areas, _, _, _, share, places, _, log_sd) in enumerate(SOURCES):
        whole = 1.0 if share else float(ADULTS[list(areas)].sum())
        scale = np.full(n, log_sd)
        if places:
            scale = np.sqrt(log_sd**2 + (PLACE_SD * (1 - np.clip(said[:, place] / whole, 0, 1))) ** 2 / places)
        told = np.log(said[:, place]) + drawn[f"bias_{kind}"] + scale * rng.standard_t(4, n)
        nothing = np.log(whole) + rng.uniform(np.log(likelihood.LOWEST_SHARE), 0.0, n)
        figures[:, place] = np.exp(np.where(rng.random(n) < UNINFORMATIVE[kind], nothing, told))
    return figures


def log_densities(said, drawn, sources):
    n = said.shape[0]
    return np.column_stack(
        [
            likelihood.log_density(
                each,
                said[:, place],
                bias=drawn[f"bias_{each.kind}"],
                uninformative=np.full(n, UNINFORMATIVE[each.kind]),
                place_sd=np.full(n, PLACE_SD),
            )
            for place, each in enumerate(sources)
        ]
    )
