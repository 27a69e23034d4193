"""Posterior and prediction by quadrature beside MCMC programs and maximum likelihood, on the same data sets.

Usage: .venv-mcmc/bin/python benchmarks/mcmc_speed.py   (`make crosscheck` makes .venv-mcmc; `make bench` uses it)

Every way starts warm: compilation is reported apart. MCMC runs four chains of 1,000 draws after 1,000 of tuning, at
default settings and on both cores; quadrature runs on one and draws 4,000 times. Prediction (the total over unobserved
areas) is included in all Bayesian rows and made by the same NumPy code for the MCMC programs.
"""

import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"  # JAX: a device for each chain

import importlib.util
import pathlib
import resource
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np
from scipy import stats
from scipy.special import expit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "reference"))
NEEDED = ("arviz", "gpboost", "numpyro", "nutpie", "pymc", "statsmodels")
SIZES = (1, 8, 68, 600)
CHAINS, DRAWS = 4, 1_000
LONG = 15.0  # seconds from which a run is not repeated
MOST_ROWS = {"fit_map": 200_000, "fit_vb": 20_000}  # of statsmodels, which wants one row for each person
SPREAD = 0.5  # scale of the half-normal prior


def data(areas: int) -> dict:
    """One data set: the observed county alone, or areas of about 2,000 people drawn from the model."""
    import mcmc

    if areas == 1:
        return mcmc.case(([22_762], [187_000]), ["half_normal", SPREAD], [2_000] * 40)
    return mcmc.case(mcmc.invented(areas, areas, 2_000, -2.0, 0.5), ["half_normal", SPREAD], [2_000] * 40)


def cpu() -> float:
    """Processor seconds of this process and the ones it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def timed(work) -> tuple[object, float, float]:
    """Result, wall seconds and processor seconds of one call."""
    wall, processor = time.perf_counter(), cpu()
    found = work()
    return found, time.perf_counter() - wall, cpu() - processor


def best(work, times: int = 3) -> tuple[object, float, float]:
    """As `timed`, the quickest of three; long runs are not repeated."""
    runs = [timed(work)]
    while len(runs) < times and runs[-1][1] < LONG:
        runs.append(timed(work))
    return runs[-1][0], min(run[1] for run in runs), min(run[2] for run in runs)


def predict(case: dict, draws: dict) -> np.ndarray:
    """Total over unobserved areas, one for each draw."""
    rng = np.random.default_rng(1)
    total = np.zeros(draws["centre"].shape)
    for people in case["unobserved"]:
        total += rng.binomial(people, expit(draws["centre"] + draws["spread"] * rng.standard_normal(total.shape)))
    return total


def quantiles(draws: dict) -> dict:
    return {name: np.quantile(draws[name], [0.025, 0.975]) for name in ("centre", "spread")}


def row(fit, predict, compile_time=0.0, divergences=None, ess=None, bounds=None) -> dict:
    """One way's figures; `fit` and `predict` are wall and processor seconds."""
    return {
        "fit": fit[0],
        "predict": predict[0],
        "cpu": fit[1] + predict[1],
        "compile": compile_time,
        "divergences": divergences,
        "ess": ess,
        "bounds": bounds,
    }


def by_quadrature(case: dict) -> dict:
    from estimation import fit_areas

    def fit():
        posterior = fit_areas(case["counts"], case["populations"], spread_prior=stats.halfnorm(scale=SPREAD))
        return posterior, posterior.summary()

    timed(fit)
    (posterior, table), *fitting = best(fit, 20)
    _, *predicting = best(
        lambda: posterior.predict_total(case["unobserved"], CHAINS * DRAWS, np.random.default_rng(1)), 20
    )
    bounds = {name: table.loc[name, ["q2.5", "q97.5"]].to_numpy() for name in ("centre", "spread")}
    return row(fitting, predicting, divergences=0, ess=CHAINS * DRAWS, bounds=bounds)


def mcmc_row(case: dict, compile_time: float, found, fitting) -> dict:
    """The row of an MCMC program: its draws, their health, and the prediction made from them."""
    import mcmc

    draws, divergences = found
    _, *predicting = best(lambda: predict(case, draws), 20)
    return row(fitting, predicting, compile_time, divergences, mcmc.health(draws)["ess"], quantiles(draws))


def by_nutpie(case: dict, by: str) -> dict:
    import mcmc
    import nutpie

    compiled, compile_time, _ = timed(lambda: nutpie.compile_pymc_model(mcmc.model(case, by)))

    def fit():
        trace = nutpie.sample(
            compiled, draws=DRAWS, tune=DRAWS, chains=CHAINS, cores=2, seed=1, progress_bar=False, save_warmup=False
        )
        draws = {name: trace.posterior[name].to_numpy() for name in ("centre", "spread")}
        return draws, int(trace.sample_stats["diverging"].sum())

    found, *fitting = best(fit)
    return mcmc_row(case, compile_time, found, fitting)


