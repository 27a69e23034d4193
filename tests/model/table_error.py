"""How far off the tabled likelihood of a figure may be that is the only one of its kind."""


def table_error(log_sd, power=1.0):
    """How far off a figure's tabled log-likelihood may be between two steps.

    A straight line over a step h is off by at most h^2 / 8 of the largest second derivative. With v = z^2 / 4 a log
    density of t(4) has first derivative -1.25 z / (1 + v) over its scale and second -1.25 (1 - v) / (1 + v)^2 over the
    scale's square. The log of a mean of densities has the mean of the second derivatives plus the variance of the
    first: at most (7.5 v - 1.25) / (1 + v)^2, which is 1.61 at v = 4 / 3, and at least -1.25. Raised to a power the
    second derivatives are at most that times 1.61, and the variance of the first that square times 1.25^2.
    """
    step = min(24 / 2048, log_sd / 8)
    bend = 1.61 if power == 1 else 1.61 * power + (1.25 * power) ** 2
    return step**2 / 8 * bend / log_sd**2
