"""Write synthesis_mcmc.json: the synthesis of a small invented region by MCMC, to compare its weights with.

Usage: .venv-mcmc/bin/python tests/reference/synthesis_mcmc.py

The model of `estimation.model.synthesis` for six areas in two parents, one of them counted, and seven sources of five
kinds, written out here in PyMC and sampled by nutpie; `estimation` is not imported. Inputs stand in the file written.
"""

import json
import pathlib
import platform
from importlib.metadata import version

import numpy as np
import pymc as pm
import pytensor.tensor as pt

OUT = pathlib.Path(__file__).with_name("synthesis_mcmc.json")
CHAINS, DRAWS, TUNE, SEED = 4, 20_000, 3_000, 20261120
LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)

ADULTS = np.array([150_000.0, 90_000, 250_000, 60_000, 120_000, 200_000])
PARENT = [0, 0, 0, 1, 1, 1]
COUNT, PEOPLE = 600, 5_000
FIRST_YEAR, PLACE_SD = 0.4, 0.6
BIAS_SD = {"phone": 0.4, "village": 0.3, "table": 0.5, "capacity": 0.4, "court": 0.1}
NOTHING = {"phone": 0.2, "village": 0.2, "table": 0.5, "capacity": 0.5, "court": 0.05}
# kind, areas, count, year, share or persons, places, bound, own error, figure
SOURCES = (
    ("phone", [1], "camp stock", 2018.4, False, 0, "about", 0.4, 9_000.0),
    ("phone", [3, 4, 5], "camp stock", 2018.0, False, 0, "about", 0.5, 12_000.0),
    ("village", [2], "either ever", 2018.0, True, 1, "about", 0.3, 0.12),
    ("village", [3], "camp stock", 2018.5, True, 8, "floor", 0.3, 0.1),
    ("table", [1, 2, 3, 4, 5], "camp stock", 2018.2, False, 0, "about", 0.2, 70_000.0),
    ("capacity", [0, 1, 2, 3, 4, 5], "either stock", 2019.0, False, 0, "about", 0.3, 90_000.0),
    ("court", [0, 1, 2, 3, 4, 5], "sentenced", 2019.0, False, 0, "about", 0.1, 30_000.0),
)
START, END = 2017.25, 2019.0


def below(score):
    """Distribution function of t with 4 degrees of freedom (Abramowitz and Stegun 26.7.4)."""
    part = score / pt.sqrt(4 + score**2)
    return 0.5 + 0.75 * part - 0.25 * part**3