def by_pymc(case: dict, by: str) -> dict:
    import logging

    import mcmc
    import pymc as pm

    logging.getLogger("pymc").setLevel(logging.CRITICAL)  # the table counts divergences
    built = mcmc.model(case, by)
    compiling, sampling, processor = [], [], []

    def fit():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        with built:
            trace = pm.sample(
                draws=DRAWS, tune=DRAWS, chains=CHAINS, cores=2, random_seed=1, progressbar=False, nuts_sampler="pymc"
            )
        whole = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # PyMC compiles in every call, samples in child processes, and times the sampling itself.
        sampling.append(float(trace.posterior.attrs["sampling_time"]))
        compiling.append(whole - sampling[-1])
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        draws = {name: trace.posterior[name].to_numpy() for name in ("centre", "spread")}
        return draws, int(trace.sample_stats["diverging"].sum())

    found, _, _ = best(fit)
    return mcmc_row(case, min(compiling), found, (min(sampling), min(processor)))


def by_numpyro(case: dict) -> dict:
    import jax
    import numpyro
    import numpyro.distributions as dist
    from numpyro.infer import NUTS, init_to_value

    numpyro.enable_x64()
    y, n = np.array(case["counts"]), np.array(case["populations"])
    logits = np.log((y + 0.5) / (n - y + 0.5))

    def model():
        spread = numpyro.sample("spread", dist.HalfNormal(SPREAD))
        centre = numpyro.sample("centre", dist.ImproperUniform(dist.constraints.real, (), ()))
        theta = numpyro.sample("theta", dist.Normal(centre, spread).expand([y.size]))
        numpyro.sample("y", dist.Binomial(n, logits=theta), obs=y)

    # MCMC.run compiles anew in every call, so the chains are run by hand with the same kernel.
    start = init_to_value(values={"spread": 0.3, "centre": logits.mean(), "theta": logits})
    kernel = NUTS(model, init_strategy=start)
    states = [kernel.init(key, DRAWS, None, (), {}) for key in jax.random.split(jax.random.PRNGKey(1), CHAINS)]
    states = jax.tree.map(lambda *parts: jax.numpy.stack(parts), *states)

    def step(state, _):
        state = kernel.sample(state, (), {})
        return state, (state.z["centre"], state.z["spread"], state.diverging)

    chains = jax.pmap(lambda state: jax.lax.scan(step, state, None, length=2 * DRAWS)[1])

    def fit():
        centre, log_spread, diverging = (np.asarray(part)[:, DRAWS:] for part in chains(states))
        return {"centre": centre, "spread": np.exp(log_spread)}, int(diverging.sum())

    _, first, _ = timed(fit)
    found, wall, processor = best(fit)
    return mcmc_row(case, first - wall, found, (wall, processor))


def by_gpboost(case: dict) -> dict:
    """Maximum likelihood by Laplace's approximation, what lme4's glmer does; no prior, no prediction."""
    import gpboost

    y, n = np.array(case["counts"], float), np.array(case["populations"], float)

    def work():
        fit = gpboost.GPModel(
            group_data=np.arange(y.size), likelihood="binomial_logit", weights=n, num_parallel_threads=1
        )
        fit.fit(y=y / n, X=np.ones((y.size, 1)))
        return fit.get_coef(std_err=True).to_numpy()[:, 0], fit.get_cov_pars(std_err=True).to_numpy()[:, 0]

    ((centre, centre_error), (variance, variance_error)), *fitting = best(work, 20)
    step = 1.96 * variance_error / (2 * variance)  # of log SD, by the delta method
    with np.errstate(over="ignore"):
        bounds = {
            "centre": centre + 1.96 * centre_error * np.array([-1, 1]),
            "spread": np.sqrt(variance) * np.exp(np.array([-step, step])),
        }
    return row(fitting, (0.0, 0.0), bounds=bounds)


def by_statsmodels(case: dict, method: str) -> dict | None:
    """BinomialBayesMixedGLM: Laplace around the mode, or variational Bayes; a log-normal prior of the spread.

    It takes one row for each person, so that large data sets are out of its reach.
    """
    from scipy import sparse
    from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

    warnings.simplefilter("ignore")  # statsmodels resets the filters when it is imported
    y, n = np.array(case["counts"]), np.array(case["populations"])
    if n.sum() > MOST_ROWS[method]:
        return None
    person = np.repeat(np.arange(y.size), n)
    outcome = np.concatenate([np.arange(size) < count for count, size in zip(y, n, strict=True)]).astype(float)
    member = sparse.csr_matrix((np.ones(person.size), (np.arange(person.size), person)))

    def work():
        model = BinomialBayesMixedGLM(
            outcome, np.ones((person.size, 1)), member, np.zeros(y.size, int), vcp_p=1.0, fe_p=100.0
        )
        return getattr(model, method)()

    fit, *fitting = best(work)
    sides = np.array([-1.96, 1.96])
    bounds = {
        "centre": fit.fe_mean[0] + fit.fe_sd[0] * sides,
        "spread": np.exp(fit.vcp_mean[0] + fit.vcp_sd[0] * sides),
    }
    return row(fitting, (0.0, 0.0), bounds=bounds)


