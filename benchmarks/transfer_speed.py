"""Speed and error of the batched fit of areas, beside plain quadrature with arrays, in one run.

Run: OMP_NUM_THREADS=1 .venv/bin/python benchmarks/transfer_speed.py [multiple of the number of data sets]

Fits per second are per second of processor time of one thread. The error of a method is the largest difference, over
data sets, that doubling its own nodes makes in means and in seven quantiles of the centre and of the log spread, in
posterior SDs. `plain` is what a first attempt would be: the same model, even grids of spread and centre placed by the
normal approximation, adaptive Gauss-Hermite for every area, quantiles by linear interpolation.
Two kinds of data: `large` (1,000 to 300,000 people, rates around 12 %) and `sparse` (10 to 10,000 people, rates down
to one in 10,000, areas without a case).
"""

import sys
import time
from dataclasses import replace

import numpy as np
from scipy import stats
from scipy.special import expit, ndtr

from estimation.model.fit.transfer import DEFAULT, LEVELS, Accuracy, fit_many

PRIOR = stats.halfnorm(scale=0.5)
SIZES = {1: 3000, 8: 400, 68: 40, 600: 4}


def data(B: int, J: int, kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """B data sets of J areas with a case and a person who is none somewhere."""
    if kind == "large":
        n = np.rint(10 ** rng.uniform(3, 5.5, (B, J))).astype(np.int64)
        logit = -2 + 0.5 * rng.standard_normal((B, J))
    else:
        n = np.rint(10 ** rng.uniform(1, 4, (B, J))).astype(np.int64)
        logit = rng.uniform(-9, -1, (B, 1)) + 10 ** rng.uniform(-2, 0.4, (B, 1)) * rng.standard_normal((B, J))
    y = rng.binomial(n, expit(logit))
    y[(y.sum(axis=1) == 0), 0] = 1
    full = (n - y).sum(axis=1) == 0
    y[full, 0] -= 1
    return y, n


def plain(y: np.ndarray, n: np.ndarray, S: int, M: int, K: int) -> np.ndarray:
    """Means and quantiles of centre and spread (the spread in logs), (B, 16), by plain batched quadrature."""
    out = []
    rows = max(1, 2_000_000 // (S * M * y.shape[1]))
    for i in range(0, y.shape[0], rows):
        out.append(_plain(y[i : i + rows].astype(float), n[i : i + rows].astype(float), S, M, K))
    return np.concatenate(out)


def _plain(y: np.ndarray, n: np.ndarray, S: int, M: int, K: int) -> np.ndarray:
    guess, variance = np.log((y + 0.5) / (n - y + 0.5)), 1 / (y + 0.5) + 1 / (n - y + 0.5)
    low, high = np.full((2, y.shape[0]), [[-5.0], [5.0]])
    for _ in range(3):
        x_s = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 30)
        rough, _, _ = _normal(guess, variance, x_s)
        alive = rough > rough.max(axis=1, keepdims=True) - 14
        first, last = alive.argmax(axis=1), 29 - alive[:, ::-1].argmax(axis=1)
        rows = np.arange(y.shape[0])
        low, high = x_s[rows, np.maximum(first - 1, 0)], x_s[rows, np.minimum(last + 1, 29)]
    x_s = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, S)
    s = PRIOR.ppf(ndtr(x_s))
    _, m0, width = _normal(guess, variance, x_s)
    x_m = np.linspace(-5, 5, M)
    m = m0[:, :, None] + x_m * width[:, :, None]
    x, w = np.polynomial.hermite_e.hermegauss(K)
    weight = np.log(w) + x * x / 2
    s3 = s[:, :, None, None]
    yj, nj, mj = y[:, None, None, :], n[:, None, None, :], m[..., None]
    e = s3 * (guess[:, None, None, :] - mj) / (variance[:, None, None, :] + s3 * s3)
    for _ in range(4):
        p = expit(mj + s3 * e)
        curvature = 1 + s3 * s3 * nj * p * (1 - p)
        e = e + (s3 * (yj - nj * p) - e) / curvature
    sigma = 1 / np.sqrt(curvature)
    total = None
    for node, log_weight in zip(x, weight, strict=True):
        at = e + sigma * node
        theta = mj + s3 * at
        f = yj * theta - nj * np.logaddexp(0, theta) - at * at / 2 + log_weight
        total = f if total is None else np.logaddexp(total, f)
    log_posterior = (total + np.log(sigma)).sum(axis=3)
    log_posterior -= x_s[:, :, None] ** 2 / 2
    mass = np.exp(log_posterior - log_posterior.max(axis=(1, 2), keepdims=True)) * width[:, :, None]
    mass /= mass.sum(axis=(1, 2), keepdims=True)
    rows = []
    for b in range(y.shape[0]):
        centre, weights = m[b].ravel(), mass[b].ravel()
        order = np.argsort(centre)
        cdf = np.cumsum(weights[order]) - weights[order] / 2
        spread_weight = mass[b].sum(axis=1)
        spread_cdf = np.cumsum(spread_weight) - spread_weight / 2
        rows.append(
            [
                weights @ centre,
                *np.interp(LEVELS, cdf, centre[order]),
                np.log(spread_weight @ s[b]),
                *np.interp(LEVELS, spread_cdf, np.log(s[b])),
            ]
        )
    return np.array(rows)


