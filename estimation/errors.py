"""Errors a user can act on: the rule, the value got, what to do.

Nothing here decides what is an error; the modules that check do, and `require` is the shortest way to say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Faults of a file said at most: a file of a million bad rows must not print a million lines.
SHOWN: Final = 100


class EstimationError(ValueError):
    """Bad input, said in one sentence.

    Parameters
    ----------
    rule : str
        What must hold, as a sentence without a full stop.
    got : object
        The value that broke the rule.
    remedy : str
        What the user can do about it.

    Examples
    --------
    >>> raise EstimationError("level must lie in (0, 1)", 95, "write 0.95 for 95 percent")
    Traceback (most recent call last):
        ...
    estimation.errors.EstimationError: level must lie in (0, 1); got 95. Do this: write 0.95 for 95 percent.
    """

    def __init__(self, rule: str, got: object, remedy: str) -> None:
        self.rule = rule
        self.got = got
        self.remedy = remedy
        super().__init__(f"{rule}; got {got}. Do this: {remedy}.")


def require(holds: bool, rule: str, got: object, remedy: str) -> None:
    """Raise `EstimationError` unless something holds; a comparison with NaN does not.

    Parameters
    ----------
    holds : bool
        Whether the rule is kept.
    rule, got, remedy
        As in `EstimationError`.

    Raises
    ------
    EstimationError
        The rule is broken.

    Examples
    --------
    >>> require(0 < 0.95 < 1, "level must lie in (0, 1)", 0.95, "write 0.95 for 95 percent")
    """
    if not holds:
        raise EstimationError(rule, got, remedy)


class EstimandError(EstimationError):
    """Two figures that count different things were added, compared or divided."""


class AssumptionError(EstimationError):
    """The register of judgements has a wrong, missing or unknown entry."""


class UnreliableError(EstimationError):
    """A computation finished but its own diagnostics say it must not be used."""


class DriftError(EstimationError):
    """A published bound moved by more than its simulation error and CHANGELOG.md does not say why."""


@dataclass(frozen=True)
class Problem:
    """One fault in a data file.

    Attributes
    ----------
    file : str
        Name of the file.
    row : int or None
        Line of the file, the header being line 1; None when the fault is the file's.
    column : str or None
        Column, or None when the fault is the row's or the file's.
    rule, got, remedy : str
        As in `EstimationError`.
    """

    file: str
    row: int | None
    column: str | None
    rule: str
    got: str
    remedy: str

    def __str__(self) -> str:
        """One line: where, the rule, the value, the remedy."""
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        return f"{where}: {self.rule}; got {self.got}. Do this: {self.remedy}."


class DataError(EstimationError):
    """Data files with faults; the first hundred are said, all are kept.

    Attributes
    ----------
    problems : tuple of Problem
        All faults, those of whole files first, then by file, row and column; `rule`, `got` and `remedy` are those of
        the first.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN:,} more")
        first = self.problems[0]
        self.rule, self.got, self.remedy = first.rule, first.got, first.remedy
        ValueError.__init__(self, "\n".join(lines))
