"""What judgements may cite, and the rule that no evidence is used twice: in a judgement, and as a weighed source."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from estimation.errors import AssumptionError


@dataclass(frozen=True)
class Row:
    """A row of a case's tables, on which a judgement may rest.

    Attributes
    ----------
    name : str
        Its key.
    dependence : str
        Shared by reports that rest on one another; empty for a row that stands for itself.
    sources : tuple of str
        Sources that state it, or in which it was read.
    weighed : bool
        Whether draws are weighed by it.
    """

    name: str
    dependence: str
    sources: tuple[str, ...]
    weighed: bool


@dataclass(frozen=True)
class Citable:
    """Sources that judgements may name, and the rows that they may rest on.

    Attributes
    ----------
    sources : collection of str
        Source ids.
    rows : tuple of Row
        Rows of the case's tables.
    tables : mapping of str to collection of str
        Tables that a judgement may name as a whole, each with the keys of those of its rows that are in `rows`.
    """

    sources: Collection[str]
    rows: tuple[Row, ...] = ()
    tables: Mapping[str, Collection[str]] = field(default_factory=dict)

    def require_unused(self, source: str, evidence: Sequence[str] | None, where: str) -> None:
        """Refuse a judgement that rests on reports by which draws are weighed too.

        Parameters
        ----------
        source : str
            The source that it cites.
        evidence : sequence of str or None
            Rows and tables that its value rests on; None if it does not say.
        where : str
            File and entry, for messages.

        Raises
        ------
        AssumptionError
            A row or table that the case does not have; a row that is weighed, or of one dependence group with one that
            is; no rows stated by an entry that cites a source of such a row.

        Notes
        -----
        **Assumes:** reports of different groups do not rest on one another.
        """
        by_name = {row.name: row for row in self.rows}
        for name in evidence or ():
            if name not in by_name and name not in self.tables:
                raise AssumptionError(
                    f"evidence must name rows or tables of the case ({where})",
                    repr(name),
                    f"use keys of its tables, or one of {', '.join(self.tables)}" if self.tables else "use their keys",
                )
        named = [each for name in evidence or () for each in self.tables.get(name, (name,))]
        for row, other in self._weighed_with(by_name[name] for name in named):
            rest = "itself" if row == other else f"of {row.dependence} like {other.name}, which is"
            raise AssumptionError(
                f"no evidence is used twice: a judgement must not rest on reports that are weighed ({where})",
                f"{row.name}, {rest} weighed",
                f"set the entry without it, or do not use {other.name}",
            )
        if evidence is None:
            for row, other in self._weighed_with(row for row in self.rows if source in row.sources):
                raise AssumptionError(
                    f"an entry that cites a source of weighed figures must say on which rows it rests ({where})",
                    f"{source!r}, which has {row.name}, and {other.name} is weighed",
                    'write evidence = ["..."] with their keys, or evidence = [] if it takes no figure from them',
                )

    def _weighed_with(self, rows: Iterator[Row]) -> Iterator[tuple[Row, Row]]:
        """Those of some rows that are weighed or depend on one that is, each with the one that is."""
        weighed = {row.dependence or row.name: row for row in self.rows if row.weighed}
        for row in rows:
            if (other := weighed.get(row.dependence or row.name)) is not None:
                yield row, other