def ways(areas: int) -> dict:
    """Every way of a size, by its name in the table."""
    found = {
        "quadrature": by_quadrature,
        "PyMC": lambda case: by_pymc(case, "centred"),
        "nutpie": lambda case: by_nutpie(case, "centred"),
        "NumPyro": by_numpyro,
    }
    if areas == 1:
        found["nutpie, non-centred"] = lambda case: by_nutpie(case, "effects")
        found["nutpie, from the area"] = lambda case: by_nutpie(case, "from_area")
    else:  # one area has no likelihood maximum at a positive spread
        found["GPBoost (ML, Laplace)"] = by_gpboost
        found["statsmodels (Laplace)"] = lambda case: by_statsmodels(case, "fit_map")
        found["statsmodels (variational)"] = lambda case: by_statsmodels(case, "fit_vb")
    return found


def ratio(value: float) -> str:
    return "-" if not np.isfinite(value) else f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def line(name: str, found: dict, reference: dict, truth) -> str:
    """One row of the table; errors of the 95 % bounds in posterior SDs of the quantity."""
    errors = []
    for quantity in ("centre", "spread"):
        off = found["bounds"][quantity] - truth.loc[quantity, ["q2.5", "q97.5"]].to_numpy()
        errors.append("{:+8.3f} {:+8.3f}".format(*(off / truth.loc[quantity, "sd"])))
    both, ours = (one["fit"] + one["predict"] for one in (found, reference))
    cells = [
        f"{name:<26}",
        f"{1000 * found['fit']:>9,.1f}",
        f"{1000 * found['predict']:>8,.1f}" if found["predict"] else f"{'-':>8}",
        f"{ratio(found['fit'] / reference['fit']):>7}",
        f"{ratio(both / ours) if found['predict'] else '-':>7}",
        f"{ratio(found['cpu'] / reference['cpu']) if found['predict'] else '-':>7}",
        f"{found['compile']:>8.1f}",
        *(f"{'-' if found[key] is None else found[key]:>5}" for key in ("divergences", "ess")),
    ]
    return " ".join(cells) + "  " + "  ".join(errors)


def main() -> int:
    """Print a table for each number of areas."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"not run: {', '.join(missing)} missing here; `make crosscheck` makes .venv-mcmc, which has them")
        return 0
    warnings.simplefilter("ignore")
    from estimation.model.fit.transfer import HIGH, fit_areas

    print("Versions: " + ", ".join(f"{name} {version(name)}" for name in (*NEEDED, "jax", "numpy")))
    print(f"{os.cpu_count()} cores; warm; best of 3 runs ({LONG:.0f} s or longer: 1); 4 chains of 1,000 draws each.")
    print(
        "fit, predict: ms of wall time. x: ratio to quadrature: of the fit, of fit and prediction, of their processor"
    )
    print("time. compile: s, not in the ratios. div: divergent transitions. ess: least effective draws, bulk or tail.")
    print("low, high: errors of the 2.5 and 97.5 % quantiles against quadrature at HIGH accuracy, in posterior SDs.")
    for areas in SIZES:
        case = data(areas)
        truth = fit_areas(
            case["counts"], case["populations"], spread_prior=stats.halfnorm(scale=SPREAD), accuracy=HIGH
        ).summary()
        print(f"\n{areas} area{'s' if areas > 1 else ''}, {sum(case['populations']):,} people")
        print(
            f"{'':<26} {'fit':>9} {'predict':>8} {'x fit':>7} {'x both':>7} {'x cpu':>7} {'compile':>8} {'div':>5}"
            f" {'ess':>5}  {'centre: low, high':>17}  {'spread: low, high':>17}"
        )
        reference = None
        for name, way in ways(areas).items():
            found = way(case)
            if found is None:
                print(f"{name:<26} not run: it needs a row for each person, which takes minutes")
                continue
            reference = reference or found
            print(line(name, found, reference, truth), flush=True)
    print(
        "\nML has no prior and statsmodels another prior (log SD ~ Normal(0, 1)): their bounds answer other questions."
    )
    print("Not run: Stan (CmdStan is built from source with a C++ toolchain, which no Python package carries) and lme4")
    print("(R is not part of the environment); GPBoost maximises the same Laplace likelihood as glmer.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
