"""Write mcmc.json: posteriors of centre and spread of areas by MCMC, to compare `fit_areas` with.

Usage (`make crosscheck`): .venv-mcmc/bin/python tests/reference/mcmc.py

The model of every case: y_j ~ Binomial(n_j, p_j), logit p_j ~ Normal(centre, spread). It is written here in PyMC
and sampled by nutpie, so nothing but the model is shared with `estimation`, which is not imported. For one area NUTS
fails in the usual parametrisations; what they give is recorded beside the exact answer by numerical integration.
"""

import itertools
import json
import pathlib
import platform
import sys
import time
from importlib.metadata import version

import numpy as np
from scipy import integrate, optimize, stats
from scipy.special import digamma, expit, polygamma

OUT = pathlib.Path(__file__).with_name("mcmc.json")
LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
CHAINS, DRAWS, TUNE, ACCEPT = 4, 25_000, 3_000, 0.95
SMALL = {"draws": 1_000, "tune": 1_000, "chains": 4}  # what a user gets without asking

# Deaths and operations in 12 hospitals: MultiBUGS, Examples volume I, "Surgical: institutional ranking".
SURGICAL = (
    [0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24],
    [47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360],
)
# Rats with a tumour and rats: Tarone 1982, doi:10.2307/2530304, as in Gelman et al., Bayesian Data Analysis, table 5.1.
RATS = (
    "0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 2 2 2 2 2 2 2 2 2 1 5 2 5 3 2 7 7 3 3 2 9 10 4 4 4 4 4 4 4 10 4 4 4 "
    "5 11 12 5 5 6 5 6 6 6 6 16 15 15 9 4",
    "20 20 20 20 20 20 20 19 19 19 19 18 18 17 20 20 20 20 19 19 18 18 25 24 23 20 20 20 20 20 20 10 49 19 46 27 17 "
    "49 47 20 20 13 48 50 20 20 20 20 20 20 20 48 19 19 19 22 46 49 20 20 23 19 22 20 20 20 52 46 47 24 14",
)


def invented(seed: int, areas: int, people: float, centre: float, spread: float) -> tuple[list[int], list[int]]:
    """Counts and populations drawn from the model itself."""
    rng = np.random.default_rng(seed)
    n = np.rint(np.exp(rng.normal(np.log(people), 0.7, areas))).astype(int)
    return rng.binomial(n, expit(rng.normal(centre, spread, areas))).tolist(), n.tolist()


def case(data, spread, unobserved, centre=None, by="centred"):
    """One data set: its priors, the areas whose total is predicted, and the parametrisation that suits NUTS."""
    return {
        "counts": list(data[0]),
        "populations": list(data[1]),
        "spread_prior": spread,
        "centre_prior": centre,
        "unobserved": unobserved,
        "parametrisation": by,
    }


CASES = {
    "one_county": case(([22_762], [187_000]), ["half_normal", 0.5], [100_000] * 40, by="from_area"),
    "three_small": case(([0, 5, 12], [10, 12, 12]), ["half_normal", 1.0], [50] * 10, ["normal", 0.0, 1.5], "effects"),
    "eight": case(invented(8, 8, 800, -2.0, 0.6), ["log_normal", 0.5, 0.6], [1_000] * 20),
    "surgical": case(SURGICAL, ["bugs", 0.001, 0.001], [200] * 20, ["normal", 0.0, 1000.0], "effects"),
    "sparse_30": case(invented(30, 30, 900, -7.5, 0.8), ["gamma", 2.0, 0.4], [1_000] * 50, by="effects"),
    "areas_68": case(invented(68, 68, 90_000, -2.5, 0.8), ["log_normal", 0.5, 0.8], [90_000] * 30),
    "rats_71": case([list(map(int, part.split())) for part in RATS], ["half_normal", 1.0], [20] * 20, by="effects"),
}


