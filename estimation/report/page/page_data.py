"""What a page is made of, for any case: draws, words, rows of tables. No files, no computation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from estimation.report.page.page_draws import PageDraws


@dataclass(frozen=True)
class Preset:
    """A claim that is in print, for the claim checker.

    Attributes
    ----------
    label : str
        Who says what.
    scope : str
        Whom it is about.
    sides : str
        ``at_least``, ``at_most``, ``between`` or ``about``.
    low, high : float
        Persons; 0 where a side is open. ``at_most`` uses `low`.
    part : str
        Custody it is about, one of `page_arithmetic.PARTS`.
    """

    label: str
    scope: str
    sides: str
    low: float
    high: float = 0.0
    part: str = "either"


@dataclass(frozen=True)
class Moved:
    """One judgement moved alone, for the table of what matters most.

    Attributes
    ----------
    what : str
        The judgement in plain words.
    ends : tuple of (str, str)
        Value and interval it gives, for each end.
    factor : str
        How far median or interval end moved, as a factor.
    part : float
        The same relative to the largest, 0-1.
    """

    what: str
    ends: tuple[tuple[str, str], ...]
    factor: str
    part: float


@dataclass(frozen=True)
class Figure:
    """One figure of another source that was weighed in.

    Attributes
    ----------
    kind, place, date, said, note : str
        Kind of source, where, when, the figure as the source has it, and how it was read.
    source : str
        Key of its source.
    """

    kind: str
    place: str
    date: str
    said: str
    note: str
    source: str


@dataclass(frozen=True)
class Source:
    """One source.

    Attributes
    ----------
    title, publisher, date, url : str
        What it is.
    position : str
        What it brings: an estimate, a denial, official statistics and so on.
    read : str
        How much of it was read.
    """

    title: str
    publisher: str
    date: str
    url: str
    position: str
    read: str


@dataclass(frozen=True)
class Quote:
    """A statement quoted as a position.

    Attributes
    ----------
    words, who, date : str
        The words, who said them, and when.
    """

    words: str
    who: str
    date: str


@dataclass(frozen=True, eq=False)
class PageData:
    """Everything a page shows.

    Attributes
    ----------
    title, question, lead : str
        Heading, the question, and one paragraph of what was counted.
    draws : tuple of PageDraws
        One a basis; the first is shown first.
    scope : str
        Whom the page counts first.
    presets : tuple of Preset
        Claims in print.
    claim : Preset, optional
        What the claim checker begins with; without it the first claim in print about `scope`, else a round number.
    moved : tuple of Moved
        What the answer depends on most, largest first.
    moved_scope : str
        Whom they are about.
    shares : tuple of (str, str)
        Parts of the variance of the answer, in words and as a percentage.
    shares_note : str
        What is to be said of them.
    checked : str
        How the method did where the truth is known.
    picked : str
        How it did there when the area shown was picked because it was bad, for the slider of selection.
    figures : tuple of Figure
        Figures of other sources weighed in.
    judged : str
        How unlike areas are, where that is the case's own judgement and not taken from campaigns elsewhere.
    quotes : tuple of Quote
        Statements of those who dispute the figures.
    sources : tuple of Source
        Every source.
    facts : dict of str to str
        For citing: `answer` (its name), `data` (hash), `version`, `draws`, `seed`; and `file`, the name of downloads.
    """

    title: str
    question: str
    lead: str
    draws: tuple[PageDraws, ...]
    scope: str
    presets: tuple[Preset, ...]
    claim: Preset | None = None
    moved: tuple[Moved, ...] = ()
    moved_scope: str = ""
    shares: tuple[tuple[str, str], ...] = ()
    shares_note: str = ""
    checked: str = ""
    picked: str = ""
    figures: tuple[Figure, ...] = ()
    judged: str = ""
    quotes: tuple[Quote, ...] = ()
    sources: tuple[Source, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