def _normal(guess: np.ndarray, variance: np.ndarray, x_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log posterior of the spread, and mean and SD of the centre, if every area's log-odds were normal."""
    total = variance[:, None, :] + PRIOR.ppf(ndtr(x_s))[:, :, None] ** 2
    precision = (1 / total).sum(axis=2)
    mean = (guess[:, None, :] / total).sum(axis=2) / precision
    fit = -0.5 * (np.log(total) + (guess[:, None, :] - mean[:, :, None]) ** 2 / total).sum(axis=2)
    return fit - 0.5 * np.log(precision) - x_s**2 / 2, mean, 1 / np.sqrt(precision)


def suite(y: np.ndarray, n: np.ndarray, accuracy: Accuracy) -> np.ndarray:
    """As `plain`, by the suite."""
    fit = fit_many(y, n, spread_prior=PRIOR, accuracy=accuracy)
    parts = [
        fit.centre_mean[:, None],
        fit.centre_quantiles,
        np.log(fit.spread_mean)[:, None],
        np.log(fit.spread_quantiles),
    ]
    return np.concatenate(parts, axis=1)


def doubled(a: Accuracy) -> Accuracy:
    """Twice as many nodes everywhere, further into the tails."""
    return replace(
        a,
        effect_nodes=2 * a.effect_nodes,
        hermite_nodes=2 * a.hermite_nodes,
        centre_nodes=2 * a.centre_nodes,
        spread_nodes=2 * a.spread_nodes,
        fine_centre=2 * a.fine_centre,
        fine_spread=2 * a.fine_spread,
        log_drop=a.log_drop + 6,
    )


def in_sds(one: np.ndarray, two: np.ndarray) -> tuple[float, float]:
    """Largest difference in means and in quantiles, in SDs read off the 10 and 90 % quantiles."""
    sd = np.concatenate([np.repeat(two[:, [k + 6]] - two[:, [k + 2]], 8, axis=1) / 2.563 for k in (0, 8)], axis=1)
    off = np.abs(one - two) / sd
    means = off[:, [0, 8]].max()
    return float(means), float(np.delete(off, [0, 8], axis=1).max())


def timed(function, *arguments: object) -> tuple[np.ndarray, float]:
    """Result, and seconds of processor time: the least of three runs."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        result = function(*arguments)
        seconds.append(time.process_time() - start)
    return result, min(seconds)


def main() -> None:
    """Print the table."""
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    print("areas  data     fits/s suite  fits/s plain  ratio   suite: means, quantiles   plain: means, quantiles")
    for J, size in SIZES.items():
        for kind in ("large", "sparse"):
            y, n = data(max(2, int(scale * size)), J, kind, np.random.default_rng(J))
            some = max(2, y.shape[0] // 4)
            fit_many(y[:2], n[:2], spread_prior=PRIOR)
            ours, t_ours = timed(suite, y, n, DEFAULT)
            base, t_base = timed(plain, y[:some], n[:some], 20, 13, 7)
            error = in_sds(ours, suite(y, n, doubled(DEFAULT)))
            base_error = in_sds(base, plain(y[:some], n[:some], 40, 26, 14))
            rate, base_rate = y.shape[0] / t_ours, some / t_base
            print(
                f"{J:5d}  {kind:7s} {rate:12.0f} {base_rate:13.1f} {rate / base_rate:6.1f}"
                f"   {error[0]:9.1e} {error[1]:9.1e}   {base_error[0]:9.1e} {base_error[1]:9.1e}"
            )
    y, n = data(1, 1, "large", np.random.default_rng(1))
    for J in (1, 8, 600):
        y, n = data(1, J, "large", np.random.default_rng(1))
        _, seconds = timed(suite, y, n, DEFAULT)
        print(f"one fit of {J} areas: {1e3 * seconds:.1f} ms")


if __name__ == "__main__":
    main()