def model(spec, by):
    """The case as a PyMC model, in one of three equivalent parametrisations.

    centred: log-odds given centre and spread; effects: standardised deviations (non-centred);
    from_area: one area's log-odds and its standardised deviation e, centre = log-odds - spread * e. Its Jacobian,
    spread, cancels the 1 / spread of the normal density, so with a flat centre all three are independent.
    """
    import pymc as pm

    y, n = np.array(spec["counts"]), np.array(spec["populations"])
    kind, *arguments = spec["spread_prior"]
    with pm.Model() as built:
        if kind == "half_normal":
            spread = pm.HalfNormal("spread", arguments[0])
        elif kind == "log_normal":
            spread = pm.LogNormal("spread", np.log(arguments[0]), arguments[1])
        elif kind == "gamma":
            spread = pm.Gamma("spread", alpha=arguments[0], beta=1 / arguments[1])
        else:
            precision = pm.Gamma("precision", alpha=arguments[0], beta=arguments[1])
            spread = pm.Deterministic("spread", precision**-0.5)
        start = float(np.log((y.sum() + 0.5) / (n.sum() - y.sum() + 0.5)))
        if by == "from_area":
            theta = pm.Flat("theta", shape=1, initval=[start])
            effect = pm.Normal("effect", shape=1)
            pm.Deterministic("centre", (theta - spread * effect)[0])
        else:
            if spec["centre_prior"]:
                centre = pm.Normal("centre", *spec["centre_prior"][1:], initval=start)
            else:
                centre = pm.Flat("centre", initval=start)
            if by == "centred":
                theta = pm.Normal("theta", centre, spread, shape=y.size, initval=np.full(y.size, start))
            else:
                effect = pm.Normal("effect", shape=y.size)
                theta = pm.Deterministic("theta", centre + spread * effect)
        pm.Binomial("y", n=n, logit_p=theta, observed=y)
    return built


def run(built, seed, program, **settings):
    """Draws of centre, spread and log-odds, and the number of divergent transitions."""
    if program == "nutpie":
        import nutpie

        trace = nutpie.sample(
            nutpie.compile_pymc_model(built), seed=seed, progress_bar=False, store_divergences=False, **settings
        )
    else:
        import pymc as pm

        accept = settings.pop("target_accept", 0.8)
        with built:
            trace = pm.sample(
                random_seed=seed, progressbar=False, cores=2, target_accept=accept, nuts_sampler="pymc", **settings
            )
    draws = {name: trace.posterior[name].to_numpy() for name in ("centre", "spread", "theta")}
    return draws, int(trace.sample_stats["diverging"].sum())


def described(x):
    """Mean, SD and quantiles of draws (chains, draws) with their Monte Carlo standard errors."""
    import arviz as az

    values = {"mean": (x.mean(), az.mcse(x, method="mean")), "sd": sd_and_error(x)}
    for level in LEVELS:
        values[f"q{100 * level:g}"] = (np.quantile(x, level), az.mcse(x, method="quantile", prob=level))
    return {name: rounded(pair) for name, pair in values.items()}


def sd_and_error(x):
    """SD of draws and its Monte Carlo standard error, that of the variance by the delta method."""
    import arviz as az

    return x.std(), az.mcse((x - x.mean()) ** 2, method="mean") / (2 * x.std())


def rounded(values):
    return [float(f"{np.squeeze(value):.6g}") for value in values]


def health(draws):
    """Least effective sample size (bulk and tail) and worst R-hat of centre and spread."""
    import arviz as az

    both = [draws["centre"], draws["spread"]]
    return {
        "ess": round(min(float(np.squeeze(az.ess(x, method=method))) for x in both for method in ("bulk", "tail"))),
        "r_hat": round(max(float(np.squeeze(az.rhat(x))) for x in both), 4),
    }


def measured(name, spec, seed):
    """The posterior of one case by a long run of nutpie."""
    import arviz as az

    draws, divergences = run(
        model(spec, spec["parametrisation"]),
        seed,
        "nutpie",
        draws=DRAWS,
        tune=TUNE,
        chains=CHAINS,
        target_accept=ACCEPT,
    )
    rng = np.random.default_rng(seed)
    total = np.full(draws["centre"].shape, float(sum(spec["counts"])))
    for people in spec["unobserved"]:
        total += rng.binomial(people, expit(draws["centre"] + draws["spread"] * rng.standard_normal(total.shape)))
    theta = draws["theta"]
    areas = range(theta.shape[2])
    return {
        "divergences": divergences,
        **health(draws),
        "centre": described(draws["centre"]),
        "spread": described(draws["spread"]),
        "total": described(total),
        "logit_mean": [rounded((theta[..., j].mean(), az.mcse(theta[..., j], method="mean"))) for j in areas],
        "logit_sd": [rounded(sd_and_error(theta[..., j])) for j in areas],
        "share_mean": [rounded((p.mean(), az.mcse(p, method="mean"))) for p in np.moveaxis(expit(theta), 2, 0)],
    }


