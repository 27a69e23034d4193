"""Which pictures are published, from which tables, with which words.

A picture is left out where its tables are not there, so that any case's results give the pictures they can.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from estimation.report.figures import captions
from estimation.report.figures.bubble_map import OSM, bubble_map
from estimation.report.figures.challenge_figures import tornado_chart
from estimation.report.figures.curve_figures import specification_curve
from estimation.report.figures.dot_plot import dot_plot
from estimation.report.figures.interval_figures import forest_plot, ladder_chart, published_chart
from estimation.report.figures.look import LOOKS, SCREEN, Look, png_bytes, svg_bytes
from estimation.report.figures.result_tables import CASE_SCALE, WEIGHED_TORNADO, ResultTables
from estimation.report.record import csv_table
from estimation.report.wording.picture_texts import KIND_NAMES, picture_text, who_is_counted
from estimation.report.wording.statements import headline

FOLDER: Final = "figures"
# What is committed; `estimation figures --all` makes every look in both formats.
COMMITTED: Final = ((SCREEN, "svg"), (LOOKS["dark"], "svg"), (SCREEN, "png"))
EVERY: Final = tuple((look, kind) for look in LOOKS.values() for kind in ("svg", "png"))
_CURVE_CHOICES: Final = ("spread", "selection", "differences", "regional base")


@dataclass(frozen=True)
class Picture:
    """One picture with its words."""

    figure: str  # its name in file names
    title: str
    caption: str
    alt: str  # for readers who cannot see it
    draw: Callable[[Look], Figure]


def pictures(tables: ResultTables) -> tuple[Picture, ...]:
    """The pictures that the tables allow."""
    makers: dict[str, Callable[[ResultTables, str], Picture | None]] = {
        "estimates.csv": _ladder,
        "quantiles.csv": _dots,
        "synthesis/reconciliation.csv": _published,
        "synthesis/sources.csv": _forest,
        CASE_SCALE: _forest,
        "tornado.csv": _tornado,
        WEIGHED_TORNADO: _tornado,
        "multiverse.csv": _curve,
        "county_map.csv": _map,
    }
    made = (make(tables, name) for name, make in makers.items() if name in tables)
    return tuple(each for each in made if each is not None)


def picture_files(
    drawn: tuple[Picture, ...], *, variants: tuple[tuple[Look, str], ...] = COMMITTED, progress: Callable[[int], object]
) -> dict[str, bytes]:
    """Pictures as files, by the picture's name and the look's suffix, and ``captions.csv``, the table of their words.

    `progress` is called with 1 after each file.
    """
    found: dict[str, bytes] = {}
    for each in drawn:
        words = {"title": each.title, "alt": each.alt}
        for look in dict.fromkeys(look for look, _ in variants):
            figure = each.draw(look)
            for kind in (kind for other, kind in variants if other == look):
                content = svg_bytes(figure, **words) if kind == "svg" else png_bytes(figure, dpi=look.dpi, **words)
                found[f"{each.figure}{look.suffix}.{kind}"] = content
                progress(1)
    words_of = [{"figure": p.figure, "title": p.title, "caption": p.caption, "alt": p.alt} for p in drawn]
    return found | {"captions.csv": csv_table.csv_bytes(pd.DataFrame(words_of))}


def _ladder(tables: ResultTables, name: str) -> Picture:
    note = f"{headline(tables.last_rung(tables.scope))} {tables.source(name)}"
    return Picture(
        "ladder",
        picture_text("ladder_title"),
        *captions.ladder_words(tables.ladder),
        lambda look: ladder_chart(tables.estimates, scope=tables.scope, look=look, note=note),
    )


def _dots(tables: ResultTables, name: str) -> Picture:
    likely, panels = tables.likely, captions.dot_panels(tables.likely)
    note = f"{headline(tables.last_rung(tables.scope))} {tables.source(name)}"
    return Picture(
        "dots",
        captions.dots_title(likely),
        *captions.dots_words(likely, tables.ladder),
        lambda look: dot_plot(likely, panels, look=look, note=note),
    )


def _published(tables: ResultTables, name: str) -> Picture:
    estimates = tables.estimates
    last = estimates[estimates["rung"] == estimates["rung"].iloc[-1]]
    return Picture(
        "published",
        picture_text("published_title"),
        *captions.published_words(tables[name], last),
        lambda look: published_chart(tables[name], last, look=look, note=tables.source(name)),
    )


def _forest(tables: ResultTables, name: str) -> Picture:
    table, about, note = tables[name], tables.last_rung(tables.scope), tables.source(name)
    kinds = {} if name == CASE_SCALE else KIND_NAMES
    return Picture(
        "sources",
        picture_text("forest_title"),
        *captions.forest_words(table, about),
        lambda look: forest_plot(table, look=look, about=about, note=note, kinds=kinds),
    )


def _tornado(tables: ResultTables, name: str) -> Picture | None:
    """None if the answer itself cannot be relied on with so few draws."""
    table, about, note = tables[name], tables.last_rung(tables.scope), tables.source(name)
    kept, weighed = table.dropna(subset=["move"]), name == WEIGHED_TORNADO
    if kept.empty or kept["entry"].iloc[0] != "as judged":
        return None
    return Picture(
        "tornado_sources" if weighed else "tornado",
        picture_text("tornado_title"),
        *captions.tornado_words(kept, about, weighed=weighed, refused=len(table) - len(kept)),
        lambda look: tornado_chart(kept, look=look, about=about, note=note, weighed=weighed),
    )


def _curve(tables: ResultTables, name: str) -> Picture:
    table, about, note = tables[name], tables.last_rung(tables.scope), tables.source(name)
    shown = [choice for choice in _CURVE_CHOICES if choice in table]
    return Picture(
        "curve",
        picture_text("curve_title"),
        *captions.curve_words(table, about),
        lambda look: specification_curve(
            table, choices=shown, stated=tables.press(), look=look, about=about, note=note
        ),
    )


def _map(tables: ResultTables, name: str) -> Picture:
    table = tables[name]
    table = table.assign(gb_code=table["gb_code"].astype(str)).set_index("gb_code")
    return Picture(
        "map",
        picture_text("map_title"),
        *captions.map_words(table),
        lambda look: bubble_map(
            table.rename(columns={"place": "name_en"}),
            table["median"],
            size=table["adults"],
            title=picture_text("map_title"),
            label=picture_text("map_label"),
            marked=list(table.index[table["counted"] == "yes"]),
            subtitle=who_is_counted(table.iloc[0]),
            note=f"{OSM}. {tables.source(name)}",
            look=look,
        ),
    )
