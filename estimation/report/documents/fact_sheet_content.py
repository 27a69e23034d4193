"""What stands on the fact sheet: two pages of plain text, tables and two pictures, from results alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

import estimation
from estimation.report.figures import captions, interval_figures
from estimation.report.figures.dot_plot import dot_plot
from estimation.report.figures.look import Look, svg_bytes
from estimation.report.figures.result_tables import CASE_SCALE, ResultTables
from estimation.report.wording.claim_words import SCALE_NAME, claim_limits, claimed_range
from estimation.report.wording.estimate_words import at_level, capitalised, who_did
from estimation.report.wording.headline_facts import INFLUENCE, conflict_words
from estimation.report.wording.likelihood import likelihood
from estimation.report.wording.numbers import persons
from estimation.report.wording.picture_texts import BOUND_WORDS, KIND_NAMES, picture_text, who_is_counted
from estimation.report.wording.rounding import rounded
from estimation.report.wording.statements import say

# More rows than these do not fit on two pages.
_MOST_PUBLISHED, _MOST_SOURCES = 18, 12


@dataclass(frozen=True)
class Table:
    """A table in words, with a note below it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """Content of the fact sheet; every text is plain."""

    kicker: str
    title: str
    headline: str
    strength: str
    lists: tuple[tuple[str, tuple[str, ...]], ...]  # what may be written, may not, is not meant
    tables: tuple[Table, ...]  # chances, published estimates, sources
    closing: tuple[tuple[str, str], ...]  # heading and text: positions, how to cite
    alts: tuple[str, ...]  # alternative texts of the two pictures


def sheet(tables: ResultTables, *, data: str) -> Sheet:
    """The fact sheet of a results folder; `data` is the name of the data, a hash of the inputs."""
    row = tables.last_rung(tables.scope)
    said, names = say(row), who_did(row)
    strength = said.strength
    if INFLUENCE in tables:
        strength += " " + conflict_words(tables[INFLUENCE]).replace("**", "")
    alts = [captions.ladder_words(tables.ladder)[1]]
    if "quantiles.csv" in tables:
        alts.append(captions.dots_words(tables.likely, tables.ladder)[1])
    refused: tuple[str, ...] = ("sheet_no_bare_number", "sheet_no_present", "sheet_no_count", "sheet_no_wider")
    if row["custody"] == "none":  # a case that is not about custody
        refused = ("sheet_no_bare_number", "sheet_no_count", "sheet_no_other")
    found = [_ledger(tables, names) if "claims.csv" in tables else _claims(tables.ladder, names)]
    if "synthesis/reconciliation.csv" in tables:
        found.append(_published(tables["synthesis/reconciliation.csv"], row))
    if "synthesis/sources.csv" in tables:
        found.append(_sources(tables["synthesis/sources.csv"], names, KIND_NAMES))
    if CASE_SCALE in tables:
        found.append(_sources(tables[CASE_SCALE], names, {}))
    cite = picture_text("sheet_cite_text", version=estimation.__version__, answer=tables.answer, data=data)
    closing = [(picture_text("sheet_cite"), f"{cite} {picture_text('sheet_made')}")]
    if tables.press() is not None:  # the shipped case, whose tables hold the position
        closing.insert(0, (picture_text("sheet_positions"), picture_text("sheet_position")))
    return Sheet(
        kicker=picture_text("sheet_kicker"),
        title=picture_text("sheet_title", **names),
        headline=said.headline,
        strength=strength.strip(),
        lists=(
            (picture_text("sheet_may"), (picture_text("sheet_whole"), said.one_number)),
            (picture_text("sheet_may_not"), tuple(picture_text(key, **names) for key in refused)),
            (picture_text("sheet_not_meaning"), said.not_meaning),
        ),
        tables=tuple(found),
        closing=tuple(closing),
        alts=tuple(alts),
    )


def drawn(tables: ResultTables, look: Look) -> list[bytes]:
    """The pictures of the fact sheet as SVG in a look, in the order of `Sheet.alts`."""
    rows = tables.ladder
    found = [
        svg_bytes(
            interval_figures.ladder_chart(tables.estimates, scope=tables.scope, look=look),
            title=picture_text("ladder_title"),
            alt=captions.ladder_words(rows)[1],
        )
    ]
    if "quantiles.csv" in tables:
        likely = tables.likely
        figure = dot_plot(likely, captions.dot_panels(likely), look=look)
        found.append(svg_bytes(figure, title=captions.dots_title(likely), alt=captions.dots_words(likely, rows)[1]))
    return found


def _claims(rows: pd.DataFrame, names: Mapping[str, str]) -> Table:
    wide = at_level(rows).set_index("rung")
    last = wide.index[-1]
    shown = [(picture_text("sheet_claims_all"), last)] if last == "sources" else []
    shown.append((picture_text("sheet_claims_alone", **names), wide.index[-2] if last == "sources" else last))
    columns = [name for name in map(str, rows) if re.fullmatch(r"p_at_least_\d+", name)]
    cells = tuple(
        (
            picture_text("sheet_claim", persons=persons(float(name.rsplit("_", 1)[1]))),
            *(likelihood(float(wide[name][rung]), error=float(wide[f"{name}_error"][rung])) for _, rung in shown),
        )
        for name in columns
    )
    head = (picture_text("sheet_claims_total", **names), *(words for words, _ in shown))
    return Table(picture_text("sheet_claims"), head, cells, picture_text("sheet_claims_note", scale=SCALE_NAME))


def _ledger(tables: ResultTables, names: Mapping[str, str]) -> Table:
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
                claimed_range(*claim_limits(row)),
                who_did(tables.last_rung(row["scope"]))["who"],
                *chances,
            )
        )
    head = (
        *(picture_text(f"sheet_claims_{part}") for part in ("claim", "who", "all")),
        picture_text("sheet_claims_alone", **names),
    )
    return Table(picture_text("sheet_claims"), head, tuple(cells), picture_text("sheet_claims_note", scale=SCALE_NAME))


def _published(conversions: pd.DataFrame, row: pd.Series) -> Table:
    shown = conversions.dropna(subset="converted_low").head(_MOST_PUBLISHED)
    cells = []
    for each in shown.to_dict(orient="records"):
        low, high = float(each["converted_low"]), float(each["converted_high"])
        ends = [persons(rounded(end, low=low, high=2 * high)) for end in (low, high)]
        stated = [f"{each[f'published_{end}']:,}" for end in ("low", "high")]
        both = [" to ".join(dict.fromkeys(pair)) for pair in (stated, ends)]
        cells.append((str(each["label"]), *both, str(each["inside_95"])))
    head = tuple(picture_text(f"sheet_published_{name}") for name in ("label", "stated", "converted", "inside"))
    note = picture_text("sheet_published_note", counted_all=who_is_counted(row, everyone=True))
    return Table(picture_text("sheet_published"), head, tuple(cells), note)


def _sources(table: pd.DataFrame, names: Mapping[str, str], kinds: Mapping[str, str]) -> Table:
    cells = tuple(
        (
            f"{capitalised(str(row['place']))}: {kinds.get(row['kind'], row['kind'])}",
            f"{BOUND_WORDS.get(row['bound'], row['bound'])} {row['raw']}, {row['counts']}",
            str(row["date"]),
        )
        for row in table.head(_MOST_SOURCES).to_dict(orient="records")
    )
    head = tuple(picture_text(f"sheet_sources_{name}") for name in ("place", "raw", "date"))
    more = len(table) - len(cells)
    return Table(
        picture_text("sheet_sources", **names),
        head,
        cells,
        picture_text("sheet_sources_more", number=more) if more else "",
    )
