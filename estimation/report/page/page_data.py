"""What a page is made of, for any case: draws, words, rows of tables. It computes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import estimation
from estimation.model.ladder.ladder import Run
from estimation.report.page.page_draws import PageDraws
from estimation.report.record import run_card


@dataclass(frozen=True)
class Preset:
    """A claim that is in print, for the claim checker."""

    label: str  # who says what
    scope: str  # whom it is about
    sides: str  # "at_least", "at_most", "between" or "about"
    low: float  # persons; of "at_most" too
    high: float = 0.0  # persons; 0 unless "between"
    part: str = "either"  # custody, one of `page_arithmetic.PARTS`


@dataclass(frozen=True)
class Moved:
    """One judgement moved alone, for the table of what matters most."""

    what: str  # the judgement in plain words
    ends: tuple[tuple[str, str], ...]  # value and interval it gives, for each end
    factor: str  # how far median or interval end moved
    part: float  # the same relative to the largest, 0-1


@dataclass(frozen=True)
class Doubt:
    """What the answer depends on most."""

    moved: tuple[Moved, ...]  # judgements, largest first
    weighed: bool  # whether other sources are weighed in the answers that they move
    shares: tuple[tuple[str, str], ...]  # parts of the variance of the answer, in words and as a percentage
    shares_note: str  # what is to be said of them


@dataclass(frozen=True)
class Figure:
    """One figure of another source that was weighed in."""

    kind: str
    place: str
    date: str
    said: str  # the figure as the source has it
    note: str  # how it was read
    source: str  # key of its source


@dataclass(frozen=True)
class Source:
    """One source."""

    title: str
    publisher: str
    date: str
    url: str
    position: str  # what it brings: an estimate, a denial, official statistics and so on
    read: str  # how much of it was read


@dataclass(frozen=True)
class Quote:
    """A statement quoted as a position."""

    words: str
    who: str


@dataclass(frozen=True, eq=False)
class PageData:
    """Everything a page shows."""

    title: str
    question: str
    lead: str  # one paragraph of what was counted
    draws: tuple[PageDraws, ...]  # one a basis; the first is shown first
    scope: str  # whom the page counts first
    presets: tuple[Preset, ...]  # claims in print
    claim: Preset | None = None  # for the claim checker; without it one in print about `scope`, else a round number
    doubt: Doubt | None = None
    conflict: str = ""  # where the other sources disagree most
    checked: str = ""  # how the method did where the truth is known
    picked: str = ""  # how it did there if the area shown was picked because it was bad, for the slider of selection
    figures: tuple[Figure, ...] = ()  # of other sources weighed in
    judged: str = ""  # how unlike areas are, where that is the case's own judgement
    quotes: tuple[Quote, ...] = ()  # of those who dispute the figures
    sources: tuple[Source, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def facts(run: Run, *, estimates: bytes, hashes: Mapping[str, str], file: str) -> dict[str, str]:
    """What a page is cited by, from the bytes of estimates.csv and the hashes of the data; `file` names downloads."""
    answer = run_card.answer_id(estimates)
    return {
        "answer": answer,
        "data": run_card.inputs_hash(hashes),
        "version": estimation.__version__,
        "draws": f"{run.draws:,}",
        "seed": str(run.seed),
        "file": f"{file}_{answer}",
    }
