"""What stands on the fact sheet: two pages of plain text, tables and two pictures, from results alone."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

import estimation
from estimation.report.figures import captions, dots, figures
from estimation.report.figures.claim_figures import limits
from estimation.report.figures.gallery import CASE_SCALE, Tables
from estimation.report.figures.look import Look, svg_bytes
from estimation.report.figures.published_beside import UNCONVERTED
from estimation.report.figures.source_figures import BOUND_WORDS, KIND_NAMES
from estimation.report.wording.picture_texts import counted, fill
from estimation.report.wording.rounding import rounded
from estimation.report.wording.wording import (
    SCALE_NAME,
    at_level,
    claim_words,
    likelihood,
    persons,
    raised,
    say,
    who_did,
)

# More rows than these do not fit on two pages.
MOST_PUBLISHED, MOST_SOURCES = 18, 12


@dataclass(frozen=True)
class Table:
    """A table in words.

    Attributes
    ----------
    title, note : str
        Above and below it.
    head : tuple of str
        Names of columns.
    rows : tuple of tuple of str
        Cells.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """Content of the fact sheet; every text is plain.

    Attributes
    ----------
    kicker, title, headline, strength : str
        What stands first.
    lists : tuple of (str, tuple of str)
        Headings with their points: what may be written, what may not, what it does not mean.
    tables : tuple of Table
        Chances, published estimates, sources.
    closing : tuple of (str, str)
        Heading and text of how to cite and of positions.
    alts : tuple of str
        Alternative texts of the two pictures.
    """

    kicker: str
    title: str
    headline: str
    strength: str
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    tables: tuple[Table, ...]
    closing: tuple[tuple[str, str], ...]
    alts: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As mappings, lists and texts."""
        return asdict(self)


def sheet(tables: Tables, *, data: str) -> Sheet:
    """The fact sheet of a results folder.

    Parameters
    ----------
    tables : Tables
        Of `gallery.read`.
    data : str
        Name of the data: a hash of the inputs.

    Returns
    -------
    Sheet
    """
    row = tables.main(tables.scope)
    said, names = say(row), who_did(row)
    alts = [captions.ladder(tables.rows)[1]]
    if "quantiles.csv" in tables:
        alts.append(captions.dots(tables.likely, tables.rows)[1])
    refused: tuple[str, ...] = ("sheet_no_bare_number", "sheet_no_present", "sheet_no_count", "sheet_no_wider")
    if row["custody"] == "none":  # a case that is not about custody
        refused = ("sheet_no_bare_number", "sheet_no_count", "sheet_no_other")
    found = [_ledger(tables, names) if "claims.csv" in tables else _claims(tables.rows, names)]
    if "synthesis/reconciliation.csv" in tables:
        found.append(_published(tables["synthesis/reconciliation.csv"], row))
    if "synthesis/sources.csv" in tables:
        found.append(_sources(tables["synthesis/sources.csv"], names, KIND_NAMES))
    if CASE_SCALE in tables:
        found.append(_sources(tables[CASE_SCALE], names, {}))
    cite = fill("sheet_cite_text", version=estimation.__version__, answer=tables.answer, data=data)
    closing = [(fill("sheet_cite"), f"{cite} {fill('sheet_made')}")]
    if tables.press() is not None:  # the shipped case, whose tables hold the position
        closing.insert(0, (fill("sheet_positions"), fill("sheet_position")))
    return Sheet(
        kicker=fill("sheet_kicker"),
        title=fill("sheet_title", **names),
        headline=said.headline,
        strength=said.strength,
        lists=(
            (fill("sheet_may"), (fill("sheet_whole"), said.one_number)),
            (fill("sheet_may_not"), tuple(fill(key, **names) for key in refused)),
            (fill("sheet_not_meaning"), said.not_meaning),
        ),
        tables=tuple(found),
        closing=tuple(closing),
        alts=tuple(alts),
    )


def drawn(tables: Tables, look: Look) -> list[bytes]:
    """The pictures of the fact sheet as SVG in a look, in the order of `Sheet.alts`."""
    rows = tables.rows
    found = [
        svg_bytes(
            figures.ladder(tables.estimates, scope=tables.scope, look=look),
            title=fill("ladder_title"),
            alt=captions.ladder(rows)[1],
        )
    ]
    if "quantiles.csv" in tables:
        likely = tables.likely
        figure = dots.dot_plot(likely, captions.panels(likely), look=look)
        found.append(svg_bytes(figure, title=captions.dots_title(likely), alt=captions.dots(likely, rows)[1]))
    return found


def _claims(rows: pd.DataFrame, names: Mapping[str, str]) -> Table:
    wide = at_level(rows).set_index("rung")
    last = wide.index[-1]
    shown = [(fill("sheet_claims_all"), last)] if last == "sources" else []
    shown.append((fill("sheet_claims_alone", **names), wide.index[-2] if last == "sources" else last))
    columns = [name for name in map(str, rows) if re.fullmatch(r"p_at_least_\d+", name)]
    cells = tuple(
        (
            fill("sheet_claim", persons=persons(float(name.rsplit("_", 1)[1]))),
            *(likelihood(float(wide[name][rung]), error=float(wide[f"{name}_error"][rung])) for _, rung in shown),
        )
        for name in columns
    )
    head = (fill("sheet_claims_total", **names), *(words for words, _ in shown))
    return Table(fill("sheet_claims"), head, cells, fill("sheet_claims_note", scale=SCALE_NAME))


def _ledger(tables: Tables, names: Mapping[str, str]) -> Table:
    """Standard claims of the claims ledger, each with its chance with and without the other sources."""
    claims = tables["claims.csv"]
    cells = []
    for row in claims[claims["claim_id"].str.startswith("round_")].to_dict(orient="records"):
        chances = [
            likelihood(float(row[f"p_{part}"]), error=float(row[f"p_{part}_error"]))
            for part in ("with_sources", "county_alone")
        ]
        cells.append(
            (
                claim_words(*limits(row)),
                who_did(tables.main(row["scope"]))["who"],
                *chances,
            )
        )
    head = (
        *(fill(f"sheet_claims_{part}") for part in ("claim", "who", "all")),
        fill("sheet_claims_alone", **names),
    )
    return Table(fill("sheet_claims"), head, tuple(cells), fill("sheet_claims_note", scale=SCALE_NAME))


def _published(conversions: pd.DataFrame, row: pd.Series) -> Table:
    shown = conversions[conversions["scope"] != UNCONVERTED].head(MOST_PUBLISHED)
    cells = []
    for each in shown.to_dict(orient="records"):
        low, high = float(each["converted_low"]), float(each["converted_high"])
        ends = [persons(rounded(end, low=low, high=2 * high)) for end in (low, high)]
        cells.append(
            (str(each["label"]), str(each["published"]), " to ".join(dict.fromkeys(ends)), str(each["inside_95"]))
        )
    head = tuple(fill(f"sheet_published_{name}") for name in ("label", "stated", "converted", "inside"))
    note = fill("sheet_published_note", counted_all=counted(row, everyone=True))
    return Table(fill("sheet_published"), head, tuple(cells), note)


def _sources(table: pd.DataFrame, names: Mapping[str, str], kinds: Mapping[str, str]) -> Table:
    cells = tuple(
        (
            f"{raised(str(row['place']))}: {kinds.get(row['kind'], row['kind'])}",
            f"{BOUND_WORDS.get(row['bound'], row['bound'])} {row['raw']}, {row['counts']}",
            str(row["date"]),
        )
        for row in table.head(MOST_SOURCES).to_dict(orient="records")
    )
    head = tuple(fill(f"sheet_sources_{name}") for name in ("place", "raw", "date"))
    more = len(table) - len(cells)
    return Table(fill("sheet_sources", **names), head, cells, fill("sheet_sources_more", number=more) if more else "")