def model() -> pm.Model:
    with pm.Model() as found:
        # The county's own log-odds and its standardised deviation as coordinates; the Jacobian is 1.
        theta = pm.Normal("theta", -1.99, 0.3)
        pm.Potential("undo", -pm.logp(pm.Normal.dist(-1.99, 0.3), theta))
        own = pm.Normal("own")
        spread = pm.LogNormal("spread", np.log(0.6), 0.5)
        centre = theta - spread * own
        pm.Potential("centre", pm.logp(pm.Normal.dist(-2.0, 0.8), centre))
        pm.Binomial("count", PEOPLE, logit_p=theta, observed=COUNT)
        rho = pm.Beta("rho", 3.7, 3.9)
        kappa = pm.Normal("kappa", 0, 0.5)
        deviation = [own + kappa]
        z = pm.Normal("z", shape=2)
        v = pm.Normal("v", shape=6)
        parents = [pt.sqrt(rho) * deviation[0] + pt.sqrt(1 - rho) * z[0], z[1]]
        deviation += [pt.sqrt(rho) * parents[PARENT[i]] + pt.sqrt(1 - rho) * v[i] for i in range(1, 6)]
        d = pt.stack(deviation)
        p = pm.math.sigmoid(centre - kappa * spread + spread * d)
        p = pt.set_subtensor(p[0], pm.math.sigmoid(theta))

        sent = pm.Normal("sent", -0.5, 0.2)
        comp = pm.LogNormal("comp", np.log(0.6), 0.4)
        r = pm.Uniform("r", -0.6, 0.6)
        shift = pm.Normal("shift", 0, 0.5)
        a, b = pm.Normal("a", shape=2), pm.Normal("b", shape=6)
        x = pt.sqrt(rho) * pt.stack([a[q] for q in PARENT]) + pt.sqrt(1 - rho) * b
        effect = r * d + pt.sqrt(1 - r**2) * x
        logits = sent + comp * (effect - effect[0] - shift)
        logits = pt.set_subtensor(logits[0], sent)
        either = ADULTS * p
        prison = either * pm.math.sigmoid(logits)

        shape = pm.Uniform("shape", 0.4, 1.0)
        kept = pm.Uniform("kept", 0.5, 1.0)
        before = pm.Uniform("before", 0.1, 0.6)
        bias = {kind: pm.Normal(f"bias_{kind}", 0, sd) for kind, sd in BIAS_SD.items()}
        for kind, areas, what, year, share, places, bound, log_sd, figure in SOURCES:
            e, g = either[areas].sum(), prison[areas].sum()
            x_ = (year - START) / (END - START)
            if year <= 2018:
                sentenced = g * FIRST_YEAR * (year - START) / (2018 - START)
            else:
                sentenced = g * (FIRST_YEAR + (1 - FIRST_YEAR) * (year - 2018))
            camp = (e - (1 - before) * g) * x_**shape * (1 - (1 - kept) * x_)
            says = {
                "camp stock": camp,
                "either ever": e * x_**shape,
                "either stock": camp + sentenced,
                "sentenced": sentenced,
            }[what]
            whole = 1.0 if share else ADULTS[areas].sum()
            says = says / ADULTS[areas].sum() if share else says
            scale = log_sd if not places else pt.sqrt(log_sd**2 + (PLACE_SD * (1 - says / whole)) ** 2 / places)
            score = (np.log(figure) - pt.log(says) - bias[kind]) / scale
            weight, wide = NOTHING[kind], np.log(1e3)
            if bound == "about":
                told, none = 0.375 * (1 + score**2 / 4) ** -2.5 / scale, 1 / wide
            else:
                told, none = below(-score), -np.log(figure / whole) / wide
            pm.Potential(f"figure_{kind}_{figure}", pt.log((1 - weight) * told + weight * none))
        pm.Deterministic("total", either.sum())
        pm.Deterministic("total_prison", prison.sum())
    return found


def main() -> None:
    import arviz as az

    names = ["total", "total_prison", "spread", "bias_phone", "bias_table", "shape"]
    with model():
        trace = pm.sample(
            DRAWS,
            tune=TUNE,
            chains=CHAINS,
            cores=2,
            nuts_sampler="nutpie",
            target_accept=0.97,
            random_seed=SEED,
            progressbar=False,
        )
    table = az.summary(trace, var_names=names, kind="diagnostics", round_to=6)
    posterior = {}
    for name in names:
        values = trace.posterior[name]
        posterior[name] = {
            "quantiles": [float(q) for q in np.quantile(values, LEVELS)],
            "errors": [float(az.mcse(values, method="quantile", prob=level)[name]) for level in LEVELS],
            "ess_bulk": float(table.loc[name, "ess_bulk"]),
            "ess_tail": float(table.loc[name, "ess_tail"]),
            "r_hat": float(table.loc[name, "r_hat"]),
        }
    record = {
        "program": {name: version(name) for name in ("pymc", "nutpie", "pytensor", "arviz", "numpy")}
        | {"python": ".".join(platform.python_version_tuple()[:2])},
        "settings": {"chains": CHAINS, "draws": DRAWS, "tune": TUNE, "target_accept": 0.97, "seed": SEED},
        "divergences": int(trace.sample_stats.diverging.sum()),
        "count": COUNT,
        "people": PEOPLE,
        "figures": [row[-1] for row in SOURCES],
        "levels": list(LEVELS),
        "posterior": posterior,
    }
    OUT.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
