"""A small invented region with sources of every kind, for tests of the synthesis."""

import numpy as np

from estimation.model.case.case import Source
from estimation.model.region import region as r
from estimation.model.region.poststratify import poststratify
from estimation.model.region.random_numbers import Stream
from estimation.model.synthesis import likelihood
from estimation.model.synthesis.custody import Course, persons

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
    r.Part("all", np.arange(AREAS), ("first",)),
    *[r.Part(row[0], np.array(list(row[2])), ("first",)) for row in SOURCES],
]


def effects(observed, centre, spread, rho):
    zero = np.zeros(observed.size)
    return r.Effects(
        counted=1 / (1 + np.exp(-observed)),
        rate=1 / (1 + np.exp(-observed)),
        logits=observed[:, None],
        core_factor=zero + 1,
        other_factor=zero + 1,
        area_error_sd=np.zeros(AREAS),
        centre=centre,
        spread=spread,
        parent_share=rho,
        distant=zero,
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


def observe(drawn, observed, centre, *, seed, precision=np.float64):
    """What each source would say without error, and the total ever held; `centre` is that of the fit."""
    n = observed.size
    sent = drawn["sent"]
    held = poststratify(
        REGION,
        PARTS,
        # (37): selection moves the centre.
        effects(observed, centre - drawn["kappa"] * drawn["spread"], drawn["spread"], drawn["rho"]),
        Stream(seed, precision),
        division=r.Division(np.log(sent / (1 - sent)), drawn["composition_sd"], drawn["correlation"], drawn["shift"]),
        threads=1,
    )
    course = Course(drawn["a"], drawn["kept"], drawn["before"], FIRST_YEAR)
    said = np.empty((n, len(SOURCES)))
    for place, (_, _, _, custody, measure, year, share, *_rest) in enumerate(SOURCES):
        at = place + 1
        value = persons(held.either[:, at], held.prison[:, at], course, custody=custody, measure=measure, year=year)
        said[:, place] = value / held.people[:, at] if share else value
    return said, held.either[:, 0], held


def whole_of(place):
    """The figure of a source if everybody were held."""
    share, areas = SOURCES[place][6], SOURCES[place][2]
    return 1.0 if share else float(ADULTS[list(areas)].sum())


def source(place, value, bound=None):
    name, kind, _, custody, measure, year, share, places, own_bound, log_sd = SOURCES[place]
    return Source(
        name=name,
        kind=kind,
        value=min(float(value), whole_of(place)),
        unit="share" if share else "persons",
        bound=bound or own_bound,
        log_sd=log_sd,
        part=PARTS[place + 1],
        custody=custody,
        measure=measure,
        year=year,
        places=places,
        within_sd="within_county_sd" if places else "",
    )


def report(said, drawn, rng):
    """Figures as reported in each world, and for floors whether the threshold was met."""
    n = said.shape[0]
    figures = np.empty_like(said)
    for place, (_, kind, _, _, _, _, _, places, _, log_sd) in enumerate(SOURCES):
        whole = whole_of(place)
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
            np.log(
                likelihood.density(
                    each,
                    whole_of(place),
                    said[:, place],
                    bias=drawn[f"bias_{each.kind}"],
                    uninformative=np.full(n, UNINFORMATIVE[each.kind]),
                    place_sd=np.full(n, PLACE_SD),
                )
            )
            for place, each in enumerate(sources)
        ]
    )
