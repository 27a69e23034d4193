"""A file for a reviewer to edit: every entry of the register, commented out, with what it says and why."""

from estimation.evidence.distributions.distributions import Distribution
from estimation.evidence.register.assumptions import Register

_HEAD = """\
# Your judgements in place of the register's. Take the # off the lines of an entry you want to change, edit its
# distribution, say why in rationale, and run
#   estimation review --assumptions mine.toml
# Entries left as comments stay as they are. Distributions: point, uniform, normal, t, half_normal, lognormal, log_t,
# half_t, triangular, pert, beta, quantiles.
"""


def _shape(distribution: Distribution) -> str:
    inside = ", ".join(f"{key} = {_plain(value)}" for key, value in distribution.parameters().items())
    return f'{{ name = "{distribution.name}", {inside} }}'


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_plain, value))}]"
    return repr(float(value))  # type: ignore[arg-type]


def template(register: Register) -> str:
    """The register as TOML in which everything is a comment, so that as it is it changes nothing."""
    parts = [_HEAD]
    for key, entry in register.items():
        low, middle, high = entry.distribution.ppf([0.05, 0.5, 0.95])
        lines = [
            f"# {entry.statement}",
            f"# Unit: {entry.unit}. 5%, middle, 95%: {low:.4g}, {middle:.4g}, {high:.4g}. Source: {entry.source}.",
            f"# Rests on: {', '.join(entry.evidence or ('no figure',))}.",
            f"# Why: {entry.rationale}",
            f"# Disputed by: {entry.disputed}",
            f"# [{key}]",
            f"# distribution = {_shape(entry.distribution)}",
            '# rationale = "why you would put it so"',
        ]
        parts.append("\n".join(" ".join(line.split()) for line in lines) + "\n")
    return "\n".join(parts)