def exact_one_area(spec):
    """Centre and spread given one area, a flat centre and a half-normal spread, by integration.

    With m flat the posterior of theta, the area's log-odds, is the logit of a Beta(y, n - y), that of the spread its
    prior, and m = theta - spread * e: P(m < x) = E Phi((x - theta) / spread).
    """
    y, n = spec["counts"][0], spec["populations"][0]
    scale = spec["spread_prior"][1]
    prior = stats.halfnorm(scale=scale)
    shares = stats.beta(y, n - y).ppf((np.arange(2_000) + 0.5) / 2_000)
    theta = np.log(shares / (1 - shares))

    def below(x):
        def given(s):
            return prior.pdf(s) * stats.norm.cdf((x - theta) / s).mean()

        middle = abs(x - theta.mean())
        edges = sorted({0.0, *(min(k * middle, 8 * scale) for k in (0.02, 0.1, 0.3, 1, 3)), 8 * scale})
        return sum(
            integrate.quad(given, a, b, epsabs=1e-11, epsrel=1e-9, limit=200)[0] for a, b in itertools.pairwise(edges)
        )

    mean = float(digamma(y) - digamma(n - y))
    variance = float(polygamma(1, y) + polygamma(1, n - y)) + scale**2
    quantiles = [optimize.brentq(lambda x, q=q: below(x) - q, mean - 9, mean + 9, xtol=1e-9) for q in LEVELS]
    names = [f"q{100 * level:g}" for level in LEVELS]
    return {
        "centre": {"mean": mean, "sd": variance**0.5, **dict(zip(names, quantiles, strict=True))},
        "spread": {
            "mean": float(prior.mean()),
            "sd": float(prior.std()),
            **dict(zip(names, map(float, prior.ppf(LEVELS)), strict=True)),
        },
    }


def one_area_by_nuts(spec, exact):
    """What NUTS gives for one area at its default settings: divergences, effective draws, error of the quantiles."""
    rows = []
    for program in ("pymc", "nutpie"):
        for by in ("centred", "effects", "from_area"):
            draws, divergences = run(model(spec, by), 1, program, **SMALL)
            errors = {
                f"{name}_{level}_error_in_sd": round(
                    float(np.quantile(draws[name], float(level[1:]) / 100) - exact[name][level]) / exact[name]["sd"], 3
                )
                for name in ("centre", "spread")
                for level in ("q2.5", "q97.5")
            }
            rows.append(
                {"program": program, "parametrisation": by, "divergences": divergences, **health(draws), **errors}
            )
            print(rows[-1], flush=True)
    return rows


def main():
    found = {}
    for seed, (name, spec) in enumerate(CASES.items(), start=1):
        start = time.perf_counter()
        found[name] = {**spec, "seed": seed, "mcmc": measured(name, spec, seed)}
        print(
            f"{name}: {found[name]['mcmc']['divergences']} divergences, {time.perf_counter() - start:.0f} s", flush=True
        )
    one = found["one_county"]
    one["exact"] = exact_one_area(one)
    one["nuts_by_default"] = one_area_by_nuts(CASES["one_county"], one["exact"])
    record = {
        "command": "make crosscheck (.venv-mcmc/bin/python tests/reference/mcmc.py)",
        "programs": {
            **{name: version(name) for name in ("pymc", "nutpie", "pytensor", "arviz", "numba", "numpy", "scipy")},
            "python": platform.python_version(),
        },
        "settings": {"chains": CHAINS, "draws_per_chain": DRAWS, "tune": TUNE, "target_accept": ACCEPT},
        "values": "[value, Monte Carlo standard error]; log-odds, and persons for total",
        "cases": found,
    }
    text = json.dumps(record, indent=1)
    OUT.write_text(text + "\n")
    sys.stdout.write(f"{OUT.name} written\n")


if __name__ == "__main__":
    main()
